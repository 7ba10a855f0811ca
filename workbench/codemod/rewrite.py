"""Carries a plan's rules out on one file: each on the output of the one before, then every check.

Sites are found anew before each rule and recognised by fingerprint, so that neither moved lines nor what
an earlier rule wrote lets a rule touch a place nobody planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.codemod.checks import check, strays
from workbench.codemod.doctests import found, rewritten
from workbench.codemod.edit import OverlappingEdits, splice
from workbench.codemod.project import ModuleFacts, Project, facts
from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Parameters, Rewrite, Rule
from workbench.codemod.source import Module, Unparsable
from workbench.model.violation import Blocked, Site, fingerprints

MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileRewrite:
    """What became of one file. `fixed` and `blocked` name the wanted sites by fingerprint; none is lost.

    `facts` are those of a module that changed, where they were asked for, with the mentions that matter.
    """

    path: str
    before: bytes
    after: bytes
    fixed: tuple[str, ...]
    blocked: tuple[tuple[str, Blocked], ...]
    facts: ModuleFacts | None = None


@dataclass(frozen=True, slots=True)
class FileFailed:
    """Why a file cannot be rewritten at all: a reason code and a sentence."""

    path: str
    reason: str
    detail: str = ""


class _FailedError(Exception):
    """Ends the rewriting of one file; never leaves this module."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def rewrite_file(
    path: str,
    source: bytes,
    *,
    rules: Sequence[Rule[Parameters]],
    wanted: Mapping[str, frozenset[str]],
    project: Project,
    roots: ModuleMap,
    with_facts: bool = False,
) -> FileRewrite | FileFailed:
    """Mend the `wanted` sites (fingerprints by rule id) of one file, with the rules in the order given.

    A wanted site that is not there any more is blocked as `drifted`; where a rule finds as many unknown
    sites as it misses, they are taken for the missing ones, in order. Codes of FileFailed: those of
    Unparsable and of `checks`, `too-large`, `null-bytes`, `overlap`, `not-idempotent`.
    """
    try:
        return _File(path, source, project, roots, with_facts).rewritten(rules, wanted)
    except _FailedError as failed:
        return FileFailed(path, failed.reason, failed.detail)
    except Unparsable as error:
        return FileFailed(path, error.reason, f"line {error.line}: {error.detail}")


