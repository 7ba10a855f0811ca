"""Mocks of a symbol that moves: a name is patched where it is looked up, so some follow and some must not."""

from __future__ import annotations

import pytest
from rule_trees import found, reason, rewritten, rule, sites

TEST = "tests/test_it.py"
TREE = {
    "shop/__init__.py": "",
    "shop/old_mod.py": "def old(): ...\n\n\ndef other(): ...\n",
    "shop/new_mod.py": "def new(): ...\n\n\ndef old(): ...\n",
    "app/__init__.py": "",
    "app/user.py": "from shop.old_mod import old\n\n\ndef run():\n    return old()\n",
    "app/through.py": "from shop import old_mod\n\n\ndef run():\n    return old_mod.old(), old_mod.other()\n",
    "app/facade.py": "from shop.old_mod import old\n",
    "app/late.py": "def run():\n    from app.facade import old\n\n    return old()\n",
}
HEAD = (
    "from unittest.mock import Mock, patch\n\nfrom app import facade, through, user\n"
    "from shop import new_mod, old_mod\n\n\n"
)


def move(**more):
    return rule("move-symbol", **{"from_": "shop.old_mod.old", "to": "shop.new_mod.new", "strings": "rewrite", **more})


def renamed(**more):
    return move(to="shop.old_mod.new", **more)


def after(code, one=None, **files):
    return rewritten(one or move(), {**TREE, **files, TEST: code}, TEST)[0]


def told(code, one=None, files=None):
    return [reason(site) for site, _ in sites(one or move(), {**TREE, **(files or {}), TEST: code}, TEST)]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("patch('shop.old_mod.old')", "patch('shop.new_mod.new')"),
        ("patch('app.through.old_mod.old')", "patch('shop.new_mod.new')"),
        ("patch('app.facade.old')", "patch('shop.new_mod.new')"),
        ("monkeypatch.setattr('shop.old_mod.old', 1)", "monkeypatch.setattr('shop.new_mod.new', 1)"),
        ("patch.object(old_mod, 'old')", "patch.object(new_mod, 'new')"),
        ("patch.object(through.old_mod, 'old')", "patch.object(new_mod, 'new')"),
        ("patch.object(facade, 'old', 1)", "patch.object(new_mod, 'new', 1)"),
        ("mock.patch.object(target=old_mod, attribute='old')", "mock.patch.object(target=new_mod, attribute='new')"),
        ("monkeypatch.setattr(old_mod, 'old', 1)", "monkeypatch.setattr(new_mod, 'new', 1)"),
        ("mocker.spy(old_mod, 'old')", "mocker.spy(new_mod, 'new')"),
        ("patch.multiple(old_mod, old=1)", "patch.multiple(new_mod, new=1)"),
        ("patch.multiple('shop.old_mod', old=1, spec=x)", "patch.multiple('shop.new_mod', new=1, spec=x)"),
        ("patch.dict('shop.old_mod.old', a=1)", "patch.dict('shop.new_mod.new', a=1)"),
        ("patch.dict(old_mod.old, a=1)", "patch.dict(new_mod.new, a=1)"),
        ("patch.object(old_mod.old, 'x')", "patch.object(new_mod.new, 'x')"),
        ("patch('shop.old_mod.old.x')", "patch('shop.new_mod.new.x')"),
        ("patch('app.through.old_mod.old.x')", "patch('shop.new_mod.new.x')"),
    ],
)
def test_what_others_look_up_in_the_old_module_is_patched_in_the_new_one(before, expected):
    used = "print(old_mod.other, new_mod, facade, through)\n"
    assert after(f"{HEAD}{before}\n{used}") == f"{HEAD}{expected}\n{used}"


@pytest.mark.parametrize(
    "before",
    [
        "patch('app.user.old')",
        "patch.object(user, 'old')",
        "patch.multiple(user, old=1)",
        "patch.multiple('app.user', old=1)",
        "monkeypatch.setattr('app.user.old', 1)",
        "monkeypatch.setattr(user, 'old', 1)",
        "patch('app.user.old.x')",
    ],
)
@pytest.mark.parametrize("to", ["shop.new_mod.new", "shop.old_mod.new", "shop.new_mod.old"])
def test_what_a_module_looks_up_in_itself_stays_and_so_does_its_name_there(before, to):
    one, code = move(to=to), f"{HEAD}{before}\n"
    assert told(code, one) == []
    files = {**TREE, TEST: code}
    name = to.rpartition(".")[2]
    kept = "old" if name == "old" else f"{name} as old"
    assert rewritten(one, files, "app/user.py")[0].startswith(f"from {to.rpartition('.')[0]} import {kept}\n")


def test_an_import_that_served_the_patch_alone_goes_with_it():
    code = "from shop import old_mod\n\n\ndef test(monkeypatch):\n    monkeypatch.setattr(old_mod, 'old', 1)\n"
    assert after(code) == code.replace("old_mod", "new_mod").replace("'old'", "'new'")
    plain = code.replace("from shop import old_mod", "import shop.old_mod as om").replace("(old_mod", "(om")
    assert after(plain).startswith("import shop.new_mod\n") or after(plain).startswith("from shop import new_mod\n")
    assert "om" not in after(plain).replace("from", "")


