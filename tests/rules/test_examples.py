"""Every example of every rule kind, through finding, rewriting and all the checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from workbench.codemod.find import find_in
from workbench.codemod.project import Project, facts
from workbench.codemod.registry import kinds
from workbench.codemod.rewrite import FileRewrite, rewrite_file
from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Change, Example, Keep, Parameters, Refuse, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Site

ROOTS = ModuleMap()


def cases() -> list[object]:
    return [*_cases()]


def _cases() -> Iterator[object]:
    for kind, rule in kinds().items():
        for number, example in enumerate(rule.examples, 1):
            yield pytest.param(rule, example, id=f"{kind}-{number}-{example.why[:50]}")


def code_of(example: Example) -> str:
    return example.before if isinstance(example, Change) else example.code


def rule_of(kind: type[Rule[Parameters]], example: Example) -> Rule[Parameters]:
    given = {"id": "example", "kind": kind.kind, **kind.defaults, **dict(example.parameters)}
    return kind(kind.Parameters.model_validate(given))


def module_of(path: str, source: bytes) -> Module:
    name, is_package = ROOTS.name_of(path) or ("", False)
    return Module(path, source, name, is_package)


def project_of(files: Mapping[str, bytes], rule: Rule[Parameters]) -> Project:
    known = [facts(module_of(path, source), words=rule.needles()) for path, source in files.items()]
    return Project({one.name: one for one in known}, frozenset(one.name for one in known), dict(rule.moves()))


def found(files: Mapping[str, bytes], path: str, rule: Rule[Parameters]) -> tuple[tuple[Site, str], ...]:
    return find_in(module_of(path, files[path]), [rule], project_of(files, rule))


def rewritten(
    files: Mapping[str, bytes], path: str, rule: Rule[Parameters], sites: Sequence[tuple[Site, str]]
) -> FileRewrite:
    wanted = {rule.id: frozenset(name for _, name in sites)}
    outcome = rewrite_file(path, files[path], rules=[rule], wanted=wanted, project=project_of(files, rule), roots=ROOTS)
    assert isinstance(outcome, FileRewrite), outcome
    return outcome


@pytest.mark.parametrize(("kind", "example"), cases())
def test_example(kind: type[Rule[Parameters]], example: Example) -> None:
    rule = rule_of(kind, example)
    files = {path: text.encode() for path, text in example.tree} | {example.path: code_of(example).encode()}
    sites = found(files, example.path, rule)
    assert len({name for _, name in sites}) == len(sites)
    open_sites = [(site, name) for site, name in sites if site.blocked is None and not site.excluded]
    outcome = rewritten(files, example.path, rule, open_sites)
    match example:
        case Change():
            assert outcome.after.decode() == example.after
            assert not outcome.blocked
            assert len(outcome.fixed) == len(open_sites) > 0
            again = found(files | {example.path: outcome.after}, example.path, rule)
            assert [site for site, _ in again if site.blocked is None and not site.excluded] == []
        case Refuse():
            reasons = {site.blocked.code if site.blocked else site.excluded for site, _ in sites}
            refused = {why.code for _, why in outcome.blocked}
            assert (reasons - {""}) | refused == {example.reason}
            assert outcome.after == outcome.before
            assert not outcome.fixed
        case Keep():
            assert sites == ()
            assert outcome.after == outcome.before


@pytest.mark.parametrize("kind", [pytest.param(kind, id=name) for name, kind in kinds().items()])
def test_a_kind_shows_what_it_does(kind: type[Rule[Parameters]]) -> None:
    shown = {type(example) for example in kind.examples}
    assert shown == {Change, Refuse, Keep} or not kind.fixes
    assert kind.__module__ and kind.summary.endswith(".")


@pytest.mark.parametrize(("kind", "example"), cases())
def test_needles_stand_in_every_file_with_a_site(kind: type[Rule[Parameters]], example: Example) -> None:
    rule = rule_of(kind, example)
    files = {path: text.encode() for path, text in example.tree} | {example.path: code_of(example).encode()}
    known = project_of(files, rule)
    words = rule.needles().union(
        *(known.words(name) for name in (*rule.targets(), *rule.mentions())),
        *(known.words(old) for old, _ in rule.moves()),
    )
    if found(files, example.path, rule) and not rule.is_about(module_of(example.path, b"").name):
        assert any(word in code_of(example) for word in words)
