"""Every plan has its picture, every picture its plan, and the pictures are what the workbench does today."""

from __future__ import annotations

import pytest

from tests.snapshots.picture import PLANS, SNAPSHOTS, picture

NAMES = sorted(path.stem for path in PLANS.glob("*.toml"))


def test_there_is_no_orphan_on_either_side():
    assert sorted(path.name for path in SNAPSHOTS.iterdir() if path.is_dir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_pictures_are_up_to_date(name, tmp_path):
    made = picture(name, tmp_path / "work")
    approved = {path.name: path.read_text(encoding="utf-8") for path in (SNAPSHOTS / name).iterdir() if path.is_file()}
    assert sorted(approved) == sorted(made)
    for file, content in made.items():
        assert content == approved[file], f"{file} is old: python -m tests.snapshots.update {name}"
