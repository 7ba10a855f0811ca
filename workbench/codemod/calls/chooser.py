"""Which of the wanted values is surely there where a call stands: the argument chooser.

A candidate is taken only if it is bound on every path to the call:

- a name: a parameter, an earlier unconditional assignment, the target of an enclosing `for`, `with` or
  `except`, the same in a function around it, or an assignment at module level that comes first. Functions,
  classes and imports of that name are no values (a pytest fixture must stand in the signature);
- `self.name` (or `cls.name`): set unconditionally in `__init__`, in a test's set-up (`setUp`,
  `asyncSetUp`, `setup_method`, an `autouse` fixture), in the class body, as a dataclass field, by a
  property, or earlier in the same method; in the class itself or in a base class of the same file;
- `name.attribute`: as `name`; that the attribute is there is the word of whoever wrote the rule.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.codemod.calls.classes import Instance
from workbench.codemod.flow import Standing, standing
from workbench.codemod.names import ImportedName, Names, Scope
from workbench.codemod.scopes import Binding, ScopeKind
from workbench.model.violation import Blocked

_NO_VALUES = (ImportedName, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The candidate that is bound, as it is to be written."""

    expression: str


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Why a candidate was passed over: the nearest miss is what a person is told."""

    standing: Standing
    detail: str


def choose(candidates: Sequence[str], names: Names, at: ast.AST) -> Chosen | Blocked:
    """Return the first candidate that is surely bound at `at`.

    Blocked: `bound-after-use`, `maybe-unbound` (a candidate exists, but later or only on some paths),
    `no-context-in-scope`.
    """
    doubts = []
    for candidate in candidates:
        doubt = _weigh(candidate, names, at)
        if doubt is None:
            return Chosen(candidate)
        doubts.append(doubt)
    for near in (Standing.LATER, Standing.MAYBE):
        for doubt in doubts:
            if doubt.standing is near:
                return Blocked(near.value, doubt.detail)
    told = next((doubt.detail for doubt in doubts if doubt.detail), "")
    return Blocked("no-context-in-scope", told or f"none of {', '.join(candidates)} is bound here")


def _weigh(candidate: str, names: Names, at: ast.AST) -> _Doubt | None:
    first, *path = candidate.split(".")
    scope = names.scope_of(at)
    owner = scope.lookup(first)
    if owner is None:
        return _Doubt(Standing.ABSENT, "")
    doubt = _weigh_name(first, owner, names, at)
    if doubt is not None or not path:
        return doubt
    instance = Instance.of(first, owner, names)
    if instance is None:
        return _Doubt(Standing.ABSENT, "") if first in ("self", "cls") else None
    if len(path) > 1:
        return _Doubt(Standing.ABSENT, f"nothing in this file shows that {candidate} is there")
    missing = instance.missing(path[0], at)
    if not missing:
        return None
    return _Doubt(Standing.MAYBE, missing) if instance.knows(path[0]) else _Doubt(Standing.ABSENT, "")


def _weigh_name(name: str, owner: Scope, names: Names, at: ast.AST) -> _Doubt | None:
    bindings = owner.bindings[name]
    if any(isinstance(one, _NO_VALUES) for one in bindings):
        return _Doubt(Standing.ABSENT, f"{name} is no value here but {_kind(bindings)}")
    if _only_none(name, owner, names):
        return _Doubt(Standing.MAYBE, f"{name} is None until it is set elsewhere")
    found = standing(name, owner, at)
    if found is Standing.BOUND:
        return None
    line = min(getattr(one, "lineno", 0) for one in bindings)
    after = found is Standing.LATER
    detail = f"{name} is bound only in line {line}" if after else f"{name} is bound on some paths only (line {line})"
    return _Doubt(found, detail)


def _kind(bindings: Sequence[Binding]) -> str:
    if any(isinstance(one, ImportedName) for one in bindings):
        return "an import"
    return "a class" if any(isinstance(one, ast.ClassDef) for one in bindings) else "a function"


def _only_none(name: str, owner: Scope, names: Names) -> bool:
    """Say whether a scope never gives the name more than a place-holding None."""
    if owner.kind not in (ScopeKind.MODULE, ScopeKind.FUNCTION) or len(owner.bindings[name]) != 1:
        return False
    (binding,) = owner.bindings[name]
    around = None if isinstance(binding, ImportedName) else names.ancestry.parent(binding)
    if not isinstance(around, ast.Assign) or names.ancestry.parent(around) is not owner.node:
        return False
    return isinstance(around.value, ast.Constant) and around.value.value is None
