"""What the ledger appends: a closed union of facts. Intent before the act, outcome after."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.model.batch import BatchState
from workbench.model.gate import Judgement
from workbench.model.run import Certificate, Checkout, Drill, QuarantineRecord, RunOutcome, SuiteRecord, TriggerRecord
from workbench.model.violation import Priority


@dataclass(frozen=True, slots=True)
class RunStarted:
    """Intent to make `branch` at `base` and carry out the frozen plan `digest` (step 3).

    `before` is where the branch was found, if it was there and elsewhere: a side ref keeps that.
    """

    run: str
    digest: str
    branch: str
    base: str
    base_tree: str
    options: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class BaselineJudged:
    """A gate's result on the base tree; `key` as in `GateJudged`."""

    run: str
    tree: str
    judgement: Judgement
    key: str = ""


@dataclass(frozen=True, slots=True)
class BatchStarted:
    """Intent to build a candidate on `parent`; `when` (UTC seconds) makes the commit id repeatable (step 4)."""

    run: str
    batch: str
    seq: int
    parent: str
    when: int


@dataclass(frozen=True, slots=True)
class BatchCommitted:
    """The candidate is pinned (step 8)."""

    run: str
    batch: str
    commit: str
    tree: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateStarted:
    """Intent to spawn a gate on a tree (step 10)."""

    run: str
    batch: str
    gate: str
    tree: str


@dataclass(frozen=True, slots=True)
class GateJudged:
    """A gate's result on a tree (step 11); `trial` marks judgings made while isolating.

    `batch` is empty for gates of a phase or a run. `key` is the digest of command and environment
    under which the verdict may be used again; empty: it may not.
    """

    run: str
    batch: str
    tree: str
    judgement: Judgement
    trial: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class GateUnneeded:
    """A gate was run on a tree, wholly or in part, before anybody asked, and then nobody did."""

    run: str
    batch: str
    gate: str
    tree: str


@dataclass(frozen=True, slots=True)
class SitesBlocked:
    """Sites the codemod refused while the batch was built: (fingerprint, reason code, detail)."""

    run: str
    batch: str
    sites: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class KeepDecided:
    """All gates passed: this commit will be the branch's next (step 12); `split` when files were left out."""

    run: str
    batch: str
    commit: str
    parent: str
    tree: str
    fixed: tuple[str, ...]
    split: bool


@dataclass(frozen=True, slots=True)
class BatchKept:
    """The branch moved (step 14)."""

    run: str
    batch: str
    commit: str


@dataclass(frozen=True, slots=True)
class BatchDropped:
    """The batch ended without a commit: ROLLED_BACK, QUARANTINED or EMPTY, and why."""

    run: str
    batch: str
    state: BatchState
    reason: str


@dataclass(frozen=True, slots=True)
class FileQuarantined:
    run: str
    record: QuarantineRecord


@dataclass(frozen=True, slots=True)
class SuiteMeasured:
    """A command gate's latest standing against its baseline and target."""

    run: str
    suite: SuiteRecord


@dataclass(frozen=True, slots=True)
class RollbackStarted:
    """Intent to move the branch from `from_commit` to `to_commit`, taking `batches` off it.

    `to_tree` where `to_commit` was made for this, and no batch remembers its tree; `judged` when that one passed its
    gates. `checkout` is the user's working tree as it lay there before.
    """

    run: str
    target: str
    mode: str
    from_commit: str
    to_commit: str
    batches: tuple[str, ...]
    to_tree: str = ""
    checkout: Checkout | None = None
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Drilled:
    """A batch was rolled forth and back in the sandbox before its phase began; the branch did not move."""

    run: str
    drill: Drill


@dataclass(frozen=True, slots=True)
class RolledBack:
    run: str
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class TriggerDecided:
    """Intent to do what the plan says about a red gate, found in `batch` of `phase` ("" at a phase's or run's end)."""

    run: str
    gate: str
    do: str
    batch: str
    phase: Priority
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class TriggerFired:
    """What the plan says about a red gate was carried out; the run goes no further."""

    run: str
    record: TriggerRecord


@dataclass(frozen=True, slots=True)
class LandStarted:
    """Intent to move the user's `branch` from `old` to `new`; `land` names the attempt and its place in `keep`.

    `root` is the working tree that has the branch checked out, "" where none has: then only a ref moves.
    `paths` are the files that change on the way.
    """

    run: str
    land: str
    branch: str
    old: str
    new: str
    root: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Landed:
    """The branch moved; `kept` are edits that came between check and write: (path, where they are kept)."""

    run: str
    land: str
    kept: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LandAbandoned:
    """The branch did not move, and what had been written was put back; `kept` as in Landed."""

    run: str
    land: str
    reason: str
    kept: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RunInterrupted:
    run: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunResumed:
    """The run goes on, after a stop or because it was asked for more; `options` as in RunStarted."""

    run: str
    options: str = ""


@dataclass(frozen=True, slots=True)
class RunFinished:
    run: str
    outcome: RunOutcome
    head: str


Event = (
    RunStarted
    | BaselineJudged
    | BatchStarted
    | BatchCommitted
    | GateStarted
    | GateJudged
    | GateUnneeded
    | SitesBlocked
    | KeepDecided
    | BatchKept
    | BatchDropped
    | FileQuarantined
    | SuiteMeasured
    | RollbackStarted
    | RolledBack
    | TriggerDecided
    | TriggerFired
    | Drilled
    | LandStarted
    | Landed
    | LandAbandoned
    | RunInterrupted
    | RunResumed
    | RunFinished
)
