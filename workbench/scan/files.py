"""Which files of a tree are Python, which module each one is, and which of them a plan judges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from workbench.codemod.roots import ModuleMap
from workbench.model.source import Sources
from workbench.model.violation import Skipped
from workbench.planning.spec import PlanSpec

MOST_BYTES = 1 << 20
"""A larger file is nobody's handwriting, and a parser's risk."""

_SUFFIXES = (".py", ".pyi")


@dataclass(frozen=True, slots=True)
class PythonFile:
    """A Python file: its module's dotted name ("" for a script nobody can import), and whether the plan judges it."""

    path: str
    module: str
    is_package: bool
    in_scope: bool

    @property
    def package(self) -> str:
        return self.module if self.is_package else self.module.rpartition(".")[0]


def python_files(paths: Iterable[str], spec: PlanSpec) -> tuple[PythonFile, ...]:
    """Return the Python files among paths, those outside the plan's scope too: names lead through them."""
    roots, scope = ModuleMap(spec.scope.source_roots), _Scope.of(spec)
    files = []
    for path in paths:
        if path.endswith(_SUFFIXES):
            module, is_package = roots.name_of(path) or ("", False)
            files.append(PythonFile(path, module, is_package, scope.holds(path)))
    return tuple(files)


def unreadable(sources: Sources, spec: PlanSpec) -> Iterator[Skipped]:
    """Yield what looks like a Python file in scope and is none to read: symlinks, paths that are not UTF-8."""
    scope = _Scope.of(spec)
    for path, reason in sources.unreadable():
        if path.endswith(_SUFFIXES) and scope.holds(path):
            yield Skipped(path, reason)


@dataclass(frozen=True, slots=True)
class _Scope:
    include: GitIgnoreSpec
    exclude: GitIgnoreSpec

    @classmethod
    def of(cls, spec: PlanSpec) -> _Scope:
        return cls(GitIgnoreSpec.from_lines(spec.scope.include), GitIgnoreSpec.from_lines(spec.scope.exclude))

    def holds(self, path: str) -> bool:
        return self.include.match_file(path) and not self.exclude.match_file(path)
