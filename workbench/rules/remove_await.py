"""A function that is no longer a coroutine function: `await f()` becomes `f()`.

Only where the awaited call surely resolves to `call`, a dotted name; or, as `call = "$RECEIVER.release"`, is a method
of that name, called on what `receiver`, `receiver_not` and `receiver_type` say (see `change-arguments`). The edit
takes away `await` and the space after it; parentheses, comments and line breaks stay. An async function of the same
name elsewhere is left alone. An `async def` that awaits nothing any more is told of with its places, and left as it is.

Blocked, with what a person should look at:

- `awaited-elsewhere`: the call is handed, un-awaited, to something that awaits it (`asyncio.gather`,
  `wait_for`, `create_task`, `run`, ...), or kept in a variable that is awaited later; or what it returns is
  awaited as well (`await (await f())`).
- `async-context`: `async with f()`, `async for x in f()`, the same with `await f()`, or an await that makes its generator expression
  an asynchronous one.
- `still-async`: the tree says that `call` is an `async def`, or a file still reaches it through an older
  function that is one, which another rule has to move first.
- `rebound`, `alternatives`, `star-import`, `unknown-receiver`: something else may be called here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import ClassVar

from workbench.codemod.calls.awaiting import Awaited, awaited, idle, without_await
from workbench.codemod.calls.receivers import CallParameters, CallTarget
from workbench.codemod.key import site_key
from workbench.codemod.names import names_of
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Blocked, Site

_STILL = Blocked("still-async", "what is called here is an `async def` in this tree")
_RELEASE = (("call", "$RECEIVER.release"), ("receiver_type", "aiohttp.ClientResponse"))
_IMPORT = "from shop.stock import count\n\n"
_TREE = (("shop/__init__.py", ""), ("shop/stock.py", "def count(*a): ...\n"))


def _told(function: str) -> str:
    return f"; without this, the `async def` {function} awaits nothing" if function else ""


class RemoveAwait(Rule[CallParameters]):
    kind: ClassVar[str] = "remove-await"
    summary: ClassVar[str] = "A function is no coroutine function any more: its calls are not awaited."
    reads_doctests: ClassVar[bool] = True
    Parameters = CallParameters
    defaults: ClassVar[dict[str, object]] = {"call": "shop.stock.count"}

    def targets(self) -> tuple[str, ...]:
        dotted = self._target.dotted
        return () if dotted is None else (dotted,)

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def refuses(self) -> tuple[str, ...]:
        return tuple(f"await {name}" for name in self.targets())

    def needles(self) -> frozenset[str]:
        return frozenset({self._target.needle})

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        yield from (site for _, site in self._found(module, project))

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        chosen = frozenset(sites)
        wanted = [(one, site) for one, site in self._found(module, project) if site in chosen]
        early = [(site, _STILL) for one, site in wanted if project.is_async(one.spelled)]
        ready = [(one, site) for one, site in wanted if not project.is_async(one.spelled)]
        awaits = [one.node for one, _ in ready if isinstance(one.node, ast.Await)]
        edits = tuple(without_await(module, node) for node in awaits)
        return Rewrite(edits, tuple(site for _, site in ready), tuple(early))

    @property
    def _target(self) -> CallTarget:
        return CallTarget(self.parameters)

    def _found(self, module: Module, project: Project) -> list[tuple[Awaited, Site]]:
        names = names_of(module, project)
        ahead = self._target.is_async(project)
        found = [*awaited(self._target, names)]
        drained = {} if ahead else idle(found, names)
        pairs = []
        for one in found:
            place = module.place(one.node)
            site = Site(
                rule=self.id,
                place=place,
                scope=one.scope.qualname,
                key=site_key("await", one.call, names),
                snippet=module.snippet(place.start, place.end),
                message=f"{self.parameters.call} is not a coroutine function{_told(drained.get(one, ''))}",
                blocked=_STILL if ahead else one.blocked,
            )
            pairs.append((one, site))
        return sorted(pairs, key=lambda pair: pair[1].place)

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before=_IMPORT + "async def f():\n    x = await count(1)\n    return (await count(2)).bit_length()\n",
            after=_IMPORT + "async def f():\n    x = count(1)\n    return (count(2)).bit_length()\n",
            why="`await` goes, parentheses stay",
            tree=_TREE,
        ),
        Change(
            before="from aiohttp import ClientResponse\n\n\nasync def f(resp: ClientResponse, lock: 'threading.Lock'):\n"
            "    await resp.release()\n    await lock.release()\n\n\nimport threading\n",
            after="from aiohttp import ClientResponse\n\n\nasync def f(resp: ClientResponse, lock: 'threading.Lock'):\n"
            "    resp.release()\n    await lock.release()\n\n\nimport threading\n",
            why="a method is told by the type of what it is called on",
            parameters=_RELEASE,
        ),
        Change(
            before="import shop.stock as s\n\nasync def f():\n    return [await s.count(n) for n in x], await (s.count(1))\n",
            after="import shop.stock as s\n\nasync def f():\n    return [s.count(n) for n in x], (s.count(1))\n",
            why="whatever spelling reaches the function, and wherever the await stands",
            tree=_TREE,
        ),
        Change(
            before=_IMPORT
            + "async def f():\n    x = await \\\n        count(1)\n    y = (await  # why\n         count(2))\n",
            after=_IMPORT + "async def f():\n    x = count(1)\n    y = (  # why\n         count(2))\n",
            why="line breaks go with the await, comments stay",
            tree=_TREE,
        ),
        Change(
            before=_IMPORT + "async def f():\n    return await count(\n        await count(1),  # inner\n    )\n",
            after=_IMPORT + "async def f():\n    return count(\n        count(1),  # inner\n    )\n",
            why="awaits inside one another",
            tree=_TREE,
        ),
        Refuse(
            code="import asyncio\n"
            + _IMPORT
            + "async def f():\n    await asyncio.gather(count(1), *[count(n) for n in x])\n",
            reason="awaited-elsewhere",
            why="gather awaits what it is given",
            tree=_TREE,
        ),
        Refuse(
            code=_IMPORT
            + "async def f(loop):\n    loop.create_task(count(1))\n    loop.run_until_complete(count(2))\n",
            reason="awaited-elsewhere",
            why="so do event loops and task groups",
            tree=_TREE,
        ),
        Refuse(
            code=_IMPORT + "async def f():\n    c = count(1)\n    return await c\n",
            reason="awaited-elsewhere",
            why="the call is awaited later, through a variable",
            tree=_TREE,
        ),
        Refuse(
            code=_IMPORT + "async def f():\n    async with count(1): ...\n    async for x in count(2): ...\n",
            reason="async-context",
            why="`async with` and `async for` need an asynchronous object",
            tree=_TREE,
        ),
        Refuse(
            code=_IMPORT + "async def f():\n    return (await count(n) for n in x)\n",
            reason="async-context",
            why="without its await the generator would not be asynchronous any more, and its reader would fail",
            tree=_TREE,
        ),
        Refuse(
            code=_IMPORT + "async def f():\n    await count()\n",
            reason="still-async",
            why="the function is still a coroutine function in this tree",
            tree=(("shop/stock.py", "async def count(): ...\n"),),
        ),
        Refuse(
            code=_IMPORT + "if fast:\n    count = faster\nasync def f():\n    await count()\n",
            reason="rebound",
            why="another function may be awaited here",
            tree=_TREE,
        ),
        Refuse(
            code="async def f(resp):\n    await resp.release()\n",
            reason="unknown-receiver",
            why="nothing here tells what the method is called on",
            parameters=_RELEASE,
        ),
        Keep(
            code="from other import count\n\nasync def f(s):\n    await count()\n    await s.count()\n",
            why="an async namesake from elsewhere",
            tree=_TREE,
        ),
        Keep(
            code=_IMPORT + "async def f():\n    async def count(): ...\n    await count()\n",
            why="an async namesake in the function",
            tree=_TREE,
        ),
        Keep(
            code=_IMPORT + "def f(pool):\n    pool.run(count(1))\n    return count(2)\n",
            why="calls that nothing awaits",
            tree=_TREE,
        ),
    )
