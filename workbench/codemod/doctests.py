"""Doctests: the examples in docstrings, read as code of functions that stand behind the file.

Each docstring's examples become one function, so that they see the names of the module and keep their own; what a
rule finds or writes there is taken back to the place in the docstring.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from workbench.codemod.edit import Edit
from workbench.codemod.project import Project
from workbench.codemod.rule import Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Blocked, Site

_LINE = re.compile(rb"^([ \t]*)(>>>|\.\.\.)(?: |$)(.*)$")
_LITERAL = re.compile(r"[rR]?(?P<quote>'''|\"\"\")(?P<content>.*)(?P=quote)", re.DOTALL)
_HOLDERS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_NAME = "__doctest_%d__"
_STAYS = Blocked("doctest", "the change does not fit on the lines of the example")


@dataclass(frozen=True, slots=True)
class _Line:
    """Bytes `start`..`end` of the longer file are those at `at` in the real one."""

    start: int
    end: int
    at: int


@dataclass(frozen=True, eq=False, slots=True)
class Doctests:
    """A file with its examples behind it (`longer`), and where each of their lines comes from."""

    real: Module
    longer: Module
    lines: tuple[_Line, ...]
    scopes: tuple[str, ...]

    def origin(self, start: int, end: int) -> int | None:
        """Return where bytes of an example stand in the real file; None if they are not on one line of it."""
        line = next((one for one in self.lines if one.start <= start and end <= one.end), None)
        return None if line is None else line.at + start - line.start

    def site(self, site: Site) -> Site | None:
        """Return a site of an example at its place in the real file; None where it has none."""
        lines = [one for one in self.lines if one.start <= site.place.start <= one.end]
        last = [one for one in self.lines if one.start <= site.place.end <= one.end]
        if not lines or not last:
            return None
        start = lines[0].at + site.place.start - lines[0].start
        place = self.real.place_of(start, last[0].at + site.place.end - last[0].start)
        number = int(site.scope.partition("__doctest_")[2].partition("_")[0] or 0)
        shown = self.real.snippet(place.start, place.end)
        return replace(site, place=place, scope=self.scopes[number], snippet=shown)

    def edit(self, edit: Edit) -> Edit | None:
        """Return an edit of the longer file as one of the real file; None if it cannot be one."""
        if edit.end <= len(self.real.source):
            return edit
        at = self.origin(edit.start, edit.end)
        if at is None or any(one in edit.new for one in (b"\n", b"\r", b"\\", b'"""', b"'''")):
            return None
        return Edit(at, at + edit.end - edit.start, edit.new)


def found(rule: Rule[Any], module: Module, project: Project) -> Iterator[Site]:
    """Yield what a rule finds in a file, its doctests included unless the rule ignores them."""
    known = _known(rule, module)
    if known is None:
        yield from rule.find(module, project)
    elif rule.parameters.doctests == "report":
        yield from rule.find(module, project)
        yield from (replace(site, blocked=None, excluded="doctest") for _, site in _examples(rule, known, project))
    else:
        yield from _pairs(rule, known, project).values()


