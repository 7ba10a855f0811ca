"""Refuses plans that undo themselves: what one rule writes must not be what another rule forbids.

Rules are read by what they declare (their moves, and the parameters that name what they write or forbid), never by
their kind, so that a team's own kinds are held to the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.codemod.rule import Rule
from workbench.model.errors import Problem
from workbench.planning.problems import located
from workbench.planning.spec import PlanSpec

AnyRule = Rule[Any]

_WRITTEN = ("with",)
_REPLACED = ("call",)
_FORBIDDEN = ("symbol", "module")


@dataclass(frozen=True, slots=True)
class Clash:
    """A contradiction: a sentence in parts, of which the rules are to be named, and what to do about it.

    `at` is the place among its rules of the one at whose line it is told. `goes_on`: what one rule writes another only
    changes further, so that rules of one plan contradict each other, and plans carried out one after the other do not.
    """

    words: tuple[str | AnyRule, ...]
    suggestion: str
    at: int = 0
    goes_on: bool = False

    @property
    def rules(self) -> tuple[AnyRule, ...]:
        return tuple(dict.fromkeys(one for one in self.words if not isinstance(one, str)))

    def told(self, name: Callable[[AnyRule], str]) -> str:
        return "".join(one if isinstance(one, str) else name(one) for one in self.words)


def lint(spec: PlanSpec, rules: Sequence[AnyRule]) -> tuple[Problem, ...]:
    """Return one problem for each contradiction between the rules, naming both with their lines."""
    return located(contradictions(rules), spec.lines)


def contradictions(rules: Sequence[AnyRule]) -> tuple[Problem, ...]:
    """Return one problem for each contradiction, naming the rules as `rules[id]`."""
    return tuple(Problem(one.told(_key), _key(one.rules[one.at]), suggestion=one.suggestion) for one in clashes(rules))


def clashes(rules: Sequence[AnyRule]) -> tuple[Clash, ...]:
    """Return the contradictions between the rules, those that say it best."""
    found = tuple(_two_homes(rules))
    # Where a name has two homes, following the moves would follow only one of them.
    found = found or tuple(_circles(rules))
    return found or tuple(_undone(rules))


def _key(rule: AnyRule) -> str:
    return f"rules[{rule.id}]"


def _two_homes(rules: Sequence[AnyRule]) -> Iterator[Clash]:
    homes: dict[str, tuple[AnyRule, str]] = {}
    for rule in rules:
        for old, new in rule.moves():
            first, home = homes.setdefault(old, (rule, new))
            if home != new:
                words = (f"{old} cannot move to two homes: ", first, f" moves it to {home}, ", rule, f" to {new}")
                yield Clash(words, "keep one of them", at=1)


def _circles(rules: Sequence[AnyRule]) -> Iterator[Clash]:
    """Yield each circle of moves once: A to B with B to A, or through names between."""
    moves = {old: (new, rule) for rule in rules for old, new in rule.moves()}
    done: set[str] = set()
    for start in moves:
        path: dict[str, AnyRule] = {}
        name = start
        while name not in done and (step := _step(name, moves)) is not None:
            done.add(name)
            path[name] = step[1]
            name = step[0]
        if name in path:
            names = list(path)
            circle = names[names.index(name) :]
            movers = list(dict.fromkeys(path[one] for one in circle))
            named = [part for one in movers for part in (" and ", one)][1:]
            words = (*named, f" move names in a circle: {' to '.join([*circle, name])}")
            yield Clash(words, "decide which name stays")


def _step(name: str, moves: Mapping[str, tuple[str, AnyRule]]) -> tuple[str, AnyRule] | None:
    """Return where the move of the name, or of the longest part it begins with, takes it, and whose move that is."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        move = moves.get(".".join(parts[:count]))
        if move is not None:
            return ".".join([move[0], *parts[count:]]), move[1]
    return None


def _undone(rules: Sequence[AnyRule]) -> Iterator[Clash]:
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
                words = (writer, f" {verb} {written}, which ", judge, " then finds wrong")
                yield Clash(words, f"let {writer.id!r} name what is to stay", goes_on=judge.fixes and verb == "writes")


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
