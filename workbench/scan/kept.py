"""What a scan works out from single files, each time only for those of which it is not remembered.

Nothing else is ever remembered: which files matter, what their names mean, and what becomes of them is put together
anew from these pieces. So a piece must be a matter of its key alone: the content of the file by its blob, what the
file is called, and what was asked of it. What a rule finds is also a matter of all that is known of the tree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from workbench.codemod.project import ModuleFacts, Project
from workbench.model.memory import FORGETFUL, Memory
from workbench.model.source import Sources
from workbench.model.violation import Skipped, Violation
from workbench.scan.crew import Work, spread
from workbench.scan.files import MOST_BYTES, PythonFile
from workbench.scan.finding import Kit, Task, find, read_facts
from workbench.scan.prefilter import Hit, Needles
from workbench.scan.statements import Imported, imported

T = TypeVar("T")

_STARS = (b"import *", b"import*")


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look through a file's bytes tells: its size, what words it holds, and then what its imports bind.

    `stars` are the modules it star-imports; None where it has no star at all.
    """

    size: int
    hit: Hit | None = None
    bound: tuple[Imported, ...] = ()
    stars: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A file, what a look through it told, and its content if it was read for that."""

    file: PythonFile
    looked: Looked
    source: bytes | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """What the imports of a file bind, as far as some words go."""

    bound: tuple[Imported, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a file, and what stands for them; None of one that does not parse, or is too large to."""

    facts: ModuleFacts | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules find in a file, or why they cannot."""

    violations: tuple[Violation, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What the import statements of a file name."""

    names: frozenset[str]


Importer = tuple[str, frozenset[str]]
"""A module by its name, or else its path, with the dotted names that its import statements spell."""

Named = list[Importer]

Asked = tuple[PythonFile, tuple[int, ...]]
"""A file, and the positions of the rules that may find something in it."""


