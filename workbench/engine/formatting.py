"""Runs the team's own formatters on changed files, in the sandbox, before they are committed."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.engine.session import Session
from workbench.gates.process import run_process
from workbench.model.errors import EnvironmentFailed


def format_files(session: Session, changed: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return `changed` as the plan's `format` commands leave it; raises EnvironmentFailed if one fails.

    The files stand in a checkout of the tip while they are formatted, so that the project's own
    configuration counts; whatever else a formatter touches there is thrown away.
    """
    commands = session.ws.spec.run.format
    if not commands or not changed:
        return dict(changed)
    bench = session.bench(session.tip)
    paths = sorted(changed)
    for path in paths:
        (bench.sandbox / path).write_bytes(changed[path])
    for command in commands:
        argv = [word for part in command for word in (paths if part == "{files}" else [part])]
        log = bench.scratch / "format.log"
        ended = run_process(argv, cwd=bench.sandbox, env=bench.env, timeout=_SECONDS, output=log, inherit=bench.inherit)
        if ended.exit_code != 0:
            raise EnvironmentFailed(
                f"the formatter `{' '.join(command)}` did not succeed (exit {ended.exit_code})",
                hint="run it by hand, or take it out of [run] format; nothing was committed",
            )
    return {path: (bench.sandbox / path).read_bytes() for path in paths}


_SECONDS = 300
