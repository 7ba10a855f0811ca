"""Modules by name: what lies under a module, and strings that spell one."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workbench.codemod.names import Names, Scope
from workbench.codemod.quoted import content_start
from workbench.model.violation import Place

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_IMPORTERS = frozenset({"import_module", "__import__", "find_spec", "importorskip"})


@dataclass(frozen=True, slots=True)
class ModuleString:
    """A string literal that spells a module, alone or with what is in it.

    `spelled` is the module's name as written, `text` the whole literal. `place` is the module's part, without the
    quotes; the whole literal if the text is not spelled out as it is (not `exact`).
    """

    node: ast.Constant
    place: Place
    scope: Scope
    spelled: str
    text: str
    exact: bool


def is_under(dotted: str, module: str) -> bool:
    """Say whether a dotted name is a module or something in it."""
    return dotted == module or dotted.startswith(f"{module}.")


def prefixes(dotted: str) -> Iterator[str]:
    """Yield a dotted name's beginnings, the shortest first and itself last."""
    parts = dotted.split(".")
    for count in range(1, len(parts) + 1):
        yield ".".join(parts[:count])


def module_strings(names: Names, holds: Callable[[str], bool]) -> Iterator[ModuleString]:
    """Yield the strings that spell a module for which `holds` is true, or something in it.

    A text without a dot is any word; it counts only as the argument of a function that imports by name.
    """
    for literal, scope in names.index.strings:
        text = str(literal.value)
        if _DOTTED.fullmatch(text) is None:
            continue
        spelled = next(filter(holds, prefixes(text)), None)
        if spelled is not None and ("." in text or _is_imported(literal, names)):
            yield _located(literal, scope, names, spelled)


def _located(literal: ast.Constant, scope: Scope, names: Names, spelled: str) -> ModuleString:
    module, text = names.module, str(literal.value)
    column = content_start(module, literal)
    if column is None:
        return ModuleString(literal, module.place(literal), scope, spelled, text, exact=False)
    start = module.offset(literal.lineno, column)
    end = module.offset(literal.lineno, column + len(spelled.encode()))
    return ModuleString(literal, module.place_of(start, end), scope, spelled, text, exact=True)


def _is_imported(literal: ast.Constant, names: Names) -> bool:
    around = names.ancestry.parent(literal)
    called = around.func if isinstance(around, ast.Call) and literal in around.args[:1] else None
    return getattr(called, "attr", getattr(called, "id", "")) in _IMPORTERS
