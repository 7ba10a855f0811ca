"""With `shim = true` the old module goes on giving what moved: modules are really imported, as others would."""

from __future__ import annotations

import pickle
import subprocess
import sys
import textwrap

import pytest

from tests.rules.rule_trees import carried_out, everywhere, found, problems, rewritten, rule

OLD = "shop/old_mod.py"
NEW = {
    "shop/__init__.py": "",
    "shop/new_mod.py": "class New:\n    pass\n",
    OLD: '"""Old things."""\n\nfrom .new_mod import New as Old\n\n__all__ = ["Old", "other"]\n\nother = 1\n',
}


def shim(**parameters):
    return rule("move-symbol", **{"from": "shop.old_mod.Old", "to": "shop.new_mod.New", "shim": True, **parameters})


def told(code, directory, files, *options):
    """Run code where the files are; return what it prints."""
    for path, text in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(text.encode())
    command = [sys.executable, "-B", "-W", "error", *options, "-c", textwrap.dedent(code)]
    ran = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


ASK = """
    import warnings, shop.old_mod as old_mod, sys
    assert "shop.new_mod" not in sys.modules
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        from shop.old_mod import Old
        assert old_mod.Old is Old
    from shop.new_mod import New
    assert Old is New
    for one in caught:
        assert one.category is DeprecationWarning and one.filename == "<string>", one
        assert str(one.message) == "shop.old_mod.Old is now shop.new_mod.New"
    print(len(caught), old_mod.other)
"""


def test_the_old_module_gives_the_new_object_and_warns_who_asks(tmp_path):
    assert told(ASK, tmp_path, carried_out(shim(), NEW)) == "2 1\n"


def test_what_it_does_not_have_is_refused_as_before(tmp_path):
    code = """
    import shop.old_mod
    try:
        shop.old_mod.older
    except AttributeError as error:
        print(error)
    try:
        from shop.old_mod import older
    except ImportError as error:
        print(str(error).partition(" (")[0])
    """
    assert told(code, tmp_path, carried_out(shim(), NEW)) == (
        "module 'shop.old_mod' has no attribute 'older'\ncannot import name 'older' from 'shop.old_mod'\n"
    )


def test_a_star_import_from_outside_brings_it_still_where_it_is_listed(tmp_path):
    code = "from shop.old_mod import *; print(Old.__name__, other)"
    assert told(code, tmp_path, carried_out(shim(), NEW), "-W", "ignore::DeprecationWarning") == "New 1\n"


def test_pickles_that_name_the_old_path_load(tmp_path):
    before = NEW | {"shop/new_mod.py": "", OLD: "class Old:\n    pass\n"}
    make = "import pickle, shop.old_mod as m; open('it', 'wb').write(pickle.dumps(m.Old()))"
    assert told(make, tmp_path, before) == ""
    assert b"shop.old_mod" in (tmp_path / "it").read_bytes()
    read = "import pickle; print(type(pickle.load(open('it', 'rb'))))"
    ignore = ("-W", "ignore::DeprecationWarning")
    assert told(read, tmp_path, carried_out(shim(), NEW), *ignore) == "<class 'shop.new_mod.New'>\n"
    assert pickle.HIGHEST_PROTOCOL


@pytest.mark.parametrize("first", ["shop.old_mod", "shop.new_mod"])
def test_modules_that_need_each_other_are_imported_in_any_order(tmp_path, first):
    files = NEW | {"shop/new_mod.py": "from shop.old_mod import other\n\n\nclass New:\n    it = other\n"}
    files[OLD] = "other = 1\n\nfrom shop.new_mod import New as Old  # noqa: E402\n"
    code = f"import {first}\nimport shop.old_mod\nprint(shop.old_mod.Old.it)"
    ignore = ("-W", "ignore::DeprecationWarning")
    after = carried_out(shim(), files)
    assert "noqa: E402" not in after[OLD]
    assert told(code, tmp_path, after, *ignore) == "1\n"


def test_a_package_gives_it_too(tmp_path):
    files = NEW | {"shop/__init__.py": "from .new_mod import New\n", OLD: ""}
    after = carried_out(shim(**{"from": "shop.New"}), files)
    assert "from .new_mod" not in after["shop/__init__.py"]
    code = (
        "import shop\nprint('shop.new_mod' in __import__('sys').modules)\nfrom shop import New\nprint(shop.New is New)"
    )
    assert told(code, tmp_path, after, "-W", "ignore::DeprecationWarning") == "False\nTrue\n"


