"""Where a plan stands, read from the ledger alone, and what to type next."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from workbench.engine.entry import next_is_barred
from workbench.engine.workspace import ledger_path
from workbench.ledger.ledger import Ledger
from workbench.model.batch import BatchState
from workbench.model.errors import UsageError
from workbench.model.event import Event
from workbench.model.run import RunOutcome, RunRecord
from workbench.planning.planfile import find_plan, load
from workbench.repo.repository import open_repository


def standing(directory: Path, plan: str | None) -> RunRecord:
    """Return the newest run of a plan (of any plan when None), as the ledger remembers it."""
    with open_repository(directory) as repo:
        path = ledger_path(repo)
    ledger = Ledger.read(path)
    if ledger is None:
        raise _none_yet(plan)
    with ledger:
        run = _newest(ledger, plan)
        if run is None:
            raise _none_yet(plan)
        return ledger.load_run(run)


def standing_of(directory: Path, plan: str) -> RunRecord:
    """Return the newest run of the plan that `plan` names: a name, a path to its file, or "" for any plan."""
    return standing(directory, plan_name(directory, plan))


def plan_name(directory: Path, plan: str) -> str | None:
    """Return a plan's own name; a path is looked into, a bare name is taken at its word, as the ledger knows it."""
    if not plan.endswith(".toml"):
        return plan or None
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


def next_command(record: RunRecord) -> str:
    """Return the command that takes this run forward; "" when there is nothing left to do."""
    if record.outcome in (RunOutcome.RUNNING, RunOutcome.INTERRUPTED):
        return "workbench resume"
    todo = (BatchState.PLANNED, BatchState.ROLLED_BACK)
    if any(one.state in todo for one in record.batches):
        return f"workbench run {record.plan}" + (" --allow-quarantine" if next_is_barred(record) else "")
    if record.head not in (record.ground or record.base, record.landed):
        return f"workbench land {record.plan}"
    return ""


def is_bad(record: RunRecord) -> bool:
    """Say whether a run's answer is bad: anything rolled back, quarantined or blocked, or a suite short of its aim."""
    dropped = (BatchState.ROLLED_BACK, BatchState.QUARANTINED, BatchState.SPLIT)
    if any(one.state in dropped for one in record.batches) or record.quarantined:
        return True
    if any(one.state == "blocked" for one in record.violations):
        return True
    done = all(one.state is not BatchState.PLANNED for one in record.batches)
    return done and any(one.met is False for one in record.suites)


def _newest(ledger: Ledger, plan: str | None) -> str | None:
    if plan is not None:
        return ledger.latest_run(plan)
    runs = ledger.runs()
    return runs[-1].run if runs else None


def _none_yet(plan: str | None) -> UsageError:
    named = f" of {plan}" if plan else ""
    return UsageError(f"there is no run{named} in this repository yet", hint=f"workbench run {plan or 'PLAN'}")
