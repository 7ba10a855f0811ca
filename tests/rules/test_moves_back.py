"""There and back: what a move changes, the opposite move makes what it was, byte for byte.

Left out is what the first move cannot keep: the order of a list of names that was not sorted, two modules in one
`import`, an alias of a module through which a symbol was used, and star imports.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_trees import reason, rewritten, rule, sites

CONTENT = "def old(): ...\ndef other(): ...\n"
TREE = {
    "shop/__init__.py": "",
    "shop/old_mod.py": CONTENT,
    "shop/new_mod.py": "def new(): ...\ndef old(): ...\ndef more(): ...\n",
    "lib/__init__.py": "",
    "lib/far.py": f"{CONTENT}def new(): ...\n",
}
PATH = "app/user.py"
HEADS = (
    "",
    "import os\nimport sys\n\n",
    '"""Doc."""\n\nimport os\n',
    "from __future__ import annotations\n\nimport os\n\n",
    "# c\nimport os, sys\nfrom aaa import b\nfrom zzz import y\n\n",
)
IMPORTS = (
    ("from shop.old_mod import old\n", "old"),
    ("from shop.old_mod import old as o\n", "o"),
    ("from shop.old_mod import old, other\n", "old"),
    ("from shop.old_mod import (\n    old,\n    other,\n)\n", "old"),
    ("from shop.old_mod import (\n    old,  # keep\n)\n", "old"),
    ("from shop.old_mod import old  # noqa: E402\n", "old"),
    ("from shop.old_mod import \\\n    old\n", "old"),
    ("import shop.old_mod\n", "shop.old_mod.old"),
    ("from shop import old_mod\n", "old_mod.old"),
    ("try:\n    from shop.old_mod import old\nexcept ImportError:\n    old = None\n", "old"),
    ("if TYPE_CHECKING:\n    from shop.old_mod import old\n", "old"),
)
USES = (
    "{0}()\n",
    "x = {0}\n\n\ndef f():\n    return {0}(1)\n",
    "def f(a: '{0}') -> {0}:\n    return a\n",
    "def f(a: 'list[{0}]'): ...\n",
    "class C({0}):\n    y = other\n",
    "patch('shop.old_mod.old.x')\n{0}\n",
)
SYMBOLS = ("shop.new_mod.old", "shop.new_mod.new", "lib.far.old", "lib.far.new", "shop.old_mod.renamed")

MODULES = ("shop.mov", "lib.mov")


def moved(kind, files, old, new):
    """Return what a move makes of the file; None if it does not make all it should."""
    one = rule(kind, from_=old, to=new, strings="rewrite")
    found = {reason(site) for site, _ in sites(one, files, PATH)}
    after, blocked = rewritten(one, files, PATH)
    return after if found == {"open"} and not blocked else None


def there_and_back(kind, code, old, new, tree):
    there = moved(kind, {**tree, PATH: code}, old, new)
    if there is None:
        return
    assert there != code
    assert moved(kind, {**tree, PATH: there}, new, old) == code


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(HEADS), st.sampled_from(IMPORTS), st.sampled_from(USES), st.sampled_from(SYMBOLS))
def test_a_symbol_comes_back(head, imported, use, to):
    statement, spelled = imported
    there_and_back("move-symbol", f"{head}{statement}\n{use.format(spelled)}", "shop.old_mod.old", to, TREE)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(HEADS), st.sampled_from(IMPORTS), st.sampled_from(USES), st.sampled_from(("shop.mov", "lib.mov"))
)
def test_a_module_comes_back(head, imported, use, to):
    statement, spelled = imported
    tree = {**TREE, f"{to.replace('.', '/')}.py": CONTENT}
    there_and_back("move-module", f"{head}{statement}\n{use.format(spelled)}", "shop.old_mod", to, tree)


@pytest.mark.parametrize("use", ["def f(a: 'shop.old_mod.old'): ...\n", "x = []  # type: list[shop.old_mod.old]\n"])
def test_an_import_that_only_text_of_annotations_read_goes_with_it(use):
    code = f"import shop.old_mod\n\n{use}"
    there = moved("move-symbol", {**TREE, PATH: code}, "shop.old_mod.old", "lib.far.new")
    assert there == f"import lib.far\n\n{use.replace('shop.old_mod.old', 'lib.far.new')}"
    two = f"{code}y: 'shop.old_mod.other'\n"
    kept = moved("move-symbol", {**TREE, PATH: two}, "shop.old_mod.old", "lib.far.new")
    assert "import shop.old_mod\n" in kept
