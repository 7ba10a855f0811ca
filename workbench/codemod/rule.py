"""What a rule kind is: parameters, examples, needles, `find` and `rewrite`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from workbench.codemod.edit import Edit
from workbench.codemod.project import Project
from workbench.codemod.source import Module
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem
from workbench.model.violation import Blocked, Priority, Site

Handling = Literal["report", "rewrite", "ignore"]
EXAMPLE_PATH = "app/example.py"


class Parameters(BaseModel):
    """What every kind takes; a kind's own parameters subclass this."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    id: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64, description="what the rule is called, in this plan alone"
    )
    kind: str = Field(description="what it does: one of the kinds here, or a kind of your own")
    why: str = Field("", description="why it is wanted, for those who read the commits")
    label: str = Field("", description="a word to group rules by")
    priority: Priority | None = Field(None, description="of its violations, before `[priorities]` is asked")
    paths: tuple[str, ...] = Field((), description="the files it looks at; all of the scope, if none are given")
    allow: tuple[str, ...] = Field((), description="the files in which the old form may stay")
    strings: Handling = Field("report", description="what is done about dotted names in strings")
    doctests: Handling = Field("report", description="what is done about doctests")
    after: tuple[str, ...] = Field((), description="ids of the rules that are carried out before it")


P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What a rule wants done to one module.

    `edits` are byte splices into the module's source, disjoint. `fixed` are the sites they mend;
    `blocked` those the rule found it cannot mend after all, with the reason.
    """

    edits: tuple[Edit, ...]
    fixed: tuple[Site, ...]
    blocked: tuple[tuple[Site, Blocked], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """An example: `before` must become exactly `after`, in a file at `path` of a tree that also holds `tree`."""

    before: str
    after: str
    why: str
    path: str = EXAMPLE_PATH
    tree: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Refuse:
    """An example the rule must find and must refuse to change, with this reason code."""

    code: str
    reason: str
    why: str
    path: str = EXAMPLE_PATH
    tree: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Keep:
    """An example the rule must not even find."""

    code: str
    why: str
    path: str = EXAMPLE_PATH
    tree: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, object], ...] = ()


Example = Change | Refuse | Keep


class Rule(ABC, Generic[P]):
    """A wanted end state of one kind. Subclasses live one to a file in `workbench/rules/`.

    Instances are immutable, cheap to make, and picklable through (kind, parameters).
    """

    kind: ClassVar[str]
    summary: ClassVar[str]
    Parameters: ClassVar[type[Parameters]]
    defaults: ClassVar[dict[str, object]]
    """Parameters the examples use unless they override them."""
    examples: ClassVar[tuple[Example, ...]]
    fixes: ClassVar[bool] = True
    """False for kinds that only detect."""
    reads_doctests: ClassVar[bool] = False
    """True for kinds that can look at doctests as at any code of the file."""
    elsewhere: ClassVar[bool] = False
    """True for kinds whose engine is never installed with this program; their examples hold where it is."""

    def __init__(self, parameters: P) -> None:
        self.parameters = parameters

    @property
    def id(self) -> str:
        return self.parameters.id

    @abstractmethod
    def targets(self) -> tuple[str, ...]:
        """Dotted names that must exist in the tree (where their top-level package is in it)."""

    @abstractmethod
    def moves(self) -> tuple[tuple[str, str], ...]:
        """(old, new) dotted names this rule makes equal; every rule compares names through all of them."""

    def prepared(self, root: Path) -> Self:  # noqa: ARG002 - for the kinds that read something beside the tree
        """Return the rule with what it needs from the repository's directory; what is wrong there, `problems` tells."""
        return self

    def earlier(self) -> Mapping[str, frozenset[str]]:
        """Files that the rule wants to see as they were, by commit."""
        return {}

    def compared(self, texts: Mapping[tuple[str, str], bytes]) -> Self:  # noqa: ARG002 - for the kinds that ask
        """Return the rule with those files, by commit and path; what is not in the repository is not among them."""
        return self

    def mentions(self) -> tuple[str, ...]:
        """Dotted names whose paths through the tree this rule follows, but which need not exist in it."""
        return ()

    def requires(self) -> tuple[str, ...]:
        """Dotted names this rule wants to see in the tree, so that no other rule may take them away."""
        return ()

    def writes(self) -> tuple[str, ...]:
        """Calls this rule writes, as `a.b` or `await a.b`, beside what its moves and parameters tell."""
        return ()

    def refuses(self) -> tuple[str, ...]:
        """Calls this rule finds wrong, as `await a.b`, beside what its moves and parameters tell."""
        return ()

    def builtins(self) -> frozenset[str]:
        """Names this rule writes to mean Python's own, even where an import brought something else by such a name."""
        return frozenset()

    def is_about(self, module: str) -> bool:  # noqa: ARG002 - for the kinds that judge modules as such
        """Say whether the file of a module is looked at even if no needle stands in it."""
        return False

    def problems(self, project: Project, tree: Tree) -> tuple[Problem, ...]:  # noqa: ARG002 - for the kinds that ask
        """Return what makes no sense about this rule in this tree, beside targets that are not there."""
        return ()

    @abstractmethod
    def needles(self) -> frozenset[str]:
        """Words, one of which stands in every file this rule can find anything in."""

    @abstractmethod
    def find(self, module: Module, project: Project) -> Iterator[Site]:
        """Yield the places of `module` where the rule is not met, each once, in source order."""

    @abstractmethod
    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        """Return the edits that mend `sites` (a subset of what `find` yields), or their reasons not to."""
