"""Writes the package of a new rule kind, for `workbench rules new`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.model.errors import EnvironmentFailed, Refused


def write_new(directory: Path, texts: Mapping[str, str]) -> None:
    """Write texts by path inside a directory; refuse, before anything is written, if one of the files is there."""
    for path in texts:
        if (directory / path).is_symlink() or (directory / path).exists():
            raise Refused(
                f"{directory / path} is there already",
                hint="name another directory with --output",
            )
    try:
        for path, text in texts.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            with (directory / path).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise EnvironmentFailed(f"{directory} cannot be written: {error.strerror}") from None
