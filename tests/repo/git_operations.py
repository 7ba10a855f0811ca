"""Every operation of the room that has a git change something on the disk, and how each is repeated after a kill."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from landing import commit_aside, run

from workbench.model.errors import EnvironmentFailed
from workbench.repo.candidate import build_candidate, commit_tree
from workbench.repo.create import create_repository
from workbench.repo.forecast import Forecast, merge_forecast
from workbench.repo.git import Git
from workbench.repo.history import merge_tree_revert
from workbench.repo.land import Lander, Move
from workbench.repo.leftovers import sweep
from workbench.repo.refs import compare_and_swap, create_ref, put_ref, read_ref
from workbench.repo.repository import Repository
from workbench.repo.sandbox import Sandbox
from workbench.repo.sources import CommitSources

RUN_BRANCH = "refs/heads/workbench/plan"
PIN = "refs/workbench/r/cand"
LINES = "".join(f"line {n}\n" for n in range(20))
WIDE = 110  # so many objects stay a pack


@dataclass(frozen=True)
class Commits:
    """The commits of the template, by what they are for."""

    base: str
    first: str
    second: str
    other: str
    landed: str
    wide: str


@dataclass(frozen=True)
class Ground:
    """A fresh copy of the template at `root`, a directory beside it, and the git that is asked."""

    root: Path
    aside: Path
    commits: Commits
    git: str

    @property
    def repo(self) -> Repository:
        return Repository(Git(self.root, self.git, (), {}), self.root, self.root / ".git", self.root / ".git")


def resumed(ground: Ground) -> None:
    """Do what `resume` does before it goes on."""
    sweep(ground.repo, run_branch=RUN_BRANCH)
    shutil.rmtree(ground.aside / "sandbox", ignore_errors=True)


@dataclass(frozen=True)
class Operation:
    """`do` it, after `prepare`; killed, `recover` and do it again.

    `weaker` is what may be answered to a kill instead. `part` says from which system call on every how many-th is
    killed; each git is at these `moments` besides. One that `lands` writes what is the user's.
    """

    name: str
    do: Callable[[Ground], object]
    prepare: Callable[[Ground], object] = lambda _: None
    recover: Callable[[Ground], object] = resumed
    weaker: object = None
    part: tuple[int, int] = (0, 1)
    moments: tuple[str, ...] = ("before", "after")
    lands: bool = False


def make_template(root: Path) -> Commits:
    """Make a repository in the middle of somebody's work: one edit staged, one not, a file that git does not know."""
    run(root, "init", "-q", "--template=", "--initial-branch=main")
    files = {"app/a.py": LINES, "app/b.py": "b\n", "README": "read me\n", ".gitattributes": "*.bin filter=lfs\n"}
    for path, content in files.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(content)
    run(root, "add", "--all")
    run(root, "commit", "-q", "-m", "base")
    base = run(root, "rev-parse", "HEAD")
    first_lines, last_lines = LINES.replace("line 1\n", "new 1\n"), LINES.replace("line 9\n", "new 9\n")
    both = first_lines.replace("line 9\n", "new 9\n")
    first = commit_aside(root, {"app/a.py": first_lines.encode(), "app/b.py": b"B\n"})
    second = commit_aside(root, {"app/a.py": both.encode()}, parent=first)
    other = commit_aside(root, {"app/a.py": last_lines.encode(), "app/b.py": b"other\n"})
    landed = commit_aside(root, {"app/a.py": both.encode(), "app/b.py": None, "app/new/c.py": b"c\n"})
    wide = commit_aside(root, {f"wide/{n}.py": b"w\n" for n in range(WIDE)})
    for name in ("first", "second", "other", "landed", "wide"):
        run(root, "update-ref", f"refs/tags/{name}", locals()[name])
    run(root, "repack", "-q", "-a", "-d")
    run(root, "pack-refs", "--all")
    (root / "README").write_text("staged\n")
    run(root, "add", "README")
    (root / "README").write_text("edited after staging\n")
    (root / "untracked.py").write_text("mine\n")
    return Commits(base, first, second, other, landed, wide)


def _candidate(ground: Ground, parent: str, changes: dict[str, bytes]) -> object:
    return build_candidate(ground.repo, parent=parent, changes=changes, message="m", when=1)


def _branch(ground: Ground) -> None:
    create_ref(ground.repo, RUN_BRANCH, ground.commits.base)


def _move_branch(ground: Ground) -> None:
    commits = ground.commits
    compare_and_swap(ground.repo, RUN_BRANCH, new=commits.first, old=commits.base, reason="keep")


def _attributes(ground: Ground) -> object:
    return CommitSources(ground.repo, ground.commits.base).refused_attributes(["a.bin", "app/a.py"])


def _untried(ground: Ground) -> None:
    """Clear what a killed forecast left among the system's temporary files, as the system does."""
    for place in ground.aside.glob("workbench-merge-*"):
        shutil.rmtree(place)


