"""Holds a gate's report against the baseline: what convicts, and which verdict counts. Pure.

Only what was green before and is not green now convicts:

- a test that passed at the baseline and is red now, or did not run now (these are also `lost`: absent,
  or skipped, for an import that fails inside a guard skips tests silently);
- a red test the baseline did not have, unless the baseline could not know it: its run was broken off,
  or something that was red there is mended or gone (a mended import brings tests to light, and those
  that are red were not broken by the mending; a red test may have come back under another name);
- a gate that speaks by its exit code alone, if it passed at the baseline;
- too few tests, or too slow a run, if there were enough and it was fast enough at the baseline.

Without a baseline (or one that was skipped) every red counts. What was red before and is red still
leaves the verdict at pass where some test was green before and is green still, and at skip where there
is nothing to go by: such a gate cannot convict, but nobody may say it passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from workbench.model.gate import GateReport, Judgement, Outcome, Verdict
from workbench.planning.spec import GateSpec

_RED = (Outcome.FAILED, Outcome.ERROR)
_WHOLE_RUN = (0, 1)
"""Exit codes of a baseline that ran all it collected; pytest's 2 and above are runs broken off."""
_VACUOUS = "vacuous: it was green before any change"


@dataclass(frozen=True, slots=True)
class _Change:
    """What became of the tests between the baseline and now, as sorted ids.

    `missed` are the lost ones that the plan does not let go; `held`: some test stayed green.
    """

    reddened: tuple[str, ...]
    lost: tuple[str, ...]
    missed: tuple[str, ...]
    gained: tuple[str, ...]
    held: bool


def judge(
    report: GateReport,
    baseline: GateReport | None,
    gate: GateSpec,
    *,
    final: bool = False,
) -> Judgement:
    """Return the judgement of `report`, by what the gate said on the base (None: not measured).

    `final`: at the end of the phase or run, when a gate that expects red-then-green must be green;
    before that it convicts nobody. A gate that did not finish stays so, and one that was skipped.
    """
    if report.verdict not in (Verdict.PASS, Verdict.FAIL):
        return Judgement(report, report.verdict, report.reason)
    if gate.expect == "red-then-green":
        return _detection(report, baseline, gate, final=final)
    if baseline is None or baseline.verdict is Verdict.SKIP:
        return _alone(report, gate)
    return _against(report, baseline, gate)


def is_vacuous(baseline: GateReport, gate: GateSpec) -> bool:
    """Say whether a gate that must be red before the change was green already, and so proves nothing."""
    return gate.expect == "red-then-green" and baseline.verdict is Verdict.PASS


def _alone(report: GateReport, gate: GateSpec) -> Judgement:
    short = _fault(report, gate)
    verdict = Verdict.FAIL if short else report.verdict
    return Judgement(report, verdict, short or report.reason, convicting=_reds(report))


def _against(report: GateReport, baseline: GateReport, gate: GateSpec) -> Judgement:
    change = _compare(report, baseline, gate.may_lose)
    verdict, reason = _verdict(report, baseline, gate, change=change)
    return Judgement(report, verdict, reason, (*change.reddened, *change.missed), change.lost, change.gained)


def _verdict(report: GateReport, baseline: GateReport, gate: GateSpec, *, change: _Change) -> tuple[Verdict, str]:
    short, reds = _fault(report, gate), _reds(report)
    if change.reddened or change.missed:
        return Verdict.FAIL, _blame(change, report)
    if short and not _fault(baseline, gate):
        return Verdict.FAIL, short
    if report.verdict is Verdict.FAIL and baseline.verdict is Verdict.PASS:
        return Verdict.FAIL, report.reason
    if report.verdict is Verdict.PASS and not short:
        return Verdict.PASS, report.reason
    if reds and change.held and not short:
        return Verdict.PASS, f"{_tests(reds)} red, none of which was green at the base"
    return Verdict.SKIP, f"cannot convict, for it was no better at the base: {short or report.reason}"


def _blame(change: _Change, report: GateReport) -> str:
    red, lost = _tests(change.reddened), _tests(change.missed)
    if not change.missed:
        return f"{red} turned red"
    if change.reddened:
        return f"{red} turned red, {lost} that passed at the base did not run"
    return f"{lost} that passed at the base did not run" + (f" ({report.reason})" if report.reason else "")


def _tests(ids: tuple[str, ...]) -> str:
    return f"{len(ids)} test{'s' if len(ids) != 1 else ''}"


def _detection(report: GateReport, baseline: GateReport | None, gate: GateSpec, *, final: bool) -> Judgement:
    if baseline is None:
        if report.verdict is Verdict.PASS:
            return Judgement(report, Verdict.SKIP, _VACUOUS)
        return Judgement(report, Verdict.FAIL, f"red before any change, as it must be: {report.reason}")
    if is_vacuous(baseline, gate):
        return Judgement(report, Verdict.SKIP, _VACUOUS)
    gained = _compare(report, baseline).gained
    red = _fault(report, gate) or (report.reason if report.verdict is Verdict.FAIL else "")
    if not red:
        return Judgement(report, Verdict.PASS, report.reason, gained=gained)
    if final:
        return Judgement(report, Verdict.FAIL, f"still red: {red}", gained=gained)
    return Judgement(report, Verdict.SKIP, f"still red, which counts at the end only: {red}", gained=gained)


def _fault(report: GateReport, gate: GateSpec) -> str:
    """Say what is wrong with the run as a whole: too few tests, or too slow; "" if nothing is."""
    return _short(report, gate) or _slow(report, gate)


def _slow(report: GateReport, gate: GateSpec) -> str:
    if gate.max_seconds is None or report.longest <= gate.max_seconds:
        return ""
    return f"took {report.longest:.1f} s of at most {gate.max_seconds:g} s"


def _short(report: GateReport, gate: GateSpec) -> str:
    """Say that too few tests ran; "" if enough did, or nobody counts."""
    counts = report.counts
    if counts is None or counts.ran >= max(1, gate.min_tests):
        return ""
    return "no tests ran" if not counts.ran else f"{counts.ran} of at least {gate.min_tests} tests ran"


def _reds(report: GateReport) -> tuple[str, ...]:
    return tuple(sorted(test for test, outcome in (report.tests or {}).items() if outcome in _RED))


def _compare(report: GateReport, baseline: GateReport, may_lose: tuple[str, ...] = ()) -> _Change:
    before, now = baseline.tests or {}, report.tests or {}
    reds = _reds(report)
    green = {test for test, outcome in before.items() if outcome is Outcome.PASSED}
    ran = {test for test, outcome in now.items() if outcome is not Outcome.SKIPPED}
    passed = {test for test, outcome in now.items() if outcome is Outcome.PASSED}
    news = {test for test in reds if test not in before} if _knew_all(baseline, reds) else set()
    lost = sorted(green - ran)
    return _Change(
        reddened=tuple(sorted(green.intersection(reds) | news)),
        lost=tuple(lost),
        missed=tuple(test for test in lost if not any(fnmatchcase(test, one) for one in may_lose)),
        gained=tuple(test for test in _reds(baseline) if test in passed),
        held=bool(green & passed),
    )


def _knew_all(baseline: GateReport, reds: tuple[str, ...]) -> bool:
    """Say whether the baseline would have shown a test that is new and red now, had it been red there."""
    whole = bool(baseline.counts and baseline.counts.passed) and baseline.exit_code in _WHOLE_RUN
    return whole and set(_reds(baseline)) <= set(reds)
