"""Runs rules over files and reads facts off them; the part of a scan that is done in many processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.codemod.find import find_in
from workbench.codemod.project import ModuleFacts, Project, facts
from workbench.codemod.rule import Rule
from workbench.codemod.source import Module, Unparsable
from workbench.model.errors import WorkbenchError
from workbench.model.violation import Site, SiteState, Skipped, Violation
from workbench.scan.files import PythonFile

Source = tuple[PythonFile, bytes]


@dataclass(frozen=True, slots=True)
class Task:
    """A file to judge, by the rules at these positions of the kit's."""

    file: PythonFile
    source: bytes
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Kit:
    """What every task needs: the rules of the plan and what is known of the tree."""

    rules: tuple[Rule[Any], ...]
    project: Project


Found = list[Violation | Skipped]


def find(kit: Kit, tasks: Sequence[Task]) -> Found:
    """Return the violations of the files, and the files that cannot be judged with the reason."""
    return [one for task in tasks for one in _find_in_one(kit, task)]


def read_facts(words: frozenset[str], sources: Sequence[Source]) -> list[ModuleFacts]:
    """Return the facts of the files that parse; `words` are those whose mentions matter."""
    return list(_facts(words, sources))


def _facts(words: frozenset[str], sources: Sequence[Source]) -> Iterator[ModuleFacts]:
    for file, source in sources:
        try:
            yield facts(_module(file, source), words=words)
        except Unparsable:
            continue


def _find_in_one(kit: Kit, task: Task) -> Found:
    rules = [kit.rules[number] for number in task.rules]
    try:
        named = find_in(_module(task.file, task.source), rules, kit.project)
    except Unparsable as error:
        return [_skipped(task.file.path, error)]
    except Exception as error:
        ids = ", ".join(rule.id for rule in rules)
        raise WorkbenchError(
            f"{task.file.path}: looking for {ids} failed: {type(error).__name__}: {error}",
            hint="a bug of the rule kind or of workbench; until it is mended, leave the file out by `scope.exclude`",
            path=task.file.path,
        ) from error
    kinds = {rule.id: rule for rule in rules}
    return [_violation(task.file.path, site, name, kinds[site.rule]) for site, name in named]


def _module(file: PythonFile, source: bytes) -> Module:
    return Module(file.path, source, file.module, file.is_package)


def _skipped(path: str, error: Unparsable) -> Skipped:
    if error.reason == "encoding":
        return Skipped(path, "not-utf8", error.detail)
    place = f"line {error.line}: " if error.line else ""
    return Skipped(path, "unparsable", f"{place}{error.detail or error.reason}")


def _violation(path: str, site: Site, fingerprint: str, rule: Rule[Any]) -> Violation:
    state, reason, detail = _standing(site, rule)
    return Violation(
        fingerprint=fingerprint,
        rule=site.rule,
        kind=rule.kind,
        path=path,
        place=site.place,
        scope=site.scope,
        snippet=site.snippet,
        message=site.message,
        state=state,
        reason=reason,
        detail=detail,
        reach=site.reach,
    )


def _standing(site: Site, rule: Rule[Any]) -> tuple[SiteState, str, str]:
    if site.excluded:
        return SiteState.EXCLUDED, site.excluded, ""
    if site.blocked is not None:
        return SiteState.BLOCKED, site.blocked.code, site.blocked.detail
    if not rule.fixes:
        return SiteState.BLOCKED, "detect-only", "rules of this kind find, and leave the change to a person"
    return SiteState.OPEN, "", ""
