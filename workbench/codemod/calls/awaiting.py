"""How the result of a call is awaited: at once, by something it is handed to, or later through a variable."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.codemod.calls.receivers import CallTarget, TargetSite
from workbench.codemod.edit import Edit
from workbench.codemod.names import Names, Scope
from workbench.codemod.source import Module
from workbench.model.violation import Blocked

# What awaits the coroutines it is given. Methods (event loops, task groups) go by their name alone.
_FUNCTIONS = frozenset(
    f"asyncio.{name}"
    for name in (
        "as_completed",
        "create_task",
        "ensure_future",
        "gather",
        "run",
        "run_coroutine_threadsafe",
        "shield",
        "wait",
        "wait_for",
    )
) | {"anyio.run", "uvloop.run"}
_METHODS = frozenset(
    {"create_task", "ensure_future", "gather", "run_coroutine_threadsafe", "run_until_complete", "wait_for"}
)
_SPACE = re.compile(rb"(?:[ \t\f\r\n]|\\\r?\n)*")
_TRANSPARENT = (ast.IfExp, ast.BoolOp, ast.NamedExpr)
_COLLECTS = (ast.Starred, ast.List, ast.Tuple, ast.Set, ast.ListComp, ast.SetComp, ast.GeneratorExp)
_ELSEWHERE = "awaited-elsewhere"
_FUNCTION_NODES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_WAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A call whose result is awaited. `node` is the place: the await, or where the awaiting begins.

    `spelled` is the dotted name by which the file reaches the function; "" for a method of some receiver.
    """

    node: ast.expr
    call: ast.Call
    spelled: str
    scope: Scope
    blocked: Blocked | None = None


def awaited(target: CallTarget, names: Names) -> Iterator[Awaited]:
    """Yield the places where the result of one of the calls meant is awaited."""
    for site in target.sites(names):
        if site.call is not None:
            yield from _of_call(site.call, site, names)


def idle(found: Sequence[Awaited], names: Names) -> dict[Awaited, str]:
    """Return the names of the `async def`s that await nothing any more once `found` is mended, by what they lose."""
    gone = {one.node for one in found if one.blocked is None}
    around = {one: function for one in found if one.node in gone and (function := _around(one.node, names)) is not None}
    left = {one for one in set(around.values()) if not any(_waits(node) for node in _body(one) if node not in gone)}
    return {one: function.name for one, function in around.items() if function in left}


def _around(node: ast.AST, names: Names) -> ast.AsyncFunctionDef | None:
    """Return the `async def` that a node runs in."""
    function = next((one for one in names.ancestry.above(node) if isinstance(one, _FUNCTION_NODES)), None)
    return function if isinstance(function, ast.AsyncFunctionDef) else None


def _body(function: ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """Yield what a function runs itself, not what functions inside it do."""
    todo: list[ast.AST] = [*function.body]
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, _FUNCTION_NODES):
            todo += ast.iter_child_nodes(node)


def _waits(node: ast.AST) -> bool:
    """Say whether a node needs an `async def` around it, or makes that an asynchronous generator."""
    return isinstance(node, _WAITS) or (isinstance(node, ast.comprehension) and bool(node.is_async))


def without_await(module: Module, node: ast.Await) -> Edit:
    """Return the edit that takes `await` away, and the space after it up to a parenthesis (a comment keeps it)."""
    start, end = module.span(node)
    after = start + len(b"await")
    space = _SPACE.match(module.source, after, end)
    stop = space.end() if space is not None else after
    comment = module.source[stop : stop + 1] == b"#"
    return Edit(start, after if comment else stop, b"")


def _of_call(call: ast.Call, site: TargetSite, names: Names) -> Iterator[Awaited]:
    node, parent = _out_of(call, names)
    if isinstance(parent, ast.Await):
        blocked = site.blocked or _changes_kind(parent, names) or _awaits_again(parent, site.scope, names)
        if node is not call:
            blocked = blocked or Blocked(_ELSEWHERE, "only one of several awaited values is this call")
        yield Awaited(parent, call, site.spelled, site.scope, blocked)
    elif (why := _taken_up(node, parent, names)) is not None:
        yield Awaited(call, call, site.spelled, site.scope, site.blocked or why)
    elif isinstance(parent, ast.Assign | ast.AnnAssign) and parent.value is node:
        detail = f"the call of line {call.lineno} is awaited here"
        for around in _awaits_of(parent, site.scope, names):
            yield Awaited(around, call, site.spelled, site.scope, site.blocked or Blocked(_ELSEWHERE, detail))