def test_once_there_it_is_no_site_and_its_users_go_straight(tmp_path):
    files = NEW | {"app.py": "from shop.old_mod import Old\n\nOld()\n"}
    assert everywhere(shim(), files) == {OLD: ["open"], "app.py": ["open", "open"]}
    after = carried_out(shim(), files)
    assert after["app.py"] == "from shop.new_mod import New\n\nNew()\n"
    assert everywhere(shim(), after) == {}
    assert told("import app", tmp_path, after) == ""


def test_who_still_needs_it_is_listed_until_the_shim_alone_is_left():
    gate = rule("forbid-symbol", symbol="shop.old_mod.Old")
    after = carried_out(shim(), NEW)
    assert set(everywhere(gate, after)) == {OLD}
    assert set(everywhere(gate, after | {"app.py": "from shop.old_mod import Old\n"})) == {OLD, "app.py"}
    assert set(everywhere(gate, after | {"app.py": "from shop.new_mod import New\n"})) == {OLD}


def test_without_the_parameter_the_old_module_stays():
    assert everywhere(shim(shim=False), NEW) == {}


# ---- the text

HOOK = 'else:\n\n    def __getattr__(name: str) -> object:\n        if name == "Old":\n'


@pytest.mark.parametrize(
    ("before", "begins"),
    [
        (
            "from shop.new_mod import New as Old\n",
            "from typing import TYPE_CHECKING\n\n\nif TYPE_CHECKING:\n    from shop.new_mod import New as Old  # noqa",
        ),
        (
            "import typing as t\nfrom shop.new_mod import New as Old, New\n\nNew()\n\n\n\n",
            "import typing as t\nfrom shop.new_mod import New\n\nNew()\n\n\n\nif t.TYPE_CHECKING:\n",
        ),
        (
            "import os\n\nfrom shop.new_mod import (\n    New as Old,  # gone\n)\n\n\ndef f():\n    return os\n",
            "import os\nfrom typing import TYPE_CHECKING\n\n\ndef f():\n    return os\n\n\nif TYPE_CHECKING:\n",
        ),
        (
            "from typing import TYPE_CHECKING\nfrom shop.new_mod import New as Old\n\nif TYPE_CHECKING:\n    import os",
            "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import os\n\n\nif TYPE_CHECKING:\n",
        ),
    ],
)
def test_what_is_written(tmp_path, before, begins):
    files = NEW | {OLD: before}
    after, blocked = rewritten(shim(), files, OLD)
    assert blocked == []
    assert after.startswith(begins)
    assert HOOK in after
    assert after.rstrip().endswith('has no attribute {name!r}")')
    code = "from shop.old_mod import Old\nprint(Old.__name__)"
    assert told(code, tmp_path, files | {OLD: after}, "-W", "ignore::DeprecationWarning") == "New\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize(
    "lines", [["from shop.new_mod import New as Old"], ["from shop.new_mod import New as Old", "x = 1"]]
)
def test_line_ends_stay(newline, ended, lines):
    before = newline.join(lines) + (newline if ended else "")
    after, blocked = rewritten(shim(), NEW | {OLD: before}, OLD)
    assert blocked == []
    assert after.endswith(newline) is ended
    kept = newline if newline in before else "\n"
    assert after.count("\n") == after.count(kept)
    assert f"{kept * 3}if TYPE_CHECKING:{kept}" in after


def test_a_re_export_under_the_same_name_stays_one_for_type_checkers():
    files = NEW | {OLD: "from shop.new_mod import New\n"}
    after, _ = rewritten(shim(**{"from": "shop.old_mod.New"}), files, OLD)
    assert "    from shop.new_mod import New as New  # noqa: F401\n" in after


# ---- what is refused


