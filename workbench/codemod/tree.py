"""The files of a tree, for rules whose very parameters have to be held against what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workbench.codemod.roots import ModuleMap
from workbench.codemod.source import Module
from workbench.model.source import Sources


@dataclass(frozen=True, slots=True)
class Tree:
    """`paths` are those of the files a plan judges; `sources` and `roots` say what stands in them."""

    paths: tuple[str, ...]
    sources: Sources
    roots: ModuleMap

    def modules(self, paths: Iterable[str]) -> Iterator[Module]:
        """Yield the modules of the Python files among paths, in the order given; files that are gone are left out."""
        python = [path for path in paths if path.endswith((".py", ".pyi"))]
        for path, source in self.sources.read(python):
            name, is_package = self.roots.name_of(path) or ("", False)
            yield Module(path, source, name, is_package)
