"""A worker whose parent was killed ends too, whichever way it was started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

ANSWERS = """
import multiprocessing, sys, time
from concurrent.futures import ProcessPoolExecutor
from tests.scan.test_lifeline import begin, pid

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    with ProcessPoolExecutor(2, mp_context=context, initializer=begin) as pool:
        print(*{pool.submit(pid).result() for _ in range(8)}, flush=True)
        time.sleep(60)
"""


def begin() -> None:
    from workbench.scan.lifeline import end_with_parent

    end_with_parent()


def pid() -> int:
    time.sleep(0.05)
    return os.getpid()


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_worker_ends_with_the_process_it_works_for(method: str, tmp_path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(ANSWERS)
    command = [sys.executable, str(script), method]
    environ = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
    assert parent.stdout is not None
    with parent.stdout as told:
        workers = []
        for one in told.readline().split():
            with suppress(psutil.NoSuchProcess):
                workers.append(psutil.Process(int(one)))
        assert workers
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        _, alive = psutil.wait_procs(workers, timeout=20)
    for one in alive:
        one.kill()
    assert alive == []
