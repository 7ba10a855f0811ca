"""The runner: three answers, a scrubbed environment, inherited descriptors, and children that get to clean up."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.model.errors import EnvironmentFailed
from workbench.repo.encoding import is_utf8, raw, shown, text
from workbench.repo.environment import find_git, leaked
from workbench.repo.git import Git

SHOW = ("-c", "alias.show-env=!env", "show-env")
FDS = ("-c", "alias.fds=!ls /proc/self/fd", "fds")


def program(place: Path, body: str) -> str:
    place.write_text(f"#!/bin/sh\n{body}\n")
    place.chmod(0o755)
    return str(place)


def by_every_lane(git: Git, *arguments: str) -> list[bytes]:
    """Run one command as a read, as an act, in a conversation and as a stream; return what each printed."""
    with git.talk(*arguments) as process:
        talked = process.stdout.read()
    with git.stream(*arguments, stdin=b"") as output:
        streamed = output.read()
    return [git.ask(*arguments).out, git.act(*arguments).out, talked, streamed]


def test_a_value_a_defined_no_and_everything_else(root):
    git = Git.at(root)
    assert git.ask("cat-file", "-t", "HEAD").line == "commit"
    assert git.ask("rev-parse", "--verify", "--quiet", "nothing", no=(1,)).yes is False
    for lane in (git.ask, git.act):
        with pytest.raises(EnvironmentFailed, match=r"`git rev-parse` did not succeed \(exit 1\)"):
            lane("rev-parse", "--verify", "--quiet", "nothing")


def test_a_killed_child_answers_nothing(root, tmp_path):
    git = Git(root, program(tmp_path / "git", "kill -9 $$"), (), {})
    for lane in (git.ask, git.act):
        with pytest.raises(EnvironmentFailed, match="`git status` was ended by signal 9"):
            lane("-c", "a=b", "--no-pager", "status", no=(1, 128, 137))


@pytest.mark.parametrize("hooked", [False, True])
def test_a_program_that_cannot_start_is_an_error_with_its_reason(root, tmp_path, monkeypatch, hooked):
    for name in leaked(os.environ):
        monkeypatch.delenv(name)
    if hooked:
        monkeypatch.setenv("GIT_DIR", "/theirs")
    git = Git(root, str(tmp_path / "gone"), (), {})
    for lane in (git.ask, git.act):
        with pytest.raises(EnvironmentFailed, match="No such file or directory"):
            lane("status")
    with pytest.raises(EnvironmentFailed, match="could not be started"), git.stream("status", stdin=b""):
        pass


def test_output_keeps_its_last_newline_and_input_arrives_whole(root):
    big = b"x\n" * 200_000
    name = Git.at(root).act("hash-object", "-w", "--stdin", stdin=big).line
    assert Git.at(root).ask("cat-file", "blob", name).out == big


def test_no_variable_of_git_redirects_a_child(root, tmp_path, make_repo, monkeypatch):
    other = make_repo({"other.py": ""})
    hostile = {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_OBJECT_DIRECTORY": str(tmp_path),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "true",
        "GIT_TERMINAL_PROMPT": "1",
        "GIT_NAMESPACE": "elsewhere",
    }
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    git = Git.at(root)
    for printed in by_every_lane(git, "rev-parse", "--show-toplevel"):
        assert printed.decode() == f"{root}\n"
    for printed in by_every_lane(git, *SHOW):
        seen = dict(line.split("=", 1) for line in printed.decode().splitlines() if line.startswith(("GIT_", "LC_")))
        assert seen["GIT_TERMINAL_PROMPT"] == "0"
        assert seen["GIT_NO_LAZY_FETCH"] == "1"
        assert seen["GIT_OPTIONAL_LOCKS"] == "0"
        assert seen["GIT_LFS_SKIP_SMUDGE"] == "1"
        assert seen["LC_ALL"] == "C"
        assert not {"GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE", "GIT_CONFIG_COUNT"} & set(seen)


def test_settings_that_start_programs_or_risk_objects_are_off_for_every_child(root, git):
    for name in ("core.hooksPath", "core.fsmonitor", "gc.auto", "maintenance.auto", "core.fsync"):
        git(root, "config", name, "theirs")
    for printed in by_every_lane(Git.at(root), "config", "--list"):
        effective = dict(line.split("=", 1) for line in printed.decode().splitlines())
        assert effective["core.hookspath"] == "/dev/null"
        assert effective["core.fsmonitor"] == "false"
        assert effective["gc.auto"] == "0"
        assert effective["maintenance.auto"] == "false"
        assert effective["core.fsync"] == "loose-object,reference"


def test_our_own_variables_win_over_leaked_ones(root, monkeypatch):
    monkeypatch.setenv("GIT_INDEX_FILE", "/theirs")
    for printed in by_every_lane(Git.at(root).having(GIT_INDEX_FILE="/ours"), *SHOW):
        assert b"GIT_INDEX_FILE=/ours\n" in printed


def test_all_that_git_calls_local_is_scrubbed_and_the_persons_configuration_stays():
    local = subprocess.run(["git", "rev-parse", "--local-env-vars"], capture_output=True, text=True, check=True)
    names = local.stdout.split()
    assert len(names) > 10
    assert leaked(dict.fromkeys([*names, "GIT_SSH", "PATH", "GIT_CONFIG_GLOBAL"], "")) == tuple(
        sorted([*names, "GIT_SSH"])
    )


def test_every_child_inherits_the_descriptors_it_was_given(root):
    held = os.open(root, os.O_RDONLY)
    try:
        for printed in by_every_lane(Git.at(root).giving((held,)), *FDS):
            assert str(held) in printed.decode().split()
        for printed in by_every_lane(Git.at(root), *FDS):
            assert str(held) not in printed.decode().split()
    finally:
        os.close(held)


def test_an_unwinding_act_ends_git_by_term_so_that_it_can_clean_up(root, tmp_path):
    cleaned = tmp_path / "cleaned"
    body = f"trap 'touch {cleaned}; exit 1' TERM\necho ready\nwhile :; do sleep 0.01; done"
    git = Git(root, program(tmp_path / "git", body), (), {})

    def interrupted():
        with git.talk("fast-import") as process:
            assert process.stdout.readline() == b"ready\n"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert cleaned.exists()


def test_a_conversation_that_breaks_off_is_not_a_success(root, tmp_path):
    def write_on(git):
        with git.talk("fast-import") as process:
            while True:
                process.stdin.write(b"x" * io.DEFAULT_BUFFER_SIZE)

    with pytest.raises(EnvironmentFailed, match="ended before its work was done"):
        write_on(Git(root, program(tmp_path / "good", "exit 0"), (), {}))
    with pytest.raises(EnvironmentFailed, match="no space left"):
        write_on(Git(root, program(tmp_path / "bad", "echo no space left >&2; exit 1"), (), {}))


def test_a_stream_can_be_left_early_and_says_when_it_fails(root):
    git = Git.at(root)
    with git.stream("cat-file", "--batch", stdin=b"HEAD\n" * 5000) as output:
        assert output.readline().split()[1] == b"commit"
        with pytest.raises(ZeroDivisionError), git.stream("cat-file", "--batch", stdin=b"HEAD\n"):
            raise ZeroDivisionError
        output.read()
    with pytest.raises(EnvironmentFailed, match="`git cat-file` did not succeed"), git.stream("cat-file", stdin=b""):
        pass


READING = """
import sys
from pathlib import Path
from workbench.repo import candidate, history, leftovers, owners, refs, sandbox, trailers
from workbench.repo.repository import open_repository
from workbench.repo.sources import CommitSources
from workbench.repo.working_tree import WorkingTreeSources
repo = open_repository(Path(sys.argv[1]))
for sources in (CommitSources(repo, repo.head().commit), WorkingTreeSources(repo)):
    assert len(list(sources.read([entry.path for entry in sources.entries()]))) == 4
