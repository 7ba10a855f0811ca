"""One definition stays, the others become imports of it, and whoever used them uses it."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_trees import carried_out, everywhere, found, problems, reason, rewritten, rule, sites

CORE = "class Manager:\n    def send(self, text, urgent=False): ...\n"
SAME = "class Manager:\n    def send(self, text): ...\n"
OTHER = "class Manager:\n    def receive(self): ...\n"
LEGACY = "app/legacy.py"
TREE = {"app/__init__.py": "", "app/core.py": CORE, LEGACY: SAME}


def unique(**more):
    return rule("unique-definition", **{"canonical": "app.core.Manager", "fix": "redirect", **more})


def becomes(code, path="app/user.py", **files):
    tree = {**TREE, **files.pop("tree", {}), path: code}
    one = unique(**files)
    after, refused = rewritten(one, tree, path)
    stay = [reason(site) for site, _ in sites(one, tree, path)]
    return after, [*(why for why in stay if why != "open"), *refused]


# ---- what is a duplicate


def test_definitions_count_and_reexports_do_not():
    files = {
        **TREE,
        "app/__init__.py": "from .core import Manager\n",
        "app/api.py": "from app.core import Manager as M\n",
    }
    assert everywhere(unique(fix="none"), files) == {LEGACY: ["detect-only"]}


def test_modules_that_fail_when_they_are_imported_count_too():
    assert everywhere(unique(fix="none"), {**TREE, LEGACY: f"raise SystemExit\n{SAME}"}) == {LEGACY: ["detect-only"]}


@pytest.mark.parametrize(
    "code",
    [
        "def test():\n    class Manager: ...\n",
        "class Test:\n    class Manager: ...\n",
        "class OtherManager: ...\n",
        "Manager = object\n",
        "from elsewhere import Manager\n",
        "def use(Manager): ...\n",
    ],
)
def test_what_is_no_definition_at_module_level_is_none(code):
    assert found(unique(fix="none"), {**TREE, LEGACY: code}, LEGACY) == []


@pytest.mark.parametrize(
    "code", ["async def Manager(): ...\n", "def Manager(): ...\n", "if x:\n    class Manager: ...\n", f"@deco\n{SAME}"]
)
def test_every_definition_at_module_level_is_one(code):
    assert everywhere(unique(fix="none"), {**TREE, LEGACY: code}) == {LEGACY: ["detect-only"]}


def test_scripts_that_no_module_name_fits_count():
    assert everywhere(unique(fix="none"), {**TREE, "bin/run-it.py": OTHER, LEGACY: ""}) == {
        "bin/run-it.py": ["detect-only"]
    }
    assert becomes(SAME, "bin/run-it.py") == ("from app.core import Manager\n", [])


def test_allowed_files_and_files_outside_paths_may_have_their_own():
    files = {**TREE, "tests/fake.py": OTHER, "app/user.py": "from tests.fake import Manager\n"}
    assert set(everywhere(unique(allow=["tests/**"]), files)) == {LEGACY}
    assert set(everywhere(unique(paths=["app/**"]), files)) == {LEGACY}
    assert set(everywhere(unique(), files)) == {LEGACY, "tests/fake.py", "app/user.py"}


def test_the_canonical_name_may_be_a_reexport():
    files = {"app/__init__.py": "from app.core import _Manager as Manager\n", "app/core.py": CORE.replace("M", "_M")}
    files |= {LEGACY: SAME, "app/user.py": "from app.legacy import Manager\n"}
    one = unique(canonical="app.Manager")
    assert carried_out(one, files)["app/user.py"] == "from app import Manager\n"
    assert carried_out(one, files)[LEGACY] == "from app import Manager\n"


def test_the_message_says_how_it_differs_and_who_uses_it():
    files = {
        **TREE,
        LEGACY: OTHER,
        "a.py": "from app.legacy import Manager\n",
        "b.py": "from app import legacy\nlegacy.Manager\n",
    }
    [line] = found(unique(fix="none"), files, LEGACY)
    assert line == ("1: detect-only app.core.Manager is defined again: lacks send; adds receive; 2 modules use it")
    [line] = found(unique(fix="none"), TREE, LEGACY)
    assert line.endswith("is defined again: its interface is the same")


def test_a_canonical_name_that_is_no_definition_is_a_problem_of_the_plan():
    told = "app.core.Manager is no class or function that app.core defines"
    assert problems(unique(), {**TREE, "app/core.py": "Manager = object\n"}) == [told]
    assert problems(unique(), TREE) == []
    assert problems(unique(), {**TREE, "app/core.py": "("}) == []


# ---- a duplicate becomes an import


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SAME, "from app.core import Manager\n"),
        (SAME.rstrip(), "from app.core import Manager"),
        (f"\n\n{SAME}", "\n\nfrom app.core import Manager\n"),
        (f"{SAME}\n\nx = 1\n", "from app.core import Manager\n\n\nx = 1\n"),
        (f"{SAME}x = 1\n", "from app.core import Manager\n\nx = 1\n"),
        (f"x = 1\n\n\n{SAME}\n\ny = 2\n", "from app.core import Manager\n\nx = 1\n\n\ny = 2\n"),
        (f"x = 1\n{SAME}y = 2\n", "from app.core import Manager\n\nx = 1\ny = 2\n"),
        (f"x = 1\n\n\n{SAME}", "from app.core import Manager\n\nx = 1\n"),
        (f"x = 1\n\n\n{SAME.rstrip()}", "from app.core import Manager\n\nx = 1"),
        (f"import os\n\n\n{SAME}\n\nprint(os)\n", "import os\n\nfrom app.core import Manager\n\n\nprint(os)\n"),
        (f'"""Doc."""\n\n\n{SAME}\n\nx = 1\n', '"""Doc."""\n\nfrom app.core import Manager\n\n\nx = 1\n'),
        (f'"""Doc."""\n{SAME}', '"""Doc."""\n\nfrom app.core import Manager\n'),
        (f"from app.core import x\n\n\n{SAME}", "from app.core import Manager, x\n"),
        (f"from . import x\n\n\n{SAME}\nx\n", "from . import x\nfrom .core import Manager\n\n\nx\n"),
        (f"# Old.\n{SAME}x = 1\n", "# Old.\nfrom app.core import Manager\n\nx = 1\n"),
        (f"x = 1\n\n\n# Old.\n# Very.\n{SAME}\n\ny = 1\n", "from app.core import Manager\n\nx = 1\n\n\ny = 1\n"),
        (f"x = 1\n\n# ---- it\n\n{SAME}\ny = 1\n", "from app.core import Manager\n\nx = 1\n\n# ---- it\n\ny = 1\n"),
        (f"x = 1\n# region\n{SAME}# endregion\n", "from app.core import Manager\n\nx = 1\n# region\n# endregion\n"),
        (f"x = 1\n\n{SAME}    # end\n\n    # really\n\ny = 1\n", "from app.core import Manager\n\nx = 1\n\ny = 1\n"),
        (f"x = 1\n\n{SAME}# Next.\ny = 1\n", "from app.core import Manager\n\nx = 1\n\n# Next.\ny = 1\n"),
    ],
)  # fmt: skip
def test_a_duplicate_goes_with_all_that_belongs_to_it(before, after):
    assert becomes(before, LEGACY) == (after, [])


def test_line_ends_and_byte_order_marks_survive():
    before = f"\ufeffx = 'ä'\r\n\r\n\r\n{SAME}\r\n\r\ny = 1\r\n".replace("\r\n", "\n").replace("\n", "\r\n")
    assert becomes(before, LEGACY) == ("\ufefffrom app.core import Manager\r\n\r\nx = 'ä'\r\n\r\n\r\ny = 1\r\n", [])
    assert becomes(f"\ufeff{SAME}", LEGACY) == ("\ufefffrom app.core import Manager\n", [])


def test_decorators_go_too():
    core = {"app/core.py": f"import d\n\n\n@d.one\n@d.two(1)\n{CORE}"}
    before = f"import d\n\nx = 1\n\n\n@(\n    d.one\n)\n# why\n@d.two(1)\n{SAME}\n\ny = d\n"
    after = "import d\n\nfrom app.core import Manager\n\nx = 1\n\n\ny = d\n"
    assert becomes(before, LEGACY, tree=core) == (after, [])


def test_imports_that_only_the_duplicate_used_go():
    before = (
        "import os, sys\nfrom a import b\n\n\nclass Manager:\n    def send(self, text):\n        os.x(b)\n\n\nsys.x()\n"
    )
    assert becomes(before, LEGACY) == ("import sys\n\nfrom app.core import Manager\n\n\nsys.x()\n", [])
    kept = "from a import b\n\n__all__ = ['b']\n\n\nclass Manager:\n    def send(self, text):\n        b\n"
    after, _ = becomes(kept, LEGACY)
    assert "from a import b\n" in after


def test_imports_inside_the_duplicate_go_with_it():
    before = "class Manager:\n    import os\n\n    def send(self, text):\n        import sys\n        sys.x(self.os)\n"
    assert becomes(before, LEGACY) == ("from app.core import Manager\n", [])


def test_functions_are_redirected_too():
    tree = {"app/core.py": "def make(a, b=1): ...\n"}
    before = "def helper(): ...\n\n\ndef make(a):\n    return helper()\n\n\nmake(1)\n"
    after = "from app.core import make\n\ndef helper(): ...\n\n\nmake(1)\n"
    assert becomes(before, LEGACY, tree=tree, canonical="app.core.make") == (after, [])


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (OTHER, "interfaces-differ"),
        (f"from app.core import Manager as M\n{SAME.replace('Manager', 'Manager(M)')}", "interfaces-differ"),
        (f"if x:\n    {SAME.replace('    def', '        def')}", "conditional-definition"),
        (f"{SAME}Manager = print\n", "rebound"),
        (f"try:\n    from app.core import Manager\nexcept ImportError:\n    pass\n{SAME}", "rebound"),
        (f"{SAME}Manager.default = 1\n", "assigned-to"),
        (f"{SAME}\n\ndef f():\n    del Manager.send\n", "assigned-to"),
    ],
)
def test_a_duplicate_that_cannot_go_stays_and_says_why(code, why):
    after, reasons = becomes(code, LEGACY)
    assert after == code
    assert set(reasons) == {why}


def test_a_duplicate_that_the_canonical_module_imports_from_stays():
    tree = {"app/core.py": f"from app.legacy import helper\n\n\n{CORE}"}
    assert becomes(f"def helper(): ...\n\n\n{SAME}", LEGACY, tree=tree)[1] == ["import-cycle"]


def test_two_definitions_in_one_file_both_stay():
    assert becomes(SAME + SAME, LEGACY) == (SAME + SAME, ["rebound", "rebound"])


# ---- whoever used a duplicate


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from app.legacy import Manager\n\nManager()\n", "from app.core import Manager\n\nManager()\n"),
        ("from app.legacy import Manager as M\n\nM()\n", "from app.core import Manager as M\n\nM()\n"),
        ("from .legacy import Manager\n", "from .core import Manager\n"),
        ("import app.legacy\n\napp.legacy.Manager()\n", "import app.core\n\napp.core.Manager()\n"),
        ("from app.legacy import Manager, other\n", "from app.core import Manager\nfrom app.legacy import other\n"),
        ("def f():\n    from app.legacy import Manager\n", "def f():\n    from app.core import Manager\n"),
        ("from app.api import Manager\n", "from app.core import Manager\n"),
        ("from app.api import N\nfrom app.core import Manager\n", None),
        ("from app.legacy import *\n\nManager()\n", None),
        ("from app import Manager\n", None),
    ],
)
def test_paths_lead_to_the_canonical_one(before, after):
    hub = {"app/api.py": "from app.core import Manager\nfrom app.legacy import Manager as N\n"}
    hub["app/__init__.py"] = "from .core import Manager\n"
    assert becomes(before, tree=hub) == (after or before, [])


def test_a_name_from_two_wrong_places_is_turned_in_one_go():
    tree = {"app/old.py": SAME, "app/api.py": "from app.core import Manager\n"}
    code = "from app.api import Manager as A\nfrom app.legacy import Manager as B\nfrom app.old import Manager as C\n"
    after, reasons = becomes(code, tree=tree)
    assert reasons == []
    assert set(after.splitlines()) == {
        "from app.core import Manager as A",
        "from app.core import Manager as B",
        "from app.core import Manager as C",
    }


def test_paths_through_allowed_modules_may_stay():
    tree = {"app/api.py": "from app.core import Manager\n"}
    code = "from app.api import Manager\n"
    assert becomes(code, tree=tree, allow=["app/api.py"]) == (code, [])


def test_users_of_a_duplicate_that_stays_stay_too():
    code = "from app.legacy import Manager\n\nimport app.legacy\n\napp.legacy.Manager()\n"
    assert becomes(code, tree={LEGACY: OTHER}) == (code, ["interfaces-differ", "interfaces-differ"])


@pytest.mark.parametrize(("strings", "expected"), [("report", "legacy"), ("ignore", "legacy"), ("rewrite", "core")])
def test_strings_follow_only_if_asked(strings, expected):
    after, reasons = becomes("patch('app.legacy.Manager.send')\n", strings=strings)
    assert after == f"patch('app.{expected}.Manager.send')\n"
    assert reasons == (["string"] if strings == "report" else [])


def test_places_are_the_same_whether_or_not_the_duplicate_is_gone_already():
    files = {**TREE, "app/user.py": "from app.legacy import Manager\nimport app.legacy as a\n\na.Manager(Manager)\n"}
    before = sites(unique(), files, "app/user.py")
    after = sites(unique(), {**files, LEGACY: "from app.core import Manager\n"}, "app/user.py")
    assert [name for _, name in before] == [name for _, name in after]
    assert [site for site, _ in before] == [site for site, _ in after]


def test_a_whole_tree_is_mended_and_stays_so():
    files = {
        **TREE,
        "app/__init__.py": "from app.legacy import Manager\n",
        "app/a.py": f"from app import core\n\n\n{SAME}\n\nprint(Manager, core)\n",
        "app/b.py": "from app.a import Manager\nfrom . import legacy\n\nlegacy.Manager(Manager)\n",
        "app/c.py": OTHER,
    }
    after = carried_out(unique(), files)
    assert after == {
        **files,
        LEGACY: "from app.core import Manager\n",
        "app/__init__.py": "from app.core import Manager\n",
        "app/a.py": "from app import core\nfrom app.core import Manager\n\n\nprint(Manager, core)\n",
        "app/b.py": "from app.core import Manager\nfrom . import core\n\ncore.Manager(Manager)\n",
    }
    assert everywhere(unique(), after) == {"app/c.py": ["interfaces-differ"]}


# ---- whatever stands around


BLOCKS = (
    '"""Doc."""',
    "import os",
    "from app.core import Other",
    "x = [\n    1,\n]",
    "def f():\n    return Manager()",
    "@deco\nclass A:\n    # inside\n    y = 1\n    # last",
    "if os:\n    import sys",
    "# alone\n",
    "z = '''\n# no comment\n\n'''",
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(BLOCKS), st.integers(0, 3)), max_size=3),
    st.lists(st.tuples(st.sampled_from(BLOCKS[1:]), st.integers(0, 3)), max_size=3),
    st.sampled_from(["", "# why\n", "@one\n@two\n", "# why\n# more\n\n"]),
    st.sampled_from(["", "    # inside\n", "# outside\n", "\n    # inside\n\n"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_nothing_else_goes(before, after, lead, tail, newline):
    def text(parts):
        return "".join(block + "\n" * (1 + blanks) for block, blanks in parts)

    decorated = lead.startswith("@")
    body = SAME.replace("text", "text, urgent=False")
    code = text(before) + lead + body + tail + text(after)
    core = {"app/core.py": ("@one\n@two\n" if decorated else "") + CORE}
    result, reasons = becomes(code.replace("\n", newline), LEGACY, tree=core)
    assert reasons == []
    assert ("\n" in result.replace("\r\n", "")) is (newline == "\n")
    result = result.replace("\r\n", "\n")
    kept = [ast.dump(node) for node in ast.parse(code).body if getattr(node, "name", "") != "Manager"]
    now = [ast.dump(node) for node in ast.parse(result).body if not _brings(node)]
    assert now == [one for one in kept if "name='Other'" not in one]
    for block, _ in (*before, *after):
        assert block in result or "Other" in block
    assert "    # inside\n" not in result.replace("    # inside\n    y", "") or not tail.strip()
    assert not result.endswith("\n\n") or code.endswith("\n\n")
    most = max([blanks for _, blanks in (*before, *after)] + [tail.count("\n\n"), 2])
    assert "\n" * (most + 3) not in result


def _brings(node):
    return isinstance(node, ast.ImportFrom) and node.module == "app.core"
