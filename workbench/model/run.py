"""One execution of a plan as the ledger remembers it: what every report is made from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from math import ceil

from workbench.model.batch import BatchState
from workbench.model.gate import Level, TestCounts, Verdict
from workbench.model.violation import Priority, Violation


class RunOutcome(StrEnum):
    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    ROLLED_BACK = "rolled_back"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class GateRecord:
    """One judging of one candidate by one gate; `seconds` is wall time, 0 when cached."""

    id: str
    level: Level
    verdict: Verdict
    seconds: float
    cached: bool
    tests: TestCounts | None
    reason: str = ""
    convicting: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch as it stands. `commit` and `tree` are set once a candidate was kept; `seconds` is wall time."""

    id: str
    seq: int
    priority: Priority
    rules: tuple[str, ...]
    package: str
    files: tuple[str, ...]
    violations: int
    state: BatchState
    parent: str | None = None
    commit: str | None = None
    tree: str | None = None
    gates: tuple[GateRecord, ...] = ()
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class QuarantineRecord:
    """A file set aside: what convicted it, the evidence, and how to see it again."""

    batch: str
    path: str
    fingerprints: tuple[str, ...]
    gate: str
    tests: tuple[str, ...]
    evidence: str
    diff: str = ""
    owner: str = ""
    reproduce: str = ""
    with_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SuiteRecord:
    """A command gate over the whole run: baseline → now → target, as counts of tests.

    `reason` says why the verdict is no plain pass.
    """

    id: str
    level: Level
    baseline: TestCounts | None
    now: TestCounts | None
    target: Fraction | None
    met: bool | None
    verdict: Verdict | None = None
    reason: str = ""

    @property
    def required(self) -> int | None:
        """How many of the tests that ran last must pass to reach the target; None where there is neither."""
        return None if self.target is None or self.now is None else ceil(self.target * self.now.ran)


@dataclass(frozen=True, slots=True)
class TriggerRecord:
    """A trigger that fired: its gate, what was done, in which batch ("" at a phase's or run's end), by which tests.

    `taken_off` are the batches that were rolled back; `lessons` is the file with the draft of what to learn. Where
    batches were rolled back, `tree` is what is there again, `verified` says that it is what was promised, and `gates`
    what they said of it: (id, verdict).
    """

    gate: str
    do: str
    batch: str
    tests: tuple[str, ...]
    taken_off: tuple[str, ...]
    lessons: str
    tree: str = ""
    verified: bool | None = None
    gates: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Drill:
    """A batch rolled forth and back in the sandbox before its phase began: trees as promised, and as they lay there.

    `undone` is the tree that a revert of the batch would make, "" where it could not be made.
    """

    phase: str
    batch: str
    commit: str
    forth_expected: str
    forth_actual: str
    back_expected: str
    back_actual: str
    undone: str

    @property
    def verified(self) -> bool:
        return self.forth_actual == self.forth_expected and self.back_actual == self.back_expected == self.undone


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run whole; `landed` is the commit the user's branch was moved to last, "" before any.

    `ground` is where the work on the branch that is not landed begins: the base, or below it where the run stands on
    what an earlier one kept. Of the `gate_runs`, `gate_runs_unneeded` were begun ahead, and nobody asked for them.
    """

    run: str
    plan: str
    title: str
    issue: str
    digest: str
    outcome: RunOutcome
    branch: str
    base: str
    base_tree: str
    head: str
    started: datetime
    finished: datetime | None
    batches: tuple[BatchRecord, ...]
    quarantined: tuple[QuarantineRecord, ...]
    violations: tuple[Violation, ...]
    suites: tuple[SuiteRecord, ...]
    gate_runs: int
    rules: tuple[str, ...] = ()
    landed: str = ""
    ground: str = ""
    triggers: tuple[TriggerRecord, ...] = ()
    drills: tuple[Drill, ...] = ()
    gate_runs_unneeded: int = 0


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a process that died left waiting: "run", "rollback" or "landing", of which run, in a sentence, and its mend.

    Nothing else begins in the repository before it ends.
    """

    what: str
    run: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Parting:
    """`branch`, now at `tip`, has gone on since the run began; `collisions` are (path, batches that changed it).

    `tried`: a merge was tried, and would stop at them; otherwise both sides changed them, and nobody tried.
    """

    branch: str
    tip: str
    tried: bool
    collisions: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Landing:
    """A run's branch brought into the user's `branch`; the two commits are the same if it was there already.

    `kept` are edits that were saved while files were written: (path, where they are kept); `unmet` the suites that fall
    short all the same: (id, why); `locks` lock files of git that lie there after a landing that had been killed.
    """

    plan: str
    run: str
    branch: str
    from_commit: str
    to_commit: str
    files: tuple[str, ...]
    kept: tuple[tuple[str, str], ...] = ()
    unmet: tuple[tuple[str, str], ...] = ()
    locks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkout:
    """The user's working tree as digests: index, names of untracked files, and mode, size, time of tracked ones."""

    index: str
    untracked: str
    files: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """The proof of a rollback: the tree that was promised and the tree that is there.

    `before` and `after` are of the user's own working tree, which no rollback writes to; None where there is none.
    `judged`: the tree of a revert passed its gates, as that of every savepoint did.
    """

    target: str
    mode: str
    from_commit: str
    from_tree: str
    to_commit: str
    to_tree: str
    expected_tree: str
    actual_tree: str
    gates: tuple[GateRecord, ...] = ()
    batches: tuple[str, ...] = ()
    before: Checkout | None = None
    after: Checkout | None = None
    judged: bool = False

    @property
    def verified(self) -> bool:
        return self.expected_tree == self.actual_tree

    @property
    def touched(self) -> tuple[str, ...]:
        """What of the user's working tree is not as it was: he may have worked in it meanwhile."""
        if self.before is None or self.after is None:
            return ()
        pairs = ((one.name, getattr(self.before, one.name), getattr(self.after, one.name)) for one in fields(Checkout))
        return tuple(name for name, before, after in pairs if before != after)
