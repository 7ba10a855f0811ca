"""Two files change places in one step, or nothing happens and it is said why."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.repo.exchange import exchange


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "stage").mkdir()
    directory = os.open(tmp_path / "stage", os.O_RDONLY | os.O_DIRECTORY)
    yield directory
    os.close(directory)


def test_each_is_where_the_other_was(tmp_path: Path, stage: int) -> None:
    (tmp_path / "one").write_text("one")
    (tmp_path / "stage/two").write_text("two")
    assert exchange(tmp_path / "one", "two", stage)
    assert ((tmp_path / "one").read_text(), (tmp_path / "stage/two").read_text()) == ("two", "one")


def test_what_is_missing_is_named(tmp_path: Path, stage: int) -> None:
    (tmp_path / "one").write_text("one")
    with pytest.raises(FileNotFoundError, match="two"):
        exchange(tmp_path / "one", "two", stage)
    assert (tmp_path / "one").read_text() == "one"


def test_what_the_system_cannot_exchange_is_a_no(tmp_path: Path, stage: int) -> None:
    (tmp_path / "stage/below").mkdir()
    assert not exchange(tmp_path / "stage", "below", stage), "a directory and one in it"
    assert [one.name for one in tmp_path.iterdir()] == ["stage"]


def test_a_c_library_without_the_call_is_a_no(tmp_path: Path, stage: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    (tmp_path / "one").write_text("one")
    (tmp_path / "stage/two").write_text("two")
    assert not exchange(tmp_path / "one", "two", stage)
    assert (tmp_path / "one").read_text() == "one"
