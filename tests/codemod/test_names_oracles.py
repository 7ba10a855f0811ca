"""The resolver held against two independent ones: Python's own symbol tables, and LibCST's qualified names."""

from __future__ import annotations

import ast
import symtable
import sysconfig
import warnings
from collections import Counter
from pathlib import Path

import libcst as cst
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider, QualifiedNameProvider, QualifiedNameSource

from workbench.codemod.names import Binding, ImportedName, Names, ScopeKind
from workbench.codemod.project import Project
from workbench.codemod.source import Module
from workbench.codemod.walk import index

LIBRARY = Path(sysconfig.get_paths()["stdlib"])


def library(low: int, high: int, step: int) -> list[Path]:
    sized = [one for one in sorted(LIBRARY.glob("*.py")) if low < one.stat().st_size < high]
    return [one for one in sized if one.read_bytes().isascii()][::step]


# ---- Python's symbol tables: what kind of variable every name of every scope is

Table = Counter[tuple[str, int, str, str]]


def our_table(source: str) -> Table:
    found = index(ast.parse(source), "")
    reads = {(scope, scope.mangled(name)) for name, spots in found.names.items() for _, scope in spots}
    table: Table = Counter()
    for scope, name in reads:
        if scope.kind is ScopeKind.MODULE:
            continue
        kind = "class" if scope.kind is ScopeKind.CLASS else "function"
        owner = scope.lookup(name)
        what = "local" if owner is scope else "free"
        if owner is None or owner.kind is ScopeKind.MODULE:
            what = "global"
        table[kind, getattr(scope.node, "lineno", 0), name, what] += 1
    return table


def python_s_table(source: str) -> Table:
    table: Table = Counter()
    todo = [symtable.symtable(source, "<test>", "exec")]
    while todo:
        scope = todo.pop()
        todo += scope.get_children()
        for symbol in scope.get_symbols():
            name = symbol.get_name()
            # `.0` is the hidden parameter of a comprehension; `__class__` a cell the compiler adds by itself
            if scope.get_type() == "module" or not symbol.is_referenced() or name in (".0", "__class__"):
                continue
            what = "free" if symbol.is_free() else "global" if symbol.is_global() else "local"
            table[str(scope.get_type()), scope.get_lineno(), name, what] += 1
    return table


def same_tables(source: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = our_table(source), python_s_table(source)
    known = {one for one in ours if one[2] == "__class__"}
    assert {one: n for one, n in ours.items() if one not in known} == dict(theirs)


@pytest.mark.parametrize("path", library(3_000, 90_000, 2), ids=lambda path: path.stem)
def test_scopes_as_in_python_s_symbol_tables(path: Path) -> None:
    source = path.read_text()
    # a function called `top` is taken for the module by `symtable` of Python 3.11;
    # annotations that are never evaluated are not in symbol tables at all
    if "def top(" not in source and "import annotations" not in source:
        same_tables(source)


# ---- generated programs

NAMES = st.sampled_from(["a", "b", "c", "m"])
EXPRESSIONS = st.recursive(
    NAMES | st.builds("{}.{}".format, NAMES, NAMES),
    lambda inner: st.one_of(
        st.builds("{}({})".format, inner, inner),
        st.builds("[{} for {} in {} if {}]".format, inner, NAMES, inner, inner),
        st.builds("(lambda {}={}: {})".format, NAMES, inner, inner),
        st.builds("{{{}: {} for {} in {}}}".format, inner, inner, NAMES, inner),
    ),
    max_leaves=4,
)


def indented(lines: list[str]) -> str:
    return "\n".join("    " + line for block in lines for line in block.split("\n"))


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map(indented)
    return st.one_of(
        st.builds("def {}({}={}, *{}_):\n{}".format, NAMES, NAMES, EXPRESSIONS, NAMES, body),
        st.builds("class {}({}):\n{}".format, NAMES, EXPRESSIONS, body),
        st.builds("if {}:\n{}".format, EXPRESSIONS, body),
        st.builds("for {} in {}:\n{}".format, NAMES, EXPRESSIONS, body),
        st.builds("try:\n{}\nexcept {} as {}:\n{}".format, body, NAMES, NAMES, body),
        st.builds("with {} as {}:\n{}".format, EXPRESSIONS, NAMES, body),
    )


PLAIN = st.one_of(
    EXPRESSIONS,
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("{}: {} = {}".format, NAMES, EXPRESSIONS, EXPRESSIONS),
    st.builds("import {}".format, NAMES),
    st.builds("import x.{} as {}".format, NAMES, NAMES),
    st.builds("from x.{} import {}".format, NAMES, NAMES),
    st.builds("from x import {} as {}".format, NAMES, NAMES),
    st.builds("def f():\n    global {0}\n    {0} = {1}".format, NAMES, NAMES),
    st.builds("({} := {})".format, NAMES, EXPRESSIONS),
)
PROGRAMS = st.lists(st.recursive(PLAIN, blocks, max_leaves=6), min_size=1, max_size=5).map("\n".join)


@given(source=PROGRAMS)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150, deadline=None)
def test_scopes_of_generated_programs(source: str) -> None:
    same_tables(source)


