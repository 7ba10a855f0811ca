"""replace-call beyond its examples: what is a site, what its arguments become, and how imports follow."""

from __future__ import annotations

import pickle
from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from workbench.codemod.edit import splice
from workbench.codemod.find import find_in
from workbench.codemod.project import Project, facts
from workbench.codemod.rewrite import FileFailed, FileRewrite, rewrite_file
from workbench.codemod.roots import ModuleMap
from workbench.codemod.source import Module
from workbench.model.violation import Site
from workbench.rules.replace_call import ReplaceCall, ReplaceCallParameters

TREE = {
    "app/__init__.py": "",
    "app/ws/__init__.py": "from app.ws.manager import Manager\n",
    "app/ws/manager.py": (
        "class Manager:\n    LIMIT = 1\n    def __init__(self, mode=None, size=1): ...\n\n\n"
        "def get_manager(context=None, mode=None): ...\nasync def open_manager(context=None): ...\n"
    ),
    "app/legacy.py": "class OldManager: ...\n",
}
IMPORT = "from app.ws.manager import Manager\n"
PATH = "app/example.py"


def rule(**parameters: object) -> ReplaceCall:
    every = {**ReplaceCall.defaults, **parameters}
    return ReplaceCall(ReplaceCallParameters(id="r", kind="replace-call", **every))


def _module(path: str, code: str) -> Module:
    name, is_package = ModuleMap().name_of(path) or ("", False)
    return Module(path, code.encode(), name, is_package)


def _project(code: str, path: str, tree: Mapping[str, str], moves: Mapping[str, str]) -> Project:
    known = [facts(_module(one, text)) for one, text in {**TREE, **tree, path: code}.items()]
    return Project({one.name: one for one in known}, frozenset(one.name for one in known), moves)


def sites(code: str, one: ReplaceCall | None = None, path: str = PATH, **more: Mapping[str, str]) -> list[Site]:
    project = _project(code, path, more.get("tree", {}), more.get("moves", {}))
    return [site for site, _ in find_in(_module(path, code), [one or rule()], project)]


def rewritten(
    code: str,
    one: ReplaceCall | None = None,
    path: str = PATH,
    tree: Mapping[str, str] | None = None,
    moves: Mapping[str, str] | None = None,
) -> str:
    """The new text, or the reasons in brackets."""
    one = one or rule()
    project = _project(code, path, tree or {}, moves or {})
    found = find_in(_module(path, code), [one], project)
    outcome = rewrite_file(
        path,
        code.encode(),
        rules=[one],
        wanted={"r": frozenset(name for _, name in found)},
        project=project,
        roots=ModuleMap(),
    )
    assert not isinstance(outcome, FileFailed), outcome
    assert isinstance(outcome, FileRewrite)
    assert len(outcome.fixed) + len(outcome.blocked) == len(found)
    if outcome.blocked:
        assert outcome.fixed or outcome.after == outcome.before
        return f"[{', '.join(sorted({why.code for _, why in outcome.blocked}))}]"
    return outcome.after.decode()


# ---- what is a site


@pytest.mark.parametrize(
    "value",
    [
        "x = Manager",
        "x: type = Manager",
        "self.kind = Manager",
        "field(default_factory=Manager)",
        "functools.partial(Manager)",
        "functools.partial(Manager, 1)",
        "register('a', Manager)",
        "register(cls=Manager)",
        "TABLE = {'a': Manager}",
        "TABLE = [Manager]\nfor one in TABLE: one()",
        "for one in (Manager, dict): one()",
        "(lambda: Manager)()",
        "def f(kind=Manager): ...",
        "def f():\n    return Manager",
        "def f():\n    yield Manager",
        "@Manager\ndef f(): ...",
        "(Manager if x else dict)()",
        "(Manager or dict)()",
        "x = y = Manager",
        "[one() for one in (Manager, dict)]",
        "raise Manager",
        "pytest.mark.parametrize('kind', [Manager, dict])",
    ],
)
def test_what_is_handed_on_is_a_site_nobody_can_mend(value: str) -> None:
    found = sites(f"{IMPORT}\n{value}\n")
    assert [site.blocked.code if site.blocked else "" for site in found] == ["passed-as-value"]


