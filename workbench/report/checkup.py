"""The JSON document of `doctor`."""

from __future__ import annotations

from workbench.model.diagnosis import Checkup, Health
from workbench.report.objects import Object


def checkup_document(checkup: Checkup) -> Object:
    """Return everything that was looked at, in that order, and how many of it are ok, a note, or to mend."""
    return {
        "schema": 1,
        "repository": checkup.place,
        "plan": checkup.plan,
        "checks": [
            {
                "check": one.check,
                "state": str(one.health),
                "message": one.told,
                "mend": one.mend,
                "paths": list(one.paths),
            }
            for one in checkup.diagnoses
        ],
        "totals": {str(one): checkup.count(one) for one in Health},
    }
