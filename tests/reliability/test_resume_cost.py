"""A resume does what the batch that was under way asks for, however many were kept before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.quick import Forker, Strike, quickly
from tests.reliability.story import FILES, PLAN, USER


def acts_of_a_resume(where: Path, forker: Forker, batches: int) -> int:
    """Kill a run in its last batch, and return how many files the resume writes and programs it starts."""
    names = [f"user{number:03}" for number in range(batches)]
    ground = {name: content for name, content in FILES.items() if name in (".gitignore", "app/old.py", "app/new.py")}
    users = {f"app/{name}.py": USER.format(name) for name in names}
    without_gates = PLAN.partition("[[gates]]")[0]
    place = quickly(where, forker, {**ground, **users, "app/__init__.py": "", "plans/small.toml": without_gates})
    assert place.workbench("run", "small", fault=f"ledger.BatchCommitted.after:{batches}").code == -9
    assert place.workbench("resume", strike=Strike(0)).code == 0
    assert place.git("rev-list", "--count", "main..workbench/small") == str(batches)
    return place.acts()


def test_the_work_of_a_resume_does_not_grow_with_what_was_kept(forker: Forker, tmp_path: Path) -> None:
    few, many = (acts_of_a_resume(tmp_path / str(batches), forker, batches) for batches in (2, 7))
    assert few == many > 0


@pytest.mark.nightly
def test_nor_with_five_hundred(forker: Forker, tmp_path: Path) -> None:
    few, many = (acts_of_a_resume(tmp_path / str(batches), forker, batches) for batches in (2, 500))
    assert few == many > 0
