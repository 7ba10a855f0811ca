"""Which calls a rule means: what a method is called on, by its spelling and by its type."""

from __future__ import annotations

import ast

import pytest
from codemod_trees import names
from pydantic import ValidationError

from workbench.codemod.calls.receivers import CallParameters, CallTarget
from workbench.model.violation import Blocked

HEAD = "import aiohttp\nimport typing\nfrom aiohttp import ClientResponse\nfrom typing import Any, Optional, Union\n"


def target(call: str = "$R.release", **parameters: object) -> CallTarget:
    return CallTarget(CallParameters.model_validate({"id": "it", "kind": "any", "call": call, **parameters}))


def verdicts(code: str, one: CallTarget) -> list[bool | str]:
    """What a target says to every call of a file, in source order; of refusals the code."""
    known = names(code)
    calls = [node for node in ast.walk(known.module.tree) if isinstance(node, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset, -(call.end_col_offset or 0)))
    told = (one.matches(call, known) for call in calls)
    return [each.code if isinstance(each, Blocked) else each for each in told]


def released(code: str, **parameters: object) -> bool | str:
    """What is said to the one `.release()` of a file."""
    known = names(f"{HEAD}\n{code}\n")
    one = target(**{"receiver_type": "aiohttp.ClientResponse", **parameters})
    calls = [node for node in ast.walk(known.module.tree) if isinstance(node, ast.Call)]
    (call,) = (one_call for one_call in calls if getattr(one_call.func, "attr", "") == "release")
    told = one.matches(call, known)
    return told.code if isinstance(told, Blocked) else told


# ---- what a plan may say


@pytest.mark.parametrize("call", ["release", "$R", "$R.", "a b.c", "$R.a()", "R$.a", ".a", "a..b"])
def test_a_call_that_names_nothing_is_refused(call: str) -> None:
    with pytest.raises(ValidationError, match="neither a dotted name nor"):
        target(call)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"receiver": ["re:("]}, "no regular expression"),
        ({"receiver": ["a b"]}, "no expression"),
        ({"receiver_not": ["re:*"]}, "no regular expression"),
        ({"receiver_type": "Response"}, "not the dotted name of a class"),
        ({"receiver_type": "a.b c"}, "not the dotted name of a class"),
        ({"unknown_receiver": "guess"}, "'block', 'match' or 'leave'"),
    ],
)
def test_a_receiver_that_cannot_be_compared_is_refused(parameters: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        target(**parameters)


@pytest.mark.parametrize("key", ["receiver", "receiver_not", "receiver_type"])
def test_a_dotted_name_has_no_receiver_to_narrow(key: str) -> None:
    with pytest.raises(ValidationError, match="narrow a call by attribute"):
        target("lib.f", **{key: ["a.b"]})


# ---- by name


def test_a_dotted_name_is_resolved() -> None:
    one = target("lib.f")
    assert verdicts("from lib import f as g\ng()\nf()\ng.h()\nlib.f()\n", one) == [True, False, False, False]
    assert verdicts("from lib import f\nif x:\n    f = 1\nf()\n", one) == ["rebound"]
    sites = [*one.sites(names("from lib import f\n\nmap(f, a)\nf()\n"))]
    assert [(site.call is None, site.blocked.code if site.blocked else "") for site in sites] == [
        (True, "passed-as-value"),
        (False, ""),
    ]
    assert (one.dotted, one.needle) == ("lib.f", "f")


def test_an_attribute_is_compared_up_to_the_receiver() -> None:
    one = target("$R.session.release")
    assert verdicts("a.session.release()\na.release()\nsession.release()\na().session.release()\n", one) == [
        True,
        False,
        False,
        True,
        False,
    ]
    assert (one.dotted, one.needle) == (None, "release")


@pytest.mark.parametrize(
    ("receiver", "is_meant"),
    [
        ("resp", True),
        ("self._resp", True),
        ("self . _resp", True),
        ("(resp)", True),
        ("my_response", True),
        ("my_response.inner", False),
        ("self.resp", False),
        ("resps", False),
        ("other[0]", True),
        ("a.make('x')", True),
    ],
)
def test_receivers_by_their_spelling(receiver: str, is_meant: bool) -> None:
    one = target(receiver=["resp", "self._resp", "re:.*_response$", "other[0]", 'a.make("x")'])
    assert verdicts(f"{receiver}.release()\n", one)[0] is is_meant


def test_receivers_that_are_not_meant() -> None:
    one = target(receiver_not=["lock", "re:self\\."])
    code = "lock.release()\nself.lock.release()\nmy.self.x.release()\nresp.release()\n"
    assert verdicts(code, one) == [False, False, True, True]
    both = target(receiver=["re:l"], receiver_not=["lock"])
    assert verdicts("lock.release()\nlatch.release()\nresp.release()\n", both) == [False, True, False]


def test_sites_come_in_source_order_with_their_scope() -> None:
    sites = [*target().sites(names("def f():\n    b.release(a.release)\n    c.release().release()\n"))]
    assert [(ast.unparse(site.node), site.scope.qualname) for site in sites] == [
        ("b.release(a.release)", "f"),
        ("c.release()", "f"),
        ("c.release().release()", "f"),
    ]


# ---- by type


@pytest.mark.parametrize(
    "annotation",
    [
        "ClientResponse",
        "aiohttp.ClientResponse",
        "'ClientResponse'",
        "'aiohttp.ClientResponse | None'",
        "Optional[ClientResponse]",
        "typing.Optional['ClientResponse']",
        "ClientResponse | None",
        "None | ClientResponse",
        "Union[ClientResponse, None]",
        "typing.Annotated[ClientResponse, 1]",
        "ClientResponse[int]",
    ],
)
def test_an_annotation_tells(annotation: str) -> None:
    assert released(f"def f(resp: {annotation}):\n    resp.release()") is True
    assert released(f"def f(*, resp: {annotation} = None):\n    resp.release()") is True
    assert released(f"def f():\n    resp: {annotation}\n    resp = make()\n    resp.release()") is True
    assert released(f"class A:\n    resp: {annotation}\n    def f(self):\n        self.resp.release()") is True


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        ("int", False),
        ("'int'", False),
        ("list[ClientResponse]", False),
        ("type[ClientResponse]", False),
        ("aiohttp.ClientSession", False),
        ("Union[int, str]", False),
        ("ClientResponse | int", "unknown-receiver"),
        ("Any", "unknown-receiver"),
        ("object", "unknown-receiver"),
        ("Unknown", "unknown-receiver"),
        ("T", "unknown-receiver"),
        ("None", "unknown-receiver"),
        ("'not code('", "unknown-receiver"),
    ],
)
def test_an_annotation_of_something_else(annotation: str, told: bool | str) -> None:
    assert released(f"T = typing.TypeVar('T')\ndef f(resp: {annotation}):\n    resp.release()") == told


