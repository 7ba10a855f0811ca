"""How arguments map from one signature to another."""

from __future__ import annotations

import pytest

from workbench.codemod.calls.args import Addition, ArgumentMap, mapped
from workbench.codemod.calls.signatures import Signature
from workbench.model.violation import Blocked

OLD = Signature(regular=("mode", "size"))
NEW = Signature(regular=("context", "mode"), keyword_only=("size",), required=frozenset({"context"}))


def outcome(text: str, *added: str, **parts: object) -> str:
    mapping = ArgumentMap(additions=tuple(Addition(one) for one in added), **{"old": OLD, "new": NEW, **parts})
    result = mapped(text, mapping, lambda one: one.name.upper(), newline="\n")
    return f"[{result.detail}]" if isinstance(result, Blocked) else result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("()", "(CONTEXT)"),
        ("(mode=1)", "(CONTEXT, mode=1)"),
        ("(1)", "(CONTEXT, 1)"),
        ("(1, 2)", "(CONTEXT, 1, size=2)"),
        ("(1, size=2)", "(CONTEXT, 1, size=2)"),
        ("(context=x)", "(context=x)"),
        ("(context=x, mode=1)", "(context=x, mode=1)"),
    ],
)
def test_positions_are_kept_where_they_are_right(text: str, expected: str) -> None:
    assert outcome(text, "context") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(*a)", "[context may already be among what is unpacked]"),
        ("(**k)", "[context may already be among what is unpacked]"),
        ("(1, 2, 3)", "[nothing takes positional argument number 3]"),
        ("(colour=1)", "[no parameter 'colour']"),
        ("(1, mode=2)", "[argument 'mode' given twice]"),
    ],
)
def test_what_cannot_bind_is_refused(text: str, expected: str) -> None:
    assert outcome(text, "context") == expected


def test_a_required_argument_nobody_gives_is_refused() -> None:
    assert outcome("(1)") == "[missing context]"
    assert outcome("(**k)") == "(**k)"


def test_without_a_signature_arguments_go_by_keyword() -> None:
    assert outcome("()", "context", new=None) == "(context=CONTEXT)"
    assert outcome("(1, size=2)", "context", new=None) == "(1, size=2, context=CONTEXT)"
    assert outcome("(*a)", "context", new=None) == "[context may already be among what is unpacked]"


def test_an_unknown_old_signature_is_taken_to_have_the_same_places() -> None:
    assert outcome("(1)", "context", old=None) == "(1)"
    assert outcome("(1)", "mode", old=None) == "(1, MODE)"
    assert outcome("(1)", "size", old=None) == "(1, size=SIZE)"


def test_keyword_only_and_positional_only_parameters() -> None:
    assert outcome("()", "context", "size") == "(CONTEXT, size=SIZE)"
    strict = Signature(positional_only=("context",), regular=("mode",))
    assert outcome("()", "context", new=strict) == "(CONTEXT)"
    assert outcome("()", "context", "mode", new=strict) == "(CONTEXT, MODE)"
    late = Signature(regular=("mode",), positional_only=("a", "context"))
    assert outcome("()", "context", new=late) == "[no parameter 'context']"


def test_a_place_the_rule_insists_on() -> None:
    mapping = ArgumentMap((Addition("context", 0),), old=None, new=None)
    assert mapped("(1, k=2)", mapping, lambda _: "C", newline="\n") == "(C, 1, k=2)"
    far = ArgumentMap((Addition("context", 5),), old=None, new=None)
    assert mapped("(1, k=2)", far, lambda _: "C", newline="\n") == "(1, C, k=2)"


def test_arguments_are_kept_dropped_and_renamed() -> None:
    free = {"new": None}
    assert outcome("(1, 2, k=3)", keep=frozenset(), **free) == "()"
    assert outcome("(1, size=2, k=3)", keep=frozenset({"size"}), **free) == "(size=2)"
    assert outcome("(1, size=2, k=3)", drop=frozenset({"mode", "k"}), **free) == "(size=2)"
    assert outcome("(mode=1, size=2)", rename={"mode": "kind"}, **free) == "(kind=1, size=2)"
    assert outcome("(1, 2)", drop=frozenset({"mode"}), new=Signature(regular=("size",))) == "(2)"
    assert outcome("(1, 2)", drop=frozenset({"mode"}), new=Signature(regular=("x", "size"))) == "(size=2)"
    assert outcome("(1)", rename={"mode": "kind"}, new=Signature(regular=("x", "kind"))) == "(kind=1)"


@pytest.mark.parametrize("text", ["(*a)", "(**k)", "(1, 2, 3)"])
def test_what_cannot_be_told_is_not_left_out(text: str) -> None:
    assert outcome(text, drop=frozenset({"mode"}), new=None).startswith("[which parameters")


def test_a_refusal_of_the_value_is_handed_on_and_none_leaves_it_out() -> None:
    mapping = ArgumentMap((Addition("context"),))
    no = Blocked("no-context-in-scope")
    assert mapped("()", mapping, lambda _: no, newline="\n") is no
    assert mapped("(1)", mapping, lambda _: None, newline="\n") == "(1)"


def test_a_signature_that_takes_anything() -> None:
    anything = Signature(var_positional=True, var_keyword=True)
    assert outcome("(1, 2, 3, k=4)", "context", new=anything) == "(1, 2, 3, k=4, context=CONTEXT)"