def _check_out(ground: Ground) -> object:
    """Check a commit out and return what lies there, and the tree id after a suite's edit."""
    sandbox = Sandbox.open(ground.repo, ground.aside / "sandbox")
    place = sandbox.checkout(ground.commits.first)
    lying = {str(one.relative_to(place)): one.read_bytes() for one in place.rglob("*") if one.is_file()}
    files = {path: content for path, content in lying.items() if not path.startswith(".git/")}
    (place / "app/a.py").write_text("a suite wrote this\n")
    return files, sandbox.held()


def _used_sandbox(ground: Ground) -> None:
    place = Sandbox.open(ground.repo, ground.aside / "sandbox").checkout(ground.commits.second)
    (place / "app/a.py").write_text("a suite wrote this\n")
    (place / "app/b.py").unlink()
    (place / "build").mkdir()
    (place / "build/made.txt").write_text("a suite wrote this\n")


def lander(ground: Ground, at: Callable[[str], None] = lambda _: None) -> Lander:
    return Lander(ground.repo, Move("l1", "main", ground.commits.base, ground.commits.landed, "land"), at)


def _land(ground: Ground) -> object:
    """Land as the engine does; what was begun is gone on with, from where the branch says that it is."""
    begun = (ground.aside / "begun").exists()
    if not begun:
        lander(ground).check()
        (ground.aside / "begun").touch()
    elif read_ref(ground.repo, "refs/heads/main") == ground.commits.landed:
        return lander(ground).close()
    return lander(ground).forward(resuming=begun)


def _take_back(ground: Ground) -> None:
    """Put everything back, as `abort` does unless the branch was moved, and forget that it was begun."""
    sweep(ground.repo)
    if read_ref(ground.repo, "refs/heads/main") != ground.commits.landed:
        lander(ground).undo()
        (ground.aside / "begun").unlink(missing_ok=True)


def _stopped_landing(ground: Ground) -> None:
    """Land until files and index are written and the branch is not; what was taken out is not there any more."""

    def stop(point: str) -> None:
        if point == "index-replaced":
            raise EnvironmentFailed("stop")

    with suppress(EnvironmentFailed):
        lander(ground, stop).forward()
    shutil.rmtree(ground.root / ".git/workbench/keep")


def _sample(ground: Ground) -> None:
    """Write the files of the demo, which nobody takes up again: it is made anew."""
    shutil.rmtree(ground.aside / "sample", ignore_errors=True)
    (ground.aside / "sample").mkdir()
    (ground.aside / "sample/a.py").write_text("a\n")


OPERATIONS = (
    Operation("pin", lambda ground: put_ref(ground.repo, PIN, ground.commits.first)),
    Operation(
        "pin-again",
        lambda ground: put_ref(ground.repo, PIN, ground.commits.second),
        prepare=lambda ground: put_ref(ground.repo, PIN, ground.commits.first),
    ),
    Operation("new-branch", lambda ground: create_ref(ground.repo, RUN_BRANCH, ground.commits.base)),
    Operation("move-branch", _move_branch, prepare=_branch),
    Operation(
        "candidate", lambda ground: _candidate(ground, ground.commits.base, {"app/a.py": b"new\n", "app/b.py": b"B\n"})
    ),
    Operation(
        "large-candidate",
        lambda ground: _candidate(ground, ground.commits.wide, {f"wide/{n}.py": b"%d\n" % n for n in range(WIDE)}),
    ),
    Operation(
        "commit-of-a-tree",
        lambda ground: commit_tree(
            ground.repo, tree=ground.repo.tree(ground.commits.first), parent=ground.commits.second, message="m", when=1
        ),
    ),
    Operation(
        "revert",
        lambda ground: merge_tree_revert(ground.repo, tip=ground.commits.second, commit=ground.commits.first),
    ),
    Operation("attributes", _attributes),
    Operation(
        "forecast",
        lambda ground: merge_forecast(ground.repo, ground.commits.second, ground.commits.other),
        recover=_untried,
        weaker=Forecast(("app/a.py", "app/b.py"), tried=False),
    ),
    Operation("sandbox", _check_out),
    Operation("used-sandbox", _check_out, prepare=_used_sandbox),
    Operation("landing-gone-on-with", _land, part=(0, 2), moments=("after",), lands=True),
    Operation("landing-put-back", _land, recover=_take_back, part=(1, 2), moments=(), lands=True),
    Operation("putting-back", lambda ground: lander(ground).undo(), prepare=_stopped_landing, lands=True),
    Operation(
        "sample",
        lambda ground: create_repository(ground.aside / "sample", message="m", when=1),
        prepare=_sample,
        recover=_sample,
        part=(0, 4),  # of gits that others have too, in a place that is thrown away
        moments=(),
    ),
)