@dataclass(slots=True)
class _File:
    """One file on its way through the rules."""

    path: str
    source: bytes
    project: Project
    roots: ModuleMap
    with_facts: bool
    _fixed: dict[str, list[str]] = field(default_factory=dict)
    _blocked: list[tuple[str, Blocked]] = field(default_factory=list)
    _known: dict[tuple[str, Module], tuple[Site, ...]] = field(default_factory=dict)
    _stages: list[Module] = field(default_factory=list)
    """The file as it was before the first rule, and after each."""

    def rewritten(self, rules: Sequence[Rule[Parameters]], wanted: Mapping[str, frozenset[str]]) -> FileRewrite:
        if len(self.source) > MAX_BYTES:
            raise _FailedError("too-large", f"{len(self.source)} bytes; files over {MAX_BYTES} are left to people")
        if b"\0" in self.source:
            raise _FailedError("null-bytes", "no Python file holds a null byte")
        before = module = self._module(self.source)
        rules = [rule for rule in rules if wanted.get(rule.id)]
        open_before = [self._count(rule, before) for rule in rules]
        self._stages.append(module)
        for rule in rules:
            module = self._apply(rule, module, wanted[rule.id])
            self._stages.append(module)
        if module.source != self.source or any(self._fixed.values()):
            builtins = frozenset[str]().union(*(rule.builtins() for rule in rules))
            for failure in check(before, module, self.project, builtins):
                raise _FailedError(failure.code, f"line {failure.line}: {failure.detail}")
            self._second_pass(rules, open_before, module)
        fixed = tuple(sorted(one for names in self._fixed.values() for one in names))
        wants_facts = self.with_facts and module.name and module.source != self.source
        told = facts(module, words=self.project.watched) if wants_facts else None
        return FileRewrite(self.path, self.source, module.source, fixed, tuple(self._blocked), told)

    def _module(self, source: bytes) -> Module:
        name, is_package = self.roots.name_of(self.path) or ("", False)
        return Module(self.path, source, name, is_package)

    def _sites(self, rule: Rule[Parameters], module: Module) -> tuple[Site, ...]:
        """Return what a rule finds; it is asked once of every stage the file goes through."""
        key = (rule.id, module)
        if key not in self._known:
            self._known[key] = tuple(found(rule, module, self.project))
        return self._known[key]

    # ---- one rule

    def _apply(self, rule: Rule[Parameters], module: Module, wanted: frozenset[str]) -> Module:
        found = fingerprints(self.path, self._sites(rule, module))
        named = self._recognised(found, wanted)
        for site, name in named.items():
            if not _is_open(site):
                self._block(name, site.blocked or Blocked("excluded", site.excluded))
        ready = {site: name for site, name in named.items() if _is_open(site)}
        self._fixed[rule.id] = []
        while ready:
            module, ready = self._round(rule, module, ready)
        return module

    def _round(self, rule: Rule[Parameters], module: Module, ready: dict[Site, str]) -> tuple[Module, dict[Site, str]]:
        """Mend sites; where their edits overlap, only the innermost, and return the others as they then stand."""
        rewrite = rewritten(rule, module, self.project, tuple(ready))
        inner = ready
        try:
            after = self._module(splice(module.source, rewrite.edits))
        except OverlappingEdits as error:
            inner = {site: name for site, name in ready.items() if not any(_holds(site, other) for other in ready)}
            if len(inner) == len(ready):
                raise _FailedError("overlap", f"{rule.id}: {error}") from None
            rewrite = rewritten(rule, module, self.project, tuple(inner))
            after = self._module(splice(module.source, rewrite.edits))
        for failure in strays(module, rewrite.edits, after):
            raise _FailedError(failure.code, f"{rule.id}, line {failure.line}: {failure.detail}")
        self._note(rule.id, rewrite, inner)
        outer = {site: name for site, name in ready.items() if site not in inner}
        return after, self._again(rule, module, after, set(rewrite.fixed), outer) if outer else {}

    def _again(
        self, rule: Rule[Parameters], before: Module, after: Module, gone: set[Site], outer: dict[Site, str]
    ) -> dict[Site, str]:
        """Find the outer sites again, by their order among those that are left."""
        left = [site for site in self._sites(rule, before) if site not in gone]
        left.sort(key=lambda site: site.place)
        now = sorted(self._sites(rule, after), key=lambda site: site.place)
        if len(left) != len(now):
            for name in outer.values():
                self._block(name, Blocked("drifted", "a change inside it made the place look different"))
            return {}
        return {new: outer[old] for old, new in zip(left, now, strict=True) if old in outer}

    def _recognised(self, found: Sequence[tuple[Site, str]], wanted: frozenset[str]) -> dict[Site, str]:
        """Return the wanted sites among those found, with the fingerprints they are wanted under."""
        named = {site: name for site, name in found if name in wanted}
        missing = sorted(wanted - set(named.values()))
        strange = [site for site, name in found if name not in wanted]
        if len(strange) == len(missing):
            return named | dict(zip(strange, missing, strict=True))
        for name in missing:
            self._block(name, Blocked("drifted", "the place is not there any more, or looks different"))
        return named

    def _note(self, rule: str, rewrite: Rewrite, named: Mapping[Site, str]) -> None:
        done = [named[site] for site in rewrite.fixed]
        self._fixed[rule] += done
        refused = {named[site]: why for site, why in rewrite.blocked}
        for name, why in refused.items():
            self._block(name, why)
        told = {*done, *refused, *(name for name, _ in self._blocked)}
        for name in named.values():
            if name not in told:
                self._block(name, Blocked("overlap", "another change of the same file takes its place"))

    def _block(self, name: str, why: Blocked) -> None:
        self._blocked.append((name, why))

    # ---- afterwards

    def _count(self, rule: Rule[Parameters], module: Module) -> int:
        return sum(_is_open(site) for site in self._sites(rule, module))

    def _second_pass(self, rules: Sequence[Rule[Parameters]], open_before: Sequence[int], module: Module) -> None:
        """What was mended must be gone, and nothing new be there: a second pass would change nothing."""
        for rule, before in zip(rules, open_before, strict=True):
            left, expected = self._count(rule, module), before - len(self._fixed[rule.id])
            if left > expected:
                detail = f"{rule.id} finds {left} places where {expected} should be left"
                raise _FailedError("not-idempotent", f"{detail}{self._makers(rule, rules)}")

    def _makers(self, rule: Rule[Parameters], rules: Sequence[Rule[Parameters]]) -> str:
        """Name the other rules after which a rule found more than before."""
        counts = [self._count(rule, one) for one in self._stages]
        grew = [
            one.id for one, was, now in zip(rules, counts, counts[1:], strict=False) if now > was and one is not rule
        ]
        return f"; {' and '.join(grew)} wrote what it changes" if grew else ""


def _holds(outer: Site, inner: Site) -> bool:
    return outer is not inner and outer.place.start <= inner.place.start and inner.place.end <= outer.place.end


def _is_open(site: Site) -> bool:
    return site.blocked is None and not site.excluded
