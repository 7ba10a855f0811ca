"""Cuts what a scan found into phases of batches: pure, and the same for the same input, whatever its order."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Rule
from workbench.model.plan import Batch, Phase, Plan
from workbench.model.violation import Priority, SiteState, Violation
from workbench.planning.frozen import sealed
from workbench.planning.linked import link
from workbench.planning.spec import Batches, PlanSpec

_LEVELS = 2

Natural = tuple[tuple[str | int, ...], str]
Key = tuple[int | str | Natural, ...]


def make_plan(
    spec: PlanSpec,
    rules: Sequence[Rule[Any]],
    violations: Iterable[Violation],
    *,
    base_rev: str = "HEAD",
    base_commit: str,
    base_tree: str,
    owner_of: Callable[[str], str] = lambda _: "",
) -> Plan:
    """Freeze what will be done on a base, which was called `base_rev`.

    `rules` stand in the order they apply; `violations` carry their priorities and are open, blocked or excluded.
    Batches hold open sites only. `owner_of` names the owner of a path, for plans that group by owner.
    """
    order = tuple(rule.id for rule in rules)
    # Sorted before they are linked: of several blocked sites, the first is the one that the others name.
    ordered = sorted(violations, key=lambda one: (one.path, one.place, one.rule))
    linked = link(ordered, spec.batches.together, ModuleMap(spec.scope.source_roots))
    every = linked.violations
    cutter = _Cutter(spec.batches, spec.scope.source_roots, order, owner_of, linked.leaders)
    phases = []
    for priority in Priority:
        found = [one for one in every if one.priority is priority and one.state is SiteState.OPEN]
        if found:
            phases.append(Phase(priority, tuple(cutter.batches(priority, found))))
    return sealed(
        Plan(
            name=spec.name,
            title=spec.title,
            issue=spec.issue,
            path=str(spec.path),
            source_digest=spec.source_digest,
            digest="",
            base_commit=base_commit,
            base_tree=base_tree,
            base_rev=base_rev,
            rules=order,
            phases=tuple(phases),
            violations=every,
        )
    )


def package_of(path: str, source_roots: Iterable[str]) -> str:
    """Return the folder a file is grouped by: its own, cut at two levels below the longest source root around it."""
    folder = posixpath.dirname(path)
    around = [root for root in source_roots if f"{folder}/".startswith(f"{root}/")]
    depth = max((root.count("/") + 1 for root in around), default=0)
    return "/".join(folder.split("/")[: depth + _LEVELS]) or "."


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Cuts the open sites of one phase by what the plan groups by."""

    spec: Batches
    source_roots: tuple[str, ...]
    order: tuple[str, ...]
    owner_of: Callable[[str], str]
    leaders: Mapping[tuple[str, str], str]
    """By path and rule, where a change is one with that of another file: the file they are all grouped by."""

    def batches(self, priority: Priority, sites: Sequence[Violation]) -> Iterator[Batch]:
        groups: dict[Key, list[Violation]] = defaultdict(list)
        rank = self._ranks()
        for one in sites:
            groups[self._key(one, rank)].append(one)
        number = 0
        for key in sorted(groups):
            for chunk in self._chunks(groups[key]):
                number += 1
                yield self._batch(f"{priority}-{number:03}", priority, chunk)

    def _ranks(self) -> Mapping[str, int]:
        """Number the rules in their order; those that land together share a number, so that they share batches."""
        rank = {rule: number for number, rule in enumerate(self.order)}
        for group in self.spec.together:
            rank |= dict.fromkeys(group, min(rank[one] for one in group))
        return rank

    def _key(self, one: Violation, rank: Mapping[str, int]) -> Key:
        """Return what batches are grouped and sorted by: the rule first, so that its order holds in a phase."""
        parts: list[int | str | Natural] = [rank[one.rule]] if "rule" in self.spec.by else []
        path = self.leaders.get((one.path, one.rule), one.path)
        for by in self.spec.by:
            if by == "package":
                parts.append(_natural(package_of(path, self.source_roots)))
            elif by == "owner":
                parts.append(self.owner_of(path))
            elif by == "file":
                parts.append(_natural(path))
        return tuple(parts)

    def _chunks(self, sites: Iterable[Violation]) -> Iterator[list[Violation]]:
        """Cut by files, units whole: only a unit that is larger itself makes a batch of more files."""
        chunk: list[Violation] = []
        size = 0
        for unit in self._units(sites):
            files = len({one.path for one in unit})
            if chunk and size + files > self.spec.max_files:
                yield chunk
                chunk, size = [], 0
            chunk, size = chunk + unit, size + files
        if chunk:
            yield chunk

    def _units(self, sites: Iterable[Violation]) -> list[list[Violation]]:
        """Sort sites into what lands together or not at all: the sites of one file, and of the files joined to it."""
        by_file: dict[str, list[Violation]] = defaultdict(list)
        joined: dict[str, set[str]] = defaultdict(set)
        for one in sites:
            by_file[one.path].append(one)
            leader = self.leaders.get((one.path, one.rule), one.path)
            joined[one.path].add(leader)
            joined[leader].add(one.path)
        done: set[str] = set()
        found = []
        for file in sorted(by_file, key=_natural):
            paths = sorted((_around(file, joined) - done) & by_file.keys(), key=_natural)
            done.update(paths)
            found += [[one for path in paths for one in by_file[path]]] if paths else []
        return found

    def _batch(self, name: str, priority: Priority, sites: Sequence[Violation]) -> Batch:
        present = {one.rule for one in sites}
        packages = {package_of(file, self.source_roots) for file in {one.path for one in sites}}
        return Batch(
            id=name,
            priority=priority,
            rules=tuple(rule for rule in self.order if rule in present),
            package=posixpath.commonpath(packages) or ".",
            units=tuple(tuple(dict.fromkeys(one.path for one in unit)) for unit in self._units(sites)),
            fingerprints=tuple(one.fingerprint for one in sites),
        )


def _around(start: str, joined: Mapping[str, set[str]]) -> set[str]:
    """Return all that hangs together with a file, itself included."""
    found, todo = {start}, [start]
    while todo:
        new = joined.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


@lru_cache(maxsize=1 << 16)
def _natural(text: str) -> Natural:
    """Return a sort key, different for different texts, that puts `part2` before `part10`."""
    parts = re.split(r"([0-9]+)", text)
    return tuple(int(part) if odd % 2 else part for odd, part in enumerate(parts)), text
