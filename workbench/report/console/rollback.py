"""The certificate of a rollback: what was promised, what is there, and who looked."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from workbench.model.run import Certificate
from workbench.report.console import frame
from workbench.report.console.gates import show_gates
from workbench.report.figures import counted, short


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
    if certificate.before is not None:
        _row(console, "your files", _yours(certificate))
    if certificate.batches:
        _row(console, "taken off", ", ".join(certificate.batches))
    if certificate.gates:
        console.print()
        show_gates(console, certificate.gates)


def _yours(certificate: Certificate) -> frame.Cell:
    if not certificate.touched:
        return frame.text("index, untracked files, modes and times are as they were", frame.GOOD)
    return frame.text(f"changed meanwhile, not by this: {', '.join(certificate.touched)}", frame.CARE)


def show_along(console: Console, going: Sequence[tuple[str, str]]) -> None:
    """Print the batches that go along with those asked for, before anything moves: (batch, why)."""
    for name, why in going:
        if why:
            frame.paragraph(console, f"{name} goes along: it {why}")


def show_foreseen(console: Console, target: str, mode: str, going: Sequence[tuple[str, str, Sequence[str]]]) -> None:
    """Print what a rollback would take off the branch: (batch, why, files)."""
    rows: list[list[frame.Cell]] = [
        [name, why or "asked for", counted(len(files), "file")] for name, why, files in going
    ]
    console.print()
    frame.columns(console, ["batch", "why", ""], rows, left=frozenset({0, 1, 2}))
    frame.heading(console, f"{mode} of {target}", "nothing was moved", counted(len(going), "batch", "batches"))


def _row(console: Console, name: str, value: frame.Cell) -> None:
    frame.paragraph(console, frame.text(f"{name:<15}", frame.QUIET), value)
