"""The move of one symbol: its old and its new dotted name."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.codemod.names import Names
from workbench.codemod.project import Project


@dataclass(frozen=True, slots=True)
class Move:
    """A symbol's old and new dotted name."""

    old: str
    new: str

    @property
    def old_name(self) -> str:
        return self.old.rpartition(".")[2]

    @property
    def new_name(self) -> str:
        return self.new.rpartition(".")[2]

    @property
    def stays_in_module(self) -> bool:
        return self.old.rpartition(".")[0] == self.new.rpartition(".")[0]

    def is_old(self, spelled: str, project: Project) -> bool:
        """Say whether a spelling reaches the old name without passing through the new one, now or at the plan's base.

        A re-export that moved already no longer leads to the old name; who was planned to be turned away from
        it still is.
        """
        chains = (project.chain(spelled), project.at_base.chain(spelled))
        return any(self.old in chain and self.new not in chain[: chain.index(self.old)] for chain in chains)

    def is_of_module(self, project: Project) -> bool:
        """Say whether the old name is a module, and not something that its package imports under that name."""
        return project.has_module(self.old) and project.chain(self.old) == (self.old,)

    def is_module_in(self, names: Names) -> bool:
        """Say whether imports of a file take the old name for a module, whatever the tree knows of it."""
        inside = f"{self.old}."
        every = names.index.imports
        whole = any(one.spelled == self.old and (one.is_module or one.is_star) for one in every)
        return whole or any(one.spelled.startswith(inside) for one in every)

    def is_home(self, module: str, project: Project) -> bool:
        """Say whether a module is where the symbol lives or will live."""
        homes = {one for name in (self.old, self.new) for one in (project.split(name)[0], name.rpartition(".")[0])}
        return bool(module) and module in homes
