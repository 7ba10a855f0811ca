"""Which phase a site belongs to: the plan's table first, then the rule's own wish, then the default."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from pathspec import GitIgnoreSpec

from workbench.codemod.roots import ModuleMap
from workbench.model.errors import PlanFileError, Problem
from workbench.model.violation import Priority, Violation
from workbench.planning.graph import ImportGraph
from workbench.planning.problems import located, near
from workbench.planning.spec import PlanSpec, PriorityRule


def prioritise(
    violations: Iterable[Violation],
    spec: PlanSpec,
    load_graph: Callable[[], ImportGraph],
    roots: ModuleMap,
) -> tuple[Violation, ...]:
    """Return the violations with their priorities.

    The first entry of the table whose conditions all hold decides. Where none does, the rule's own `priority`
    counts, and the table's `default` last: a table is written for this plan's places, a rule's priority for the rule
    wherever it is used. `load_graph` is called only if some entry asks about imports. Files that are no module
    have no fan-in and are reached by nothing. Raises PlanFileError for an entry module the tree lacks.
    """
    entries = spec.priorities.rules
    graph = load_graph() if any(entry.needs_graph for entry in entries) else ImportGraph()
    unknown = _unknown_entries(spec, graph)
    if unknown:
        raise PlanFileError(str(spec.path), located(unknown, spec.lines))
    table = [_Entry(entry, graph) for entry in entries]
    rules = {rule.id: rule for rule in spec.rules}
    known: dict[tuple[str, str], Priority] = {}
    result = []
    for one in violations:
        key = (one.rule, one.path)
        if key not in known:
            rule = rules[one.rule]
            module, _ = roots.name_of(one.path) or (None, False)
            matches = (entry.priority for entry in table if entry.matches(one.path, module, rule.id, rule.label))
            known[key] = next(matches, rule.priority or spec.priorities.default)
        result.append(replace(one, priority=known[key]))
    return tuple(result)


@dataclass(frozen=True)
class _Entry:
    """One entry of the table, made ready to be asked many times."""

    spec: PriorityRule
    graph: ImportGraph

    @property
    def priority(self) -> Priority:
        return self.spec.priority

    def matches(self, path: str, module: str | None, rule: str, label: str) -> bool:
        spec = self.spec
        return (
            (not spec.rule or rule in spec.rule)
            and (not spec.label or label in spec.label)
            and (not spec.paths or self._paths.match_file(path))
            and (not spec.reachable_from or module in self._reachable)
            and (spec.fan_in_at_least is None or self._fan_in(module) >= spec.fan_in_at_least)
        )

    def _fan_in(self, module: str | None) -> int:
        return self.graph.fan_in(module) if module else 0

    @cached_property
    def _paths(self) -> GitIgnoreSpec:
        return GitIgnoreSpec.from_lines(self.spec.paths)

    @cached_property
    def _reachable(self) -> frozenset[str]:
        return self.graph.reachable_from(self.spec.reachable_from)


def _unknown_entries(spec: PlanSpec, graph: ImportGraph) -> list[Problem]:
    return [
        Problem(
            f"the tree has no module {module!r}",
            f"priorities.rules[{number}].reachable_from",
            suggestion=near(module, graph.edges),
        )
        for number, entry in enumerate(spec.priorities.rules)
        for module in entry.reachable_from
        if module not in graph
    ]
