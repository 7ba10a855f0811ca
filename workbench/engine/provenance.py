"""Has it proven, once per run, that the gates import the sandbox and not an installed original."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from workbench.engine.session import Session
from workbench.engine.stage import Stage
from workbench.gates.command import run_command
from workbench.gates.provenance import canary_source, canary_verdict, installed, prove
from workbench.gates.verdict import runs_pytest
from workbench.model.errors import ProvenanceFailed
from workbench.model.gate import Level
from workbench.planning.spec import GateSpec
from workbench.repo.candidate import build_candidate


def prove_sandbox(session: Session, stage: Stage) -> None:
    """Raise ProvenanceFailed unless every package the plan changes is imported from the sandbox."""
    if not session.ws.spec.gates:
        return
    packages = changed_packages(session)
    if not packages:
        return
    bench = stage.at(session.plan.base_commit)
    proof = prove(bench, packages)
    sandbox, originals = bench.sandbox.resolve(), installed(bench, packages)
    files = {Path(proof.origins[one]).resolve().relative_to(sandbox).as_posix() for one in originals}
    if originals:
        _send_canary(session, stage, files, originals)


def _send_canary(session: Session, stage: Stage, files: Iterable[str], originals: Mapping[str, str]) -> None:
    """Show each gate that runs Python a package that cannot be imported; who does not notice tests an original."""
    nonce = hashlib.sha256(session.run.encode()).hexdigest()
    canary = build_candidate(
        session.ws.repo,
        parent=session.plan.base_commit,
        changes=dict.fromkeys(files, canary_source(nonce)),
        message="a canary: who imports this must fail",
        when=session.started,
        name=session.identity,
    )
    for gate in session.ws.spec.gates:
        if _runs_python(gate) and not canary_verdict(run_command(gate, bench=stage.at(canary.commit), files=()), nonce):
            raise ProvenanceFailed(
                f"the gate `{gate.id}` may test an installed original: it did not notice a canary in the sandbox, and "
                + "; ".join(f"{package} is also found in {place}" for package, place in sorted(originals.items())),
                hint="uninstall it from the gates' interpreter, or have the gate heed PYTHONPATH (no -I, no -E)",
            )


def _runs_python(gate: GateSpec) -> bool:
    python = runs_pytest(gate.run) or any("{python}" in word for word in gate.run)
    return python and gate.level is not Level.STATIC and gate.expect == "green"


def changed_packages(session: Session) -> tuple[str, ...]:
    """Return the top-level regular packages that hold files of the plan.

    A folder without `__init__.py` is left out: an installed package of its name wins by Python's own rules.
    """
    known = {entry.path for entry in session.sources(session.plan.base_commit).entries()}
    found: set[str] = set()
    for path in {path for batch in session.plan.batches() for path in batch.files}:
        named = session.ws.roots.name_of(path)
        top = named[0].split(".")[0] if named else ""
        parts = PurePosixPath(path).parts
        if top in parts and "/".join((*parts[: parts.index(top) + 1], "__init__.py")) in known:
            found.add(top)
    return tuple(sorted(found))
