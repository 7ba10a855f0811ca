"""Collects the facts that names are resolved by, from the few files that can have a say in it.

A name of the plan reaches a file through modules that import it on: under the same name, under another, by a star, or
inside a module they import. Every such path is followed here, from the files that hold one of the plan's words; of all
other modules only the names are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.codemod.project import ModuleFacts, Project, is_endless
from workbench.scan.files import PythonFile
from workbench.scan.kept import Seen
from workbench.scan.prefilter import Hit
from workbench.scan.statements import Imported

Load = Callable[[Sequence[PythonFile]], Iterable[ModuleFacts]]
"""Reads the facts of files; those that do not parse are left out."""


@dataclass(frozen=True, slots=True)
class HitFile:
    """A file that holds words of the plan, or that the rules at the positions `about` judge whatever it holds.

    `size` is in bytes, `bound` what its imports bind, as far as the words go; `source` its content, if that was read.
    """

    file: PythonFile
    size: int
    hit: Hit
    bound: tuple[Imported, ...] = ()
    about: frozenset[int] = frozenset()
    source: bytes | None = None


class Gatherer:
    """Collects `facts`, by module; `names` are the dotted names the plan speaks of."""

    def __init__(self, files: Iterable[PythonFile], names: Iterable[str], load: Load) -> None:
        self.facts: dict[str, ModuleFacts] = {}
        self._files: dict[str, PythonFile] = {}
        for one in files:
            if one.module:
                # Where a stub stands beside its module, the module comes first.
                self._files.setdefault(one.module, one)
        self.modules = frozenset(self._files)
        self._split = Project(modules=self.modules).split
        self._names = frozenset(names)
        self._load = load
        self._asked: set[str] = set()
        self._wanted: set[str] = set()
        self._carriers: set[str] = set()
        self._mentioning: dict[str, frozenset[str]] = {}
        self._followed: set[str] = set()
        self._todo: list[str] = []
        for name in self._names:
            self._follow(name)
        self.run()
        # Files that import a name from where it is defined are many, and say nothing about where else it is.
        self._homes = frozenset(name for name in self._names if self._is_home(name))

    def watch(self, files: Iterable[Seen]) -> Iterator[Seen]:
        """Pass the files of the tree on, and note those with a star: what they bring on is needed there by its name."""
        for seen in files:
            if seen.looked.stars is not None:
                self._wanted.add(seen.file.module)
                self._carriers.add(seen.file.module)
                self._wanted.update(self._split(module)[0] for module in seen.looked.stars)
            yield seen

    def enter(self, hit: HitFile) -> None:
        """Note what a hit file brings in of the plan's names, and from where; its facts may be read anew."""
        module, words = hit.file.module, hit.hit.words
        self._asked.discard(module)
        for one in hit.bound:
            last = one.dotted.rpartition(".")[2]
            if one.local == "*":
                self._follow_words(one.dotted, words)
            elif last in words or one.local in words:
                self._follow(one.dotted)
                self._carriers.add(module)
                if one.local != last or one.dotted not in self._homes:
                    self._wanted.add(module)
        if hit.hit.holders:
            self._mentioning[module] = frozenset(self._split(one.named)[0] for one in hit.bound) - {""}
        for meaning in {one for holder in hit.hit.holders for one in _meanings(holder, hit.bound)}:
            if self._split(meaning)[0]:
                self._wanted.add(module)
                self._follow_words(meaning, words)

    def run(self) -> None:
        """Follow everything noted to its end."""
        # Who imports a module that carries a word on, and mentions the word, may read it off that module.
        self._wanted |= {one for one, named in self._mentioning.items() if not named.isdisjoint(self._carriers)}
        while self._todo or self._wanted:
            self._read(self._wanted)
            self._wanted = set()
            todo, self._todo = self._todo, []
            for dotted in todo:
                self._step(dotted)

    def add_imports(self) -> None:
        """Add the facts of all that importing the modules of the names imports at once: what may close a circle."""
        seen: set[str] = set()
        todo = {self._split(name)[0] for name in self._names}
        while todo := {one for module in todo for one in _with_packages(module)} - seen:
            seen |= todo
            self._read(todo)
            known = [self.facts[module] for module in todo if module in self.facts]
            todo = {self._split(name)[0] for one in known for name in one.eager}

    def _is_home(self, name: str) -> bool:
        """Say whether a name is defined where it says: by its module, or as a module its package does not rebind."""
        module, rest = self._split(name)
        if rest:
            known = self.facts.get(module)
            return not module or (known is not None and rest[0] in known.defined)
        package, _, last = module.rpartition(".")
        known = self.facts.get(package)
        return known is None or last not in known.imported

    def _follow_words(self, holder: str, words: Iterable[str]) -> None:
        for word in words:
            self._follow(f"{holder}.{word}")

    def _follow(self, dotted: str) -> None:
        if dotted not in self._followed and not is_endless(dotted):
            self._followed.add(dotted)
            self._todo.append(dotted)

    def _step(self, dotted: str) -> None:
        """Go on from a dotted name to what its module imports under it; wait where that is not read yet."""
        module, rest = self._split(dotted)
        if not rest:
            module, _, last = module.rpartition(".")
            rest = (last,)
        if module not in self._asked:
            self._wanted.add(module)
            self._todo.append(dotted)
            return
        known = self.facts.get(module)
        if known is None:
            return
        first, deeper = rest[0], rest[1:]
        if first in known.imported:
            self._follow(".".join([known.imported[first], *deeper]))
        elif first not in known.defined:
            for star in known.stars:
                self._follow(".".join([star, *rest]))

    def _read(self, modules: Iterable[str]) -> None:
        fresh = sorted(set(modules) - self._asked)
        self._asked.update(fresh)
        files = [self._files[module] for module in fresh if module in self._files]
        if files:
            self.facts.update((one.name, one) for one in self._load(files))


def _meanings(holder: str, bound: Iterable[Imported]) -> Iterator[str]:
    """Yield the dotted names a dotted text may stand for: through an import of its first part, or as it is."""
    first, dot, rest = holder.partition(".")
    targets = {one.dotted for one in bound if one.local == first}
    yield from (f"{target}{dot}{rest}" for target in targets or {first})


def _with_packages(module: str) -> Iterator[str]:
    while module:
        yield module
        module = module.rpartition(".")[0]
