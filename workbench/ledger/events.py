"""Stores each event of the closed union under a kind of its own, whatever its class is called later.

The outcomes of a suite's tests are large and mostly the same from batch to batch, so they are kept once, by
the digest of their content; the event holds the digest, and with it they are part of the hash chain.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, cast

from workbench.ledger import codec
from workbench.ledger.codec import MalformedError
from workbench.model import event as model
from workbench.model.event import Event

KINDS: Mapping[str, type[Event]] = MappingProxyType(
    {
        "run_started": model.RunStarted,
        "baseline_judged": model.BaselineJudged,
        "batch_started": model.BatchStarted,
        "batch_committed": model.BatchCommitted,
        "gate_started": model.GateStarted,
        "gate_judged": model.GateJudged,
        "gate_unneeded": model.GateUnneeded,
        "sites_blocked": model.SitesBlocked,
        "keep_decided": model.KeepDecided,
        "batch_kept": model.BatchKept,
        "batch_dropped": model.BatchDropped,
        "file_quarantined": model.FileQuarantined,
        "suite_measured": model.SuiteMeasured,
        "rollback_started": model.RollbackStarted,
        "rolled_back": model.RolledBack,
        "trigger_decided": model.TriggerDecided,
        "trigger_fired": model.TriggerFired,
        "drilled": model.Drilled,
        "land_started": model.LandStarted,
        "landed": model.Landed,
        "land_abandoned": model.LandAbandoned,
        "run_interrupted": model.RunInterrupted,
        "run_resumed": model.RunResumed,
        "run_finished": model.RunFinished,
    }
)
_NAMES = {kind: name for name, kind in KINDS.items()}

# Text that comes from programs and sources, as against ids, paths and names that must stay what they are.
_FOREIGN = frozenset({"output", "failures", "reason", "evidence", "diff", "reproduce"})


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with its place in the chain: number from 1, UTC time, hash over it and all before it."""

    n: int
    ts: datetime
    kind: str
    event: Event
    hash: str


@dataclass(frozen=True, slots=True)
class Encoded:
    """An event as it is stored; `outcomes` is (digest, compressed content) of its tests, if it has any."""

    kind: str
    body: str
    outcomes: tuple[str, bytes] | None = None


def encode(event: Event) -> Encoded:
    """Return the event as canonical JSON under its kind."""
    kind = _NAMES[type(event)]
    data = codec.plain(event)
    report = _report(data)
    if report is None or report["tests"] is None:
        return Encoded(kind, codec.dumps(data))
    text = codec.dumps(report["tests"]).encode()
    digest = hashlib.sha256(text).hexdigest()
    report["tests"] = digest
    return Encoded(kind, codec.dumps(data), (digest, zlib.compress(text)))


def kinds_of(events: Iterable[type[Event]]) -> frozenset[str]:
    """Return the kinds under which these classes are stored."""
    return frozenset(_NAMES[one] for one in events)


def decode(kind: str, body: str, outcomes: Callable[[str], bytes]) -> Event:
    """Return the event again; `outcomes` finds a suite's tests by digest. Raises MalformedError."""
    if kind not in KINDS:
        raise MalformedError(f"unknown kind {kind!r}")
    data = codec.parse(body)
    report = _report(data)
    if report is not None and isinstance(digest := report.get("tests"), str):
        report["tests"] = codec.parse(unpack(digest, outcomes(digest)))
    return codec.shaped(KINDS[kind], data)


def unpack(digest: str, content: bytes) -> str:
    """Return the outcomes' JSON, or raise MalformedError if they are not what the digest says."""
    try:
        text = zlib.decompress(content)
    except zlib.error as error:
        raise MalformedError(f"the outcomes {digest} cannot be unpacked") from error
    if hashlib.sha256(text).hexdigest() != digest:
        raise MalformedError(f"the outcomes {digest} were changed")
    return text.decode()


def cleaned(event: Event, clean: Callable[[str], str]) -> Event:
    """Return the event with `clean` applied to all text that programs or sources brought in."""
    if isinstance(event, model.SitesBlocked):
        return replace(event, sites=tuple((site, code, clean(detail)) for site, code, detail in event.sites))
    return cast("Event", _cleaned(event, clean))


def _cleaned(value: object, clean: Callable[[str], str]) -> object:
    if isinstance(value, tuple):
        return tuple(_cleaned(one, clean) for one in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changes = {}
    for one in fields(value):
        old = getattr(value, one.name)
        new = _foreign(old, clean) if one.name in _FOREIGN else _cleaned(old, clean)
        if new is not old:
            changes[one.name] = new
    return replace(cast("Any", value), **changes) if changes else value


def _foreign(value: str | Mapping[str, str], clean: Callable[[str], str]) -> str | dict[str, str]:
    if isinstance(value, str):
        return clean(value)
    return {name: clean(text) for name, text in value.items()}


def _report(data: object) -> dict[str, object] | None:
    """Return the gate report inside an event's JSON, if it has one."""
    for key in ("judgement", "report"):
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data if isinstance(data, dict) else None
