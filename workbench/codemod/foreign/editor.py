"""The kinds whose changes another program makes: it is given a file, and what it did to it becomes places and edits."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from pydantic import Field

from workbench.codemod.edit import Edit
from workbench.codemod.foreign.hunks import hunks
from workbench.codemod.key import shortened
from workbench.codemod.project import Project
from workbench.codemod.rule import Parameters, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Blocked, Site

_WHOLE = Blocked("overlap", "the program changes the file as a whole, and not all of that is part of this change")


class ProgramFailedError(Exception):
    """The program did not do its work on a file; the text says why."""


class EditorParameters(Parameters):
    """What every kind of this sort takes."""

    words: tuple[str, ...] = Field((), description="names, one of which a file must hold to be given to the program")
    seconds: float = Field(60.0, gt=0, le=600, description="how long the program may take for one file")


E = TypeVar("E", bound=EditorParameters)


class Editor(Rule[E]):
    """A kind that asks a program what a file should become."""

    @abstractmethod
    def edited(self, module: Module) -> bytes:
        """Return what the program makes of a file; raises ProgramFailedError."""

    @abstractmethod
    def message(self) -> str:
        """Return what is told of each place."""

    def targets(self) -> tuple[str, ...]:
        return ()

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset(self.parameters.words)

    def is_about(self, module: str) -> bool:  # noqa: ARG002 - without words it may be about any
        return not self.parameters.words

    def find(self, module: Module, project: Project) -> Iterator[Site]:  # noqa: ARG002 - the program knows none
        try:
            yield from self._changes(module)
        except ProgramFailedError as failed:
            head = module.offset(1, 0)
            yield self._site(module, Edit(head, head, b""), blocked=Blocked("program-failed", str(failed)))

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:  # noqa: ARG002 - as above
        changes = self._changes(module)
        if changes.keys() != set(sites):
            return Rewrite((), (), tuple((site, site.blocked or _WHOLE) for site in sites))
        return Rewrite(tuple(changes.values()), tuple(changes))

    def _changes(self, module: Module) -> Mapping[Site, Edit]:
        return {self._site(module, one): one for one in hunks(module.source, self.edited(module))}

    def _site(self, module: Module, edit: Edit, *, blocked: Blocked | None = None) -> Site:
        old, new = module.source[edit.start : edit.end], edit.new
        texts = [text.decode(module.codec, "replace").strip() for text in (old, new)]
        end = edit.start + len(old.rstrip())
        return Site(
            rule=self.id,
            place=module.place_of(edit.start, end),
            scope="",
            key=shortened(" -> ".join(texts)),
            snippet=module.snippet(edit.start, end) or texts[1].partition("\n")[0][:120],
            message=blocked.detail if blocked is not None else self.message(),
            blocked=blocked,
        )
