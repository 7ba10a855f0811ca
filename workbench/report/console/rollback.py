"""The certificate of a rollback: what was promised, what is there, and who looked."""

from __future__ import annotations

from rich.console import Console

from workbench.model.run import Certificate
from workbench.report.console import frame
from workbench.report.console.gates import show_gates
from workbench.report.figures import short


def show_certificate(console: Console, certificate: Certificate) -> None:
    """Print the proof of a rollback; the two tree ids stand under one another, in full."""
    proven = certificate.verified
    verdict = frame.text("verified", frame.GOOD) if proven else frame.text("NOT VERIFIED", frame.BAD)
    frame.heading(console, f"{certificate.mode} of {certificate.target}", verdict)
    _row(console, "from", f"{certificate.from_commit}  tree {short(certificate.from_tree)}")
    _row(console, "to", f"{certificate.to_commit}  tree {short(certificate.to_tree)}")
    _row(console, "expected tree", certificate.expected_tree)
    same = frame.text("the same", frame.GOOD) if proven else frame.text("DIFFERENT", frame.BAD)
    _row(console, "actual tree", frame.line(f"{certificate.actual_tree}  ", same))
    if certificate.batches:
        _row(console, "taken off", ", ".join(certificate.batches))
    if certificate.gates:
        console.print()
        show_gates(console, certificate.gates)


def _row(console: Console, name: str, value: frame.Cell) -> None:
    frame.paragraph(console, frame.text(f"{name:<15}", frame.QUIET), value)
