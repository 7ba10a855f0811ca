"""replace-call of methods: only the method's name and its arguments change, whatever the receiver looks like."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from rule_trees import reason, rewritten, rule, sites

PATH = "app/user.py"


def method(**more):
    return rule("replace-call", **{"call": "$R.old", "with_": "$R.new", **more})


def after(code, **more):
    return rewritten(method(**more), {PATH: code}, PATH)[0]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("x.old()\n", "x.new()\n"),
        ("x.old().old(x.old())\n", "x.new().new(x.new())\n"),
        ("x.old.old()\n", "x.old.new()\n"),
        ("x[old.old()].old(1)\n", "x[old.new()].new(1)\n"),
        (
            "(\n    x\n    .a(1)  # first\n    .old()  # then\n)\n",
            "(\n    x\n    .a(1)  # first\n    .new()  # then\n)\n",
        ),
        ("x . \\\n  old ()\n", "x . \\\n  new ()\n"),
        ("f'{x.old(1)}'\n", "f'{x.new(1)}'\n"),
        ("x.old\nold()\n", "x.old\nold()\n"),
    ],
)
def test_only_the_name_of_the_method_changes(before, expected):
    assert after(before) == expected


def test_arguments_are_found_where_the_call_stands():
    code = "def f(ctx, x):\n    x.old(\n        1,\n    )\n\n\ndef g(x):\n    x.old()\n"
    wanted = {"arguments": [{"name": "context", "from_scope": ["ctx"]}]}
    assert after(code, **wanted) == code.replace("x.old(\n        1,", "x.new(\n        1,\n        context=ctx,", 1)
    assert [reason(site) for site, _ in sites(method(**wanted), {PATH: code}, PATH)] == ["open", "open"]


def test_a_path_behind_the_receiver_is_replaced_as_a_whole():
    assert (
        after("hs.get().store.old()\n", call="$R.store.old", with_="$R.stores.main.new")
        == "hs.get().stores.main.new()\n"
    )


@pytest.mark.parametrize("unknown", ["block", "match", "leave"])
def test_the_type_of_the_receiver_decides(unknown):
    code = "from lib import A, B\n\n\ndef f(a: A, b: B, c):\n    a.old()\n    b.old()\n    c.old()\n"
    expected = code.replace("a.old", "a.new").replace("c.old", "c.new" if unknown == "match" else "c.old")
    one = method(receiver_type="lib.A", unknown_receiver=unknown)
    assert rewritten(one, {PATH: code}, PATH)[0] == expected
    told = {"block": ["open", "unknown-receiver"], "match": ["open", "open"], "leave": ["open"]}
    assert [reason(site) for site, _ in sites(one, {PATH: code}, PATH)] == told[unknown]


@pytest.mark.parametrize(
    "wrong",
    [
        {"with_": "app.other"},
        {"call": "app.other", "with_": "$R.new"},
        {"with_": "$S.new"},
        {"call": "app.other", "with_": "app.new", "receiver": ["x"]},
    ],
)
def test_a_method_becomes_a_method_of_the_same_receiver(wrong):
    with pytest.raises(ValidationError):
        method(**wrong)
