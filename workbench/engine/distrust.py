"""Which remembered passes are not taken at their word, and what is said when one does not hold. Pure.

A cache that is never doubted keeps a wrong pass for ever: a suite may lean on the clock, the network, or a service. One
pass in sixteen is judged again, chosen by run, gate and tree, so that the same run asks the same again.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from workbench.model.gate import Judgement, Verdict

_ONE_IN = 16


def is_doubted(run: str, gate: str, tree: str) -> bool:
    """Say whether a remembered pass of `gate` on `tree` is in the sample."""
    drawn = hashlib.sha256(f"{run}\0{gate}\0{tree}".encode()).digest()
    return int.from_bytes(drawn[:4]) % _ONE_IN == 0


def held_against(known: Judgement, again: Judgement) -> Judgement:
    """Return the new judgement; where the remembered pass did not hold, it says so."""
    if again.verdict in (known.verdict, Verdict.SKIP):
        return again
    told = "it was remembered as passed on this very tree: no remembered pass of this gate is believed any more"
    return replace(again, reason="; ".join(filter(None, (again.reason, told))))
