"""Rules over one file: paths, fingerprints, keys."""

from __future__ import annotations

import pytest
from codemod_trees import module, names, project

from workbench.codemod.find import applies, find_in
from workbench.codemod.key import shortened, site_key
from workbench.codemod.rule import Parameters
from workbench.codemod.source import Unparsable
from workbench.rules.move_symbol import MoveSymbol
from workbench.rules.remove_await import RemoveAwait

MOVE = {"id": "move", "kind": "move-symbol", "from": "m.old", "to": "n.new"}
AWAIT = {"id": "await", "kind": "remove-await", "call": "n.new"}
TREE = {"m.py": "def old(): ...\n", "n.py": "def new(): ...\n"}


def rules(**parameters: object) -> list:
    return [
        MoveSymbol(MoveSymbol.Parameters.model_validate(MOVE | parameters)),
        RemoveAwait(RemoveAwait.Parameters.model_validate(AWAIT)),
    ]


@pytest.mark.parametrize(
    ("paths", "allow", "path", "wanted"),
    [
        ((), (), "a/b.py", True),
        (("a/**",), (), "a/b.py", True),
        (("a/**",), (), "b/a.py", False),
        (("*.py", "!b.py"), (), "a/b.py", False),
        ((), ("a/**",), "a/b.py", False),
        ((), ("/b.py",), "a/b.py", True),
        (("a/**",), ("a/c/**",), "a/c/d.py", False),
        ((), ("b.py",), "a/b.py", False),
    ],
)
def test_where_a_rule_applies(paths: tuple[str, ...], allow: tuple[str, ...], path: str, wanted: bool) -> None:
    parameters = Parameters(id="x", kind="x", paths=paths, allow=allow)
    assert applies(parameters, path) is wanted


def test_sites_come_in_source_order_with_distinct_names() -> None:
    code = "from m import old\nasync def f():\n    await old(); await old()\n    await old()\n"
    tree = project({**TREE, "a.py": code}, {"m.old": "n.new"})
    found = find_in(module("a.py", code), rules(), tree)
    assert [(site.rule, site.place.line) for site, _ in found] == [
        ("move", 1),
        *[("await", 3), ("move", 3)] * 2,
        ("await", 4),
        ("move", 4),
    ]
    assert len({name for _, name in found}) == len(found)


def test_a_rule_outside_its_paths_is_not_asked() -> None:
    code = "from m import old\n"
    tree = project({**TREE, "a.py": code})
    assert find_in(module("a.py", code), rules(paths=("b/**",)), tree) == ()
    assert find_in(module("a.py", code), rules(allow=("a.py",)), tree) == ()


def test_fingerprints_survive_moved_lines_and_another_rule() -> None:
    """An awaited call has one name, by whatever path the file reaches the function."""
    before = "from m import old\nasync def f():\n    await old(1)\n"
    after = "import x\n\n\nfrom n import new\nasync def f():\n    y = 1\n    await new(1)\n"
    tree = project(TREE, {"m.old": "n.new"})
    first, second = (
        [name for site, name in find_in(module("a.py", code), rules(), tree) if site.rule == "await"]
        for code in (before, after)
    )
    assert first == second
    assert len(first) == 1


def test_an_unparsable_file_is_an_error_of_its_own() -> None:
    with pytest.raises(Unparsable):
        find_in(module("a.py", "x = ("), rules(), project(TREE))


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("from m import old as o\no(1)\n", "call m.old(1)"),
        ("import m as z\nz.old(z.old, y=[z.old for a in b])\n", "call m.old(m.old, y=[m.old for a in b])"),
        ("from m import old\nold('a', x.old, f'{old}')\n", "call m.old('a', x.old, f'{m.old}')"),
        ("def f(old):\n    old(1)\n", "call old(1)"),
        ("from m import old\nif x: old = 1\nold(1)\n", "call old(1)"),
    ],
)
def test_keys_spell_names_canonically(code: str, key: str) -> None:
    resolver = names(code, tree=TREE)
    (call,) = [node.value for node in _statements(resolver.module.tree.body) if hasattr(node, "value")][-1:]
    assert site_key("call", call, resolver) == key


def _statements(body: list) -> list:
    return [one for node in body for one in [node, *_statements(getattr(node, "body", []))]]


def test_long_keys_are_cut_and_stay_apart() -> None:
    one, other = ("call f(" + "x" * 500 + end for end in ("a)", "b)"))
    assert len(shortened(one)) == 200
    assert shortened(one) != shortened(other)
    assert shortened("call f()") == "call f()"
