"""Mocks of a method that is replaced: patched attributes, stubs such as `mock.old = ...`, and `spec` lists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from workbench.codemod.calls.mocks import SPLIT, Mock
from workbench.codemod.calls.receiver_types import TypeReader
from workbench.codemod.calls.receivers import ReceiverParameters, Verdict, receiver_fits
from workbench.codemod.names import Names, Scope
from workbench.codemod.patched import Patched, patched, within
from workbench.model.violation import Blocked, Place

_MAKES = re.compile(r"\w*Mock|create_autospec")
_SPECS = frozenset({"spec", "spec_set"})
_TELLS = re.compile(r"return_value|side_effect|called|call_\w+|await_\w+|mock_calls|method_calls|assert_\w+|reset_mock")


def stubs(method: str, instead: str, parameters: ReceiverParameters, names: Names) -> Iterator[Mock]:
    """Yield the places of a file where a mock has, or takes the place of, `method` of the receivers meant."""
    for one in patched(names, {method}):
        verdict = _patches(one, parameters, names)
        yield from _told(verdict, one.place, one.scope, _text(one, instead), one.spelled, exact=one.exact)
    for node, scope in names.index.attributes.get(method, ()):
        maker = _maker(node.value, names)
        if _is_stub(node, maker, names):
            end = names.module.span(node)[1]
            place = names.module.place_of(end - len(method.encode(names.module.codec)), end)
            yield from _told(_mocks(maker, node.value, parameters, names), place, scope, instead, ast.unparse(node))
    for literal, scope in names.index.strings:
        call = _lists(literal, method, names)
        if call is not None:
            place, exact = within(literal, names)
            yield from _told(_made(call, parameters, names), place, scope, instead, f"spec {method}", exact=exact)


def _told(
    verdict: Verdict, place: Place, scope: Scope, text: str, spelled: str, *, exact: bool = True
) -> Iterator[Mock]:
    if verdict is not False:
        refusal = verdict if isinstance(verdict, Blocked) else SPLIT if not exact else None
        yield Mock(place, scope, spelled, text, refusal)


def _text(one: Patched, instead: str) -> str:
    return instead if one.owner is not None else f"{one.spelled.rpartition('.')[0]}.{instead}"


# ---- patched attributes


def _patches(one: Patched, parameters: ReceiverParameters, names: Names) -> Verdict:
    """Say whether what is patched is the method: of a class by its name, or of a value."""
    dotted = one.spelled.rpartition(".")[0]
    if not dotted:
        return one.owner is not None and receiver_fits(one.owner, parameters, names)
    project = names.project
    module, path = project.split(project.origin(dotted))
    if module and not path:
        return False  # a function of a module
    if not parameters.narrows:
        return True if module or dotted.rpartition(".")[2][:1].isupper() else _unknown(parameters, dotted)
    if not parameters.receiver_type:
        return _unknown(parameters, dotted)
    wanted = {project.canonical(name) for name in parameters.receiver_type}
    return not wanted.isdisjoint(TypeReader(names).bases_of(project.canonical(dotted)))


def _unknown(parameters: ReceiverParameters, text: str) -> Verdict:
    if parameters.unknown_receiver == "block":
        return Blocked("unknown-receiver", f"whether {text} is what the rule means cannot be told")
    return parameters.unknown_receiver == "match"


# ---- attributes of mocks


def _is_stub(node: ast.Attribute, maker: ast.Call | None, names: Names) -> bool:
    """Say whether an attribute is set on a mock, or looked into as only a mock's can be."""
    around = names.ancestry.parent(node)
    if isinstance(around, ast.Attribute):
        return _TELLS.fullmatch(around.attr) is not None and (maker is not None or _is_called_mock(node.value))
    return isinstance(node.ctx, ast.Store) and (maker is not None or _is_called_mock(node.value))


def _is_called_mock(node: ast.expr) -> bool:
    return "mock" in str(getattr(node, "attr", getattr(node, "id", ""))).lower()


def _maker(node: ast.expr, names: Names) -> ast.Call | None:
    """Return the call that made the mock a variable holds, if nothing else is ever assigned to it."""
    if not isinstance(node, ast.Name):
        return None
    bound = names.variables.bindings(
        node.id, names.variables.owner(node.id, names.scope_of(node)) or names.index.module
    )
    statement = names.ancestry.parent(bound[0]) if len(bound) == 1 and isinstance(bound[0], ast.AST) else None
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    return value if isinstance(value, ast.Call) and _MAKES.fullmatch(_last(value.func)) else None


def _mocks(maker: ast.Call | None, receiver: ast.expr, parameters: ReceiverParameters, names: Names) -> Verdict:
    """Say whether a mock stands for what the rule means."""
    if maker is not None and parameters.receiver_type:
        return _made(maker, parameters, names)
    return receiver_fits(receiver, parameters, names)


def _made(maker: ast.Call, parameters: ReceiverParameters, names: Names) -> Verdict:
    """Say whether a mock made by this call has the class meant for its `spec`."""
    if not parameters.narrows:
        return True
    given = [*(one.value for one in maker.keywords if one.arg in _SPECS), *maker.args[:1]]
    resolved = names.resolve(given[0]) if given else None
    if resolved is None or not resolved.certain or not parameters.receiver_type:
        return _unknown(parameters, ast.unparse(maker))
    wanted = {names.project.canonical(name) for name in parameters.receiver_type}
    return not wanted.isdisjoint(TypeReader(names).bases_of(resolved.qualified))


def _lists(literal: ast.Constant, method: str, names: Names) -> ast.Call | None:
    """Return the call whose `spec` list a string that names the method stands in."""
    around = names.ancestry.parent(literal) if literal.value == method else None
    if not isinstance(around, ast.List | ast.Tuple):
        return None
    holder = names.ancestry.parent(around)
    if isinstance(holder, ast.keyword):
        call = names.ancestry.parent(holder) if holder.arg in _SPECS else None
        return call if isinstance(call, ast.Call) else None
    first = isinstance(holder, ast.Call) and around in holder.args[:1] and _MAKES.fullmatch(_last(holder.func))
    return holder if isinstance(holder, ast.Call) and first else None


def _last(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))
