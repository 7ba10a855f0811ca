"""What a plan that is made meets: work done meanwhile on the user's branch, and work of an earlier run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.model.parting import named, told
from workbench.model.run import Parting


@dataclass(frozen=True, slots=True)
class Outlook:
    """`target`: how the branch that is checked out has gone on from the plan's base; None where it has not.

    Its collisions are what the plan changes there too; nobody tried a merge. `parted`: how the branch and what the
    newest run left on `branch` have parted, as `status` shows it. `makes_room`: a new run would set that aside.
    """

    branch: str = ""
    target: Parting | None = None
    parted: Parting | None = None
    makes_room: bool = False


def foretold(outlook: Outlook) -> Iterator[str]:
    """Yield what there is to say, a sentence each; paths are given as they are, and made safe where they are shown."""
    target = outlook.target
    if target is not None and target.collisions:
        count = len(target.collisions)
        met = f"changed {count} of the files that the plan changes: {named(target.collisions)}"
        yield f"{target.branch} has gone on from this base, and {met}; nobody tried a merge"
    elif target is not None:
        yield f"{target.branch} has gone on from this base, in other files than the plan changes"
    if outlook.parted is not None:
        yield told(outlook.parted, outlook.branch)
    if outlook.makes_room:
        yield f"`workbench run` sets aside what the last run left on {outlook.branch}, and keeps it as a side ref"
