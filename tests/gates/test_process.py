"""Real processes of every unpleasant kind: whatever they do, there is an answer, and none of them survives."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from workbench.gates import process
from workbench.gates.leash import Leash
from workbench.gates.process import CAP, Ended, run_process

Run = Callable[..., Ended]

LINGER = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + LINGER
# The intermediate process is gone before the daemon begins, so no tree of parents leads to it.
DAEMON = (
    "import os, subprocess, sys\nif os.fork() == 0:\n    os.setsid()\n"
    "    if os.fork() == 0:\n        exec({code!r})\n    os._exit(0)\n"
)
CHILD = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', {code!r}, sys.argv[1]])\n"
SETSID = (
    "import subprocess, sys; subprocess.Popen([sys.executable, '-c', {code!r}, sys.argv[1]], start_new_session=True)\n"
)
AWAIT = "import os, time\nwhile not (os.path.exists(sys.argv[1]) and os.path.getsize(sys.argv[1])): time.sleep(0.01)\n"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def run(tmp_path: Path, output: Path) -> Run:
    def run_it(code: str, *arguments: str, timeout: float = 30.0, **more: object) -> Ended:
        argv = [sys.executable, "-I", "-c", code, *arguments]
        return run_process(argv, cwd=tmp_path, env={"PATH": os.defpath}, timeout=timeout, output=output, **more)

    return run_it


def alive(pids: Path) -> list[int]:
    return [pid for pid in map(int, pids.read_text().split()) if lives(pid)]


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def die_out(pids: Path, *, within: float = 10.0) -> bool:
    """Wait for processes that somebody else is ending."""
    last = time.monotonic() + within
    while time.monotonic() < last:
        if pids.exists() and not alive(pids):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("code", [0, 1, 2, 5, 126, 127, 139, 255])
def test_an_exit_code_is_passed_on(run: Run, code: int) -> None:
    ended = run(f"raise SystemExit({code})")
    assert (ended.exit_code, ended.signal, ended.timed_out, ended.reason) == (code, None, False, "")


def test_a_signal_is_not_an_exit_code(run: Run) -> None:
    ended = run("import os; os.kill(os.getpid(), 9)")
    assert (ended.exit_code, ended.signal, ended.timed_out) == (None, 9, False)


def test_a_command_that_cannot_start_is_an_answer(tmp_path: Path, output: Path) -> None:
    def start(argv: list[str], cwd: Path = tmp_path) -> Ended:
        return run_process(argv, cwd=cwd, env={"PATH": os.defpath}, timeout=5.0, output=output)

    (tmp_path / "plain").write_text("no program")
    missing, plain, nowhere = start(["no-such-program"]), start(["./plain"]), start(["true"], tmp_path / "gone")
    assert missing.reason == "cannot start no-such-program: No such file or directory"
    assert "Permission denied" in plain.reason
    assert str(tmp_path / "gone") in nowhere.reason
    assert {one.exit_code for one in (missing, plain, nowhere)} == {None}


def test_the_environment_is_the_one_given_and_nothing_of_ours(
    run: Run, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/somewhere")
    run("import os; print(sorted(set(os.environ) - {'LC_CTYPE'}))")
    assert output.read_text().strip() == "['PATH']"


def test_stdin_is_empty_and_both_streams_are_kept(run: Run, output: Path) -> None:
    code = "import os, sys; print(repr(sys.stdin.read()), os.readlink('/proc/self/fd/0'), flush=True); sys.exit('moan')"
    assert run(code).exit_code == 1
    assert output.read_text().splitlines() == ["'' /dev/null", "moan"]


def test_output_that_is_no_text_is_kept_as_it_is(run: Run, output: Path) -> None:
    run("import os; os.write(1, bytes(range(256)))")
    assert output.read_bytes() == bytes(range(256))


def test_it_has_a_session_without_our_terminal(run: Run, output: Path) -> None:
    run("import os; print(os.getsid(0), os.getpgrp() == os.getpid())")
    session, leads = output.read_text().split()
    assert int(session) != os.getsid(0)
    assert leads == "True"


def test_a_flood_is_cut_in_the_middle_and_changes_no_verdict(run: Run, output: Path) -> None:
    middle = "for _ in range(1600): os.write(1, b'x' * 65536)"
    flood = f"import os\nos.write(1, b'first')\n{middle}\nos.write(1, b'last')\nraise SystemExit(7)"
    ended = run(flood)
    kept = output.read_bytes()
    assert ended.exit_code == 7
    assert kept.startswith(b"first")
    assert kept.endswith(b"last")
    assert CAP <= len(kept) < CAP + 100
    assert ended.left_out == 1600 * 65536 + 9 - CAP
    assert b"[... %d bytes left out ...]" % ended.left_out in kept


def test_what_fits_is_kept_whole(run: Run, output: Path) -> None:
    ended = run(f"import os\nfor _ in range({CAP} // 65536): os.write(1, b'x' * 65536)")
    assert (ended.left_out, output.stat().st_size) == (0, CAP)


def test_a_full_disk_under_the_output_does_not_break_the_command(tmp_path: Path) -> None:
    code = "import os; os.write(1, b'x' * 100000); open('went-on', 'w').close()"
    argv = [sys.executable, "-c", code]
    ended = run_process(argv, cwd=tmp_path, env={}, timeout=30.0, output=Path("/dev/full"))
    assert "could not be kept" in ended.reason
    assert (tmp_path / "went-on").exists()


def test_a_time_out_asks_first(run: Run, tmp_path: Path) -> None:
    code = (
        "import signal, sys, time\n"
        "def clean(*_): open(sys.argv[1], 'w').close(); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, clean)\ntime.sleep(60)"
    )
    ended = run(code, str(tmp_path / "cleaned"), timeout=1.0)
    assert (ended.timed_out, ended.exit_code) == (True, None)
    assert (tmp_path / "cleaned").exists()


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(LINGER, id="itself"),
        pytest.param(STUBBORN, id="deaf to TERM"),
        pytest.param(CHILD.format(code=LINGER) + LINGER, id="with a child"),
        pytest.param(SETSID.format(code=STUBBORN) + LINGER, id="with a child in a session of its own"),
        pytest.param(DAEMON.format(code=STUBBORN) + AWAIT + LINGER, id="with a daemon"),
    ],
)
def test_a_time_out_ends_everything(run: Run, tmp_path: Path, code: str) -> None:
    pids = tmp_path / "pids"
    assert run(code, str(pids), timeout=1.0).timed_out
    assert pids.read_text()
    assert not alive(pids)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(CHILD.format(code=LINGER) + AWAIT, id="child"),
        pytest.param(SETSID.format(code=LINGER) + AWAIT, id="child in a session of its own"),
        pytest.param(DAEMON.format(code=STUBBORN) + AWAIT, id="daemon deaf to TERM"),
    ],
)
def test_what_a_command_leaves_behind_is_ended_too(run: Run, tmp_path: Path, code: str) -> None:
    pids = tmp_path / "pids"
    ended = run(code, str(pids))
    assert (ended.exit_code, ended.timed_out, ended.reason) == (0, False, "")
    assert not alive(pids)


def test_one_command_does_not_end_the_daemon_of_another(tmp_path: Path) -> None:
    def start(name: str, code: str) -> Ended:
        argv = [sys.executable, "-I", "-c", code, str(tmp_path / "pids"), str(tmp_path / "go")]
        return run_process(argv, cwd=tmp_path, env={}, timeout=30.0, output=tmp_path / name)

    ask = "while not os.path.exists(sys.argv[2]): time.sleep(0.01)\nos.kill(int(open(sys.argv[1]).read()), 0)"
    other: list[Ended] = []
    thread = threading.Thread(target=lambda: other.append(start("a", DAEMON.format(code=LINGER) + AWAIT + ask)))
    thread.start()
    while not (tmp_path / "pids").exists():
        time.sleep(0.01)
    start("b", DAEMON.format(code="pass"))
    (tmp_path / "go").touch()
    thread.join()
    assert other[0].exit_code == 0
    assert not alive(tmp_path / "pids")


def test_an_inherited_lock_reaches_the_command_and_is_free_at_its_end(run: Run, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    held = os.open(lock, os.O_CREAT | os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    code = f"import os; os.write({held}, b'seen')"
    assert run(DAEMON.format(code=LINGER) + AWAIT + code, str(tmp_path / "pids"), inherit=(held,)).exit_code == 0
    os.close(held)
    assert lock.read_text() == "seen"
    with lock.open() as again:
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_command_that_kills_its_watcher_ends_with_it(run: Run, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    ended = run("import os, time; os.kill(os.getppid(), 9)\n" + LINGER, str(pids))
    assert (ended.exit_code, ended.reason) == (None, "the process that watched it failed: it was killed")
    assert not pids.exists() or die_out(pids)


def test_a_command_that_freezes_its_watcher_ends_as_well(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_SLACK", 0.5)
    pids = tmp_path / "pids"
    ended = run("import os, signal; os.kill(os.getppid(), signal.SIGSTOP)\n" + LINGER, str(pids), timeout=0.5)
    assert ended.reason == "the process that watched it failed: it did not answer"
    assert die_out(pids)


DRIVER = """
import sys
from pathlib import Path
from workbench.gates.process import run_process
here = Path(sys.argv[1])
argv = [sys.executable, "-I", "-c", sys.argv[2], str(here / "pids")]
try:
    run_process(argv, cwd=here, env={}, timeout=60.0, output=here / "output")
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize(
    ("number", "said"), [(signal.SIGINT, b"interrupted\n"), (signal.SIGKILL, b"")], ids=["interrupt", "kill -9"]
)
def test_nothing_survives_the_end_of_workbench(tmp_path: Path, number: int, said: bytes) -> None:
    pids = tmp_path / "pids"
    code = DAEMON.format(code=STUBBORN) + AWAIT + STUBBORN
    with subprocess.Popen([sys.executable, "-c", DRIVER, tmp_path, code], stdout=subprocess.PIPE) as driver:
        while not pids.exists() or len(pids.read_text().split()) < 2:
            time.sleep(0.01)
        driver.send_signal(number)
        assert driver.communicate()[0] == said
    assert die_out(pids)


def test_a_command_of_another_thread_can_be_ended_and_no_later_one_begins(run: Run, tmp_path: Path) -> None:
    pids, leash = tmp_path / "pids", Leash()
    ended: list[Ended] = []
    thread = threading.Thread(target=lambda: ended.extend(run(LINGER, str(pids), leash=leash) for _ in range(2)))
    thread.start()
    while not pids.exists():
        time.sleep(0.01)
    leash.cut()
    thread.join()
    assert [(one.reason, one.timed_out) for one in ended] == [("interrupted", False)] * 2
    assert len(pids.read_text().split()) == 1
    assert not alive(pids)


def test_a_leash_ends_its_own_command_only(run: Run, tmp_path: Path) -> None:
    leash = Leash()
    leash.cut()
    assert run("raise SystemExit(7)", leash=leash).reason == "interrupted"
    assert run("raise SystemExit(7)", leash=Leash()).exit_code == 7
