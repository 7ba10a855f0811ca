"""What an import should bring: a qualified name taken apart, and the ways to write where it comes from."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from workbench.codemod.imports.standard import standard_module
from workbench.codemod.names import ImportedName
from workbench.codemod.project import Project
from workbench.codemod.source import Module


@dataclass(frozen=True, slots=True)
class Goal:
    """A qualified name: the module it lives in, and the path inside it (empty: the module itself)."""

    module: str
    path: tuple[str, ...]

    @property
    def dotted(self) -> str:
        return ".".join((self.module, *self.path))

    @property
    def builtin(self) -> str:
        """The name by which every file has it without an import; "" if it is no builtin."""
        return self.path[0] if self.module == "builtins" and len(self.path) == 1 else ""


def goal_of(qualified: str, project: Project) -> Goal:
    """Take a qualified name apart: by the modules of the tree and the standard library, else by the look of its parts.

    Outside of both the module ends before the first part that looks like a class, or before the last.
    """
    module, path = project.split(qualified)
    if module and (len(path) < 2 or path[0][:1].isupper() or project.exists(f"{module}.{path[0]}")):
        return Goal(module, path)
    parts = qualified.split(".")
    standard = "" if module else standard_module(qualified)
    if standard:
        return Goal(standard, tuple(parts[standard.count(".") + 1 :]))
    classes = [n for n, part in enumerate(parts) if n and part[:1].isupper()]
    cut = max(1, min([*classes, len(parts) - 1]))
    return Goal(".".join(parts[:cut]), tuple(parts[cut:]))


def written(module: str, source: Module, like: ImportedName | None) -> str:
    """Write the module of a `from` import the way the file writes its neighbours: relative or absolute.

    Relative where `like` is; where `like` says nothing, relative if the file reaches its own top package
    only so. A module of another top package is always absolute.
    """
    relative = _relative(module, source.package)
    if relative is None:
        return module
    if like is not None and isinstance(like.statement, ast.ImportFrom) and like.statement.level:
        return relative
    if like is not None and _top(like.spelled) == _top(source.name):
        return module
    return relative if _only_relative(source) else module


def _relative(module: str, package: str) -> str | None:
    here, there = package.split("."), module.split(".")
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    if not package or not shared:
        return None
    return "." * (len(here) - shared + 1) + ".".join(there[shared:])


def _only_relative(source: Module) -> bool:
    froms = [one for one in ast.walk(source.tree) if isinstance(one, ast.ImportFrom)]
    absolute = any(not one.level and _top(one.module or "") == _top(source.name) for one in froms)
    return not absolute and any(one.level for one in froms)


def _top(dotted: str) -> str:
    return dotted.partition(".")[0]
