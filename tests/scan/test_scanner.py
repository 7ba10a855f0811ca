"""A scan judges what is in scope, follows names through what is not, and names all it could not judge."""

import pytest
from scan_values import MemorySources, make_rule, plan_of, word

from workbench.model.errors import EnvironmentFailed, WorkbenchError
from workbench.model.violation import SiteState
from workbench.scan.scanner import rescan, scan

HOME = {"app/__init__.py": "", "app/home.py": "def old(): pass\n", "app/fresh.py": "def new(): pass\n"}


def move(**more):
    return make_rule("move-symbol", "move", from_="app.home.old", to="app.fresh.new", **more)


def scanned(files, *rules, unreadable=(), jobs=1, **scope):
    rules = rules or (move(),)
    return scan(MemorySources({**HOME, **files}, unreadable), plan_of(*rules, **scope), rules, jobs=jobs)


def sites(result):
    return [(one.path, one.place.line) for one in result.violations]


def test_violations_come_by_path_and_place_and_open():
    result = scanned({"b.py": "from app.home import old\nold()\n", "a.py": "import app.home\n\napp.home.old()\n"})
    assert sites(result) == [("a.py", 3), ("b.py", 1), ("b.py", 2)]
    assert {one.state for one in result.violations} == {SiteState.OPEN}
    assert {(one.rule, one.kind) for one in result.violations} == {("move", "move-symbol")}
    assert (result.files, result.hits, result.skipped) == (5, 3, ())


def test_one_file_is_judged_by_each_rule_its_words_ask_for():
    files = {"a.py": "from app.home import old, Other\nold(Other())\n"}
    other = make_rule("replace-call", "other", call="app.home.Other", with_="app.fresh.new")
    result = scanned(files, move(), other)
    assert [(one.rule, one.place.line) for one in result.violations] == [("move", 1), ("move", 2), ("other", 2)]


def test_names_are_followed_through_files_outside_the_scope():
    files = {
        "vendor/hub.py": "from app.home import old as o\n",
        "src/a.py": "from vendor.hub import o\no()\n",
        "src/skip.py": "from app.home import old\n",
    }
    result = scanned(files, include=["src/**"], exclude=["skip.py"])
    assert {path for path, _ in sites(result)} == {"src/a.py"}
    assert (result.files, result.hits) == (1, 1)


@pytest.mark.parametrize(
    ("hub", "user"),
    [
        ("from app.home import old as o\n", "from hub import o\no()\n"),
        ("from app.home import *\n", "from hub import old\nold()\n"),
        ("import app.home as h\n", "from hub import h\nh.old()\n"),
        ("from app import home\n", "import hub\nhub.home.old()\n"),
        ("from app.home import old as o\n", "from hub import *\no()\n"),
    ],
    ids=["renamed", "star", "module", "dotted", "renamed-star"],
)
def test_every_way_on_from_module_to_module_is_followed(hub, user):
    result = scanned({"hub.py": hub, "user.py": user})
    assert ("user.py", 2) in sites(result)


@pytest.mark.parametrize(
    ("low", "high", "user"),
    [
        ("from app.home import *\n", "from low import *\n", "from high import old\nold()\n"),
        ("from app.home import *\n", "from low import *\n", "from high import *\nold()\n"),
        ("import app.home as h\n", "from low import h\n", "from high import h\nh.old()\n"),
        ("import app.home as h\n", "from low import h as k\n", "import high\nhigh.k.old()\n"),
        ("import app.home as h\n", "from low import *\n", "from high import h\nh.old()\n"),
    ],
    ids=["stars", "stars-all-the-way", "module", "module-renamed", "module-by-star"],
)
def test_what_holds_no_word_of_the_plan_is_followed_too(low, high, user):
    result = scanned({"low.py": low, "high.py": high, "user.py": user})
    assert ("user.py", 2) in sites(result)
    assert {"low", "high"} <= result.project.facts.keys()


def test_a_package_may_hide_a_module_of_its_own_behind_a_name():
    files = {
        "app/__init__.py": "from .home import old\n",
        "app/old.py": "",
        "user.py": "from app import old\nold()\n",
    }
    assert ("user.py", 2) in sites(scanned(files))


@pytest.mark.parametrize(
    "user",
    [
        "from hub import old\n",
        "import hub\nhub.old()\n",
        "import hub\ngetattr(hub, 'old')\n",
        "patch('hub.old')\n",
        "from hub import *\nold()\n",
    ],
)
def test_who_needs_a_name_that_is_imported_on_is_known(user):
    project = scanned({"hub.py": "from app.home import old\n", "user.py": user}).project
    assert project.users("hub.old") == {"user"}


