"""CSV, SARIF and JUnit as other programs read them."""

import csv
import io
import json
from dataclasses import replace
from fractions import Fraction

import pytest
from defusedxml import ElementTree

from workbench.model.gate import Level, TestCounts, Verdict
from workbench.model.run import GateRecord, SuiteRecord
from workbench.model.violation import SiteState
from workbench.report.junit import junit_report
from workbench.report.objects import dump
from workbench.report.sarif import sarif_document
from workbench.report.table import csv_report

HOSTILE = ["<b>&]]>", "\x00\x1b[2J\ufffe\uffff", "\ud800", '=HYPERLINK("x")', "a,b\n\"c'"]


def test_csv(violations):
    rows = list(csv.DictReader(io.StringIO(csv_report(violations))))
    assert len(rows) == 17
    assert rows[3]["path"] == "netra_backend/app/routes/mcp.py"
    assert (rows[3]["line"], rows[3]["priority"], rows[3]["reason"]) == ("14", "P0", "no-context-in-scope")


@pytest.mark.parametrize("bad", HOSTILE)
def test_csv_is_inert(violations, bad):
    site = replace(violations[0], path=bad, message=bad, snippet=bad)
    (row,) = csv.DictReader(io.StringIO(csv_report([site])))
    assert not row["message"].startswith("=")
    assert row["message"].isprintable()


def test_sarif(violations, skipped):
    document = json.loads(dump(sarif_document(violations, skipped, version="0.1.0")))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == ["direct-construction", "legacy-import"]
    assert len(run["results"]) == 17
    first = run["results"][0]
    assert rules[first["ruleIndex"]]["id"] == first["ruleId"] == "legacy-import"
    assert first["level"] == "error"
    assert first["partialFingerprints"] == {"workbench/v1": "0000000000000001"}
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "netra_backend/app/routes/websocket.py", "uriBaseId": "%SRCROOT%"}
    assert (place["region"]["startLine"], place["region"]["startColumn"]) == (11, 5)
    assert [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]] == [
        "scripts/old_py2.py was not judged: unparsable: line 3: Missing parentheses in call to 'print'",
        "data/names.py was not judged: not-utf8",
    ]


def test_sarif_suppresses_what_is_excluded_and_nothing_else(violations):
    (run,) = sarif_document(violations, [], version="0")["runs"]
    suppressed = [one["suppressions"] for one in run["results"] if "suppressions" in one]
    assert suppressed == [[{"kind": "external", "justification": "allowed by the rule"}]]
    assert sum(one.state is SiteState.EXCLUDED for one in violations) == 1


def test_sarif_paths_are_percent_encoded(violations):
    site = replace(violations[0], path="a b/ü#%?.py")
    (run,) = sarif_document([site], [], version="0")["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b/%C3%BC%23%25%3F.py"
    json.dumps(sarif_document([replace(site, path="\udcff.py")], [], version="0"))


def test_junit(record):
    red = GateRecord("unit", Level.TESTS, Verdict.FAIL, 1.5, False, TestCounts(11, 1), "", ("a::b", "a::c"))
    slow = GateRecord("slow", Level.TESTS, Verdict.TIMEOUT, 600, False, None, "600 s were not enough")
    skipped = GateRecord("late", Level.TESTS, Verdict.SKIP, 0, False, None)
    batches = (replace(record.batches[0], gates=(red, slow, skipped)), *record.batches[1:])
    root = ElementTree.fromstring(junit_report(replace(record, batches=batches)))
    suites = root.findall("testsuite")
    assert [one.get("name").split()[0] for one in suites] == [*(one.id for one in record.batches), "targets"]
    assert {key: suites[0].get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    failure = suites[0].find("testcase/failure")
    assert (failure.get("message"), failure.text) == ("11/12 tests passed", "a::b\na::c")
    assert suites[0].find("testcase/error").get("message") == "600 s were not enough"
    assert root.get("tests") == str(3 + 5 * 4 + 2)
    assert root.get("failures") == "2"


def test_junit_says_what_it_takes_to_reach_a_target(record):
    short = SuiteRecord("unit", Level.TESTS, TestCounts(10, 8), TestCounts(16, 2), Fraction(9, 10), False)
    unseen = replace(short, id="late", now=None, met=None)
    root = ElementTree.fromstring(junit_report(replace(record, suites=(short, unseen))))
    targets = root.findall("testsuite")[-1]
    assert (targets.get("tests"), targets.get("failures"), targets.get("skipped")) == ("2", "1", "1")
    assert targets.find("testcase/failure").get("message") == "unit 10/18 → 16/18, target 90 % (17/18)"
    assert targets.find("testcase/skipped").get("message") == "late 10/18 → –, target 90 %"


@pytest.mark.parametrize("bad", HOSTILE)
def test_junit_is_well_formed_whatever_a_test_is_called(record, bad):
    red = GateRecord(bad, Level.TESTS, Verdict.FAIL, 1, False, None, bad, (bad,))
    batch = replace(record.batches[0], id=bad, package=bad, rules=(bad,), gates=(red,))
    text = junit_report(replace(record, plan=bad, batches=(batch,)))
    assert ElementTree.fromstring(text.encode("utf-8")).find("testsuite/testcase/failure") is not None
