"""What the examples of `move-symbol` do not show."""

from __future__ import annotations

import pytest
from codemod_trees import module, project

from workbench.codemod.edit import splice
from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Rewrite
from workbench.codemod.source import Module
from workbench.engine.refresh import refreshed
from workbench.model.violation import Site
from workbench.rules.move_symbol import MoveSymbol

TREE = {
    "shop/__init__.py": "",
    "shop/old_mod.py": "def old(): ...\ndef new(): ...\nother = 1\n",
    "shop/new_mod.py": "def new(): ...\n",
}
OLD, NEW, RENAMED = "shop.old_mod.old", "shop.new_mod.new", "shop.old_mod.new"


def rule(to: str = NEW, *, source: str = OLD, **parameters: object) -> MoveSymbol:
    given = {"id": "r", "kind": "move-symbol", "from": source, "to": to, **parameters}
    return MoveSymbol(MoveSymbol.Parameters.model_validate(given))


def moved(
    code: str | bytes,
    *,
    to: str = NEW,
    path: str = "app/a.py",
    tree: dict[str, str] | None = None,
    **parameters: object,
) -> tuple[list[Site], Rewrite, Module]:
    asked = rule(to, **parameters)
    known = module(path, code)
    files = {**TREE, **(tree or {}), path: code}
    whole = project(files, dict(asked.moves()), asked.needles())
    sites = [*asked.find(known, whole)]
    return sites, asked.rewrite(known, whole, [one for one in sites if not (one.blocked or one.excluded)]), known


def after(code: str, **how: object) -> str:
    sites, rewrite, known = moved(code, **how)
    assert set(rewrite.fixed) == {one for one in sites if not (one.blocked or one.excluded)}
    return splice(known.source, rewrite.edits).decode(known.encoding)


def roles(code: str, **how: object) -> list[tuple[str, int]]:
    return [(site.key.split()[0], site.place.line) for site in moved(code, **how)[0]]


# ---- what counts


@pytest.mark.parametrize(
    ("code", "to", "wanted"),
    [
        ("from shop.old_mod import old\nold()\nold()\n", NEW, [("import", 1), ("use", 2), ("use", 3)]),
        ("from shop.old_mod import old as o\no()\n", NEW, [("import", 1)]),
        ("from shop.old_mod import old\nold()\n", "shop.new_mod.old", [("import", 1)]),
        ("import shop.old_mod\nshop.old_mod.old()\n", "shop.new_mod.old", [("use", 2)]),
        ("import shop.old_mod as m\nm.old = m.old\ndel m.old\n", NEW, [("use", 2), ("use", 2), ("use", 3)]),
        ("from shop.old_mod import old\n__all__ = ['old']\n", NEW, [("import", 1), ("export", 2)]),
        ("from shop.old_mod import old\n__all__ = ['old']\n", "shop.new_mod.old", [("import", 1)]),
        ("from shop.old_mod import old, old as o\n", NEW, [("import", 1), ("import", 1)]),
        ("def f():\n    from shop.old_mod import old\n    old()\n", NEW, [("import", 2), ("use", 3)]),
        ("from shop.old_mod import *\nold()\n", RENAMED, [("use", 2)]),
        ("from shop.old_mod import *\n", NEW, []),
        ("import shop.old_mod\n", NEW, []),
        ("from shop.old_mod import other\nold = other\n", NEW, []),
    ],
)
def test_the_places_that_count(code: str, to: str, wanted: list[tuple[str, int]]) -> None:
    assert roles(code, to=to) == wanted


def test_sites_tell_where_and_what() -> None:
    code = "class A:\n    def f(self):\n        from shop.old_mod import old as o\n        return o\n"
    (site,), _, _ = moved(code)
    assert (site.scope, site.snippet, site.key) == ("A.f", "old as o", f"import {NEW}")
    assert (site.place.line, site.place.column, site.place.end_column) == (3, 34, 42)
    assert site.message == f"{OLD} is now {NEW}"


@pytest.mark.parametrize("path", ["shop/old_mod.py", "shop/new_mod.py"])
def test_the_old_and_the_new_home_are_left_alone(path: str) -> None:
    code = "from shop.old_mod import old\nold()\ndef new(): return 'shop.old_mod.old'\n"
    assert moved(code, path=path)[0] == []


def test_what_goes_through_the_new_name_already_is_right() -> None:
    tree = {"shop/facade.py": "from shop.old_mod import old as new\n"}
    code = "from shop.facade import new\nimport shop.facade as f\nnew(); f.new()\n"
    assert moved(code, to="shop.facade.new", tree=tree)[0] == []


def test_from_may_be_one_path_of_several() -> None:
    """Only the legacy path is a violation; the definition itself is reached by other paths too."""
    tree = {"shop/legacy.py": "from .new_mod import new as old\n"}
    how = {"source": "shop.legacy.old", "tree": tree}
    assert after("from shop.legacy import old\nold()\n", **how) == "from shop.new_mod import new\nnew()\n"
    assert moved("from shop.new_mod import new\nnew()\n", **how)[0] == []
    assert moved(tree["shop/legacy.py"], path="shop/legacy.py", source="shop.legacy.old")[0] == []