def test_a_huge_module_on_the_way_is_not_read():
    files = {"big.py": "from app.home import old\n" + "#" * (1 << 20), "user.py": "from big import old\nold()\n"}
    result = scanned(files)
    assert "big" not in result.project.facts
    assert [one.reason for one in result.skipped] == ["too-large"]


def test_a_chain_of_renamings_is_followed_to_its_end():
    files = {
        "h1.py": "from app.home import old as a1\n",
        "h2.py": "from h1 import a1 as a2\n",
        "h3/__init__.py": "from h2 import a2 as a3\n",
        "h3/user.py": "from . import a3\na3()\n",
    }
    assert ("h3/user.py", 2) in sites(scanned(files))


def test_a_word_as_common_as_an_alias_makes_no_file_a_hit_by_itself():
    files = {"hub.py": "from app.home import old as np\n", "user.py": "from hub import np\nnp()\n"}
    quiet = {f"quiet{n}.py": "import numpy as np\nnp.zeros()\n" for n in range(9)}
    result = scanned({**files, **quiet})
    assert ("user.py", 2) in sites(result)
    assert result.hits == 3


def test_facts_are_read_of_few_modules_only():
    files = {f"m{n}.py": "from app.home import old\nold()\n" for n in range(50)}
    result = scanned(files)
    assert len(result.violations) == 100
    assert result.project.facts.keys() == {"app", "app.home", "app.fresh"}
    assert "m7" in result.project.modules


def test_what_importing_the_new_home_imports_is_known_for_cycles():
    files = {
        "app/fresh.py": "from app import deep\ndef new(): pass\n",
        "app/deep.py": "import base.low\n",
        "base/low.py": "def f():\n    import late\n",
        "late.py": "",
    }
    known = scanned(files).project.facts
    assert {"app.deep", "base.low"} <= known.keys()
    assert "late" not in known


def test_a_stub_does_not_hide_its_module():
    result = scanned({"app/home.pyi": "def old() -> None: ...\n", "a.pyi": "from app.home import old\n"})
    assert result.project.facts["app.home"].path == "app/home.py"
    assert ("a.pyi", 1) in sites(result)


def test_a_file_in_scope_that_cannot_be_judged_is_named_with_the_reason():
    files = {
        "bad.py": "from app.home import old\ndef (:\n",
        "big.py": "old = 1\n" + "#" * (1 << 20),
        "latin.py": b"from app.home import old\n\n\nold('\xe9')\n",
        "nul.py": "old = '\0'\n",
        "out/bad.py": "old (\n",
    }
    result = scanned(files, exclude=["/out/"])
    assert [(one.path, one.reason) for one in result.skipped] == [
        ("bad.py", "unparsable"),
        ("big.py", "too-large"),
        ("latin.py", "not-utf8"),
        ("nul.py", "unparsable"),
    ]
    assert result.skipped[0].detail.startswith("line 2: ")


def test_a_file_whose_text_git_keeps_otherwise_is_skipped_if_it_holds_a_word():
    home = {"app/__init__.py": "", "app/home.py": "def old(): ...\n", "app/better.py": "def new(): ...\n"}
    files = home | {"a.py": "from app.home import old\n", "b.py": "x = 1\n"}
    sources = MemorySources(files)
    sources.filtered = {"a.py": "filter=lfs", "b.py": "filter=lfs"}
    rule = make_rule("move-symbol", from_="app.home.old", to="app.better.new")
    result = scan(sources, plan_of(rule), (rule,), jobs=1)
    assert [(one.path, one.reason, one.detail) for one in result.skipped] == [("a.py", "filtered", "filter=lfs")]
    assert "a.py" not in {one.path for one in result.violations}
    assert result.violations == ()


def test_a_file_without_a_word_of_the_plan_is_nobodys_question():
    result = scanned({"bad.py": "def (:\n", "big.py": "#" * (2 << 20), "binary.py": b"\xff\xfe\0"})
    assert (result.skipped, result.violations, result.files, result.hits) == ((), (), 6, 1)


def test_what_the_sources_leave_out_is_told_where_it_looks_like_python_in_scope():
    unreadable = (("link.py", "symlink"), ("docs", "symlink"), ("old/link.py", "symlink"), ("mod", "submodule"))
    result = scanned({}, unreadable=unreadable, exclude=["old/**"])
    assert [(one.path, one.reason) for one in result.skipped] == [("link.py", "symlink")]


