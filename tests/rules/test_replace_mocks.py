"""Mocks of what replace-call replaces: a name is patched where it is looked up, and the mock follows the call."""

from __future__ import annotations

import pytest
from rule_trees import found, reason, rewritten, rule, sites

TEST = "tests/test_it.py"
TREE = {
    "app/__init__.py": "",
    "app/lib.py": "def old(): ...\ndef new(): ...\n\n\nclass Box: ...\n",
    "app/other.py": "def new(): ...\n",
    "app/user.py": "from app.lib import old\n\n\ndef run():\n    return old()\n",
    "app/alias.py": "from app.lib import old as o, new as n\n\n\ndef run():\n    return o()\n",
    "app/through.py": "from app import lib\n\n\ndef run():\n    return lib.old()\n",
    "app/taken.py": "from app.lib import old\n\n\ndef new(): ...\n\n\ndef run():\n    return old()\n",
    "app/both.py": "from app import lib\nfrom app.lib import old\n\n\ndef run():\n    return old(), lib\n",
    "app/wide.py": "import app.lib\n\n\ndef run():\n    return app.lib.old()\n",
}


def call(**more):
    return rule("replace-call", **{"call": "app.lib.old", "with_": "app.lib.new", "strings": "rewrite", **more})


def method(**more):
    return rule("replace-call", **{"call": "$R.old", "with_": "$R.new", "strings": "rewrite", **more})


def after(code, one=None):
    return rewritten(one or call(), {**TREE, TEST: code}, TEST)[0]


def reasons(code, one=None):
    return [reason(site) for site, _ in sites(one or call(), {**TREE, TEST: code}, TEST)]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("patch('app.user.old')", "patch('app.user.new')"),
        ('mock.patch(target="app.user.old", new=1)', 'mock.patch(target="app.user.new", new=1)'),
        ("@mocker.patch('app.user.old')\ndef test(): ...", "@mocker.patch('app.user.new')\ndef test(): ..."),
        ("monkeypatch.setattr('app.user.old', 1)", "monkeypatch.setattr('app.user.new', 1)"),
        ("monkeypatch.delattr('app.user.old')", "monkeypatch.delattr('app.user.new')"),
        ("patch('app.lib.old')", "patch('app.lib.new')"),
        ("patch('app.alias.o')", "patch('app.alias.n')"),
        ("patch('app.through.lib.old')", "patch('app.through.lib.new')"),
        ("patch('app.wide.app.lib.old.x')", "patch('app.wide.app.lib.old.x')"),
    ],
)
def test_a_dotted_target_follows_the_call(before, expected):
    assert after(f"{before}\n") == f"{expected}\n"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("patch.object(user, 'old')", "patch.object(user, 'new')"),
        ("mock.patch.object(user, attribute='old')", "mock.patch.object(user, attribute='new')"),
        ("patch.object(target=user, attribute='old')", "patch.object(target=user, attribute='new')"),
        ("patch.object('app.user', 'old')", "patch.object('app.user', 'new')"),
        ("monkeypatch.setattr(user, 'old', 1)", "monkeypatch.setattr(user, 'new', 1)"),
        ("setattr(user, 'old', 1)", "setattr(user, 'new', 1)"),
        ("mocker.spy(user, 'old')", "mocker.spy(user, 'new')"),
        ("patch.multiple(user, old=1, x=2)", "patch.multiple(user, new=1, x=2)"),
        ("patch.multiple('app.user', x=2, old=1)", "patch.multiple('app.user', x=2, new=1)"),
        ("patch.multiple(user, old=DEFAULT)", "patch.multiple(user, new=DEFAULT)"),
    ],
)
def test_an_attribute_of_an_owner_follows_the_call(before, expected):
    assert after(f"from app import user\n\n{before}\n") == f"from app import user\n\n{expected}\n"


@pytest.mark.parametrize(
    "code",
    [
        "patch('app.user.old.x')",
        "patch('app.other.old')",
        "patch('old')",
        "print('app.user.old')",
        "patch.object(unknown, 'old')",
        "obj.object(user, 'old')",
        "patch.object(user, 'run', 'old')",
        "patch('app.user.run', 'app.user.old')",
        "setattr('app.user.old', 'x', 1)",
        "x.multiple(user, old=1)",
    ],
)
def test_what_patches_nothing_of_it_is_no_site(code):
    assert reasons(f"from app import user\n\n{code}\n") == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("patch('app.taken.old')", "mock-unclear"),
        ("patch('app.both.old')", "mock-unclear"),
        ("patch('app.wide.app.lib.old')", "mock-unclear"),
        ("patch('app.' 'user.old')", "dynamic-name"),
        ("patch('app.user.\\x6fld')", "dynamic-name"),
    ],
)
def test_a_place_that_is_not_clear_is_refused(code, reason):
    assert reasons(f"{code}\n") == [reason]


