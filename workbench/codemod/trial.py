"""Holds a rule kind's examples to what they say, for the test of any kind, ours or a team's own.

@pytest.mark.parametrize("example", MyKind.examples, ids=lambda one: one.why)
def test_example(example):
    assert faults(MyKind, example) == ()
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from workbench.codemod.find import find_in
from workbench.codemod.project import Project, facts
from workbench.codemod.rewrite import FileFailed, FileRewrite, rewrite_file
from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Change, Example, Keep, Refuse, Rule
from workbench.codemod.source import Module, Unparsable
from workbench.model.violation import Site

_ROOTS = ModuleMap()
Named = tuple[tuple[Site, str], ...]


def faults(kind: type[Rule[Any]], example: Example) -> tuple[str, ...]:
    """Put one example through finding, rewriting and every check; return, in sentences, where it fails to hold."""
    given = {"id": "example", "kind": kind.kind, **kind.defaults, **dict(example.parameters)}
    try:
        rule = kind(kind.Parameters.model_validate(given))
    except ValidationError as error:
        return (f"its parameters are refused: {error}",)
    try:
        return tuple(_Trial(rule, example).faults())
    except Unparsable as error:
        return (f"a file of it cannot be read: {error}",)


def shortcomings(kind: type[Rule[Any]]) -> tuple[str, ...]:
    """Return, in sentences, what a kind lacks: a page, a summary, an example of each sort."""
    found = []
    if not (sys.modules[kind.__module__].__doc__ or "").strip():
        found.append(f"{kind.__module__} has no docstring, which is the kind's page")
    if not kind.summary.endswith("."):
        found.append("its summary is no sentence")
    shown = {type(example) for example in kind.examples}
    missing = [sort.__name__ for sort in (Change, Refuse, Keep) if sort not in shown]
    if missing and kind.fixes:
        found.append(f"it has no example of the sort {' or '.join(missing)}")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Trial:
    """One example, and the rule it makes."""

    rule: Rule[Any]
    example: Example

    def faults(self) -> Iterator[str]:
        found = self._found(self._files)
        open_sites = [(site, name) for site, name in found if _is_open(site)]
        wanted = {self.rule.id: frozenset(name for _, name in open_sites)}
        if len({name for _, name in found}) != len(found):
            yield "two of the places it finds have one name"
        if found and not self._is_seen:
            yield "none of the rule's needles stands in the file, so that no scan would look at it"
        outcome = rewrite_file(
            self.example.path, self._code, rules=[self.rule], wanted=wanted, project=self._project(), roots=_ROOTS
        )
        if isinstance(outcome, FileFailed):
            yield f"the file cannot be rewritten: {outcome.reason}: {outcome.detail}"
            return
        match self.example:
            case Change():
                yield from self._of_change(self.example, outcome, len(open_sites))
            case Refuse():
                yield from self._of_refusal(self.example, outcome, found)
            case Keep():
                yield from (f"line {site.place.line} is found: {site.message}" for site, _ in found)
                yield from _unchanged(outcome)

    def _of_change(self, example: Change, outcome: FileRewrite, count: int) -> Iterator[str]:
        if outcome.after.decode() != example.after:
            yield f"it becomes something else:\n{outcome.after.decode()}"
        yield from (f"it is refused: {why.code}: {why.detail}" for _, why in outcome.blocked)
        if not count:
            yield "nothing is found that could change"
        if len(outcome.fixed) != count:
            yield f"{len(outcome.fixed)} of {count} places are mended"
        for site, _ in self._found(self._files | {example.path: outcome.after}):
            if _is_open(site):
                yield f"line {site.place.line} is found again after the change: {site.message}"

    def _of_refusal(self, example: Refuse, outcome: FileRewrite, found: Named) -> Iterator[str]:
        reasons = {site.blocked.code if site.blocked else site.excluded for site, _ in found} - {""}
        reasons |= {why.code for _, why in outcome.blocked}
        if reasons != {example.reason}:
            yield f"it is refused for {', '.join(sorted(reasons)) or 'no reason'}, not for {example.reason}"
        if outcome.fixed:
            yield f"{len(outcome.fixed)} places are mended all the same"
        yield from _unchanged(outcome)

    # ---- the tree of the example

    @property
    def _code(self) -> bytes:
        return (self.example.before if isinstance(self.example, Change) else self.example.code).encode()

    @property
    def _files(self) -> dict[str, bytes]:
        return {path: text.encode() for path, text in self.example.tree} | {self.example.path: self._code}

    @property
    def _is_seen(self) -> bool:
        """Say whether a scan would look at the file: for the needles, or for other names of the same things."""
        project = self._project()
        followed = (*self.rule.targets(), *self.rule.mentions(), *(old for old, _ in self.rule.moves()))
        words = self.rule.needles().union(*(project.words(name) for name in followed))
        about = self.rule.is_about(_module(self.example.path, b"").name)
        return about or any(word.encode() in self._code for word in words)

    def _project(self, files: Mapping[str, bytes] | None = None) -> Project:
        every = self._files if files is None else files
        known = [facts(_module(path, source), words=self.rule.needles()) for path, source in every.items()]
        return Project({one.name: one for one in known}, frozenset(one.name for one in known), dict(self.rule.moves()))

    def _found(self, files: Mapping[str, bytes]) -> Named:
        path = self.example.path
        return find_in(_module(path, files[path]), [self.rule], self._project(files))


def _module(path: str, source: bytes) -> Module:
    name, is_package = _ROOTS.name_of(path) or ("", False)
    return Module(path, source, name, is_package)


def _is_open(site: Site) -> bool:
    return site.blocked is None and not site.excluded


def _unchanged(outcome: FileRewrite) -> Iterator[str]:
    if outcome.after != outcome.before:
        yield f"it is changed:\n{outcome.after.decode()}"
