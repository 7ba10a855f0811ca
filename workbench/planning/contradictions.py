"""Refuses plans that undo themselves: what one rule writes must not be what another rule forbids.

Rules are read by what they declare (their moves, and the parameters that name what they write or forbid), never by
their kind, so that a team's own kinds are held to the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbench.codemod.rule import Rule
from workbench.model.errors import Problem
from workbench.planning.problems import located
from workbench.planning.spec import PlanSpec

AnyRule = Rule[Any]

_WRITTEN = ("with",)
_REPLACED = ("call",)
_FORBIDDEN = ("symbol", "module")


def lint(spec: PlanSpec, rules: Sequence[AnyRule]) -> tuple[Problem, ...]:
    """Return one problem for each contradiction between the rules, naming both with their lines."""
    return located(contradictions(rules), spec.lines)


def contradictions(rules: Sequence[AnyRule]) -> tuple[Problem, ...]:
    """Return one problem for each contradiction, naming the rules as `rules[id]`."""
    found = tuple(_two_homes(rules))
    # Where a name has two homes, following the moves would follow only one of them.
    found = found or tuple(_circles(rules))
    return found or tuple(_undone(rules))


def _two_homes(rules: Sequence[AnyRule]) -> Iterator[Problem]:
    homes: dict[str, tuple[AnyRule, str]] = {}
    for rule in rules:
        for old, new in rule.moves():
            first, home = homes.setdefault(old, (rule, new))
            if home != new:
                yield Problem(
                    f"{old} cannot move to two homes: rules[{first.id}] moves it to {home}, rules[{rule.id}] to {new}",
                    f"rules[{rule.id}]",
                    suggestion="keep one of them",
                )


def _circles(rules: Sequence[AnyRule]) -> Iterator[Problem]:
    """Yield each circle of moves once: A to B with B to A, or through names between."""
    moves = {old: (new, rule) for rule in rules for old, new in rule.moves()}
    done: set[str] = set()
    for start in moves:
        path: dict[str, str] = {}
        name = start
        while name not in done and (step := _step(name, moves)) is not None:
            done.add(name)
            path[name] = f"rules[{step[1].id}]"
            name = step[0]
        if name in path:
            names = list(path)
            circle = names[names.index(name) :]
            movers = list(dict.fromkeys(path[one] for one in circle))
            yield Problem(
                f"{' and '.join(movers)} move names in a circle: {' to '.join([*circle, name])}",
                movers[0],
                suggestion="decide which name stays",
            )


def _step(name: str, moves: Mapping[str, tuple[str, AnyRule]]) -> tuple[str, AnyRule] | None:
    """Return where the move of the name, or of the longest part it begins with, takes it, and whose move that is."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        move = moves.get(".".join(parts[:count]))
        if move is not None:
            return ".".join([move[0], *parts[count:]]), move[1]
    return None


def _undone(rules: Sequence[AnyRule]) -> Iterator[Problem]:
    """Yield each pair of rules where what one writes is what the other changes or forbids."""
    strict = [rule for rule in rules if not rule.parameters.paths and not rule.parameters.allow]
    moves = {old: (new, rule) for rule in strict for old, new in rule.moves()}
    forbidden: dict[str, list[AnyRule]] = defaultdict(list)
    for rule in rules:
        for name in _forbids(rule) if rule in strict or not rule.fixes else ():
            forbidden[name].append(rule)
    for writer in rules:
        for written in sorted(_writes(writer)):
            step = _step(written, moves)
            judges = [one for one in forbidden.get(written, ()) if one in strict or _meets(writer, one, written)]
            judges += [step[1]] if step else []
            verb = "requires" if written in writer.requires() else "writes"
            for judge in dict.fromkeys(one for one in judges if one is not writer):
                yield Problem(
                    f"rules[{writer.id}] {verb} {written}, which rules[{judge.id}] then finds wrong",
                    f"rules[{writer.id}]",
                    suggestion=f"let {writer.id!r} name what is to stay",
                )


def _meets(writer: AnyRule, judge: AnyRule, written: str) -> bool:
    """Say whether a rule that looks at some files only surely finds wrong what another writes.

    Which files patterns share is only asked of equal ones; and calls of what keeps its name were calls before.
    """
    ours, theirs = writer.parameters, judge.parameters
    apart = bool(ours.paths) and bool(theirs.paths) and not set(ours.paths) & set(theirs.paths)
    allowed = bool(ours.paths) and set(ours.paths) <= set(theirs.allow)
    left_out = bool(theirs.paths) and set(theirs.paths) <= set(ours.allow)
    last = written.rpartition(".")[2]
    moved = any(new == written and old.rpartition(".")[2] == last for old, new in writer.moves())
    called = getattr(theirs, "use", "") == "call"
    return not (apart or allowed or left_out or (called and moved))


def _writes(rule: AnyRule) -> set[str]:
    return {new for _, new in rule.moves()} | set(_names(rule, _WRITTEN)) | set(rule.requires()) | set(rule.writes())


def _forbids(rule: AnyRule) -> set[str]:
    """Return the names whose every use the rule finds wrong, beside those it moves."""
    if not rule.fixes:
        return set(_names(rule, _FORBIDDEN)) - set(rule.requires())
    return set(rule.refuses()) | (set(_names(rule, _REPLACED)) if set(_names(rule, _WRITTEN)) else set())


def _names(rule: AnyRule, keys: Iterable[str]) -> Iterator[str]:
    given = rule.parameters.model_dump(by_alias=True)
    return (value for key in keys if isinstance(value := given.get(key), str))