# ---- LibCST's qualified names: which imports a name may come from

Origins = dict[tuple[int, int], frozenset[str]]


def our_origins(source: str) -> tuple[Origins, frozenset[tuple[int, int]]]:
    """Where names are read, the absolute names of all imports that bind the variable; and where to compare.

    LibCST takes a name for an outer one where the variable of the scope is bound only further down. Python
    does not (the symbol tables above say so), so places before any of their bindings are left out. So are
    names of class bodies, whose meaning changes on the way; `test_names_flow` has them. Stars bring nothing.
    """
    names = Names(Module("m.py", source.encode(), "m"), Project())
    origins: Origins = {}
    comparable = set()
    for spots in names.index.names.values():
        for node, scope in spots:
            place = (node.lineno, node.col_offset)
            owner = names.variables.owner(node.id, scope)
            bindings = names.variables.bindings(node.id, owner) if owner is not None else ()
            bound = frozenset(one.bound for one in bindings if isinstance(one, ImportedName) and not one.is_star)
            if bound:
                origins[place] = bound
            holders = [outer for outer in scope.outward() if node.id in outer.bindings]
            earlier = all(line(one) < node.lineno for outer in holders for one in outer.bindings[node.id])
            if earlier and all(outer.kind is not ScopeKind.CLASS for outer in holders):
                comparable.add(place)
    return origins, frozenset(comparable)


def line(binding: Binding) -> int:
    node = binding.statement if isinstance(binding, ImportedName) else binding
    return int(getattr(node, "lineno", 0))


def same_origins(source: str) -> None:
    ours, comparable = our_origins(source)
    theirs = libcst_s_origins(source)
    assert {at: one for at, one in ours.items() if at in comparable} == {
        at: one for at, one in theirs.items() if at in comparable
    }


class _Reads(cst.CSTVisitor):
    """LibCST answers for names that are defined or deleted, too; we ask about those that are read."""

    def __init__(self, wrapper: MetadataWrapper, reads: frozenset[tuple[int, int]]) -> None:
        super().__init__()
        self._names = wrapper.resolve(QualifiedNameProvider)
        self._places = wrapper.resolve(PositionProvider)
        self._reads = reads
        self.origins: Origins = {}

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802  # the name LibCST calls
        start = self._places[node].start
        known = self._names.get(node, ())
        known = known() if callable(known) else known
        imported = frozenset(one.name for one in known if one.source is QualifiedNameSource.IMPORT)
        if imported and (start.line, start.column) in self._reads:
            self.origins[start.line, start.column] = imported


def libcst_s_origins(source: str) -> Origins:
    nodes = ast.walk(ast.parse(source))
    loads = (one for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load))
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    visitor = _Reads(wrapper, frozenset((one.lineno, one.col_offset) for one in loads))
    wrapper.module.visit(visitor)
    return visitor.origins


@pytest.mark.parametrize("path", library(400, 6_000, 1)[:60], ids=lambda path: path.stem)
def test_imports_as_libcst_sees_them(path: Path) -> None:
    same_origins(path.read_text())


@given(source=PROGRAMS)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
def test_imports_of_generated_programs(source: str) -> None:
    same_origins(source)
