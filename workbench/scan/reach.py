"""Which test files a change can reach, judged by paths so that no setting of the module path can be misread.

A name counts for every file whose path ends in it, whatever folder the interpreter would start from; a package counts
with each module in it, and a test with every conftest above it. That is more than is needed, never less: what cannot
be known is said to be reached.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from workbench.model.source import Sources
from workbench.scan.crew import spread
from workbench.scan.leads import Leads, read_leads, spelled_in

_SETTINGS = frozenset(
    ["pyproject.toml", "pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg", "setup.py"]
)
_SECTION = re.compile(r"^(?=\[)", re.MULTILINE)
_GLUED = re.compile(r"(?<![\w-])-p(?=\w)")
"""pytest's option for a plug-in, written together with its name."""

_FOR_ALL = frozenset(["conftest.py", "setup.py", "sitecustomize.py", "usercustomize.py"])


@dataclass(frozen=True, slots=True)
class Reached:
    """`paths` may see the change; `everything` says why all others may too, or is ""."""

    paths: frozenset[str]
    everything: str = ""


class Reach:
    """Where every Python file of a tree leads; `everything` says why nothing can be known of this tree, or is ""."""

    def __init__(self, sources: Sources, *, words: Iterable[str] = (), jobs: int | None = None) -> None:
        """Read all files; `words` of commands and settings may name plug-ins, which all tests then depend on."""
        listed = [entry.path for entry in sources.entries()]
        self.paths = frozenset(path for path in listed if path.endswith(".py"))
        self.everything = next(_aliases(sources), "")
        self._names = _by_name(self.paths)
        self._meant: dict[str, frozenset[str]] = {}
        self._leads = dict(_read(sources, self.paths, jobs=jobs))
        self._led: dict[str, set[str]] = defaultdict(set)
        for path, leads in self._leads.items():
            for target in self._targets(path, leads):
                self._led[target].add(path)
        settings = [path for path in listed if PurePosixPath(path).name in _SETTINGS]
        told = [*words, *(word for path, source in sources.read(settings) for word in _words(path, source))]
        self._for_all = frozenset(self._common(told))

    def called(self, name: str) -> frozenset[str]:
        """Return the files that some import could call by a dotted name."""
        return self._names.get(name, frozenset())

    def touched(self, changed: Iterable[str], later: Sources, since: Iterable[str] = ()) -> Reached:
        """Return which files may run otherwise once `changed` are as in `later`.

        `since` are all the files in which `later` differs from the tree that was read.
        """
        paths, other = frozenset(changed), frozenset(since)
        why = self.everything or next(self._unknown(paths, other), "")
        if why:
            return Reached(frozenset(), why)
        affected = self._importers(paths, dict(_read(later, paths | other, jobs=1)))
        for path in sorted(affected & self._for_all):
            return Reached(frozenset(), f"every test may depend on {path}")
        return Reached(affected)

    def _unknown(self, changed: frozenset[str], since: frozenset[str]) -> Iterator[str]:
        if not changed:
            yield "no changed file is named"
        for path in sorted(changed):
            if not path.endswith(".py"):
                yield f"{path} is no Python file"
            elif PurePosixPath(path).name in _FOR_ALL:
                yield f"{path} is there for all tests"
        yield from (f"{path} is new or gone" for path in sorted(changed | since) if self._is_news(path))

    def _is_news(self, path: str) -> bool:
        return path.endswith(".py") and path not in self.paths

    def _importers(self, changed: frozenset[str], now: Mapping[str, Leads]) -> frozenset[str]:
        """Return `changed`, what may lead anywhere, and all that leads to those, directly or not."""
        news: dict[str, set[str]] = defaultdict(set)
        for path, leads in now.items():
            for target in self._targets(path, leads):
                news[target].add(path)
        known = [*self._leads.items(), *now.items()]
        todo, affected = [*changed, *(path for path, leads in known if leads.anywhere)], set[str]()
        while todo:
            path = todo.pop()
            if path not in affected:
                affected.add(path)
                todo += self._led.get(path, set()) | news.get(path, set())
        return frozenset(affected)

    def _targets(self, path: str, leads: Leads) -> Iterator[str]:
        for folder in PurePosixPath(path).parents:
            yield from (one for name in ("__init__.py", "conftest.py") if (one := str(folder / name)) in self.paths)
        for name in leads.imports:
            yield from self._imported(name)
        for name in leads.spelled:
            if name not in self._meant:
                self._meant[name] = frozenset((*self._named(name), *self._within(name)))
            yield from self._meant[name]

    def _common(self, words: Iterable[str]) -> Iterator[str]:
        """Yield what is there for every test, and the modules that words of commands or settings may name."""
        yield from (path for path in self.paths if PurePosixPath(path).name.endswith("customize.py"))
        for word in words:
            # A path in a command says where to look for tests, not what all of them need.
            for name in spelled_in(_GLUED.sub("=", word)) if "/" not in word and ".py" not in word else ():
                yield from (path for path in self._named(name) if PurePosixPath(path).name not in _FOR_ALL)

    def _imported(self, name: str) -> Iterator[str]:
        """Yield the files an import of a dotted name may run: of the name itself, and of all it begins with."""
        parts = name.split(".")
        for count in range(1, len(parts) + 1):
            yield from self._names.get(".".join(parts[:count]), ())

    def _named(self, name: str) -> Iterator[str]:
        """Yield the files a text may mean: one word names only what nothing is around."""
        parts = name.split(".")
        for count in range(2, len(parts) + 1):
            yield from self._names.get(".".join(parts[:count]), ())
        yield from (path for path in self._names.get(parts[0], ()) if self._is_outermost(path))

    def _within(self, name: str) -> Iterator[str]:
        """Yield all modules of a package that a text names: whoever is told of it may go through them."""
        for path in self._names.get(name, ()):
            package, _, last = path.rpartition("/")
            if last == "__init__.py" and ("." in name or self._is_outermost(path)):
                yield from (one for one in self.paths if one.startswith(f"{package}/"))

    def _is_outermost(self, path: str) -> bool:
        module = PurePosixPath(path.removesuffix("/__init__.py"))
        return str(module.parent / "__init__.py") not in self.paths


def _by_name(paths: Iterable[str]) -> dict[str, frozenset[str]]:
    """Map every dotted name that an import could call a file by, from whatever folder, to such files."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        for start in range(len(parts)):
            found[".".join(parts[start:])].add(path)
    return {name: frozenset(called) for name, called in found.items()}


def _read(sources: Sources, paths: Iterable[str], *, jobs: int | None) -> Iterator[tuple[str, Leads]]:
    content = list(sources.read(sorted(paths)))
    for chunk in spread(read_leads, None, content, jobs=jobs):
        yield from chunk


def _words(path: str, source: bytes) -> list[str]:
    """Return the words of the parts of a settings file that are pytest's, or name plug-ins for it."""
    text = source.decode("utf-8", "replace")
    if path.endswith(("pytest.ini", "pytest.toml")):
        return text.split()
    parts = [text] if path.endswith(".py") else _SECTION.split(text)
    return [word for part in parts if "pytest11" in part or "pytest" in _heading(part) for word in part.split()]


def _heading(part: str) -> str:
    return part.partition("\n")[0] if part.startswith("[") else ""


def _aliases(sources: Sources) -> Iterator[str]:
    """Yield why a file may be there under a name the tree does not tell."""
    for path, reason in sources.unreadable():
        if reason != "symlink" or not re.search(r"\.(?!py)\w+$", path):
            yield f"{path} may hold any module ({reason})"
