"""A rule kind's page is its docstring, its parameters and its examples."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from workbench.codemod.rule import Change, Keep, Parameters, Refuse, Rewrite, Rule
from workbench.report.rule_page import rule_list, rule_page


class Inner(BaseModel):
    depth: int = Field(0, description="how deep")


class Piece(BaseModel):
    name: str = Field(alias="as", description="its name")
    inner: Inner | None = None


class Own(Parameters):
    kind: Literal["rename-thing"] = "rename-thing"
    old: str = Field(alias="from", description="the old name")
    shapes: tuple[str, ...] = ("a",)
    mode: Literal["x", "y"] = "x"
    names: Mapping[str, str] = Field(default_factory=dict)
    pieces: tuple[Piece, ...] = ()


class RenameThing(Rule[Own]):
    kind: ClassVar[str] = "rename-thing"
    summary: ClassVar[str] = "Renames a thing."
    Parameters = Own
    defaults: ClassVar[dict[str, object]] = {}
    examples = (
        Change("old()\n", "new()\n", "A call is renamed.", parameters=(("mode", "y"),)),
        Refuse("from m import *\n", "star-import", "A star hides the name."),
        Keep("older()\n", "Another name stays."),
        Keep("old()\n", "The file of the thing itself stays.", path="old.py", parameters=(("mode", "y"),)),
    )

    def targets(self) -> tuple[str, ...]:
        return ()

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset()

    def find(self, *_) -> Iterator:
        return iter(())

    def rewrite(self, *_) -> Rewrite:
        return Rewrite((), ())


class FindThing(RenameThing):
    kind: ClassVar[str] = "find-thing"
    summary: ClassVar[str] = "Finds a thing."
    Parameters = Parameters
    examples = (Keep("x\n", "Nothing here."),)
    fixes: ClassVar[bool] = False


def test_page(same_picture):
    same_picture("rule-page.md", rule_page(RenameThing))


def test_page_as_a_chapter():
    headings = [line for line in rule_page(RenameThing, level=2).splitlines() if line.startswith("#")]
    assert headings[:2] == ["## rename-thing", "### Parameters"]
    assert {line.split()[0] for line in headings[1:]} == {"###"}


def test_a_kind_that_only_finds_says_so():
    page = rule_page(FindThing)
    assert "It finds, and leaves the change to a person." in page
    assert "## Parameters" not in page
    assert "## What it changes" not in page


def test_list():
    assert rule_list({"find-thing": FindThing, "rename-thing": RenameThing}) == (
        "find-thing    Finds a thing. (finds only)\nrename-thing  Renames a thing.\n"
    )
    assert rule_list({}) == ""