SELF = {"shop/old_mod.py": "def old(): ...\n\n\ndef run():\n    return old()\n"}
ALONE = {**SELF, "app/through.py": "", "app/late.py": ""}


def test_a_module_that_goes_on_looking_it_up_itself_leaves_open_what_is_meant():
    for code in ("patch('shop.old_mod.old')\n", "from shop import old_mod\npatch.object(old_mod, 'old')\n"):
        assert told(code, files=SELF) == ["mock-unclear"]
        assert told(code, files=ALONE) == []
        assert told(code, renamed(), SELF) == ["open"]


@pytest.mark.parametrize(
    ("code", "reasons"),
    [
        ("patch.multiple(old_mod, old=1, other=2)", ["mock-unclear"]),
        ("patch('shop.' 'old_mod.old')", ["dynamic-name"]),
        ("patch('app.through.old_mod')", ["mock-unclear"]),
        ("patch.object(through, 'old_mod')", ["mock-unclear"]),
        ("patch('shop.old_mod')", ["mock-unclear"]),
        ("with patch('app.through.old_mod') as m:\n    m.old.return_value = 1", ["mock-unclear", "mock-unclear"]),
        ("patch('app.user.old_mod')", []),
        ("patch.object(unknown, 'old')", []),
        ("patch.object(new_mod, 'old')", []),
        ("patch('shop.new_mod.old')", []),
        ("print('old')", []),
    ],
)
def test_where_it_cannot_be_told_a_person_decides(code, reasons):
    assert told(f"{HEAD}{code}\n") == reasons


def test_a_use_that_reads_a_mock_which_stays_stays_too():
    code = "from app import user\n\nwith patch.object(user, 'old'):\n    user.run()\n    user.old.assert_called()\n"
    assert told(code) == ["mock-unclear"]
    follows = code.replace("user", "facade")
    expected = follows.replace("patch.object(facade, 'old')", "patch.object(new_mod, 'new')")
    expected = expected.replace("facade.old", "new_mod.new").replace(
        "facade\n\n", "facade\nfrom shop import new_mod\n\n"
    )
    assert told(follows) == ["open", "open"]
    assert after(follows) == expected
    bound = follows.replace("\n\n", "\nfrom shop.new_mod import new\n\n", 1)
    files = {**TREE, TEST: f"{bound}    new()\n"}
    assert rewritten(move(), files, TEST)[1] == ["mock-unclear"]


STUBS = [
    ("with patch('app.through.old_mod') as m:\n    m.old.return_value = 1\n    m.other.old = 1", "m.old"),
    ("with patch.object(through, 'old_mod') as m:\n    m.old = f", "m.old"),
    ("m = mocker.patch('app.through.old_mod')\nm.old.side_effect = E", "m.old"),
    ("m = patch('app.through.old_mod').start()\nm.old.assert_called()", "m.old"),
    ("m = Mock(spec=old_mod)\nm.old.return_value = 1", "m.old"),
    ("m = create_autospec(old_mod)\nm.old.return_value = 1", "m.old"),
    ("m = Mock()\nm.old = 1\npatch('app.through.old_mod', m)", "m.old"),
    ("m = Mock()\nm.old = 1\npatch.object(through, 'old_mod', new=m)", "m.old"),
    ("m = Mock()\nm.old = 1\nmonkeypatch.setattr(through, 'old_mod', m)", "m.old"),
    ("m = Mock()\nm.old = 1\nmonkeypatch.setattr('app.through.old_mod', m)", "m.old"),
    ("m = Mock()\nm.old = 1\npatch.dict('sys.modules', {'shop.old_mod': m})", "m.old"),
    ("m = Mock()\nm.old = 1\nsys.modules['shop.old_mod'] = m", "m.old"),
    ("m = Mock()\nm.old = 1\nmonkeypatch.setitem(sys.modules, 'shop.old_mod', m)", "m.old"),
    ("patch('app.through.old_mod', Mock(spec=['a', 'old']))", "'old'"),
    ("patch('app.through.old_mod', spec=['old'])", "'old'"),
    ("patch('app.through.old_mod', new=Mock(old=1))", "old="),
    ("m = SimpleNamespace(old=f)\npatch('app.through.old_mod', m)", "old="),
    ("@patch('app.through.old_mod')\n@patch('x.y', 1)\n@patch('x.z')\ndef test(z, m):\n    z.old = m.old", "m.old"),
    ("class T:\n    @patch('app.through.old_mod')\n    def test(self, m):\n        m.old = self.old", "m.old"),
]


@pytest.mark.parametrize(("code", "spelled"), STUBS)
def test_what_a_mock_of_the_module_has_follows_a_new_name(code, spelled):
    follows = f"{HEAD}{code}\n"
    assert after(follows, renamed()) == follows.replace(spelled, spelled.replace("old", "new"))
    assert set(told(follows)) == {"mock-unclear"}


