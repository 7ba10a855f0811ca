"""Where a callable is called, and where it is handed on to be called by others.

A class is also named where nobody calls it: in annotations, `isinstance`, `except`, as a base class, as
the `spec` of a mock, for its constants. Those are no sites.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.codemod.names import Names, Scope, Use
from workbench.model.violation import Blocked

_LOOKS_AT = re.compile(
    r"is(instance|subclass|class|function)|callable|type|super|id|len|repr|str|print|hash|dir|vars"
    r"|(get|has|set|del)attr|object|cast|TypeVar|NewType|ForwardRef|\w*Mock|create_autospec|raises"
    r"|signature|getsource\w*|getmembers|getdoc|getmodule|get_type_hints|fields|assert[A-Z]\w*"
    r"|debug|info|warning|error"
)
Function = ast.FunctionDef | ast.AsyncFunctionDef
_TELLS_TYPE = frozenset({"spec", "spec_set", "autospec", "bound", "metaclass", "expected_type"})
_HOLDERS = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.BoolOp, ast.IfExp)
_HANDS_ON = (
    *(ast.Assign, ast.Return, ast.Yield, ast.YieldFrom, ast.Lambda, ast.arguments, ast.Raise, ast.Await),
    *(ast.For, ast.AsyncFor, ast.comprehension),
)
_WHY = {
    "rebound": "the name is assigned again, and either value may be called here",
    "alternatives": "different imports may reach this call",
    "star-import": "a star import of unknown content may bring the name",
}


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call (`call` set), or a place that hands the callable on (`call` None, blocked)."""

    use: Use
    call: ast.Call | None
    blocked: Blocked | None

    @property
    def node(self) -> ast.expr:
        return self.call or self.use.node


def call_sites(name: str, names: Names) -> Iterator[CallSite]:
    """Yield the calls of the canonical `name`, and the places that hand it on, in source order."""
    for use in names.uses([name]):
        parent = names.ancestry.parent(use.node)  # None in a quoted annotation: nobody calls or hands on there
        if isinstance(parent, ast.Call) and parent.func is use.node:
            reason = use.resolved.reason
            doubt = None if use.resolved.certain else Blocked(reason, _WHY.get(reason, reason))
            yield CallSite(use, parent, doubt)
        elif _is_handed_on(use.node, use.scope, names):
            detail = f"{ast.unparse(use.node)} is handed on here, and what calls it cannot be seen"
            yield CallSite(use, None, Blocked("passed-as-value", detail))


def _is_handed_on(node: ast.expr, scope: Scope, names: Names) -> bool:
    """Say whether the value of `node` goes where it may be called."""
    parent = names.ancestry.parent(node)
    if isinstance(parent, ast.Call | ast.keyword):
        return _is_called_with(parent, names)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name) and len(parent.targets) == 1:
        target = parent.targets[0]
        return not _only_looked_at(target.id, names.scope_of(target), names)
    if isinstance(parent, _HOLDERS):
        key_or_test = node in getattr(parent, "keys", ()) or node is getattr(parent, "test", None)
        return not key_or_test and _is_handed_on(parent, scope, names)
    if isinstance(parent, ast.AnnAssign | ast.NamedExpr):
        return parent.value is node
    return isinstance(parent, _HANDS_ON) or node in getattr(parent, "decorator_list", ())


def _is_called_with(parent: ast.Call | ast.keyword, names: Names) -> bool:
    """Say whether an argument goes to something that may call it."""
    call = names.ancestry.parent(parent) if isinstance(parent, ast.keyword) else parent
    if not isinstance(call, ast.Call):
        return False  # a keyword of a class statement
    tells = isinstance(parent, ast.keyword) and parent.arg in _TELLS_TYPE
    return not tells and _LOOKS_AT.fullmatch(_last(call.func)) is None


def _only_looked_at(local: str, scope: Scope, names: Names) -> bool:
    """Say whether every read of a variable only looks at what it holds: a table of types for `isinstance`."""
    reads = [read for read in names.reads(local, scope) if not read.quoted]
    return bool(reads) and not any(
        _is_called(read.node, names) or _is_handed_on(read.node, read.scope, names) for read in reads
    )


def _is_called(node: ast.expr, names: Names) -> bool:
    parent = names.ancestry.parent(node)
    if isinstance(parent, ast.Subscript | ast.For | ast.AsyncFor | ast.comprehension | ast.Attribute):
        return True  # an item of the table is taken out, to be called for all we know
    return isinstance(parent, ast.Call) and parent.func is node


def _last(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def makers(name: str, names: Names) -> tuple[ast.AST, ...]:
    """Return the definition of `name`, if it is in this module, and the functions here that it calls.

    What is called inside them is how `name` itself does its work.
    """
    module = names.module.name
    if not module or not name.startswith(f"{module}."):
        return ()
    found: dict[int, ast.AST] = {}
    todo = _definitions(name.removeprefix(f"{module}."), names)
    while todo:
        node = todo.pop()
        if id(node) in found:
            continue
        found[id(node)] = node
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                todo += _definitions(part.id, names)
            elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                todo += _definitions(f"{part.value.id}.{part.attr}", names)
    return tuple(found.values())


def _definitions(path: str, names: Names) -> list[ast.AST]:
    """Return the functions of this module that `f` or `Class.method` names."""
    first, _, method = path.partition(".")
    every = names.index.module.bindings.get(first, ())
    if method:
        inside = [part for one in every if isinstance(one, ast.ClassDef) for part in one.body]
        return [one for one in inside if isinstance(one, Function) and one.name == method]
    return [one for one in every if isinstance(one, Function)]
