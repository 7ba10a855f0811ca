"""What a command needs from outside and tests replace: a clock, fresh ids, the environment."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Means:
    """`clock` gives UTC times, `new_id` names that were not used before."""

    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    environ: Mapping[str, str]


def system_means() -> Means:
    """Return the real clock, random ids that sort by time, and this process's environment."""

    def clock() -> datetime:
        return datetime.now(UTC)

    def new_id() -> str:
        return f"{clock():%Y%m%d%H%M%S}-{secrets.token_hex(3)}"

    return Means(clock, new_id, dict(os.environ))
