"""Whatever a user does in whatever order, with kills in between: the repository is as a model of a few lines says.

The model knows which batches lie on the run branch, in the order they were kept; from that follows every byte of the
branch. Every push tries fifty stories of twenty steps, `-m nightly` long ones; `WORKBENCH_SEED` chooses others.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.reliability.oracle import Before, before, hold, nothing_left
from tests.reliability.quick import QuickPlace, Strike, copied
from tests.reliability.story import FILES

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
GOOD = {"P2-001": "app/a.py", "P2-003": "app/c.py"}
BATCHES = ("P2-001", "P2-002", "P2-003")
ACTS = st.integers(1, 120)
EACH_PUSH, PARTS = 5, 10
"""Parts of the fifty short stories, and of the hundred long ones: each tells of its end."""
CALM = settings(
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.generate],  # a story of some steps is read faster than it is made shorter
)


def migrated(source: str) -> str:
    return source.replace("app.old import make", "app.new import build").replace("make(1)", "build(1)")


def blob_id(source: str) -> str:
    return hashlib.sha1(b"blob %d\0%s" % (len(source), source.encode()), usedforsecurity=False).hexdigest()


class Stories(RuleBasedStateMachine):
    """`kept` is the model; `begun` what it becomes when a command that was killed is finished, None if none was."""

    finished: QuickPlace

    def __init__(self) -> None:
        super().__init__()
        self.where = Path(tempfile.mkdtemp())
        self.place = copied(self.finished, self.where / "place")
        self.kept = [*GOOD]
        self.begun: list[str] | None = None
        self.landings = 0
        self.was: Before = before(self.place)

    @initialize()
    def starts_with_nothing_kept(self) -> None:
        assert self.place.workbench("rollback", "all").code == 0
        self.kept = []

    # What the user asks for

    def _after_run(self, wanted: tuple[str, ...]) -> list[str]:
        return [*self.kept, *(one for one in GOOD if one in wanted and one not in self.kept)]

    def _idle(self) -> bool:
        return self.begun is None

    @precondition(_idle)
    @rule(wanted=st.sampled_from([BATCHES, *((one,) for one in BATCHES)]))
    def run(self, wanted: tuple[str, ...]) -> None:
        ended = self.place.workbench(*self._run(wanted))
        assert ended.code in (0, 1), ended
        self.kept = self._after_run(wanted)

    @precondition(_idle)
    @rule(wanted=st.sampled_from([BATCHES, *((one,) for one in BATCHES)]), at=ACTS)
    def run_killed(self, wanted: tuple[str, ...], at: int) -> None:
        self._killed(self._run(wanted), at, self._after_run(wanted))

    def _run(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        return ("run", "small") if wanted == BATCHES else ("run", "small", "--batch", *wanted)

    @precondition(lambda self: self._idle() and self.kept)
    @rule(data=st.data(), at=st.one_of(st.none(), st.integers(1, 30)))
    def rollback(self, data: st.DataObject, at: int | None) -> None:
        target = data.draw(st.sampled_from([*self.kept, "all"]))
        after = [] if target == "all" else self.kept[: self.kept.index(target)]
        if at is not None:
            self._killed(("rollback", target), at, after)
            return
        assert self.place.workbench("rollback", target).code == 0
        self.kept = after

    def _killed(self, words: tuple[str, ...], at: int, after: list[str]) -> None:
        ended = self.place.workbench(*words, strike=Strike(at, "KILL"))
        if ended.code == -9:
            self.begun = after
            self.place.quiet()
        else:
            assert ended.code in (0, 1), ended
            self.kept = after

    @precondition(lambda self: self.begun is not None)
    @rule(again=st.one_of(st.none(), st.integers(1, 80)))
    def resume(self, again: int | None) -> None:
        assert self.begun is not None
        ended = self.place.workbench("resume", strike=Strike(again, "KILL") if again else None)
        self.place.quiet()
        if ended.code == -9:
            return
        if "no run is under way" in ended.err:
            # Killed before anything was recorded, or after everything was.
            self.kept = self.kept if self._on_branch(self.kept) else self.begun
        else:
            assert ended.code in (0, 1), ended
            self.kept = self.begun
        self.begun = None
        hold(self.place, self.was)

    @precondition(lambda self: self._idle() and self.kept)
    @rule()
    def land_and_take_it_back(self) -> None:
        """Land, look, and have the user reset his branch, so that the story can go on."""
        base = self.place.git("rev-parse", "main")
        self.landings += 1
        ended = self.place.workbench("land", "small", name=f"landing-{self.landings}")
        assert ended.code == 0, ended
        assert self.place.git("rev-parse", "main") == self.place.git("rev-parse", "workbench/small")
        for batch, path in GOOD.items():
            expected = migrated(FILES[path]) if batch in self.kept else FILES[path]
            assert (self.place.root / path).read_text() == expected
        assert (self.place.root / "notes.txt").read_text() == "mine\n"
        self.place.git("reset", "--keep", base)
        self.was = before(self.place)

    # What else the user does

    @rule()
    def collects_garbage(self) -> None:
        self.place.git("gc", "--quiet", "--prune=now")

    @rule(text=st.text(alphabet="abc\n", max_size=9))
    def edits(self, text: str) -> None:
        (self.place.root / "notes2.txt").write_text(text)
        self.was = before(self.place)

    # What must hold

    def _on_branch(self, kept: list[str]) -> bool:
        paths = {path for batch, path in GOOD.items() if batch in kept}
        expected = {path: blob_id(migrated(source) if path in paths else source) for path, source in FILES.items()}
        listed = self.place.git("ls-tree", "-r", "--format=%(path) %(objectname)", "workbench/small")
        return dict(line.split() for line in listed.splitlines()) == expected

    @invariant()
    def holds(self) -> None:
        assert before(self.place) == self.was
        if self.begun is None:
            assert self._on_branch(self.kept)
            assert self.place.git("rev-list", "--count", "main..workbench/small") == str(len(self.kept))
            nothing_left(self.place)

    def teardown(self) -> None:
        try:
            if self.begun is None:
                hold(self.place, self.was)
        finally:
            shutil.rmtree(self.where)


@contextmanager
def stories(finished: QuickPlace, part: int = 0) -> Iterator[type[Stories]]:
    yield seed(SEED + 1000 * part)(type("Stories", (Stories,), {"finished": finished}))


@pytest.mark.parametrize("part", range(EACH_PUSH))
def test_fifty_stories(part: int, finished: QuickPlace) -> None:
    with stories(finished, part) as machine:
        run_state_machine_as_test(
            machine, settings=settings(CALM, max_examples=50 // EACH_PUSH, stateful_step_count=20)
        )


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_many_stories(part: int, finished: QuickPlace) -> None:
    with stories(finished, part) as machine:
        run_state_machine_as_test(machine, settings=settings(CALM, max_examples=200 // PARTS, stateful_step_count=50))
