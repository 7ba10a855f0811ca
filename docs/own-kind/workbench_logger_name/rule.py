"""A logger that is named after its module says `__name__`, so that the name is right when the module moves.

A call of `logging.getLogger` whose argument spells the dotted name of the very module it stands in takes `__name__`
instead, which has the same value. Calls through any import are found; `call` names another function that takes a
logger's name first, such as a team's own.

Blocked: `other-logger`, where the text is not this module's name: somebody may configure that logger by it;
`run-as-script`, where the file mentions `__main__`: run so, `__name__` is something else; and `dynamic-name`, where the
text is put together from pieces. A name that is computed is nobody's violation.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import Field

from workbench.codemod.calls.sites import call_sites
from workbench.codemod.edit import Edit
from workbench.codemod.key import shortened
from workbench.codemod.names import names_of
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Parameters, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Blocked, Site


class LoggerNameParameters(Parameters):
    """`call`: the dotted name of the function that makes loggers."""

    call: str = Field(
        "logging.getLogger", pattern=r"^\w+(\.\w+)+$", description="the dotted name of the function that makes loggers"
    )


class LoggerName(Rule[LoggerNameParameters]):
    kind: ClassVar[str] = "logger-name"
    summary: ClassVar[str] = "A logger named after its module says `__name__`."
    Parameters = LoggerNameParameters
    defaults: ClassVar[dict[str, object]] = {}

    def targets(self) -> tuple[str, ...]:
        return (self.parameters.call,)

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset({self.parameters.call.rpartition(".")[2]})

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        for found in call_sites(project.canonical(self.parameters.call), names_of(module, project)):
            spelled = None if found.call is None else _spelled(found.call)
            if spelled is not None:
                place, text = module.place(spelled), str(spelled.value)
                yield Site(
                    rule=self.id,
                    place=place,
                    scope=found.use.scope.qualname,
                    key=shortened(f"logger {text}"),
                    snippet=module.snippet(place.start, place.end),
                    message=f"the logger {text!r} is to be named `__name__`",
                    blocked=found.blocked or _doubt(spelled, module),
                )

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:  # noqa: ARG002
        edits = [Edit(site.place.start, site.place.end, b"__name__") for site in sites]
        return Rewrite(edits=tuple(edits), fixed=tuple(sites))

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before='import logging\n\nlog = logging.getLogger("shop.orders")\n',
            after="import logging\n\nlog = logging.getLogger(__name__)\n",
            why="the module's own name, spelled out",
            path="shop/orders.py",
        ),
        Change(
            before='from logging import getLogger as get\n\nlog = get(name="shop.orders")  # ours\n',
            after="from logging import getLogger as get\n\nlog = get(name=__name__)  # ours\n",
            why="through any import, and by keyword",
            path="shop/orders.py",
        ),
        Change(
            before='from shop.log import logger\n\nlog = logger("shop.orders", 10)\n',
            after="from shop.log import logger\n\nlog = logger(__name__, 10)\n",
            why="a team's own function, with whatever else it takes",
            path="shop/orders.py",
            tree=(("shop/__init__.py", ""), ("shop/log.py", "def logger(name, level=0): ...\n")),
            parameters=(("call", "shop.log.logger"),),
        ),
        Refuse(
            code='import logging\n\nlog = logging.getLogger("shop.audit")\n',
            reason="other-logger",
            why="somebody may configure this logger by its name",
            path="shop/orders.py",
        ),
        Refuse(
            code='import logging\n\nlog = logging.getLogger("shop.run")\n\nif __name__ == "__main__":\n    log.info("go")\n',
            reason="run-as-script",
            why="run as a script, the module's name is `__main__`",
            path="shop/run.py",
        ),
        Refuse(
            code='import logging\n\nlog = logging.getLogger("shop." "orders")\n',
            reason="dynamic-name",
            why="there may be comments between the pieces",
            path="shop/orders.py",
        ),
        Keep(
            code='import logging\n\nlog = logging.getLogger(__name__)\nroot = logging.getLogger()\nf"{root}"\n',
            why="what is right already, and the root logger",
            path="shop/orders.py",
        ),
        Keep(
            code='from shop.log import getLogger\n\nlog = getLogger("shop.orders")\n',
            why="a namesake from elsewhere",
            path="shop/orders.py",
        ),
    )


def _spelled(call: ast.Call) -> ast.Constant | None:
    """Return the logger's name where a call spells it out."""
    named = [one.value for one in call.keywords if one.arg == "name"]
    first = [*call.args, *named][:1]
    return next((one for one in first if isinstance(one, ast.Constant) and isinstance(one.value, str)), None)


def _doubt(spelled: ast.Constant, module: Module) -> Blocked | None:
    """Return why a name stays; `other-logger` and `run-as-script` are this kind's own codes."""
    if spelled.value != module.name:
        return Blocked("other-logger", f"this module is {module.name or 'outside every source root'}")
    if b"__main__" in module.source or module.path.endswith("__main__.py"):
        return Blocked("run-as-script", "run as a script, `__name__` is `__main__`")
    if len(module.segment(spelled)) != len(module.name) + len('""'):
        return Blocked("dynamic-name", "the text is not spelled out in one plain literal")
    return None
