"""May the local name an import binds change with it? What must change along, or that the name must stay.

A local name is an attribute of its module or class too: it stays where others import it, spell it in a
string, or reach it as an attribute, and the import then says `new as old`.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from workbench.codemod.imports.keep import Keepers
from workbench.codemod.names import ImportedName, Names, Read, Scope, ScopeKind
from workbench.codemod.project import Project
from workbench.codemod.quoted import content_start
from workbench.codemod.scopes import Binding

_LOOKS_UP = ("eval", "exec", "globals", "locals", "vars")


@dataclass(frozen=True, slots=True)
class Renaming:
    """What changes when a variable gets a new name: its reads, and the assignments that stand in for its import.

    `exported` are the items of `__all__` that list it.
    """

    reads: tuple[Read, ...]
    fallbacks: tuple[ast.Name, ...]
    exported: tuple[ast.Constant, ...]


def stays_outside(project: Project, module: str, local: str, to: str) -> bool:
    """Say whether others need a module-level name to stay, or the module cannot take the last part of `to` for it.

    Judged by facts alone, those the plan was made from, so that every file of the tree comes to the same
    answer, whatever was changed before it. A module that imports `to` already has taken the name for it.
    """
    if not module:
        return False
    project = project.at_base
    new = to.rpartition(".")[2]
    known = project.facts.get(module)
    taken = known is not None and (
        new in known.defined or (new in known.imported and project.origin(known.imported[new]) != project.origin(to))
    )
    return taken or project.has_module(f"{module}.{new}") or bool(project.users(f"{module}.{local}"))


def renaming(names: Names, imported: ImportedName, *, to: str, moving: Collection[ImportedName]) -> Renaming | None:
    """Return what changes along when `imported` binds the last part of `to`; None where the old name must stay.

    `moving` are all the imports of the symbol in this file.
    """
    local, scope, new = imported.local, imported.scope, to.rpartition(".")[2]
    if imported.alias.asname is not None or scope.kind is ScopeKind.CLASS or not imported.at.spells(new):
        return None
    at_top = scope.kind is ScopeKind.MODULE
    needed = at_top and stays_outside(names.project, names.module.name, local, to)
    if needed or (names.stands_in_text(local) and _is_read_in_text(names, local)):
        return None
    every = names.variables.bindings(local, scope)
    group = _group(names, imported, every, moving)
    reads = tuple(names.reads(local, scope))
    if group is None or not all(_belongs(read, group) for read in reads) or _is_declared(names, local, scope):
        return None
    left = _left_behind(names, local, scope) if at_top else frozenset()
    mine = tuple(read for read in reads if not group.isdisjoint(read.bindings))
    mixed = not group.isdisjoint(left) and not left <= group
    fits = is_bound_to(names, to, scope) or is_free(names, new, scope) or _is_builtin(names, to, scope)
    if mixed or is_hidden(names, new, scope, mine) or not fits:
        return None
    fallbacks = tuple(one for one in every if one in group and isinstance(one, ast.Name))
    items = tuple(one for one in names.exported if one.value == local) if left <= group and at_top else ()
    if any(content_start(names.module, item) is None for item in items):
        return None
    return Renaming(mine, fallbacks, items)


@lru_cache(maxsize=64)
def _is_read_in_text(names: Names, local: str) -> bool:
    """Say whether text that runs or looks names up may read a variable by its name."""
    if Keepers(names.module, names, names.project).spelled_in_text(local):
        return True
    looked_up = any(word in names.index.names for word in _LOOKS_UP)
    return looked_up and any(local in str(literal.value) for literal, _ in names.index.strings)


def _left_behind(names: Names, local: str, scope: Scope) -> frozenset[Binding]:
    """Return what a module may offer under a name once it has run; nothing where there is one binding only."""
    if len(names.variables.bindings(local, scope)) == 1:
        return frozenset()
    return frozenset(one for one in names.variables.reaching(local, scope).end if one is not None)


def _is_declared(names: Names, local: str, scope: Scope) -> bool:
    """Say whether a scope inside declares the name `global` or `nonlocal`, which would have to change along."""
    return any(_inside(one, scope) for one in names.declaring(local))


def is_bound_to(names: Names, to: str, scope: Scope) -> bool:
    """Say whether the scope already imports `to` under its own name, and nothing else under that name."""
    known = names.variables.bindings(to.rpartition(".")[2], scope)
    same = all(isinstance(one, ImportedName) and one.bound == to for one in known)
    return bool(known) and same


def is_hidden(names: Names, new: str, scope: Scope, reads: Collection[Read]) -> bool:
    """Say whether at one of `reads` a scope between it and `scope` has, or declares, a variable called `new`.

    A private name is hidden in every class: it is another one there.
    """
    for read in reads:
        if not read.scope.spells(new):
            return True
        between = takewhile(lambda one: one is not scope, read.scope.outward())
        if any(new in one.declared_global or new in one.declared_nonlocal for one in between):
            return True
        if _inside(names.variables.owner(new, read.scope), scope):
            return True
    return False


def is_free(names: Names, new: str, scope: Scope) -> bool:
    """Say whether `new` can be bound in `scope`.

    Not free: bound there already, or read below `scope` as a builtin or an outer variable, which the new
    binding would capture.
    """
    if new in scope.declared_global or new in scope.declared_nonlocal:
        return False
    if names.variables.bindings(new, scope):
        return False
    readers = (reader for _, reader in names.index.names.get(new, ()) if _inside(reader, scope, same=True))
    return all(_inside(names.variables.owner(new, reader), scope) for reader in readers)


def _is_builtin(names: Names, to: str, scope: Scope) -> bool:
    """Say whether a builtin is what its name means in `scope` already, so that nothing has to be bound."""
    new = to.removeprefix("builtins.")
    starred = any(one.is_star for one in names.index.imports)
    return f"builtins.{new}" == to and names.variables.owner(new, scope) is None and not starred


def _inside(inner: Scope | None, outer: Scope, *, same: bool = False) -> bool:
    if inner is None or (inner is outer and not same):
        return False
    return any(one is outer for one in inner.outward())


def _group(
    names: Names,
    imported: ImportedName,
    every: Collection[Binding],
    moving: Collection[ImportedName],
) -> frozenset[Binding] | None:
    """Return the bindings that are renamed together: imports of the symbol and what stands in for them.

    None where one of them cannot be renamed: it is made from another scope, deleted, or a definition.
    """
    imports = [one for one in every if one in moving and isinstance(one, ImportedName)]
    if any(one.alias.asname is not None for one in imports):
        return None
    if len(every) == 1:
        return frozenset(every)
    flow = names.variables.reaching(imported.local, imported.scope)
    others = [one for one in every if one not in imports]
    fallbacks = [one for one in others if any(flow.is_fallback(one, of) for of in imports)]
    plain = all(isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store) for one in fallbacks)
    if not plain or any(flow.is_foreign(one) or _deletes(one) for one in others):
        return None
    return frozenset([*imports, *fallbacks])


def _deletes(binding: Binding) -> bool:
    return isinstance(binding, ast.Name) and isinstance(binding.ctx, ast.Del)


def _belongs(read: Read, group: frozenset[Binding]) -> bool:
    """Say whether a read is wholly of the group, and its text can be changed, or wholly not."""
    if group.isdisjoint(read.bindings):
        return True
    return read.exact and group.issuperset(read.bindings)
