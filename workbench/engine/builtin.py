"""Asks the gates that always run about a candidate: syntax, rescan, imports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from workbench.engine.made import Candidate
from workbench.engine.session import Session
from workbench.gates.builtin import Compiler, imports_gate, rescan_gate, syntax_gate
from workbench.model.gate import GateReport
from workbench.model.violation import Violation
from workbench.repo.sources import OverlaySources
from workbench.scan.scanner import rescan


def builtin_gates(session: Session, compiler: Compiler, candidate: Candidate) -> Iterator[GateReport]:
    """Yield the reports of the builtin gates, cheapest first; a later one is not computed before it is asked for."""
    made = candidate.made
    yield syntax_gate(made.after, made.before, compiler)
    ws = session.ws
    parent = session.sources(made.parent)
    after = session.ahead(made.after, made.facts)
    paths = tuple(sorted(made.after))
    found_before = rescan(parent, ws.spec, ws.rules, session.project, paths)
    found_after = rescan(OverlaySources(parent, made.after), ws.spec, ws.rules, after, paths)
    yield rescan_gate(_counts(found_before), _counts(found_after), _fixed(session, candidate))
    yield imports_gate(made.after, made.before, session.project, after, ws.roots)


def _counts(violations: Iterable[Violation]) -> Counter[tuple[str, str]]:
    return Counter((one.path, one.rule) for one in violations)


def _fixed(session: Session, candidate: Candidate) -> Counter[tuple[str, str]]:
    sites = (session.site(name) for names in candidate.made.fixed.values() for name in names)
    return Counter((one.path, one.rule) for one in sites)
