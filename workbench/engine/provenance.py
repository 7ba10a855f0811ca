"""Has it proven, once per run, that the gates import the sandbox and not an installed original."""

from __future__ import annotations

from pathlib import PurePosixPath

from workbench.engine.session import Session
from workbench.engine.stage import Stage
from workbench.gates.provenance import prove


def prove_sandbox(session: Session, stage: Stage) -> None:
    """Raise ProvenanceFailed unless every package the plan changes is imported from the sandbox."""
    if not session.ws.spec.gates:
        return
    packages = changed_packages(session)
    if packages:
        prove(stage.at(session.plan.base_commit), packages)


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
