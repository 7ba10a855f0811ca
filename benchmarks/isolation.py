"""`python -m benchmarks.isolation`: how many judgings the search for the guilty takes, and whom flaky suites convict.

The gates are simulated: what is counted is how often one would have run. `docs/isolation.md` holds what this prints.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from workbench.engine.foresight import Foresight
from workbench.engine.isolate import isolate, nameless

SEEDS = range(1000, 1200)
"""None of those with which the sizes of groups in `engine/odds.py` were chosen: these were 0 to 199."""
SIZES = (50, 200, 1000)
GUILTY = (0, 1, 2, 5, 10)
BATCHES = 20_000
FLAKY = 0.05


class Gate:
    """Red where a guilty set is wholly applied; counts the different sets it was asked about."""

    def __init__(self, guilty: Collection[frozenset[int]]) -> None:
        self.guilty = guilty
        self.asked: set[frozenset[int]] = set()

    def __call__(self, applied: frozenset[int]) -> bool:
        self.asked.add(applied)
        return any(one <= applied for one in self.guilty)

    def tests(self, applied: frozenset[int]) -> list[str]:
        """Return what the gate's report names: each guilty set turns a test of its own red."""
        return [f"test of {min(one)}" for one in self.guilty if one <= applied]


def guilty_sets(dice: random.Random, n: int, k: int, *, together: bool) -> list[frozenset[int]]:
    """Return `k` guilty units of `n`: each by itself, or two and two red only together (an odd one by itself)."""
    chosen = dice.sample(range(n), k)
    size = 2 if together else 1
    return [frozenset(chosen[at : at + size]) for at in range(0, k, size)]


def runs(
    n: int, k: int, *, together: bool = False, named: bool = False, report: bool = True, seeds: Iterable[int] = SEEDS
) -> list[int]:
    """Return the judgings of each of `seeds`; `named`: the evidence names the guilty, and nobody else.

    Without a `report` nothing is known of a judging but that it was red.
    """
    counted = []
    for seed in seeds:
        guilty = guilty_sets(random.Random(seed), n, k, together=together)
        gate = Gate(guilty)
        suspects = frozenset().union(*guilty) if named else frozenset[int]()
        found = isolate(range(n), gate, suspects, gate.tests if report else nameless)
        assert {frozenset(one) for one in found.guilty} == set(guilty)
        counted.append(len(gate.asked))
    return counted


def rounds(n: int, k: int, *, jobs: int, seeds: Iterable[int] = SEEDS) -> list[int]:
    """Return for each of `seeds` how many judgings follow one another with `jobs` sandboxes, all taking as long.

    The first look is one of them.
    """
    counted = []
    for seed in seeds:
        clock = _Clock(Gate(guilty_sets(random.Random(seed), n, k, together=False)))
        whole = {frozenset(range(n)): bool(k)}
        search = Foresight(range(n), clock.red, (), clock.gate.tests, tell=clock.tell, room=jobs - 1, known=whole)
        search.isolate()
        counted.append(1 + clock.rounds)
    return counted


@dataclass
class _Clock:
    """Counts the rounds in which a question is answered together with those that were told of ahead."""

    gate: Gate
    rounds: int = 0
    ahead: Sequence[frozenset[int]] = ()
    answered: set[frozenset[int]] = field(default_factory=set)

    def tell(self, _asked: frozenset[int] | None, ahead: Sequence[frozenset[int]]) -> None:
        self.ahead = ahead

    def red(self, applied: frozenset[int]) -> bool:
        if applied and applied not in self.answered:
            self.rounds += 1
            self.answered |= {applied, *self.ahead}
        return self.gate(applied)


def rows() -> Iterator[str]:
    """Yield the table of judgings as Markdown."""
    yield "| n | k | limit | independent | most | without a report | named by evidence | two and two |"
    yield "|---|---|---|---|---|---|---|---|"
    for n in SIZES:
        for k in GUILTY:
            limit = 1.25 * math.log2(math.comb(n, k)) + 2
            alone, bare = runs(n, k), runs(n, k, report=False)
            named = runs(n, k, named=True) if k else []
            pairs = runs(n, k, together=True) if k > 1 else []
            cells = [f"{n}", f"{k}", f"{limit:.1f}", f"{statistics.mean(alone):.1f}", f"{max(alone)}"]
            cells += [f"{statistics.mean(one):.1f}" if one else "–" for one in (bare, named, pairs)]
            yield f"| {' | '.join(cells)} |"


def rows_at_once() -> Iterator[str]:
    """Yield the table of judgings that follow one another with several sandboxes, as Markdown."""
    yield "| n | k | 1 sandbox | 2 | 3 | 4 |"
    yield "|---|---|---|---|---|---|"
    for n in SIZES[:-1]:
        for k in GUILTY[1:]:
            means = [statistics.mean(rounds(n, k, jobs=jobs, seeds=SEEDS[:40])) for jobs in (1, 2, 3, 4)]
            cells = (f"{one:.1f} ({one / means[0]:.2f})" for one in means[1:])
            yield f"| {n} | {k} | {means[0]:.1f} | {' | '.join(cells)} |"


def false_convictions(batches: int = BATCHES) -> int:
    """Return how many of `batches` innocent batches a suite convicts that is red by chance at every twentieth run.

    A red counts when it is seen twice; when the second look differs, the majority of five decides, as in `judging`.
    """
    dice = random.Random(1)
    convicted = 0
    for _ in range(batches):
        seen = [dice.random() < FLAKY]
        if seen[0]:
            seen.append(dice.random() < FLAKY)
        if len(set(seen)) > 1:
            seen += [dice.random() < FLAKY for _ in range(3)]
        convicted += sum(seen) * 2 > len(seen)
    return convicted


def main() -> None:
    """Print the figures; with `--wall` the time that real isolations take, side by side."""
    if sys.argv[1:] == ["--wall"]:
        from benchmarks import at_once

        for line in at_once.rows():
            print(line, flush=True)
        return
    for line in rows():
        print(line)
    print()
    for line in rows_at_once():
        print(line)
    told = f"innocent batches convicted by a suite that is red by chance in {FLAKY:.0%} of its runs"
    print(f"\n{false_convictions()} of {BATCHES} {told}")


if __name__ == "__main__":
    main()