# ---- strings


@pytest.mark.parametrize(("strings", "wanted"), [("ignore", []), ("report", ["string"]), ("rewrite", [""])])
def test_strings_as_asked(strings: str, wanted: list[str]) -> None:
    code = "patch('shop.old_mod.old')\n"
    sites, rewrite, _ = moved(code, strings=strings)
    assert [site.excluded for site in sites] == wanted
    assert bool(rewrite.edits) == (strings == "rewrite")


def test_a_string_that_names_a_users_own_import_follows_its_local_name() -> None:
    """`patch` replaces the name where it is used: in the user's module, under the user's local name."""
    user = {"app/user.py": "from shop.old_mod import old\nold()\n"}
    test = "patch('app.user.old')\n"
    assert moved(test, strings="rewrite", tree=user, path="tests/test_a.py")[0] == []
    kept = after(user["app/user.py"], path="app/user.py", tree={"tests/test_a.py": test})
    assert kept == "from shop.new_mod import new as old\nold()\n"


def test_a_string_through_a_package_keeps_its_path() -> None:
    tree = {"app/user.py": "from shop.old_mod import old as tool\n"}
    assert moved("patch('app.user.tool')\n", strings="rewrite", tree=tree)[0] == []


# ---- the local name


STAYS = {
    "an alias": "from shop.old_mod import old as o\no()\n",
    "taken by a variable": "from shop.old_mod import old\nnew = 1\nold()\n",
    "taken by another import": "from shop.old_mod import old\nfrom x import new\nold()\n",
    "hidden by a parameter": "from shop.old_mod import old\ndef f(new): return old(new)\n",
    "hidden by a loop": "from shop.old_mod import old\n[old(new) for new in x]\n",
    "read as a builtin or global": "from shop.old_mod import old\ndef f(): return new()\nold()\n",
    "declared global where it is used": "from shop.old_mod import old\ndef f():\n    old()\n    global new\n",
    "bound in a class": "class A:\n    from shop.old_mod import old\n    x = old\n",
    "assigned from a function": "from shop.old_mod import old\ndef f():\n    global old\n    old = 1\nold()\n",
    "rebound on one path": "from shop.old_mod import old\nif x: old = 1\nold()\n",
    "two imports": "try:\n    from shop.old_mod import old\nexcept E:\n    from x import old\nold()\n",
    "a definition stands in": "try:\n    from shop.old_mod import old\nexcept E:\n    def old(): ...\nold()\n",
    "annotation in pieces": "from shop.old_mod import old\nx: 'ol' 'd'\n",
    "declared nonlocal": "def f():\n    from shop.old_mod import old\n    def g():\n        nonlocal old\n",
    "looked up by name": "from shop.old_mod import old\nglobals()['old']()\n",
    "evaluated": "from shop.old_mod import old\neval('old()')\n",
    "export in pieces": "from shop.old_mod import old\n__all__ = ['o' 'ld']\n",
}


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in STAYS.items()])
@pytest.mark.parametrize("to", [NEW, RENAMED])
def test_the_local_name_stays(code: str, to: str) -> None:
    kept = after(code, to=to)
    assert "import new as o" in kept
    assert len(kept.split("\n")) == len(code.split("\n"))
    assert [line for line in kept.split("\n") if "shop" not in line] == [
        line for line in code.split("\n") if "shop" not in line
    ]


USERS = {
    "an import": "from app.a import old\n",
    "an import in a function": "def f():\n    from app.a import old as o\n",
    "a star": "from app.a import *\n",
    "a string": "patch('app.a.old')\n",
    "an attribute of the module": "import app.a as a\na.old()\n",
    "a name in a string and the module": "from app import a\nmonkeypatch.setattr(a, 'old', 1)\n",
}


@pytest.mark.parametrize("user", [pytest.param(code, id=name) for name, code in USERS.items()])
@pytest.mark.parametrize("to", [NEW, RENAMED])
def test_the_local_name_stays_while_others_need_it(user: str, to: str) -> None:
    tree = {"app/__init__.py": "", "tests/test_a.py": user}
    kept = after("from shop.old_mod import old\nold()\n", to=to, tree=tree)
    assert kept.endswith("import new as old\nold()\n")


GOES = {
    "reads of every kind": (
        "from shop.old_mod import old\n@old\nclass A(old):\n    x: 'old' = f'{old}'  # type: old\n",
        "@new\nclass A(new):\n    x: 'new' = f'{new}'  # type: new\n",
    ),
    "rebound later": ("from shop.old_mod import old\nold = old(1)\nold()\n", "old = new(1)\nold()\n"),
    "fallback": (
        "try:\n    from shop.old_mod import old\nexcept E:\n    old = None\nold\n",
        "except E:\n    new = None\nnew\n",
    ),
    "default": ("old = None\nif x:\n    from shop.old_mod import old\nold\n", "\nnew\n"),
    "a use in a function": ("from shop.old_mod import old\ndef f():\n    return old\n", "    return new\n"),
    "in a function": ("def f():\n    from shop.old_mod import old\n    return lambda: old\n", "lambda: new\n"),
    "both imported": ("from shop.old_mod import old, new\nold(new)\n", "new(new)\n"),
}


