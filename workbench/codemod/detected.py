"""Sites of the kinds that find and leave the change to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from workbench.codemod.key import shortened
from workbench.codemod.names import Scope, Use
from workbench.codemod.project import Project
from workbench.codemod.rule import P, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Blocked, Place, Site

DETECT_ONLY = Blocked("detect-only", "rules of this kind find, and leave the change to a person")
_DOUBTS = {
    "rebound": "the name is assigned again, and either value may reach this place",
    "alternatives": "different imports may reach this place",
    "star-import": "a star import of unknown content may bring the name",
}


class Detector(Rule[P]):
    """A kind that never rewrites: all it finds is blocked as `detect-only`, or with what makes a place unsure."""

    fixes: ClassVar[bool] = False

    def targets(self) -> tuple[str, ...]:
        return ()

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:  # noqa: ARG002 - see above
        return Rewrite((), (), tuple((site, site.blocked or DETECT_ONLY) for site in sites))

    def detected(
        self,
        module: Module,
        place: Place,
        *,
        key: str,
        message: str,
        scope: Scope | None = None,
        blocked: Blocked = DETECT_ONLY,
        is_string: bool = False,
    ) -> Site:
        """Make a site; one in a string is only told of where the rule reports strings."""
        told = is_string and self.parameters.strings == "report"
        return Site(
            rule=self.id,
            place=place,
            scope=scope.qualname if scope is not None else "",
            key=shortened(key),
            snippet=module.snippet(place.start, place.end),
            message=message,
            blocked=None if told else blocked,
            excluded="string" if told else "",
        )


def doubt(use: Use) -> Blocked:
    """Return why a use is blocked: what else may reach it, or just that nobody but a person changes it."""
    reason = use.resolved.reason
    return DETECT_ONLY if use.resolved.certain else Blocked(reason, _DOUBTS.get(reason, ""))


def first_line(module: Module) -> Place:
    """Return the place of a file's first line, for what is wrong with the file as a whole."""
    start = module.offset(1, 0)
    lines = module.source[start:].splitlines()
    return module.place_of(start, start + len(lines[0]) if lines else start)