def test_a_site_the_rule_will_not_change_says_so():
    found = scanned({"a.py": "from app.home import old\npatch('app.home.old')\n"}, move(strings="report"))
    assert [(one.state, one.reason) for one in found.violations] == [("open", ""), ("excluded", "string")]
    [found] = scanned({"a.py": "word = 1\n"}, word()).violations
    assert (found.state, found.reason) == ("blocked", "detect-only")


def test_a_site_the_rule_cannot_change_says_why():
    files = {"a.py": "import asyncio\nfrom app.home import old\nasync def f():\n    await asyncio.gather(old())\n"}
    [found] = scanned(files, make_rule("remove-await", call="app.home.old")).violations
    assert (found.state, found.reason, bool(found.detail)) == ("blocked", "awaited-elsewhere", True)


def test_a_module_on_the_way_that_does_not_parse_is_named_and_ends_the_way():
    files = {"hub.py": "from app.home import old as o\ndef (:\n", "user.py": "from hub import old\nold()\n"}
    result = scanned(files)
    assert [(one.path, one.reason) for one in result.skipped] == [("hub.py", "unparsable")]
    assert result.violations == ()
    assert "hub" not in result.project.facts


@pytest.mark.parametrize("many", [1, 400])
def test_a_rule_that_crashes_names_the_file_and_itself(many):
    files = {f"m{n}.py": "word\n" for n in range(many)}
    with pytest.raises(WorkbenchError, match=r"zz\.py: looking for word failed: LookupError: a bug") as caught:
        scanned({**files, "zz.py": "word crash\n"}, word(), jobs=2)
    assert (caught.value.path, caught.value.exit_code) == ("zz.py", 70)


def test_many_processes_find_what_one_finds():
    files = {f"p{n % 7}/m{n}.py": f"from app.home import old{', x' * (n % 3)}\nold({n})\n" for n in range(400)}
    files["p0/bad.py"] = "old (\n"
    alone, together = (scanned(files, jobs=jobs) for jobs in (1, 2))
    assert (alone.violations, alone.skipped, alone.files) == (together.violations, together.skipped, together.files)
    assert alone.project.facts == together.project.facts
    assert len(alone.violations) == 800
    assert [one.path for one in alone.skipped] == ["p0/bad.py"]


def test_a_process_that_dies_stops_the_scan():
    files = {f"m{n}.py": "word\n" for n in range(400)}
    with pytest.raises(EnvironmentFailed, match="a scanning process died"):
        scanned({**files, "m7.py": "word die\n"}, word(), jobs=2)


def test_a_rescan_reads_the_paths_it_is_asked_for_and_no_others():
    files = {**HOME, "a.py": "from app.home import old\nold()\n", "b.py": "from app.home import old\n"}
    sources, rules = MemorySources(files), (move(),)
    project = scan(sources, plan_of(*rules), rules, jobs=1).project
    after = MemorySources({**files, "a.py": "from app.home import old\n"})
    found = rescan(after, plan_of(*rules), rules, project, ["a.py", "gone.py", "notes.txt"])
    assert [(one.path, one.place.line) for one in found] == [("a.py", 1)]
    assert set(after.read_paths) <= {"a.py", "gone.py"}


def test_a_rescan_sees_the_changed_facts_of_what_it_scans():
    before = {**HOME, "hub.py": "from app.home import old\n", "a.py": "from hub import old\nold()\n"}
    rules = (move(),)
    project = scan(MemorySources(before), plan_of(*rules), rules, jobs=1).project
    after = MemorySources({**before, "hub.py": "def old(): pass\n"})
    assert rescan(after, plan_of(*rules), rules, project, ["a.py", "hub.py"]) == ()
    assert len(rescan(after, plan_of(*rules), rules, project, ["a.py"])) == 2


def test_a_rescan_leaves_out_what_is_out_of_scope_or_does_not_parse():
    files = {**HOME, "a.py": "from app.home import old\n", "b.py": "old (\n", "out/c.py": "from app.home import old\n"}
    rules = (move(),)
    plan = plan_of(*rules, exclude=["out/**"])
    sources = MemorySources(files)
    project = scan(sources, plan, rules, jobs=1).project
    assert [one.path for one in rescan(sources, plan, rules, project, files)] == ["a.py"]


def test_a_name_of_a_module_that_is_not_in_the_tree_comes_to_an_end():
    """The package takes `version` from its own version.py, which a build makes."""
    files = {"lib/__init__.py": "from .version import version\n", "use.py": "from lib import version\nprint(version)\n"}
    result = scanned(files, make_rule("move-symbol", "move", from_="lib.version", to="app.fresh.new"))
    assert sites(result) == [("use.py", 1), ("use.py", 2)]
