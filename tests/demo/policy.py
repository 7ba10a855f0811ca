"""The plan's priority policy, evaluated once more: with `ast`, and nothing of workbench."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Graph = Mapping[str, frozenset[str]]


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def import_graph(root: Path) -> Graph:
    """Return which modules of the tree each of its modules names in imports."""
    paths = {module_of(str(path.relative_to(root))): path for path in root.rglob("*.py")}
    return {module: frozenset(_imported(module, path) & paths.keys()) for module, path in paths.items()}


def _imported(module: str, path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(module.split(".")[: -node.level]) if node.level else ""
            base = ".".join(part for part in (above, node.module) if part)
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def reachable(graph: Graph, start: str) -> frozenset[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        module = todo.pop()
        if module in graph and module not in seen:
            seen.add(module)
            todo += [*graph[module], module.rpartition(".")[0]]
    return frozenset(seen)


class Policy:
    """A plan's `[priorities]` over one tree."""

    def __init__(self, plan: Mapping[str, Any], root: Path) -> None:
        self._table = plan["priorities"]
        graph = import_graph(root)
        entries = {module for entry in self._table["rules"] for module in entry.get("reachable_from", ())}
        self.reached = frozenset[str]().union(*(reachable(graph, module) for module in entries))
        self.fan_in = Counter(target for module, targets in graph.items() for target in targets - {module})

    def priority(self, path: str, rule: str) -> str:
        for entry in self._table["rules"]:
            if all(self._holds(key, want, path, rule) for key, want in entry.items() if key != "priority"):
                return entry["priority"]
        return self._table["default"]

    def _holds(self, key: str, want: Any, path: str, rule: str) -> bool:
        match key:
            case "paths":
                return any(path.startswith(one.removesuffix("**")) for one in want)
            case "reachable_from":
                return module_of(path) in self.reached
            case "rule":
                return rule in want
            case "fan_in_at_least":
                return self.fan_in[module_of(path)] >= want
        raise LookupError(key)
