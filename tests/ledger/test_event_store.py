"""Every event comes back from JSON as it went in, and what is not an event is refused."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_stories import judgement, oid

from workbench.ledger import codec
from workbench.ledger.apply import apply
from workbench.ledger.codec import MalformedError
from workbench.ledger.events import KINDS, Encoded, cleaned, decode, encode
from workbench.model import event as e
from workbench.model.event import Event
from workbench.model.gate import Level, Outcome, Verdict
from workbench.model.run import SuiteRecord

EVENT_TYPES = get_args(Event)

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(Fraction, st.fractions())


def again(event: Event) -> Event:
    encoded = encode(event)
    return decode(encoded.kind, encoded.body, lambda digest: found(encoded, digest))


def found(encoded: Encoded, digest: str) -> bytes:
    assert encoded.outcomes is not None
    assert encoded.outcomes[0] == digest
    return encoded.outcomes[1]


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_event_survives_storage(kind: type, data: st.DataObject) -> None:
    event = data.draw(st.from_type(kind))
    assert again(event) == event
    assert encode(again(event)) == encode(event)


def test_every_event_has_a_kind_and_a_projection() -> None:
    assert set(KINDS.values()) == set(EVENT_TYPES)
    assert set(apply.registry) - {object} == set(EVENT_TYPES)


def test_what_is_no_event_is_not_applied() -> None:
    with pytest.raises(TypeError, match="nothing is known of str"):
        apply("text", type("At", (), {"n": 1}))


def test_the_body_is_canonical_json() -> None:
    body = encode(e.RunInterrupted("r", "größer")).body
    assert body == '{"reason":"gr\\u00f6\\u00dfer","run":"r"}'


def test_outcomes_are_stored_apart_and_once() -> None:
    one = encode(e.GateJudged("r", "b", oid(1), judgement(seconds=1.0), key="k"))
    two = encode(e.GateJudged("r", "c", oid(2), judgement(seconds=2.0), key="k"))
    assert one.outcomes == two.outcomes
    assert "test_1" not in one.body


def test_a_gate_without_a_report_has_no_outcomes() -> None:
    bare = codec.shaped(type(judgement()), {**codec.plain(judgement()), "report": report(tests=None)})
    event = e.BaselineJudged("r", oid(1), bare)
    assert encode(event).outcomes is None
    assert again(event) == event


def report(**changes: object) -> dict[str, object]:
    return {"gate": "g", "level": "tests", "verdict": "pass", "seconds": 1, **changes}


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("from_the_future", "{}", "unknown kind"),
        ("run_resumed", "{", "not JSON"),
        ("run_resumed", "[]", "dict expected"),
        ("run_resumed", '{"run":1}', "str expected"),
        ("run_resumed", "{}", "missing run"),
        ("run_resumed", '{"run":"r","more":1}', "missing more"),
        ("run_finished", '{"head":"h","outcome":"victory","run":"r"}', "no RunOutcome"),
        ("batch_started", '{"batch":"b","parent":"p","run":"r","seq":true,"when":1}', "int expected"),
        ("sites_blocked", '{"batch":"b","run":"r","sites":[["f","code"]]}', "3 values expected"),
        ("suite_measured", json.dumps({"run": "r", "suite": {"target": "1/0"}}), "missing baseline"),
    ],
)
def test_what_does_not_fit_is_refused(kind: str, body: str, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        decode(kind, body, lambda _: b"")


def test_a_fraction_must_be_one() -> None:
    suite = SuiteRecord("s", Level.TESTS, None, None, Fraction(17, 18), None)
    text = codec.dumps(suite)
    assert codec.loads(SuiteRecord, text) == suite
    with pytest.raises(MalformedError, match="no Fraction"):
        codec.loads(SuiteRecord, text.replace("17/18", "17/0"))


def test_bytes_come_back_and_must_be_some() -> None:
    assert codec.shaped(bytes, codec.plain(b"\xff\0")) == b"\xff\0"
    with pytest.raises(MalformedError, match="no bytes"):
        codec.shaped(bytes, "no*base64")


def test_changed_outcomes_are_refused() -> None:
    encoded = encode(e.GateJudged("r", "b", oid(1), judgement()))
    other = encode(e.GateJudged("r", "b", oid(1), judgement(tests=3)))
    with pytest.raises(MalformedError, match="were changed"):
        decode(encoded.kind, encoded.body, lambda _: other.outcomes[1])
    with pytest.raises(MalformedError, match="cannot be unpacked"):
        decode(encoded.kind, encoded.body, lambda _: b"rotten")


def test_a_type_that_json_cannot_hold_is_a_bug() -> None:
    with pytest.raises(TypeError, match="cannot be stored"):
        codec.dumps(object())
    with pytest.raises(TypeError, match="cannot be stored"):
        codec.shaped("no type", {})


def test_cleaning_reaches_what_programs_printed_and_nothing_else() -> None:
    event = e.GateJudged("run", "batch", oid(1), judgement(verdict=Verdict.FAIL))
    shouted = cleaned(event, str.upper)
    assert isinstance(shouted, e.GateJudged)
    assert shouted.judgement.report.output == "THE END OF THE OUTPUT"
    assert shouted.judgement.report.failures == {"tests/test_a.py::test_0": "ASSERTIONERROR: NO"}
    assert shouted.judgement.report.tests == dict.fromkeys(
        ("tests/test_a.py::test_0", "tests/test_a.py::test_1"), Outcome.FAILED
    )
    assert (shouted.run, shouted.judgement.convicting) == ("run", event.judgement.convicting)
    unfinished = e.RunStarted("run", "d", "branch", "b", "t", "options")
    assert cleaned(unfinished, str.upper) == unfinished
