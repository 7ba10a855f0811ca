"""Each git of each operation is killed at every system call by which it changes the disk; then it is done again.

Needs strace, and leave to use it; without, these tests are skipped.
"""

from __future__ import annotations

import ast
import inspect
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import pytest
from doer import Doer
from git_operations import OPERATIONS, Commits, Ground, Operation, make_template
from landing import run
from struck_git import Kill, StruckGit

import workbench
from tests.checkout import below
from tests.reliability.traced_git import can_trace
from workbench.model.errors import EnvironmentFailed
from workbench.repo.git import Git

pytestmark = pytest.mark.skipif(not can_trace(), reason="strace is not there, or may not trace")
SOURCES = Path(workbench.__file__).parent
LEAST = 400
SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
READING = {
    *("cat-file", "check-attr", "config", "diff-tree", "for-each-ref", "hash-object", "ls-files", "ls-tree"),
    *("merge-base", "rev-list", "rev-parse", "show", "status", "symbolic-ref", "version", "worktree"),
}
TORN = ("**/*.lock", "**/packed-refs.new", "objects/**/tmp_*", "objects/**/*.keep", "fast_import_crash_*")
Site = tuple[str, int]


@dataclass(frozen=True)
class Look:
    """What is the user's, with the times, and where the refs are; a landing writes files and index of its own."""

    files: dict[str, bytes]
    refs: dict[str, bytes]
    index: object
    times: dict[str, int]


def look(root: Path, *, lands: bool) -> Look:
    git = root / ".git"
    mine = [one for one in below(root) if one.is_file()]
    refs = [one for one in (git / "refs").rglob("*") if one.is_file()]
    return Look(
        files={str(one.relative_to(root)): one.read_bytes() for one in [*mine, git / "HEAD", git / "config"]},
        refs={str(one.relative_to(git)): one.read_bytes() for one in [*refs, git / "packed-refs"]},
        index=run(root, "ls-files", "--stage") if lands else (git / "index").read_bytes(),
        times={} if lands else {str(one): one.stat().st_mtime_ns for one in [*mine, git / "index"]},
    )


@dataclass(frozen=True)
class Calm:
    """An operation that nobody disturbed: its answer, what is there then, and where its gits can be killed."""

    answer: object
    after: Look
    kills: tuple[Kill, ...]
    sites: frozenset[Site]


UNFINISHED = object()
Make = Callable[[Operation], Callable[[], Ground]]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Commits]:
    """Make the repository that all begin with, and its commits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "Ada")
            patch.setenv(f"GIT_{role}_EMAIL", "ada@example.org")
            patch.setenv(f"GIT_{role}_DATE", "1700000000 +0000")
        root = tmp_path_factory.mktemp("template")
        return root, make_template(root)


@pytest.fixture
def make(template: tuple[Path, Commits], in_memory: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """`make(operation)` prepares one and returns what makes a fresh copy of that, always at one place."""
    root, commits = template
    git = shutil.which("git")
    assert git is not None
    ground = Ground(in_memory / "here/root", in_memory / "here/aside", commits, git)
    monkeypatch.setattr(tempfile, "tempdir", str(ground.aside))

    def copied(source: Path) -> Ground:
        shutil.rmtree(in_memory / "here", ignore_errors=True)
        shutil.copytree(source, in_memory / "here", symlinks=True)
        return ground

    def prepared(operation: Operation) -> Callable[[], Ground]:
        start = in_memory / operation.name
        shutil.copytree(root, start / "root")
        (start / "aside").mkdir()
        operation.prepare(copied(start))
        shutil.rmtree(start)
        shutil.copytree(in_memory / "here", start, symlinks=True)
        return lambda: copied(start)

    return prepared


def struck(operation: Operation, ground: Ground, git: StruckGit, doer: Doer | None = None) -> object:
    """Do the operation with this git, which is first on PATH for those who look for one themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(git.directory), prepend=os.pathsep)
        ground = replace(ground, git=str(git.directory / "git"))
        if doer is None:
            return operation.do(ground)
        assert doer.do(operation.name, ground) in (0, -9)
        return UNFINISHED


@pytest.fixture(scope="module")
def seen() -> dict[str, Calm]:
    """What the operations did that were watched already."""
    return {}


def undisturbed(fresh: Callable[[], Ground], operation: Operation) -> Calm:
    """Do the operation once, with a git that is only watched."""
    ground = fresh()
    git = StruckGit(ground.aside.with_name("bin"))
    sites: set[Site] = set()
    sys.setprofile(lambda frame, event, _: sites.update(acts(frame, event)))
    try:
        answer = struck(operation, ground, git)
    finally:
        sys.setprofile(None)
    assert torn(ground) == []
    around = [Kill(number, moment) for number in range(1, git.count + 1) for moment in operation.moments]
    first, step = operation.part
    kills = (*list(git.kills())[first::step], *around)
    return Calm(answer, look(ground.root, lands=operation.lands), kills, frozenset(sites))


