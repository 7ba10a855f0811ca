"""What a rewrite does to the evaluation of the code under its variables: lost, repeated, moved, or put off."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from workbench.codemod.patterns.match import Found, Match
from workbench.codemod.patterns.pattern import Pattern, chain
from workbench.model.violation import Blocked

_ACTS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
_SUSPENDS = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
_LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def hazard(pattern: Pattern, rewrite: Pattern, match: Match, new: ast.expr) -> Blocked | None:
    """Return why `new`, made of the very nodes of the code that matched, may do something else.

    Blocked: `argument-dropped`, `evaluated-twice`, `evaluation-order`, `evaluated-later`, `name-taken`,
    `no-context-in-scope`, `signature-mismatch`, `sync-context`, `async-context`.
    """
    parts = _bound(match.found)
    return (
        _lost_or_repeated(parts, new)
        or _moved(parts, match.node, new)
        or _passed_twice(new)
        or _put_off(pattern, rewrite, match.found)
        or _captured(pattern, rewrite, parts, new)
        or _awaits(pattern, rewrite, match)
    )


def acts(node: ast.AST) -> bool:
    """Say whether evaluating an expression may do more than give a value: it calls, awaits, yields or binds."""
    return any(isinstance(one, _ACTS) for one in _evaluated(node))


def _bound(found: Found) -> tuple[ast.expr, ...]:
    """Return what stands under the variables and lists of the pattern."""
    many = (one.value if isinstance(one, ast.keyword) else one for items in found.many.values() for one in items)
    return (*(one for every in found.ones.values() for one in every), *many)


def _lost_or_repeated(parts: Sequence[ast.expr], new: ast.expr) -> Blocked | None:
    uses = Counter(id(one) for one in _in_order(new))
    for part in parts:
        if not uses[id(part)] and acts(part):
            return Blocked("argument-dropped", f"{ast.unparse(part)} would not be evaluated any more")
        if uses[id(part)] > 1 and not _is_plain(part):
            return Blocked("evaluated-twice", f"{ast.unparse(part)} would be evaluated {uses[id(part)]} times")
    return None


def _moved(parts: Sequence[ast.expr], node: ast.expr, new: ast.expr) -> Blocked | None:
    acting = {id(part) for part in parts if acts(part)}
    before, after = ([id(one) for one in _in_order(tree) if id(one) in acting] for tree in (node, new))
    if before != after:
        return Blocked("evaluation-order", "calls under the pattern's variables would run in another order")
    return None


def _passed_twice(new: ast.expr) -> Blocked | None:
    for call in ast.walk(new):
        names = Counter(one.arg for one in call.keywords if one.arg) if isinstance(call, ast.Call) else Counter()
        for name, count in names.items():
            if count > 1:
                return Blocked("signature-mismatch", f"{name} would be passed twice")
    return None


def _put_off(pattern: Pattern, rewrite: Pattern, found: Found) -> Blocked | None:
    """What comes to stand in a lambda or a comprehension is evaluated later, or again and again."""
    for kinds, code in (((ast.Lambda, *_LOOPS), "evaluated-later"), (_LOOPS, "evaluated-twice")):
        for name in _inside(rewrite, kinds) - _inside(pattern, kinds):
            for part in found.ones.get(name, ()):
                suspends = any(isinstance(one, _SUSPENDS) for one in _evaluated(part))
                if suspends if code == "evaluated-later" else not _is_plain(part):
                    return Blocked(code, f"{ast.unparse(part)} would be evaluated inside a lambda or a loop")
    return None


def _inside(pattern: Pattern, kinds: tuple[type[ast.AST], ...]) -> frozenset[str]:
    """Return the variables that stand inside such an expression; its first iterable is outside."""
    found: set[str] = set()
    for holder in ast.walk(pattern.root):
        if isinstance(holder, kinds):
            first = holder.generators[0].iter if isinstance(holder, _LOOPS) else None
            outside = {id(one) for one in ast.walk(first)} if first is not None else set()
            inner = (pattern.variable(one) for one in ast.walk(holder) if id(one) not in outside)
            found.update(name for name in inner if name is not None)
    return frozenset(found)


def _captured(pattern: Pattern, rewrite: Pattern, parts: Sequence[ast.expr], new: ast.expr) -> Blocked | None:
    kept = {id(one) for one in _in_order(new)}
    reads = {n.id for part in parts if id(part) in kept for n in ast.walk(part) if isinstance(n, ast.Name)}
    for name in sorted(reads & (rewrite.bound - pattern.bound)):
        return Blocked("name-taken", f"{name} means something else inside the new code")
    for name in sorted(reads & (pattern.bound - rewrite.bound)):
        return Blocked("no-context-in-scope", f"{name} is bound by what the pattern replaces")
    return None


def _awaits(pattern: Pattern, rewrite: Pattern, match: Match) -> Blocked | None:
    old, new = (any(isinstance(one, ast.Await) for one in ast.walk(p.root)) for p in (pattern, rewrite))
    if old == new:
        return None
    for inner, outer in pairwise((match.node, *match.above)):
        if isinstance(outer, ast.GeneratorExp):
            return Blocked("async-context", "an await makes a generator expression asynchronous")
        if isinstance(outer, _FUNCTIONS) and _is_body(inner, outer):
            return None if isinstance(outer, ast.AsyncFunctionDef) or old else _SYNC
    return None if old else _SYNC


_SYNC = Blocked("sync-context", "the new code awaits, and this is no async function")


def _is_body(inner: ast.AST, outer: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    return inner is outer.body if isinstance(outer, ast.Lambda) else inner in outer.body


def _is_plain(node: ast.expr) -> bool:
    """Say whether evaluating an expression again is the same as once: a name, a constant, attributes of one."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Constant)
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Constant) or bool(chain(node))


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that are evaluated with `node`: the body of a lambda is not."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.Lambda) and child is node.body):
            yield from _evaluated(child)


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a tree, outer before inner, left before right."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)