def rewritten(rule: Rule[Any], module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
    """Return the edits that mend `sites` of a file, those in doctests too where that fits on their lines."""
    known = _known(rule, module) if rule.parameters.doctests == "rewrite" else None
    if known is None:
        return rule.rewrite(module, project, sites)
    chosen = set(sites)
    pairs = {theirs: ours for theirs, ours in _pairs(rule, known, project).items() if ours in chosen}
    done = rule.rewrite(known.longer, project, tuple(pairs))
    edits = [known.edit(one) for one in done.edits]
    if all(edits):
        return Rewrite(
            tuple(one for one in edits if one is not None),
            tuple(pairs[one] for one in done.fixed),
            tuple((pairs[one], why) for one, why in done.blocked),
        )
    outside = len(module.source)
    plain = rule.rewrite(module, project, [ours for theirs, ours in pairs.items() if theirs.place.start < outside])
    held = tuple((ours, _STAYS) for theirs, ours in pairs.items() if theirs.place.start >= outside)
    return replace(plain, blocked=(*plain.blocked, *held))


def _known(rule: Rule[Any], module: Module) -> Doctests | None:
    if not rule.reads_doctests or rule.parameters.doctests == "ignore" or b">>>" not in module.source:
        return None
    return _doctests_of(module, rule.parameters.doctests == "rewrite")


def _pairs(rule: Rule[Any], known: Doctests, project: Project) -> dict[Site, Site]:
    """Return the sites of the longer file, each with the same in the real one."""
    outside = len(known.real.source)
    every = list(rule.find(known.longer, project))
    pairs = {site: site for site in every if site.place.start < outside}
    return pairs | dict(_taken_back(every, known))


def _examples(rule: Rule[Any], known: Doctests, project: Project) -> Iterator[tuple[Site, Site]]:
    yield from _taken_back(rule.find(known.longer, project), known)


def _taken_back(every: Iterator[Site] | list[Site], known: Doctests) -> Iterator[tuple[Site, Site]]:
    outside = len(known.real.source)
    for site in every:
        ours = known.site(site) if site.place.start >= outside else None
        if ours is not None:
            yield site, ours


# ---- the longer file


@lru_cache(maxsize=8)
def _doctests_of(module: Module, hidden: bool) -> Doctests | None:  # a cache takes no keywords
    """Return a file with its examples; None where it has none that can be read.

    `hidden`: what looks like an example in the docstrings is made to look like prose, for it will change along.
    """
    if module.encoding not in ("utf-8", "utf-8-sig"):
        return None
    source, lines, scopes = bytearray(module.source), list[_Line](), list[str]()
    for scope, examples in _docstrings(module):
        head = f"\n\ndef {_NAME % len(scopes)}():\n".encode()
        body, inside = bytearray(), []
        for at, code in examples:
            start = len(source) + len(head) + len(body) + 1
            inside.append(_Line(start, start + len(code), at))
            body += b" " + code + b"\n"
        if _parses(head + body):
            source += head + body
            lines += inside
            scopes.append(scope)
    if not scopes:
        return None
    size = len(module.source)
    if hidden:
        source[:size] = source[:size].replace(b">>>", b"|||")
    longer = Module(module.path, bytes(source), module.name, module.is_package)
    return Doctests(module, longer, tuple(lines), tuple(scopes))


def _parses(code: bytes) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _docstrings(module: Module) -> Iterator[tuple[str, list[tuple[int, bytes]]]]:
    """Yield the scope of each docstring that is spelled out as it is, and its lines of code with their offsets."""
    todo: list[tuple[str, ast.AST]] = [("", module.tree)]
    while todo:
        scope, node = todo.pop()
        inner = f"{scope}.{node.name}" if scope and hasattr(node, "name") else getattr(node, "name", scope)
        todo += [(inner if isinstance(node, _HOLDERS) else scope, one) for one in ast.iter_child_nodes(node)][::-1]
        literal = _docstring(node)
        examples = list(_code(literal, module)) if literal is not None and ">>>" in str(literal.value) else []
        if examples:
            yield inner, examples


def _docstring(node: ast.AST) -> ast.Constant | None:
    first = node.body[0] if isinstance(node, _HOLDERS) and node.body else None
    value = first.value if isinstance(first, ast.Expr) else None
    return value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _code(literal: ast.Constant, module: Module) -> Iterator[tuple[int, bytes]]:
    start, end = module.span(literal)
    raw = module.source[start:end]
    text = _LITERAL.fullmatch(raw.decode("utf-8", "replace"))
    if text is None or text["content"].replace("\r\n", "\n") != literal.value:
        return
    at, indent = start, None
    for line in raw.splitlines(keepends=True):
        match = _LINE.match(line.rstrip(b"\r\n").removesuffix(text["quote"].encode()))
        if match is not None and (match[2] == b">>>" or match[1] == indent):
            indent = match[1]
            yield at + match.start(3), match[3]
        else:
            indent = None
        at += len(line)


def without_examples(text: str | None) -> list[str]:
    """Return the lines of a docstring that are no code."""
    lines = (text or "").splitlines()
    return [line for line in lines if not line.lstrip().startswith((">>> ", "... "))]
