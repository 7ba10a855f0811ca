"""Replaces calls in one file: what is called, its arguments, and the imports on both sides."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from workbench.codemod.calls.args import Addition, ArgumentMap, mapped
from workbench.codemod.calls.receivers import TargetSite
from workbench.codemod.calls.text import opening
from workbench.codemod.edit import Edit, splice
from workbench.codemod.imports.engine import Bound, Imports
from workbench.codemod.imports.rows import shrunk
from workbench.codemod.in_strings import fits_in_fstring, fstring_around
from workbench.codemod.names import ImportedName, Names
from workbench.model.violation import Blocked

Choose = Callable[[Addition, ast.Call], str | Blocked | None]


@dataclass(frozen=True, slots=True)
class Replacement:
    """What is called instead, how arguments map, and whether a function-level import may break a cycle.

    `target` is a dotted name; or `method` of what the call is on already, whose last `parts` names it replaces.
    """

    target: str
    mapping: ArgumentMap
    deferred: bool = False
    method: str = ""
    parts: int = 0


@dataclass(slots=True)
class CallRewriter:
    """Collects the replacements of one file."""

    names: Names
    replacement: Replacement
    choose: Choose
    imports: Imports
    _texts: dict[int, tuple[Edit, str]] = field(default_factory=dict)
    """By identity of the call: what is called, and the text of the brackets, nested calls still old."""
    _calls: list[ast.Call] = field(default_factory=list)
    _released: dict[int, tuple[ImportedName, set[int]]] = field(default_factory=dict)
    """By identity of an import: the reads of it that are gone."""
    _vacated: dict[int, ImportedName] = field(default_factory=dict)
    """By identity, the imports whose name is free for the new callable."""

    def vacate(self, sites: Sequence[TargetSite], refused: Collection[int]) -> None:
        """Free the new callable's name where only these calls read it, but for the imports `refused`."""
        reads: dict[int, tuple[ImportedName, set[int]]] = {}
        for site in sites:
            if (read := _read_by(site)) is not None:
                reads.setdefault(id(read[0]), (read[0], set()))[1].add(id(read[1]))
        name = self.replacement.target.rpartition(".")[2]
        for origin, gone in reads.values():
            if origin.local == name and id(origin) not in refused and self.imports.vacate(origin, gone):
                self._vacated[id(origin)] = origin

    @property
    def broken(self) -> frozenset[int]:
        """The imports whose name was freed, and which something reads after all."""
        gone = {key: self._released[key][1] if key in self._released else set() for key in self._vacated}
        uses = {key: self.imports.uses_of(one) for key, one in self._vacated.items()}
        return frozenset(key for key in gone if any(id(read) not in gone[key] for read in uses[key]))

    def replace(self, site: TargetSite) -> Blocked | None:
        """Plan the replacement of one call; return why not, if not."""
        mark = self.imports.mark()
        refusal = self._plan(site)
        if refusal is not None:
            self.imports.undo(mark)
        return refusal

    def _plan(self, site: TargetSite) -> Blocked | None:
        call = site.call
        if call is None:
            return site.blocked
        if self._needs_await(site, call):
            return Blocked("signature-mismatch", f"{self.replacement.target} is async, and this call is not awaited")
        checked = self._mapped(call, [])
        if isinstance(checked, Blocked):
            return checked
        if not self._fits(call, checked):
            return Blocked("dynamic-name", "the call stands in an f-string, and its new arguments may not fit there")
        called = self._called(site, call)
        if isinstance(called, Blocked):
            return called
        self._texts[id(call)] = (called, checked)
        self._calls.append(call)
        return None

    def _called(self, site: TargetSite, call: ast.Call) -> Edit | Blocked:
        """Return the splice that makes a call one of the new callable, planning its import."""
        start, end = self.names.module.span(call.func)
        if self.replacement.method:
            first = call.func
            for _ in range(self.replacement.parts - 1):
                first = first.value if isinstance(first, ast.Attribute) else first
            name = getattr(first, "attr", "").encode(self._codec)
            at = self.names.module.span(first)[1] - len(name)
            return Edit(at, end, self.replacement.method.encode(self._codec))
        origin = site.site.use.resolved.origin if site.site is not None else None
        bound = self.imports.bind(self.replacement.target, at=call, like=origin, deferred=self.replacement.deferred)
        if isinstance(bound, Blocked):
            return bound
        self._release(site, bound)
        return Edit(start, end, bound.spelling.encode(self._codec))

    def edits(self) -> tuple[Edit, ...]:
        """Return the splices of all planned replacements, nested calls inside out."""
        edits: list[Edit] = []
        for call in sorted(self._calls, key=lambda one: self._span(one)[1] - self._span(one)[0]):
            self._put(call, edits)
        for imported, gone in self._released.values():
            left = [read for read in self.imports.uses_of(imported) if id(read) not in gone]
            self.imports.drop_unused(imported, len(left))
        return (*edits, *self.imports.edits())

    # ---- one call

    def _put(self, call: ast.Call, edits: list[Edit]) -> None:
        """Add the edits of a call to those of calls within and beside it, which are in order and disjoint."""
        called, planned = self._texts[id(call)]
        first, last = self._bracket_span(call)
        low = bisect_left(edits, first, key=lambda edit: edit.start)
        high = bisect_right(edits, last, lo=low, key=lambda edit: edit.end)
        mine = edits[low:high]
        if planned != self._brackets(call, []):
            again = self._mapped(call, mine)
            assert isinstance(again, str)  # the same arguments were mapped before
            mine = [shrunk(self.names.module.source, Edit(first, last, again.encode(self._codec)))]
        edits[low:high] = [called, *mine]

    def _mapped(self, call: ast.Call, inner: Sequence[Edit]) -> str | Blocked:
        """Return the new brackets of a call."""
        brackets, mapping = self._brackets(call, inner), self.replacement.mapping
        try:
            return mapped(brackets, mapping, lambda one: self.choose(one, call), newline=self.names.module.newline)
        except SyntaxError as error:  # syntax newer than this interpreter, inside the arguments
            return Blocked("unparsable", f"the arguments cannot be read here: {error.msg}")

    def _fits(self, call: ast.Call, brackets: str) -> bool:
        """Say whether the new brackets can be written where the call stands: f-strings do not take all quotes."""
        string = fstring_around(call, self.names)
        if string is None or brackets == self._brackets(call, []):
            return True
        edit = Edit(*self._bracket_span(call), brackets.encode(self._codec))
        return fits_in_fstring(edit, string, self.names.module)

    def _needs_await(self, site: TargetSite, call: ast.Call) -> bool:
        """Say whether an async function would come where an ordinary call stands."""
        project = self.names.project
        awaited = isinstance(self.names.ancestry.parent(call), ast.Await)
        was_async = project.is_async(site.spelled)
        return (
            not self.replacement.method
            and not awaited
            and not was_async
            and bool(project.is_async(self.replacement.target))
        )

    def _brackets(self, call: ast.Call, inner: Sequence[Edit]) -> str:
        """Return the text of a call's brackets, with the edits of nested calls applied."""
        first, last = self._bracket_span(call)
        source = self.names.module.source[first:last]
        moved = [Edit(edit.start - first, edit.end - first, edit.new) for edit in inner]
        return splice(source, moved).decode(self._codec)

    def _bracket_span(self, call: ast.Call) -> tuple[int, int]:
        module = self.names.module
        end, last = module.span(call.func)[1], module.span(call)[1]
        text = module.source[end:last].decode(self._codec)
        return end + len(text[: opening(text, 0)].encode(self._codec)), last

    def _release(self, site: TargetSite, bound: Bound) -> None:
        """Note that a call no longer reads the import it came through, unless its new spelling does."""
        read = _read_by(site)
        if read is not None and bound.through is not read[0]:
            self._released.setdefault(id(read[0]), (read[0], set()))[1].add(id(read[1]))

    def _span(self, call: ast.Call) -> tuple[int, int]:
        return self.names.module.span(call)

    @property
    def _codec(self) -> str:
        return self.names.module.codec


def _read_by(site: TargetSite) -> tuple[ImportedName, ast.expr] | None:
    """Return the import that a call comes through, with the name that reads it."""
    origin = site.site.use.resolved.origin if site.site is not None else None
    if site.site is None or origin is None:
        return None
    node: ast.expr = site.site.use.node
    while isinstance(node, ast.Attribute):
        node = node.value
    return origin, node