@pytest.mark.parametrize(("code", "end"), [pytest.param(*case, id=name) for name, case in GOES.items()])
def test_the_local_name_follows(code: str, end: str) -> None:
    changed = after(code, to=RENAMED)
    assert changed.endswith(end)
    assert "import new" in changed
    assert "as old" not in changed
    assert "new, new" not in changed


# ---- bytes


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        (
            b"\xef\xbb\xbffrom shop.old_mod import old\r\nold()\r\n",
            b"\xef\xbb\xbffrom shop.old_mod import new\r\nnew()\r\n",
        ),
        (
            b"# coding: latin-1\nfrom shop.old_mod import old; '\xe9'; old()",
            b"# coding: latin-1\nfrom shop.old_mod import new; '\xe9'; new()",
        ),
        (
            b"\x0cfrom shop.old_mod import (old,  # x\n\n)\n\told\n".replace(b"\t", b""),
            b"\x0cfrom shop.old_mod import (new,  # x\n\n)\nnew\n",
        ),
        (b"from shop.old_mod import old as \\\n  o\no", b"from shop.old_mod import new as \\\n  o\no"),
        (b"from shop.old_mod import old as new\nnew\n", b"from shop.old_mod import new\nnew\n"),
        (b"from shop . old_mod import old\nx: ' old '\n", b"from shop . old_mod import new\nx: ' new '\n"),
    ],
)
def test_a_rename_changes_nothing_but_the_name(before: bytes, wanted: bytes) -> None:
    _, rewrite, known = moved(before, to=RENAMED)
    assert splice(known.source, rewrite.edits) == wanted


def test_a_rename_in_newer_syntax() -> None:
    code = "from shop.old_mod import old\ntype X = old\ndef f[T: old](a: T): return f'{x['a']}{old}'\n"
    assert after(code, to=RENAMED) == code.replace("old", "new").replace("new_mod", "old_mod")


# ---- asking for less than everything


def test_reads_do_not_change_without_their_import() -> None:
    code = "from shop.old_mod import old\nold()\n"
    asked, known = rule(RENAMED), module("app/a.py", code)
    whole = project({**TREE, "app/a.py": code})
    sites = [*asked.find(known, whole)]
    rewrite = asked.rewrite(known, whole, sites[1:])
    assert rewrite.edits == ()
    assert [(site, why.code) for site, why in rewrite.blocked] == [(sites[1], "overlap")]


def test_an_import_takes_its_reads_along_whoever_asked() -> None:
    code = "from shop.old_mod import old\n__all__ = ['old']\nold()\n"
    asked, known = rule(RENAMED), module("app/a.py", code)
    whole = project({**TREE, "app/a.py": code})
    rewrite = asked.rewrite(known, whole, [*asked.find(known, whole)][:1])
    assert splice(known.source, rewrite.edits) == code.replace("old", "new").replace("new_mod", "old_mod").encode()


# ---- while other batches change the tree


def test_who_was_to_be_turned_away_from_a_re_export_still_is_when_that_has_moved() -> None:
    asked = rule()
    before = {**TREE, "shop/api.py": "from .old_mod import old\n", "app/a.py": "from shop.api import old\nold()\n"}
    base = project(before, dict(asked.moves()), asked.needles())
    api = module("shop/api.py", before["shop/api.py"])
    moved_api = splice(api.source, asked.rewrite(api, base, [*asked.find(api, base)]).edits).decode()
    assert moved_api == "from .new_mod import new as old\n"
    later = refreshed(base, ModuleMap(), {"shop/api.py": moved_api.encode()})
    user = module("app/a.py", before["app/a.py"])
    assert [site.key for site in asked.find(user, later)] == [site.key for site in asked.find(user, base)]
    changed = splice(user.source, asked.rewrite(user, later, [*asked.find(user, later)]).edits).decode()
    assert changed == "from shop.new_mod import new\nnew()\n"
    assert [
        *asked.find(module("app/a.py", changed), refreshed(later, ModuleMap(), {"app/a.py": changed.encode()}))
    ] == []


def test_a_local_name_stays_though_its_user_has_moved_on_before() -> None:
    asked = rule()
    before = {**TREE, "shop/api.py": "from .old_mod import old\nold()\n", "app/a.py": "from shop.api import old\n"}
    base = project(before, dict(asked.moves()), asked.needles())
    later = refreshed(base, ModuleMap(), {"app/a.py": b"from shop.new_mod import new\n"})
    api = module("shop/api.py", before["shop/api.py"])
    assert [site.key for site in asked.find(api, later)] == [site.key for site in asked.find(api, base)]
    changed = splice(api.source, asked.rewrite(api, later, [*asked.find(api, later)]).edits).decode()
    assert changed == "from .new_mod import new as old\nold()\n"


def test_parameters_are_dotted_names() -> None:
    for wrong in ("old", "a..b", "a.b()", ""):
        with pytest.raises(ValueError, match="pattern"):
            rule(wrong)
