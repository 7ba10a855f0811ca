"""Rewrites the matches of one pattern in one file: the text of each, and the imports on both sides."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from workbench.codemod.edit import Edit
from workbench.codemod.imports.engine import Imports
from workbench.codemod.imports.importable import importable
from workbench.codemod.names import ImportedName, Names, Scope
from workbench.codemod.patterns.effects import hazard
from workbench.codemod.patterns.match import Match
from workbench.codemod.patterns.pattern import HERE, Pattern
from workbench.codemod.patterns.place import settled
from workbench.codemod.patterns.render import Renderer, Written
from workbench.model.violation import Blocked


class _RefusedError(Exception):
    """A name cannot be spelled at the place; never leaves this module."""

    def __init__(self, why: Blocked) -> None:
        super().__init__(why.code)
        self.why = why


@dataclass(slots=True)
class PatternRewriter:
    """Collects the rewrites of one file. Without `imports` it only tries, and plans nothing."""

    pattern: Pattern
    rewrite: Pattern
    names: Names
    imports: Imports | None = None
    _edits: list[Edit] = field(default_factory=list)
    _gone: dict[int, tuple[ImportedName, set[int]]] = field(default_factory=dict)
    """By identity of an import: the reads of it that are gone."""
    _vacated: dict[int, ImportedName] = field(default_factory=dict)
    """By identity, the imports whose names are free for what the rewrite names."""

    def vacate(self, matches: Sequence[Match], refused: Collection[int]) -> None:
        """Free the names that the rewrite wants and only these matches read, but for the imports `refused`."""
        reads: dict[int, tuple[ImportedName, set[int]]] = {}
        for match in matches:
            for origin, first in self._read_by(match):
                reads.setdefault(id(origin), (origin, set()))[1].add(id(first))
        new = {importable(name, self.names).rpartition(".")[2] for _, name in self.rewrite.dotted_names}
        new |= self.rewrite.builtins
        for origin, gone in reads.values() if self.imports is not None else ():
            wanted = origin.local in new and id(origin) not in refused
            if self.imports is not None and wanted and self.imports.vacate(origin, gone):
                self._vacated[id(origin)] = origin

    @property
    def broken(self) -> frozenset[int]:
        """The imports whose names were freed, and which something reads after all."""
        none: set[int] = set()
        reads = {key: self._gone[key][1] if key in self._gone else none for key in self._vacated}
        uses = {key: self.imports.uses_of(one) if self.imports else () for key, one in self._vacated.items()}
        return frozenset(key for key, gone in reads.items() if any(id(read) not in gone for read in uses[key]))

    def _read_by(self, match: Match) -> Iterator[tuple[ImportedName, ast.Name]]:
        """Yield the imports that the dotted names of a match come through, with the names that read them."""
        for wanted, _ in self.pattern.dotted_names:
            for theirs, node in match.found.pairs:
                resolved = match.meaning(node, self.names) if theirs is wanted and isinstance(node, ast.expr) else None
                first = next((one for one in ast.walk(node) if isinstance(one, ast.Name)), None)
                if resolved is not None and resolved.origin is not None and first is not None:
                    yield resolved.origin, first

    def replace(self, match: Match) -> Blocked | None:
        """Plan the rewrite of one match; return why not, if not."""
        written = self._rehearsed(match) or self.written(match)
        if isinstance(written, Blocked):
            return written
        text, tree = written
        start, end = self.names.module.span(match.node)
        try:
            self._edits.append(Edit(start, end, text.encode(self.names.module.codec)))
        except UnicodeEncodeError:
            return Blocked("encoding", "the file's encoding has no place for the new code")
        self._release(match, tree)
        return None

    def written(self, match: Match) -> Written | Blocked:
        """Return what one match becomes, or why it cannot."""
        spellings: dict[str, str] = {}

        def spell(dotted: str) -> str:
            if dotted not in spellings:
                spellings[dotted] = self._spelled(dotted, match)
            return spellings[dotted]

        try:
            renderer = Renderer(self.pattern, self.rewrite, match.found, self.names.module, spell)
            written = settled(renderer, match, self.names.module)
            if isinstance(written, Blocked):
                return written
            return hazard(self.pattern, self.rewrite, match, written[1]) or self._absent(match) or written
        except _RefusedError as refused:
            return refused.why
        except RecursionError:
            return Blocked("too-deep", "the code under the pattern is nested too deeply to be judged")

    def edits(self) -> tuple[Edit, ...]:
        """Return the splices of everything planned; those of matches inside one another overlap."""
        if self.imports is None:
            return ()
        for imported, gone in self._gone.values():
            left = [read for read in self.imports.uses_of(imported) if id(read) not in gone]
            self.imports.drop_unused(imported, len(left))
        return (*self._edits, *self.imports.edits())

    # ---- names

    def _rehearsed(self, match: Match) -> Blocked | None:
        """Where several names are imported, none must be left over because another one is refused."""
        if len(self.rewrite.dotted_names) < 2:
            return None
        imports = Imports(self.names.module, self.names, self.names.project)
        tried = PatternRewriter(self.pattern, self.rewrite, self.names, imports, _vacated=self._vacated).written(match)
        return tried if isinstance(tried, Blocked) else None

    def _spelled(self, dotted: str, match: Match) -> str:
        if self.imports is None:
            return dotted
        brought = importable(dotted, self.names)
        bound = self.imports.bind(brought, at=match.at, like=self._origin(dotted, match))
        if isinstance(bound, Blocked):
            raise _RefusedError(bound)
        return bound.spelling + dotted.removeprefix(brought)

    def _origin(self, dotted: str, match: Match) -> ImportedName | None:
        """Return the import through which the match reaches the name that a new one resembles most."""
        best: tuple[int, ImportedName] | None = None
        for wanted, name in self.pattern.dotted_names:
            node = next((node for theirs, node in match.found.pairs if theirs is wanted), None)
            resolved = match.meaning(node, self.names) if isinstance(node, ast.expr) else None
            if resolved is not None and resolved.origin is not None:
                shared = _shared(name, dotted)
                if best is None or shared > best[0]:
                    best = shared, resolved.origin
        return best[1] if best is not None else None

    def _absent(self, match: Match) -> Blocked | None:
        """Return why a builtin, or `self`, of the rewrite is not what it should be at the match."""
        for node in ast.walk(self.rewrite.root):
            if not isinstance(node, ast.Name):
                continue
            owner = self.names.variables.owner(node.id, match.scope)
            if self.rewrite.is_builtin(node) and owner is not None and not self._makes_way(node.id, owner, match):
                return Blocked("name-taken", f"{node.id} is no builtin here")
            if node.id in HERE and owner is None:
                return Blocked("no-context-in-scope", f"there is no {node.id} here")
        return None

    def _makes_way(self, name: str, owner: Scope, match: Match) -> bool:
        """Say whether what hides a builtin at a match is an import that goes with it; without `imports`, may go."""
        mine = self._vacated if self.imports is not None else {id(one) for one, _ in self._read_by(match)}
        hidden = owner.parent is not None and owner.parent.lookup(name) is not None
        return not hidden and all(id(one) in mine for one in owner.bindings.get(name, ()))

    def _release(self, match: Match, tree: ast.expr) -> None:
        """Note which imports the match no longer reads."""
        kept = {id(one) for one in ast.walk(tree)}
        written = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
        for node in ast.walk(match.node):
            if isinstance(node, ast.Name) and id(node) not in kept:
                resolved = self.names.resolve(self._whole(node))
                origin = resolved.origin if resolved is not None else None
                if origin is not None and (id(origin) in self._vacated or origin.local not in written):
                    self._gone.setdefault(id(origin), (origin, set()))[1].add(id(node))

    def _whole(self, node: ast.expr) -> ast.expr:
        """Return the longest dotted name that begins with a name."""
        for outer in self.names.ancestry.above(node):
            if not isinstance(outer, ast.Attribute):
                break
            node = outer
        return node


def _shared(one: str, other: str) -> int:
    """Return how many parts two dotted names begin with in common."""
    pairs = zip(one.split("."), other.split("."), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(one.count("."), other.count(".")) + 1)
