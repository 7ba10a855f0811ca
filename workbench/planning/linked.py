"""What lands together: in one file the sites of linked rules, and across files a mock with the calls it stands for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.codemod.roots import ModuleMap
from workbench.model.violation import SiteState, Violation

REASON = "linked"
_UNCALLED = "mock-unclear"

Member = tuple[str, str]
"""A path and a rule: all open sites of that rule in that file."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The violations, brought into line, and by path and rule the file whose change theirs is one with."""

    violations: tuple[Violation, ...]
    leaders: Mapping[Member, str]


def link(violations: Iterable[Violation], together: Iterable[tuple[str, ...]], roots: ModuleMap) -> Linked:
    """Return the violations with linked sites brought into line.

    The open sites of a group move to the most urgent priority among them, for in another phase they would land
    apart. Where one site of a group is blocked, the others cannot land without it: they become blocked as `linked`.
    """
    groups = _Groups(tuple(together))
    every = tuple(_reached(tuple(violations), roots, groups))
    members: dict[Member, list[Violation]] = defaultdict(list)
    for one in every:
        name = groups.of(one.path, one.rule)
        if name is not None:
            members[name].append(one)
    changed: dict[str, Violation] = {}
    for some in members.values():
        changed |= _brought_into_line(some)
    found = tuple(replace(changed.get(one.fingerprint, one), reach=None) for one in every)
    return Linked(found, groups.leaders({(one.path, one.rule) for one in every}))


def _brought_into_line(members: list[Violation]) -> Mapping[str, Violation]:
    opened = [one for one in members if one.state is SiteState.OPEN]
    blocked = next((one for one in members if one.state is SiteState.BLOCKED), None)
    if blocked is not None:
        return {one.fingerprint: _held_up(one, blocked) for one in opened}
    urgent = min((one.priority for one in opened), default=None)
    return {one.fingerprint: replace(one, priority=urgent) for one in opened if urgent is not None}


def _held_up(one: Violation, blocked: Violation) -> Violation:
    where = "this file" if one.path == blocked.path else blocked.path
    detail = f"{blocked.rule} is blocked in {where}, at line {blocked.place.line}: {blocked.reason}"
    return replace(one, state=SiteState.BLOCKED, reason=REASON, detail=detail)


# ---- mocks


def _reached(every: Sequence[Violation], roots: ModuleMap, groups: _Groups) -> Iterator[Violation]:
    """Join each mock to the calls it stands for; yield the violations, with those mocks settled that have none."""
    called: dict[tuple[str, str], list[Violation]] = defaultdict(list)
    for one in every:
        home = roots.name_of(one.path) if one.reach is None else None
        if home is not None:
            called[home[0], one.rule].append(one)
    for one in every:
        yield one if one.reach is None else _settled(one, called, groups)


def _settled(mock: Violation, called: Mapping[tuple[str, str], list[Violation]], groups: _Groups) -> Violation:
    if mock.reach is None or mock.state is SiteState.EXCLUDED:
        return mock
    calls = called.get((mock.reach.module, mock.rule), [])
    if mock.reach.is_home and any(one.reason == "own-definition" for one in calls):
        return replace(mock, state=SiteState.EXCLUDED, reason="own-definition", detail="")
    users = mock.reach.users if mock.reach.is_home else (mock.reach.module,)
    waiting = [one for user in users for one in _waiting(called.get((user, mock.rule), ()))]
    if not waiting and not mock.reach.is_home:
        detail = f"nothing that {mock.rule} changes is called in {mock.reach.module}"
        return replace(mock, state=SiteState.BLOCKED, reason=_UNCALLED, detail=detail)
    for one in waiting:
        groups.join((mock.path, mock.rule), (one.path, mock.rule))
    return mock


def _waiting(calls: Iterable[Violation]) -> list[Violation]:
    """Return the first of those calls that can still change, or be held up; the others of its file go with it."""
    return [one for one in calls if one.state in (SiteState.OPEN, SiteState.BLOCKED)][:1]


class _Groups:
    """Which sites share their fate: those of the rules of one `together` in a file, and what mocks join to them."""

    def __init__(self, together: Sequence[tuple[str, ...]]) -> None:
        self._first = {rule: group[0] for group in together for rule in group}
        self._above: dict[Member, Member] = {}

    def _start(self, member: Member) -> Member:
        return member[0], self._first.get(member[1], member[1])

    def _top(self, member: Member) -> Member:
        while member in self._above:
            member = self._above[member]
        return member

    def join(self, one: Member, other: Member) -> None:
        first, second = sorted((self._top(self._start(one)), self._top(self._start(other))))
        if first != second:
            self._above[second] = first

    def of(self, path: str, rule: str) -> Member | None:
        """Return the group of a file's sites of a rule; None for those that stand alone."""
        start = self._start((path, rule))
        top = self._top(start)
        joined = start in self._above or top in self._above.values()
        return top if joined or rule in self._first else None

    def leaders(self, members: Iterable[Member]) -> Mapping[Member, str]:
        """Return, for what is joined across files, the path that names the whole."""
        tops = {member: self._top(self._start(member)) for member in members}
        joined = set(self._above.values())
        return {one: top[0] for one, top in tops.items() if self._start(one) in self._above or top in joined}
