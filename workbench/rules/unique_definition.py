"""One implementation of a class or function: every other module-level definition of the same name is listed.

Duplicates are found by where something is defined. A re-export is none, and nothing is ever imported to look, so that
modules nobody loads count too. A class or function inside another one, such as a test's fake, is none either.
`canonical` is the dotted name everyone is to use; where it is a re-export, the definition behind it is meant.

Each duplicate says how it differs, as those who use it would notice: methods it lacks or adds, attributes it adds,
calls that the canonical one would not take, other ancestors or decorators. What the bodies do is for tests to compare.

With `fix = "none"`, the default, duplicates are only listed (blocked as `detect-only`). With `fix = "redirect"`:

- A duplicate becomes an import of the canonical name, if the two agree: the same public methods, compatible signatures,
  the same ancestors and decorators. Its decorators, body and the comments that belong to it go, and so do imports that
  only it used. Else it is blocked as `interfaces-differ`; so is one that subclasses the canonical one.
- Whoever gets the name by another path than the canonical one, from a duplicate or through a re-export, turns to
  `canonical`, as with `move-symbol`. Paths through the packages around the canonical module may stay, and paths
  through modules in `allow`. A re-export under another name is turned where it stands, and its users stay.
  Dotted names in strings follow with `strings = "rewrite"`.

Blocked besides: `conditional-definition` (in an `if` or `try`), `rebound` (the name is bound again in its module),
`assigned-to` (its module sets attributes on it, which would now change the canonical one), `import-cycle`, and whatever
stops an import from moving.

`allow` and `paths` say in which files a second definition may stay, or is looked for. An assignment
(`Manager = OtherManager`) is no definition.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from workbench.codemod.definitions.definitions import Definition, binding_place
from workbench.codemod.definitions.duplicates import Canon, canon, interface_of, wrong_paths
from workbench.codemod.definitions.removal import taken_out
from workbench.codemod.edit import Edit
from workbench.codemod.imports.engine import Imports
from workbench.codemod.key import shortened
from workbench.codemod.moves.move import Move
from workbench.codemod.moves.symbol_places import Role, Spot
from workbench.codemod.moves.symbols import carry_out
from workbench.codemod.names import Names, ScopeKind, names_of
from workbench.codemod.project import Project, facts
from workbench.codemod.rule import Change, Example, Keep, Parameters, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.codemod.statements import statements
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem
from workbench.model.violation import Blocked, Place, Site

_DETECT = Blocked("detect-only", 'the rule has `fix = "none"`')
_CORE = "class Manager:\n    def send(self, text, urgent=False): ...\n"
_TREE = (
    ("app/__init__.py", "from .core import Manager\n"),
    ("app/core.py", _CORE),
    ("app/legacy.py", "class Manager:\n    def send(self, text): ...\n"),
)
_REDIRECT = ("fix", "redirect")


class UniqueDefinitionParameters(Parameters):
    """`canonical`: the dotted name of the one definition; `fix`: whether the others are redirected to it."""

    canonical: str = Field(
        pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)+$", description="the dotted name of the class or function to use"
    )
    fix: Literal["redirect", "none"] = Field("none", description="whether the other definitions are redirected to it")


class UniqueDefinition(Rule[UniqueDefinitionParameters]):
    kind: ClassVar[str] = "unique-definition"
    summary: ClassVar[str] = "A class or function is defined once: other definitions of its name are redirected."
    Parameters = UniqueDefinitionParameters
    defaults: ClassVar[dict[str, object]] = {"canonical": "app.core.Manager"}

    def targets(self) -> tuple[str, ...]:
        return (self.parameters.canonical,)

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset({self.parameters.canonical.rpartition(".")[2]})

    def problems(self, project: Project, tree: Tree) -> tuple[Problem, ...]:  # noqa: ARG002 - files are not asked
        known, _ = self._known(project)
        if known.interface is not None or known.home not in project.facts:
            return ()
        told = f"{known.origin} is no class or function that {known.home} defines"
        return (Problem(told, f"rules[{self.id}].canonical", suggestion="name the place of the definition"),)

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        names = names_of(module, project)
        found = [site for _, site in self._definitions(names)]
        found += [site for pairs in self._paths(names).values() for _, site in pairs]
        yield from sorted(found, key=lambda site: site.place)

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        chosen = frozenset(sites)
        names = names_of(module, project)
        engine = Imports(module, names, project)
        parts = [
            carry_out(
                Move(path, self.parameters.canonical), names, [pair for pair in pairs if pair[1] in chosen], engine
            )
            for path, pairs in self._paths(names).items()
        ]
        outs = [(node, site) for node, site in self._definitions(names) if site in chosen]
        outcome = [(node, site, engine.bring(self.parameters.canonical, before=node)) for node, site in outs]
        gone = [node for node, _, blocked in outcome if blocked is None]
        _drop_orphans(gone, names, engine)
        edits: list[Edit] = [*engine.edits(), *(edit for part in parts for edit in part.edits)]
        for node in gone:
            edits = taken_out(module, node, edits)
        return Rewrite(
            edits=tuple(edits),
            fixed=(*(s for part in parts for s in part.fixed), *(s for _, s, blocked in outcome if blocked is None)),
            blocked=(
                *(pair for part in parts for pair in part.blocked),
                *((site, blocked) for _, site, blocked in outcome if blocked is not None),
            ),
        )

    def _known(self, project: Project) -> tuple[Canon, frozenset[str]]:
        return canon(self.parameters.canonical, project, self.parameters)

    # ---- definitions

    def _definitions(self, names: Names) -> list[tuple[Definition, Site]]:
        module, (known, _) = names.module, self._known(names.project)
        if module.name == known.home:
            return []
        return [
            (node, self._duplicate(node, names, known))
            for node in statements(module.tree.body)
            if isinstance(node, Definition) and node.name == known.name
        ]

    def _duplicate(self, node: Definition, names: Names, known: Canon) -> Site:
        module, project = names.module, names.project
        dotted = f"{module.name}.{known.name}" if module.name else ""
        unlike = known.differences(facts(module).interfaces.get(known.name))
        users = len(project.users(dotted)) if dotted else 0
        used = f"; {users} {'module uses' if users == 1 else 'modules use'} it" if users else ""
        told = "; ".join(unlike) or "its interface is the same"
        place = binding_place(node, module) or module.place(node)
        return self._site(
            place,
            names,
            key="definition",
            message=f"{known.path} is defined again: {told}{used}",
            blocked=_DETECT if self.parameters.fix == "none" else _hindrance(node, names, unlike),
        )

    # ---- paths

    def _paths(self, names: Names) -> dict[str, list[tuple[Spot, Site]]]:
        known, duplicates = self._known(names.project)
        if self.parameters.fix == "none":
            return {}
        return {
            path: [(spot, self._turned(spot, path, names, known)) for spot in spots]
            for path, spots in wrong_paths(known, duplicates, names).items()
        }

    def _turned(self, spot: Spot, path: str, names: Names, known: Canon) -> Site:
        origin = names.project.origin(path)
        unlike = known.differences(interface_of(origin, names.project)) if origin != known.origin else ()
        return self._site(
            spot.place,
            names,
            key=spot.role,
            message=f"{path} is to be {known.path}",
            scope=spot.scope.qualname,
            blocked=Blocked("interfaces-differ", "; ".join(unlike)) if unlike else spot.blocked,
            told=spot.role in (Role.STRING, Role.MOCK) and self.parameters.strings == "report",
        )

    def _site(
        self,
        place: Place,
        names: Names,
        *,
        key: str,
        message: str,
        scope: str = "",
        blocked: Blocked | None,
        told: bool = False,
    ) -> Site:
        return Site(
            rule=self.id,
            place=place,
            scope=scope,
            key=shortened(f"{key} {names.project.canonical(self.parameters.canonical)}"),
            snippet=names.module.snippet(place.start, place.end),
            message=message,
            blocked=None if told else blocked,
            excluded="string" if told else "",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before='"""Old things."""\n\nimport os\n\n\n# The manager of old.\nclass Manager:\n    """Sends."""\n\n'
            "    def send(self, text):\n        os.write(1, text)\n\n\ndef make():\n    return Manager()\n",
            after='"""Old things."""\n\nfrom app.core import Manager\n\n\ndef make():\n    return Manager()\n',
            why="the canonical class takes every call the duplicate took, so it takes its place",
            path="app/legacy.py",
            tree=_TREE,
            parameters=(_REDIRECT,),
        ),
        Change(
            before="from app.legacy import Manager\n\nManager().send('x')\n",
            after="from app.core import Manager\n\nManager().send('x')\n",
            why="who imported the duplicate turns to the canonical path",
            tree=_TREE,
            parameters=(_REDIRECT,),
        ),
        Change(
            before="from app import legacy\n\nlegacy.Manager()\n",
            after="from app import core\n\ncore.Manager()\n",
            why="who goes through the module goes through the canonical one",
            tree=_TREE,
            parameters=(_REDIRECT,),
        ),
        Refuse(
            code="class Manager:\n    def send(self, text, to): ...\n\n    def close(self): ...\n",
            reason="interfaces-differ",
            why="it adds a method, and takes a call that the canonical one does not",
            path="app/legacy.py",
            tree=_TREE,
            parameters=(_REDIRECT,),
        ),
        Refuse(
            code="from app.core import Manager as Base\n\n\nclass Manager(Base): ...\n",
            reason="interfaces-differ",
            why="a subclass of the canonical class is not the same thing",
            path="app/legacy.py",
            tree=_TREE,
            parameters=(_REDIRECT,),
        ),
        Refuse(
            code="class Manager:\n    def send(self, text): ...\n",
            reason="detect-only",
            why="without `fix`, duplicates are listed",
            path="app/legacy.py",
            tree=_TREE,
        ),
        Refuse(
            code="try:\n    from fast import Manager\nexcept ImportError:\n    class Manager:\n"
            "        def send(self, text): ...\n",
            reason="conditional-definition",
            why="whether this one counts is decided at run time",
            path="app/legacy.py",
            tree=_TREE,
            parameters=(_REDIRECT,),
        ),
        Keep(
            code="from app import Manager\n\n\ndef test_it():\n    class Manager: ...\n",
            why="a package around the canonical module may hand it on; a class in a function is nobody's duplicate",
            tree=_TREE,
            parameters=(_REDIRECT,),
        ),
        Keep(
            code=_CORE,
            why="the canonical definition itself",
            path="app/core.py",
            tree=_TREE,
        ),
    )


def _hindrance(node: Definition, names: Names, unlike: Sequence[str]) -> Blocked | None:
    """Return why a definition cannot become an import of the canonical one."""
    module = names.module
    if node not in module.tree.body:
        return Blocked("conditional-definition", "it stands in an `if`, a `try` or a `with`")
    if unlike:
        return Blocked("interfaces-differ", "; ".join(unlike))
    if len(names.index.module.bindings.get(node.name, ())) > 1:
        return Blocked("rebound", f"{node.name} is bound more than once in this file")
    inside = {id(part) for part in ast.walk(node)}
    for part in (one for found in names.index.attributes.values() for one, _ in found):
        stored = not isinstance(part.ctx, ast.Load) and isinstance(part.value, ast.Name) and part.value.id == node.name
        if stored and id(part) not in inside:
            return Blocked("assigned-to", f"this file sets {node.name}.{part.attr}")
    return None


def _drop_orphans(gone: Sequence[Definition], names: Names, engine: Imports) -> None:
    """Take away imports that only the definitions that go have used."""
    inside = {id(part) for node in gone for part in ast.walk(node)}
    for imported in names.index.imports:
        if imported.scope.kind is ScopeKind.MODULE:
            uses = [id(use) for use in engine.uses_of(imported)]
            if uses and inside.issuperset(uses):
                engine.drop_unused(imported, 0)
