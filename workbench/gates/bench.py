"""Where a gate does its work: the sandbox with a commit on it, the interpreter, and what may be seen and held open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.gates.leash import Leash
from workbench.gates.witnessed import Wanted


@dataclass(frozen=True, slots=True)
class Bench:
    """`env` is the gates' whole environment; `environ` the user's, of which secrets are redacted.

    `scratch` is a directory of ours for reports and captured output; the descriptors `inherit` stay
    open in every process a gate starts. The modules `wanted` may come from nowhere but the sandbox.
    Cutting the `leash` ends what runs here.
    """

    sandbox: Path
    python: Path
    env: Mapping[str, str]
    scratch: Path
    inherit: tuple[int, ...]
    environ: Mapping[str, str]
    wanted: Wanted = field(default_factory=dict)
    leash: Leash | None = None
