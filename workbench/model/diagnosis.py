"""What `doctor` says of one thing it looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """`note`: works, but not as one may expect. `mend`: a command of ours will refuse or fail over it."""

    OK = "ok"
    NOTE = "note"
    MEND = "mend"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`check` names what was looked at; `told` what is there; `mend` what to do; `paths` what it is about."""

    check: str
    health: Health
    told: str
    mend: str = ""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkup:
    """All that was looked at in the repository at `place`; `plan` is a plan's name, None where none was asked for."""

    place: str
    plan: str | None
    diagnoses: tuple[Diagnosis, ...]

    def count(self, health: Health) -> int:
        return sum(one.health is health for one in self.diagnoses)


def sound(check: str, told: str) -> Diagnosis:
    return Diagnosis(check, Health.OK, told)


def note(check: str, told: str, mend: str = "", paths: Iterable[str] = ()) -> Diagnosis:
    return Diagnosis(check, Health.NOTE, told, mend, tuple(paths))


def to_mend(check: str, told: str, mend: str, paths: Iterable[str] = ()) -> Diagnosis:
    return Diagnosis(check, Health.MEND, told, mend, tuple(paths))