@pytest.mark.parametrize(
    "use",
    [
        "def f(x: Manager) -> Manager: ...",
        "x: Manager | None = None",
        "def f(x: 'Manager'): ...",
        "x = y  # type: Manager",
        "List[Manager]",
        "isinstance(x, Manager)",
        "isinstance(x, (Manager, dict))",
        "issubclass(x, Manager)",
        "TYPES = (Manager, dict)\nisinstance(x, TYPES)",
        "class A(Manager): ...",
        "class A(Base, metaclass=Manager): ...",
        "try: ...\nexcept Manager: ...",
        "try: ...\nexcept (Manager, KeyError): ...",
        "Manager.LIMIT",
        "Manager.create()",
        "cls is Manager",
        "type(x) == Manager",
        "assert Manager is not None",
        "assert Manager",
        "if Manager: ...",
        "Mock(spec=Manager)",
        "MagicMock(Manager)",
        "create_autospec(Manager, instance=True)",
        "patch.object(Manager, 'send')",
        "monkeypatch.setattr(Manager, 'send', None)",
        "self.assertIsInstance(x, Manager)",
        "cast(Manager, x)",
        "cast('Manager()', x)",
        "TypeVar('T', bound=Manager)",
        "f'{Manager}'",
        "print(Manager)",
        "x = {Manager: 1}",
        "del Manager",
        "match x:\n    case Manager(): ...",
    ],
)
def test_a_class_that_is_only_looked_at_is_no_site(use: str) -> None:
    assert sites(f"{IMPORT}\n{use}\n") == []


@pytest.mark.parametrize(
    "code",
    [
        "class Manager: ...\nManager()\n",
        f"{IMPORT}\ndef f(Manager):\n    return Manager()\n",
        "from other import Manager\nManager()\n",
        f"{IMPORT}class Sub(Manager): ...\nSub()\n",
        "'''\n>>> Manager()\n'''\n",
    ],
)
def test_another_thing_of_the_name_is_no_site(code: str) -> None:
    assert sites(code) == []


def test_a_name_assigned_again_is_blocked() -> None:
    (site,) = sites(f"{IMPORT}\nif x:\n    Manager = wrap(Manager)\n\nManager()\n")[1:]
    assert site.blocked is not None
    assert site.blocked.code == "rebound"


def test_calls_through_a_legacy_path_count_and_are_mended_once_it_moved() -> None:
    moves = {"app.legacy.OldManager": "app.ws.manager.Manager"}
    legacy = "from app.legacy import OldManager\n\n\ndef f(context):\n    return OldManager()\n"
    moved = f"{IMPORT}\n\ndef f(context):\n    return Manager()\n"
    (before,), (after,) = sites(legacy, moves=moves), sites(moved, moves=moves)
    assert (before.key, before.scope) == (after.key, after.scope)
    assert "from app.ws.manager import get_manager\n" in rewritten(moved, moves=moves)


def test_a_re_export_is_the_same_class() -> None:
    code = "from app.ws import Manager\n\n\ndef f(context):\n    return Manager()\n"
    assert (
        rewritten(code)
        == "from app.ws.manager import get_manager\n\n\ndef f(context):\n    return get_manager(context)\n"
    )


def test_how_the_new_callable_does_its_work_is_left_alone() -> None:
    code = (
        "class Manager:\n    @classmethod\n    def make(cls): return Manager()\n\n\n"
        "def _build(): return Manager()\n\n\n"
        "def get_manager(context=None): return _build() or Manager.make() or Manager()\n\n\n"
        "def other(context): return Manager()\n"
    )
    found = sites(code, path="app/ws/manager.py")
    assert [site.excluded for site in found] == ["own-definition"] * 2 + ["own-definition", ""]
    assert rewritten(code, path="app/ws/manager.py").startswith("[excluded")


# ---- arguments and layout


