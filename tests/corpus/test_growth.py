"""Twice as much to change in a file is twice the work: counted in calls of functions, so that no clock decides."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from nasty import AWAIT, CALL, MOVE, RENAME, TREE, Becomes, nasty
from test_nasty import ROOTS, module, project_of, rule_of

from workbench.codemod.find import find_in
from workbench.codemod.rewrite import FileRewrite, rewrite_file

Rule = dict[str, object]
Source = Callable[[int], str]


def of_lines(head: str, line: str) -> Source:
    return lambda count: head + "".join(line.format(n=n) for n in range(count))


_LOCAL = "def f{n}():\n    from shop.old_mod import old\n    return old({n})\n"
SHAPES: dict[str, tuple[Rule, Source]] = {
    "imports in functions": (MOVE, of_lines("", _LOCAL)),
    "imports in functions, by hand": (RENAME, of_lines("", _LOCAL)),
    "imports that text may read": (MOVE, of_lines("'''old'''\n", _LOCAL)),
    "modules in functions": (MOVE, of_lines("", "def f{n}():\n    import shop.old_mod\n    shop.old_mod.old({n})\n")),
    "uses": (MOVE, of_lines("from shop.old_mod import old\n", "x{n} = old({n})\n")),
    "paths": (MOVE, of_lines("import shop.old_mod as m\n", "def f{n}(): return m.old({n})\n")),
    "annotations": (MOVE, of_lines("from shop.old_mod import old\n", "def f{n}(x: 'old') -> 'old': ...\n")),
    "calls": (CALL, of_lines("from shop.old_mod import Box\n", "def f{n}(ctx): return Box({n})\n")),
    "calls that wait for a module's value": (
        CALL,
        of_lines("from shop.old_mod import Box\nctx = f()\n", "def f{n}(): return Box({n})\n"),
    ),
    "calls with imports of their own": (
        CALL,
        of_lines("", "def f{n}():\n    from shop.old_mod import Box\n    return Box({n})\n"),
    ),
    "awaits": (AWAIT, of_lines("from shop.old_mod import count\n", "async def f{n}(): return await count({n})\n")),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_with_what_there_is_to_do(shape: str) -> None:
    rule, source = SHAPES[shape]
    few, many = (calls_made(rule, source(count).encode()) for count in (40, 160))
    assert many < 4.4 * few


def calls_made(parameters: Rule, source: bytes) -> int:
    """Mend a file, and count the calls that took."""
    entry = nasty("", "", source, Becomes(b""), rule=parameters)
    rule = rule_of(entry)
    known = project_of({**TREE, entry.path: source}, rule)
    made = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        found = find_in(module(entry.path, source), [rule], known)
        wanted = {"it": frozenset(name for site, name in found if site.blocked is None)}
        done = rewrite_file(entry.path, source, rules=[rule], wanted=wanted, project=known, roots=ROOTS)
    finally:
        sys.setprofile(before)
    assert isinstance(done, FileRewrite)
    assert frozenset(done.fixed) == wanted["it"] != frozenset()
    return made
