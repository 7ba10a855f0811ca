"""The tree as one web of names: which dotted names mean the same thing, and what exists at all.

`origin` follows re-exports to the definition; `canonical` also follows the plan's own moves, so that
rules compare names by what they will be called. A name that a module assigns is a definition there
and is not followed further; neither is one imported from two places.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workbench.codemod.calls.signatures import Signature
from workbench.codemod.facts import ModuleFacts, facts
from workbench.codemod.inverted import beginnings, inverted

__all__ = ["ModuleFacts", "Project", "facts", "is_endless"]

_DEEPEST = 64
"""Segments of a name: none that means something has nearly as many."""


@dataclass(frozen=True, eq=False)
class Project:
    """Facts by module name, the names of all modules of the tree, and the plan's moves (old -> new).

    `base` are the facts the plan was made from, where batches have changed the tree since.
    """

    facts: Mapping[str, ModuleFacts] = field(default_factory=dict)
    modules: frozenset[str] = frozenset()
    moves: Mapping[str, str] = field(default_factory=dict)
    base: Mapping[str, ModuleFacts] | None = None

    def __getstate__(self) -> dict[str, object]:
        return {"facts": self.facts, "modules": self.modules, "moves": self.moves, "base": self.base}

    @cached_property
    def at_base(self) -> Project:
        """The tree as it was when the plan was made."""
        return self if self.base is None else Project(self.base, self.modules, self.moves)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """The words that some module mentions, of those asked for when its facts were read."""
        return frozenset().union(*(one.mentions for one in self.facts.values()))

    @cached_property
    def watched(self) -> frozenset[str]:
        """The words whose mentions matter in a file that changes: those of the base, and the last of what moves."""
        return self.at_base.mentioned.union(old.rpartition(".")[2] for old in self.moves)

    def has_module(self, name: str) -> bool:
        """Say whether the tree holds this module (or a package folder around one)."""
        return name in self._all_modules

    def chain(self, dotted: str) -> tuple[str, ...]:
        """Return the names a dotted name passes through on its way to the definition, itself first."""
        seen = [dotted]
        while (following := self._step(seen[-1])) is not None and following not in seen and not is_endless(following):
            seen.append(following)
        return tuple(seen)

    def origin(self, dotted: str) -> str:
        """Return the dotted name of the definition, through re-exports inside the tree only."""
        return self.chain(dotted)[-1]

    def canonical(self, dotted: str) -> str:
        """Return the one name by which rules compare: through re-exports, then through the moves."""
        if dotted not in self._canonical:
            self._canonical[dotted] = self._settle(dotted)
        return self._canonical[dotted]

    def spellings(self, dotted: str) -> frozenset[str]:
        """Return every dotted name of the tree that reaches the same thing, `dotted` included."""
        if dotted not in self._spellings:
            self._spellings[dotted] = self._reaching(dotted)
        return self._spellings[dotted]

    def words(self, dotted: str) -> frozenset[str]:
        """Return the last identifiers of all spellings of a name: one stands wherever it is imported or used."""
        if dotted not in self._words:
            self._words[dotted] = frozenset(one.rpartition(".")[2] for one in self.spellings(dotted))
        return self._words[dotted]

    def _reaching(self, dotted: str) -> frozenset[str]:
        reached = {dotted, self.canonical(dotted)}
        todo = [(one, False) for one in reached]
        while todo:
            following, hopped = todo.pop()
            for name, hops in self._one_step_before(following):
                if name not in reached and not (hops and hopped):
                    reached.add(name)
                    todo.append((name, hopped or hops))
        return frozenset(reached)

    def exists(self, dotted: str) -> bool | None:
        """Say whether the tree has this name; None when it is outside the tree or cannot be known."""
        if self.has_module(dotted):
            return True
        module, rest = self.split(dotted)
        if not module:
            return None
        known = self.facts.get(module)
        if known is None or known.dynamic:
            return None
        first = rest[0]
        if first in known.defined or first in known.imported:
            return True if len(rest) == 1 else None
        open_star = any(self.exported(star) is None for star in known.stars)
        starred = any(first in (self.exported(star) or ()) for star in known.stars)
        return True if starred else (None if open_star else False)

    def near(self, dotted: str) -> tuple[str, ...]:
        """Return names of the tree a misspelled dotted name may have meant, best first."""
        module, _ = self.split(dotted)
        last = dotted.rpartition(".")[2]
        homes = [f"{one.name}.{last}" for one in self.facts.values() if last in one.defined]
        known = self.facts.get(module)
        members = known.defined | known.imported.keys() if known is not None else frozenset[str]()
        pool = sorted(self._all_modules | {f"{module}.{one}" for one in members})
        same = difflib.get_close_matches(dotted, sorted(homes), n=3, cutoff=0.0)
        return tuple(dict.fromkeys([*same, *difflib.get_close_matches(dotted, pool, n=3, cutoff=0.7)]))

    def exported(self, module: str) -> frozenset[str] | None:
        """Return the names `from module import *` brings; None when that cannot be known."""
        if module not in self._known_exports:
            self._known_exports[module] = self._exported(module, frozenset())
        return self._known_exports[module]

    def signature(self, dotted: str) -> Signature | None:
        """Return the signature of a function, class or method of the tree; None when it cannot be read."""
        module, rest = self.split(self.origin(dotted))
        known = self.facts.get(module)
        return known.signatures.get(".".join(rest)) if known is not None else None

    def imports_of(self, module: str) -> frozenset[str]:
        """Return the modules of the tree that importing `module` imports at once."""
        known = self.facts.get(module)
        if known is None:
            return frozenset()
        named = (self.split(target)[0] for target in known.eager)
        return frozenset(one for one in named if one and one != module)

    def is_async(self, dotted: str) -> bool | None:
        """Say whether a name of the tree is an `async def`; None where that cannot be known."""
        module, rest = self.split(self.origin(dotted))
        known = self.facts.get(module)
        name = ".".join(rest)
        if known is None or not (name in known.coroutines or name.partition(".")[0] in known.defined):
            return None
        return name in known.coroutines

    def users(self, dotted: str) -> frozenset[str]:
        """Return the modules that need a module-level name to be called what it is called.

        Those that import it, star-import its module, spell it (and perhaps more) in a string, or import its module
        and mention the name as an attribute or string.
        """
        module, rest = self.split(dotted)
        users = {*self._reached.get(dotted, ()), *self._quoted.get(dotted, ())}
        if len(rest) == 1:
            if rest[0] in (self.exported(module) or ()):
                users.update(self._star_users.get(module, ()))
            holders = self._reached.get(module, ())
            users.update(one for one in holders if rest[0] in self.facts[one].mentions)
        return frozenset(users - {module})

    def split(self, dotted: str) -> tuple[str, tuple[str, ...]]:
        """Split a dotted name into its longest module of the tree ("" if none) and the rest."""
        parts = dotted.split(".")
        for count in range(len(parts), 0, -1):
            module = ".".join(parts[:count])
            if module in self._all_modules:
                return module, tuple(parts[count:])
        return "", tuple(parts)

    # ---- the web

    def _step(self, dotted: str) -> str | None:
        """Follow one re-export: of the first segment after the module."""
        parent, _, last = dotted.rpartition(".")
        known = self.facts.get(parent)
        if known is not None and known.imported.get(last, dotted) != dotted:
            return known.imported[last]
        module, rest = self.split(dotted)
        known = self.facts.get(module)
        if known is None or not rest:
            return None
        first = rest[0]
        if first in known.defined:
            return None
        target = known.imported.get(first) or self._star_source(known, first)
        if target is None:
            return None
        if target.startswith(f"{module}.{first}.") and f"{dotted}.".startswith(f"{target}."):
            return None  # `from .version import version` of a module that is not in the tree was followed already
        return ".".join([target, *rest[1:]])

    def _star_source(self, known: ModuleFacts, name: str) -> str | None:
        for star in known.stars:
            brought = self.exported(star)
            if brought is not None and name in brought:
                return f"{star}.{name}"
        return None

    def _exported(self, module: str, seen: frozenset[str]) -> frozenset[str] | None:
        known = self.facts.get(module)
        if known is None or module in seen:
            return None if known is None else frozenset()
        if known.exports is not None:
            return frozenset(known.exports)
        if "__all__" in known.defined:
            return None
        names = {*known.defined, *known.imported}
        for star in known.stars:
            brought = self._exported(star, seen | {module})
            if brought is None:
                return None
            names |= brought
        return frozenset(name for name in names if not name.startswith("_"))

    def _moved(self, dotted: str) -> str | None:
        parts = dotted.split(".")
        for count in range(len(parts), 0, -1):
            target = self.moves.get(".".join(parts[:count]))
            if target is not None:
                return ".".join([target, *parts[count:]])
        return None

    def _settle(self, dotted: str) -> str:
        """Walk moves before re-exports; in a circle the name some move leads to stands for all of it."""
        seen: list[str] = [dotted]
        while True:
            following = self._moved(seen[-1]) or self._step(seen[-1])
            if following is None or is_endless(following):
                return seen[-1]
            if following in seen:
                circle = seen[seen.index(following) :]
                targets = {moved for one in circle if (moved := self._moved(one)) is not None}
                return min(targets, default=min(circle))
            seen.append(following)

    def _one_step_before(self, dotted: str) -> Iterator[tuple[str, bool]]:
        """Yield the names one import away, and whether that import is of a module on the way to the name.

        Modules import one another in circles (`import app.x` in `app.y` makes `app.y.app.y.app...`), so
        only one such hop is followed, and none through the `a` of an `import a.b`.
        """
        parts = dotted.split(".")
        for count in range(len(parts), 0, -1):
            prefix = ".".join(parts[:count])
            hops = count < len(parts) and self.has_module(prefix)
            for source in self._backwards.get(prefix, ()) if count > 1 or not hops else ():
                yield ".".join([source, *parts[count:]]), hops
        module, rest = self.split(dotted)
        if rest:
            for user in self._star_users.get(module, ()):
                if rest[0] in (self.exported(module) or ()):
                    yield ".".join([user, *rest]), False

    @cached_property
    def _canonical(self) -> dict[str, str]:
        return {}

    @cached_property
    def _spellings(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _known_exports(self) -> dict[str, frozenset[str] | None]:
        return {}

    @cached_property
    def _words(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _all_modules(self) -> frozenset[str]:
        names = set(self.modules) | self.facts.keys()
        for name in tuple(names):
            while (name := name.rpartition(".")[0]) and name not in names:
                names.add(name)
        return frozenset(names)

    @cached_property
    def _backwards(self) -> Mapping[str, list[str]]:
        known = self.facts.values()
        imports = ((target, f"{one.name}.{local}") for one in known for local, target in one.imported.items())
        return inverted([*imports, *((new, old) for old, new in self.moves.items())])

    @cached_property
    def _star_users(self) -> Mapping[str, list[str]]:
        return inverted((star, one.name) for one in self.facts.values() for star in one.stars)

    @cached_property
    def _quoted(self) -> Mapping[str, list[str]]:
        """The modules that spell a name, with more after it, in a string."""
        texts = ((text, one.name) for one in self.facts.values() for text in one.quoted)
        return inverted((start, name) for text, name in texts for start in beginnings(text))

    @cached_property
    def _reached(self) -> Mapping[str, list[str]]:
        return inverted((target, one.name) for one in self.facts.values() for target in one.reached | one.quoted)


def project_of(modules: Iterable[ModuleFacts], moves: Mapping[str, str] | None = None) -> Project:
    """Build a Project from the facts of its modules."""
    return Project(known := {one.name: one for one in modules}, frozenset(known), moves or {})


def is_endless(dotted: str) -> bool:
    """Say whether a name has grown as only imports make it that lead into one another, and to no definition."""
    return dotted.count(".") > _DEEPEST