def call(text: str, head: str = "def f(context):", one: ReplaceCall | None = None) -> str:
    """What `return TEXT` becomes."""
    outcome = rewritten(f"{IMPORT}\n\n{head}\n    return {text}\n", one)
    return outcome.partition("    return ")[2].removesuffix("\n") or outcome


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Manager()", "get_manager(context)"),
        ("Manager(1)", "get_manager(context, 1)"),
        ("Manager(mode=1)", "get_manager(context, mode=1)"),
        ("Manager(  )", "get_manager(context  )"),
        ("(Manager)()", "(get_manager)(context)"),
        ("Manager \\\n        ()", "get_manager \\\n        (context)"),
        ("Manager(\n        mode=1,  # why\n    )", "get_manager(\n        context,\n        mode=1,  # why\n    )"),
        ("Manager(  # why\n    )", "get_manager(context  # why\n    )"),
        ("Manager(mode=Manager())", "get_manager(context, mode=get_manager(context))"),
        ("Manager(Manager(Manager()))", "get_manager(context, get_manager(context, get_manager(context)))"),
        ("Manager().send(Manager())", "get_manager(context).send(get_manager(context))"),
        ("Manager(context=1)", "get_manager(context=1)"),
        ("Manager(m for m in x)", "get_manager(context, (m for m in x))"),
        ("[Manager() for _ in range(3)]", "[get_manager(context) for _ in range(3)]"),
        ("f'{Manager()}'", "f'{get_manager(context)}'"),
        ("lambda: Manager()", "lambda: get_manager(context)"),
        ("Manager(*args)", "[signature-mismatch]"),
        ("Manager(**kwargs)", "[signature-mismatch]"),
        ("Manager(1, 2)", "[signature-mismatch]"),
        ("Manager(size=2)", "[signature-mismatch]"),
    ],
)
def test_calls_keep_their_layout(before: str, after: str) -> None:
    assert call(before) == after


def test_syntax_newer_than_this_python() -> None:
    code = f"{IMPORT}type X = int\n\n\ndef f[T](context: T) -> X:\n    return Manager({{}})\n"
    assert "    return get_manager(context, mode=1)\n" in rewritten(code.format("mode=1"))
    nested = code.replace("{}", 'f"{x["a"]}"').replace("{{", "{").replace("}}", "}")
    assert '    return get_manager(context, f"{x["a"]}")\n' in rewritten(nested)


def test_a_value_of_another_name_still_goes_to_its_place() -> None:
    assert call("Manager()", "def f(ctx):") == "get_manager(ctx)"
    assert call("Manager()", "def f(self):") == "[no-context-in-scope]"


def test_without_a_signature_the_argument_is_named() -> None:
    unknown = rule(**{"with": "elsewhere.get_manager"})
    assert call("Manager(1)", one=unknown) == "get_manager(1, context=context)"
    placed = rule(
        **{"with": "elsewhere.get_manager", "arguments": [{"name": "c", "from_scope": ["context"], "position": 0}]}
    )
    assert call("Manager(1)", one=placed) == "get_manager(context, 1)"


def test_an_async_function_does_not_come_where_nothing_awaits() -> None:
    asynchronous = rule(**{"with": "app.ws.manager.open_manager", "keep": False})
    assert call("Manager(1)", one=asynchronous) == "[signature-mismatch]"
    assert call("await Manager(1)", "async def f(context):", one=asynchronous) == "await open_manager(context)"


def test_an_expression_must_work_where_it_is_written() -> None:
    def with_(expression: str) -> ReplaceCall:
        return rule(arguments=[{"name": "context", "otherwise": {"expression": expression}}])

    assert call("Manager()", "def f():", with_("None")) == "get_manager(None)"
    assert call("Manager()", "def f(user):", with_("user.context or dict()")) == "get_manager(user.context or dict())"
    assert call("Manager()", "def f():", with_("user")) == "[no-context-in-scope]"
    assert rewritten(f"{IMPORT}\n\ndef f():\n    return Manager()\n", with_("app.ctx.make(app.ctx.KIND)")) == (
        "from app.ctx import KIND, make\nfrom app.ws.manager import get_manager\n\n\ndef f():\n"
        "    return get_manager(make(KIND))\n"
    )


