"""Has it proven, once per run, that the gates import the sandbox and not an installed original."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from workbench.engine.session import Session
from workbench.engine.stage import Stage
from workbench.gates.command import run_command
from workbench.gates.provenance import canary_source, canary_verdict, installed, is_deaf, prove
from workbench.gates.verdict import runs_pytest
from workbench.gates.witnessed import Wanted
from workbench.model.errors import ProvenanceFailed
from workbench.model.gate import Level
from workbench.planning.spec import GateSpec
from workbench.repo.candidate import build_candidate


def prove_sandbox(session: Session, stage: Stage) -> None:
    """Raise ProvenanceFailed unless every package the plan changes is imported from the sandbox.

    From here on each gate that heeds PYTHONPATH is also watched, run by run, for changed modules from elsewhere.
    """
    if not session.ws.spec.gates:
        return
    stage.wanted = wanted_modules(session)
    packages = changed_packages(session)
    if not packages:
        return
    bench = stage.at(session.plan.base_commit)
    proof = prove(bench, packages)
    suites = [gate for gate in session.ws.spec.gates if _runs_python(gate)]
    if not suites:
        return
    sandbox, originals = bench.sandbox.resolve(), installed(bench, packages)
    gates = [gate for gate in suites if originals or is_deaf(gate.run)]
    files = {Path(proof.origins[one]).resolve().relative_to(sandbox).as_posix() for one in originals or packages}
    if gates:
        _send_canary(session, stage, gates, sorted(files), originals)


def _send_canary(
    session: Session, stage: Stage, gates: Iterable[GateSpec], files: Sequence[str], originals: Mapping[str, str]
) -> None:
    """Show each of the gates a package that cannot be imported; who does not notice may test an original."""
    nonce = hashlib.sha256(session.run.encode()).hexdigest()
    canary = build_candidate(
        session.ws.repo,
        parent=session.plan.base_commit,
        changes=dict.fromkeys(files, canary_source(nonce)),
        message="a canary: who imports this must fail",
        when=session.started,
        name=session.identity,
    )
    for gate in gates:
        bench = stage.at(canary.commit)
        if not canary_verdict(run_command(gate, bench=bench, files=()), nonce):
            told = f"did not notice a canary in {bench.sandbox / files[0]}"
            also = [f"{package} is also found in {place}" for package, place in sorted(originals.items())]
            raise ProvenanceFailed(
                f"the gate `{gate.id}` may test an original: it {'; '.join([told, *also])}",
                hint="have the gate heed PYTHONPATH (no -I, -E or -S), or uninstall the original from its interpreter",
            )


def _runs_python(gate: GateSpec) -> bool:
    python = runs_pytest(gate.run) or any("{python}" in word for word in gate.run)
    return python and gate.level is not Level.STATIC and gate.expect == "green"


def wanted_modules(session: Session) -> Wanted:
    """Return the modules that the plan changes, by name, with the files they may come from."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in {path for batch in session.plan.batches() for path in batch.files if path.endswith(".py")}:
        for name in _names(session, path):
            found[name].add(path)
    return {name: frozenset(paths) for name, paths in found.items()}


def _names(session: Session, path: str) -> Iterator[str]:
    named = session.ws.roots.name_of(path)
    if named:
        yield named[0]
    stem = PurePosixPath(path).stem
    if fnmatchcase(stem, "test_*") or fnmatchcase(stem, "*_test"):
        yield stem  # as pytest calls it, where its folder is no package


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
