"""The JSON objects that several documents share, field by field as the contract lists them."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from workbench.model.event import Event
from workbench.model.flips import Flip
from workbench.model.gate import TestCounts
from workbench.model.run import GateRecord, SuiteRecord
from workbench.model.violation import Count, Skipped, Totals, Violation
from workbench.report.figures import instant

Object = dict[str, object]
SCHEMA = 1

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_SURROGATE = re.compile("[\ud800-\udfff]")


def dump(document: Object) -> str:
    """Return `document` as ASCII JSON with a final newline; lone surrogates, illegal there, become U+FFFD."""
    text = json.dumps(document, indent=2)
    if "\\ud" in text:
        text = json.dumps(_without_surrogates(document), indent=2)
    return text + "\n"


def _without_surrogates(value: object) -> object:
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case dict():
            return {_without_surrogates(key): _without_surrogates(one) for key, one in value.items()}
        case list():
            return [_without_surrogates(one) for one in value]
        case _:
            return value


def violation_object(violation: Violation) -> Object:
    """Return one violation; lines from 1, columns from 1 in code points."""
    place = violation.place
    return {
        "fingerprint": violation.fingerprint,
        "rule": violation.rule,
        "kind": violation.kind,
        "path": violation.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "scope": violation.scope,
        "snippet": violation.snippet,
        "message": violation.message,
        "priority": str(violation.priority),
        "state": str(violation.state),
        "reason": violation.reason,
        "detail": violation.detail,
    }


def skipped_object(skipped: Skipped) -> Object:
    return {"path": skipped.path, "reason": skipped.reason, "detail": skipped.detail}


def count_object(count: Count) -> Object:
    """Return the six numbers; `found` is the sum of the others."""
    return {
        "found": count.found,
        "fixed": count.fixed,
        "quarantined": count.quarantined,
        "blocked": count.blocked,
        "excluded": count.excluded,
        "remaining": count.remaining,
    }


def totals_object(totals: Totals) -> Object:
    """Return the six numbers overall, for each priority and for each rule."""
    return {
        **count_object(totals.all),
        "by_priority": {str(one): count_object(each) for one, each in totals.by_priority.items()},
        "by_rule": {rule: count_object(each) for rule, each in totals.by_rule.items()},
    }


def counts_object(counts: TestCounts | None) -> Object | None:
    """Return tests by outcome, None where a gate has no report."""
    if counts is None:
        return None
    return {
        "passed": counts.passed,
        "failed": counts.failed,
        "error": counts.error,
        "skipped": counts.skipped,
    }


def gate_object(gate: GateRecord) -> Object:
    """Return one judging; seconds of wall time, to the millisecond."""
    return {
        "id": gate.id,
        "level": str(gate.level),
        "verdict": str(gate.verdict),
        "seconds": round(gate.seconds, 3),
        "cached": gate.cached,
        "tests": counts_object(gate.tests),
        "reason": gate.reason,
        "convicting": list(gate.convicting),
        "gained": list(gate.gained),
        "lost": list(gate.lost),
        "flaky": list(gate.flaky),
    }


def flip_object(flip: Flip) -> Object:
    """Return what one commit did to the tests of one gate."""
    return {
        "batch": flip.batch,
        "commit": flip.commit,
        "gate": flip.gate,
        "gained": list(flip.gained),
        "lost": list(flip.lost),
        "flaky": list(flip.flaky),
    }


def event_object(event: Event, at: datetime) -> Object:
    """Return an event with its name ("batch_started"), its time, and its fields under their own names."""
    name = _CAPITAL.sub("_", type(event).__name__).lower()
    return {"schema": 1, "event": name, "at": instant(at), **_fields(event)}


def event_line(event: Event, at: datetime) -> str:
    """Return an event as one line of JSON, with its newline."""
    return json.dumps(_without_surrogates(event_object(event, at))) + "\n"


def _fields(record: object) -> Object:
    assert dataclasses.is_dataclass(record)
    return {one.name: _plain(getattr(record, one.name)) for one in dataclasses.fields(record)}


def _plain(value: object) -> object:
    match value:
        case str():
            return str(value)
        case Fraction():
            return fraction(value)
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return _fields(value) if dataclasses.is_dataclass(value) else value


def fraction(value: Fraction) -> str:
    """Return an exact fraction as text, "17/18"."""
    return f"{value.numerator}/{value.denominator}"


def suite_object(suite: SuiteRecord) -> Object:
    """Return a command gate's standing; `target` is an exact fraction as text, "17/18", `required` in tests."""
    target = suite.target
    return {
        "id": suite.id,
        "level": str(suite.level),
        "baseline": counts_object(suite.baseline),
        "now": counts_object(suite.now),
        "target": None if target is None else fraction(target),
        "required": suite.required,
        "met": suite.met,
        "verdict": None if suite.verdict is None else str(suite.verdict),
        "reason": suite.reason,
    }


def collision_objects(collisions: Sequence[tuple[str, Sequence[str]]]) -> list[Object]:
    """Return the files a merge would meet, each with the batches that changed it."""
    return [{"path": path, "batches": list(batches)} for path, batches in collisions]
