"""Where a module binds a name of its own: the places a dotted name of the tree comes from."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.codemod.names import Binding, ImportedName, Names, Scope, ScopeKind
from workbench.codemod.source import Module
from workbench.model.violation import Place

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def bindings(path: str, names: Names) -> Iterator[tuple[Binding, Scope]]:
    """Yield what binds `name` or `Class.name` in a module, at its top level or in that class."""
    outer, _, name = path.rpartition(".")
    for scope in names.index.scopes:
        if scope.qualname == outer and scope.kind in (ScopeKind.MODULE, ScopeKind.CLASS):
            yield from ((one, scope) for one in scope.bindings.get(name, ()))


def binding_place(binding: Binding, module: Module) -> Place | None:
    """Return where a binding names what it binds; of a definition, `class Name` or `def name`."""
    if isinstance(binding, ImportedName):
        return module.place(binding.alias)
    if isinstance(binding, Definition):
        start, end = module.span(binding)
        name = binding.name.encode(module.codec, "replace")
        at = module.source.find(name, start + len(b"def"), end)
        return module.place_of(start, at + len(name) if at >= 0 else end)
    return module.place(binding) if isinstance(binding, ast.expr) else None
