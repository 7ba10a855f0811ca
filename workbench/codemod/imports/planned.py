"""The imports one rewrite adds, and how the next one who asks for the same finds them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from workbench.codemod.imports.changes import Wanted
from workbench.codemod.imports.goal import Goal
from workbench.codemod.imports.section import Wish
from workbench.codemod.imports.text import Member
from workbench.codemod.scopes import Scope


@dataclass(frozen=True, slots=True)
class Form:
    """One way to import a goal: the statement, the alias, and how the goal is then spelled."""

    wish: Wish
    member: Member
    local: str
    spelling: str


@dataclass(frozen=True, slots=True)
class Planned:
    """An import this rewrite adds, bound in `scope`."""

    goal: Goal
    form: Form
    scope: Scope
    wanted: Wanted


class Plans:
    """The planned imports in order; the last ones can be taken back."""

    def __init__(self) -> None:
        self._every: list[Planned] = []
        self._by_place: dict[Hashable, list[Planned]] = defaultdict(list)
        self._locals: dict[tuple[str, int], list[Form]] = defaultdict(list)
        """By local name and identity of the scope that binds it."""

    def __len__(self) -> int:
        return len(self._every)

    def add(self, one: Planned) -> None:
        """Plan one more."""
        self._every.append(one)
        self._by_place[_place(one.goal, one.form, one.wanted)].append(one)
        self._locals[one.form.local, id(one.scope)].append(one.form)

    def pop(self) -> Planned:
        """Take the last one back."""
        one = self._every.pop()
        self._by_place[_place(one.goal, one.form, one.wanted)].pop()
        self._locals[one.form.local, id(one.scope)].pop()
        return one

    def alike(self, goal: Goal, form: Form, wanted: Wanted) -> Iterator[Planned]:
        """Yield those that say the same at the head of the file, or at the place of `wanted`."""
        head, own = (goal, form, 0, 0), _place(goal, form, wanted)
        yield from self._by_place.get(head, ())
        if own != head:
            yield from self._by_place.get(own, ())

    def takes(self, form: Form, scope: Scope) -> bool:
        """Say whether another form takes the local name of `form`, in `scope` or around it."""
        return any(
            other != form for outer in scope.outward() for other in self._locals.get((form.local, id(outer)), ())
        )


def _place(goal: Goal, form: Form, wanted: Wanted) -> Hashable:
    return goal, form, id(wanted.beside) if wanted.beside else 0, id(wanted.inside) if wanted.inside else 0
