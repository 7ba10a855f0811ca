"""Batches judged by a suite that is red by chance: what is real is all that decides, only the running is thrown."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from workbench.engine.confirming import decide, is_red, undecided
from workbench.engine.isolate import isolate
from workbench.gates.judge import judge
from workbench.model.gate import GateReport, Judgement, Level, Outcome, Verdict
from workbench.planning.spec import GateSpec

Units = frozenset[int]
NAMING, SILENT = (
    GateSpec.model_validate({"id": "unit", "level": "tests", "run": command})
    for command in (["check", "{junit}"], ["check"])
)


@dataclass
class Suite:
    """`chances` is how often each flaky test is red; each guilty file turns a test of its own red, every time."""

    dice: random.Random
    chances: Mapping[str, float]
    guilty: Collection[int]
    reports: bool
    """Whether it names its tests, or speaks by its exit code alone."""
    _gate: GateSpec = field(init=False)
    _base: GateReport = field(init=False)
    _said: dict[Units, Judgement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._gate = NAMING if self.reports else SILENT
        self._base = self._report(set())

    def ask(self, applied: Units, after: Judgement | None = None) -> Judgement:
        """Judge these files, as often as it takes; the answer is remembered, as the ledger does."""
        if applied not in self._said:
            seen = [self._once(applied)]
            while undecided(seen, after, self._gate):
                seen.append(self._once(applied))
            self._said[applied] = decide([*seen[1:], seen[0]], self._gate)
        return self._said[applied]

    def _once(self, applied: Units) -> Judgement:
        reds = {test for test, chance in self.chances.items() if self.dice.random() < chance}
        reds |= {f"of {one}" for one in self.guilty if one in applied}
        return judge(self._report(reds), self._base, self._gate)

    def _report(self, reds: Collection[str]) -> GateReport:
        names = ["steady", *self.chances, *(f"of {one}" for one in self.guilty)]
        tests = {name: Outcome.FAILED if name in reds else Outcome.PASSED for name in names}
        verdict = Verdict.FAIL if reds else Verdict.PASS
        return GateReport("unit", Level.TESTS, verdict, 1.0, bool(reds), tests if self.reports else None)


def set_aside(suite: Suite, files: int) -> set[int]:
    """Return what is quarantined of a batch of so many files: gate by gate, as `guilty.convict` goes about it."""
    left, found = frozenset(range(files)), set[int]()
    while is_red(red := suite.ask(left)):
        parts = isolate(
            sorted(left),
            lambda units, red=red: bool(units) and is_red(suite.ask(units, red)),
            (),
            lambda units, red=red: suite.ask(units, red).convicting,
        )
        left = frozenset(parts.good)
        found.update(unit for group in parts.guilty for unit in group)
        if not left:
            break
    return found


def blamed(batches: int, *, seed: int, chances: Mapping[str, float], guilty: int, reports: bool) -> int:
    """Return in how many batches of 20 files an innocent one was set aside; every guilty one must be."""
    dice, wrong = random.Random(seed), 0
    for _ in range(batches):
        truly = set(dice.sample(range(20), guilty))
        found = set_aside(Suite(dice, chances, truly, reports), 20)
        assert truly <= found
        wrong += found != truly
    return wrong
