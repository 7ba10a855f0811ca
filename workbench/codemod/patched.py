"""Names that tests replace: `patch("a.b.C")`, `patch.object(mod, "name")`, `monkeypatch.setattr(mod, "name", ...)`.

Such a place names an attribute in text, of an owner that is spelled in the same text or is an expression beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from workbench.codemod.names import Names, Scope
from workbench.codemod.quoted import content_start
from workbench.model.violation import Place

_BY_OWNER = frozenset({"setattr", "delattr", "object", "spy"})
_TARGETS = frozenset({"target", "attribute"})
_SETTINGS = frozenset({"spec", "create", "spec_set", "autospec", "new_callable"})


@dataclass(frozen=True, slots=True)
class Patched:
    """An attribute that something takes the place of.

    `place` is the text that names it: the whole dotted name where that stands in one string (`owner` None), else
    only the attribute's own name. `spelled` is the dotted name all the same; "" where the owner has none. `alone`
    is False where `call` patches other attributes of the owner, too.
    """

    place: Place
    scope: Scope
    name: str
    spelled: str
    owner: ast.expr | None
    exact: bool
    call: ast.Call
    alone: bool = True


def patched(names: Names, words: Collection[str]) -> Iterator[Patched]:
    """Yield the attributes called one of `words` that the file patches, in source order."""
    found = [*_in_strings(names, words), *_in_keywords(names, words)]
    yield from sorted(found, key=lambda one: one.place)


def _in_strings(names: Names, words: Collection[str]) -> Iterator[Patched]:
    for literal, scope in names.index.strings:
        text = str(literal.value)
        owner, dot, name = text.rpartition(".")
        call = _call_of(literal, names) if name in words and text.replace(".", "_").isidentifier() else None
        if call is None:
            continue
        place, exact = within(literal, names)
        if dot and owner and _takes_a_path(call, literal):
            yield Patched(place, scope, name, text, None, exact, call)
        elif not dot and (of := _owner(call, literal)) is not None:
            yield Patched(place, scope, name, _spelled(of, name, names), of, exact, call)


def _in_keywords(names: Names, words: Collection[str]) -> Iterator[Patched]:
    """Yield the keywords of `patch.multiple(owner, name=...)`."""
    for node, scope in names.index.attributes.get("multiple", ()):
        call = names.ancestry.parent(node)
        if not (isinstance(call, ast.Call) and call.func is node and _last(node.value) == "patch" and call.args):
            continue
        alone = sum(one.arg is None or one.arg not in _SETTINGS for one in call.keywords) == 1
        for keyword in call.keywords:
            if keyword.arg in words:
                place, name = keyword_place(keyword, names), str(keyword.arg)
                spelled = _spelled(call.args[0], name, names)
                yield Patched(place, scope, name, spelled, call.args[0], exact=True, call=call, alone=alone)


def keyword_place(keyword: ast.keyword, names: Names) -> Place:
    """Return the place of a keyword's name."""
    start = names.module.offset(keyword.lineno, keyword.col_offset)
    return names.module.place_of(start, start + len(str(keyword.arg).encode(names.module.codec, "replace")))


def _spelled(owner: ast.expr, name: str, names: Names) -> str:
    if isinstance(owner, ast.Constant) and isinstance(owner.value, str):
        return f"{owner.value}.{name}"
    resolved = names.resolve(owner)
    return f"{resolved.spelled}.{name}" if resolved is not None and resolved.certain else ""


def patches_path(literal: ast.Constant, names: Names) -> bool:
    """Say whether a string spells all of what a call patches."""
    call = _call_of(literal, names)
    return call is not None and _takes_a_path(call, literal)


def _call_of(literal: ast.Constant, names: Names) -> ast.Call | None:
    """Return the call that a literal is an argument of."""
    around = names.ancestry.parent(literal)
    if isinstance(around, ast.keyword) and around.arg in _TARGETS:
        around = names.ancestry.parent(around)
    return around if isinstance(around, ast.Call) and literal is not around.func else None


def _takes_a_path(call: ast.Call, literal: ast.Constant) -> bool:
    """Say whether a call patches what its first argument spells."""
    first = literal in call.args[:1] or any(one.value is literal and one.arg == "target" for one in call.keywords)
    called = _last(call.func)
    return first and (called == "patch" or (isinstance(call.func, ast.Attribute) and called in ("setattr", "delattr")))


def _owner(call: ast.Call, literal: ast.Constant) -> ast.expr | None:
    """Return the object whose attribute a literal names."""
    called = _last(call.func)
    if called not in _BY_OWNER or (called == "object" and _last(getattr(call.func, "value", call)) != "patch"):
        return None
    named = any(one.value is literal and one.arg == "attribute" for one in call.keywords)
    if not named and literal not in call.args[1:2]:
        return None
    target = [one.value for one in call.keywords if one.arg == "target"]
    return [*call.args[:1], *target, None][0]


def within(literal: ast.Constant, names: Names) -> tuple[Place, bool]:
    """Return the place of a literal's text, and whether it is spelled out there as it is (else the whole literal)."""
    column = content_start(names.module, literal)
    if column is None:
        return names.module.place(literal), False
    start = names.module.offset(literal.lineno, column)
    end = names.module.offset(literal.lineno, column + len(str(literal.value).encode()))
    return names.module.place_of(start, end), True


def _last(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))
