"""Finds where a pattern matches in one file, and what forbids a rewrite there from the outset."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from workbench.codemod.ancestry import Ancestry, every
from workbench.codemod.calls.receivers import ReceiverParameters, receiver_fits
from workbench.codemod.calls.sites import makers
from workbench.codemod.fragments import form
from workbench.codemod.in_strings import is_exact
from workbench.codemod.names import Names, Scope
from workbench.codemod.patterns.match import Match, Matcher
from workbench.codemod.patterns.pair import receiver_of
from workbench.codemod.patterns.pattern import Pattern
from workbench.codemod.patterns.rewrite import PatternRewriter
from workbench.codemod.quoted import annotation
from workbench.model.violation import Blocked, Place


@dataclass(frozen=True, slots=True)
class PatternSite:
    """A match with its place; `own` says that it stands in the definition of what the rewrite names."""

    match: Match
    place: Place
    blocked: Blocked | None = None
    own: bool = False


@lru_cache(maxsize=8)
def pattern_sites(
    pattern: Pattern, rewrite: Pattern, parameters: ReceiverParameters, names: Names
) -> tuple[PatternSite, ...]:
    """Return the matches of one file in source order; they are asked for at every step of a rewrite."""
    return tuple(_Finder(pattern, rewrite, parameters).sites(names))


@dataclass(frozen=True, slots=True)
class _Finder:
    """Looks for one pattern, among the receivers that `parameters` allow."""

    pattern: Pattern
    rewrite: Pattern
    parameters: ReceiverParameters

    def sites(self, names: Names) -> Iterator[PatternSite]:
        """Yield the matches of one file, in source order."""
        own = {id(one) for _, name in self.rewrite.dotted_names for one in _definitions(name, names)}
        trial = PatternRewriter(self.pattern, self.rewrite, names)
        found = []
        for match in self._matches(names):
            verdict = self._narrowed(match, names)
            if verdict is not False:
                inside = any(id(one) in own for one in (match.at, *names.ancestry.above(match.at)))
                blocked = verdict if isinstance(verdict, Blocked) else self._refused(match, trial, names)
                found.append(PatternSite(match, _place(match, names), None if inside else blocked, inside))
        yield from sorted(found, key=lambda one: one.place)

    def _matches(self, names: Names) -> Iterator[Match]:
        matcher = Matcher(self.pattern, names)
        for node in self._candidates(names.module.tree):
            found = matcher.match(node)
            if found is not None:
                yield Match(node, found, names.scope_of(node), tuple(names.ancestry.above(node)))
        for literal, scope in names.index.quoted:
            yield from self._quoted(literal, scope, names)

    def _quoted(self, literal: ast.Constant, scope: Scope, names: Names) -> Iterator[Match]:
        """Yield the matches in a quoted annotation."""
        parsed = annotation(names.module, literal)
        if parsed is None:
            return
        tree = ast.Module([ast.Expr(parsed.expression)], [])
        ancestry = Ancestry(tree)
        for node in self._candidates(tree):
            found = Matcher(self.pattern, names, scope).match(node)
            if found is not None:
                yield Match(node, found, scope, tuple(ancestry.above(node)), literal)

    def _candidates(self, tree: ast.AST) -> Iterator[ast.expr]:
        root = self.pattern.root
        kinds = (ast.Name, ast.Attribute) if self.pattern.dotted(root) else (type(root),)
        method = self._method()
        for node in every(tree):
            called = getattr(node, "func", None) if method else None
            fits = isinstance(node, kinds) and (not method or getattr(called, "attr", "") == method)
            if fits and isinstance(node, ast.expr):
                yield node

    def _method(self) -> str:
        """Return the name of the method that the pattern calls; "" if it is no call of one."""
        called = self.pattern.root.func if isinstance(self.pattern.root, ast.Call) else None
        return called.attr if isinstance(called, ast.Attribute) and not self.pattern.dotted(called) else ""

    def _narrowed(self, match: Match, names: Names) -> bool | Blocked:
        if not self.parameters.narrows:
            return True
        return receiver_fits(match.found.ones[receiver_of(self.pattern)][0], self.parameters, names)

    def _refused(self, match: Match, trial: PatternRewriter, names: Names) -> Blocked | None:
        if match.found.doubt:
            return Blocked(match.found.doubt, "a name of the pattern may mean something else here")
        if not isinstance(getattr(match.node, "ctx", None), ast.Load | None) and not self._renames_attribute():
            return Blocked("assigned-to", f"{ast.unparse(match.node)} is not read here, but assigned or deleted")
        if not _is_exact(match, names):
            return Blocked("dynamic-name", "the place is inside a string, and where it stands exactly is not known")
        written = trial.written(match)
        return written if isinstance(written, Blocked) else None

    def _renames_attribute(self) -> bool:
        """Say whether all that changes is the name of an attribute of a variable: that can be assigned as well."""
        old, new = self.pattern.root, self.rewrite.root
        both = isinstance(old, ast.Attribute) and isinstance(new, ast.Attribute) and form(old.value) == form(new.value)
        return both and self.pattern.dotted(old) is None


def _place(match: Match, names: Names) -> Place:
    """Return where a match stands; inside a string whose parts have no places, where the string stands."""
    strings = [one for one in match.above if isinstance(one, ast.JoinedStr)]
    text = match.literal or (strings[-1] if strings else None)
    return names.module.place(match.node if text is None or _is_exact(match, names) else text)


def _is_exact(match: Match, names: Names) -> bool:
    """Say whether the bytes at the places of a match are what the tree says; inside strings they may not be."""
    parts = [node for _, node in match.found.pairs if isinstance(node, ast.expr)]
    return not match.in_text or all(is_exact(one, names.module) for one in (match.node, *parts))


def _definitions(name: str, names: Names) -> Iterator[ast.AST]:
    """Yield what defines a name in this file, and the functions here that the definition calls."""
    name = names.project.canonical(name)
    yield from makers(name, names)
    module = names.module.name
    if module and name.startswith(f"{module}."):
        first = name.removeprefix(f"{module}.").partition(".")[0]
        for one in names.index.module.bindings.get(first, ()):
            if isinstance(one, ast.Name):
                yield names.ancestry.statement(one)