@pytest.mark.parametrize(
    "code",
    [
        "resp = ClientResponse()\nresp.release()",
        "ClientResponse().release()",
        "(ClientResponse() or None).release()",
        "(ClientResponse() if x else ClientResponse()).release()",
        "(r := ClientResponse()).release()",
        "a = ClientResponse()\nb = a\nb.release()",
        "resp = None\nif x:\n    resp = ClientResponse()\nresp.release()",
        "with ClientResponse() as resp:\n    resp.release()",
        "async def f():\n    async with ClientResponse() as resp:\n        resp.release()",
        "resp = typing.cast('ClientResponse', make())\nresp.release()",
        "def make() -> ClientResponse: ...\nmake().release()",
        "async def make() -> ClientResponse: ...\nasync def f():\n    resp = await make()\n    resp.release()",
        "try: ...\nexcept ClientResponse as e:\n    e.release()",
        "class Mine(ClientResponse):\n    def f(self):\n        self.release()",
        "class Mine(ClientResponse): ...\nclass More(Mine): ...\nMore().release()",
        "def f(resp: ClientResponse):\n    def g():\n        resp.release()",
        "resp = ClientResponse()\ndel resp\nresp = ClientResponse()\nresp.release()",
    ],
)
def test_constructors_and_results_tell(code: str) -> None:
    assert released(code) is True


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("resp.release()", "unknown-receiver"),
        ("def f(resp):\n    resp.release()", "unknown-receiver"),
        ("resp = make()\nresp.release()", "unknown-receiver"),
        ("a.b.release()", "unknown-receiver"),
        ("resp[0].release()", "unknown-receiver"),
        ("for resp in every:\n    resp.release()", "unknown-receiver"),
        ("async def f():\n    async with session.get() as resp:\n        resp.release()", "unknown-receiver"),
        ("async def make() -> ClientResponse: ...\nmake().release()", "unknown-receiver"),
        ("@cached\ndef make() -> ClientResponse: ...\nmake().release()", "unknown-receiver"),
        ("def make() -> ClientResponse: ...\ndef make(): ...\nmake().release()", "unknown-receiver"),
        ("resp = ClientResponse()\nresp = make()\nresp.release()", "unknown-receiver"),
        ("resp = ClientResponse()\nif x:\n    resp = make()\nresp.release()", "unknown-receiver"),
        ("resp = resp\nresp.release()", "unknown-receiver"),
        ("a = b\nb = a\na.release()", "unknown-receiver"),
        ("(ClientResponse() or make()).release()", "unknown-receiver"),
        ("from lib import resp\nresp.release()", "unknown-receiver"),
        ("[].release()", False),
        ("''.release()", False),
        ("f'{x}'.release()", False),
        ("dict().release()", False),
        ("aiohttp.release()", False),
        ("ClientResponse.release()", "unknown-receiver"),
        ("class A:\n    def f(self):\n        self.release()", False),
        ("class A(ClientResponse):\n    @classmethod\n    def f(cls):\n        cls.release()", False),
        ("def f(*resp):\n    resp.release()", False),
        ("def f(): ...\nf.release()", False),
        ("print.release()", False),
        ("resp = ClientResponse()\nresp = 1\nresp.release()", False),
        ("def f(resp: ClientResponse):\n    def g(resp: int):\n        resp.release()", False),
        ("def make() -> int: ...\nmake().release()", False),
        ("import threading\nthreading.Lock().release()", False),
        ("import threading\nlock = threading.Lock()\nlock.release()", False),
    ],
)
def test_what_is_open_and_what_is_something_else(code: str, told: bool | str) -> None:
    assert released(code) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("    def __init__(self, r: ClientResponse):\n        self.r = r", True),
        ("    def __init__(self, r: ClientResponse | None):\n        self.r = r", True),
        ("    def __init__(self):\n        self.r: ClientResponse = make()", True),
        (
            "    def __init__(self):\n        self.r = None\n    def open(self):\n        self.r = ClientResponse()",
            True,
        ),
        ("    def open(self):\n        with ClientResponse() as self.r: ...", True),
        ("    @property\n    def r(self) -> ClientResponse: ...", True),
        ("    def __init__(self):\n        self.r = make()", "unknown-receiver"),
        (
            "    def __init__(self):\n        self.r = ClientResponse()\n    def g(self):\n        self.r = 1",
            "unknown-receiver",
        ),
        ("    def __init__(self):\n        self.r, self.s = make()", "unknown-receiver"),
        ("    def __init__(self, r):\n        self.r = r", "unknown-receiver"),
        ("    x = 1", "unknown-receiver"),
        ("    def __init__(self):\n        self.r = Lock()", "unknown-receiver"),
        ("    def __init__(self):\n        self.r = 1", False),
        ("    r: int", False),
    ],
)
def test_attributes_of_self(body: str, told: bool | str) -> None:
    assert released(f"class A:\n{body}\n    def f(self):\n        self.r.release()") == told
    inherited = f"class Base:\n{body}\nclass A(Base):\n    def f(self):\n        self.r.release()"
    assert released(inherited) == told


