"""Runs git, and knows three answers: a value, a defined no, and "did not finish", which never answers a question.

Reading and acting start differently. A read is a plain child: killing it harms nothing, and `status` and `scan`
need not spend 90 ms of CPU on importing GitPython. An act (refs, objects, a sandbox) goes through GitPython's process
handle, and is ended by SIGTERM when an exception unwinds, so that git removes its own locks; `subprocess.run` would
send SIGKILL and leave them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from workbench.model.errors import EnvironmentFailed
from workbench.repo.encoding import text
from workbench.repo.environment import OPTIONS, VARIABLES, find_git, leaked, scrubbed

if TYPE_CHECKING:
    from git.cmd import Git as GitPython

WHOLE_CLONE = "`git fetch --refetch --no-filter` makes the clone a whole one; nothing was changed"
_PROMISED = b"from promisor remote"  # how git names what a partial clone lacks; it only chooses the hint


@dataclass(frozen=True, slots=True)
class Done:
    """A git command that finished: exit code (0, or one of those the caller declared), output, messages."""

    code: int
    out: bytes
    err: bytes

    @property
    def yes(self) -> bool:
        return self.code == 0

    @property
    def line(self) -> str:
        """The output as text, without its final newline."""
        return text(self.out.removesuffix(b"\n"))


@dataclass(frozen=True, slots=True)
class Git:
    """The runner for one directory.

    `inherit` are descriptors handed to every child (the run lock: it stays held while any of them lives).
    `variables` are set for every child, on top of the scrubbed environment.
    """

    directory: Path
    executable: str
    inherit: tuple[int, ...]
    variables: Mapping[str, str]

    @classmethod
    def at(cls, directory: Path) -> Git:
        """Return a runner for `directory`; raises EnvironmentFailed when there is no git."""
        found = find_git(os.environ.get("PATH", os.defpath), outside=_project(directory))
        return cls(directory, found, (), {})

    def moved(self, directory: Path) -> Git:
        return replace(self, directory=directory)

    def giving(self, inherit: tuple[int, ...]) -> Git:
        """Return a runner whose children get these descriptors."""
        return replace(self, inherit=inherit)

    def having(self, **variables: str) -> Git:
        """Return a runner whose children see `variables` as well."""
        return replace(self, variables={**self.variables, **variables})

    def ask(self, *arguments: str, stdin: bytes = b"", no: tuple[int, ...] = ()) -> Done:
        """Run a command that only reads. `no` are the exit codes that mean a defined no.

        Raises EnvironmentFailed for every other code, a signal, or a child that could not start.
        """
        command = self._command(arguments)
        environment = scrubbed(os.environ) | dict(self.variables)
        try:
            ended = subprocess.run(
                command, input=stdin, capture_output=True, env=environment, pass_fds=self.inherit, check=False
            )
        except OSError as error:
            raise _did_not_start(arguments, error) from error
        return _settled(arguments, Done(ended.returncode, ended.stdout, ended.stderr), no)

    def act(self, *arguments: str, stdin: bytes = b"", no: tuple[int, ...] = ()) -> Done:
        """Run a command that changes refs, objects or a sandbox; answers and errors as `ask`."""
        with self._handle(arguments) as process:
            out, err = process.communicate(stdin)
            done = Done(process.returncode, out, err)
        return _settled(arguments, done, no)

    @contextmanager
    def talk(self, *arguments: str) -> Iterator[GitPython.AutoInterrupt]:
        """Hold a conversation with a command that changes objects: write to `.stdin`, read `.stdout`.

        Raises EnvironmentFailed when it ends before the block does, or not with 0.
        """
        broken = False
        with self._handle(arguments) as process:
            try:
                yield process
            except (BrokenPipeError, EOFError):
                broken = True  # its exit code and its message say why
            _hang_up(process)
            err = process.stderr.read()
            code = _child(process).wait()
        _settled(arguments, Done(code, b"", err), ())
        if broken:
            raise EnvironmentFailed(f"`git {_name(arguments)}` ended before its work was done")

    @contextmanager
    def stream(self, *arguments: str, stdin: bytes) -> Iterator[IO[bytes]]:
        """Run a reading command and hand out its output while it comes; leaving early ends it."""
        with TemporaryFile() as source, TemporaryFile() as messages:
            source.write(stdin)
            source.seek(0)
            process = self._start_reading(arguments, source, messages)
            assert process.stdout is not None
            with process:
                yield process.stdout
            messages.seek(0)
            _settled(arguments, Done(process.returncode, b"", messages.read()), ())

    def _start_reading(
        self, arguments: tuple[str, ...], source: IO[bytes], messages: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self._command(arguments),
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=messages,
                env=scrubbed(os.environ) | dict(self.variables),
                pass_fds=self.inherit,
            )
        except OSError as error:
            raise _did_not_start(arguments, error) from error

    @contextmanager
    def _handle(self, arguments: tuple[str, ...]) -> Iterator[GitPython.AutoInterrupt]:
        _import_gitpython()
        from git.cmd import Git as GitPython
        from git.exc import GitCommandNotFound

        # GitPython copies os.environ and cannot take a name out of it, so env(1) does.
        hidden = [word for name in leaked(os.environ) for word in ("-u", name)]
        unset = ["/usr/bin/env", *hidden] if hidden else []
        ours = [f"{name}={value}" for name, value in {**VARIABLES, **self.variables}.items()] if hidden else []
        try:
            process = GitPython().execute(
                [*unset, *ours, *self._command(arguments)],
                istream=subprocess.PIPE,
                as_process=True,
                shell=False,
                env={**VARIABLES, **self.variables},
                pass_fds=self.inherit,
            )
        except (OSError, GitCommandNotFound) as error:
            raise _did_not_start(arguments, error) from error
        try:
            yield process
        finally:
            _end(process)

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [self.executable, "-C", str(self.directory), *OPTIONS, *arguments]


def _import_gitpython() -> None:
    """Import GitPython without the `git version` it starts meanwhile: the first git on PATH may be a planted one."""
    if "git" in sys.modules:
        return
    nobody = {"GIT_PYTHON_GIT_EXECUTABLE": os.devnull, "GIT_PYTHON_REFRESH": "quiet"}
    before = {name: os.environ.get(name) for name in nobody}
    os.environ.update(nobody)
    try:
        import git  # noqa: F401
    finally:
        for name, value in before.items():
            del os.environ[name]
            if value is not None:
                os.environ[name] = value


def _end(process: GitPython.AutoInterrupt) -> None:
    """Close the pipes; end a child that still runs by SIGTERM, so that it removes its locks."""
    child = _child(process)
    if child.poll() is None:
        child.terminate()
        child.wait()
    _hang_up(process)
    process.stdout.close()
    process.stderr.close()


def _child(process: GitPython.AutoInterrupt) -> subprocess.Popen[bytes]:
    assert process.proc is not None
    return process.proc


def _hang_up(process: GitPython.AutoInterrupt) -> None:
    # What is still buffered for a child that is gone can go nowhere.
    with suppress(BrokenPipeError):
        process.stdin.close()


def _settled(arguments: tuple[str, ...], done: Done, no: tuple[int, ...]) -> Done:
    if done.code == 0 or done.code in no:
        return done
    said = text(done.err).strip()
    how = f"was ended by signal {-done.code}" if done.code < 0 else f"did not succeed (exit {done.code})"
    hint = WHOLE_CLONE if _PROMISED in done.err else ""
    raise EnvironmentFailed(f"`git {_name(arguments)}` {how}" + (f": {said}" if said else ""), hint=hint)


def _did_not_start(arguments: tuple[str, ...], error: Exception) -> EnvironmentFailed:
    return EnvironmentFailed(f"`git {_name(arguments)}` could not be started: {error}")


def _name(arguments: tuple[str, ...]) -> str:
    """Return the command's name: the first word that is neither an option nor the value of `-c`."""
    pairs = zip(("", *arguments), arguments, strict=False)
    return next((word for before, word in pairs if before != "-c" and not word.startswith("-")), arguments[0])


def _project(directory: Path) -> Path | None:
    """Return the nearest directory above that looks like a repository; only used to distrust programs in it."""
    home = directory.absolute()
    return next((place for place in (home, *home.parents) if (place / ".git").exists()), None)
