"""What runs ahead, beside the question at hand: taken when it is asked for, ended when it is not, and never trusted
where company could have disturbed it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psutil
import pytest

from tests.engine.test_run import git
from workbench.engine.sandboxes import Question, Sandboxes
from workbench.engine.stage import Stage
from workbench.engine.workspace import read_workspace
from workbench.gates.bench import Bench
from workbench.model.errors import EnvironmentFailed
from workbench.model.gate import Verdict
from workbench.planning.spec import GateSpec
from workbench.repo.repository import open_repository

# Says where it is and that it began; goes on while a file with its name is there. The shy one dies where others live.
GATE = """\
import os, pathlib, signal, sys, tempfile, time
place, name = pathlib.Path(sys.argv[1]), sys.argv[2]
with (place / 'log').open('a') as log:
    log.write(f'{name} {os.getpid()} {pathlib.Path.cwd().parts[-3]} {tempfile.gettempdir()}\\n')
while (place / name).exists():
    time.sleep(0.01)
others = [line.split()[1] for line in (place / 'log').read_text().splitlines() if not line.startswith(name)]
if name == 'shy' and any(pathlib.Path('/proc', other).exists() for other in others):
    os.kill(os.getpid(), signal.SIGKILL)
print(os.getcwd())
"""
SECONDS = 60


class Asked:
    """Questions to two sandboxes about one commit, and what became of them."""

    def __init__(self, place: Path, commit: str, stages: tuple[Stage, ...]) -> None:
        self.place, self.commit = place, commit
        self.in_vain: list[str] = []
        self.sandboxes = Sandboxes(stages, in_vain=lambda one: self.in_vain.append(one.gate.id))

    def about(self, name: str, **more: object) -> Question:
        gate = GateSpec(id=name, level="tests", run=(sys.executable, "-c", GATE, str(self.place), name), **more)
        return Question(gate, self.commit, "tree", ())

    def begun(self, name: str) -> list[list[str]]:
        """Return the runs of a gate so far: its name, process, sandbox and temporary directory."""
        log = self.place / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.split() for line in lines if line.startswith(f"{name} ")]

    def wait_for(self, name: str) -> list[str]:
        until = time.monotonic() + SECONDS
        while not self.begun(name):
            assert time.monotonic() < until
            time.sleep(0.01)
        return self.begun(name)[0]

    def hold(self, *names: str) -> None:
        for name in names:
            (self.place / name).touch()

    def let_go(self, name: str) -> None:
        (self.place / name).unlink()


@pytest.fixture
def asked(make_case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    case = make_case()
    with open_repository(case.root) as repo:
        ws = read_workspace(repo, case.root / "plans/small.toml", case.means)
        with Stage.open_several(ws, 2, inherit=()) as stages:
            made = Asked(tmp_path, git(case.root, "rev-parse", "main"), stages)
            with made.sandboxes:
                yield made


def test_an_answer_that_was_had_ahead_is_taken_and_not_asked_for_again(asked: Asked) -> None:
    asked.sandboxes.want([asked.about("a")])
    assert asked.wait_for("a")[2] == "2"
    report = asked.sandboxes.ask(asked.about("a"))
    assert report.verdict is Verdict.PASS
    assert report.output.strip().endswith("/1/sandbox/tree"), "told as of the first sandbox"
    assert len(asked.begun("a")) == 1
    assert asked.sandboxes.ask(asked.about("a")).verdict is Verdict.PASS
    assert len(asked.begun("a")) == 2, "an answer is good for one question"
    assert asked.in_vain == []


def test_while_one_is_waited_for_the_other_sandbox_works_too(asked: Asked) -> None:
    asked.hold("a")
    asked.sandboxes.want([asked.about("a")])
    asked.wait_for("a")
    asked.sandboxes.want([asked.about("b")], asked=[asked.about("a")])
    assert asked.begun("b") == [], "the other sandbox is the asking thread's"
    # The gate that is waited for ends when the other one has begun.
    beside = Thread(target=lambda: asked.wait_for("b") and asked.let_go("a"))
    beside.start()
    assert asked.sandboxes.ask(asked.about("a")).verdict is Verdict.PASS
    beside.join()
    assert asked.begun("b")[0][2] == "1"
    assert asked.sandboxes.ask(asked.about("b")).verdict is Verdict.PASS
    assert asked.in_vain == []


def test_what_nobody_will_ask_is_ended_and_named(asked: Asked) -> None:
    asked.hold("a")
    asked.sandboxes.want([asked.about("a")])
    ended = psutil.Process(int(asked.wait_for("a")[1]))
    asked.sandboxes.want([asked.about("b")])
    assert asked.in_vain == ["a"]
    assert asked.sandboxes.ask(asked.about("b")).verdict is Verdict.PASS
    ended.wait(SECONDS)  # nobody waits for it but us


def test_what_waited_for_a_sandbox_and_never_began_is_not_counted(asked: Asked) -> None:
    asked.hold("a")
    asked.sandboxes.want([asked.about("a")])
    asked.wait_for("a")
    asked.sandboxes.want([asked.about("b")], asked=[asked.about("a")])
    asked.sandboxes.want([])
    assert asked.in_vain == ["a"]


def test_second_looks_and_timed_gates_have_no_company(asked: Asked) -> None:
    asked.hold("a", "b")
    for name, question, alone in (("a", asked.about("timed", max_seconds=50.0), False), ("b", asked.about("c"), True)):
        asked.sandboxes.want([asked.about(name)])
        pid = int(asked.wait_for(name)[1])
        assert asked.sandboxes.ask(question, alone=alone).verdict is Verdict.PASS
        assert not psutil.pid_exists(pid)
    asked.sandboxes.want([asked.about("late", max_seconds=50.0), asked.about("d")])
    asked.wait_for("d")
    assert (asked.in_vain, asked.begun("late")) == (["a", "b"], [])


def test_what_does_not_finish_beside_others_is_asked_again_alone(asked: Asked) -> None:
    asked.hold("a")
    asked.sandboxes.want([asked.about("a")])
    asked.wait_for("a")
    assert asked.sandboxes.ask(asked.about("shy")).verdict is Verdict.PASS
    assert len(asked.begun("shy")) == 2
    assert asked.in_vain == ["shy", "a"], "both are counted"


def test_what_is_wrong_is_told_to_who_asks(asked: Asked) -> None:
    lost = Question(asked.about("a").gate, "0" * 40, "tree", ())
    asked.sandboxes.want([lost])
    with pytest.raises(EnvironmentFailed, match="not in the repository"):
        asked.sandboxes.ask(lost)


def test_each_sandbox_has_a_directory_for_temporary_files(asked: Asked) -> None:
    asked.sandboxes.want([asked.about("a")])
    ours = asked.wait_for("a")
    asked.sandboxes.ask(asked.about("b"))
    (theirs,) = asked.begun("b")
    assert (ours[3].split("/")[-2:], theirs[3].split("/")[-2:]) == (["2", "tmp"], ["1", "tmp"])


def test_one_sandbox_leaves_temporary_files_where_they_were(make_case) -> None:
    case = make_case()
    with open_repository(case.root) as repo:
        ws = read_workspace(repo, case.root / "plans/small.toml", case.means)
        with Stage.open(ws, inherit=()) as stage:
            bench: Bench = stage.at(git(case.root, "rev-parse", "main"))
    assert bench.env.get("TMPDIR") == case.means.environ.get("TMPDIR")