@pytest.mark.parametrize(
    "code",
    [
        "m = Mock()\nm.old = 1",
        "with patch('app.through.run') as m:\n    m.old = 1",
        "m = Mock(spec=new_mod)\nm.old = 1",
        "with patch('app.through.old_mod') as m:\n    x.old = 1",
        "with patch('app.through.old_mod') as m: ...\n\n\ndef test(m):\n    m.old = 1",
        "Mock(spec=['old'])",
        "patch('app.through.old_mod', f(['old']))",
        "@patch('app.through.old_mod', 1)\ndef test(m):\n    m.old = 1",
        "@patch('app.through.old_mod')\ndef test(): ...",
    ],
)
def test_mocks_of_something_else_are_none(code):
    assert told(f"{HEAD}{code}\n", renamed()) == []


def test_strings_says_what_becomes_of_mocks():
    code = f"{HEAD}patch.object(old_mod, 'old')\nwith patch('app.through.old_mod') as m:\n    m.old = 1\n"
    assert told(code, move(strings="report")) == ["string", "string", "string"]
    assert told(code, move(strings="ignore")) == []
    (first, *_) = found(move(strings="report"), {**TREE, TEST: code}, TEST)
    assert first == "7: string shop.old_mod.old is now shop.new_mod.new"


def test_a_mock_names_those_that_must_change_with_it():
    code = f"{HEAD}patch('shop.old_mod.old')\n"
    ((site, _),) = sites(move(), {**TREE, TEST: code}, TEST)
    assert (site.reach.module, site.reach.name, site.reach.is_home) == ("shop.old_mod", "shop.new_mod.new", True)
    assert site.reach.users == ("app.through",)


# ---- modules

MODULES = {
    "app/__init__.py": "",
    "app/new.py": "def run(): ...\n",
    "lib/__init__.py": "",
    "app/user.py": "from app import old\n\n\ndef go():\n    return old.run()\n",
    "app/plain.py": "from app.old import run\n\n\ndef go():\n    return run()\n",
}
USES = "import app\nfrom app import plain, user\n\n\n"


def module(code, path=TEST, **more):
    one = rule("move-module", **{"from_": "app.old", "to": "app.new", "strings": "rewrite", **more})
    files = {**MODULES, path: code}
    return rewritten(one, files, path)[0], [(reason(site), site.reach) for site, _ in sites(one, files, path)]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("patch.object(app, 'old')", "patch.object(app, 'new')"),
        ("patch('app.old')", "patch('app.new')"),
        ("patch('app.old.run')", "patch('app.new.run')"),
        ("patch.multiple(app, old=1, x=2)", "patch.multiple(app, new=1, x=2)"),
        ("patch.multiple('app.old', run=1)", "patch.multiple('app.new', run=1)"),
        ("patch.dict('app.old.LIMITS', a=1)", "patch.dict('app.new.LIMITS', a=1)"),
        ("patch.dict('sys.modules', {'app.old': 1})", "patch.dict('sys.modules', {'app.new': 1})"),
        ("monkeypatch.setattr('app.old.run', 1)", "monkeypatch.setattr('app.new.run', 1)"),
        ("patch('app.user.old.run')", "patch('app.user.old.run')"),
        ("patch('app.user.old')", "patch('app.user.old')"),
        ("patch.object(user, 'old')", "patch.object(user, 'old')"),
        ("patch('app.plain.run')", "patch('app.plain.run')"),
    ],
)
def test_mocks_in_a_module_that_moves(before, expected):
    tree = MODULES | {"app/new.py": "LIMITS = {}\n\n\ndef run(): ...\n"}
    one = rule("move-module", from_="app.old", to="app.new", strings="rewrite")
    assert rewritten(one, {**tree, TEST: f"{USES}{before}\n"}, TEST) == (f"{USES}{expected}\n", [])


@pytest.mark.parametrize(
    "code", ["patch('app.user.old.run')", "patch('app.user.old')", "patch.multiple('app.user', old=1)"]
)
def test_a_module_that_imports_it_keeps_the_name_a_mock_knows_it_by(code):
    one = rule("move-module", from_="app.old", to="app.new", strings="rewrite")
    files = {**MODULES, TEST: f"from app import user\n\n{code}\n"}
    assert rewritten(one, files, "app/user.py")[0].startswith("from app import new as old\n")
    assert rewritten(one, MODULES, "app/user.py")[0].startswith("from app import new\n")


def test_what_would_have_to_be_patched_in_another_package_is_refused():
    code = "import app\n\npatch.object(app, 'old')\n"
    assert [why for why, _ in module(code, to="lib.new")[1]] == ["mock-unclear"]
    assert module(code, to="lib.new")[0] == code
    assert [why for why, _ in module(code, strings="report")[1]] == ["string"]
    assert module(code, strings="ignore")[1] == []


def test_a_mock_in_a_module_names_those_that_look_into_it():
    code = f"{USES}patch.object(app, 'old')\nprint('app.old.run')\n"
    first, second = (reach for _, reach in module(code)[1])
    assert (first.users, first.name, second) == (("app.user",), "app.new", None)
