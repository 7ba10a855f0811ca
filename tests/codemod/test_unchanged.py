"""The quick look at what no edit touches: what it passes, the closer look passes too; it is never the only judge."""

from __future__ import annotations

import pytest

from workbench.codemod.edit import Edit, splice
from workbench.codemod.source import Module
from workbench.codemod.unchanged import Touched, stands

_SOURCE = """\
import a

@d
class C:
    x = 1
    def f(self):
        if x:
            a.b
        return 2

last = 3
"""


def _stands(before: str, *edits: Edit) -> bool:
    source = before.encode()
    return stands(Module("m.py", source), Module("m.py", splice(source, edits)), Touched.before(edits))


@pytest.mark.parametrize(
    ("old", "new"),
    [("import a", "import a.c"), ("a.b", "a.bcd"), ("x = 1", "y = 12"), ("@d", "@dd"), ("last = 3\n", "")],
)
def test_a_change_that_stays_where_it_was_made_is_passed_at_once(old: str, new: str):
    at = _SOURCE.index(old)
    assert _stands(_SOURCE, Edit(at, at + len(old), new.encode()))


def test_several_changes_move_what_follows_by_their_sum():
    first, second = _SOURCE.index("import a"), _SOURCE.index("a.b")
    assert _stands(_SOURCE, Edit(first, first, b"import z\n"), Edit(second, second + 3, b"a"))


def test_lines_that_become_a_string_do_not_stand():
    before = "x = 1\ny = 2\nw = 4\n\nz = 3\n"
    assert not _stands(before, Edit(6, 6, b"'''"), Edit(18, 18, b"'''"))


def test_a_statement_that_comes_into_another_block_does_not_stand():
    before = "if a:\n    b\nelse:\n    c\n"
    at = before.index("else:")
    assert not _stands(before, Edit(at, at + 6, b""))
