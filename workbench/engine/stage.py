"""The sandbox of a run with everything a gate needs to run in it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from platformdirs import user_cache_path

from workbench.engine.workspace import Workspace
from workbench.gates.bench import Bench
from workbench.gates.environment import gate_environment
from workbench.gates.interpreter import find_python
from workbench.gates.leash import Leash
from workbench.gates.witnessed import Wanted
from workbench.repo.repository import Repository
from workbench.repo.sandbox import Sandbox


def place_of(repo: Repository) -> Path:
    """Return where the sandboxes of a repository lie while a run is at work."""
    return user_cache_path("workbench") / "sandboxes" / hashlib.sha256(bytes(repo.common_dir)).hexdigest()[:16]


def clear(repo: Repository) -> None:
    """Remove the sandboxes of a repository; the run lock must be held, so that what lies there is of a dead run."""
    place = place_of(repo)
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(user_cache_path("workbench") / "bytecode" / place.relative_to(place.anchor), ignore_errors=True)


class Stage:
    """Checks out one commit at a time, at `home`: a private directory for all of it, which goes with the run."""

    def __init__(self, ws: Workspace, sandbox: Sandbox, home: Path, inherit: tuple[int, ...], *, apart: bool) -> None:
        self._ws, self._sandbox, self._inherit = ws, sandbox, inherit
        self.home = home
        self._scratch = home / "scratch"
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._temporary = home / "tmp" if apart else None
        self.python = find_python(ws.spec.run, ws.repo.root, ws.means.environ)
        self.wanted: Wanted = {}

    @classmethod
    @contextmanager
    def open(cls, ws: Workspace, *, inherit: tuple[int, ...]) -> Iterator[Stage]:
        """Make the sandbox of a repository in the user's cache directory; it is gone afterwards."""
        with cls.open_several(ws, 1, inherit=inherit) as (stage,):
            yield stage

    @classmethod
    @contextmanager
    def open_several(cls, ws: Workspace, count: int, *, inherit: tuple[int, ...]) -> Iterator[tuple[Stage, ...]]:
        """Make `count` sandboxes; where there are several, each has a directory for temporary files of its own."""
        clear(ws.repo)
        place = place_of(ws.repo)
        place.mkdir(mode=0o700, parents=True)
        homes = [place / f"{number}" for number in range(1, count + 1)]
        try:
            with ExitStack() as stack:
                sandboxes = [stack.enter_context(Sandbox.open(ws.repo, home / "sandbox")) for home in homes]
                pairs = zip(sandboxes, homes, strict=True)
                yield tuple(cls(ws, sandbox, home, inherit, apart=count > 1) for sandbox, home in pairs)
        finally:
            clear(ws.repo)

    def tree_of(self, commit: str) -> str:
        """Check `commit` out and return the tree id of the files that lie there then."""
        self._sandbox.checkout(commit)
        return self._sandbox.held()

    def at(self, commit: str, leash: Leash | None = None) -> Bench:
        """Return a bench on which exactly `commit` lies, with no bytecode of any other commit."""
        place = self._sandbox.checkout(commit)
        if self._ws.repo.root is not None and self._ws.spec.run.copy_in:
            self._sandbox.copy_in(self._ws.repo.root, self._ws.spec.run.copy_in)
        # Bytecode of the standard library and of installed packages may stay, even between runs; that of the
        # sandbox may not: two commits written in one second with files of one size would run the first one's code.
        pycache = user_cache_path("workbench") / "bytecode"
        shutil.rmtree(pycache / place.relative_to(place.anchor), ignore_errors=True)
        self._drop_bytecode(place)
        environment = gate_environment(
            self._ws.spec, sandbox=place, python=self.python, environ=self._ws.means.environ, pycache=pycache
        )
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary.mkdir(mode=0o700, exist_ok=True)
            environment["TMPDIR"] = str(self._temporary)
        return Bench(
            sandbox=place,
            python=self.python,
            env=environment,
            scratch=self._scratch,
            inherit=self._inherit,
            environ=self._ws.means.environ,
            wanted=self.wanted,
            leash=leash,
        )

    def _drop_bytecode(self, place: Path) -> None:
        """Remove bytecode of the changed modules that was committed or copied: a gate may look for it after all."""
        for folder in {(place / path).parent / "__pycache__" for paths in self.wanted.values() for path in paths}:
            if folder.is_symlink():
                folder.unlink()
            for bytecode in folder.glob("*.pyc"):
                bytecode.unlink()