@pytest.mark.parametrize(
    ("old", "reason"),
    [
        ("class Old: ...\n", "still-defined"),
        ("from shop.new_mod import New\n\nOld = New\n", "still-defined"),
        ("from other import Old\n", "still-defined"),
        ("from shop import new_mod as Old\n", "still-defined"),
        ("import shop.new_mod as Old\n", "still-defined"),
        ("try:\n    from shop.new_mod import New as Old\nexcept ImportError:\n    pass\n", "conditional-definition"),
        (
            "from typing import TYPE_CHECKING as T\n\nif not T:\n    from shop.new_mod import New as Old\n",
            "conditional-definition",
        ),
        ("if TYPE_CHECKING:\n    x = 1\nelse:\n    from shop.new_mod import New as Old\n", "conditional-definition"),
        ("try:\n    from shop.new_mod import New as Old\nexcept ImportError:\n    Old = None\n", "rebound"),
        ("from shop.new_mod import New as Old\n\n\ndef f():\n    global Old\n    Old = 1\n", "rebound"),
        ("from shop.new_mod import New as Old\n\n__getattr__ = print\n", "own-getattr"),
        ("from shop.new_mod import New as Old\n\nif 1:\n    def __getattr__(name): ...\n", "own-getattr"),
        ("from shop.new_mod import New as Old\nfrom shop.hook import __getattr__\n", "own-getattr"),
        ("from shop.new_mod import New as Old\n\n__all__ = [one for one in dir()]\n", "dynamic-name"),
        ("from shop.new_mod import New as Old\n\n\ndef f(x: Old): ...\n", "used-here"),
        ('from shop.new_mod import New as Old\n\n\ndef f(x: "Old"): ...\n', "used-here"),
        ("from shop.new_mod import New as Old\n\nx = []  # type: list[Old]\n", "used-here"),
        ("from shop.new_mod import New as Old\n\n\ndef f():\n    return globals()['Old']\n", "used-here"),
        ('"""Old.\n\n>>> Old()\n"""\n\nfrom shop.new_mod import New as Old\n', "used-here"),
        ("from shop.new_mod import New as Old\n\n\ndef f():\n    from shop.old_mod import Old\n", "used-here"),
        ("import shop.old_mod\nfrom shop.new_mod import New as Old\n\n\ndef f():\n    shop.old_mod.Old\n", "used-here"),
        ("from shop.new_mod import New as Old\n\ndel Old\n", "rebound"),
    ],
)
def test_what_is_no_shim_yet(old, reason):
    files = NEW | {OLD: old, "shop/hook.py": "def __getattr__(name): ...\n", "other.py": "class Old: ...\n"}
    (site,) = found(shim(), files, OLD)
    assert site.split()[1] == reason
    assert rewritten(shim(), files, OLD)[0] == old


def test_a_module_that_uses_it_under_another_name_can_have_a_shim(tmp_path):
    old = "from shop.new_mod import New as Old\nfrom shop.new_mod import New as _Old\n\n\nclass Oldest(_Old): ...\n"
    after = carried_out(shim(), NEW | {OLD: old})
    code = "from shop.old_mod import Old, Oldest\nprint(Oldest.__mro__[1] is Old)"
    assert told(code, tmp_path, after, "-W", "ignore::DeprecationWarning") == "True\n"


def test_a_star_import_is_no_hand_over():
    files = NEW | {"shop/new_mod.py": "class Old: ...\n", OLD: "from shop.new_mod import *\n"}
    (site,) = found(shim(to="shop.new_mod.Old"), files, OLD)
    assert site.split()[1] == "star-import"


@pytest.mark.parametrize(
    ("listed", "reason"), [("", "star-import"), ("__all__ = ['Old']\n", "star-import"), ("__all__ = []\n", "open")]
)
def test_a_module_that_star_imports_the_old_one_would_lose_the_name_or_warn(listed, reason):
    files = NEW | {OLD: f"from shop.new_mod import New as Old\n{listed}", "app.py": "from shop.old_mod import *\n"}
    assert everywhere(shim(), files)[OLD] == [reason]


def test_a_new_name_that_leads_back_to_the_old_one_is_refused():
    files = NEW | {
        "shop/impl.py": "class Old: ...\n",
        OLD: "from .impl import Old\n",
        "shop/new_mod.py": "from .old_mod import Old as New\n",
    }
    assert everywhere(shim(), files)[OLD] == ["still-defined"]


def test_a_module_of_the_same_name_is_a_problem_of_the_plan():
    files = NEW | {"shop/__init__.py": "from .new_mod import New as Old\n", "shop/Old.py": ""}
    ours = shim(**{"from": "shop.Old"})
    assert problems(ours, files) == ["a shim gives a module's own names, not those of a class or a module"]
    assert everywhere(ours, files) == {}


