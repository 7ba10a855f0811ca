"""Every entry of the corpus, through finding, rewriting and all the checks: one fixed outcome each."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from nasty import TREE, Becomes, Clean, Failed, Nasty, Outcome, Refused
from nasty_bytes import BYTES
from nasty_found import FOUND
from nasty_names import MEANING
from nasty_shapes import SHAPES
from nasty_tools import TOOLS

from workbench.codemod.find import find_in
from workbench.codemod.project import ModuleFacts, Project, facts
from workbench.codemod.registry import kinds
from workbench.codemod.rewrite import FileFailed, FileRewrite, rewrite_file
from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Rule
from workbench.codemod.source import Module, Unparsable

ROOTS = ModuleMap()
CORPUS = (*BYTES, *SHAPES, *MEANING, *FOUND, *TOOLS)
UNKNOWN = frozenset({"0" * 16})


def module(path: str, source: bytes) -> Module:
    name, is_package = ROOTS.name_of(path) or ("", False)
    return Module(path, source, name, is_package)


def rule_of(entry: Nasty) -> Rule[Any]:
    kind = kinds()[str(entry.rule["kind"])]
    return kind(kind.Parameters.model_validate({"id": "it", **entry.rule}))


def project_of(files: Mapping[str, bytes], rule: Rule[Any]) -> Project:
    known: dict[str, ModuleFacts] = {}
    for path, source in files.items():
        with suppress(Unparsable):
            one = facts(module(path, source), words=rule.needles())
            known[one.name] = one
    names = frozenset(module(path, b"").name for path in files)
    return Project(known, names, dict(rule.moves()))


def outcome_of(entry: Nasty) -> Outcome:
    """Rewrite all open sites of an entry, and say what came of it."""
    rule = rule_of(entry)
    known = project_of({**TREE, **dict(entry.tree), entry.path: entry.source}, rule)
    try:
        found = find_in(module(entry.path, entry.source), [rule], known)
    except Unparsable:
        found = ()
        wanted = UNKNOWN
    else:
        wanted = frozenset(name for site, name in found if site.blocked is None and not site.excluded)
        if not found:
            return Clean()
    done = rewrite_file(entry.path, entry.source, rules=[rule], wanted={"it": wanted}, project=known, roots=ROOTS)
    if isinstance(done, FileFailed):
        return Failed(done.reason)
    assert set(done.fixed) | {name for name, _ in done.blocked} == wanted
    late = dict(done.blocked)
    reasons = [site.blocked or late.get(name) for site, name in found]
    codes = [why.code if why else site.excluded for (site, _), why in zip(found, reasons, strict=True)]
    left = tuple(code for code in codes if code)
    if done.after == entry.source:
        return Refused(left)
    assert_nothing_to_add(entry, done, rule)
    return Becomes(done.after, left)


def assert_nothing_to_add(entry: Nasty, done: FileRewrite, rule: Rule[Any]) -> None:
    """A second scan of the tree as it is now finds only what was left to people."""
    known = project_of({**TREE, **dict(entry.tree), entry.path: done.after}, rule)
    again = find_in(module(entry.path, done.after), [rule], known)
    refused = {name for name, _ in done.blocked}
    assert [site.place for site, name in again if not (site.blocked or site.excluded) and name not in refused] == []


def cases() -> list[object]:
    return [
        pytest.param(one, id=one.name, marks=[pytest.mark.xfail(reason=one.defect)] if one.defect else [])
        for one in CORPUS
    ]


@pytest.mark.parametrize("entry", cases())
def test_nasty_source(entry: Nasty) -> None:
    assert outcome_of(entry) == entry.outcome, entry.why


def test_corpus_is_as_large_as_promised() -> None:
    assert len({one.name for one in CORPUS}) == len(CORPUS) >= 70
