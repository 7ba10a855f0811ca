"""The builtin gate `imports`: what a change imports exists, and what it stopped offering nobody imports.

Static, from the facts of the tree before and after: nothing is imported, so no side effect runs and no
dependency is needed. What cannot be known (a module-level `__getattr__`, a star of a foreign package,
anything outside the tree) is never held against a file.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.codemod.project import Project
from workbench.codemod.roots import ModuleMap
from workbench.codemod.source import Module, Unparsable
from workbench.codemod.statements import blocks, imported_names
from workbench.gates.by_file import report_by_file
from workbench.model.gate import GateReport, Level, Outcome


@dataclass(frozen=True, slots=True)
class _Import:
    """An absolute dotted name that a file imports; `module`: an import statement that only a module can satisfy."""

    dotted: str
    module: bool

    @property
    def last(self) -> str:
        return self.dotted.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class _Trees:
    """The tree before and after a change of the files `changed`."""

    changed: frozenset[str]
    before: Project
    after: Project
    roots: ModuleMap

    def broke(self, wanted: _Import) -> bool:
        """Say whether a name is missing now that was not known to be missing before."""
        return _exists(self.after, wanted) is False and _exists(self.before, wanted) is not False

    def lacks(self, path: str) -> bool:
        """Say whether a changed file imports something that is not there, by its facts; True where it has none."""
        facts = self.after.facts.get(self.module_of(path) or "")
        if facts is None or facts.path != path:
            return True
        every = (_Import(one, module=one in facts.whole) for one in facts.reached)
        return any(_exists(self.after, one) is False for one in every)

    def missing(self, old: frozenset[_Import], now: frozenset[_Import]) -> Iterator[_Import]:
        """Yield what a file imports in vain now, unless it imported the same in vain before.

        The same, also if it has moved: a rule may well rewrite an import of what was never there.
        """
        in_vain = {one.last for one in old - now if _exists(self.before, one) is False}
        for one in now:
            excused = one.last in in_vain if one not in old else not self.broke(one)
            if _exists(self.after, one) is False and not excused:
                yield one

    def guilty(self, dotted: str) -> tuple[str, ...]:
        """Return the changed files through which a name was reached before."""
        modules = {self.before.split(name)[0] for name in self.before.chain(dotted)}
        return tuple(sorted(path for path in self.changed if (self.module_of(path) or "") in modules - {""}))

    def module_of(self, path: str) -> str | None:
        found = self.roots.name_of(path)
        return found[0] if found else None


def imports_gate(
    changes: Mapping[str, bytes | None],
    before: Mapping[str, bytes],
    project_before: Project,
    project_after: Project,
    roots: ModuleMap,
) -> GateReport:
    """Judge the imports in changed files, and everybody's imports of what they stopped offering.

    `changes` maps paths to new contents (None: deleted), `before` to the old ones. A name missing from
    the tree convicts the file that began to import it, or the file that stopped offering it.
    """
    trees = _Trees(frozenset(changes), project_before, project_after, roots)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path, source in sorted(changes.items()):
        if not trees.lacks(path):
            continue  # and what it imported before is no matter
        now = _imports(path, source, roots)
        old = _imports(path, before.get(path), roots)
        for wanted in sorted(trees.missing(old, now), key=lambda one: one.dotted):
            for guilty in (trees.guilty(wanted.dotted) if wanted in old else ()) or (path,):
                found[guilty].append(_sentence(guilty, path, wanted.dotted, project_after))
    for user, wanted in _left_behind(trees):
        for guilty in trees.guilty(wanted.dotted):
            found[guilty].append(_sentence(guilty, user, wanted.dotted, project_after))
    failures = {path: "\n".join(lines) for path, lines in sorted(found.items())}
    judged = sorted(path for path, source in changes.items() if source is not None or path in failures)
    tests = {path: Outcome.FAILED if path in failures else Outcome.PASSED for path in judged}
    return report_by_file(Level.IMPORTS, tests, failures, wrong="imports something that does not exist")


def _left_behind(trees: _Trees) -> Iterator[tuple[str, _Import]]:
    """Yield (path, import) of the unchanged files whose imports broke."""
    gone, modules = _gone(trees)
    if not gone and not modules:
        return
    inside = tuple(f"{module}." for module in modules)
    for facts in trees.after.facts.values():
        if facts.path in trees.changed:
            continue
        for dotted in sorted(facts.reached):
            suspect = dotted.rpartition(".")[2] in gone or dotted in modules or dotted.startswith(inside)
            wanted = _Import(dotted, module=False)
            if suspect and trees.broke(wanted):
                yield facts.path, wanted


def _gone(trees: _Trees) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that changed modules stopped offering, and the modules that went."""
    names: set[str] = set()
    modules: set[str] = set()
    for path in trees.changed:
        module = trees.module_of(path)
        was, now = trees.before.facts.get(module or ""), trees.after.facts.get(module or "")
        if was is not None and module is not None:
            offered = now.defined | now.imported.keys() if now else frozenset()
            names |= (was.defined | was.imported.keys()) - offered
            if not trees.after.has_module(module):
                modules.add(module)
    return frozenset(names), frozenset(modules)


def _exists(project: Project, wanted: _Import) -> bool | None:
    known = project.exists(wanted.dotted)
    if wanted.module and known is True:
        return project.has_module(wanted.dotted)
    return known


def _imports(path: str, source: bytes | None, roots: ModuleMap) -> frozenset[_Import]:
    """Read the imports of a file at any depth; none of one that does not parse, which syntax judges."""
    if source is None or not path.endswith((".py", ".pyi")):
        return frozenset()
    name, is_package = roots.name_of(path) or ("", False)
    module = Module(path, source, name, is_package)
    try:
        return frozenset(one for node in _statements(module.tree) for one in _named(node, module))
    except Unparsable:
        return frozenset()


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield every statement of a file: no expression holds an import, and expressions are most of a tree."""
    todo = list(tree.body)
    while todo:
        statement = todo.pop()
        yield statement
        todo += (one for block in blocks(statement) for one in block)


def _named(statement: ast.stmt, module: Module) -> Iterator[_Import]:
    if isinstance(statement, ast.Import):
        yield from (_Import(alias.name, module=True) for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        for _, local, dotted in imported_names(statement, module.package):
            yield _Import(dotted, module=local == "*")


def _sentence(guilty: str, user: str, dotted: str, project: Project) -> str:
    near = project.near(dotted)
    meant = f" (near it: {', '.join(near)})" if near else ""
    if guilty == user:
        return f"imports {dotted}, which does not exist{meant}"
    return f"no longer offers {dotted}, which {user} imports{meant}"
