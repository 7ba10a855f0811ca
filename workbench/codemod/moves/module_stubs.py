"""Mocks that stand for a whole module, and what they have in the place of one of its symbols.

`patch("app.user.old_mod") as m`, `m = Mock(spec=old_mod)`, `{"shop.old_mod": m}`: then `m.old.return_value`,
`m.old = f`, `Mock(spec=["old"])` and `Mock(old=f)` speak of the symbol.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.codemod.lookups import lookers, real_name
from workbench.codemod.moves.move import Move
from workbench.codemod.names import Names, Scope
from workbench.codemod.patched import Patched, keyword_place, patched, within
from workbench.model.violation import Place

_MAKES = re.compile(r"\w*Mock|create_autospec|SimpleNamespace")
_SPECS = frozenset({"spec", "spec_set"})
_VALUES = {"patch": 1, "object": 2, "setattr": 2, "setitem": 2}


@dataclass(frozen=True, slots=True)
class Stub:
    """What a mock of the module has for the symbol; or (not `is_symbol`) the patch that puts the mock there.

    `users` are the modules that meet the mock.
    """

    place: Place
    scope: Scope
    users: frozenset[str]
    is_symbol: bool = True
    exact: bool = True


@dataclass(frozen=True, slots=True)
class _Mock:
    """One mock: the variable that holds it, or the call that makes it."""

    users: frozenset[str]
    name: str = ""
    owner: Scope | None = None
    call: ast.Call | None = None


def stubs(move: Move, names: Names) -> Iterator[Stub]:
    """Yield what mocks of the old module have in the place of the symbol."""
    module = move.old.rpartition(".")[0]
    found: dict[Place, Stub] = {}
    for mock in _mocks(move, module, names):
        for one in _of_mock(mock, move.old_name, names):
            found.setdefault(one.place, one)
    yield from found.values()
    yield from _lost(move, module, names)


def _lost(move: Move, module: str, names: Names) -> Iterator[Stub]:
    """Yield the patches that put a mock of the module where the symbol is not looked up any more."""
    base = names.project.at_base
    every = lookers(move.old, base) - {names.module.name}
    for one in _patches(module, names) if every and not move.stays_in_module else ():
        users = every if real_name(one.spelled, base) == module else every & {_module(one, names)}
        if users:
            yield Stub(one.place, one.scope, users, is_symbol=False)


def _patches(module: str, names: Names) -> Iterator[Patched]:
    """Yield what puts something in the place of a variable that holds the module."""
    project = names.project
    canonical = project.at_base.origin(module)
    for one in patched(names, project.words(module) | project.at_base.words(module)):
        if one.spelled and canonical in (project.origin(one.spelled), project.at_base.origin(one.spelled)):
            yield one


def _module(one: Patched, names: Names) -> str:
    return names.project.split(one.spelled.rpartition(".")[0])[0]


# ---- the mocks


def _mocks(move: Move, module: str, names: Names) -> Iterator[_Mock]:
    for one in _patches(module, names):
        users = frozenset({_module(one, names)}) & lookers(move.old, names.project.at_base)
        yield _Mock(users, call=one.call)
        yield from _bound(one.call, users, names)
        yield from _given(one, users, names)
    for use in names.uses({names.project.canonical(module)}):
        around = names.ancestry.parent(use.node)
        call = names.ancestry.parent(around) if isinstance(around, ast.keyword) and around.arg in _SPECS else around
        if isinstance(call, ast.Call) and use.node is not call.func and _makes(call):
            yield _Mock(frozenset(), call=call)
            yield from _bound(call, frozenset(), names)
    for literal, _ in names.index.strings:
        if literal.value == module and (value := _entry(literal, names)) is not None:
            yield from _valued(value, frozenset(), names)


def _given(one: Patched, users: frozenset[str], names: Names) -> Iterator[_Mock]:
    """Yield the mock that a patch is told to put there."""
    called = _last(one.call.func)
    position = _VALUES.get(called, 9) - (1 if called == "setattr" and one.owner is None else 0)
    named = (word.value for word in one.call.keywords if word.arg in ("new", "value"))
    for value in (*one.call.args[position : position + 1], *named):
        yield from _valued(value, users, names)


def _valued(value: ast.expr, users: frozenset[str], names: Names) -> Iterator[_Mock]:
    if isinstance(value, ast.Call) and _makes(value):
        yield _Mock(users, call=value)
    elif isinstance(value, ast.Name):
        owner = names.variables.owner(value.id, names.scope_of(value))
        made = [one for one in owner.bindings.get(value.id, ()) if isinstance(one, ast.AST)] if owner else []
        statement = names.ancestry.parent(made[0]) if len(made) == 1 else None
        yield _Mock(users, value.id, owner)
        call = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        if isinstance(call, ast.Call) and _makes(call):
            yield _Mock(users, call=call)


def _bound(call: ast.Call, users: frozenset[str], names: Names) -> Iterator[_Mock]:
    """Yield the variable that what a call returns is bound to."""
    around = names.ancestry.parent(call)
    if isinstance(around, ast.Attribute) and around.attr == "start":
        around = names.ancestry.parent(names.ancestry.parent(around) or around)
    elif isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from _parameter(call, around, users, names)
        return
    target: ast.AST | None = None
    if isinstance(around, ast.withitem):
        target = around.optional_vars
    elif isinstance(around, ast.Assign) and len(around.targets) == 1:
        target = around.targets[0]
    if isinstance(target, ast.Name):
        yield _Mock(users, target.id, names.variables.owner(target.id, names.scope_of(target)))


def _parameter(
    call: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef, users: frozenset[str], names: Names
) -> Iterator[_Mock]:
    """Yield the parameter that a decorator fills: patches do so from the innermost, those with a value not at all."""
    below = function.decorator_list[function.decorator_list.index(call) :]
    filling = [one for one in below if isinstance(one, ast.Call) and _fills(one)]
    inside = next((scope for scope in names.index.scopes if scope.node is function), None)
    arguments = [*function.args.posonlyargs, *function.args.args]
    first = 1 if inside is not None and inside.parent is not None and inside.parent.kind == "class" else 0
    position = first + len(filling) - 1
    if call in filling and position < len(arguments):
        yield _Mock(users, arguments[position].arg, inside)


def _fills(call: ast.Call) -> bool:
    called = _last(call.func)
    is_object = called == "object" and _last(getattr(call.func, "value", call.func)) == "patch"
    given = len(call.args) > (2 if is_object else 1) or any(one.arg == "new" for one in call.keywords)
    return (called == "patch" or is_object) and not given


def _entry(literal: ast.Constant, names: Names) -> ast.expr | None:
    """Return what `{"a.b": value}`, `modules["a.b"] = value` or `setitem(modules, "a.b", value)` puts there."""
    around = names.ancestry.parent(literal)
    if isinstance(around, ast.Dict) and literal in around.keys:
        return around.values[around.keys.index(literal)]
    if isinstance(around, ast.Call) and _last(around.func) == "setitem" and literal in around.args[1:2]:
        return next(iter(around.args[2:3]), None)
    statement = names.ancestry.parent(around) if isinstance(around, ast.Subscript) else None
    return statement.value if isinstance(statement, ast.Assign) and around in statement.targets else None


# ---- what they have


def _of_mock(mock: _Mock, name: str, names: Names) -> Iterator[Stub]:
    if mock.call is not None:
        yield from _configured(mock.call, mock.users, name, names)
        return
    for node, scope in names.index.attributes.get(name, ()):
        is_mock = isinstance(node.value, ast.Name) and node.value.id == mock.name
        if is_mock and names.variables.owner(mock.name, scope) is mock.owner:
            end = names.module.span(node)[1]
            place = names.module.place_of(end - len(name.encode(names.module.codec)), end)
            yield Stub(place, scope, mock.users)


def _configured(call: ast.Call, users: frozenset[str], name: str, names: Names) -> Iterator[Stub]:
    """Yield the symbol's name where a mock is made with it: as a keyword, or in its `spec`."""
    for keyword in call.keywords if _makes(call) else ():
        if keyword.arg == name:
            yield Stub(keyword_place(keyword, names), names.scope_of(call), users)
    given = [*(one.value for one in call.keywords if one.arg in _SPECS), *(call.args[:1] if _makes(call) else ())]
    listed = [part for one in given if isinstance(one, ast.List | ast.Tuple | ast.Set) for part in one.elts]
    for part in listed:
        if isinstance(part, ast.Constant) and part.value == name:
            place, exact = within(part, names)
            yield Stub(place, names.scope_of(part), users, exact=exact)


def _makes(call: ast.Call) -> bool:
    return _MAKES.fullmatch(_last(call.func)) is not None


def _last(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))
