"""Evidence made elsewhere: for one tree, for some time, and never a pass by its absence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import ValidationError

from workbench.gates.external import read_external
from workbench.gates.judge import judge
from workbench.model.gate import GateReport, Verdict
from workbench.planning.spec import External, GateSpec

COMMIT, TREE = "c" * 40, "7" * 40
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
GREEN = '<testcase classname="t" name="a"/>'
RED = '<testcase classname="t" name="a"><failure message="no"/></testcase>'
EXTERNAL = {"junit": "staging.xml", "max_age": "36h"}


def spec(**keys: object) -> GateSpec:
    fields = {"id": "staging", "level": "protected", "when": "run", "external": EXTERNAL}
    return GateSpec.model_validate({**fields, **keys})


def suite(cases: str = GREEN, *, commit: str = COMMIT, timestamp: str = "2026-05-01T11:00:00") -> str:
    named = f'<properties><property name="commit" value="{commit}"/></properties>' if commit else ""
    time = f' timestamp="{timestamp}"' if timestamp else ""
    return f"<testsuites><testsuite{time}>{named}{cases}</testsuite></testsuites>"


def read(tmp_path: Path, text: str | None, gate: GateSpec | None = None) -> GateReport:
    if text is not None:
        (tmp_path / "staging.xml").write_text(text)
    gate = gate or spec()
    assert gate.external is not None
    trees = {COMMIT: TREE, "d" * 40: "8" * 40, "e" * 40: TREE}
    return read_external(gate, gate.external, root=tmp_path, tree=TREE, tree_of=trees.get, now=NOW)


def test_fresh_green_evidence_of_the_tree_is_a_pass(tmp_path: Path) -> None:
    report = read(tmp_path, suite())
    assert (report.verdict, list(report.tests or {})) == (Verdict.PASS, ["t::a"])
    assert read(tmp_path, suite(commit="e" * 40)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("cases", "reason"), [(RED, "1 of 1 tests red"), ("<testcase name='a'><skipped/></testcase>", "no tests ran")]
)
def test_evidence_may_be_red(tmp_path: Path, cases: str, reason: str) -> None:
    report = read(tmp_path, suite(cases))
    assert (report.verdict, report.reason) == (Verdict.FAIL, reason)


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        pytest.param(None, "the JUnit report is missing", id="missing"),
        pytest.param("<testsuites>", "the JUnit report cannot be read", id="cut short"),
        pytest.param(suite(commit=""), "it does not name its commit", id="no commit"),
        pytest.param(suite(commit="HEAD"), "its commit is no full commit id", id="a name of a commit"),
        pytest.param(suite(commit=COMMIT[:12]), "its commit is no full commit id", id="a short id"),
        pytest.param(suite(commit="d" * 40), "whose tree is another", id="another tree"),
        pytest.param(suite(commit="a" * 40), "whose tree is another", id="an unknown commit"),
        pytest.param(
            suite().replace("<testsuites>", '<testsuites><properties><property name="commit" value="x"/></properties>'),
            "it names 2 commits",
            id="two commits",
        ),
        pytest.param(suite(timestamp=""), "it does not say when", id="no time"),
        pytest.param(
            suite().replace("</testsuites>", f"<testsuite>{GREEN}</testsuite></testsuites>"),
            "it does not say when",
            id="one suite without a time",
        ),
        pytest.param(suite(timestamp="yesterday"), "it does not say when", id="no such time"),
        pytest.param(suite(timestamp="2026-04-29T23:59:59"), "too old", id="too old"),
        pytest.param(suite(timestamp="2026-05-01T12:06:00"), "in the future", id="from the future"),
        pytest.param(suite(""), "it does not say when", id="no test at all"),
    ],
)
def test_all_else_is_unverified_and_says_why(tmp_path: Path, text: str | None, doubt: str) -> None:
    report = read(tmp_path, text)
    assert report.verdict is Verdict.UNVERIFIED
    assert doubt in report.reason
    assert not report.verdict.finished
    assert judge(report, None, spec()).verdict is Verdict.UNVERIFIED


def test_the_limit_of_age_is_exact_and_heeds_the_zone(tmp_path: Path) -> None:
    limit = (NOW - timedelta(hours=36)).astimezone(timezone(timedelta(hours=2)))
    assert read(tmp_path, suite(timestamp=limit.isoformat())).verdict is Verdict.PASS
    older = (limit - timedelta(seconds=1)).isoformat()
    assert read(tmp_path, suite(timestamp=older)).verdict is Verdict.UNVERIFIED


def test_a_gate_with_a_minimum_counts_the_tests_of_the_evidence(tmp_path: Path) -> None:
    gate = spec(min_tests=2)
    assert judge(read(tmp_path, suite(), gate), None, gate).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"run": ["make"]}, "`run` is for a command"),
        ({"when": "batch"}, "cannot judge a batch"),
        ({"repeat": 2}, "`repeat` is for a command"),
        ({"expect": "red-then-green"}, "`expect` is for a command"),
        ({"external": {"junit": "a.xml"}}, "max_age"),
        ({"external": {"junit": "../a.xml", "max_age": "1d"}}, "leads out"),
        ({"external": {"junit": "a.xml", "max_age": "soon"}}, "is not an age"),
        ({"external": None}, "a gate needs `run`"),
    ],
)
def test_what_cannot_work_is_refused(keys: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        spec(**keys)


def test_ages_are_written_with_their_unit() -> None:
    ages = [External.model_validate({"junit": "a.xml", "max_age": text}).max_age for text in ("90min", "36h", "7d")]
    assert ages == [5400, 129600, 604800]
