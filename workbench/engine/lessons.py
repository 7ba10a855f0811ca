"""Drafts what is to be learned after a trigger fired: what happened, with its evidence, and what people must say."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.engine.session import Session
from workbench.model.event import TriggerDecided
from workbench.model.gate import Judgement
from workbench.model.run import Certificate
from workbench.model.violation import count

_EVIDENCE_LINES = 60
_QUESTIONS = """## To be filled in

- Why did it happen?
- Why did no earlier gate see it?
- What is changed, so that it cannot happen again?
- Who decides when the run goes on?
"""


def write_lessons(session: Session, decided: TriggerDecided, *, certificate: Certificate | None) -> str:
    """Write the draft beside the ledger, in git's directory; return its path."""
    folder = session.ws.repo.state_dir / "lessons"
    folder.mkdir(mode=0o700, exist_ok=True)
    number = len(session.ledger.load_run(session.run).triggers) + 1
    place = folder / f"{session.run}-{number}.md"
    text = "\n\n".join(_parts(session, decided, certificate))
    place.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    return str(place)


def _parts(session: Session, decided: TriggerDecided, certificate: Certificate | None) -> Iterator[str]:
    red, batch = decided.judgement, decided.batch
    plan, counted = session.plan, count(session.ledger.load_run(session.run).violations)
    where = f"in the batch {batch}" if batch else "at the end of a phase or of the run"
    yield f"# Lessons of {plan.name}, run {session.run}: a draft"
    yield f"The gate `{decided.gate}` was red {where}, and the plan says `{decided.do}`. {red.reason}"
    if red.convicting:
        yield "\n".join(f"- `{test}`" for test in red.convicting)
    yield from _evidence(red)
    yield "## What was done"
    yield _done(certificate)
    yield (
        f"{counted.found} places found: {counted.fixed} fixed, {counted.quarantined} quarantined, "
        f"{counted.blocked} blocked, {counted.excluded} excluded, {counted.remaining} remaining."
    )
    yield _QUESTIONS.rstrip()


def _evidence(red: Judgement) -> Iterator[str]:
    said = "\n".join(red.report.failures.values()) or red.report.output
    lines = said.splitlines()[-_EVIDENCE_LINES:]
    if lines:
        yield "## Evidence"
        yield "\n".join(f"    {line}" for line in lines)


def _done(certificate: Certificate | None) -> str:
    if certificate is None:
        return "Nothing was on the branch that had to be taken off; the run stopped."
    proof = "verified" if certificate.verified else "NOT VERIFIED"
    gates = ", ".join(f"{one.id} {one.verdict}" for one in certificate.gates) or "none"
    return (
        f"Rolled back: {', '.join(certificate.batches)}. The tree is `{certificate.actual_tree}`, {proof}. "
        f"Gates on it: {gates}."
    )