def test_stubs_and_types_are_no_places_for_a_shim():
    only_types = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from shop.new_mod import New as Old\n"
    assert everywhere(shim(), NEW | {OLD: only_types}) == {}
    stub = {path: text for path, text in NEW.items() if path != OLD} | {f"{OLD}i": NEW[OLD]}
    assert everywhere(shim(), stub) == {}


def test_a_taken_name_for_the_type_checkers_question_is_worked_around():
    files = NEW | {OLD: "from shop.new_mod import New as Old\n\nTYPE_CHECKING = 1\n"}
    after, blocked = rewritten(shim(), files, OLD)
    assert blocked == []
    assert "TYPE_CHECKING = 1\n\n\nif typing" in after


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"to": "shop.old_mod.Newer"}, "a shim stands in another module than the symbol, and both names are of one"),
        ({"to": "elsewhere.New"}, "a shim needs the old and the new module in the tree"),
        ({"from": "elsewhere.Old"}, "a shim needs the old and the new module in the tree"),
        ({"to": "shop.new_mod.New.it"}, "a shim gives a module's own names, not those of a class or a module"),
        ({"from": "shop.old_mod"}, "a shim gives a module's own names, not those of a class or a module"),
        ({}, None),
    ],
)
def test_what_makes_no_sense_is_a_problem_of_the_plan(names, message):
    assert problems(shim(**names), NEW) == ([message] if message else [])
    assert problems(shim(**names, shim=False), NEW) == []


# ---- several names of one module

TWO = NEW | {
    "shop/new_mod.py": "class New:\n    pass\n\n\nlimit = 10\n",
    OLD: "from .new_mod import New as Old\nfrom .new_mod import limit as old_limit\n\nother = 1\n",
}
LIMIT = {"from": "shop.old_mod.old_limit", "to": "shop.new_mod.limit"}
GIVES_TWO = """
    from shop import old_mod, new_mod
    print(old_mod.Old is new_mod.New, old_mod.old_limit, old_mod.other)
    try:
        old_mod.missing
    except AttributeError as error:
        print(error)
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("names", [({}, LIMIT), (LIMIT, {})])
def test_one_shim_gives_several_names(tmp_path, names, newline):
    files = TWO | {OLD: TWO[OLD].replace("\n", newline)}
    for one in names:
        files = carried_out(shim(**one), files)
    assert files[OLD].count("__getattr__") == 1
    assert files[OLD].count("\n") == files[OLD].count(newline)
    assert files[OLD].startswith(
        f"from typing import TYPE_CHECKING{newline * 2}other = 1{newline * 3}if TYPE_CHECKING:"
    )
    ignore = ("-W", "ignore::DeprecationWarning")
    assert told(GIVES_TWO, tmp_path, files, *ignore) == "True 10 1\nmodule 'shop.old_mod' has no attribute 'missing'\n"
    for one in names:
        assert everywhere(shim(**one), files) == {}


FIRST = carried_out(shim(), TWO)[OLD]


@pytest.mark.parametrize(
    ("found_in", "instead"),
    [
        ("(name: str)", "(name: str, deep: int = 0)"),
        ('name == "Old"', 'name != "Old"'),
        ('name == "Old"', 'name in ("Old",)'),
        ("            return New\n", "            return New\n        else:\n            return 1\n"),
        ("            return New\n", "            if name:\n                return New\n"),
        ("        raise Attr", "        name = 1\n        raise Attr"),
        ("        raise AttributeError", "        return str"),
        ("    def __getattr__", "    @print\n    def __getattr__"),
        ("if TYPE_CHECKING", "if other"),
        ("  # noqa: F401\n", "\n    import os\n"),
        ("else:\n", "else:\n    x = 1\n"),
        ('name == "Old"', 'name == "old_limit"'),
    ],
)
def test_a_hook_of_another_shape_is_left_alone(found_in, instead):
    assert found_in in FIRST
    files = TWO | {OLD: FIRST.replace(found_in, instead, 1)}
    (site,) = found(shim(**LIMIT), files, OLD)
    assert site.split()[1] == "own-getattr"


@pytest.mark.parametrize(
    "text",
    [
        FIRST + "\n\ndef __getattr__(name): ...\n",
        FIRST.replace("    ", "  "),
        FIRST.replace("    from", "  from", 1),
        FIRST.replace("        ", "       "),
    ],
)
def test_a_second_hook_and_other_indentation_are_left_alone(text):
    (site,) = found(shim(**LIMIT), TWO | {OLD: text}, OLD)
    assert site.split()[1] == "own-getattr"