def killed(fresh: Callable[[], Ground], operation: Operation, calm: Calm, kill: Kill, doer: Doer) -> bool:
    """Kill one git once, recover, do it again; says whether the kill was met."""
    ground = fresh()
    git = StruckGit(ground.aside.with_name("bin"), kill)
    answer = UNFINISHED
    with suppress(EnvironmentFailed):
        answer = struck(operation, ground, git, doer if kill.both else None)
    if answer is UNFINISHED:
        operation.recover(ground)
        answer = again(operation, ground)
        assert answer == calm.answer
    assert answer in (calm.answer, operation.weaker or calm.answer)
    assert look(ground.root, lands=operation.lands) == calm.after
    # A git of the user's would say the same of such a lock, and how to go on.
    assert [one for one in torn(ground) if not (operation.lands and one.endswith("/HEAD.lock"))] == []
    assert run(ground.root, "fsck", "--strict", "--no-dangling") == ""
    return git.met


def again(operation: Operation, ground: Ground) -> object:
    """Do it again; a lock of a ref of the user's is his to remove, and he is told which."""
    git = ground.root / ".git"
    while True:
        locks = [*git.glob("HEAD.lock"), *git.glob("refs/heads/*.lock")] if operation.lands else []
        try:
            return operation.do(ground)
        except EnvironmentFailed as error:
            told = [one for one in locks if f"'{one}': File exists" in error.message]
            if not told:
                raise
            told[0].unlink()
        operation.recover(ground)


def torn(ground: Ground) -> list[str]:
    """Return what git or workbench left that should not be there."""
    git = ground.root / ".git"
    left = [one for pattern in TORN for one in git.glob(pattern)]
    left += (git / "workbench").glob("*")
    left += (one for one in ground.aside.iterdir() if one.name not in ("begun", "sample", "sandbox"))
    return [str(one) for one in left]


def repeated(operation: Operation, fresh: Callable[[], Ground], calm: Calm, doer: Doer, *, seed: int) -> None:
    """Kill at every call; every other time workbench dies with its git."""
    for number, one in enumerate(calm.kills, seed):
        kill = replace(one, both=bool(number % 2))
        # Where a second turns meanwhile, git may look at an index once more: then the call is another one.
        assert any(killed(fresh, operation, calm, kill, doer) for _ in range(3)), kill


@pytest.fixture(scope="module")
def doer() -> Iterator[Doer]:
    with Doer() as found:
        yield found


each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)


@each_operation
def test_a_git_killed_at_any_system_call_leaves_nothing_half_done(
    operation: Operation, make: Make, seen: dict[str, Calm], doer: Doer
) -> None:
    fresh = make(operation)
    calm = seen[operation.name] = undisturbed(fresh, operation)
    repeated(operation, fresh, calm, doer, seed=SEED)


@pytest.mark.nightly
@each_operation
def test_a_git_killed_the_other_way_round(operation: Operation, make: Make, doer: Doer) -> None:
    operation = replace(operation, part=(0, 1), moments=("before", "after"))
    fresh = make(operation)
    calm = undisturbed(fresh, operation)
    for seed in range(2):
        repeated(operation, fresh, calm, doer, seed=seed)


def acts(frame: FrameType, event: str) -> Iterator[Site]:
    """Yield where in our sources a git was started that changes something, if this is such a call."""
    if event != "call" or frame.f_code not in (Git.act.__code__, inspect.unwrap(Git.talk).__code__):
        return
    back = frame.f_back
    while back is not None and not _ours(back.f_code.co_filename):
        back = back.f_back
    assert back is not None
    yield str(Path(back.f_code.co_filename).relative_to(SOURCES)), back.f_lineno


def _ours(name: str) -> bool:
    return Path(name).is_relative_to(SOURCES) and not name.endswith("repo/git.py")


def calls_of(*methods: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of a method of that name in our sources, with its file."""
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods:
                yield str(file.relative_to(SOURCES)), node


def test_every_git_that_changes_something_is_killed(make: Make, seen: dict[str, Calm]) -> None:
    calm = [seen.get(one.name) or undisturbed(make(one), one) for one in OPERATIONS]
    done = {site for one in calm for site in one.sites}
    missing = [
        (file, node.lineno)
        for file, node in calls_of("act", "talk")
        if file != "repo/git.py" and not any((file, line) in done for line in range(node.lineno, node.end_lineno + 1))
    ]
    assert missing == []
    assert sum(len(one.kills) for one in calm) > LEAST


def test_what_is_only_asked_changes_nothing() -> None:
    asked = {node.args[0].value for file, node in calls_of("ask", "stream") if isinstance(node.args[0], ast.Constant)}
    assert asked == READING
