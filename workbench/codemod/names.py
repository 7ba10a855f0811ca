"""What the names of one file mean: the one resolver every rule asks."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from functools import cached_property, lru_cache

from workbench.codemod.ancestry import Ancestry
from workbench.codemod.project import Project
from workbench.codemod.quoted import annotation, content_start, type_comments
from workbench.codemod.scopes import Binding, ImportedName, Scope, ScopeKind
from workbench.codemod.source import Module, Unparsable
from workbench.codemod.statements import exports
from workbench.codemod.uses import Read, Spot, StringUse, Use, inner_parts, named_in, split
from workbench.codemod.variables import Resolved, Variables
from workbench.codemod.walk import Index, index
from workbench.model.violation import Place

__all__ = [
    "Binding",
    "ImportedName",
    "Names",
    "Read",
    "Resolved",
    "Scope",
    "ScopeKind",
    "StringUse",
    "Use",
    "names_of",
]

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Names:
    """The names of one module. Cheap to make; the tree is walked when the first question comes."""

    def __init__(self, module: Module, project: Project) -> None:
        self.module = module
        self.project = project
        self._imported: dict[frozenset[str], tuple[ImportedName, ...]] = {}
        self._reads: dict[str, dict[int, list[Read]]] = {}
        self._in_text: dict[str, bool] = {}

    @cached_property
    def index(self) -> Index:
        """Everything one walk over the tree found. Raises Unparsable."""
        try:
            return index(self.module.tree, self.module.package)
        except RecursionError:
            raise Unparsable(0, "too-deep", "an annotation is nested too deeply") from None

    @cached_property
    def variables(self) -> Variables:
        """The variables of the module, for questions about bindings."""
        return Variables(self.module, self.project, self.index)

    @cached_property
    def exported(self) -> tuple[ast.Constant, ...]:
        """The string items of `__all__`."""
        listed = exports(self.module.tree) if b"__all__" in self.module.source else None
        return listed.items if listed is not None else ()

    @cached_property
    def ancestry(self) -> Ancestry:
        """The parents of the tree's nodes."""
        return Ancestry(self.module.tree)

    def resolve(self, expression: ast.expr) -> Resolved | None:
        """Return what an expression of this module means; None for anything but dotted names of modules."""
        parts = split(expression)
        if parts is None:
            return None
        first, rest = parts
        scope = self._read_scopes.get(id(first)) or self.scope_of(first)
        return self.variables.resolve(first.id, rest, scope, first)

    def uses(self, names: Collection[str]) -> Iterator[Use]:
        """Yield every expression that denotes one of the canonical `names`, the outermost, in source order.

        Expressions that only may denote one are yielded too; their `resolved.certain` is False.
        """
        wanted = frozenset(names)
        found: list[Use] = []
        for node, scope, quoted, exact in self._spots(self._words(wanted)):
            parts = split(node)
            if parts is None:
                continue
            first, rest = parts
            resolved = self.variables.resolve(first.id, rest, scope, None if quoted else first, wanted)
            if resolved is not None and not wanted.isdisjoint(resolved.may):
                place = self.module.place(node)
                spelled_out = exact and self._is_spelled_out(node)
                found.append(Use(node, place, scope, resolved, quoted, spelled_out))
        inner = {id(part) for use in found for part in inner_parts(use.node)}
        found.sort(key=lambda use: (use.place.start, use.place.end))
        yield from (use for use in found if id(use.node) not in inner)

    def imported(self, names: Collection[str]) -> Iterator[ImportedName]:
        """Yield every import alias that names one of the canonical `names`, and stars that bring one."""
        wanted = frozenset(names)
        if wanted not in self._imported:
            self._imported[wanted] = tuple(self._find_imported(wanted))
        yield from self._imported[wanted]

    def _find_imported(self, wanted: frozenset[str]) -> Iterator[ImportedName]:
        words, canonical = self._last_words(wanted), self.project.canonical
        for one in self.index.imports:
            if one.is_star:
                brought = self.project.exported(one.spelled)
                known = words if brought is None else words & brought
                if any(canonical(f"{one.spelled}.{word}") in wanted for word in known):
                    yield one
            elif one.spelled.rpartition(".")[2] in words and canonical(one.spelled) in wanted:
                yield one

    def reads(self, name: str, owner: Scope) -> Iterator[Read]:
        """Yield every read of one variable (quoted ones included), with what may be in force there."""
        if name not in self._reads:
            self._reads[name] = self._sorted_reads(name)
        yield from self._reads[name].get(id(owner), ())

    def _sorted_reads(self, name: str) -> dict[int, list[Read]]:
        """Return the reads of a name by identity of the scopes whose variables they may mean."""
        sorted_reads: dict[int, list[Read]] = {}
        globals_ = frozenset(self.variables.bindings(name, self.index.module))
        for node, scope, quoted, exact in self._spots(frozenset({name})):
            holder = self.variables.owner(name, scope) if isinstance(node, ast.Name) else None
            if holder is None or not isinstance(node, ast.Name):
                continue
            bindings = self.variables.in_force(name, holder, None if quoted else node)
            read = Read(node, scope, bindings, quoted, exact and self._is_spelled_out(node))
            sorted_reads.setdefault(id(holder), []).append(read)
            if holder is not self.index.module and not globals_.isdisjoint(bindings):
                sorted_reads.setdefault(id(self.index.module), []).append(read)
        return sorted_reads

    def strings(self, names: Collection[str]) -> Iterator[StringUse]:
        """Yield the places in string literals that spell one of the canonical `names`, and `__all__` items."""
        wanted = frozenset(names)
        words = self._last_words(wanted)
        for literal, scope in self.index.strings:
            text = str(literal.value)
            if any(word in text for word in words) and _DOTTED.fullmatch(text):
                yield from self._dotted(literal, scope, wanted)
        yield from self._exported(wanted)

    def scope_of(self, node: ast.AST) -> Scope:
        """Return the scope in which a node of this module is evaluated."""
        known = self._read_scopes.get(id(node))
        if known is not None:
            return known
        inner: ast.AST = node
        below: ast.AST | None = None
        for outer in self.ancestry.above(node):
            scope = self._scopes.get(id(outer))
            if scope is not None and _evaluates(outer, inner, below):
                return scope
            inner, below = outer, inner
        return self.index.module

    def stands_in_text(self, name: str) -> bool:
        """Say whether a name may stand in a string, docstring or comment: there are more of it than the code has."""
        if name not in self._in_text:
            self._in_text[name] = self._counts_more(name)
        return self._in_text[name]

    def _counts_more(self, name: str) -> bool:
        found = self.index
        aliases = (part for one in found.imports for part in (*one.alias.name.split("."), one.alias.asname))
        stores = sum(len(scope.bindings.get(name, ())) for scope in found.scopes)
        code = len(found.names.get(name, ())) + len(found.attributes.get(name, ())) + [*aliases].count(name) + stores
        return self.module.source.count(name.encode(self.module.codec, "replace")) > code

    def declaring(self, name: str) -> list[Scope]:
        """Return the scopes that declare a name `global` or `nonlocal`."""
        return [one for one in self._declaring if name in one.declared_global or name in one.declared_nonlocal]

    @cached_property
    def _declaring(self) -> list[Scope]:
        return [one for one in self.index.scopes if one.declared_global or one.declared_nonlocal]

    def free_names_at(self, node: ast.AST) -> frozenset[str]:
        """Return the names a new binding at `node` must not take: bound or read in a scope visible there."""
        visible = set(self.scope_of(node).outward())
        bound = {name for scope in visible for name in scope.bindings}
        read = {name for name, spots in self.index.names.items() if any(s in visible for _, s in spots)}
        return frozenset(bound | read)

    def _is_spelled_out(self, node: ast.Name | ast.Attribute) -> bool:
        """Say whether the bytes at a node's place end in its identifier, as they should.

        They do not where an identifier is written in another Unicode form than Python's own.
        """
        last = node.id if isinstance(node, ast.Name) else node.attr
        return self.module.segment(node).endswith(last.encode(self.module.codec, "replace"))

    # ---- candidates

    def _last_words(self, wanted: frozenset[str]) -> frozenset[str]:
        return frozenset().union(*map(self.project.words, wanted))

    def _words(self, wanted: frozenset[str]) -> frozenset[str]:
        """Return the identifiers an expression that denotes a wanted name can end in."""
        local = (one.local for one in self.imported(wanted) if not one.is_star)
        return self._last_words(wanted).union(local)

    def _spots(self, words: frozenset[str]) -> Iterator[Spot]:
        for word in words:
            for name, scope in self.index.names.get(word, ()):
                yield name, scope, False, True
            for attribute, scope in self.index.attributes.get(word, ()):
                yield attribute, scope, False, True
        for literal, scope in self.index.quoted:
            text = str(literal.value)
            if any(word in text for word in words):
                parsed = annotation(self.module, literal)
                if parsed is not None:
                    yield from named_in(parsed.expression, words, scope, parsed.exact)
        for parsed in type_comments(self.module, words):
            scope = self._scope_of_line(parsed.expression.lineno)
            yield from named_in(parsed.expression, words, scope, parsed.exact)

    def _dotted(self, literal: ast.Constant, scope: Scope, wanted: frozenset[str]) -> Iterator[StringUse]:
        parts = str(literal.value).split(".")
        for count in range(2, len(parts) + 1):
            spelled = ".".join(parts[:count])
            qualified = self.project.canonical(spelled)
            if qualified in wanted:
                place, exact = self._inside(literal, len(spelled.encode()))
                yield StringUse(literal, place, scope, spelled, qualified, exact=exact)
                return

    def _exported(self, wanted: frozenset[str]) -> Iterator[StringUse]:
        words = self._words(wanted)
        for item in self.exported:
            name = str(item.value)
            if name not in words:
                continue
            resolved = self.variables.resolve(name, (), self.index.module, None)
            if resolved is not None and resolved.origin is not None and resolved.qualified in wanted:
                place, exact = self._inside(item, len(name.encode()))
                yield StringUse(item, place, self.index.module, resolved.spelled, resolved.qualified, True, exact)

    def _inside(self, literal: ast.Constant, length: int) -> tuple[Place, bool]:
        column = content_start(self.module, literal)
        if column is None:
            return self.module.place(literal), False
        start = self.module.offset(literal.lineno, column)
        end = self.module.offset(literal.lineno, column + length)
        return self.module.place_of(start, end), True

    # ---- scopes

    @cached_property
    def _scopes(self) -> dict[int, Scope]:
        found: dict[int, Scope] = {}
        for scope in self.index.scopes:
            if scope.kind is not ScopeKind.TYPE_PARAMETERS:
                found[id(scope.node)] = scope
        return found

    @cached_property
    def _read_scopes(self) -> dict[int, Scope]:
        return {id(node): scope for spots in self.index.names.values() for node, scope in spots}

    def _scope_of_line(self, line: int) -> Scope:
        """Return the scope of a comment: the innermost function or class whose body has begun by then."""
        best = self.index.module
        for scope in self.index.scopes:
            node = scope.node
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inside = node.body[0].lineno <= line <= (node.end_lineno or 0)
                if inside and node.lineno >= getattr(best.node, "lineno", 0):
                    best = scope
        return best


@lru_cache(maxsize=4)
def names_of(module: Module, project: Project) -> Names:
    """Return the names of a module, walked once for all the rules that ask."""
    return Names(module, project)


def _evaluates(outer: ast.AST, inner: ast.AST, below: ast.AST | None) -> bool:
    """Say whether the scope `outer` makes is the one that evaluates its child `inner`."""
    if isinstance(outer, _COMPREHENSIONS):
        return inner is not outer.generators[0] or below is not outer.generators[0].iter
    body = getattr(outer, "body", ())
    return body is inner or (isinstance(body, list) and any(one is inner for one in body))
