"""A Fixit rule the team has already: what it can fix is changed and committed like any other, the rest is found.

`rule` names it as Fixit's configuration does: `fixit.rules.no_redundant_fstring:NoRedundantFString`, a module with several
(`fixit.rules`), or a team's own from the repository, `.lint.ours:NoSleep`. Fixit runs beside this program, in the
interpreter `python`, which must have it: it cannot be installed where this program is. `.venv/bin/python` is the
repository's own. It gets the text of each file and gives back another; nothing is written.

Every run of lines that Fixit's fixes change is one place; the places of a file change together or not at all. What it
finds without a fix is for a person: it stands as `detect-only`. Comments that tell Fixit to ignore a line count as they do
for Fixit. What it changed has to pass every check that our own changes pass.

**Refused** (`program-failed`): the rule raised an error, cannot be imported, or took more than `seconds`. `words` are
names one of which a file must hold to be given to it at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from workbench.codemod.detected import DETECT_ONLY
from workbench.codemod.foreign.editor import ProgramFailedError
from workbench.codemod.foreign.findings import place_in
from workbench.codemod.foreign.hosted import Hosted, HostedParameters
from workbench.codemod.key import shortened
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Refuse
from workbench.codemod.source import Module
from workbench.model.violation import Blocked, Site


class FixitParameters(HostedParameters):
    """`rule`: which; `python`: where Fixit is."""

    rule: str = Field(min_length=1, description="the rule, as Fixit's own configuration names it")


class Fixit(Hosted[FixitParameters]):
    kind: ClassVar[str] = "fixit"
    summary: ClassVar[str] = "A Fixit rule the team has already: its fixes are checked and committed like ours."
    Parameters = FixitParameters
    defaults: ClassVar[dict[str, object]] = {"rule": "fixit.rules.no_redundant_fstring:NoRedundantFString"}
    elsewhere: ClassVar[bool] = True
    runner: ClassVar[str] = "fixit_runner.py"

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        yield from sorted((*super().find(module, project), *self._left(module)), key=lambda site: site.place)

    def _left(self, module: Module) -> Iterator[Site]:
        """Yield what was found and has no fix."""
        try:
            left = self.answer(module)["left"]
        except ProgramFailedError:
            return
        for line, column, message in left:
            place = place_in(module, line, column + 1)
            if place is not None:
                snippet = module.snippet(place.start, place.end)
                why = Blocked(DETECT_ONLY.code, message)
                yield Site(self.id, place, "", shortened(f"{message} {snippet}"), snippet, message, why)

    def given(self) -> tuple[str, ...]:
        return (self.parameters.rule,)

    def message(self) -> str:
        return f"{self.parameters.rule.replace(':', '.').rpartition('.')[2]} changes this"

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before="name  =  f'hello'\n",
            after="name  =  'hello'\n",
            why="what Fixit's fix makes of the file",
        ),
        Refuse(
            code="x = 1\n",
            reason="program-failed",
            why="there is no such rule",
            parameters=(("rule", "fixit.rules.missing:Missing"),),
        ),
        Refuse(
            code="async def f():\n    import time\n    time.sleep(1)\n",
            reason="detect-only",
            why="what Fixit finds and has no fix for is for a person",
            parameters=(("rule", "fixit.rules.use_async_sleep_in_async_def:UseAsyncSleepInAsyncDef"),),
        ),
        Keep(
            code="name = f'hello {name}'\n",
            why="what the rule leaves alone",
        ),
    )
