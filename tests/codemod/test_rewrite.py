"""One file through the rules of a plan: sites found again, order, refusals, and the last word of the checks."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import pytest
from codemod_trees import module, project

from workbench.codemod.edit import Edit
from workbench.codemod.names import names_of
from workbench.codemod.project import Project, facts
from workbench.codemod.rewrite import MAX_BYTES, FileFailed, FileRewrite, rewrite_file
from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Parameters, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Blocked, Site, fingerprints

PATH = "app/x.py"


class WordParameters(Parameters):
    old: str = "old"
    new: str = "new"
    whole_call: bool = False
    refuse: str = ""


class Word(Rule[WordParameters]):
    """Renames a called name; `whole_call` writes the whole call anew, so that nested calls overlap."""

    kind: ClassVar[str] = "word"
    summary: ClassVar[str] = "A kind for tests."
    Parameters = WordParameters
    defaults: ClassVar[dict[str, object]] = {}
    examples: ClassVar[tuple[()]] = ()

    def targets(self) -> tuple[str, ...]:
        return ()

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset({self.parameters.old})

    def _calls(self, module: Module) -> list[ast.Call]:
        nodes = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
        return [node for node in nodes if getattr(node.func, "id", "") == self.parameters.old]

    def _site(self, module: Module, node: ast.Call, project: Project) -> Site:
        place = module.place(node)
        scope = names_of(module, project).scope_of(node).qualname
        text = ast.unparse(node)
        blocked = Blocked("no") if self.parameters.refuse and self.parameters.refuse in text else None
        return Site(self.id, place, scope, text, text, "", blocked)

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        yield from (self._site(module, node, project) for node in self._calls(module))

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        edits, fixed = [], []
        for node in self._calls(module):
            site = self._site(module, node, project)
            if site not in sites:
                continue
            start, end = module.span(node)
            if self.parameters.whole_call:
                after = module.source[start + len(self.parameters.old) : end]
                edits.append(Edit(start, end, self.parameters.new.encode() + after))
            else:
                edits.append(Edit(start, start + len(self.parameters.old), self.parameters.new.encode()))
            fixed.append(site)
        return Rewrite(tuple(edits), tuple(fixed))


def word(name: str = "word", **parameters: object) -> Word:
    return Word(WordParameters(id=name, kind="word", **parameters))


def wanted(code: str, *rules: Word) -> dict[str, frozenset[str]]:
    """The fingerprints of all open sites of a text, by rule."""
    one, known = module(PATH, code), project({})
    return {
        rule.id: frozenset(name for site, name in fingerprints(PATH, rule.find(one, known)) if site.blocked is None)
        for rule in rules
    }


def rewritten(
    code: str | bytes, *rules: Word, sites: Mapping[str, frozenset[str]] | None = None
) -> FileRewrite | FileFailed:
    source = code if isinstance(code, bytes) else code.encode()
    sites = wanted(source.decode(), *rules) if sites is None else sites
    return rewrite_file(PATH, source, rules=rules, wanted=sites, project=project({}), roots=ModuleMap())


def after(code: str, *rules: Word) -> str:
    outcome = rewritten(code, *rules)
    assert isinstance(outcome, FileRewrite), outcome
    assert outcome.before == code.encode()
    assert len(outcome.fixed) == sum(map(len, wanted(code, *rules).values()))
    assert outcome.blocked == ()
    return outcome.after.decode()


OK = "old = new = newer = print\n"


def test_every_wanted_site_is_mended() -> None:
    assert after(f"{OK}old()\n\n\ndef f():\n    old(1)\n", word()) == f"{OK}new()\n\n\ndef f():\n    new(1)\n"


def test_only_wanted_sites_are_touched() -> None:
    code = f"{OK}old(1)\nold(2)\n"
    names = sorted(wanted(code, word())["word"])
    outcomes = {rewritten(code, word(), sites={"word": frozenset({name})}).after for name in names}
    assert outcomes == {f"{OK}new(1)\nold(2)\n".encode(), f"{OK}old(1)\nnew(2)\n".encode()}


def test_the_facts_that_come_along_are_those_of_the_changed_file() -> None:
    source, known = f"import a.b\n{OK}old = old()\n\n\ndef f(): ...\n".encode(), project({}, {"shop.new": "shop.later"})
    sites = wanted(source.decode(), word())
    asked = {"rules": (word(),), "wanted": sites, "project": known, "roots": ModuleMap()}
    outcome = rewrite_file(PATH, source, **asked, with_facts=True)
    assert isinstance(outcome, FileRewrite)
    assert outcome.facts == facts(module(PATH, outcome.after.decode()), words={"new"})
    assert outcome.facts.whole == {"a.b"}
    assert rewrite_file(PATH, source, **asked).facts is None


def test_nothing_wanted_changes_nothing() -> None:
    outcome = rewritten(f"{OK}old()\n", word(), sites={})
    assert outcome == FileRewrite(PATH, f"{OK}old()\n".encode(), f"{OK}old()\n".encode(), (), ())


def test_a_rule_that_makes_work_for_itself_is_named_alone() -> None:
    outcome = rewritten(f"{OK}old()\n", word(new="old(1) + old"))
    assert isinstance(outcome, FileFailed)
    assert outcome.detail == "word finds 2 places where 0 should be left"


def test_rules_run_in_order_each_on_the_output_of_the_one_before() -> None:
    first, second = word("first"), word("second", old="new", new="newer")
    code = f"{OK}old(1)\nnew(2)\n"
    outcome = rewritten(code, first, second)
    assert isinstance(outcome, FileFailed)  # the first rule makes sites of the second, which nobody planned
    assert outcome.reason == "not-idempotent"
    assert outcome.detail == "second finds 1 places where 0 should be left; first wrote what it changes"
    other = word("other", old="more", new="newer")
    assert after("old = new = more = newer = print\nold(more())\n", first, other) == (
        "old = new = more = newer = print\nnew(newer())\n"
    )


@pytest.mark.parametrize("whole", [False, True])
def test_nested_sites_of_one_rule_are_mended_inside_out(whole: bool) -> None:
    code = f"{OK}old(old(1), x=old(old()))\n"
    assert after(code, word(whole_call=whole)) == f"{OK}new(new(1), x=new(new()))\n"


def test_a_site_another_rule_changed_is_known_by_its_place_in_the_order() -> None:
    inner, outer = word("inner", old="small", new="tiny"), word("outer")
    code = "old = new = small = tiny = print\nold(small())\nold(2)\n"
    assert after(code, inner, outer) == "old = new = small = tiny = print\nnew(tiny())\nnew(2)\n"


def test_a_site_that_is_gone_is_blocked_as_drifted() -> None:
    outcome = rewritten(f"{OK}old(1)\n", word(), sites={"word": frozenset({"0" * 16, "1" * 16})})
    assert isinstance(outcome, FileRewrite)
    assert outcome.after == outcome.before
    assert [(name, why.code) for name, why in outcome.blocked] == [("0" * 16, "drifted"), ("1" * 16, "drifted")]


def test_a_site_the_rule_refuses_is_blocked_and_the_others_go_on() -> None:
    code = f"{OK}old('bad')\nold('good')\n"
    sites = wanted(code, word())
    outcome = rewritten(code, word(refuse="bad"), sites=sites)
    assert isinstance(outcome, FileRewrite)
    assert outcome.after.decode() == f"{OK}old('bad')\nnew('good')\n"
    assert [why.code for _, why in outcome.blocked] == ["no"]
    assert {*outcome.fixed, *(name for name, _ in outcome.blocked)} == sites["word"]


@pytest.mark.parametrize(
    ("code", "rule", "reason"),
    [
        (f"{OK}old()\n", word(new="(new"), "does-not-compile"),
        (f"{OK}old()\n", word(new="gone"), "undefined-name"),
        (f"{OK}old()\n", word(new="old"), "not-idempotent"),
        (f"{OK}old()\n", word(new="old(1) + old"), "not-idempotent"),
        ("x = old()\n" * 120_000, word(), "too-large"),
        ("def broken(:\n", word(), "syntax"),
        ("x = '\0'\n", word(), "null-bytes"),
    ],
)
def test_a_file_that_fails_a_check_is_left_alone(code: str, rule: Word, reason: str) -> None:
    names = {"word": frozenset({"0" * 16})}
    small = "broken" not in code and "\0" not in code and len(code) < MAX_BYTES
    outcome = rewritten(code, rule, sites=wanted(code, rule) if small else names)
    assert isinstance(outcome, FileFailed)
    assert outcome.reason == reason
    assert outcome.path == PATH


def test_bytes_outside_the_sites_survive() -> None:
    code = b"\xef\xbb\xbf# \xc3\xa9\r\nold = new = print\r\n\x0cold()\r\nx = 1  \r\n\r\n\r\n\t# end"
    sites = {"word": frozenset(name for _, name in fingerprints(PATH, word().find(module(PATH, code), project({}))))}
    outcome = rewritten(code, word(), sites=sites)
    assert isinstance(outcome, FileRewrite)
    assert outcome.after == code.replace(b"old()", b"new()")


class Clashing(Word):
    """Wants two things of one place."""

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        first = super().rewrite(module, project, sites)
        return Rewrite((*first.edits, *(Edit(one.start, one.end, b"newer") for one in first.edits)), first.fixed)


class Forgetful(Word):
    """Says nothing about the places it was given."""

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        return replace(super().rewrite(module, project, sites), edits=(), fixed=())


class Spreading(Word):
    """Turns an inner call into two, so that the outer ones cannot be told apart any more."""

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        first = super().rewrite(module, project, sites)
        return Rewrite(tuple(Edit(one.start, one.end, b"new(old(1), old(2))") for one in first.edits), first.fixed)


def test_edits_that_clash_fail_the_file() -> None:
    outcome = rewritten(f"{OK}old()\n", Clashing(WordParameters(id="word", kind="word")))
    assert isinstance(outcome, FileFailed)
    assert outcome.reason == "overlap"


def test_a_site_a_rule_says_nothing_about_is_not_lost() -> None:
    outcome = rewritten(f"{OK}old()\n", Forgetful(WordParameters(id="word", kind="word")))
    assert isinstance(outcome, FileRewrite)
    assert [why.code for _, why in outcome.blocked] == ["overlap"]
    assert outcome.fixed == ()


def test_outer_sites_that_cannot_be_found_again_drift() -> None:
    rule = Spreading(WordParameters(id="word", kind="word", whole_call=True))
    outcome = rewritten(f"{OK}old(old())\n", rule)
    assert isinstance(outcome, FileFailed)  # what it spreads is more than there was
    assert outcome.reason == "not-idempotent"


def test_an_excluded_site_is_never_changed() -> None:
    class Excluding(Word):
        def find(self, module: Module, project: Project) -> Iterator[Site]:
            yield from (replace(site, excluded="string") for site in super().find(module, project))

    outcome = rewritten(f"{OK}old()\n", Excluding(WordParameters(id="word", kind="word")))
    assert isinstance(outcome, FileRewrite)
    assert outcome.after == outcome.before
    assert [why.code for _, why in outcome.blocked] == ["excluded"]
