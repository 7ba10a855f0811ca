"""Trees in memory, rules, and plans without a file, for the tests of this room."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from workbench.codemod.project import Project
from workbench.codemod.registry import kinds
from workbench.codemod.rule import Parameters, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.source import Entry
from workbench.model.violation import Site
from workbench.planning.spec import PlanSpec, Scope


class MemorySources:
    """A tree of files that is a mapping; it remembers what was read."""

    commit = None

    def __init__(self, files: Mapping[str, str | bytes], unreadable: tuple[tuple[str, str], ...] = ()) -> None:
        self.files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self.read_paths: list[str] = []
        self._unreadable = unreadable
        self.filtered: dict[str, str] = {}

    def entries(self) -> tuple[Entry, ...]:
        return tuple(Entry(path) for path in sorted(self.files))

    def unreadable(self) -> tuple[tuple[str, str], ...]:
        return self._unreadable

    def refused_attributes(self, paths: Iterable[str]) -> dict[str, str]:
        return {path: self.filtered[path] for path in paths if path in self.filtered}

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for path in paths:
            self.read_paths.append(path)
            if path in self.files:
                yield path, self.files[path]


def make_rule(kind: str, name: str = "some", **given: object) -> Rule:
    """Return a rule; `from_` and `with_` stand for `from` and `with`."""
    chosen = kinds()[kind]
    parameters = {key.rstrip("_"): value for key, value in given.items()}
    return chosen(chosen.Parameters.model_validate({"id": name, "kind": kind, **parameters}))


def plan_of(*rules: Rule, **scope: object) -> PlanSpec:
    """Return the plan of those rules."""
    return PlanSpec(
        name="some",
        rules=[one.parameters for one in rules],
        scope=Scope(**scope),
        path=Path("plans/some.toml"),
        source_digest="0",
        lines={},
    )


class Word(Rule[Parameters]):
    """Finds a word at the start of a file, only finds it, and fails where the file says so."""

    kind = "word"
    summary = "A word."
    Parameters = Parameters
    fixes = False

    def targets(self) -> tuple[str, ...]:
        return ()

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset({"word"})

    def find(self, module: Module, project: Project) -> Iterator[Site]:  # noqa: ARG002 - a rule's signature
        if b"die" in module.source:
            os._exit(1)
        if b"crash" in module.source:
            raise LookupError("a bug")
        place = module.place_of(0, 4)
        yield Site(self.id, place, "", "word", "word", "there it is")

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        raise NotImplementedError


def word() -> Word:
    """Return the rule that finds `word`."""
    return Word(Parameters(id="word", kind="word"))
