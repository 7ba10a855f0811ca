"""Reads what an external gate is shown, of the repository at hand and by its clock."""

from __future__ import annotations

from workbench.engine.workspace import Workspace
from workbench.gates.external import read_external
from workbench.model.errors import WorkbenchError
from workbench.model.gate import GateReport
from workbench.planning.spec import GateSpec


def read_evidence(ws: Workspace, gate: GateSpec, tree: str) -> GateReport:
    """Report what evidence made elsewhere says of `tree`; the gate must be external."""
    assert gate.external is not None

    def tree_of(commit: str) -> str | None:
        try:
            return ws.repo.tree(commit)
        except WorkbenchError:
            return None

    return read_external(gate, gate.external, root=ws.repo.root, tree=tree, tree_of=tree_of, now=ws.means.clock())
