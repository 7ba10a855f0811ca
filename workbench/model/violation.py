"""One place where a rule is not met, its state, and the totals that must always add up."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Priority(StrEnum):
    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


class SiteState(StrEnum):
    """Where a site stands. `OPEN` is what reports call *remaining*."""

    OPEN = "open"
    FIXED = "fixed"
    BLOCKED = "blocked"
    QUARANTINED = "quarantined"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A span of one file: byte offsets (end exclusive); lines from 1, columns from 1 in code points."""

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a codemod refuses to guess: a documented reason code and a sentence for a person."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """The module whose calls a mock stands for, and the dotted `name` under which it will look up what they call.

    At `is_home` it is the definition that is patched, for all who look there; `users` are those that must change with
    the mock.
    """

    module: str
    name: str = ""
    is_home: bool = False
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """What a rule finds in one file.

    `key` is the snippet in canonical form (resolved names spelled by their final qualified name), so
    that it stays the same when another rule changes a spelling. `excluded` names the reason a place
    is reported but deliberately never changed; `blocked` why it cannot be. `reach`: where it is a mock.
    """

    rule: str
    place: Place
    scope: str
    key: str
    snippet: str
    message: str
    blocked: Blocked | None = None
    excluded: str = ""
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """A site with its identity, its priority and its state; `reach` only until the plan is cut into batches."""

    fingerprint: str
    rule: str
    kind: str
    path: str
    place: Place
    scope: str
    snippet: str
    message: str
    priority: Priority = Priority.P2
    state: SiteState = SiteState.OPEN
    reason: str = ""
    detail: str = ""
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file the scan did not judge, and why; never silent."""

    path: str
    reason: str
    detail: str = ""


def fingerprint(rule: str, path: str, scope: str, key: str, ordinal: int) -> str:
    """Return the 16 hex digits that name a site for as long as its text and scope stand.

    `ordinal` counts, from 0, the sites of one file that share rule, scope and key.
    """
    text = "\0".join((rule, path, scope, key, str(ordinal)))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def fingerprints(path: str, sites: Iterable[Site]) -> list[tuple[Site, str]]:
    """Name every site of one file, in source order."""
    seen: Counter[tuple[str, str, str]] = Counter()
    named = []
    for site in sorted(sites, key=lambda one: (one.place.start, one.place.end, one.rule)):
        identity = (site.rule, site.scope, site.key)
        named.append((site, fingerprint(site.rule, path, site.scope, site.key, seen[identity])))
        seen[identity] += 1
    return named


@dataclass(frozen=True, slots=True)
class Count:
    """One line of totals; `found` is derived, so it cannot disagree with its parts."""

    fixed: int = 0
    quarantined: int = 0
    blocked: int = 0
    excluded: int = 0
    remaining: int = 0

    @property
    def found(self) -> int:
        return self.fixed + self.quarantined + self.blocked + self.excluded + self.remaining


@dataclass(frozen=True, slots=True)
class Totals:
    all: Count
    by_priority: Mapping[Priority, Count]
    by_rule: Mapping[str, Count] = field(default_factory=dict)


_COLUMN = {
    SiteState.OPEN: "remaining",
    SiteState.FIXED: "fixed",
    SiteState.BLOCKED: "blocked",
    SiteState.QUARANTINED: "quarantined",
    SiteState.EXCLUDED: "excluded",
}


def count(violations: Iterable[Violation]) -> Count:
    """Count violations by state."""
    columns = Counter(_COLUMN[one.state] for one in violations)
    return Count(**columns)


def totals(violations: Iterable[Violation], rules: Iterable[str] = ()) -> Totals:
    """Count violations overall, by priority (all three, always) and by rule (`rules` are listed even at zero)."""
    every = tuple(violations)
    names = sorted({*rules, *(one.rule for one in every)})
    return Totals(
        all=count(every),
        by_priority={p: count(v for v in every if v.priority is p) for p in Priority},
        by_rule={name: count(v for v in every if v.rule == name) for name in names},
    )
