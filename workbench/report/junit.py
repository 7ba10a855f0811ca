"""A run as JUnit XML, for dashboards that know nothing else: one suite per batch, one case per gate.

A last suite, `targets`, has a case for every gate with something to reach.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from workbench.model.gate import Verdict
from workbench.model.run import BatchRecord, GateRecord, RunRecord
from workbench.report.figures import moment, rate, standing
from workbench.report.safe import safe

# A gate that did not finish is an error of the environment, never a failure of the batch.
_CHILD = {
    Verdict.FAIL: "failure",
    Verdict.ERROR: "error",
    Verdict.TIMEOUT: "error",
    Verdict.SKIP: "skipped",
    Verdict.UNVERIFIED: "error",
}


def junit_report(record: RunRecord) -> str:
    """Return an XML document; batches that no gate has judged are suites without cases."""
    root = Element("testsuites", name=safe(f"workbench {record.plan}"))
    for batch in sorted(record.batches, key=lambda one: (one.seq, one.id)):
        _suite(root, record, batch)
    _targets(root, record)
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, record: RunRecord, batch: BatchRecord) -> None:
    children = [_CHILD.get(gate.verdict) for gate in batch.gates]
    suite = SubElement(
        root,
        "testsuite",
        name=safe(f"{batch.id} {', '.join(batch.rules)} in {batch.package or '.'}"),
        tests=str(len(batch.gates)),
        failures=str(children.count("failure")),
        errors=str(children.count("error")),
        skipped=str(children.count("skipped")),
        time=f"{batch.seconds:.3f}",
        timestamp=moment(record.started).removesuffix("Z"),
    )
    for gate in batch.gates:
        _case(suite, record, batch, gate)


def _targets(root: Element, record: RunRecord) -> None:
    """Write where the gates with something to reach stand; what was not judged as a whole is skipped."""
    aimed = [one for one in record.suites if one.target is not None or one.met is not None]
    if not aimed:
        return
    suite = SubElement(
        root,
        "testsuite",
        name="targets",
        tests=str(len(aimed)),
        failures=str(sum(one.met is False for one in aimed)),
        errors="0",
        skipped=str(sum(one.met is None for one in aimed)),
    )
    for one in aimed:
        case = SubElement(suite, "testcase", classname=safe(f"{record.plan}.targets"), name=safe(one.id))
        if one.met is not True:
            told = "; ".join(filter(None, (standing(one), one.reason)))
            SubElement(case, "skipped" if one.met is None else "failure", message=safe(told))


def _case(suite: Element, record: RunRecord, batch: BatchRecord, gate: GateRecord) -> None:
    name = safe(f"{record.plan}.{batch.id}")
    case = SubElement(suite, "testcase", classname=name, name=safe(gate.id), time=f"{gate.seconds:.3f}")
    child = _CHILD.get(gate.verdict)
    if child is None:
        return
    told = gate.reason or (f"{rate(gate.tests)} tests passed" if gate.tests else str(gate.verdict))
    result = SubElement(case, child, message=safe(told))
    if gate.convicting:
        result.text = "\n".join(safe(test) for test in gate.convicting)
