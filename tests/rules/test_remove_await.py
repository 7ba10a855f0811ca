"""What the examples of `remove-await` do not show."""

from __future__ import annotations

import ast

import pytest
from codemod_trees import module, project
from hypothesis import given
from hypothesis import strategies as st

from workbench.codemod.edit import splice
from workbench.model.violation import Site
from workbench.rules.remove_await import RemoveAwait

IMPORT = "from shop.stock import count\n"
TREE = {"shop/__init__.py": "", "shop/stock.py": "def count(*a): ...\n"}
RULE = RemoveAwait(
    RemoveAwait.Parameters.model_validate({"id": "r", "kind": "remove-await", "call": "shop.stock.count"})
)


def find(code: str, tree: dict[str, str] = TREE, moves: dict[str, str] | None = None) -> list[Site]:
    return [*RULE.find(module("a.py", code), project({**tree, "a.py": code}, moves))]


def rewritten(code: str) -> str:
    known, tree = module("a.py", code), project({**TREE, "a.py": code})
    rewrite = RULE.rewrite(known, tree, [site for site in RULE.find(known, tree) if site.blocked is None])
    return splice(known.source, rewrite.edits).decode()


def reasons(body: str) -> list[str]:
    code = IMPORT + "async def f():\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    return [site.blocked.code if site.blocked else "" for site in find(code)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("await count()", "count()"),
        ("await  \tcount()", "count()"),
        ("await(count())", "(count())"),
        ("await ( count() )", "( count() )"),
        ("-await count()", "-count()"),
        ("await count() ** 2", "count() ** 2"),
        ("2 ** await count()", "2 ** count()"),
        ("not await count()", "not count()"),
        ("x if await count()else y", "x if count()else y"),
        ("[await count()for x in y]", "[count()for x in y]"),
        ("(await\n  # why\n  count())", "(\n  # why\n  count())"),
        ("(await # a\n  (count()))", "( # a\n  (count()))"),
        ("f'{await count()} {await count()!r}'", "f'{count()} {count()!r}'"),
        ("lambda: (await count())", "lambda: (count())"),
        ("print(await count(), *await count(), k=await count())", "print(count(), *count(), k=count())"),
        ("x[await count():await count()]", "x[count():count()]"),
        ("await count(await count(await count()))", "count(count(count()))"),
        ("assert await count(), 'x'", "assert count(), 'x'"),
        ("(y := await count())", "(y := count())"),
    ],
)
def test_only_the_await_and_its_space_go(before: str, after: str) -> None:
    head = IMPORT + "async def f():\n    "
    assert rewritten(f"{head}{before}\n") == f"{head}{after}\n"
    ast.parse(f"{head}{after}\n")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("return await count()", [""]),
        ("await asyncio.wait_for(count(), 1)", ["awaited-elsewhere"]),
        ("async with TaskGroup() as g: g.create_task(count(), name='x')", ["awaited-elsewhere"]),
        ("await asyncio.gather(*(count() for a in b))", ["awaited-elsewhere"]),
        ("await asyncio.gather(*[count(), count()])", ["awaited-elsewhere"] * 2),
        ("loop.run_until_complete(count())", ["awaited-elsewhere"]),
        ("asyncio.ensure_future(coro_or_future=count())", ["awaited-elsewhere"]),
        ("await (count() if x else y())", ["awaited-elsewhere"]),
        ("await (x or count())", ["awaited-elsewhere"]),
        ("c = count()\nawait c", ["awaited-elsewhere"]),
        ("c: int = count()\nawait c", ["awaited-elsewhere"]),
        ("c = count()\nc = y()\nawait c", []),
        ("c = count()\nif x: c = y()\nawait c", []),
        ("c = count()\nasync def g(): await c", []),
        ("async with x as y, count() as z: ...", ["async-context"]),
        ("with count() as z: ...", []),
        ("for a in count(): ...", []),
        ("[a async for a in count()]", ["async-context"]),
        ("[a for a in count()]", []),
        ("(await count() for a in b)", ["async-context"]),
        ("(a for a in b if await count())", ["async-context"]),
        ("(a for a in await count())", [""]),
        ("[await count() for a in b]", [""]),
        ("x((await count() for a in b))", ["async-context"]),
        ("await count", []),
        ("await count().x", []),
        ("await count()()", []),
        ("await x(count())", []),
        ("return count()", []),
        ("yield count()", []),
    ],
)
def test_how_a_result_is_awaited(body: str, codes: list[str]) -> None:
    assert reasons("import asyncio\n" + body) == codes


def test_a_namesake_of_asyncio_awaits_nothing() -> None:
    assert reasons("from os import wait\nwait(count())\nimport subprocess\nsubprocess.run(count())") == []


def test_a_function_reached_by_a_path_that_is_to_move_is_found_but_not_yet_mended() -> None:
    """The old function is still asynchronous: first the import must move, then the await may go."""
    tree = {**TREE, "shop/old.py": "async def count(): ...\n"}
    code = "from shop.old import count\nasync def f():\n    await count()\n"
    moves = {"shop.old.count": "shop.stock.count"}
    (site,) = find(code, tree, moves)
    assert site.blocked is None
    rewrite = RULE.rewrite(module("a.py", code), project({**tree, "a.py": code}, moves), [site])
    assert rewrite.edits == ()
    assert [why.code for _, why in rewrite.blocked] == ["still-async"]


def test_methods_reached_through_their_class() -> None:
    rule = RemoveAwait(
        RemoveAwait.Parameters.model_validate({"id": "r", "kind": "remove-await", "call": "shop.stock.Shelf.open"})
    )
    code = "from shop import stock\nasync def f(shelf):\n    await stock.Shelf.open()\n    await shelf.open()\n"
    tree = {**TREE, "shop/stock.py": "class Shelf:\n    @classmethod\n    def open(cls): ...\n"}
    assert [site.place.line for site in rule.find(module("a.py", code), project({**tree, "a.py": code}))] == [3]


EXPRESSIONS = st.recursive(
    st.sampled_from(["await count()", "await (count())", "a", "1"]),
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("[{} for b in {}]".format, inner, inner),
        st.builds("(await count({}, {}))".format, inner, inner),
        st.builds("(await\n count({}))".format, inner),
        st.builds("(await  # {}\n (count()))".format, st.just("await")),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("-{} ** {}".format, inner, inner),
    ),
    max_leaves=5,
)


class _Without(ast.NodeTransformer):
    def visit_Await(self, node: ast.Await) -> ast.AST:
        return self.visit(node.value)


@given(first=EXPRESSIONS, second=EXPRESSIONS)
def test_the_tree_loses_its_awaits_and_nothing_else(first: str, second: str) -> None:
    code = f"{IMPORT}async def f(a):\n    x = {first}\n    return {second}\n"
    assert ast.dump(ast.parse(rewritten(code))) == ast.dump(_Without().visit(ast.parse(code)))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("await count(1)\nawait count(2)", [True, True]),
        ("await count(1)\nawait other()", [False]),
        ("await count(1)\nasync with lock: ...", [False]),
        ("await count(1)\nyield 1", [False]),
        ("await count(1)\nreturn [n async for n in rows]", [False]),
        ("await count(1)\nasync def g():\n    await other()", [True]),
        ("await count(1)\nawait asyncio.gather(count(2))", [False, False]),
    ],
)
def test_an_async_def_that_awaits_nothing_any_more_is_told_of(body: str, told: list[bool]) -> None:
    code = f"import asyncio\n{IMPORT}async def f():\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    assert ["without this, the `async def` f awaits nothing" in site.message for site in find(code)] == told
