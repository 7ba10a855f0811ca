"""The import graph of a tree, from the import statements of every file, also of those that do not parse.

All import statements count, at any depth and under `if TYPE_CHECKING` too: whoever names a module has to be looked at
when it changes, and what is reached by a deferred import is still reached. Scripts that are no modules take part under
their paths: they import, but nothing imports them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from workbench.codemod.project import Project
from workbench.codemod.source import Unparsable, parse
from workbench.codemod.statements import Importing, blocks, imported_names
from workbench.model.source import Sources
from workbench.planning.graph import ImportGraph
from workbench.planning.spec import PlanSpec
from workbench.scan.files import PythonFile, python_files
from workbench.scan.kept import Desk, Named
from workbench.scan.statements import imported


def import_graph(sources: Sources, spec: PlanSpec, *, jobs: int | None = None) -> ImportGraph:
    """Return who imports whom among the Python files of a tree; `jobs` is the number of processes, None for all cores.

    `from package import name` is an edge to the module `package.name` where there is one, else to `package`. Files
    above 1 MiB are nodes without edges of their own.
    """
    return import_graph_of(Desk(sources, jobs=jobs), spec)


def import_graph_of(desk: Desk, spec: PlanSpec) -> ImportGraph:
    """Return the import graph of the tree on a desk; files whose statements are remembered are not read."""
    files = {one.path: one for one in python_files((entry.path for entry in desk.sources.entries()), spec)}
    split = Project(modules=frozenset(one.module for one in files.values() if one.module)).split
    edges: dict[str, frozenset[str]] = {one.module or path: frozenset() for path, one in files.items()}
    for importer, names in desk.named_by([*files.values()], read_imports):
        targets = {split(name)[0] for name in names} - {importer}
        edges[importer] |= targets & edges.keys()
    return ImportGraph(edges)


def read_imports(_: None, sources: Sequence[tuple[PythonFile, bytes]]) -> Named:
    """Return what the import statements of each file name."""
    return [(file.module or file.path, frozenset(_names(source, file.package))) for file, source in sources]


def _names(source: bytes, package: str) -> Iterator[str]:
    try:
        tree = parse(source)
    except (SyntaxError, Unparsable):
        yield from (one.named for one in imported(source, package))
        return
    todo = [tree.body]
    while todo:
        for statement in todo.pop():
            if isinstance(statement, Importing):
                for alias, _, target in imported_names(statement, package):
                    yield alias.name if isinstance(statement, ast.Import) else target
            else:
                todo += blocks(statement)
