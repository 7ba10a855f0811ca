"""A function that is no longer a coroutine function: `await f()` becomes `f()`.

Only where the awaited call surely resolves to `call`. The edit takes away `await` and the space after it;
parentheses, comments and line breaks stay. An async function of the same name elsewhere is left alone.

Blocked, with what a person should look at:

- `awaited-elsewhere`: the call is handed, un-awaited, to something that awaits it (`asyncio.gather`,
  `wait_for`, `create_task`, `run`, ...), or kept in a variable that is awaited later.
- `async-context`: `async with f()`, `async for x in f()`, or an await that makes its generator expression
  an asynchronous one.
- `still-async`: the tree says that `call` is an `async def`, or a file still reaches it through an older
  function that is one, which another rule has to move first.
- `rebound`, `alternatives`, `star-import`: something else may be called here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import Field

from workbench.codemod.awaiting import Awaited, awaited, without_await
from workbench.codemod.key import site_key
from workbench.codemod.names import names_of
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Parameters, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Blocked, Site

_STILL = Blocked("still-async", "what is called here is an `async def` in this tree")


class RemoveAwaitParameters(Parameters):
    """`call`: the dotted name of the function that is awaited though it need not be."""

    call: str = Field(pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)+$")


class RemoveAwait(Rule[RemoveAwaitParameters]):
    kind: ClassVar[str] = "remove-await"
    summary: ClassVar[str] = "A function is no coroutine function any more: its calls are not awaited."
    Parameters = RemoveAwaitParameters
    defaults: ClassVar[dict[str, object]] = {"call": "shop.stock.count"}

    def targets(self) -> tuple[str, ...]:
        return (self.parameters.call,)

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset({self.parameters.call.rpartition(".")[2]})

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        yield from (site for _, site in self._found(module, project))

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        wanted = [(one, site) for one, site in self._found(module, project) if site in sites]
        early = [(site, _STILL) for one, site in wanted if project.is_async(one.spelled)]
        ready = [(one, site) for one, site in wanted if not project.is_async(one.spelled)]
        awaits = [one.node for one, _ in ready if isinstance(one.node, ast.Await)]
        edits = tuple(without_await(module, node) for node in awaits)
        return Rewrite(edits, tuple(site for _, site in ready), tuple(early))

    def _found(self, module: Module, project: Project) -> list[tuple[Awaited, Site]]:
        names = names_of(module, project)
        call = project.canonical(self.parameters.call)
        ahead = project.is_async(call) is True
        pairs = []
        for one in awaited(call, names):
            place = module.place(one.node)
            site = Site(
                rule=self.id,
                place=place,
                scope=one.scope.qualname,
                key=site_key("await", one.call, names),
                snippet=module.snippet(place.start, place.end),
                message=f"{self.parameters.call} is not a coroutine function",
                blocked=_STILL if ahead else one.blocked,
            )
            pairs.append((one, site))
        return sorted(pairs, key=lambda pair: pair[1].place)