def test_the_owner_of_what_is_patched_never_changes_unseen():
    other = call(with_="app.other.new")
    code = "from app import lib, user\n\npatch.object(lib, 'old')\npatch.object(user, 'old')\npatch('app.lib.old')\n"
    assert reasons(code, other) == ["mock-unclear", "open", "open"]
    assert after(code, other).endswith("patch.object(user, 'new')\npatch('app.other.new')\n")


def test_a_patched_module_of_another_top_follows_its_import():
    tree = {"app/web.py": "import lib1\n\n\ndef run():\n    return lib1.get()\n", TEST: "patch('app.web.lib1.get')\n"}
    one = call(call="lib1.get", with_="lib2.get")
    assert rewritten(one, tree, TEST)[0] == "patch('app.web.lib2.get')\n"
    assert rewritten(one, {**tree, "app/web.py": "import lib1\nlib2 = lib1.get()\n"}, TEST) == (tree[TEST], [])
    two = {**tree, "app/web.py": "import lib1\nfrom lib2 import get\n\nlib1.get()\n"}
    assert rewritten(one, two, TEST) == (tree[TEST], [])
    three = {**tree, "app/web.py": "import lib1\nimport lib3 as lib2\n\nlib1.get()\n"}
    assert rewritten(one, three, TEST) == (tree[TEST], [])


def test_strings_are_told_of_changed_or_left():
    code = "patch('app.user.old')\n"
    told = "1: string app.lib.old is patched here, and app.lib.new is called instead"
    assert found(call(strings="report"), {**TREE, TEST: code}, TEST) == [told]
    assert reasons(code, call(strings="ignore")) == []
    assert reasons(code) == ["open"]


def test_a_mock_beside_its_call_changes_with_it():
    code = "from app.lib import old\n\npatch('app.both.x')\npatch(f'{__name__}.old')\nold()\n"
    assert after(code) == code.replace("lib import old", "lib import new").replace("\nold()", "\nnew()")


# ---- methods


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("patch.object(Box, 'old')", "patch.object(Box, 'new')"),
        ("patch('app.lib.Box.old')", "patch('app.lib.Box.new')"),
        ("monkeypatch.setattr(box, 'old', 1)", "monkeypatch.setattr(box, 'new', 1)"),
        ("mock_box.old = 1", "mock_box.new = 1"),
        ("mock_box.old.return_value = 1", "mock_box.new.return_value = 1"),
        ("mock_box.old.assert_called_once_with(1)", "mock_box.new.assert_called_once_with(1)"),
        ("Mock(spec=['old', 'a'])", "Mock(spec=['new', 'a'])"),
        ("Mock(['a', 'old'])", "Mock(['a', 'new'])"),
        ("m = MagicMock()\nm.old.side_effect = x", "m = MagicMock()\nm.new.side_effect = x"),
    ],
)
def test_mocks_of_a_method(before, expected):
    head = "from app.lib import Box\n\n"
    assert after(f"{head}{before}\n", method()) == f"{head}{expected}\n"


@pytest.mark.parametrize(
    "code",
    [
        "patch('app.lib.old')",
        "self.old = 1",
        "box.old.x = 1",
        "print(mock_box.old)",
        "['old']",
        "Mock(old=1)",
        "f(spec='old')",
    ],
)
def test_what_may_be_no_method_is_no_site(code):
    assert reasons(f"{code}\n", method()) == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("patch.object(Box, 'old')", "open"),
        ("patch.object(Tin, 'old')", ""),
        ("patch('app.lib.Box.old')", "open"),
        ("patch('app.lib.Tin.old')", ""),
        ("m = Mock(spec=Box)\nm.old = 1", "open"),
        ("m = create_autospec(Box)\nm.old.return_value = 1", "open"),
        ("m = Mock(spec=Tin)\nm.old = 1", ""),
        ("m = Mock()\nm.old = 1", "unknown-receiver"),
        ("m_mock.old = 1", "unknown-receiver"),
        ("Mock(spec=['old'])", "unknown-receiver"),
        ("patch.object(x, 'old')", "unknown-receiver"),
    ],
)
def test_the_type_decides_which_mocks_are_meant(code, told):
    one = method(receiver_type="app.lib.Box")
    text = f"from app.lib import Box, Tin\n\n{code}\n"
    assert reasons(text, one) == ([told] if told else [])
    leave, match = (method(receiver_type="app.lib.Box", unknown_receiver=one) for one in ("leave", "match"))
    assert reasons(text, leave) == (["open"] if told == "open" else [])
    assert reasons(text, match) == (["open"] if told else [])
