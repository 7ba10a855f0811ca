"""Rules that land together: in any one file, all of a group's sites share their phase and their fate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from workbench.model.violation import SiteState, Violation

REASON = "linked"


def link(violations: Iterable[Violation], together: Iterable[tuple[str, ...]]) -> tuple[Violation, ...]:
    """Return the violations with linked sites brought into line, file by file.

    The open sites of a group move to the most urgent priority among them, for in another phase they would land
    apart. Where one site of a group is blocked, the others cannot land without it: they become blocked as `linked`.
    """
    every = tuple(violations)
    group_of = {rule: group for group in together for rule in group}
    groups: dict[tuple[str, tuple[str, ...]], list[Violation]] = defaultdict(list)
    for one in every:
        if one.rule in group_of:
            groups[one.path, group_of[one.rule]].append(one)
    changed: dict[str, Violation] = {}
    for members in groups.values():
        changed |= _brought_into_line(members)
    return tuple(changed.get(one.fingerprint, one) for one in every)


def _brought_into_line(members: list[Violation]) -> Mapping[str, Violation]:
    opened = [one for one in members if one.state is SiteState.OPEN]
    blocked = next((one for one in members if one.state is SiteState.BLOCKED), None)
    if blocked is not None:
        detail = f"{blocked.rule} is blocked in this file, at line {blocked.place.line}: {blocked.reason}"
        return {one.fingerprint: replace(one, state=SiteState.BLOCKED, reason=REASON, detail=detail) for one in opened}
    urgent = min((one.priority for one in opened), default=None)
    return {one.fingerprint: replace(one, priority=urgent) for one in opened if urgent is not None}
