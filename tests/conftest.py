"""Seals git off from the machine for every test, and makes small repositories."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

from tests.checkout import below

# A deadline, or a complaint that drawing is slow, would be a statement about the machine.
settings.register_profile("workbench", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("workbench")

# A shell has what it starts in the background ignore Ctrl-C, and so would everything that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

_IDENTITY = {"NAME": "Ada", "EMAIL": "ada@example.org", "DATE": "1700000000 +0000"}

_MEMORY = Path("/dev/shm")

Run = Callable[..., str]
MakeRepo = Callable[..., Path]


@pytest.fixture(autouse=True)
def sealed(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No configuration, identity, date or repository of the machine reaches a test; returns the empty HOME."""
    return seal(monkeypatch, tmp_path_factory.mktemp("home"))


def seal(monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """Seal git off from the machine; `home` is empty."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        for field, value in _IDENTITY.items():
            monkeypatch.setenv(f"GIT_{role}_{field}", value)
    return home


@pytest.fixture
def git() -> Run:
    """`git(directory, *arguments, stdin=b"")` runs git and returns its output as text."""

    def run(directory: Path, *arguments: str, stdin: bytes = b"") -> str:
        ended = subprocess.run(["git", "-C", directory, *arguments], input=stdin, capture_output=True, check=False)
        assert ended.returncode == 0, (arguments, ended.stderr.decode())
        return ended.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    return run


@pytest.fixture
def make_repo(tmp_path_factory: pytest.TempPathFactory, git: Run) -> MakeRepo:
    """`make_repo(files, executable=(), object_format="sha1")` makes a repository with one commit on `main`."""

    def make(
        files: Mapping[str, str | bytes], *, executable: tuple[str, ...] = (), object_format: str = "sha1"
    ) -> Path:
        root = tmp_path_factory.mktemp("repo")
        git(root, "init", "--quiet", "--template=", "--initial-branch=main", f"--object-format={object_format}")
        for name, content in files.items():
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)
            place.chmod(0o755 if name in executable else 0o644)
        git(root, "-c", "core.autocrlf=false", "add", "--all", "--force")
        git(root, "commit", "--quiet", "--allow-empty", "--message", "base")
        return root

    return make


@pytest.fixture
def tree_of() -> Callable[[Path], dict[str, tuple[object, ...]]]:
    """Everything a run may not change in a checkout: content, mode, time and inode of every file, git's own too."""

    def look(root: Path) -> dict[str, tuple[object, ...]]:
        kept = ("HEAD", "config", "index", "description", "hooks")
        files = [path for path in below(root) if path.is_file()]
        files += [root / ".git" / name for name in kept if (root / ".git" / name).is_file()]
        seen: dict[str, tuple[object, ...]] = {}
        for path in files:
            stat = path.stat()
            seen[str(path)] = (path.read_bytes(), stat.st_mode, stat.st_mtime_ns, stat.st_ino)
        seen["branches"] = tuple((root / ".git" / "refs" / "heads" / "main").read_bytes())
        return seen

    return look


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """Return a directory in memory, where there is one: for tests whose time goes into flushing to a disk."""
    if not os.access(_MEMORY, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=_MEMORY) as found:
        yield Path(found)


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache directory for all tests: else each would compile pytest itself anew."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _one_cache(shared_cache: Path, sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))
