"""What holds examples to their word must see each way in which one can fail to hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import ClassVar

import pytest
from pydantic import Field

from workbench.codemod.edit import Edit
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Parameters, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.codemod.trial import faults, shortcomings
from workbench.model.violation import Blocked, Site


class Word(Parameters):
    new: bytes = b"new"
    needle: str = "old"
    times: int = Field(1, ge=0)
    names: int = 1


class RenameWord(Rule[Word]):
    kind: ClassVar[str] = "rename-word"
    summary: ClassVar[str] = "Writes another word."
    Parameters = Word
    defaults: ClassVar[dict[str, object]] = {}
    examples: ClassVar[tuple[Example, ...]] = (Change("old\n", "new\n", "changed"),)

    def targets(self) -> tuple[str, ...]:
        return ()

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset({self.parameters.needle})

    def find(self, module: Module, project: Project) -> Iterator[Site]:  # noqa: ARG002
        start = module.source.find(b"old")
        if start >= 0:
            place = module.place_of(start, start + 3)
            blocked = Blocked("taken") if b"new" in module.source else None
            yield from [Site(self.id, place, "", "old", "old", "it is old", blocked)] * self.parameters.times

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:  # noqa: ARG002
        edits = [Edit(one.place.start, one.place.end, self.parameters.new) for one in sites]
        return Rewrite(tuple(edits), tuple(sites))


@pytest.mark.parametrize(
    "example",
    [
        Change('x = "old"\n', 'x = "new"\n', "changed"),
        Refuse('x = "old new"\n', "taken", "refused"),
        Keep('x = "eld"\n', "not found"),
    ],
)
def test_an_example_that_holds(example):
    assert faults(RenameWord, example) == ()


@pytest.mark.parametrize(
    ("example", "told"),
    [
        (Change('x = "old"\n', 'x = "newer"\n', ""), ['it becomes something else:\nx = "new"\n']),
        (Change('x = "eld"\n', 'x = "eld"\n', ""), ["nothing is found that could change"]),
        (Change('x = "old new"\n', 'x = "old new"\n', ""), ["nothing is found that could change"]),
        (Refuse('x = "old"\n', "taken", ""), ["no reason, not for taken", "1 places are mended", "it is changed"]),
        (Refuse('x = "old new"\n', "other", ""), ["it is refused for taken, not for other"]),
        (Refuse('x = "eld"\n', "taken", ""), ["it is refused for no reason, not for taken"]),
        (Keep('\nx = "old"\n', ""), ["line 2 is found: it is old", "it is changed"]),
        (
            Change('x = "old"\n', 'x = "new"\n', "", parameters=(("needle", "elsewhere"),)),
            ["none of the rule's needles"],
        ),
        (
            Change('x = "old"\n', 'x = "old"\n', "", parameters=(("new", b"old"),)),
            ["cannot be rewritten: not-idempotent"],
        ),
        (Change('x = "old"\n', "x\n", "", parameters=(("new", b'"'),)), ["cannot be rewritten: does-not-compile"]),
        (Change('x = "old"\n', 'x = "new"\n', "", parameters=(("times", -1),)), ["its parameters are refused"]),
        (Change("old (\n", "new (\n", ""), ["a file of it cannot be read"]),
    ],
)
def test_an_example_that_does_not_hold(example, told):
    found = faults(RenameWord, example)
    for sentence in told:
        assert any(sentence in fault for fault in found), found
    assert len(found) == len(told)


def test_what_a_kind_lacks(monkeypatch):
    monkeypatch.setattr(RenameWord, "summary", "A word")
    monkeypatch.setattr(sys.modules[__name__], "__doc__", None)
    assert shortcomings(RenameWord) == (
        f"{__name__} has no docstring, which is the kind's page",
        "its summary is no sentence",
        "it has no example of the sort Refuse or Keep",
    )
    monkeypatch.setattr(RenameWord, "fixes", False)
    assert len(shortcomings(RenameWord)) == 2