def _taken_up(node: ast.expr, parent: ast.AST | None, names: Names) -> Blocked | None:
    """Say who awaits, by itself, what an expression gives."""
    if isinstance(parent, ast.withitem | ast.AsyncFor | ast.comprehension):
        asks = _is_async(parent, node, names)
        return Blocked("async-context", "`async` needs what this call returns") if asks else None
    taker = _taker(node, names)
    if taker is None:
        return None
    return Blocked(_ELSEWHERE, f"{ast.unparse(taker.func)} awaits it; with a plain value it fails")


def _awaits_again(node: ast.Await, scope: Scope, names: Names) -> Blocked | None:
    """What the call returns is awaited too: once one await is gone, nobody can tell which one it was."""
    outer, parent = _out_of(node, names)
    if isinstance(parent, ast.Await):
        return Blocked(_ELSEWHERE, "what the call returns is awaited as well; look which await is to go")
    if isinstance(parent, ast.Assign | ast.AnnAssign) and any(_awaits_of(parent, scope, names)):
        return Blocked(_ELSEWHERE, "what the call returns is kept, and awaited later")
    return _taken_up(outer, parent, names)


def _out_of(call: ast.Call | ast.Await, names: Names) -> tuple[ast.expr, ast.AST | None]:
    """Climb out of expressions that hand their value on; return the last and what is around it."""
    node: ast.expr = call
    parent = names.ancestry.parent(node)
    while isinstance(parent, _TRANSPARENT) and getattr(parent, "test", None) is not node:
        node, parent = parent, names.ancestry.parent(parent)
    return node, parent


def _changes_kind(node: ast.Await, names: Names) -> Blocked | None:
    """An await in a generator expression makes it asynchronous, and its reader an `async for`."""
    around = names.ancestry.parent(node)
    below: ast.AST = node
    while isinstance(around, ast.expr | ast.comprehension | ast.keyword) and not isinstance(around, ast.Lambda):
        if isinstance(around, ast.GeneratorExp):
            outside = below is around.generators[0] and _within(node, around.generators[0].iter)
            if not outside:
                return Blocked("async-context", "the await makes this generator expression asynchronous")
        below, around = around, names.ancestry.parent(around)
    return None


def _within(node: ast.AST, tree: ast.AST) -> bool:
    return any(one is node for one in ast.walk(tree))


def _is_async(parent: ast.withitem | ast.AsyncFor | ast.comprehension, node: ast.expr, names: Names) -> bool:
    if isinstance(parent, ast.withitem):
        return isinstance(names.ancestry.parent(parent), ast.AsyncWith) and parent.context_expr is node
    return parent.iter is node and (isinstance(parent, ast.AsyncFor) or bool(parent.is_async))


def _taker(node: ast.expr, names: Names) -> ast.Call | None:
    """Return the call of something that awaits, if `node` is among (or collected into) its arguments."""
    parent = names.ancestry.parent(node)
    while isinstance(parent, _COLLECTS):
        parent = names.ancestry.parent(parent)
    if isinstance(parent, ast.keyword):
        parent = names.ancestry.parent(parent)
    if not isinstance(parent, ast.Call):
        return None
    resolved = names.resolve(parent.func)
    if resolved is not None:
        return parent if resolved.qualified in _FUNCTIONS else None
    return parent if getattr(parent.func, "attr", "") in _METHODS else None


def _awaits_of(statement: ast.Assign | ast.AnnAssign, scope: Scope, names: Names) -> Iterator[ast.Await]:
    """`task = f()` and, in the same scope, `await task` that surely means it."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        if not isinstance(target, ast.Name):
            continue
        owner = names.variables.owner(target.id, scope)
        for read in names.reads(target.id, owner) if owner is not None else ():
            around = names.ancestry.parent(read.node)
            if isinstance(around, ast.Await) and read.scope is scope and read.bindings == (target,):
                yield around
