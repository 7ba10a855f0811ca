"""The JSON of the contract, held by schemas: every promised field, its type, and sums that add up."""

import json
from dataclasses import replace

import jsonschema
import pytest

from workbench.model.errors import Conflict, PlanFileError, Problem, StalePlan, WorkbenchError
from workbench.model.run import Checkout, RunOutcome
from workbench.report.documents.branch import rollback_document
from workbench.report.documents.error import error_document
from workbench.report.documents.plan import batch_document, places_document, plan_document
from workbench.report.documents.run import log_document, run_document, status_document
from workbench.report.documents.scan import scan_document
from workbench.report.objects import dump, event_line

COUNT = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
FLAG = {"type": "boolean"}
SECONDS = {"type": "number", "minimum": 0}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$"}
OBJECT_ID = {"type": "string", "pattern": "^[0-9a-f]{40}$"}
PRIORITY = {"enum": ["P0", "P1", "P2"]}


def fields(**properties):
    return {"type": "object", "properties": properties, "required": list(properties)}


def many(items):
    return {"type": "array", "items": items}


def maybe(schema):
    return {"anyOf": [schema, {"type": "null"}]}


SIX = fields(found=COUNT, fixed=COUNT, quarantined=COUNT, blocked=COUNT, excluded=COUNT, remaining=COUNT)
TOTALS = {
    "allOf": [
        SIX,
        fields(
            by_priority=fields(P0=SIX, P1=SIX, P2=SIX),
            by_rule={"type": "object", "additionalProperties": SIX},
        ),
    ]
}
VIOLATION = fields(
    fingerprint={"type": "string", "pattern": "^[0-9a-f]{16}$"},
    **dict.fromkeys(("rule", "kind", "path", "scope", "snippet", "message", "reason"), TEXT),
    **{name: {"type": "integer", "minimum": 1} for name in ("line", "column", "end_line", "end_column")},
    priority=PRIORITY,
    state={"enum": ["open", "fixed", "blocked", "quarantined", "excluded"]},
)
TESTS = fields(passed=COUNT, failed=COUNT, error=COUNT, skipped=COUNT)
VERDICT = {"enum": ["pass", "fail", "error", "timeout", "skip"]}
GATE = fields(id=TEXT, verdict=VERDICT, seconds=SECONDS, cached=FLAG, tests=maybe(TESTS))
SUITE = fields(
    id=TEXT,
    baseline=maybe(TESTS),
    now=maybe(TESTS),
    target=maybe({"type": "string", "pattern": r"^\d+/\d+$"}),
    met=maybe(FLAG),
)
SCHEMAS = {
    "scan": fields(
        schema={"const": 1},
        plan=TEXT,
        commit=maybe(OBJECT_ID),
        violations=many(VIOLATION),
        skipped=many(fields(path=TEXT, reason=TEXT)),
        totals=fields(
            found=COUNT,
            by_priority=fields(P0=COUNT, P1=COUNT, P2=COUNT),
            by_rule={"type": "object", "additionalProperties": COUNT},
        ),
    ),
    "plan": fields(
        schema={"const": 1},
        plan=TEXT,
        digest=TEXT,
        base=fields(commit=OBJECT_ID, tree=OBJECT_ID),
        phases=many(
            fields(
                priority=PRIORITY,
                violations=COUNT,
                batches=many(fields(id=TEXT, rules=TEXTS, files=TEXTS, violations=COUNT)),
            )
        ),
        blocked=many(VIOLATION),
        excluded=many(VIOLATION),
        totals=TOTALS,
    ),
    "run": fields(
        schema={"const": 1},
        run=TEXT,
        plan=TEXT,
        outcome={"enum": ["running", "complete", "partial", "rolled_back", "interrupted"]},
        branch=TEXT,
        base=OBJECT_ID,
        head=OBJECT_ID,
        started=TIME,
        finished=maybe(TIME),
        batches=many(
            fields(
                id=TEXT,
                priority=PRIORITY,
                state=TEXT,
                commit=maybe(OBJECT_ID),
                files=COUNT,
                violations=COUNT,
                gates=many(GATE),
            )
        ),
        quarantined=many(fields(path=TEXT, fingerprints=TEXTS, gate=TEXT, tests=TEXTS, evidence=TEXT)),
        blocked=many(VIOLATION),
        totals=TOTALS,
        gates=many(SUITE),
        gate_runs=COUNT,
    ),
    "status": fields(
        schema={"const": 1},
        plan=TEXT,
        run=TEXT,
        outcome=TEXT,
        totals=TOTALS,
        gates=many(SUITE),
        next=TEXT,
    ),
    "rollback": fields(
        schema={"const": 1},
        target=TEXT,
        mode=TEXT,
        **{"from": fields(commit=OBJECT_ID, tree=OBJECT_ID)},
        to=fields(commit=OBJECT_ID, tree=OBJECT_ID),
        expected_tree=OBJECT_ID,
        actual_tree=OBJECT_ID,
        verified=FLAG,
        gates=many(GATE),
    ),
    "error": fields(
        schema={"const": 1},
        error=fields(code=TEXT, message=TEXT, hint=TEXT, path=maybe(TEXT), line=maybe(COUNT)),
    ),
}


def check(name, document):
    """Hold a document against its schema, as a reader would parse it, and return it."""
    parsed = json.loads(dump(document))
    jsonschema.validate(parsed, SCHEMAS[name])
    return parsed


