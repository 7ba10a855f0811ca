"""Who imports whom, as a value: the scan builds it, priorities ask it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class ImportGraph:
    """`edges` maps every module of the tree to the modules of the tree that its import statements name."""

    edges: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __contains__(self, module: str) -> bool:
        return module in self.edges

    def fan_in(self, module: str) -> int:
        """Return how many other modules import this one."""
        return self._fan_in[module]

    def reachable_from(self, modules: Iterable[str]) -> frozenset[str]:
        """Return `modules` and all that importing them runs, the packages around each module included."""
        reached: set[str] = set()
        todo = list(modules)
        while todo:
            module = todo.pop()
            if module not in reached and module in self.edges:
                reached.add(module)
                todo.extend(self.edges[module])
                todo.extend(_packages(module))
        return frozenset(reached)

    @cached_property
    def _fan_in(self) -> Counter[str]:
        return Counter(target for module, targets in self.edges.items() for target in targets - {module})


def _packages(module: str) -> Iterator[str]:
    while module := module.rpartition(".")[0]:
        yield module
