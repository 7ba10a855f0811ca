"""Explains a batch or a place of a frozen plan: what it is, what it becomes, or why it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.engine.freeze import foresee_file
from workbench.engine.means import Means
from workbench.engine.place import ledger_path
from workbench.engine.workspace import Workspace, open_workspace
from workbench.ledger.ledger import Ledger
from workbench.model.errors import UsageError
from workbench.model.plan import Batch, Plan
from workbench.model.run import BatchRecord, QuarantineRecord, RunRecord
from workbench.model.violation import Violation
from workbench.planning.frozen import loads
from workbench.planning.spec import BUILTIN_GATES
from workbench.repo.history import diff


@dataclass(frozen=True, slots=True)
class ShownBatch:
    """A batch, the gates that judge it in order, its diff as kept or as foreseen, and what a run made of it."""

    plan: Plan
    batch: Batch
    gates: tuple[str, ...]
    diff: str
    record: BatchRecord | None


@dataclass(frozen=True, slots=True)
class ShownPlaces:
    """The sites of a file (or of one line), the quarantine records of the file, and what it becomes.

    `whys` says, by rule, why it is wanted, where the plan says so.
    """

    violations: tuple[Violation, ...]
    quarantined: tuple[QuarantineRecord, ...]
    diff: str
    whys: Mapping[str, str]


def shown(directory: Path, plan_name: str, what: str, means: Means) -> Plan | ShownBatch | ShownPlaces:
    """Return the frozen plan, one of its batches, or the sites of a path (`PATH` or `PATH:LINE`)."""
    with open_workspace(directory, plan_name, means) as ws:
        plan, record = _remembered(ws)
        if not what:
            return plan
        batch = next((one for one in plan.batches() if one.id == what), None)
        if batch is not None:
            return _batch(ws, plan, record, batch)
        return _places(ws, plan, record, what)


def _remembered(ws: Workspace) -> tuple[Plan, RunRecord | None]:
    ledger = Ledger.read(ledger_path(ws.repo))
    text = None
    record = None
    if ledger is not None:
        with ledger:
            text = ledger.latest_plan(ws.spec.name)
            run = ledger.latest_run(ws.spec.name)
            record = ledger.load_run(run) if run is not None else None
    if text is None:
        raise UsageError(f"{ws.spec.name} is not frozen yet", hint=f"workbench plan {ws.spec.name}")
    plan = loads(text)
    return plan, record if record is not None and record.digest == plan.digest else None


def _batch(ws: Workspace, plan: Plan, record: RunRecord | None, batch: Batch) -> ShownBatch:
    gates = (*BUILTIN_GATES, *(gate.id for gate in ws.spec.gates if gate.when == "batch"))
    made = next((one for one in record.batches if one.id == batch.id), None) if record is not None else None
    if made is not None and made.commit is not None and made.parent is not None:
        text = diff(ws.repo, made.parent, made.commit)
    else:
        text = "".join(foresee_file(ws, plan, path, batch.rules) for path in batch.files)
    return ShownBatch(plan, batch, tuple(str(gate) for gate in gates), text, made)


def _places(ws: Workspace, plan: Plan, record: RunRecord | None, what: str) -> ShownPlaces:
    path, _, line = what.rpartition(":")
    if not path or not line.isdigit():
        path, line = what, ""
    known = record.violations if record is not None else plan.violations
    found = tuple(
        one for one in known if one.path == path and (not line or one.place.line <= int(line) <= one.place.end_line)
    )
    if not found:
        raise UsageError(
            f"the plan knows no batch and no place called {what}",
            hint=f"a batch id such as {next((b.id for b in plan.batches()), 'P0-001')}, PATH, or PATH:LINE; "
            f"`workbench scan {plan.name}` lists the places, and the files that were skipped with the reason",
        )
    aside = tuple(one for one in record.quarantined if one.path == path) if record is not None else ()
    foreseen = foresee_file(ws, plan, path, plan.rules)
    whys = {rule.id: rule.why for rule in ws.spec.rules if rule.why}
    return ShownPlaces(found, aside, aside[0].diff if aside else foreseen, whys)
