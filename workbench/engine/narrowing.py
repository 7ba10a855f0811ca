"""Narrows a guilty file down to its guilty sites, so that its good ones land.

Each part is rewritten anew from the file as it was, by the same rules, and never cut out of a diff. Sites that cannot
be rewritten one without the other (they share an import, or overlap, or their rules land together) stay one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from workbench.engine.builtin import builtin_gates
from workbench.engine.foresight import Foresight
from workbench.engine.judging import Judge, is_red
from workbench.engine.made import Candidate, Made, commit, remade
from workbench.model.gate import Judgement
from workbench.model.plan import Batch
from workbench.planning.spec import BUILTIN_GATES

Sites = tuple[str, ...]
"""Fingerprints of one file that land together or not at all."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`made` is a whole batch in which the files in `saved` hold their good sites only.

    `guilty` are the sets of sites that are red without these, each with the judgement that convicts it.
    """

    made: Made
    saved: frozenset[str]
    guilty: tuple[tuple[Sites, Judgement], ...]


def narrow(parts: Parts, paths: Iterable[str]) -> Narrowed | None:
    """Find which sites of guilty files are to blame; None where all of them are, or they cannot be told apart."""
    try:
        units = [unit for path in paths for unit in parts.units(path)]
        found = parts.search(units).isolate()
        if not found.good:
            return None
        saved = frozenset(parts.path_of(unit) for unit in found.good)
        return Narrowed(parts.whole(found.good), saved, tuple(parts.convicted(group) for group in found.guilty))
    except _IndivisibleError:
        return None


class _IndivisibleError(Exception):
    """Some of the sites of a file cannot be rewritten without the others; never leaves this module."""


@dataclass(slots=True)
class Parts:
    """Makes guilty files of a batch with some of their sites, on top of `ground`, and asks the gate that was red."""

    judge: Judge
    batch: Batch
    made: Made
    ground: Made
    gate: Judgement
    when: int
    _asked: dict[frozenset[Sites], Judgement] = field(default_factory=dict)
    _candidates: dict[frozenset[Sites], Candidate] = field(default_factory=dict)

    def units(self, path: str) -> Iterator[Sites]:
        """Yield the sites of a file, those together that are one."""
        session = self.judge.session
        leader = {rule: group[0] for group in session.ws.spec.batches.together for rule in group}
        by_rule: dict[str, list[str]] = {}
        for name in self.made.fixed[path]:
            rule = session.site(name).rule
            by_rule.setdefault(leader.get(rule, rule), []).append(name)
        for rule, names in by_rule.items():
            if rule not in leader.values() and all(self._stands_alone(path, name) for name in names):
                yield from ((name,) for name in names)
            else:
                yield tuple(names)

    def _stands_alone(self, path: str, name: str) -> bool:
        """Say whether a site can be mended and no other one is touched by that."""
        made = remade(self.judge.session, self.batch, self.made, path, (name,))
        if made is None:
            return False
        reports = builtin_gates(self.judge.session, self.judge.compiler, Candidate("", "", made))
        return not any(report.failures for report in reports)

    def search(self, units: list[Sites]) -> Foresight[Sites]:
        """Return the search for the guilty sites."""
        return Foresight(units, self.red, (), self.tests, tell=self._foresee, room=self.judge.sandboxes.room)

    def _foresee(self, asked: frozenset[Sites] | None, chosen: Iterable[frozenset[Sites]]) -> None:
        """Have the gate run ahead on some of the sites, as far as these can be had without the others."""
        if self.gate.report.gate in BUILTIN_GATES:
            return
        now = self._candidate(asked) if asked is not None else None
        candidates = []
        for sites in chosen:
            with suppress(_IndivisibleError):
                candidates.append(self._candidate(sites))
        self.judge.foresee(self.batch.id, candidates, self.gate, asked=now)

    def path_of(self, unit: Sites) -> str:
        return self.judge.session.site(unit[0]).path

    def red(self, chosen: frozenset[Sites]) -> bool:
        return bool(chosen) and is_red(self._ask(chosen))

    def tests(self, chosen: frozenset[Sites]) -> tuple[str, ...]:
        return self._ask(chosen).convicting

    def convicted(self, group: tuple[Sites, ...]) -> tuple[Sites, Judgement]:
        return tuple(name for unit in group for name in unit), self._ask(frozenset(group))

    def whole(self, good: Iterable[Sites]) -> Made:
        """Return all of the batch, with only the good sites of the files that are narrowed."""
        return self._with(self.made, good)

    def _ask(self, chosen: frozenset[Sites]) -> Judgement:
        if chosen not in self._asked:
            self._asked[chosen] = self.judge.judge(self.batch.id, self._candidate(chosen), after=self.gate)[-1]
        return self._asked[chosen]

    def _candidate(self, chosen: frozenset[Sites]) -> Candidate:
        if chosen not in self._candidates:
            part = self._with(self.ground, chosen)
            self._candidates[chosen] = commit(self.judge.session, self.batch, part, when=self.when)
        return self._candidates[chosen]

    def _with(self, ground: Made, chosen: Iterable[Sites]) -> Made:
        names = {name for unit in chosen for name in unit}
        for path, fixed in self.made.fixed.items():
            wanted = tuple(name for name in fixed if name in names)
            if wanted:
                part = remade(self.judge.session, self.batch, self.made, path, wanted)
                if part is None:
                    raise _IndivisibleError
                ground = ground.joined(part)
        return ground
