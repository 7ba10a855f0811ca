"""What the arguments of a replaced call become, held against the signatures the tree shows.

An argument is added by position if it then stands at its own place in the new signature, else by keyword;
where the signature is not known, by keyword. One that is passed already, by keyword or by position, stays
as it is. Kept positional arguments that would come to stand at another parameter's place are passed by
keyword.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.codemod.calls.signatures import Signature
from workbench.codemod.calls.text import Given, arguments, converted, renamed, with_argument, without
from workbench.model.violation import Blocked


@dataclass(frozen=True, slots=True)
class Addition:
    """An argument the new call needs: its name, and its place if the rule insists on one (from 0)."""

    name: str
    position: int | None = None


Choose = Callable[[Addition], str | Blocked | None]
"""Gives the expression for an argument; None leaves it out."""


@dataclass(frozen=True, slots=True)
class ArgumentMap:
    """What a rule does to arguments. `keep` None keeps all; a signature is None where it is not known."""

    additions: tuple[Addition, ...] = ()
    keep: frozenset[str] | None = None
    drop: frozenset[str] = frozenset()
    rename: Mapping[str, str] | None = None
    old: Signature | None = None
    new: Signature | None = None


class _MismatchError(Exception):
    """The arguments cannot be made to fit; never leaves this module."""


def mapped(text: str, mapping: ArgumentMap, choose: Choose, *, newline: str) -> str | Blocked:
    """Return the brackets of a call with its arguments mapped.

    Blocked: `signature-mismatch`, or whatever `choose` says.
    """
    try:
        return _Arguments(text, mapping).mapped(choose, newline)
    except _MismatchError as mismatch:
        return Blocked("signature-mismatch", str(mismatch))


class _Arguments:
    """The arguments of one call on their way."""

    def __init__(self, text: str, mapping: ArgumentMap) -> None:
        self._text = text
        self._map = mapping
        self._given = arguments(text)
        self._names = list(_names(self._given, mapping.old or mapping.new))
        self._gone = self._drop()
        self._label = {n: (mapping.rename or {}).get(name or "", name) for n, name in enumerate(self._names)}

    @property
    def _kept(self) -> list[int]:
        return [n for n in range(len(self._given)) if n not in self._gone]

    @property
    def _stars(self) -> frozenset[str]:
        return frozenset(self._given[n].star for n in self._kept) - {""}

    def _drop(self) -> frozenset[int]:
        """Return the arguments the rule does without."""
        keep, drop = self._map.keep, self._map.drop
        if keep is None and not drop:
            return frozenset()
        if keep is not None and not keep:
            return frozenset(range(len(self._given)))
        if any(name is None for name in self._names):
            raise _MismatchError("which parameters the call fills cannot be told, so none can be left out")
        every = enumerate(self._names)
        return frozenset(n for n, name in every if name in drop or (keep is not None and name not in keep))

    def mapped(self, choose: Choose, newline: str) -> str | Blocked:
        chosen = self._choose(choose)
        if isinstance(chosen, Blocked):
            return chosen
        positional = [n for n in self._kept if self._given[n].is_positional]
        inserts, settled = self._places(positional, chosen)
        moved = self._by_keyword(positional[settled:])
        self._check(len(positional) - len(moved) + len(inserts), moved, [n for n in chosen if n not in inserts])
        return self._written(chosen, inserts, moved, newline)

    def _choose(self, choose: Choose) -> dict[str, str] | Blocked:
        """Return the expressions of the arguments that are not passed already."""
        chosen: dict[str, str] = {}
        passed = {self._label[n] for n in self._kept}
        for addition in self._map.additions:
            if addition.name in passed:
                continue
            if "**" in self._stars or ("*" in self._stars and self._may_be_positional(addition.name)):
                raise _MismatchError(f"{addition.name} may already be among what is unpacked")
            value = choose(addition)
            if isinstance(value, Blocked):
                return value
            if value is not None:
                chosen[addition.name] = value
        return chosen

    def _may_be_positional(self, name: str) -> bool:
        return self._map.new is None or name in (*self._map.new.positional_only, *self._map.new.regular)

    def _places(self, positional: Sequence[int], chosen: Mapping[str, str]) -> tuple[dict[str, int], int]:
        """Return the places of arguments added by position, and how many kept ones stand right beside them."""
        forced = {one.name: one.position for one in self._map.additions if one.position is not None}
        inserts = {name: min(at, len(positional)) for name, at in forced.items() if name in chosen}
        if inserts or self._map.new is None:
            return inserts, len(positional)
        settled = 0
        slots = (*self._map.new.positional_only, *self._map.new.regular)
        for at, slot in enumerate(slots):
            if settled < len(positional) and self._label[positional[settled]] == slot:
                settled += 1
            elif slot in chosen:
                inserts[slot] = at
            else:
                return inserts, settled
        return inserts, len(positional) if self._map.new.var_positional else settled

    def _by_keyword(self, unsettled: Sequence[int]) -> list[int]:
        """Return the kept positional arguments that must be passed by keyword from now on."""
        if unsettled and "*" in self._stars:
            raise _MismatchError("what is unpacked would come to stand at other parameters")
        for n in unsettled:
            if self._label[n] is None:
                raise _MismatchError(f"nothing takes positional argument number {n + 1}")
        return list(unsettled)

    def _check(self, positional: int, moved: Sequence[int], added: Sequence[str]) -> None:
        new = self._map.new
        if new is None:
            return
        keywords = [name for n in self._kept if (name := self._label[n]) and self._given[n].name is not None]
        every = [*keywords, *(self._label[n] or "" for n in moved), *added]
        lenient = replace(new, required=frozenset()) if self._stars else new
        problem = lenient.problem(positional, every)
        if problem:
            raise _MismatchError(problem)

    def _written(
        self, chosen: Mapping[str, str], inserts: Mapping[str, int], moved: Sequence[int], newline: str
    ) -> str:
        text = self._text
        for n in self._kept:
            label = self._label[n] or ""
            if n in moved:
                text = converted(text, n, label)
            elif self._given[n].name not in (None, label):
                text = renamed(text, n, label)
        for n in sorted(self._gone, reverse=True):
            text = without(text, n)
        for name, at in sorted(inserts.items(), key=lambda one: one[1]):
            text = with_argument(text, at, chosen[name], newline=newline)
        for name, value in chosen.items():
            if name not in inserts:
                text = with_argument(text, len(arguments(text)), f"{name}={value}", newline=newline)
        return text


def _names(given: Sequence[Given], signature: Signature | None) -> list[str | None]:
    """Return the parameter each argument fills; None where that cannot be told."""
    places = (*signature.positional_only, *signature.regular) if signature is not None else ()
    names: list[str | None] = []
    sure = True
    for at, one in enumerate(given):
        sure = sure and one.is_positional
        names.append(one.name or (places[at] if sure and at < len(places) else None))
    return names
