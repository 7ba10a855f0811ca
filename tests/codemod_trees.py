"""Small trees of source files for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.codemod.names import Names
from workbench.codemod.project import Project, facts
from workbench.codemod.roots import ModuleMap
from workbench.codemod.source import Module


def module(path: str, code: str | bytes, roots: tuple[str, ...] = (".",)) -> Module:
    """Make the module of a file."""
    source = code if isinstance(code, bytes) else code.encode()
    name, is_package = ModuleMap(roots).name_of(path) or ("", False)
    return Module(path, source, name, is_package)


def project(
    files: Mapping[str, str | bytes], moves: Mapping[str, str] | None = None, words: frozenset[str] = frozenset()
) -> Project:
    """Make the project of a tree."""
    known = [facts(module(path, code), words=words) for path, code in files.items()]
    return Project({one.name: one for one in known}, frozenset(one.name for one in known), moves or {})


def names(
    code: str | bytes,
    *,
    path: str = "app/example.py",
    tree: Mapping[str, str | bytes] | None = None,
    moves: Mapping[str, str] | None = None,
) -> Names:
    """Make the names of one file in a tree."""
    return Names(module(path, code), project({**(tree or {}), path: code}, moves))


def marked(code: str) -> tuple[str, list[tuple[int, int]]]:
    """Take `«` `»` out of a text; return it and the byte spans they marked."""
    spans, text, start = [], "", 0
    for char in code:
        if char == "«":
            start = len(text.encode())
        elif char == "»":
            spans.append((start, len(text.encode())))
        else:
            text += char
    return text, spans
