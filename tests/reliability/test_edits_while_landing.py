"""The user works on while a branch is landed on his: at any moment, whatever he does, no byte of his is lost.

Every push tries each kind of edit at each step of a landing, and once at a moment the seed chooses; `-m nightly` at
100 moments.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.landed import POINTS
from tests.reliability.at_work import at_work, wait_for
from tests.reliability.quick import Forker, QuickPlace, copied, ended_well, quickly
from tests.reliability.story import FILES, PLAN, USER
from tests.reliability.test_machine import blob_id, migrated
from workbench.engine.land import land
from workbench.engine.means import system_means
from workbench.model.errors import WorkbenchError

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
MOMENTS = 100
NAMES = [f"app/user{number}.py" for number in range(30)]
SOURCES = {name: USER.format(name) for name in NAMES}
MINE = "mine = {0!r}\n"
_BARE = PLAN[: PLAN.index("[[gates]]")].replace('by = ["file"]', 'by = ["rule"]')


@pytest.fixture(scope="session")
def ready(forker: Forker, tmp_path_factory: pytest.TempPathFactory) -> QuickPlace:
    """A place with a branch of one commit in 30 files, to be landed."""
    kept = {name: FILES[name] for name in (".gitignore", "app/__init__.py", "app/old.py", "app/new.py")}
    place = quickly(tmp_path_factory.mktemp("ready"), forker, {**kept, **SOURCES, "plans/small.toml": _BARE})
    assert place.workbench("run", "small").code == 0
    return place


@pytest.fixture(scope="session")
def window(ready: QuickPlace, tmp_path_factory: pytest.TempPathFactory) -> float:
    """For how many seconds a landing that nobody disturbs writes."""
    place = copied(ready, tmp_path_factory.mktemp("window") / "place")
    with at_work(place, "land", "small") as landing:
        wait_for(lambda: writes(place) or landing.is_done())
        began = time.monotonic()
        assert landing.ended().code == 0
    return time.monotonic() - began


def writes(place: QuickPlace) -> bool:
    return (place.root / ".git/workbench/land").exists()


# What a user does to one path; each returns what must be somewhere afterwards.


def saves_in_place(place: QuickPlace, path: Path, mine: str) -> str:
    with path.open("r+") as file:
        file.write(mine)
    return mine


def saves_aside(place: QuickPlace, path: Path, mine: str) -> str:
    saved = place.root / "saved.tmp"
    saved.write_text(mine)
    saved.rename(path)
    return mine


def writes_anew(place: QuickPlace, path: Path, mine: str) -> str:
    path.write_text(mine)
    return mine


def deletes(place: QuickPlace, path: Path, mine: str) -> str:
    path.unlink()
    return ""


def stages(place: QuickPlace, path: Path, mine: str) -> str:
    path.write_text(mine)
    asks_git(place, "add", "--", str(path))
    return mine


def commits(place: QuickPlace, path: Path, mine: str) -> str:
    path.write_text(mine)
    asks_git(place, "commit", "-q", "-m", "mine", "--only", "--", str(path))
    return mine


def switches(place: QuickPlace, path: Path, mine: str) -> str:
    asks_git(place, "switch", "-q", "-c", "elsewhere")
    return ""


def collects(place: QuickPlace, path: Path, mine: str) -> str:
    asks_git(place, "gc", "-q", "--prune=now")
    return ""


def asks_git(place: QuickPlace, *words: str) -> None:
    """Have the user's own git try; it may refuse while its index is locked."""
    command = ["git", "-C", place.root, *words]
    subprocess.run(command, env=place.environ(), capture_output=True, timeout=60, check=False)


Edit = Callable[[QuickPlace, Path, str], str]
EDITS: tuple[Edit, ...] = (saves_in_place, saves_aside, writes_anew, deletes, stages, commits, switches, collects)


def story(place: QuickPlace, edit: Edit, seed: str, window: float) -> int:
    """Land, and edit one file meanwhile; return how the landing ended."""
    dice = random.Random(seed)
    name, moment, mine = dice.choice(NAMES), dice.uniform(0, window), MINE.format(seed)
    wanted = ""
    with at_work(place, "land", "small") as landing:
        wait_for(lambda: writes(place) or landing.is_done())
        time.sleep(moment)
        wanted = edit(place, place.root / name, mine)
        ended = landing.ended()
    ended_well(ended)
    assert "no run is under way" in place.workbench("resume").err, (seed, ended)
    assert nothing_lost(place, name, wanted, mine, ended.out + ended.err) == (ended.code in (0, 1)), (seed, ended)
    return ended.code


def nothing_lost(place: QuickPlace, name: str, wanted: str, mine: str, said: str) -> bool:
    """Assert that all was landed or nothing, and what the user did to one path is there; say whether it landed."""
    landed = place.git("rev-parse", "workbench/small") in place.git("rev-list", "main").split()
    assert not list((place.root / ".git").glob("*.lock"))
    assert place.git("fsck", "--strict", "--no-dangling") == ""
    whole = {one: migrated(source) if landed else source for one, source in SOURCES.items() if one != name}
    assert {one: text_of(place.root / one) for one in whole} == whole, said
    listed = place.git("ls-tree", "--format=%(path) %(objectname)", "main", "app/")
    committed = dict(line.split() for line in listed.splitlines())
    assert {one: committed[one] for one in whole} == {one: blob_id(text) for one, text in whole.items()}, said
    told = text_of(place.root / name)
    assert wanted in told or kept_and_named(place, name, wanted, said), (told, said)
    assert told.removeprefix(mine) in ("", SOURCES[name], migrated(SOURCES[name]), *tails(name, mine)), told
    return landed


def tails(name: str, mine: str) -> tuple[str, ...]:
    """Return what an edit in place leaves behind itself of either content."""
    return tuple(one[len(mine) :] for one in (SOURCES[name], migrated(SOURCES[name])))


def text_of(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def kept_and_named(place: QuickPlace, name: str, wanted: str, said: str) -> bool:
    places = [*(place.root / ".git/workbench/keep").rglob(Path(name).name)]
    return any(one.read_text().startswith(wanted) and one.name in said for one in places)


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_at_some_moment(edit: Edit, ready: QuickPlace, window: float, tmp_path: Path) -> None:
    story(copied(ready, tmp_path / "place"), edit, f"{SEED} {edit.__name__}", window)


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("point", POINTS)
def test_an_edit_at_each_step(point: str, edit: Edit, ready: QuickPlace, tmp_path: Path) -> None:
    """The landing's own thread edits, at the step itself: no moment is left to chance."""
    place = copied(ready, tmp_path / "place")
    name, mine = random.Random(f"{SEED} {point} {edit.__name__}").choice(NAMES), MINE.format(point)
    edited: list[str] = []

    def at(now: str) -> None:
        if now == point and not edited:
            edited.append(edit(place, place.root / name, mine))

    try:
        code, said = 0, str(land(place.root, "", None, means=system_means(), at=at).kept)
    except WorkbenchError as error:
        code, said = error.exit_code, f"{error} {error.hint}"
    assert code in (0, 3, 4), said
    (wanted,) = edited
    nothing_lost(place, name, wanted, mine, said)


@pytest.mark.nightly
@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_at_many_moments(edit: Edit, ready: QuickPlace, window: float, tmp_path: Path) -> None:
    for moment in range(MOMENTS):
        seed = f"{SEED} {edit.__name__} {moment}"
        code = story(copied(ready, tmp_path / str(moment)), edit, seed, window)
        print(f"seed {seed}: {'landed' if code == 0 else 'refused or taken back'}", flush=True)