@dataclass(frozen=True)
class Desk:
    """Where the files of one tree are worked on; `jobs` is the number of processes, None for one per core."""

    sources: Sources
    memory: Memory = FORGETFUL
    jobs: int | None = None
    _blobs: Mapping[str, str] = field(init=False)
    _digests: dict[str, str] = field(default_factory=dict, init=False)
    """What stands for the facts of a module, by its name."""

    def __post_init__(self) -> None:
        # Of a working tree, a blob may be what git would make of a file, and not what the file holds.
        known = self.memory is not FORGETFUL and self.sources.commit is not None
        blobs = {entry.path: entry.blob for entry in self.sources.entries()} if known else {}
        object.__setattr__(self, "_blobs", blobs)

    def looked(self, files: Sequence[PythonFile], needles: Needles) -> Iterator[Seen]:
        """Look through files, in order; those that are not there are left out."""
        asked = _short(*sorted(needles.words), "", *(f"{word} {near}" for word, near in _sorted(needles)))
        known = {one.path: self._recall("looked", Looked, one, asked) for one in files}
        fresh = self.sources.read([path for path, looked in known.items() if looked is None])
        coming = next(fresh, None)
        for file in files:
            found = known[file.path]
            if found is not None:
                yield Seen(file, found)
            elif coming is not None and coming[0] == file.path:
                told = look(needles, file, coming[1])
                self._keep("looked", told, file, asked)
                yield Seen(file, told, coming[1])
                coming = next(fresh, None)

    def bound(self, file: PythonFile, hit: Hit, source: bytes | None) -> tuple[Imported, ...]:
        """Return what the imports of a file bind, of which `hit` was found in more than one look."""
        asked = _short(*sorted(hit.words), "", *sorted(hit.holders))
        found = self._recall("bound", Bound, file, asked)
        if found is None:
            found = Bound(bound_by(hit, file, self._texts([file], {file.path: source})[file.path]))
            self._keep("bound", found, file, asked)
        return found.bound

    def facts(
        self, files: Sequence[PythonFile], words: frozenset[str], texts: Mapping[str, bytes | None]
    ) -> Iterator[ModuleFacts]:
        """Yield the facts of files, in order, if they parse; `words` are those whose mentions matter."""
        asked = _short(*sorted(words))
        known = {one.path: self._recall("facts", Known, one, asked) for one in files}
        sources = self._texts((one for one in files if known[one.path] is None), texts)
        there = [(one, sources[one.path]) for one in files if one.path in sources]
        todo = [(one, source) for one, source in there if len(source) <= MOST_BYTES]
        fresh = {one.path: one for chunk in spread(read_facts, words, todo, jobs=self.jobs) for one in chunk}
        for file in files:
            found = known[file.path]
            if found is None and file.path in sources:
                told = fresh.get(file.path)
                found = Known(told, self.memory.digest(told))
                self._keep("facts", found, file, asked)
            if found is not None and found.facts is not None:
                self._digests[found.facts.name] = found.digest
                yield found.facts

    def learned(self, project: Project) -> str:
        """Return what stands for all that is known of the tree: what any rule finds anywhere may come of it."""
        facts = (f"{name} {self._digests[name]}" for name in project.facts)
        moves = (f"{old} {new}" for old, new in project.moves.items())
        return _short(*facts, "", *sorted(project.modules), "", *moves) if self._blobs else ""

    def judged(
        self, asked: Sequence[Asked], kit: Kit, learned: str, texts: Mapping[str, bytes | None]
    ) -> Iterator[Judged]:
        """Yield what the rules at some positions find in each file; `learned` stands for all that `kit` knows."""
        known = {one.path: self._recall("found", Judged, one, learned, str(rules)) for one, rules in asked if learned}
        sources = self._texts((one for one, _ in asked if known.get(one.path) is None), texts)
        tasks = [Task(one, sources[one.path], rules) for one, rules in asked if one.path in sources]
        fresh: dict[str, list[Violation | Skipped]] = {task.file.path: [] for task in tasks}
        for chunk in spread(find, kit, tasks, jobs=self.jobs):
            for one in chunk:
                fresh[one.path].append(one)
        for file, rules in asked:
            found = known.get(file.path)
            if found is None and file.path in fresh:
                found = _sorted_out(fresh[file.path])
                if learned:
                    self._keep("found", found, file, learned, str(rules))
            if found is not None:
                yield found

    def named_by(
        self, files: Sequence[PythonFile], read: Work[None, tuple[PythonFile, bytes], Named]
    ) -> Iterator[Importer]:
        """Yield the importers among files with what they name; files above 1 MiB name nothing."""
        known = {one.path: self._recall("imports", Names, one) for one in files}
        todo = [one for one in files if known[one.path] is None]
        by_path = {one.path: one for one in todo}
        content = [(by_path[path], source) for path, source in self.sources.read(by_path)]
        small = [one for one in content if len(one[1]) <= MOST_BYTES]
        told = [one for chunk in spread(read, None, small, jobs=self.jobs) for one in chunk]
        fresh = {file.path: names for (file, _), (_, names) in zip(small, told, strict=True)}
        for file, _ in content:
            known[file.path] = Names(fresh.get(file.path, frozenset()))
            self._keep("imports", known[file.path], file)
        for file in files:
            names = known[file.path]
            if names is not None:
                yield file.module or file.path, names.names

    def named(self, path: str, *asked: str) -> str:
        """Return the key of what is asked of a file; "" where nothing may be remembered of it."""
        blob = self._blobs.get(path, "")
        return "\0".join((blob, path, *asked)) if blob else ""

    def _recall(self, section: str, kind: type[T], file: PythonFile, *asked: str) -> T | None:
        key = self.named(file.path, file.module, str(file.is_package), *asked)
        return self.memory.recall(section, key, kind) if key else None

    def _keep(self, section: str, value: object, file: PythonFile, *asked: str) -> None:
        key = self.named(file.path, file.module, str(file.is_package), *asked)
        if key:
            self.memory.keep(section, key, value)

    def _texts(self, files: Iterable[PythonFile], known: Mapping[str, bytes | None]) -> dict[str, bytes]:
        """Return the content of those of the files that are there, `known` or read now."""
        found: dict[str, bytes] = {}
        missing = []
        for one in files:
            source = known.get(one.path)
            if source is None:
                missing.append(one.path)
            else:
                found[one.path] = source
        return found | dict(self.sources.read(missing))


def look(needles: Needles, file: PythonFile, source: bytes) -> Looked:
    """Look through a file."""
    hit = needles.look(source)
    bound = bound_by(hit, file, source) if hit is not None else ()
    stars = None
    if any(star in source for star in _STARS):
        stars = tuple(one.dotted for one in imported(source, file.package, ()) if one.local == "*")
    return Looked(len(source), hit, bound, stars)


def bound_by(hit: Hit, file: PythonFile, source: bytes) -> tuple[Imported, ...]:
    """Return what imports bind: all, where a word is read off something, which any may have brought in."""
    return tuple(imported(source, file.package, None if hit.holders else hit.words))


def _sorted_out(found: Iterable[Violation | Skipped]) -> Judged:
    every = tuple(found)
    return Judged(
        tuple(one for one in every if isinstance(one, Violation)),
        tuple(one for one in every if isinstance(one, Skipped)),
    )


def _sorted(needles: Needles) -> list[tuple[str, list[str]]]:
    return sorted((word, sorted(near)) for word, near in needles.aliases.items())


def _short(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