def test_a_refused_call_leaves_no_import_behind() -> None:
    one = rule(
        **{
            "with": "app.other.get",
            "arguments": [{"name": "context", "otherwise": {"expression": "app.ctx.make()"}}],
        }
    )
    tree = {"app/other.py": "import app.example\ndef get(context): ...\n"}
    assert rewritten(f"{IMPORT}\n\ndef f():\n    return Manager()\n", one, tree=tree) == "[import-cycle]"


def test_one_refusal_does_not_hold_up_the_others() -> None:
    code = f"{IMPORT}\n\ndef f(context):\n    return Manager()\n\n\ndef g():\n    return Manager()\n"
    project = _project(code, PATH, {}, {})
    found = find_in(_module(PATH, code), [rule()], project)
    outcome = rewrite_file(
        PATH,
        code.encode(),
        rules=[rule()],
        wanted={"r": frozenset(name for _, name in found)},
        project=project,
        roots=ModuleMap(),
    )
    assert isinstance(outcome, FileRewrite)
    assert outcome.after.decode() == (
        "from app.ws.manager import Manager, get_manager\n\n\ndef f(context):\n    return get_manager(context)\n\n\n"
        "def g():\n    return Manager()\n"
    )
    assert [(name, why.code) for name, why in outcome.blocked] == [(found[1][1], "no-context-in-scope")]


# ---- imports


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from .ws.manager import Manager", "from .ws.manager import get_manager"),
        ("from app.ws.manager import Manager as M", "from app.ws.manager import get_manager"),
        ("import app.ws.manager", "import app.ws.manager"),
        ("import app.ws.manager as wm", "import app.ws.manager as wm"),
        ("from app.ws import manager", "from app.ws import manager"),
        ("from app.ws.manager import *", "from app.ws.manager import *"),
        (
            "from app.ws.manager import (\n    Manager,\n    other,\n)",
            "from app.ws.manager import (\n    get_manager,\n    other,\n)",
        ),
        ("from app.ws.manager import Manager  # noqa", "from app.ws.manager import Manager, get_manager  # noqa"),
    ],
)
def test_imports_follow_the_manner_of_the_file(before: str, after: str) -> None:
    names = {"as M": ("M", "get_manager"), "as wm": ("wm.Manager", "wm.get_manager")}
    old, new = next((pair for end, pair in names.items() if before.endswith(end)), ("Manager", "get_manager"))
    if before == "import app.ws.manager":
        old, new = "app.ws.manager.Manager", "app.ws.manager.get_manager"
    if before == "from app.ws import manager":
        old, new = "manager.Manager", "manager.get_manager"
    rest = "\n\n\ndef f(context):\n    return {}()\n"
    assert rewritten(before + rest.format(old)) == after + rest.format(new).replace("()", "(context)")


def test_a_string_that_patches_the_name_here_keeps_its_import() -> None:
    code = f"{IMPORT}\n\ndef f(context):\n    with patch('app.example.Manager'):\n        return Manager()\n"
    assert "import Manager, get_manager\n" in rewritten(code, rule(strings="ignore"))


def test_an_import_circle_is_broken_only_if_the_rule_allows() -> None:
    tree = {
        "app/ws/manager.py": TREE["app/ws/manager.py"],
        "app/other.py": "import app.example\ndef get(context): ...\n",
    }
    code = f"{IMPORT}\n\ndef f(context):\n    return Manager()\n"
    to = {"with": "app.other.get"}
    assert rewritten(code, rule(**to), tree=tree) == "[import-cycle]"
    assert rewritten(code, rule(**to, on_cycle="function"), tree=tree) == (
        "def f(context):\n    from app.other import get\n    return get(context)\n"
    )


# ---- the seed


