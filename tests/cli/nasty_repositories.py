"""One small builder for each nasty repository, with what a migration of it comes to.

A builder gets a plain repository with the sample in it (`Place`), spoils it, and may name another directory to work in.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

USE = "from app.old import make\n\nvalue = make(1)\n"
DONE = "from app.new import build\n\nvalue = build(1)\n"
_ODD = ("-rf.py", "--output=x.py", ":(top)x.py", "a'b\"c.py", "tab\there.py", "two\nlines.py", "glob*[x]?.py")
_LONG = "n" * 252 + ".py"


@dataclass(frozen=True)
class Place:
    """A repository at `root`, a directory beside it, and `git(*arguments, stdin=b"")` in the repository."""

    root: Path
    beside: Path
    run: Callable[..., str]
    setenv: Callable[[str, str], None]

    def git(self, *arguments: str, stdin: bytes = b"", at: Path | None = None) -> str:
        return self.run(at or self.root, *arguments, stdin=stdin)

    def write(self, name: str, text: str | bytes = "", mode: int = 0o644) -> Path:
        place = self.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
        place.chmod(mode)
        return place

    def commit(self) -> None:
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", "more")

    def graft(self, *names: bytes, mode: bytes = b"100644", blob: str = "") -> None:
        """Commit files by name through the index alone, so that no file system has a say in it."""
        name = blob or self.git("hash-object", "-w", "--stdin", stdin=USE.encode())
        lines = b"".join(b"%s %s\t%s\0" % (mode, name.encode(), one) for one in names)
        self.git("update-index", "-z", "--index-info", stdin=lines)
        self.git("commit", "--quiet", "--message", "by name")


@dataclass(frozen=True)
class Nasty:
    """What becomes of it: exit code of `run`, words it says, files it changes, what `scan` (of `scanned`) skips."""

    build: Callable[[Place], Path | None]
    code: int = 0
    says: str = ""
    changed: tuple[str, ...] = ("app/a.py",)
    scanned: str = ""
    skipped: Mapping[str, str] = field(default_factory=dict)


NASTY: dict[str, Nasty] = {}


def nasty(name: str, **outcome: object) -> Callable[[Callable[[Place], Path | None]], Callable[[Place], Path | None]]:
    """Enter a builder in the table under `name`, with its outcome."""

    def enter(build: Callable[[Place], Path | None]) -> Callable[[Place], Path | None]:
        NASTY[name] = Nasty(build, **outcome)
        return build

    return enter


# Work of the user's


@nasty("staged")
def _staged(it: Place) -> None:
    it.write("app/a.py", "staged = 1\n")
    it.git("add", "app/a.py")


@nasty("staged, edited on top, deleted, untracked and ignored in the way")
def _busy(it: Place) -> None:
    _staged(it)
    it.write("app/a.py", "edited = 1\n")
    (it.root / "app" / "new.py").unlink()
    it.write("mine.txt", "untracked")
    it.write("app/__pycache__/a.pyc", "ignored")


@nasty("intent to add, assume unchanged, skip-worktree")
def _flags(it: Place) -> None:
    it.write("later.py", USE)
    it.git("add", "--intent-to-add", "later.py")
    it.git("update-index", "--assume-unchanged", "app/a.py")
    it.write("app/a.py", "hidden edit\n")
    it.git("update-index", "--skip-worktree", "app/new.py")


@nasty("split index")
def _split(it: Place) -> None:
    it.git("update-index", "--split-index")


# Operations under way


def _diverged(it: Place) -> None:
    it.git("checkout", "--quiet", "-b", "side")
    it.write("README", "side\n")
    it.commit()
    it.git("checkout", "--quiet", "main")
    it.write("README", "main\n")
    it.commit()


def _stopped(*command: str) -> Callable[[Place], None]:
    def build(it: Place) -> None:
        _diverged(it)
        try:
            it.git(*command)
        except AssertionError:
            return
        raise ValueError(f"{command} did not stop")

    return build


for _name, _command in {
    "merge": ("merge", "side"),
    "rebase": ("rebase", "side"),
    "rebase by patches": ("rebase", "--apply", "side"),
    "cherry-pick": ("cherry-pick", "side"),
    "revert": ("revert", "--no-edit", "HEAD~1"),
}.items():
    if _name != "revert":
        nasty(f"{_name} stopped by a conflict")(_stopped(*_command))


@nasty("revert stopped by a conflict")
def _revert(it: Place) -> None:
    it.write("README", "one\n")
    it.commit()
    it.write("README", "two\n")
    it.commit()
    try:
        it.git("revert", "--no-edit", "HEAD~1")
    except AssertionError:
        return
    raise ValueError("the revert did not stop")


@nasty("am stopped by a conflict")
def _am(it: Place) -> None:
    _diverged(it)
    patch = it.git("format-patch", "--stdout", "-1", "side")
    try:
        it.git("am", "--quiet", stdin=patch.encode() + b"\n")
    except AssertionError:
        return
    raise ValueError("the patch applied")


@nasty("bisect")
def _bisect(it: Place) -> None:
    it.git("bisect", "start")


# Kinds of clones and places


@nasty("shallow clone")
def _shallow(it: Place) -> Path:
    it.commit()
    it.git("clone", "--quiet", "--depth=1", it.root.as_uri(), str(it.beside / "clone"))
    return it.beside / "clone"


def _partial(it: Place, *options: str) -> Path:
    it.git("config", "uploadpack.allowFilter", "true")
    it.git("clone", "--quiet", "--filter=blob:none", *options, it.root.as_uri(), str(it.beside / "clone"))
    return it.beside / "clone"


@nasty("partial clone that has what is checked out")
def _partial_full(it: Place) -> Path:
    return _partial(it)


@nasty("partial clone without the blobs", code=5, says="partial clone", changed=())
def _partial_empty(it: Place) -> Path:
    clone = _partial(it, "--no-checkout")
    it.git("remote", "set-url", "origin", "/gone", at=clone)
    return clone


@nasty("objects borrowed from another repository")
def _shared(it: Place) -> Path:
    it.git("clone", "--quiet", "--shared", str(it.root), str(it.beside / "clone"))
    return it.beside / "clone"


@nasty("a repository whose lender is gone", code=5, says="git", changed=())
def _orphaned(it: Place) -> Path:
    clone = _shared(it)
    (clone / ".git" / "objects" / "info" / "alternates").write_text("/gone/objects\n")
    return clone


@nasty("a linked working tree, and its branch checked out there")
def _linked(it: Place) -> Path:
    it.git("worktree", "add", "--quiet", "-b", "side", str(it.beside / "linked"))
    return it.beside / "linked"


@nasty("git directory elsewhere")
def _separate(it: Place) -> None:
    it.git("init", "--quiet", f"--separate-git-dir={it.beside / 'store'}")


@nasty("inside a submodule")
def _in_submodule(it: Place) -> Path:
    outer = it.beside / "outer"
    outer.mkdir()
    it.git("init", "--quiet", at=outer)
    it.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(it.root), "inner", at=outer)
    return outer / "inner"


@nasty("a submodule that is edited inside")
def _submodule(it: Place) -> None:
    it.git("clone", "--quiet", ".", str(it.beside / "other"))
    command = ("submodule", "--quiet", "add", str(it.beside / "other"), "vendored.py")
    it.git("-c", "protocol.file.allow=always", *command)
    it.commit()
    it.write("vendored.py/app/a.py", "edited inside\n")


@nasty("a repository inside that nobody tracks")
def _nested(it: Place) -> None:
    it.git("clone", "--quiet", ".", str(it.root / "inner.py"))


@nasty(
    "sparse checkout",
    skipped={f"app/{name}.py": "not-checked-out" for name in ("__init__", "a", "new", "old")},
)
def _sparse(it: Place) -> None:
    it.write("docs/x.md", "x")
    it.commit()
    it.git("sparse-checkout", "set", "docs")


@nasty("called bare, though files lie there")
def _called_bare(it: Place) -> None:
    it.git("config", "core.bare", "true")


# Content that is not what it looks like


@nasty("a file kept as a pointer (LFS)", skipped={"app/a.py": "filter=lfs"}, changed=())
def _lfs(it: Place) -> None:
    it.write(".gitattributes", "app/a.py filter=lfs\n")
    it.commit()


@nasty("a filter with a program", skipped={"app/a.py": "filter=spy"}, changed=())
def _filter(it: Place) -> None:
    it.write(".gitattributes", "app/a.py filter=spy\n")
    it.commit()
    for which in ("clean", "smudge"):
        it.git("config", f"filter.spy.{which}", "tr a-z A-Z")


@nasty(
    "re-encoded in the working tree", scanned="HEAD", skipped={"app/a.py": "working-tree-encoding=UTF-16"}, changed=()
)
def _encoded(it: Place) -> None:
    it.write("app/a.py", USE.encode("utf-16"))
    it.write(".gitattributes", "app/a.py working-tree-encoding=UTF-16\n")
    it.commit()


@nasty("line ends by attribute")
def _crlf(it: Place) -> None:
    it.write(".gitattributes", "*.py text eol=crlf\n")
    it.commit()
    it.git("rm", "--quiet", "-r", "--cached", "app")
    it.write("app/a.py", USE.replace("\n", "\r\n"))
    it.git("add", "--all")


@nasty("line ends by configuration")
def _autocrlf(it: Place) -> None:
    it.git("config", "core.autocrlf", "true")
    it.write("app/a.py", USE.replace("\n", "\r\n"))


@nasty("executable source, without a final newline", changed=("app/a.py", "app/tool.py"))
def _executable(it: Place) -> None:
    it.write("app/tool.py", "#!/usr/bin/env python\n" + USE.rstrip("\n"), 0o755)
    it.commit()


@nasty("links: to a file, out of the repository, in a circle", skipped={"in.py": "symlink", "round.py": "symlink"})
def _links(it: Place) -> None:
    (it.beside / "lib").mkdir()
    (it.beside / "lib" / "x.py").write_text(USE)
    (it.root / "in.py").symlink_to("app/a.py")
    (it.root / "lib").symlink_to(it.beside / "lib")
    (it.root / "round.py").symlink_to("round.py")
    it.commit()


# Names


@nasty("names that read like options, magic, quotes and line breaks", changed=("app/a.py", *_ODD))
def _odd(it: Place) -> None:
    for name in _ODD:
        it.write(name, USE)
    it.commit()


@nasty("a name that is not UTF-8", skipped={r"caf\xe9.py": "path-not-utf8"})
def _bytes(it: Place) -> None:
    it.graft(b"caf\xe9.py")
    it.git("checkout", "--quiet", "--", ".")


@nasty("a name as long as names get", changed=("app/a.py", _LONG))
def _long(it: Place) -> None:
    it.write(_LONG, USE)
    it.commit()


@nasty("a path longer than any file system takes", changed=("app/a.py", "/".join(["d" * 200] * 22) + "/x.py"))
def _deep(it: Place) -> None:
    it.graft(b"/".join([b"d" * 200] * 22) + b"/x.py")


@nasty("twins in case", changed=("app/a.py", "app/Twin.py", "app/twin.py"))
def _case(it: Place) -> None:
    it.graft(b"app/Twin.py", b"app/twin.py")
    it.git("checkout", "--quiet", "--", ".")


_NFC, _NFD = (unicodedata.normalize(form, "app/é.py") for form in ("NFC", "NFD"))


@nasty("twins in accents", changed=("app/a.py", _NFC, _NFD))
def _accents(it: Place) -> None:
    it.graft(_NFC.encode(), _NFD.encode())
    it.git("checkout", "--quiet", "--", ".")


@nasty("a thousand files", changed=("app/a.py",))
def _many(it: Place) -> None:
    it.graft(*(b"many/%d/m%d.py" % (n % 50, n) for n in range(1000)), blob=it.git("rev-parse", "HEAD:app/old.py"))
    it.git("checkout", "--quiet", "--", ".")


# Refs and history


@nasty("a branch called like an option")
def _option(it: Place) -> None:
    it.git("update-ref", "refs/heads/-x", "HEAD")
    it.git("symbolic-ref", "HEAD", "refs/heads/-x")


@nasty("a tag called like the branch, elsewhere")
def _tag(it: Place) -> None:
    it.git("tag", "main", it.git("commit-tree", "-m", "empty", it.git("mktree")))


@nasty("tags and branches called HEAD and like objects")
def _heads(it: Place) -> None:
    it.git("update-ref", "refs/heads/HEAD", "HEAD")
    it.git("update-ref", f"refs/tags/{it.git('rev-parse', 'HEAD')}", "HEAD^{tree}")


@nasty("packed refs")
def _packed(it: Place) -> None:
    it.git("pack-refs", "--all")


@nasty("a replaced file")
def _replaced(it: Place) -> None:
    it.git("replace", "HEAD:app/a.py", "HEAD:app/new.py")


@nasty("grafted history")
def _grafts(it: Place) -> None:
    it.commit()
    it.write(".git/info/grafts", it.git("rev-parse", "HEAD") + "\n")


@nasty("a branch where ours would be", code=3, says="refs/heads/workbench/small cannot be made", changed=())
def _clash(it: Place) -> None:
    it.git("branch", "workbench")


@nasty("an extension git does not know", code=5, says="extension", changed=())
def _extension(it: Place) -> None:
    it.git("config", "core.repositoryFormatVersion", "1")
    it.git("config", "extensions.fromTheFuture", "true")


@nasty("a file whose content is lost", code=5, says="git fsck", changed=())
def _lost(it: Place) -> None:
    name = it.git("rev-parse", "HEAD:app/a.py")
    (it.root / ".git" / "objects" / name[:2] / name[2:]).unlink()


# Locks, and places that cannot be written


for _lock in ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "packed-refs.new", "refs/heads/main.lock"):

    def _locked(it: Place, name: str = f".git/{_lock}") -> None:
        it.write(name)

    nasty(f"somebody's {_lock}")(_locked)


@nasty("our own branch's lock, left by a kill")
def _own_lock(it: Place) -> None:
    it.write(".git/refs/heads/workbench/small.lock")


@nasty("a file where our directory would be", code=5, says="could not be made", changed=())
def _no_room(it: Place) -> None:
    it.write(".git/workbench")


@nasty("a link where our ledger would be", code=3, says="not a regular file", changed=())
def _planted(it: Place) -> None:
    (it.root / ".git" / "workbench").mkdir(mode=0o700)
    (it.root / ".git" / "workbench" / "ledger.db").symlink_to(it.beside / "RAN")


# Programs that somebody configured: none may ever run


@nasty("hooks that tell, fail and hang")
def _hooks(it: Place) -> None:
    for name in (
        "pre-commit",
        "commit-msg",
        "post-commit",
        "post-checkout",
        "post-index-change",
        "reference-transaction",
    ):
        it.write(f".git/hooks/{name}", f"#!/bin/sh\ntouch {it.beside}/RAN\nsleep 60\nexit 1\n", 0o755)


@nasty("hooks from the tree itself")
def _tree_hooks(it: Place) -> None:
    it.write("hooks/reference-transaction", f"#!/bin/sh\ntouch {it.beside}/RAN\nexit 1\n", 0o755)
    it.commit()
    it.git("config", "core.hooksPath", "hooks")


@nasty("programs in the configuration: monitor, signer, pager, editor, diff, merge, alias, ssh")
def _programs(it: Place) -> None:
    spy = it.write(".git/spy", f"#!/bin/sh\ntouch {it.beside}/RAN\nexit 1\n", 0o755)
    it.write(".gitattributes", "*.py diff=spy merge=spy\n")
    it.commit()
    for name in (
        *(
            "core.fsmonitor",
            "core.pager",
            "core.editor",
            "core.sshCommand",
            "core.askPass",
            "core.alternateRefsCommand",
        ),
        *(
            "gpg.program",
            "diff.external",
            "diff.spy.textconv",
            "diff.spy.command",
            "merge.spy.driver",
            "credential.helper",
        ),
    ):
        it.git("config", name, str(spy))
    for name in ("status", "rev-parse", "update-ref"):
        it.git("config", f"alias.{name}", f"!{spy}")
    it.git("config", "commit.gpgSign", "true")
    it.git("config", "pager.ls-tree", str(spy))


@nasty("a program called git in the repository, first on PATH")
def _own_git(it: Place) -> None:
    it.write("bin/git", f"#!/bin/sh\ntouch {it.beside}/RAN\nexit 1\n", 0o755)
    it.commit()
    it.setenv("PATH", os.pathsep.join([str(it.root / "bin"), "bin", os.environ["PATH"]]))


@nasty("variables that lead git elsewhere")
def _variables(it: Place) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"):
        it.setenv(name, str(it.beside))
    it.setenv("GIT_EXTERNAL_DIFF", f"touch {it.beside}/RAN")


@nasty("a commit is checked out, and no branch")
def _detached(it: Place) -> None:
    it.git("checkout", "--quiet", "--detach")


@nasty("no commit yet", code=3, says="no commit yet", changed=())
def _unborn(it: Place) -> Path:
    it.git("init", "--quiet", str(it.beside / "unborn"))
    return it.beside / "unborn"


@nasty("bare")
def _bare(it: Place) -> Path:
    it.git("clone", "--quiet", "--bare", ".", str(it.beside / "store"))
    return it.beside / "store"


@nasty("object names of the longer kind")
def _sha256(it: Place) -> Path:
    clone = it.beside / "sha256"
    it.git("init", "--quiet", "--object-format=sha256", "--initial-branch=main", str(clone))
    for name in ("app/__init__.py", "app/a.py", "app/new.py", "app/old.py"):
        (clone / name).parent.mkdir(exist_ok=True)
        (clone / name).write_bytes((it.root / name).read_bytes())
    it.git("add", ".", at=clone)
    it.git("commit", "--quiet", "--message", "base", at=clone)
    return clone
