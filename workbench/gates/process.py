"""Runs a command as a gate must: in a session of its own, with a time-out, a cap on its output, and no survivors."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workbench.gates import supervisor
from workbench.gates.job import Job
from workbench.gates.leash import Leash

CAP = 8 << 20
"""Bytes of output that are kept: the first and the last half of it."""

_SCRIPT = str(Path(supervisor.__file__))
# Without `site`, and as a module: this is started for every gate, and so takes half the time.
_START = "import sys; sys.path.append(sys.argv[1].rpartition('/')[0]); import supervisor; supervisor.main()"
_SLACK = supervisor.GRACE + supervisor.PATIENCE + 5.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. `exit_code` is set when it exited by itself, `signal` when it was killed.

    `reason` is set when it could not start or did not end by itself; `seconds` is wall time;
    `left_out` counts the bytes of output beyond the cap.
    """

    exit_code: int | None
    signal: int | None
    timed_out: bool
    seconds: float
    left_out: int = 0
    reason: str = ""


def run_process(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float,
    output: Path,
    inherit: tuple[int, ...] = (),
    leash: Leash | None = None,
) -> Ended:
    """Run a command to its end; its stdout and stderr go to the file `output`, at most CAP bytes.

    stdin is empty; `timeout` is in seconds; the descriptors `inherit` stay open in every process the
    command starts. When this returns or raises, none of those processes lives. A command that is
    missing, is killed, hangs, or whose `leash` is cut is an answer, not an exception.
    """
    output.touch()
    leash = leash or Leash()
    if leash.is_cut:
        return Ended(None, None, False, 0.0, reason="interrupted")
    lifeline, held = os.pipe()
    job = Job(
        argv=list(argv),
        cwd=str(cwd),
        env=dict(env),
        timeout=timeout,
        output=str(output),
        cap=CAP,
        lifeline=lifeline,
        inherit=list(inherit),
    )
    with leash.holding(held) as hang_up:
        try:
            running = _supervisor((lifeline, *inherit))
        finally:
            os.close(lifeline)
        with running:
            return _result(running, job, hang_up=hang_up)


def _supervisor(descriptors: tuple[int, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _START, _SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=descriptors,
        start_new_session=True,
    )


def _result(running: subprocess.Popen[bytes], job: Job, *, hang_up: Callable[[], None]) -> Ended:
    try:
        question = marshal.dumps(dict(job))
        answer, complaint = running.communicate(question, timeout=job["timeout"] + _SLACK)
    except subprocess.TimeoutExpired:
        answer, complaint = b"", b"it did not answer"
    finally:
        hang_up()
        _bury(running)
    if running.returncode == 0:
        return Ended(**marshal.loads(answer))  # noqa: S302  from the process just started
    words = complaint.decode(errors="replace").strip().splitlines() or ["it was killed"]
    return Ended(None, None, False, 0.0, reason=f"the process that watched it failed: {words[-1]}")


def _bury(running: subprocess.Popen[bytes]) -> None:
    """Wait for a supervisor whose lifeline is closed; where it cannot do its work, do it here."""
    try:
        running.wait(_SLACK)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
    if running.returncode == 0:
        return
    import psutil  # few commands need it

    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == running.pid:
                process.kill()
