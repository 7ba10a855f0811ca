"""What kind of import a statement is: isort's sections, `__future__`, and what sets up the search path."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from enum import IntEnum

from workbench.codemod.project import Project


class Section(IntEnum):
    """isort's sections, in their order."""

    STDLIB = 0
    THIRD_PARTY = 1
    FIRST_PARTY = 2
    RELATIVE = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """An import statement as sorting sees it: absolute module, its text as written, `import` or `from`.

    `aliased`: every name in it has an `as`; isort gives those a statement of their own, behind the plain one.
    `first` is the first name it takes, which orders statements of one module.
    """

    module: str
    written: str
    plain: bool = False
    aliased: bool = False
    first: str = ""


def section_of(wish: Wish, project: Project) -> Section:
    """Return the section isort would put an import in."""
    top = wish.module.partition(".")[0]
    if wish.written.startswith("."):
        return Section.RELATIVE
    if project.has_module(top):
        return Section.FIRST_PARTY
    return Section.STDLIB if top in sys.stdlib_module_names else Section.THIRD_PARTY


def is_string(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def edits_path(statement: ast.stmt) -> bool:
    """Say whether a top-level statement changes `sys.path` (functions that do so later do not count)."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    return any(_touches_path(node) for node in ast.walk(statement))


def _touches_path(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=target, attr="insert" | "append" | "extend")):
            return _is_path(target)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="site"), attr="addsitedir")):
            return True
        case ast.Assign(targets=targets):
            return any(_is_path(one) for one in targets)
        case ast.AugAssign(target=target):
            return _is_path(target)
    return False


def _is_path(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(value=value):
            return _is_path(value)
        case ast.Attribute(value=ast.Name(id="sys"), attr="path"):
            return True
    return False
