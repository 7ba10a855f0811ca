"""What the gates of a plan are, and what they say of the code as it is, before any plan is carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.engine.evidence_elsewhere import read_evidence
from workbench.engine.freeze import freeze
from workbench.engine.judging import in_level_order
from workbench.engine.means import Means
from workbench.engine.opening import open_run
from workbench.engine.stage import Stage
from workbench.engine.workspace import Workspace, open_workspace, read_workspace, refuse_bad_plan
from workbench.gates.beginning import never_began
from workbench.gates.repeated import run_gate
from workbench.model.errors import Refused
from workbench.model.gate import GateReport
from workbench.planning.planfile import find_plan
from workbench.planning.spec import GateSpec
from workbench.repo.candidate import build_candidate, identity_of


@dataclass(frozen=True, slots=True)
class Measured:
    """A plan's command gates in the order they judge in, and what each said of `commit`, by id; "" before any did."""

    plan: str
    gates: tuple[GateSpec, ...]
    commit: str = ""
    reports: Mapping[str, GateReport] = field(default_factory=dict)

    def idle(self) -> tuple[str, ...]:
        """Return the gates that did not finish, or never began though they must be green, by id."""
        return tuple(
            gate.id
            for gate in self.gates
            if (report := self.reports.get(gate.id)) is not None
            and (not report.verdict.finished or (gate.expect == "green" and never_began(report, gate)))
        )


def gates_of(directory: Path, plan: str | None, means: Means) -> Measured:
    """Return the gates of a plan; nothing is run."""
    with open_workspace(directory, plan, means) as ws:
        return Measured(ws.spec.name, in_level_order(ws.spec.gates))


def measure(directory: Path, plan: str | None, means: Means) -> Measured:
    """Run every gate once on HEAD, in the sandbox; one that does not finish says so in its report."""
    refuse_bad_plan(directory, plan, means)
    with open_run(directory, means, owner="workbench gates", jobs=1) as opened:
        ws = read_workspace(opened.repo, find_plan(plan, opened.repo.root or directory), means)
        commit, gates = ws.repo.resolve("HEAD"), in_level_order(ws.spec.gates)
        with Stage.open(ws, inherit=opened.inherit) as stage:
            reports = {gate.id: _said(gate, ws, stage, commit) for gate in gates}
        return Measured(ws.spec.name, gates, commit, reports)


def measure_with(directory: Path, plan: str | None, paths: tuple[str, ...], means: Means) -> Measured:
    """Run every gate once on what the newest run kept (HEAD before any), with what the plan makes of these files there.

    Nothing lands. Raises Refused for a file that no rule would change.
    """
    refuse_bad_plan(directory, plan, means)
    with open_run(directory, means, owner="workbench gates", jobs=1) as opened:
        ws = read_workspace(opened.repo, find_plan(plan, opened.repo.root or directory), means)
        run = opened.ledger.latest_run(ws.spec.name)
        base = opened.ledger.load_run(run).head if run is not None else ws.repo.resolve("HEAD")
        frozen = freeze(ws, base, opened.transformer)
        changes = {path: frozen.after[path] for path in paths if path in frozen.after}
        if missing := sorted(set(paths) - set(changes)):
            raise Refused(
                f"no rule of {ws.spec.name} would change {missing[0]} now",
                hint=f"`workbench show {ws.spec.name} {missing[0]}` explains its places; nothing was run",
            )
        named = ", ".join(sorted(changes))
        name = identity_of(ws.repo)
        tried = build_candidate(ws.repo, parent=base, changes=changes, message=f"try {named}\n", when=0, name=name)
        gates = tuple(gate for gate in in_level_order(ws.spec.gates) if gate.external is None)
        with Stage.open(ws, inherit=opened.inherit) as stage:
            reports = {
                gate.id: run_gate(gate, bench=lambda: stage.at(tried.commit), files=tuple(sorted(changes)))
                for gate in gates
            }
        return Measured(ws.spec.name, gates, tried.commit, reports)


def _said(gate: GateSpec, ws: Workspace, stage: Stage, commit: str) -> GateReport:
    if gate.external is not None:
        return read_evidence(ws, gate, ws.repo.tree(commit))
    return run_gate(gate, bench=lambda: stage.at(commit), files=())
