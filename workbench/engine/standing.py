"""Where a plan stands, read from the ledger alone, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from workbench.engine.entry import next_is_barred
from workbench.engine.parting import parting
from workbench.engine.place import ledger_path
from workbench.ledger.ledger import Ledger
from workbench.ledger.lock import at_work
from workbench.ledger.unfinished import unfinished
from workbench.model.batch import BatchState
from workbench.model.errors import UsageError
from workbench.model.event import Event
from workbench.model.gate import Verdict
from workbench.model.run import Parting, RunOutcome, RunRecord, Unfinished
from workbench.repo.repository import open_repository


def standing(directory: Path, plan: str | None) -> RunRecord:
    """Return the newest run of a plan (of any plan when None), as the ledger remembers it."""
    with _newest(directory, plan) as (ledger, run):
        return ledger.load_run(run)


def standing_of(directory: Path, plan: str) -> RunRecord:
    """Return the newest run of the plan that `plan` names: a name, a path to its file, or "" for any plan."""
    return standing(directory, plan_name(directory, plan))


def outlook_of(directory: Path, plan: str) -> tuple[RunRecord, Unfinished | None, Parting | None]:
    """Return as `standing_of`; what a process that died left waiting in the repository, of whichever plan; and how
    the branch that is checked out has parted from the run's.
    """
    with _newest(directory, plan_name(directory, plan)) as (ledger, run):
        waiting = unfinished(ledger)
        if waiting is not None and at_work(ledger.path.parent) is not None:
            waiting = None  # it has not died
        record = ledger.load_run(run)
    with open_repository(directory) as repo:
        branch = repo.head().branch
        return record, waiting, parting(repo, record, branch) if branch is not None else None


def plan_name(directory: Path, plan: str) -> str | None:
    """Return a plan's own name; a path is looked into, a bare name is taken at its word, as the ledger knows it."""
    if not plan.endswith(".toml"):
        return plan or None
    from workbench.planning.planfile import find_plan, load  # heavy, and rarely needed

    with open_repository(directory) as repo:
        path = find_plan(plan, repo.root or directory)
    return load(path).name


def events_of(directory: Path, plan: str) -> tuple[str, tuple[tuple[datetime, Event], ...]]:
    """Return the newest run of a plan and its events with their times, oldest first."""
    record = standing_of(directory, plan)
    with open_repository(directory) as repo:
        ledger = Ledger.read(ledger_path(repo))
    assert ledger is not None
    with ledger:
        return record.run, tuple((one.ts, one.event) for one in ledger.events(record.run))


def next_command(record: RunRecord, waiting: Unfinished | None = None, parted: Parting | None = None) -> str:
    """Return the command that takes this run forward; "" when there is nothing left to do.

    What falls short of its aim is looked at before it is landed.
    """
    if waiting is not None or record.outcome in (RunOutcome.RUNNING, RunOutcome.INTERRUPTED):
        return "workbench resume"
    todo = (BatchState.PLANNED, BatchState.ROLLED_BACK)
    if any(one.state in todo for one in record.batches):
        return f"workbench run {record.plan}" + (" --allow-quarantine" if next_is_barred(record) else "")
    if record.head in (record.ground or record.base, record.landed):
        return ""
    if parted is not None:
        return f"workbench plan {record.plan}"
    short = [one for one in record.suites if one.met is False]
    if short and all(one.verdict is Verdict.UNVERIFIED and one.now is None for one in short):
        return f"workbench run {record.plan}"  # reads the evidence again
    return f"workbench {'report' if short else 'land'} {record.plan}"


def is_bad(record: RunRecord) -> bool:
    """Say whether a run's answer is bad: anything rolled back, quarantined or blocked, or a suite short of its aim."""
    dropped = (BatchState.ROLLED_BACK, BatchState.QUARANTINED, BatchState.SPLIT)
    if any(one.state in dropped for one in record.batches) or record.quarantined:
        return True
    if any(one.state == "blocked" for one in record.violations):
        return True
    done = all(one.state is not BatchState.PLANNED for one in record.batches)
    return done and any(one.met is False for one in record.suites)


@contextmanager
def _newest(directory: Path, plan: str | None) -> Iterator[tuple[Ledger, str]]:
    with open_repository(directory) as repo:
        ledger = Ledger.read(ledger_path(repo))
    if ledger is None:
        raise _none_yet(plan)
    with ledger:
        run = ledger.latest_run(plan) if plan is not None else next((one.run for one in ledger.runs()[::-1]), None)
        if run is None:
            raise _none_yet(plan)
        yield ledger, run


def _none_yet(plan: str | None) -> UsageError:
    named = f" of {plan}" if plan else ""
    return UsageError(f"there is no run{named} in this repository yet", hint=f"workbench run {plan or 'PLAN'}")