refs.read_ref(repo, "refs/heads/main"), repo.dirty(), repo.resolve("main")
assert "git" not in sys.modules
"""


def test_reading_does_not_pay_for_importing_gitpython(root):
    subprocess.run([sys.executable, "-c", READING, root], check=True)


def test_git_is_found_once_and_never_inside_the_repository(root, tmp_path, monkeypatch):
    planted = root / "bin"
    planted.mkdir()
    program(planted / "git", "echo planted")
    real = find_git(os.environ["PATH"], outside=root)
    monkeypatch.setenv("PATH", f"bin:.:{planted}:{os.environ['PATH']}")
    monkeypatch.chdir(root)
    assert Git.at(root / "app").executable == real
    assert Path(real).is_absolute()
    assert find_git(f"{planted}:{tmp_path}", outside=None) == str(planted / "git")
    monkeypatch.setenv("PATH", f"{planted}:{tmp_path}")
    with pytest.raises(EnvironmentFailed, match="git was not found"):
        Git.at(root)


def test_paths_survive_as_bytes_and_can_always_be_shown():
    odd = text(b"caf\xe9.py")
    assert raw(odd) == b"caf\xe9.py"
    assert not is_utf8(odd)
    assert is_utf8("café.py")
    assert shown(odd) == r"caf\xe9.py"


IMPORTING = """
import os, sys
from pathlib import Path
from workbench.repo.git import Git
before = dict(os.environ)
assert Git(Path(sys.argv[1]), sys.argv[2], (), {}).act("rev-parse", "HEAD").yes
assert dict(os.environ) == before
assert "git.cmd" in sys.modules
"""


def test_importing_gitpython_starts_no_git(root, tmp_path, monkeypatch):
    program(tmp_path / "git", f"touch {tmp_path}/started")
    real = find_git(os.environ["PATH"], outside=None)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("GIT_PYTHON_REFRESH", "raise")
    subprocess.run([sys.executable, "-c", IMPORTING, root, real], check=True)
    assert not (tmp_path / "started").exists()


def test_importing_gitpython_leaves_the_environment_as_it_was(root, monkeypatch):
    monkeypatch.setenv("GIT_PYTHON_REFRESH", "raise")
    for name in [name for name in sys.modules if name == "git" or name.startswith("git.")]:
        monkeypatch.delitem(sys.modules, name)
    before = dict(os.environ)
    assert Git(root, find_git(os.environ["PATH"], outside=None), (), {}).act("rev-parse", "HEAD").yes
    assert dict(os.environ) == before
    assert "git" in sys.modules
