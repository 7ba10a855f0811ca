"""`workbench demo`: the main job on a bundled sample, from scan to report."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.options import Options, options_of
from workbench.cli.run import Events, conclude

_PLAN = "websocket-ssot"
_WHEN = 1_736_812_800


def demo(
    context: typer.Context,
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the repository in this new directory.")] = None,
    events: Events = None,
) -> int:
    """Do the main job on a bundled sample: 567 violations, a batch that fails, and a report."""
    from workbench.cli.watching import watching
    from workbench.demo import generate
    from workbench.engine.begin import RunOptions
    from workbench.engine.means import system_means
    from workbench.engine.run import run_plan
    from workbench.engine.sample import commit_sample

    options = options_of(context)
    with _place(keep) as directory:
        generate(directory)
        commit_sample(directory, when=_WHEN)
        _say(options, f"a sample repository with 567 violations lies in {directory}")
        with watching(options, events) as watch:
            record = run_plan(directory, _PLAN, RunOptions(), means=system_means(), watch=watch)
        code = conclude(options, record)
        _afterwards(options, directory, kept=keep is not None)
    return code


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="workbench-demo-") as directory:
            yield Path(directory)
        return
    from workbench.model.errors import Refused

    if keep.exists() and any(keep.iterdir()):
        raise Refused(f"{keep} is not empty", hint="name a directory that does not exist yet; nothing was changed")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.absolute()


def _afterwards(options: Options, directory: Path, *, kept: bool) -> None:
    if kept:
        _say(options, "look around in it:")
        for command in (f"status {_PLAN}", "rollback P2", f"report {_PLAN} --format html -o report.html"):
            _say(options, f"  workbench -C {directory} {command}")
    else:
        _say(options, "the sample is gone again; `workbench demo --keep DIR` keeps it to look around in")


def _say(options: Options, sentence: str) -> None:
    from rich.text import Text

    options.progress().print(Text(sentence), soft_wrap=True)
