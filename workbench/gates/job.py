"""What a supervisor is asked, and what it answers."""

from __future__ import annotations

from typing import TypedDict


class Job(TypedDict):
    """`timeout` in seconds, `cap` in bytes of output kept; `lifeline` and `inherit` are descriptors."""

    argv: list[str]
    cwd: str
    env: dict[str, str]
    timeout: float
    output: str
    cap: int
    lifeline: int
    inherit: list[int]


class Answer(TypedDict):
    """How the command ended; a `reason` says that it did not end by itself, or never began.

    `left_out`: bytes of output beyond the cap.
    """

    exit_code: int | None
    signal: int | None
    timed_out: bool
    seconds: float
    left_out: int
    reason: str
