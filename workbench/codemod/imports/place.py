"""Where a new import statement belongs at the head of a file: next to its kin, in the order the file keeps."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from workbench.codemod.imports.order import Key, MemberOrder, ascending, by_type, member_order, mixed, sectioned
from workbench.codemod.imports.section import Section, Wish, edits_path, is_future, is_string, section_of
from workbench.codemod.project import Project
from workbench.codemod.source import Module
from workbench.codemod.statements import Importing, absolute_base


@dataclass(frozen=True, slots=True)
class Spot:
    """Beside which statement (None: an empty file), on which side, and how many blank lines set it off."""

    anchor: ast.stmt | None
    below: bool = True
    blank_before: int = 0
    blank_after: int = 0


class Head:
    """The imports at the top level of one module, as they will be: statements that go do not count."""

    def __init__(self, module: Module, project: Project, gone: Callable[[ast.stmt], bool]) -> None:
        self._module = module
        self._project = project
        self._gone = gone

    def spot(self, wish: Wish, local: str, *, until: int, like: ast.stmt | None = None) -> Spot:
        """Return where `wish`, which binds `local`, goes before the top-level statement with index `until`.

        `like` is the import it follows or replaces; its place wins between equally good ones. Below every
        star import that brings `local`, or may.
        """
        spot = self._best_spot(wish, until, like)
        stars = [one for one in self._body[:until] if self._may_bring(one, local)]
        hidden = stars and spot.anchor is not None and self._index(stars[-1]) > self._index(spot.anchor)
        return Spot(stars[-1]) if hidden else spot

    def _may_bring(self, statement: ast.stmt, local: str) -> bool:
        if not isinstance(statement, ast.ImportFrom) or statement.names[0].name != "*":
            return False
        brought = self._project.exported(self._wish(statement).module)
        return brought is None or local in brought

    def _best_spot(self, wish: Wish, until: int, like: ast.stmt | None) -> Spot:
        groups = [group for group in self._groups(self._body[:until]) if self._allowed(group, wish)]
        group = self._kin(groups, wish, like) or self._same_section(groups, wish, like)
        if group is not None:
            return self._in_group(group, wish, like)
        return self._new_group(groups, wish)

    def spot_beside(self, wish: Wish, like: Importing, block: Sequence[ast.stmt]) -> Spot:
        """Return where `wish` goes among the imports of `block` that stand around `like`."""
        first = last = next(n for n, one in enumerate(block) if one is like)
        while first > 0 and isinstance(block[first - 1], Importing):
            first -= 1
        while last + 1 < len(block) and isinstance(block[last + 1], Importing):
            last += 1
        groups = self._groups(block[first : last + 1])
        own = next(one for one in groups if like in one)
        fitting = [one for one in (own, *groups) if self._section(wish) in self._sections(one)]
        return self._in_group(fitting[0] if fitting else own, wish, like)

    def unsettled(
        self, statement: Importing, wish: Wish, block: Sequence[ast.stmt], becoming: Mapping[int, Wish]
    ) -> bool:
        """Say whether `statement`, written anew as `wish`, would break the order its run of imports is in.

        `becoming` is what others of that run, by identity, are to say by then.
        """
        group = next((one for one in self._groups(block) if statement in one), None)
        if group is None:
            return False
        section = self._section(self._wish(statement))
        mine = [one for one in group if self._section(self._wish(one)) == section]
        for order in (sectioned, mixed):
            if ascending([self._key(order, self._wish(one)) for one in mine]):
                becomes = {**becoming, id(statement): wish}
                renewed = [self._key(order, becomes.get(id(one)) or self._wish(one)) for one in mine]
                return not ascending(renewed) or self._section(wish) != section
        return False

    @cached_property
    def line_limit(self) -> int:
        """The longest import line the file allows itself, 88 at least."""
        lengths = [(one.end_col_offset or 0) for one in self._every if one.lineno == one.end_lineno]
        return max([88, *lengths])

    @cached_property
    def member_order(self) -> MemberOrder | None:
        """The order in which the file writes the names of an import, where it keeps to one."""
        return member_order([[alias.name for alias in one.names] for one in self._every])

    @cached_property
    def _every(self) -> list[ast.ImportFrom]:
        return [one for one in ast.walk(self._module.tree) if isinstance(one, ast.ImportFrom)]

    # ---- what is there

    def _section(self, wish: Wish) -> Section:
        return section_of(wish, self._project)

    @property
    def _body(self) -> list[ast.stmt]:
        return self._module.tree.body

    def _groups(self, block: Sequence[ast.stmt]) -> list[list[Importing]]:
        """Return the runs of imports without anything between them, `__future__` left out."""
        groups: list[list[Importing]] = []
        last: ast.stmt | None = None
        for statement in block:
            if isinstance(statement, Importing) and not is_future(statement):
                if last is None or not self._adjoin(last, statement):
                    groups.append([])
                groups[-1].append(statement)
                last = statement
            else:
                last = None
        return groups

    def _adjoin(self, one: ast.stmt, other: ast.stmt) -> bool:
        between = self._module.source[self._module.span(one)[1] : self._module.span(other)[0]]
        lines = between.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        return all(line.strip() for line in lines[1:-1])

    def _allowed(self, group: Sequence[Importing], wish: Wish) -> bool:
        """Say whether the search path is set up where `group` stands, if `wish` may need that."""
        if self._section(wish) is Section.STDLIB:
            return True
        return self._index(group[0]) > self._path_edit(wish)

    def _path_edit(self, wish: Wish) -> int:
        """Return the index of the last edit of `sys.path` that imports like `wish` wait for; -1 if none."""
        return -1 if self._section(wish) is Section.STDLIB else self._last_path_edit

    @cached_property
    def _last_path_edit(self) -> int:
        edits = [n for n, one in enumerate(self._body) if edits_path(one)]
        waiting = [n for n, one in enumerate(self._body) if edits and self._in_tree(one)]
        late = [n for n in edits if not waiting or any(other > n for other in waiting)]
        return max(late, default=-1)

    def _in_tree(self, statement: ast.stmt) -> bool:
        if not isinstance(statement, Importing) or is_future(statement):
            return False
        wish = self._wish(statement)
        return self._project.has_module(wish.module.partition(".")[0]) or wish.written.startswith(".")

    def _wish(self, statement: Importing) -> Wish:
        if isinstance(statement, ast.Import):
            return Wish(statement.names[0].name, statement.names[0].name, plain=True)
        base = absolute_base(statement, self._module.package) or ""
        aliased = all(alias.asname for alias in statement.names)
        return Wish(
            base, "." * statement.level + (statement.module or ""), aliased=aliased, first=statement.names[0].name
        )

    def _index(self, statement: ast.stmt) -> int:
        return next(n for n, one in enumerate(self._body) if one is statement)

    # ---- which group

    def _kin(self, groups: list[list[Importing]], wish: Wish, like: ast.stmt | None) -> list[Importing] | None:
        """Return the group of the import nearest to `wish` by dotted name and manner."""
        best: tuple[tuple[int, ...], list[Importing]] | None = None
        for group in groups:
            for statement in group:
                other = self._wish(statement)
                shared = _shared(other.module, wish.module)
                alike = other.written.startswith(".") == wish.written.startswith(".")
                if not shared:
                    continue
                score = (alike, shared, statement is like, not self._gone(statement))
                if best is None or score > best[0]:
                    best = (score, group)
        return best[1] if best is not None else None

    def _same_section(self, groups: list[list[Importing]], wish: Wish, like: ast.stmt | None) -> list[Importing] | None:
        section = self._section(wish)
        holding = [group for group in groups if section in self._sections(group)]
        if not holding and len(groups) == 1 and len(self._sections(groups[0])) > 1:
            return groups[0]
        liked = [group for group in holding if any(one is like for one in group)]
        pure = sorted(holding, key=lambda group: -self._sections(group)[section] / len(group))
        return next(iter([*liked, *pure]), None)

    def _sections(self, group: Sequence[Importing]) -> Counter[Section]:
        return Counter(self._section(self._wish(one)) for one in group)

    # ---- where in it

    def _in_group(self, group: list[Importing], wish: Wish, like: ast.stmt | None) -> Spot:
        section = self._section(wish)
        staying = [one for one in group if not self._gone(one)]
        mine = [one for one in staying if self._section(self._wish(one)) == section]
        if not mine and like is not None and like in group and self._section(self._wish(like)) == section:
            return Spot(like)
        if not mine:
            return self._apart(staying, wish) or Spot(group[-1])
        for order in (sectioned, mixed):
            keys = [self._key(order, self._wish(one)) for one in mine]
            if ascending(keys):
                place = sum(key <= self._key(order, wish) for key in keys)
                return self._between(group, mine, place, like)
        if like is not None and any(one is like for one in group):
            return Spot(like)
        return Spot(max(mine, key=lambda one: _shared(self._wish(one).module, wish.module)))

    def _apart(self, staying: list[Importing], wish: Wish) -> Spot | None:
        """Return the spot for the first of its section in a group: set off where the group is of one section."""
        lower = [one for one in staying if self._section(self._wish(one)) < self._section(wish)]
        if not staying:
            return None
        alone = len(self._sections(staying)) == 1
        if lower:
            return Spot(lower[-1], blank_before=int(alone))
        return Spot(staying[0], below=False, blank_after=int(alone))

    def _between(self, group: list[Importing], mine: list[Importing], place: int, like: ast.stmt | None) -> Spot:
        """Return the spot before `mine[place]`; on the very line of `like` if that one goes from there."""
        low = group.index(mine[place - 1]) if place else -1
        high = group.index(mine[place]) if place < len(mine) else len(group)
        for one in group[low + 1 : high]:
            if one is like and self._gone(one):
                return Spot(one)
        return Spot(mine[place - 1]) if place else Spot(mine[0], below=False)

    def _key(self, order: Callable[[str, bool], Key], wish: Wish) -> Key:
        return (*order(wish.written, wish.plain), (int(wish.aliased), ""), *by_type(wish.first))

    # ---- no group for it

    def _new_group(self, groups: list[list[Importing]], wish: Wish) -> Spot:
        section = self._section(wish)
        earlier = [group for group in groups if min(self._sections(group)) <= section]
        if earlier:
            last = next((one for one in reversed(earlier[-1]) if not self._gone(one)), earlier[-1][-1])
            return Spot(last, blank_before=1, blank_after=self._missing(last))
        if groups:
            first = next((one for one in groups[0] if not self._gone(one)), groups[0][0])
            return Spot(first, below=False, blank_after=1)
        anchor = self._preamble(wish)
        if anchor is not None:
            return Spot(anchor, blank_before=1, blank_after=self._missing(anchor))
        if not self._body:
            return Spot(None)
        return Spot(self._body[0], below=False, blank_after=1)

    def _preamble(self, wish: Wish) -> ast.stmt | None:
        """Return the last statement that must come first: docstring, `__future__`, path set-up."""
        last: ast.stmt | None = None
        for n, statement in enumerate(self._body):
            docstring = n == 0 and is_string(statement)
            if docstring or is_future(statement) or n <= self._path_edit(wish):
                last = statement
        return last

    def _missing(self, anchor: ast.stmt) -> int:
        """Return 1 if code that stays follows `anchor` without a blank line."""
        following = self._body[self._index(anchor) + 1 :]
        row_end = anchor.end_lineno or 0
        later = [one for one in following if one.lineno > row_end]
        touching = bool(later) and later[0].lineno == row_end + 1
        return int(touching and not self._gone(later[0]))


def _shared(one: str, other: str) -> int:
    """Return how many leading dotted parts two names share."""
    count = 0
    for a, b in zip(one.split("."), other.split("."), strict=False):
        if a != b:
            break
        count += 1
    return count
