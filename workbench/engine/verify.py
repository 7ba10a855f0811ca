"""Holds the ledger, the refs, the commits and the trees against each other, without a single write.

sqitch and Alembic believe their table; git believes its refs. Here each is asked about the other, and every
claim the ledger makes of a commit is read again from that commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.engine.place import ledger_path
from workbench.ledger.ledger import Ledger
from workbench.model.batch import ON_BRANCH
from workbench.model.diagnosis import Checkup, Diagnosis, Health, note, sound, to_mend
from workbench.model.errors import Conflict, LedgerBroken, UsageError
from workbench.model.event import Event, RollbackStarted
from workbench.model.run import RunOutcome, RunRecord
from workbench.repo.refs import OURS, branch_ref, list_refs, read_ref
from workbench.repo.repository import Repository, open_repository
from workbench.repo.trailers import ChainCommit, chain

_LOOK = "trust the branch and not the ledger: `workbench rebuild --force` makes it again from git"
_UNDER_WAY = (RunOutcome.RUNNING, RunOutcome.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was held against what; `broken` when the ledger does not even hold against itself."""

    checkup: Checkup
    broken: bool

    @property
    def differs(self) -> bool:
        return self.checkup.count(Health.MEND) > 0


@dataclass(frozen=True, slots=True)
class _Claim:
    """One run as the ledger tells it; `owns` when no later run moved its branch, `waits` when it is to be finished."""

    record: RunRecord
    events: tuple[Event, ...]
    owns: bool
    waits: bool


def verify(directory: Path) -> Verified:
    """Check every run there is. Raises UsageError where there is no ledger."""
    with open_repository(directory) as repo:
        place = str(repo.root or repo.git_dir)
        try:
            ledger = Ledger.read(ledger_path(repo))
        except LedgerBroken as error:
            return Verified(Checkup(place, None, (to_mend("ledger", error.message, _LOOK, [error.path or ""]),)), True)
        if ledger is None:
            raise UsageError("no ledger is kept in this repository", hint="`workbench run` begins one")
        with ledger:
            wrong = ledger.verify()
            if wrong:
                return Verified(Checkup(place, None, tuple(to_mend("ledger", one, _LOOK) for one in wrong)), True)
            claims = _claims(ledger)
        told = [sound("ledger", f"the file, the chain of its events and what they make of {len(claims)} runs hold")]
        for claim in claims:
            told += _held(repo, claim)
        told += _strangers(repo, {claim.record.run for claim in claims})
        return Verified(Checkup(place, None, tuple(told)), False)


def _claims(ledger: Ledger) -> list[_Claim]:
    records = [ledger.load_run(one.run) for one in ledger.runs()]
    owners = {record.branch: record.run for record in records}
    torn = ledger.unfinished_rollback()
    return [
        _Claim(
            one,
            tuple(stored.event for stored in ledger.events(one.run)),
            owns=owners[one.branch] == one.run,
            waits=one.outcome in _UNDER_WAY or one.run == torn,
        )
        for one in records
    ]


def _held(repo: Repository, claim: _Claim) -> Iterator[Diagnosis]:
    record = claim.record
    if claim.waits:
        yield note(record.run, "is under way, and nothing is said of it", "`workbench resume` finishes it")
        return
    gone = [commit for commit in (record.base, record.head) if not repo.exists(commit)]
    if gone:
        yield to_mend(record.run, f"the commit {gone[0]} is not in the repository any more", "`git fsck` says more")
        return
    yield from _commits(repo, claim)
    yield from _branch(repo, claim)
    yield _pins(repo, claim)


def _commits(repo: Repository, claim: _Claim) -> Iterator[Diagnosis]:
    record = claim.record
    if repo.tree(record.base) != record.base_tree:
        yield to_mend(record.run, f"the base {record.base[:12]} has another tree than the one recorded", _LOOK)
    try:
        commits = chain(repo, base=record.base, head=record.head)
    except Conflict as error:
        yield to_mend(record.run, error.message, _LOOK)
        return
    wrong = [*_differences(record, commits)]
    yield from (to_mend(record.run, told, _LOOK) for told in wrong)
    if not wrong:
        yield sound(record.run, f"{len(commits)} commits, their order, trees and trailers are the recorded ones")


def _differences(record: RunRecord, commits: Sequence[ChainCommit]) -> Iterator[str]:
    batches = {one.id: one for one in record.batches}
    reverted = {one.trailers["Workbench-Reverts"] for one in commits if "Workbench-Reverts" in one.trailers}
    found: set[str] = set()
    for commit in commits:
        name, short = commit.trailers.get("Workbench-Batch", ""), commit.commit[:12]
        batch = batches.get(name)
        said = (commit.trailers.get("Workbench-Run"), commit.trailers.get("Workbench-Digest"))
        if said != (record.run, record.digest):
            yield f"{short} on {record.branch} does not say that it is of this run and plan"
        elif "Workbench-Reverts" not in commit.trailers and batch is None:
            yield f"{short} on {record.branch} is of no batch that the ledger knows"
        elif batch is not None and batch.commit == commit.commit:
            found.add(name)
            if (batch.tree, batch.parent) != (commit.tree, commit.parent):
                yield f"{short} ({name}) has another tree or parent than the recorded one"
        elif batch is not None and name not in reverted:
            yield f"{short} says it is {name}, which the ledger knows as {(batch.commit or 'nothing')[:12]}"
    for batch in record.batches:
        if batch.state in ON_BRANCH and batch.id not in found:
            yield f"{batch.id} is recorded as kept, and {(batch.commit or 'no commit')[:12]} is not on the branch"


def _branch(repo: Repository, claim: _Claim) -> Iterator[Diagnosis]:
    record = claim.record
    if not claim.owns:
        return
    tip = read_ref(repo, branch_ref(record.branch))
    if tip == record.head:
        yield sound(record.run, f"{record.branch} is where the ledger says")
    elif tip is None and record.head in (record.base, record.landed):
        yield note(record.run, f"{record.branch} is gone; nothing of it was left to land")
    else:
        told = f"{record.branch} is at {(tip or 'nothing')[:12]}, the ledger says {record.head[:12]}"
        yield to_mend(record.run, told, f"`git branch -f {record.branch} {record.head[:12]}` puts it back")


def _pins(repo: Repository, claim: _Claim) -> Diagnosis:
    """Hold the side refs against what keeps a rollback undoable and a base alive."""
    record = claim.record
    wanted = {"base": record.base}
    for event in claim.events:
        if isinstance(event, RollbackStarted) and event.mode != "revert":
            wanted[f"rolled-back-{event.from_commit[:12]}"] = event.from_commit
    there: Mapping[str, str] = list_refs(repo, f"{OURS}{record.run}")
    for name, commit in wanted.items():
        ref = f"{OURS}{record.run}/{name}"
        if there.get(ref) != commit:
            mend = f"`git update-ref {ref} {commit}` puts it back"
            return to_mend(
                record.run, f"{ref} should hold {commit[:12]}, and holds {there.get(ref, 'nothing')[:12]}", mend
            )
    return sound(record.run, f"{len(wanted)} side refs hold what they should")


def _strangers(repo: Repository, runs: set[str]) -> Iterator[Diagnosis]:
    strange = [ref for ref in list_refs(repo, OURS.rstrip("/")) if ref.removeprefix(OURS).partition("/")[0] not in runs]
    if strange:
        yield to_mend("refs", "side refs of runs that the ledger does not know", _LOOK, strange)