def assert_adds_up(totals):
    lines = [totals, *totals["by_priority"].values(), *totals["by_rule"].values()]
    for line in lines:
        assert line["found"] == sum(line[one] for one in SIX["required"] if one != "found")
    for one in SIX["required"]:
        assert totals[one] == sum(line[one] for line in totals["by_priority"].values())
        assert totals[one] == sum(line[one] for line in totals["by_rule"].values())


def test_scan(violations, skipped):
    document = check("scan", scan_document("websocket-ssot", None, violations, skipped, ["unused", "legacy-import"]))
    assert document["totals"]["found"] == len(document["violations"]) == 17
    assert document["totals"]["by_priority"] == {"P0": 4, "P1": 8, "P2": 5}
    assert document["totals"]["by_rule"] == {"direct-construction": 8, "legacy-import": 9, "unused": 0}
    assert document["skipped"][0]["reason"] == "unparsable"
    check("scan", scan_document("x", "a" * 40, [], []))


def test_plan(plan):
    document = check("plan", plan_document(plan))
    assert_adds_up(document["totals"])
    planned = sum(phase["violations"] for phase in document["phases"])
    aside = len(document["blocked"]) + len(document["excluded"])
    assert planned + aside == document["totals"]["found"] == 17
    assert document["phases"][1]["batches"][0] == {
        "id": "P1-001",
        "rules": ["legacy-import"],
        "package": "netra_backend/app/core",
        "files": ["netra_backend/app/core/agent.py", "netra_backend/app/core/supervisor.py"],
        "violations": 3,
    }


def test_run(record):
    document = check("run", run_document(record))
    assert_adds_up(document["totals"])
    assert document["totals"]["by_priority"]["P1"] == {
        "found": 8,
        "fixed": 4,
        "quarantined": 2,
        "blocked": 2,
        "excluded": 0,
        "remaining": 0,
    }
    assert document["started"] == "2026-11-20T22:15:00Z"
    assert [one["files"] for one in document["batches"]] == [1, 1, 2, 2, 2, 1]
    assert len(document["blocked"]) == document["totals"]["blocked"] == 3
    assert document["gates"][1]["target"] == "17/18"


def test_run_that_has_not_ended(record):
    unfinished = replace(record, finished=None, outcome=RunOutcome.RUNNING)
    assert check("run", run_document(unfinished))["finished"] is None


def test_status(record):
    document = check("status", status_document(record, "workbench land websocket-ssot"))
    assert_adds_up(document["totals"])
    assert (document["next"], document["unfinished"], document["parted"]) == (
        "workbench land websocket-ssot",
        None,
        None,
    )


def test_rollback(certificate):
    document = check("rollback", rollback_document(certificate))
    assert document["verified"] is True
    assert document["batches"] == ["P1-002", "P1-001"]
    assert document["checkout"] is None
    lay = Checkout("i", "u", "f")
    worked = rollback_document(replace(certificate, before=lay, after=replace(lay, index="j")))
    assert worked["checkout"] == {
        "before": {"index": "i", "untracked": "u", "files": "f"},
        "after": {"index": "j", "untracked": "u", "files": "f"},
        "untouched": False,
    }


def test_batch_and_places(plan, violations, record):
    batch = next(plan.batches())
    document = json.loads(dump(batch_document(plan, batch, ["syntax", "unit"], "--- a\n")))
    assert document["batch"]["units"] == [["netra_backend/app/routes/websocket.py"]]
    assert [one["fingerprint"] for one in document["violations"]] == list(batch.fingerprints)
    places = json.loads(dump(places_document(violations[3:4], record.quarantined, "", {violations[3].rule: "because"})))
    assert places["violations"][0]["why"] == "because"
    assert places["violations"][0]["advice"].startswith("pass it in")
    assert places["quarantined"][0]["owner"] == "@core-team"


def test_log(story):
    document = json.loads(dump(log_document("r", ((at, event) for event, at in story))))
    assert [one["event"] for one in document["events"][:3]] == ["run_started", "gate_started", "baseline_judged"]
    judged = document["events"][2]
    jsonschema.validate(judged["at"], TIME)
    assert judged["judgement"]["report"]["tests"]["unit::test_0"] == "passed"
    measured = next(one for one in document["events"] if one["event"] == "suite_measured")
    assert measured["suite"]["target"] == "17/18"


def test_an_event_is_one_line(story):
    for event, at in story:
        line = event_line(event, at)
        assert line.count("\n") == 1
        assert json.loads(line)["schema"] == 1


@pytest.mark.parametrize(
    "error",
    [WorkbenchError("broken"), StalePlan("the plan is stale", hint="workbench plan", path="plans/x.toml", line=3)],
)
def test_error(error):
    document = check("error", error_document(error))["error"]
    assert (document["code"], document["line"]) == (error.code, error.line)
    assert "problems" not in document


def test_a_plan_files_problems_come_all_at_once():
    problems = (Problem("unknown key", "rules.0.kynd", 4, "kind"), Problem("missing name"))
    document = check("error", error_document(PlanFileError("plans/x.toml", problems)))["error"]
    assert document["problems"][0] == {
        "line": 4,
        "key": "rules.0.kynd",
        "message": "unknown key",
        "suggestion": "kind",
    }
    assert [one["line"] for one in document["problems"]] == [4, None]
    assert document["code"] == "plan-file"


def test_json_is_ascii_and_holds_no_lone_surrogates():
    text = dump(error_document(Conflict("caf\u00e9 \u202e \x9b \udcff \U0001f600")))
    assert text.isascii()
    assert json.loads(text)["error"]["message"] == "caf\u00e9 \u202e \x9b \ufffd \U0001f600"
    json.loads(text)["error"]["message"].encode("utf-8")