@pytest.mark.parametrize(("decision", "told"), [("block", "unknown-receiver"), ("match", True), ("leave", False)])
def test_the_rule_decides_what_is_open(decision: str, told: bool | str) -> None:
    assert released("resp.release()", unknown_receiver=decision) == told
    assert released("(ClientResponse() or 1).release()", unknown_receiver=decision) == told
    assert released("[].release()", unknown_receiver=decision) is False


def test_all_conditions_must_hold() -> None:
    code = "def f(resp: ClientResponse, other: ClientResponse):\n    other.release()"
    assert released(code, receiver=["resp"]) is False
    assert released(code, receiver=["other"]) is True
    assert released(code, receiver_not=["other"]) is False
    assert released(code, receiver_type=["web.Response", "aiohttp.ClientResponse"]) is True


def test_a_type_is_compared_in_canonical_form() -> None:
    tree = {
        "app/__init__.py": "",
        "app/http.py": "class Response: ...\n",
        "app/api.py": "from app.http import Response\n",
    }
    known = names("from app.api import Response as R\n\n\ndef f(r: R):\n    r.release()\n", tree=tree)
    (call,) = (node for node in ast.walk(known.module.tree) if isinstance(node, ast.Call))
    assert target(receiver_type="app.http.Response").matches(call, known) is True
    assert target(receiver_type="app.other.Response").matches(call, known) is False


def test_a_class_of_the_tree_need_not_look_like_one() -> None:
    tree = {"lib/__init__.py": "class response:\n    def __init__(self): ...\n\n\ndef Make(): ...\n"}
    code = "from lib import response, Make\nresponse().release()\nMake().release()\n"
    known = names(code, tree=tree)
    calls = sorted(
        (node for node in ast.walk(known.module.tree) if getattr(getattr(node, "func", None), "attr", "") == "release"),
        key=lambda node: node.lineno,
    )
    one = target(receiver_type="lib.response")
    assert one.matches(calls[0], known) is True
    assert isinstance(one.matches(calls[1], known), Blocked)


def test_what_the_tree_shows_to_be_async() -> None:
    lib = "class Response:\n    async def release(self): ...\n    def close(self): ...\n\n\nasync def f(): ...\n"
    known = names("", tree={"lib/__init__.py": lib}).project
    assert target(receiver_type="lib.Response").is_async(known)
    assert target("lib.f").is_async(known)
    assert not target("$R.close", receiver_type="lib.Response").is_async(known)
    assert not target("$R.release").is_async(known)
    assert not target(receiver_type="aiohttp.ClientResponse").is_async(known)


def test_only_a_dotted_name_is_spelled() -> None:
    (site,) = target("lib.f").sites(names("import lib as l\nl.f()\n"))
    assert site.spelled == "lib.f"
    (site,) = target().sites(names("r.release()\n"))
    assert site.spelled == ""
