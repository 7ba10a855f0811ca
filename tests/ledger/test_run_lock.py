"""One at a time, by real processes: the lock lives as long as the last of them, and not a moment longer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from workbench.ledger.lock import RunLock, at_work
from workbench.model.errors import EnvironmentFailed, LockHeld

# Takes the lock, hands it to a child that sleeps, says both pids, and sleeps too.
HOLDER = """
import subprocess, sys, time
from pathlib import Path
from workbench.ledger.lock import RunLock
with RunLock.acquire(Path(sys.argv[1]), owner="workbench run ssot") as lock:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=[lock.fd])
    print(child.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    yield process, child
    process.kill()
    process.wait()
    process.stdout.close()
    end(child)


def end(pid: int) -> None:
    """Kill a process that is not ours to wait for, and wait until it is gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    wait_until_dead(pid)


def wait_until_dead(pid: int) -> None:
    """Wait until a process is gone, or ended and not yet reaped."""
    with suppress(FileNotFoundError):
        while ") Z " not in Path(f"/proc/{pid}/stat").read_text():
            time.sleep(0.001)


def test_the_lock_is_taken_let_go_and_taken_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    for _ in range(2):
        with RunLock.acquire(state, owner="workbench run") as lock:
            assert os.get_inheritable(lock.fd)
            assert (lock.path.stat().st_mode & 0o777, state.stat().st_mode & 0o777) == (0o600, 0o700)
        lock.release()
    assert lock.path.exists()


def test_a_second_one_is_refused_with_the_name_of_the_first(
    tmp_path: Path, holder: tuple[subprocess.Popen[str], int]
) -> None:
    with pytest.raises(LockHeld) as caught:
        RunLock.acquire(tmp_path, owner="another")
    process, _ = holder
    assert f"process {process.pid} (workbench run ssot), since 20" in caught.value.message
    assert f"kill -INT {process.pid}" in caught.value.hint
    assert caught.value.exit_code == 3


def test_even_the_same_process_cannot_take_it_twice(tmp_path: Path) -> None:
    with RunLock.acquire(tmp_path, owner="a longer name, from an earlier time"):
        pass
    with RunLock.acquire(tmp_path, owner="first"), pytest.raises(LockHeld, match=rf"process {os.getpid()} \(first\)"):
        RunLock.acquire(tmp_path, owner="second")


def test_a_child_keeps_the_lock_of_a_killed_holder_until_it_ends(
    tmp_path: Path, holder: tuple[subprocess.Popen[str], int]
) -> None:
    process, child = holder
    process.kill()
    with pytest.raises(LockHeld, match="has ended") as unreaped:
        _once_dead(tmp_path, process.pid)
    process.wait()
    with pytest.raises(LockHeld, match="has ended") as caught:
        RunLock.acquire(tmp_path, owner="another")
    assert caught.value.message == unreaped.value.message
    assert caught.value.message.endswith(f"a program it started still runs: {child}")
    assert f"kill {child}" in caught.value.hint
    end(child)
    with RunLock.acquire(tmp_path, owner="another"):
        pass


def _once_dead(directory: Path, pid: int) -> None:
    wait_until_dead(pid)
    RunLock.acquire(directory, owner="another")


def test_a_child_keeps_the_lock_of_a_holder_that_let_go(tmp_path: Path) -> None:
    with RunLock.acquire(tmp_path, owner="first") as lock:
        child = subprocess.Popen(["sleep", "60"], pass_fds=[lock.fd])
    with child:
        with pytest.raises(LockHeld):
            RunLock.acquire(tmp_path, owner="second")
        child.kill()
    with RunLock.acquire(tmp_path, owner="second"):
        pass


def test_a_killed_holder_without_children_leaves_nothing(
    tmp_path: Path, holder: tuple[subprocess.Popen[str], int]
) -> None:
    process, child = holder
    end(child)
    process.kill()
    process.wait()
    with RunLock.acquire(tmp_path, owner="another"):
        pass


def test_a_reused_pid_is_not_taken_for_the_holder(tmp_path: Path) -> None:
    with RunLock.acquire(tmp_path, owner="first") as lock:
        text = lock.path.read_text()
        lock.path.write_text(text.replace('"ticks": "', '"ticks": "1'))
        with pytest.raises(
            LockHeld, match="has ended, but a program it started still runs: its process is not visible"
        ):
            RunLock.acquire(tmp_path, owner="second")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}'])
def test_an_unsigned_lock_is_held_all_the_same(tmp_path: Path, content: str) -> None:
    with RunLock.acquire(tmp_path, owner="first") as lock:
        lock.path.write_text(content)
        with pytest.raises(LockHeld, match="is starting here"):
            RunLock.acquire(tmp_path, owner="second")


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").touch()
    (tmp_path / "run.lock").symlink_to("victim")
    with pytest.raises(EnvironmentFailed, match="cannot be taken"):
        RunLock.acquire(tmp_path, owner="first")
    assert (tmp_path / "victim").read_text() == ""


def test_where_files_cannot_be_locked_it_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "run.lock")
    with pytest.raises(EnvironmentFailed, match="cannot be taken"):
        RunLock.acquire(tmp_path, owner="first")


def test_asking_names_the_holder_and_is_none_of_the_holders(
    tmp_path: Path, holder: tuple[subprocess.Popen[str], int]
) -> None:
    process, child = holder
    busy = at_work(tmp_path)
    assert busy is not None
    assert f"workbench is at work here: process {process.pid}" in busy.message
    process.kill()
    process.wait()
    end(child)
    assert at_work(tmp_path) is None
    with RunLock.acquire(tmp_path, owner="another"):
        assert at_work(tmp_path) is None, "it is our own"


def test_where_no_run_ever_was_nobody_is_at_work(tmp_path: Path) -> None:
    assert at_work(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
