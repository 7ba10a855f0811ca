"""The one error tree: what "cannot go on" means, with its exit code and the next step.

    WorkbenchError            70  a bug, unless a subclass says otherwise
    ├── UsageError             2  the command line or its surroundings make no sense
    │   └── PlanFileError      2  the plan file is wrong; carries every problem at once
    ├── Refused                3  going on would endanger the user's work
    │   └── LockHeld           3  another living process holds the repository's run lock
    ├── Conflict               4  something moved under us; nothing was overwritten
    │   ├── Colliding          4  two branches changed the same places; carries the paths and their batches
    │   ├── StalePlan          4  the frozen plan no longer fits the repository or its plan file
    │   └── RefMoved           4  a compare-and-swap found another value than expected
    ├── EnvironmentFailed      5  disk, git, a gate that did not finish
    │   └── ProvenanceFailed   5  the gates cannot be shown to test the sandbox
    ├── LedgerBroken           6  the ledger failed its integrity check
    └── Interrupted          130  stopped from outside; resumable

Expected outcomes (a blocked site, a red gate) are values, never exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass


class WorkbenchError(Exception):
    """Something that stops the command: a sentence, a next step, and where it happened."""

    exit_code = 70
    code = "bug"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        path: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path
        self.line = line


class UsageError(WorkbenchError):
    exit_code = 2
    code = "usage"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a plan file: line (from 1, None if unknown), dotted key, sentence, suggestion."""

    message: str
    key: str = ""
    line: int | None = None
    suggestion: str = ""


class PlanFileError(UsageError):
    code = "plan-file"

    def __init__(self, path: str, problems: tuple[Problem, ...]) -> None:
        count = len(problems)
        noun = "problem" if count == 1 else "problems"
        super().__init__(
            f"{path}: {count} {noun} in the plan file",
            hint="mend the plan file; `workbench schema` prints what it may hold",
            path=path,
            line=problems[0].line if problems else None,
        )
        self.problems = problems


class Refused(WorkbenchError):
    exit_code = 3
    code = "refused"


class LockHeld(Refused):
    code = "locked"


class Conflict(WorkbenchError):
    exit_code = 4
    code = "conflict"


class Colliding(Conflict):
    """`collisions` are (path, batches that changed it)."""

    def __init__(self, message: str, *, hint: str, collisions: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        super().__init__(message, hint=hint, path=collisions[0][0])
        self.collisions = collisions


class StalePlan(Conflict):
    code = "stale-plan"


class RefMoved(Conflict):
    code = "ref-moved"


class EnvironmentFailed(WorkbenchError):
    exit_code = 5
    code = "environment"


class ProvenanceFailed(EnvironmentFailed):
    code = "provenance"


class LedgerBroken(WorkbenchError):
    exit_code = 6
    code = "ledger"


class Interrupted(WorkbenchError):
    exit_code = 130
    code = "interrupted"
