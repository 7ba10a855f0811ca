"""Small trees for the tests of rule kinds: what a rule finds in them, and what a rewrite makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from workbench.codemod.find import find_in
from workbench.codemod.project import ModuleFacts, Project, facts
from workbench.codemod.registry import kinds
from workbench.codemod.rewrite import FileRewrite, rewrite_file
from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Rule
from workbench.codemod.source import Module, Unparsable
from workbench.codemod.tree import Tree
from workbench.model.source import Entry
from workbench.model.violation import Site

ROOTS = ModuleMap()
Files = Mapping[str, str]


def rule(kind: str, **parameters: object) -> Rule[Any]:
    """Make a rule; `from_` stands for the key `from`."""
    given = {name.rstrip("_"): value for name, value in parameters.items()}
    made = kinds()[kind]
    return made(made.Parameters.model_validate({"id": "it", "kind": kind, **given}))


def module(path: str, code: str) -> Module:
    name, is_package = ROOTS.name_of(path) or ("", False)
    return Module(path, code.encode(), name, is_package)


def project(files: Files, *rules: Rule[Any]) -> Project:
    """Return what is known of a tree; of files that do not parse only that they are there."""
    words = frozenset().union(*(one.needles() for one in rules))
    moves = {old: new for one in rules for old, new in one.moves()}
    known: dict[str, ModuleFacts] = {}
    for path, code in files.items():
        with suppress(Unparsable):
            known[path] = facts(module(path, code), words=words)
    names = frozenset(module(path, "").name for path in files)
    return Project({one.name: one for one in known.values()}, names, moves)


def sites(one: Rule[Any], files: Files, path: str, *others: Rule[Any]) -> list[tuple[Site, str]]:
    return list(find_in(module(path, files[path]), [one], project(files, one, *others)))


def found(one: Rule[Any], files: Files, path: str, *others: Rule[Any]) -> list[str]:
    """Return `line: reason message` of every site of a file."""
    return [f"{site.place.line}: {reason(site)} {site.message}" for site, _ in sites(one, files, path, *others)]


def reason(site: Site) -> str:
    return site.blocked.code if site.blocked else site.excluded or "open"


def everywhere(one: Rule[Any], files: Files) -> dict[str, list[str]]:
    """Return the reasons of all sites, by path; files without any are left out."""
    known = project(files, one)
    every = {path: find_in(module(path, code), [one], known) for path, code in files.items()}
    return {path: [reason(site) for site, _ in named] for path, named in every.items() if named}


def rewritten(one: Rule[Any], files: Files, path: str) -> tuple[str, list[str]]:
    """Return what a file becomes when all its open sites are mended, and the reasons of those that were not."""
    named = sites(one, files, path)
    wanted = {"it": frozenset(name for site, name in named if reason(site) == "open")}
    outcome = rewrite_file(
        path, files[path].encode(), rules=[one], wanted=wanted, project=project(files, one), roots=ROOTS
    )
    assert isinstance(outcome, FileRewrite), outcome
    return outcome.after.decode(), [why.code for _, why in outcome.blocked]


def carried_out(one: Rule[Any], files: Files) -> dict[str, str]:
    """Return the tree after every file is rewritten, one after the other, each in the tree the others left."""
    now = dict(files)
    for path in sorted(files):
        now[path] = rewritten(one, now, path)[0]
    return now


class MemorySources:
    """The files of a tree in memory, as the rooms that only read see them."""

    commit = None

    def __init__(self, files: Files) -> None:
        self._files = files

    def entries(self) -> tuple[Entry, ...]:
        return tuple(Entry(path) for path in sorted(self._files))

    def unreadable(self) -> tuple[tuple[str, str], ...]:
        return ()

    def refused_attributes(self, paths: Iterable[str]) -> dict[str, str]:  # noqa: ARG002  as others are asked
        return {}

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        yield from ((path, self._files[path].encode()) for path in paths if path in self._files)


def tree(files: Files, paths: Sequence[str] | None = None) -> Tree:
    return Tree(tuple(files) if paths is None else tuple(paths), MemorySources(files), ROOTS)


def problems(one: Rule[Any], files: Files, paths: Sequence[str] | None = None) -> list[str]:
    """Return what a rule finds wrong about its own parameters in a tree."""
    return [each.message for each in one.problems(project(files, one), tree(files, paths))]
