"""The JSON document of a plan's gates: how each is called, and what it said when it was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbench.gates.targets import stricter
from workbench.model.gate import GateReport, Outcome
from workbench.planning.spec import BUILTIN_GATES, GateSpec
from workbench.report.objects import SCHEMA, Object, counts_object


def gates_document(plan: str, gates: Iterable[GateSpec], commit: str, reports: Mapping[str, GateReport]) -> Object:
    """Return a plan's command gates in the order they judge in; `measured` is null where a gate was not run.

    `stricter` names the gate that asks a higher pass rate of the same command, null where none does.
    """
    gates = tuple(gates)
    return {
        "schema": SCHEMA,
        "plan": plan,
        "commit": commit or None,
        "builtin": [str(one) for one in BUILTIN_GATES],
        "gates": [
            {
                **gate.model_dump(mode="json", exclude={"target", "env"}),
                "env": [name for name, _ in gate.env],
                "target": str(gate.target) if gate.target is not None else None,
                "stricter": stricter(gate, gates) or None,
                "measured": _report(reports[gate.id]) if gate.id in reports else None,
            }
            for gate in gates
        ],
    }


def _report(report: GateReport) -> Object:
    return {
        "verdict": str(report.verdict),
        "seconds": report.seconds,
        "reason": report.reason,
        "exit_code": report.exit_code,
        "tests": counts_object(report.counts),
        "red": sorted(test for test, one in (report.tests or {}).items() if one in (Outcome.FAILED, Outcome.ERROR)),
    }