def test_the_mission_critical_test_of_the_seed() -> None:
    code = (
        '"""Mission critical."""\nimport os\nfrom app.ws.manager import Manager\n\n\nclass TestAll:\n'
        "    async def test_dispatcher(self):\n        context = make()\n        ws_manager = Manager()\n\n"
        "    async def test_registry(self, context):\n        ws_manager = Manager()\n\n"
        "    async def test_tools(self):\n        ws_manager = Manager()\n\n"
        "    async def test_flow(self):\n        ws_manager = Manager()\n        context = make()\n"
    )
    project = _project(code, "tests/test_all.py", {}, {})
    found = find_in(_module("tests/test_all.py", code), [rule()], project)
    outcome = rewrite_file(
        "tests/test_all.py",
        code.encode(),
        rules=[rule()],
        wanted={"r": frozenset(name for _, name in found)},
        project=project,
        roots=ModuleMap(),
    )
    assert isinstance(outcome, FileRewrite)
    assert [why.code for _, why in outcome.blocked] == ["no-context-in-scope", "bound-after-use"]
    assert outcome.after.decode().count("get_manager(context)") == 2
    assert "from app.ws.manager import Manager, get_manager\n" in outcome.after.decode()


# ---- parameters


@pytest.mark.parametrize(
    "parameters",
    [
        {"call": "Manager"},
        {"with": "not a name.x"},
        {"arguments": [{"name": "a b"}]},
        {"arguments": [{"name": "a", "from_scope": ["f()"]}]},
        {"arguments": [{"name": "a", "otherwise": "ask"}]},
        {"arguments": [{"name": "a", "otherwise": {"expression": "x ="}}]},
        {"arguments": [{"name": "a", "otherwise": {"expression": "x, y"}}]},
        {"arguments": [{"name": "a", "otherwise": {"expression": "*x"}}]},
        {"arguments": [{"name": "a", "otherwise": {"expression": "k=x"}}]},
        {"arguments": [{"name": "a", "position": -1}]},
        {"keep": "some"},
        {"unknown": 1},
    ],
)
def test_parameters_that_make_no_sense_are_refused(parameters: Mapping[str, object]) -> None:
    with pytest.raises(ValidationError):
        rule(**parameters)


def test_a_rule_survives_the_way_to_a_worker() -> None:
    again = pickle.loads(pickle.dumps(rule()))
    assert again.parameters == rule().parameters
    assert again.targets() == ("app.ws.manager.Manager", "app.ws.manager.get_manager")
    assert again.moves() == ()
    assert again.needles() == {"Manager"}


SAME_NAME = rule(call="app.old.Timer", **{"with": "app.clock.Timer"})
SAME_NAMES = {
    "app/old.py": "class Timer: ...\n",
    "app/clock.py": "class Timer:\n    def __init__(self, context): ...\n",
}


@pytest.mark.parametrize(
    "rest",
    [
        "def f(context, old: Timer):\n    return Timer()\n",
        "def f(context):\n    return Timer()\n\n\nclass Own(Timer): ...\n",
    ],
)
def test_a_name_that_something_else_reads_is_not_given_up(rest: str) -> None:
    told = rewritten(f"from app.old import Timer\n\n{rest}", SAME_NAME, tree=SAME_NAMES)
    assert told == (
        f"from app.clock import Timer as clock_Timer\nfrom app.old import Timer\n\n{rest}".replace(
            "return Timer()", "return clock_Timer(context)"
        )
    )


def test_a_name_that_a_refused_call_reads_is_not_given_up() -> None:
    code = "from app.old import Timer\n\n\ndef f(context):\n    return Timer()\n\n\nlater = Timer()\n"
    project = _project(code, PATH, SAME_NAMES, {})
    module = _module(PATH, code)
    every = [site for site, _ in find_in(module, [SAME_NAME], project)]
    rewrite = SAME_NAME.rewrite(module, project, every)
    assert [blocked.code for _, blocked in rewrite.blocked] == ["no-context-in-scope"]
    assert splice(code.encode(), rewrite.edits).decode() == (
        "from app.clock import Timer as clock_Timer\nfrom app.old import Timer\n\n\n"
        "def f(context):\n    return clock_Timer(context)\n\n\nlater = Timer()\n"
    )
