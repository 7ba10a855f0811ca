"""Sees from where a gate's own Python took the changed modules, whatever the suite did to its module path.

A probe knows what the interpreter would import; it cannot know what a conftest, a setting of pytest or a script puts
before that. So each Python that heeds PYTHONPATH says at its end what it did import. One module of the plan that came
from elsewhere is enough: what such a gate says is about other code.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).with_name("witness")
_PLACE = "WORKBENCH_WITNESS"

Wanted = Mapping[str, frozenset[str]]
"""The files a module may come from, POSIX from the sandbox, by its dotted name."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A module that was imported from `found` and not from `wanted`."""

    module: str
    found: Path
    wanted: Path


def witnessing(env: Mapping[str, str], place: Path, wanted: Wanted) -> dict[str, str]:
    """Return the environment in which every Python tells in the new directory `place` where it had modules from."""
    place.mkdir()
    (place / "asked").write_text("\n".join(sorted(wanted)), encoding="utf-8")
    path = os.pathsep.join(part for part in (str(_FOLDER), env.get("PYTHONPATH", "")) if part)
    return {**env, "PYTHONPATH": path, _PLACE: str(place)}


def strangers(place: Path, wanted: Wanted, *, sandbox: Path, before: float) -> tuple[Stranger, ...]:
    """Return the modules that came from a file which is none of those wanted, and was there `before`, in seconds.

    What the gate itself made while it ran (a copy, a wheel that it installed) is no original. `sandbox` is resolved.
    """
    told = {
        (module, Path(file).resolve())
        for answer in place.glob("of-*")
        for module, _, file in (
            line.partition("\t") for line in answer.read_text("utf-8", "surrogateescape").split("\n")
        )
        if module in wanted
    }
    return tuple(
        Stranger(module, found, sandbox / min(wanted[module]))
        for module, found in sorted(told)
        if _is_strange(found, wanted[module], sandbox) and _since(found) < before
    )


def _is_strange(found: Path, wanted: frozenset[str], sandbox: Path) -> bool:
    """Say whether a module should have been another file: outside the sandbox always, inside it what hides that file.

    A tree may have several modules of one name, each for its own tests.
    """
    if not found.is_relative_to(sandbox):
        return True
    path = found.relative_to(sandbox).as_posix()
    stems = (one.removesuffix(".py") for one in wanted)
    return path not in wanted and any(path.startswith((f"{stem}.", f"{stem}/__init__.")) for stem in stems)


def _since(file: Path) -> float:
    """Return when a file came to be as it is; of one that is gone or in an archive, what is nearest around it."""
    return next(around.stat().st_ctime for around in (file, *file.parents) if around.exists())
