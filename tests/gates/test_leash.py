"""A leash that is cut ends what is held, and what is held afterwards at once."""

from __future__ import annotations

import os

from workbench.gates.leash import Leash


def test_what_is_held_after_the_cut_is_let_go_at_once_and_only_once() -> None:
    leash, (reading, writing) = Leash(), os.pipe()
    leash.cut()
    with leash.holding(writing) as let_go:
        assert os.read(reading, 1) == b"", "the other end is closed"
        again = os.dup(reading)
        let_go()
        assert again == writing, "the number was given to somebody else"
        assert os.fstat(again)
    assert os.fstat(again)
    for one in (reading, again):
        os.close(one)
