"""change-arguments beyond its examples: what counts as passed, what may be hidden, and how the rest stays."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rule_trees import rewritten, rule, sites

PATH = "app/example.py"
TREE = {
    "app/__init__.py": "",
    "app/limits.py": "LIMIT = 3\n",
    "shop/__init__.py": "",
    "shop/client.py": (
        "def fetch(url, timeout=3, verify=True, *, retries=0): ...\n"
        "def spread(url, *rest, **more): ...\n"
        "def fixed(url, timeout, /, verify=True): ...\n"
        "def newer(url, check=True, limit=1): ...\n"
        "class Client:\n    def __init__(self, url, verify=True): ...\n"
        "    @classmethod\n    def of(cls, url, verify=True): ...\n"
    ),
    "shop/api.py": "from .client import fetch as get\n",
}
IMPORT = "from shop.client import fetch\n"
FETCH = {"call": "shop.client.fetch"}


def after(code: str, head: str = IMPORT, /, **parameters: object) -> str:
    """The new call, or the reasons in brackets; "" where nothing is found."""
    files = {**TREE, PATH: f"{head}{code}\n"}
    one = rule("change-arguments", **{**FETCH, **parameters})
    named = sites(one, files, PATH)
    new, late = rewritten(one, files, PATH)
    codes = sorted({*(site.blocked.code for site, _ in named if site.blocked), *late})
    return f"[{', '.join(codes)}]" if codes else new.removeprefix(head).removesuffix("\n") if named else ""


# ---- what a plan may say


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({}, "nothing changes"),
        ({"rename": {"a b": "c"}}, "'a b' is not the name of a parameter"),
        ({"rename": {"a": "1"}}, "'1' is not the name of a parameter"),
        ({"drop": ["a.b"]}, "'a.b' is not the name of a parameter"),
        ({"rename": {"a": "b", "b": "c"}}, "b goes and comes"),
        ({"drop": ["a"], "add": [{"name": "a", "expression": "1"}]}, "a goes and comes"),
        ({"drop": ["a"], "rename": {"b": "a"}}, "a goes and comes"),
        ({"positional_to_keyword": ["b"], "parameters": ["a"]}, "`parameters` does not have b"),
        ({"add": [{"name": "a", "expression": "1", "otherwise": "omit"}]}, "keep one of them"),
        ({"add": [{"name": "a", "expression": "1 +"}]}, "not an expression"),
        ({"add": [{"name": "a", "position": 0}]}, "goes by keyword"),
        ({"add": ["a"]}, "valid dictionary"),
        ({"call": "fetch", "drop": ["a"]}, "neither a dotted name nor"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_with_the_plan(parameters: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        rule("change-arguments", **{**FETCH, **parameters})


def test_what_must_exist_and_what_is_looked_for() -> None:
    one = rule("change-arguments", **FETCH, drop=["a"])
    assert (one.targets(), one.needles(), one.moves()) == (("shop.client.fetch",), {"fetch"}, ())
    one = rule("change-arguments", call="$R.session.get", drop=["a"])
    assert (one.targets(), one.needles()) == ((), {"get"})


# ---- rename


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("fetch(verify=1)", "fetch(check=1)"),
        ("fetch(u, verify = 1, **more)", "fetch(u, check = 1, **more)"),
        ("fetch(*a, verify=1)", "fetch(*a, check=1)"),
        ("fetch(verify=fetch(verify=2))", "fetch(check=fetch(check=2))"),
        ("fetch(u, 3, True)", ""),
        ("fetch(*a)", ""),
        ("fetch(**a)", "[signature-mismatch]"),
        ("fetch(verify=1, check=2)", "[signature-mismatch]"),
        ("other(verify=1)", ""),
        ("fetch", ""),
        ("x = fetch", "[passed-as-value]"),
        ("x: fetch = 1", ""),
        ("f'{fetch(verify=1)}'", "f'{fetch(check=1)}'"),
        ("f'{fetch(verify=1)=}'", "[dynamic-name]"),
        ("(fetch)(verify=1)", "(fetch)(check=1)"),
        ("fetch (\n  verify=(1)  # one\n  ,\n)", "fetch (\n  check=(1)  # one\n  ,\n)"),
        ("@fetch(verify=1)\ndef f(): ...", "@fetch(check=1)\ndef f(): ..."),
    ],
)
def test_a_keyword_gets_another_name(call: str, expected: str) -> None:
    assert after(call, rename={"verify": "check"}) == expected


@pytest.mark.parametrize(
    ("head", "call"),
    [
        ("from shop.api import get\n", "get(verify=1)"),
        ("import shop.client as c\n", "c.fetch(verify=1)"),
        ("from shop import client\n", "client.fetch(verify=1)"),
        ("import shop.client\n", "shop.client.fetch(verify=1)"),
    ],
)
def test_calls_by_any_way_of_import(head: str, call: str) -> None:
    assert after(call, head, rename={"verify": "check"}) == call.replace("verify", "check")


def test_classes_and_their_constructors() -> None:
    head = "from shop.client import Client\n"
    assert after("Client(u, True)", head, call="shop.client.Client", drop=["verify"]) == "Client(u)"
    assert after("Client.of(u, True)", head, call="shop.client.Client.of", drop=["verify"]) == "Client.of(u)"


def test_a_name_that_may_be_something_else() -> None:
    assert after("if x:\n    fetch = 1\nfetch(verify=1)", rename={"verify": "check"}) == "[rebound]"


# ---- drop


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("fetch(u, timeout=3)", "fetch(u)"),
        ("fetch(timeout=3)", "fetch()"),
        ("fetch(u, 3)", "fetch(u)"),
        ("fetch(u, 3, True)", "fetch(u, verify=True)"),
        ("fetch(u, 3, (x := 1))", "fetch(u, verify=(x := 1))"),
        ("fetch(u, 3, x := 1)", "fetch(u, verify=(x := 1))"),
        ("fetch(u, timeout=3, **more)", "fetch(u, **more)"),
        ("fetch(u, 3, **more)", "fetch(u, **more)"),
        ("fetch(u)", ""),
        ("fetch(u, **more)", "[signature-mismatch]"),
        ("fetch(*a)", "[signature-mismatch]"),
        ("fetch(u, *a)", "[signature-mismatch]"),
        ("fetch(u, 3, *a)", "[signature-mismatch]"),
        ("fetch(u, timeout=wait())", "[argument-dropped]"),
        ("fetch(u, timeout=lambda: wait())", "fetch(u)"),
        (
            "fetch(\n    u,\n    # seconds\n    timeout=3,\n    retries=1,\n)",
            "fetch(\n    u,\n    # seconds\n    retries=1,\n)",
        ),
        ("fetch(u,\n      timeout=3,  # s\n      verify=1)", "fetch(u,\n      verify=1)"),
    ],
)
def test_an_argument_is_left_out(call: str, expected: str) -> None:
    assert after(call, drop=["timeout"]) == expected


def test_several_go_at_once() -> None:
    assert after("fetch(u, 3, True, retries=1)", drop=["timeout", "retries"]) == "fetch(u, verify=True)"
    assert after("fetch(u, 3, True, retries=1)", drop=["timeout", "verify", "retries"]) == "fetch(u)"
    assert after("fetch(u, 3, verify=1)", drop=["timeout"], rename={"verify": "check"}) == "fetch(u, check=1)"


def test_a_keyword_only_argument_is_not_hidden_among_places() -> None:
    assert after("fetch(*a)", drop=["retries"]) == ""
    assert after("fetch(*a, retries=1)", drop=["retries"]) == "fetch(*a)"


@pytest.mark.parametrize(
    ("call", "parameters", "expected"),
    [
        ("send(a, b, c)", ["what", "to", "via"], "send(a, via=c)"),
        ("send(a, b, c, d)", ["what", "to", "via"], "[signature-mismatch]"),
        ("send(*a)", ["what", "to", "via"], "[signature-mismatch]"),
        ("send(*a, to=1)", ["what", "to"], "send(*a)"),
        ("send(a, b)", [], ""),
        ("send(a, to=b)", [], "send(a)"),
        ("send(*a)", [], "[signature-mismatch]"),
    ],
)
def test_places_outside_the_tree_are_told_by_the_rule(call: str, parameters: list[str], expected: str) -> None:
    head = "from lib import send\n"
    assert after(call, head, call="lib.send", drop=["to"], parameters=parameters) == expected


def test_places_the_tree_does_not_know_any_more() -> None:
    head = "from shop.client import newer\n"
    assert after("newer(u, 1, 2, 3)", head, call="shop.client.newer", drop=["timeout"]) == "[signature-mismatch]"
    assert after("newer(u, 1)", head, call="shop.client.newer", drop=["timeout"]) == ""


# ---- by keyword


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("fetch(u, 3)", "fetch(u, timeout=3)"),
        ("fetch(u, 3, True)", "fetch(u, timeout=3, verify=True)"),
        ("fetch(u, timeout=3)", ""),
        ("fetch(u)", ""),
        ("fetch(u, *a)", "[signature-mismatch]"),
        ("fetch(u, 3, *a)", "[signature-mismatch]"),
        ("fetch(u, 3, True, 4)", "[signature-mismatch]"),
        ("fetch(u, **more)", ""),
        ("fetch(u, 3, **more)", "fetch(u, timeout=3, **more)"),
        ("fetch(\n    u,\n    3,  # s\n)", "fetch(\n    u,\n    timeout=3,  # s\n)"),
        ("fetch(u, (3))", "fetch(u, timeout=(3))"),
    ],
)
def test_places_become_keywords(call: str, expected: str) -> None:
    assert after(call, positional_to_keyword=["timeout"]) == expected


def test_what_cannot_be_passed_by_keyword() -> None:
    head = "from shop.client import fixed, spread\nfrom lib import send\n"
    assert (
        after("fixed(u, 3)", head, call="shop.client.fixed", positional_to_keyword=["timeout"])
        == "[signature-mismatch]"
    )
    assert (
        after("fixed(u, 3, 1)", head, call="shop.client.fixed", positional_to_keyword=["verify"])
        == "fixed(u, 3, verify=1)"
    )
    assert (
        after("spread(u, 3)", head, call="shop.client.spread", positional_to_keyword=["url"]) == "[signature-mismatch]"
    )
    assert after("send(a)", head, call="lib.send", positional_to_keyword=["what"]) == "[signature-mismatch]"
    assert after("send(what=a)", head, call="lib.send", positional_to_keyword=["what"]) == ""


def test_a_lone_generator_gets_brackets_of_its_own() -> None:
    assert after("fetch(i for i in a)", positional_to_keyword=["url"]) == "fetch(url=(i for i in a))"


# ---- add


ADDED = [{"name": "limit", "expression": "app.limits.LIMIT"}]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("fetch()", "fetch(limit=LIMIT)"),
        ("fetch(u, 3,)", "fetch(u, 3, limit=LIMIT,)"),
        ("fetch(limit=1)", ""),
        ("fetch(\n    u,\n    # last\n)", "fetch(\n    u,\n    limit=LIMIT,\n    # last\n)"),
        ("fetch(**more)", "[signature-mismatch]"),
        ("fetch(limit=1, **more)", ""),
        ("fetch(i for i in a)", "fetch((i for i in a), limit=LIMIT)"),
        ("fetch(fetch())", "fetch(fetch(limit=LIMIT), limit=LIMIT)"),
    ],
)
def test_an_argument_is_added_with_its_import(call: str, expected: str) -> None:
    new = after(call, add=ADDED)
    assert new.removeprefix("from app.limits import LIMIT\n" + IMPORT).removesuffix("\n") == expected


def test_values_from_scope() -> None:
    add = [{"name": "ctx", "from_scope": ["context", "self.context"]}]
    assert after("def f(context):\n    fetch()", add=add) == "def f(context):\n    fetch(ctx=context)"
    assert after("def f():\n    fetch()", add=add) == "[no-context-in-scope]"
    assert after("def f():\n    fetch()\n    context = 1", add=add) == "[bound-after-use]"
    assert after("def f():\n    fetch()", add=[{**add[0], "otherwise": "omit"}]) == ""


def test_what_is_unpacked_may_be_what_is_added() -> None:
    head = "from shop.client import newer\nfrom lib import send\n"
    add = [{"name": "limit", "expression": "1"}]
    assert after("newer(*a)", head, call="shop.client.newer", add=add) == "[signature-mismatch]"
    assert after("newer(u, 1, 2)", head, call="shop.client.newer", add=add) == ""
    assert after("send(*a)", head, call="lib.send", add=add) == "[signature-mismatch]"
    assert after("send(*a)", head, call="lib.send", add=add, parameters=["what"]) == "send(*a, limit=1)"
    retries = [{"name": "retries", "expression": "1"}]
    assert after("fetch(*a)", add=retries) == "fetch(*a, retries=1)"


def test_what_stands_at_an_unknown_place_may_be_what_is_added() -> None:
    head = "from lib import send\n"
    add = [{"name": "limit", "expression": "1"}]
    assert after("send(a)", head, call="lib.send", add=add) == "[signature-mismatch]"
    assert after("send(what=a)", head, call="lib.send", add=add) == "send(what=a, limit=1)"
    assert after("send(a)", head, call="lib.send", add=add, parameters=["what"]) == "send(a, limit=1)"
    assert after("send(a, b)", head, call="lib.send", add=add, parameters=["what"]) == "[signature-mismatch]"
    assert after("send(a, b)", head, call="lib.send", add=add, parameters=["what", "limit"]) == ""


def test_the_new_signature_is_held_against_the_call() -> None:
    head = "from shop.client import newer\n"
    rename = {"call": "shop.client.newer", "rename": {"verify": "check"}}
    assert after("newer(u, verify=1)", head, **rename) == "newer(u, check=1)"
    assert after("newer(u, 1, verify=1)", head, **rename) == "[signature-mismatch]"
    assert after("newer(u, verify=1, depth=2)", head, **rename) == "[signature-mismatch]"


def test_receivers_narrow_it() -> None:
    code = "import aiohttp\n\n\ndef f(r: aiohttp.ClientResponse, s, t: int):\n    {}"
    more = {"call": "$R.free", "rename": {"a": "b"}, "receiver_type": "aiohttp.ClientResponse"}
    assert after(code.format("r.free(a=1)"), "", **more) == code.format("r.free(b=1)")
    assert after(code.format("s.free(a=1)"), "", **more) == "[unknown-receiver]"
    assert after(code.format("s.free()"), "", **more) == ""
    assert after(code.format("t.free(a=1)"), "", **more) == ""
    assert after(code.format("s.free(a=1)"), "", **more, unknown_receiver="match") == code.format("s.free(b=1)")


# ---- properties


gaps = st.sampled_from(["", " ", "\n    ", "  # one\n    ", "\n\n    # two\n    "])
values = st.sampled_from(
    ["1", "a", "(a)", "-1", "x.y", "'s, t'", "[1, 2]", "(\n  a  # in\n)", "lambda: 1", "a if b else c"]
)
names = st.lists(st.sampled_from(["timeout", "verify", "retries"]), unique=True, max_size=3)


@st.composite
def calls(draw: st.DrawFn) -> str:
    keywords = draw(names)
    places = draw(st.lists(values, max_size=1))
    written = [*places, *(f"{name}={draw(values)}" for name in keywords)]
    comma = draw(st.sampled_from(["", ","])) if written else ""
    text = "".join(f"{draw(gaps)}{one}{draw(gaps)}," for one in written).removesuffix(",")
    return f"fetch({text}{comma}{draw(gaps)})"


changes = st.fixed_dictionaries(
    {},
    optional={
        "rename": st.just({"verify": "check"}),
        "drop": st.just(["timeout"]),
        "add": st.just([{"name": "limit", "expression": "1"}]),
        "positional_to_keyword": st.just(["url"]),
    },
).filter(bool)


def _comments(code: str) -> Counter[str]:
    every = tokenize.generate_tokens(io.StringIO(code).readline)
    return Counter(token.string for token in every if token.type == tokenize.COMMENT)


def _meant(call: ast.Call, change: dict[str, object]) -> dict[str, str]:
    """What is passed in the end, by name."""
    passed = {one.arg or "": ast.dump(one.value) for one in call.keywords}
    if call.args:
        passed["url" if "positional_to_keyword" in change else "0"] = ast.dump(call.args[0])
    if "drop" in change:
        passed.pop("timeout", None)
    if "rename" in change and "verify" in passed:
        passed["check"] = passed.pop("verify")
    if "add" in change:
        passed["limit"] = ast.dump(ast.Constant(1))
    return passed


@settings(max_examples=150, deadline=None)
@given(calls(), changes)
def test_what_is_passed_is_what_was_passed_but_for_the_change(call: str, change: dict[str, object]) -> None:
    files = {PATH: f"from lib import fetch\nx = {call}\n"}
    parameters = ["url", "timeout", "verify"]
    one = rule("change-arguments", call="lib.fetch", **change, parameters=parameters)
    new, late = rewritten(one, files, PATH)
    assert not late
    before, now = (ast.parse(code).body[-1].value for code in (files[PATH], new))
    assert _meant(now, {}) == _meant(before, change)
    if "timeout" not in call or "drop" not in change:
        assert _comments(new) == _comments(files[PATH])
    assert not sites(one, {PATH: new}, PATH)
