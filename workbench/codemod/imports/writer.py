"""Writes planned imports down: which statement says so, and the byte splices that make it say so.

An existing statement is extended, the old one written anew, or a new one put in its sorted place.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from workbench.codemod.ancestry import Ancestry
from workbench.codemod.edit import Edit
from workbench.codemod.imports.changes import Fate, Wanted
from workbench.codemod.imports.order import Key, keeps_order, sectioned
from workbench.codemod.imports.place import Head, Spot
from workbench.codemod.imports.rows import Insert, Rows
from workbench.codemod.imports.section import Wish
from workbench.codemod.imports.text import (
    Layout,
    Member,
    members,
    statement,
    with_member,
    with_module,
    with_new_member,
    without_member,
)
from workbench.codemod.project import Project
from workbench.codemod.source import Module
from workbench.codemod.statements import Importing, absolute_base


class ImportWriter:
    """One writing down: works on copies, so that it can be done again."""

    def __init__(self, module: Module, project: Project, ancestry: Ancestry) -> None:
        self._module = module
        self._ancestry = ancestry
        self._rows = Rows(module, ancestry)
        self._head = Head(module, project, self._leaves)
        self._leaving: set[int] = set()
        self._becomes: dict[int, Wish] = {}
        self._fates: dict[int, Fate] = {}
        self._new: dict[Hashable, tuple[Wanted, list[Member]]] = {}

    def edits(self, fates: Mapping[int, Fate], wanted: Sequence[Wanted]) -> tuple[Edit, ...]:
        """Return the splices, disjoint and sorted."""
        self._fates = {
            key: Fate(one.node, set(one.dropped), dict(one.moved), [], one.until, one.uses)
            for key, one in fates.items()
        }
        for fate in self._fates.values():
            fate.moved = {n: move for n, move in fate.moved.items() if n not in fate.dropped}
        self._leaving = {key for key, one in self._fates.items() if one.emptied and not self._stays(one)}
        for fate in list(self._fates.values()):
            self._part(fate)
        for one in wanted:
            self._settle(one)
        for fate in self._fates.values():
            self._write(fate)
        for first, every in sorted(self._new.values(), key=_rank):
            self._add_statement(first, every)
        return tuple(sorted(self._rows.edits()))

    def _leaves(self, node: ast.stmt) -> bool:
        return id(node) in self._leaving

    def _stays(self, fate: Fate) -> bool:
        """Say whether some moved alias stays in its statement: only its name changes."""
        return any(self._same_base(fate.node, wish) for wish, _ in fate.moved.values())

    def _same_base(self, node: Importing, wish: Wish) -> bool:
        if isinstance(node, ast.Import):
            return wish.plain
        if id(node) in self._becomes:
            return self._becomes[id(node)].module == wish.module
        return not wish.plain and absolute_base(node, self._module.package) == wish.module

    # ---- what is wanted goes into a statement that is there, or becomes a new one

    def _settle(self, one: Wanted) -> None:
        host = self._host(one)
        if host is None:
            self._new.setdefault(one.place, (one, []))[1].append(one.member)
            return
        fate = self._fates.setdefault(id(host), Fate(host))
        if all(known.written != one.member.written for known in fate.added):
            fate.added.append(one.member)
        self._leaving.discard(id(host))

    def _host(self, one: Wanted) -> ast.ImportFrom | None:
        """Return the from-import that `one` can join, if the file joins names at all."""
        if one.wish.plain or one.member.asname:
            return None
        hosts = [node for node in self._neighbours(one) if self._joinable(node, one.wish)]
        if len(hosts) > 1 and all(len(node.names) == 1 for node in hosts):
            return None
        liked = [node for node in hosts if node is one.like]
        return next(iter([*liked, *hosts]), None)

    def _joinable(self, node: ast.stmt, wish: Wish) -> bool:
        if not isinstance(node, ast.ImportFrom) or not self._same_base(node, wish):
            return False
        return any(alias.asname is None and alias.name != "*" for alias in node.names)

    def _neighbours(self, one: Wanted) -> Iterator[ast.ImportFrom]:
        """Yield the from-imports that are in force wherever `one` would be."""
        if one.beside is not None:
            run = self._run_around(one.beside)
        elif one.inside is not None:
            run = list(self._leading(one.inside.body))
        else:
            run = self._module.tree.body[: one.until]
        yield from (node for node in run if isinstance(node, ast.ImportFrom))

    def _run_around(self, anchor: ast.stmt) -> list[ast.stmt]:
        """Return the statements of a block before `anchor`, and the imports that directly follow it."""
        block = self._ancestry.block(anchor).statements
        last = next(n for n, one in enumerate(block) if one is anchor) + 1
        while last < len(block) and isinstance(block[last], Importing):
            last += 1
        return block[:last]

    def _leading(self, body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
        """Yield a function's docstring and the imports that open it."""
        for n, one in enumerate(body):
            docstring = n == 0 and isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
            if not docstring and not isinstance(one, Importing):
                return
            yield one

    # ---- moved aliases leave their statement, unless they all leave together

    def _part(self, fate: Fate) -> None:
        leaving = {n: move for n, move in fate.moved.items() if not self._same_base(fate.node, move[0])}
        if not leaving:
            return
        wish = next(iter(leaving.values()))[0]
        together = len(leaving) + len(fate.dropped) == len(fate.node.names) and not fate.added
        alike = all(other == wish for other, _ in leaving.values())
        if together and alike and not wish.plain and isinstance(fate.node, ast.ImportFrom):
            first = self._wanted_from(fate, *next(iter(leaving.values())))
            host = self._host(first)
            if (host is None or self._were_apart(host, fate.node)) and self._in_place(fate, wish):
                self._becomes[id(fate.node)] = wish
                self._leaving.discard(id(fate.node))
                return
        for n, (other, member) in leaving.items():
            del fate.moved[n]
            fate.dropped.add(n)
            self._settle(self._wanted_from(fate, other, member))
        if fate.emptied and not fate.moved and not fate.added:
            self._leaving.add(id(fate.node))

    def _were_apart(self, one: ast.ImportFrom, other: ast.ImportFrom) -> bool:
        """Say whether two statements that come to name one module named one before, and so stay two."""
        package = self._module.package
        return id(one) in self._becomes and absolute_base(one, package) == absolute_base(other, package)

    def _wanted_from(self, fate: Fate, wish: Wish, member: Member) -> Wanted:
        top = self._ancestry.parent(fate.node) is self._module.tree
        beside = None if top else fate.node
        return Wanted(wish, member, fate.until, beside=beside, like=fate.node, uses=fate.uses)

    def _in_place(self, fate: Fate, wish: Wish) -> bool:
        """Say whether a statement written anew stands in order where it is, or is tied to its line."""
        block = self._ancestry.block(fate.node).statements
        known = {id(one): self._fates[id(one)] for one in block if id(one) in self._fates}
        becoming = {key: new for key, one in known.items() if (new := _as_one(one)) is not None}
        wish = _sorted_as(wish, fate)
        return not self._rows.is_bare(fate.node) or not self._head.unsettled(fate.node, wish, block, becoming)

    # ---- one statement

    def _write(self, fate: Fate) -> None:
        start, end = self._module.span(fate.node)
        old = self._module.source[start:end].decode(self._module.codec)
        text = self._text(fate, old)
        if text != old:
            self._rows.replace(fate.node, text)

    def _text(self, fate: Fate, text: str) -> str | None:
        added = list(fate.added)
        moves = dict(fate.moved)
        if fate.emptied and not moves:
            if not added:
                return None
            moves[min(fate.dropped)] = (Wish("", ""), added.pop(0))
        names = [one.name for one in members(text)]
        layout = self._layout(fate.node)
        for n in range(len(fate.node.names) - 1, -1, -1):
            if n in moves:
                renamed = with_member(text, n, moves[n][1])
                renewed = [one.name for one in members(renamed)]
                stays = len(renewed) == 1 or keeps_order(names, renewed, layout.order)
                if stays:
                    text = renamed
                else:
                    text = without_member(text, n)
                    added.insert(0, moves[n][1])
            elif n in fate.dropped:
                text = without_member(text, n)
        if id(fate.node) in self._becomes:
            text = with_module(text, self._becomes[id(fate.node)].written)
        for one in added:
            if one.written not in [known.written for known in members(text)]:
                text = with_new_member(text, one, layout)
        return text

    # ---- a new statement

    def _add_statement(self, first: Wanted, every: Sequence[Member]) -> None:
        anchor, place = self._anchor(first)
        layout = self._layout(anchor)
        text = statement(None if first.wish.plain else first.wish.written, every[0])
        for one in every[1:]:
            if one.written not in [known.written for known in members(text)]:
                text = with_new_member(text, one, layout)
        inline = place.below and anchor is not None and any(self._rows.follows(anchor, use) for use in first.uses)
        self._rows.insert(anchor, Insert(text, place.below, place.blank_before, place.blank_after, inline))

    def _anchor(self, one: Wanted) -> tuple[ast.stmt | None, Spot]:
        wish = replace(one.wish, aliased=bool(one.member.asname), first=one.member.name)
        if one.beside is not None:
            spot = self._head.spot_beside(wish, one.beside, self._ancestry.block(one.beside).statements)
            return spot.anchor, spot
        if one.inside is not None:
            leading = list(self._leading(one.inside.body))
            spot = Spot(leading[-1]) if leading else Spot(one.inside.body[0], below=False)
            return spot.anchor, spot
        spot = self._head.spot(wish, one.member.local, until=one.until, like=one.like)
        return spot.anchor, spot

    def _layout(self, node: ast.stmt | None) -> Layout:
        indent = self._rows.indent(node) if node is not None else ""
        return Layout(self._module.newline, indent, self._head.line_limit, self._head.member_order)


def _rank(new: tuple[Wanted, list[Member]]) -> tuple[Key, bool]:
    wish = new[0].wish
    return sectioned(wish.written, wish.plain), bool(new[0].member.asname)


def _as_one(fate: Fate) -> Wish | None:
    """Return what a statement is to say if all its aliases move to one place together; else None."""
    wishes = {wish for wish, _ in fate.moved.values()}
    together = len(wishes) == 1 and len(fate.moved) + len(fate.dropped) == len(fate.node.names)
    return _sorted_as(wishes.pop(), fate) if together and not fate.added else None


def _sorted_as(wish: Wish, fate: Fate) -> Wish:
    """Return a wish with what sorting asks of the aliases that move."""
    every = [member for _, member in fate.moved.values()]
    return replace(wish, aliased=all(one.asname for one in every), first=every[0].name)
