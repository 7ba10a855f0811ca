"""Writes the rewrite pattern for one match: as text that keeps the bytes of what stays, and as the tree it means.

Whatever the rewrite shares with the match pattern (a `$X`, a dotted name, a whole call) is taken from the
code byte for byte. Calls and attributes made from one of the old code keep its brackets, line breaks and
comments. The rest is the text of the rewrite.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from workbench.codemod.calls.text import Given, arguments, opening
from workbench.codemod.edit import Edit
from workbench.codemod.fragments import form, parsed
from workbench.codemod.patterns.align import Alignment, Met, counterparts, value_of
from workbench.codemod.patterns.brackets import Wanted, arranged, rebuilt
from workbench.codemod.patterns.match import Found, Item, in_order
from workbench.codemod.patterns.pattern import Pattern
from workbench.codemod.patterns.unwrap import unwrapped, unwraps
from workbench.codemod.source import Module

Written = tuple[str, ast.expr]
Spell = Callable[[str], str]
"""Returns how a dotted name is written at the place of the match."""


class UnfitError(Exception):
    """The rewrite cannot be written here; never leaves the pattern modules."""


@dataclass(slots=True)
class Renderer:
    """Writes one rewrite for one match. `braced` numbers the kept parts that get parentheses."""

    match: Pattern
    rewrite: Pattern
    found: Found
    module: Module
    spell: Spell
    count: int = 0
    """How many kept parts the last text holds."""
    _braced: Collection[int] = ()
    _uses: Counter[str] = field(default_factory=Counter)
    _kept: dict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))
    _met: dict[int, Met] = field(default_factory=dict)
    _dropped: list[tuple[Item, Counter[str]]] = field(default_factory=list)
    """Arguments that went from their call, with the comments that went along."""

    def __post_init__(self) -> None:
        for wanted, node in self.found.pairs:
            if isinstance(wanted, ast.expr) and isinstance(node, ast.expr):
                self._kept[form(wanted)].append(node)
        self._met = Alignment(self.rewrite, self.found).pairs()

    def written(self, braced: Collection[int] = ()) -> Written:
        """Return the text and the tree it must parse to. Raises UnfitError."""
        self.count, self._braced = 0, braced
        self._uses.clear()
        self._dropped.clear()
        return self._expression(self.rewrite.root)

    def comments_dropped(self, tree: ast.expr) -> Counter[str]:
        """Return the comments that go with arguments of which nothing is left in the last text, `tree`."""
        left = set(_parts(tree))
        gone = (lost for item, lost in self._dropped if left.isdisjoint(_parts(value_of(item))))
        return sum(gone, Counter())

    def _expression(self, node: ast.expr) -> Written:
        kept = self._taken(node)
        if kept is not None:
            return self._braced_where_asked(kept), kept
        dotted = self.rewrite.dotted(node)
        if dotted is not None:
            spelled = self.spell(dotted)
            return spelled, expression(spelled)
        met = self._met.get(id(node))
        if isinstance(node, ast.Attribute) and met is not None and isinstance(met.node, ast.Attribute):
            return self._attribute(node, met.node)
        if isinstance(node, ast.Call):
            return self._call(node, met)
        if isinstance(node, ast.List | ast.Tuple | ast.Set) and any(map(self.rewrite.listed, node.elts)):
            return self._display(node)
        return self._template(node)

    # ---- what stays

    def _taken(self, node: ast.expr) -> ast.expr | None:
        """Return the code that stays for a node of the rewrite; for the second of two `$X`, that of the second."""
        key = form(node)
        every = self._kept.get(key)
        if not every:
            return None
        self._uses[key] += 1
        return every[min(self._uses[key], len(every)) - 1]

    def _braced_where_asked(self, node: Item) -> str:
        text = self._source(*self.module.span(node))
        if isinstance(node, ast.keyword | ast.Starred | ast.Slice):
            return text
        self.count += 1
        return f"({text})" if self.count - 1 in self._braced else text

    def _source(self, start: int, end: int) -> str:
        return self.module.source[start:end].decode(self.module.codec)

    # ---- what is made from the old

    def _attribute(self, node: ast.Attribute, old: ast.Attribute) -> Written:
        start, end = self.module.span(old)
        first, last = self.module.span(old.value)
        around = self._source(last, end)
        if not around.endswith(old.attr):
            return self._template(node)
        text, value = self._expression(node.value)
        written = f"{self._source(start, first)}{text}{around.removesuffix(old.attr)}{node.attr}"
        return written, ast.Attribute(value, node.attr, ast.Load())

    def _call(self, node: ast.Call, met: Met | None) -> Written:
        if met is not None and isinstance(met.node, ast.Call) and isinstance(met.wanted, ast.Call):
            old = met.node
            start, end = self.module.span(old)
            first, last = self.module.span(old.func)
            behind = self._source(last, end)
            bracket = opening(behind, 0)
            name = unwraps(node, met.wanted, self.match, self.rewrite)
            bare = self._unwrapped(old, behind[bracket:], end) if name else None
            if bare is not None:
                text, func = self._expression(node.func)
                head = f"{self._source(start, first)}{text}{behind[:bracket]}"
                return f"{head}{bare}", _called(func, self.found.many[name])
            order = self._order(node, met.wanted, old, arguments(behind[bracket:]))
            if order is not None:
                text, func = self._expression(node.func)
                dropped: dict[int, Counter[str]] = {}
                changed = rebuilt(behind[bracket:], [one for one, _ in order], dropped, newline=self.module.newline)
                items = in_order([*old.args, *old.keywords])
                self._dropped += [(items[number], lost) for number, lost in dropped.items()]
                written = f"{self._source(start, first)}{text}{behind[:bracket]}{changed}"
                return written, _called(func, [item for _, item in order])
        if any(map(self.rewrite.listed, node.args)):
            return self._joined(node)
        return self._template(node)

    def _unwrapped(self, old: ast.Call, brackets: str, end: int) -> str | None:
        """Return the brackets of the old call, which end at `end`, without those of its only argument."""
        first, last = self.module.span(old.args[0])
        texts = (one for one in ast.walk(old.args[0]) if isinstance(one, ast.Constant | ast.JoinedStr))
        one_line = all(one.lineno == one.end_lineno for one in texts)
        start = len(brackets) - len(self._source(first, end))
        return unwrapped(brackets, start, start + len(self._source(first, last)), reflow=one_line)

    def _order(
        self, node: ast.Call, wanted: ast.Call, old: ast.Call, given: Sequence[Given]
    ) -> list[tuple[Wanted, Item]] | None:
        """Return the arguments of the new call in order, each with its tree; None where they cannot stay in place."""
        uses, count = self._uses.copy(), self.count
        numbers = {id(one): n for n, one in enumerate(in_order([*old.args, *old.keywords]))}
        olds = counterparts(node, wanted, self._met, self.match, self.rewrite)
        new: list[tuple[Wanted, Item]] = []
        for one in in_order([*node.args, *node.keywords]):
            new += self._argument(one, olds.get(id(one)), numbers)
        order = arranged(given, [one for one, _ in new])
        if order is None:
            self._uses, self.count = uses, count
            return None
        trees = {id(one): item for one, item in new}
        return [(one, trees[id(one)]) for one in order]

    def _argument(self, item: Item, old: Item | None, numbers: dict[int, int]) -> Iterator[tuple[Wanted, Item]]:
        """Yield what one argument of the rewrite becomes; `old` is the one of the match pattern it is made from."""
        is_keyword = isinstance(item, ast.keyword)
        if old is None:
            every = self._items(item)
            yield from ((Wanted(text=text, is_keyword=isinstance(one, ast.keyword)), one) for text, one in every)
            return
        if self.match.listed(old) is not None:
            for one in self.found.many[self.rewrite.listed(item) or ""]:
                yield Wanted(numbers[id(one)], is_keyword=isinstance(one, ast.keyword)), one
            return
        value, was = value_of(item), value_of(old)
        name = item.arg if isinstance(item, ast.keyword) else None
        if form(value) == form(was):
            text, tree = None, value_of(self._met_by(was))
            self._uses[form(value)] += 1
        else:
            text, tree = self._expression(value)
        yield Wanted(numbers[id(self._met_by(old))], text, name, is_keyword), _argument(item, tree)

    def _met_by(self, wanted: Item) -> Item:
        met = next(node for theirs, node in self.found.pairs if theirs is wanted)
        assert isinstance(met, ast.expr | ast.keyword)
        return met

    # ---- what is new

    def _joined(self, node: ast.Call) -> Written:
        """Write a call whose list of arguments comes from elsewhere."""
        text, func = self._expression(node.func)
        pairs = [pair for one in in_order([*node.args, *node.keywords]) for pair in self._items(one)]
        pairs.sort(key=lambda pair: isinstance(pair[1], ast.keyword))
        return f"{text}({', '.join(text for text, _ in pairs)})", _called(func, [item for _, item in pairs])

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Written:
        pairs = [pair for one in node.elts for pair in self._items(one)]
        items = [item for _, item in pairs if isinstance(item, ast.expr)]
        if len(items) != len(pairs):
            raise UnfitError("a keyword argument cannot stand in a list")
        text = ", ".join(text for text, _ in pairs)
        if isinstance(node, ast.Tuple):
            return f"({text}{',' if len(items) == 1 else ''})", ast.Tuple(items, ast.Load())
        if isinstance(node, ast.List):
            return f"[{text}]", ast.List(items, ast.Load())
        return f"{{{text}}}", ast.Set(items)

    def _items(self, item: Item) -> Iterator[tuple[str, Item]]:
        """Yield the text and the tree of an argument or item of the rewrite; many, where it is a list."""
        listed = self.rewrite.listed(item)
        if listed is not None:
            for one in self.found.many[listed]:
                yield self._braced_where_asked(one), one
        elif isinstance(item, ast.keyword):
            text, tree = self._expression(item.value)
            yield f"{item.arg}={text}" if item.arg else f"**{text}", ast.keyword(item.arg, tree)
        else:
            yield self._expression(item)

    def _template(self, node: ast.expr) -> Written:
        """Write the text of the rewrite, with what stands in place of its variables and names."""
        source, newline = self.rewrite.module.source, self.module.newline
        edits: list[Edit] = []
        tree = self._copied(node, edits)
        start, end = self.rewrite.module.span(node)
        parts, at = [], start
        for edit in sorted(edits):
            parts += [source[at : edit.start].decode().replace("\n", newline), edit.new.decode()]
            at = edit.end
        parts.append(source[at:end].decode().replace("\n", newline))
        assert isinstance(tree, ast.expr)
        return "".join(parts), tree

    def _copied(self, node: ast.AST, edits: list[Edit]) -> ast.AST:
        """Copy a node of the rewrite with its parts written; note the texts of the parts that are no template."""
        if isinstance(node, ast.JoinedStr):
            return node
        fields = {name: self._part(value, edits) for name, value in ast.iter_fields(node)}
        return type(node)(**fields)

    def _part(self, value: object, edits: list[Edit]) -> object:
        if isinstance(value, list):
            return [self._part(one, edits) for one in value]
        if isinstance(value, ast.expr) and not isinstance(value, ast.Starred | ast.JoinedStr):
            text, tree = self._expression(value)
            edits.append(Edit(*self.rewrite.module.span(value), text.encode()))
            return tree
        return self._copied(value, edits) if isinstance(value, ast.AST) else value


def expression(text: str) -> ast.expr:
    """Parse a text as one expression. Raises UnfitError."""
    found = parsed(text)
    if found is None:
        raise UnfitError("it cannot be put together so that it parses")
    return found


def _parts(tree: ast.expr) -> Iterator[int]:
    return (id(one) for one in ast.walk(tree) if isinstance(one, ast.expr))


def _called(func: ast.expr, items: Sequence[Item]) -> ast.Call:
    positional = [one for one in items if isinstance(one, ast.expr)]
    return ast.Call(func, positional, [one for one in items if isinstance(one, ast.keyword)])


def _argument(item: Item, value: ast.expr) -> Item:
    """Return an argument of the kind of `item` with another value."""
    return ast.keyword(item.arg, value) if isinstance(item, ast.keyword) else value
