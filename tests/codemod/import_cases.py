"""Runs the import engine over a marked text, the way rules do."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from codemod_trees import marked, names

from workbench.codemod.checks import check, strays
from workbench.codemod.edit import Edit, splice
from workbench.codemod.imports.engine import Bound, Imports
from workbench.codemod.names import Names
from workbench.codemod.source import Module
from workbench.model.violation import Blocked

TREE = {
    "app/__init__.py": "",
    "app/ws.py": "class Old: ...\ndef new(): ...\ndef old(): ...\nCONST = 1\n",
    "app/perm.py": "def make(): ...\nclass Maker:\n    @classmethod\n    def build(cls): ...\n",
    "app/sub/__init__.py": "",
    "app/sub/deep.py": "def far(): ...\n",
}


def bound(
    code: str,
    qualified: str,
    *,
    path: str = "app/example.py",
    tree: Mapping[str, str] | None = None,
    moves: Mapping[str, str] | None = None,
    deferred: bool = False,
) -> str | Blocked:
    """Replace every «marked» name by `qualified`, drop what nobody reads then, and hold it to all checks."""
    text, spans = marked(code)
    known = names(text, path=path, tree={**TREE, **(tree or {})}, moves=moves)
    imports = Imports(known.module, known, known.project)
    edits, released = [], {}
    for start, end in spans:
        node = _node(known.module, start, end)
        resolved = known.resolve(node)
        like = resolved.origin if resolved is not None else None
        spelled = imports.bind(qualified, at=node, like=like, deferred=deferred)
        if isinstance(spelled, Blocked):
            return spelled
        edits.append(Edit(start, end, spelled.spelling.encode()))
        if like is not None and spelled.through is not like:
            released.setdefault(id(like), (like, []))[1].append(_first(node))
    for like, gone in released.values():
        left = [one for one in imports.uses_of(like) if one not in gone]
        imports.drop_unused(like, len(left))
    return _finished(known, [*edits, *imports.edits()])


def moved(
    code: str,
    old: str,
    new: str,
    *,
    path: str = "app/example.py",
    tree: Mapping[str, str] | None = None,
    local: str | None = None,
) -> str | Blocked:
    """Move every alias of `old` to `new`, with what reads it, and hold the result to all checks."""
    known = names(code, path=path, tree={**TREE, **(tree or {})}, moves={old: new})
    imports = Imports(known.module, known, known.project)
    edits = []
    for one in known.index.imports:
        brings = one.is_star and old.startswith(f"{one.spelled}.")
        if one.spelled != old and not brings:
            continue
        outcome = imports.move(one, new, local=local)
        if isinstance(outcome, Blocked):
            return outcome
        if outcome.spelling != one.local:
            edits += [_read_edit(known, read.node, one.spelled, outcome) for read in known.reads(one.local, one.scope)]
    return _finished(known, [*edits, *imports.edits()])


def _read_edit(known: Names, node: ast.Name, spelled: str, outcome: Bound) -> Edit:
    whole: ast.AST = node
    for outer in known.ancestry.trail(node):
        if isinstance(outer, ast.Attribute) and ast.unparse(outer) == spelled:
            whole = outer
    start, end = known.module.span(whole)
    return Edit(start, end, outcome.spelling.encode())


def _finished(known: Names, edits: list[Edit]) -> str:
    before = known.module
    after = Module(before.path, splice(before.source, edits), before.name, before.is_package)
    assert check(before, after, known.project) == ()
    assert strays(before, edits, after) == ()
    return after.text


def _node(module: Module, start: int, end: int) -> ast.expr:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name | ast.Attribute) and module.span(node) == (start, end):
            return node
    raise AssertionError(f"no name at {start}..{end}")


def _first(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node
