"""The JSON document of `rebuild`."""

from __future__ import annotations

from dataclasses import asdict

from workbench.model.rebuilt import Rebuilt
from workbench.report.objects import Object


def rebuilt_document(rebuilt: Rebuilt) -> Object:
    """Return where the new ledger is, where the old one went, and what became of each run."""
    return {
        "schema": 1,
        "ledger": str(rebuilt.path),
        "aside": str(rebuilt.aside) if rebuilt.aside is not None else None,
        "runs": [asdict(one) for one in rebuilt.runs],
    }
