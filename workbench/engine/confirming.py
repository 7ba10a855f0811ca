"""Concludes from several judgings of one tree: no red is believed on one sight, and none is repeated silently. Pure.

A red is confirmed when a test that convicted convicts again. Reds by different tests confirm nothing: they are
what a flaky suite looks like. Five judgings then decide, each test by the majority of its own results.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from workbench.model.gate import Judgement, Verdict
from workbench.planning.spec import GateSpec

_FLAKY_RUNS = 5
_RED = (Verdict.FAIL, Verdict.ERROR, Verdict.TIMEOUT)


def is_red(judgement: Judgement) -> bool:
    return judgement.verdict in _RED


def undecided(seen: Sequence[Judgement], after: Judgement | None, gate: GateSpec) -> bool:
    """Say whether a red must be seen again: once to confirm it, up to five times when it does not repeat.

    `after` is a confirmed red: one by the same tests needs no second look. Nor does a red of a gate that is
    repeated, or whose every red counts, for a single one is what such a gate asks about.
    """
    if not is_red(seen[0]):
        return False
    if _every_red_counts(gate) and _failed(seen):
        return False
    if len(seen) == 1:
        return after is None or not set(seen[0].convicting) & set(after.convicting)
    return not _confirmed(seen) and len(seen) < _FLAKY_RUNS


def decide(seen: Sequence[Judgement], gate: GateSpec) -> Judgement:
    """Conclude from one judging, or from several of the same tree."""
    last = seen[-1]
    reds = [one for one in seen if is_red(one)]
    if len(seen) == 1 or not reds:
        return last
    if _confirmed(seen):
        return _confirmed_red(reds)
    if _every_red_counts(gate) and _failed(seen):
        return replace(_failed(seen)[0], verdict=Verdict.FAIL, reason=_told(seen, reds), flaky=_flaky(seen))
    return _majority(seen, reds)


def _every_red_counts(gate: GateSpec) -> bool:
    return gate.repeat > 1 or gate.flaky == "red"


def _failed(seen: Sequence[Judgement]) -> list[Judgement]:
    return [one for one in seen if one.verdict is Verdict.FAIL]


def _confirmed(seen: Sequence[Judgement]) -> bool:
    """Say whether all were red, and by a test they have in common if they name tests at all."""
    if not all(map(is_red, seen)):
        return False
    named = [set(one.convicting) for one in seen]
    return not any(named) or bool(set.intersection(*named))


def _confirmed_red(reds: Sequence[Judgement]) -> Judgement:
    red = next((one for one in reds if one.verdict is Verdict.FAIL), reds[0])
    if red.verdict is Verdict.FAIL:
        return _without_chance(red, reds)
    return replace(red, verdict=Verdict.FAIL, reason=f"did not finish twice; it did on the base ({red.reason})")


def _without_chance(red: Judgement, reds: Sequence[Judgement]) -> Judgement:
    """Take out the tests that ran in another of these judgings and did not convict there: nobody saw them twice."""
    held = {test for one in reds for test in one.report.tests or () if test not in one.convicting}
    chance = sorted({test for one in reds for test in one.convicting} & held)
    if not chance:
        return red
    steady = tuple(test for test in red.convicting if test not in held)
    told = f"{red.reason}; flaky: {', '.join(chance)} red in 1 of {len(reds)} runs"
    return replace(red, convicting=steady, reason=told, flaky=tuple(chance))


def _majority(seen: Sequence[Judgement], reds: Sequence[Judgement]) -> Judgement:
    """Decide five judgings: red by the tests that convicted in most of them, or because all of them were red."""
    times = Counter(test for one in reds for test in one.convicting)
    most = {test for test, count in times.items() if 2 * count > len(seen)}
    nameless = [one for one in reds if not one.convicting]
    red = len(reds) == len(seen) or most or 2 * len(nameless) > len(seen)
    greens = [one for one in seen if not is_red(one)]
    if not red and greens:
        return replace(greens[0], reason=_told(seen, reds), flaky=_flaky(seen))
    shown = next((one for one in reds if most & set(one.convicting)), reds[0])
    convicting = tuple(test for test in shown.convicting if not most or test in most)
    return replace(shown, verdict=Verdict.FAIL, convicting=convicting, reason=_told(seen, reds), flaky=_flaky(seen))


def _flaky(seen: Sequence[Judgement]) -> tuple[str, ...]:
    times = Counter(test for one in seen for test in one.convicting)
    return tuple(sorted(test for test, count in times.items() if count < len(seen)))


def _told(seen: Sequence[Judgement], reds: Sequence[Judgement]) -> str:
    named = ", ".join(sorted({test for one in reds for test in one.convicting})) or "the gate"
    return f"flaky: {named} red in {len(reds)} of {len(seen)} runs"
