"""What one module offers others, read from its statements: small, picklable, enough for `Project`."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from workbench.codemod.calls.signatures import Signature, signatures
from workbench.codemod.definitions.interfaces import Interface, interfaces
from workbench.codemod.grammar import TYPE_ALIASES
from workbench.codemod.source import Module
from workbench.codemod.statements import (
    COMPOUND,
    Importing,
    asks_script,
    blocks,
    exports,
    imported_names,
    statements,
)

_PATCHES_BY_KEYWORD = b"patch.multiple"
_HOLDER = re.compile(rb"(?<![\w.\"'])(?:\w+\.)*(\w+)\Z")
_QUOTED = re.compile(rb"""["']([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)["']""")


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """A module as importers see it.

    `defined`: names bound at module level by anything but an import (a name bound both ways is here).
    `imported`: local name -> absolute dotted name, for names only imports bind, all to one thing.
    `stars`: modules it star-imports. `exports`: the items of `__all__`, None where there is none or
    it is computed. `dynamic`: it has a module-level `__getattr__`. `eager`: absolute dotted names that
    its import statements outside functions, `TYPE_CHECKING` and `__name__ == "__main__"` name. `reached`:
    those of all its import statements, at any depth. `whole`: those of `reached` that only a module can be, as
    `import a.b` and a star say. `quoted`: dotted names that are whole string literals. `mentions`: which of the words
    asked for it writes as an attribute or as a whole string, so that it may read them off a module; `looks`: as what
    (`holder.word`) its code writes them, `reads`: which of those it binds itself its code reads by their bare name.
    `coroutines`: its `async def` functions and methods. `interfaces`: what its module-level classes and
    functions offer.
    """

    name: str
    path: str
    is_package: bool = False
    defined: frozenset[str] = frozenset()
    imported: Mapping[str, str] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    exports: tuple[str, ...] | None = None
    dynamic: bool = False
    coroutines: frozenset[str] = frozenset()
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    eager: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    quoted: frozenset[str] = frozenset()
    mentions: frozenset[str] = frozenset()
    looks: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    interfaces: Mapping[str, Interface] = field(default_factory=dict)


def facts(module: Module, *, with_signatures: bool = True, words: Collection[str] = ()) -> ModuleFacts:
    """Read the facts of a module, with the bodies of module-level `if`, `try`, `with` and loops.

    `words` are the identifiers whose `mentions` matter: the last parts of the names the plan moves.
    Raises Unparsable.
    """
    reading = _Reading(module.package)
    reading.run(module.tree.body)
    contested = {local for local, targets in reading.imports.items() if len(targets) > 1}
    defined = frozenset(reading.defined | contested)
    listed = exports(module.tree) if b"__all__" in module.source else None
    imported = {local: target for local, (target, *_) in reading.imports.items() if local not in defined}

    spelled = frozenset(word for word in words if word.encode() in module.source)

    def absolute(name: str) -> str:
        first, dot, rest = name.partition(".")
        home = f"{module.name}.{first}" if first in defined and module.name else first
        return f"{imported.get(first, home)}{dot}{rest}"

    return ModuleFacts(
        name=module.name,
        path=module.path,
        is_package=module.is_package,
        defined=defined,
        imported=imported,
        stars=tuple(dict.fromkeys(reading.stars)),
        exports=_exported(listed.items) if listed is not None and listed.complete else None,
        dynamic="__getattr__" in defined,
        signatures=dict(signatures(module.tree.body)) if with_signatures else {},
        eager=frozenset(reading.eager),
        reached=frozenset(reading.reached),
        whole=frozenset(reading.whole),
        quoted=frozenset(one.decode() for one in _QUOTED.findall(module.source)),
        mentions=frozenset(word for word in spelled if _mentions(module.source, word)),
        looks=frozenset(pair for word in spelled for pair in _looks(module.source, word)),
        reads=frozenset(_reads(module.tree, spelled if reading.stars else spelled & (defined | imported.keys()))),
        coroutines=frozenset(_coroutines(module.tree.body)),
        interfaces=dict(interfaces(module, absolute)) if with_signatures else {},
    )


def _mentions(source: bytes, word: str) -> bool:
    known = word.encode()
    if re.search(rb"[.\"']\s*" + known + rb"\b", source):
        return True
    return _PATCHES_BY_KEYWORD in source and bool(re.search(rb"\b" + known + rb"\s*=", source))


def _looks(source: bytes, word: str) -> Iterator[str]:
    """Yield `holder.word` for each dotted name of the code, not of a string, that ends so or goes on from there."""
    for found in re.finditer(rb"\." + word.encode() + rb"\b", source):
        holder = _HOLDER.search(source, max(0, found.start() - 200), found.start())
        if holder is not None:
            yield f"{holder[1].decode('utf-8', 'replace')}.{word}"


def _reads(tree: ast.Module, words: frozenset[str]) -> frozenset[str]:
    """Return those of `words` that some expression reads by their bare name."""
    left = set(words)
    for node in ast.walk(tree) if left else ():
        if isinstance(node, ast.Name) and node.id in left and isinstance(node.ctx, ast.Load):
            left.discard(node.id)
            if not left:
                break
    return words - left


def _coroutines(body: list[ast.stmt]) -> Iterator[str]:
    for statement in statements(body):
        if isinstance(statement, ast.AsyncFunctionDef):
            yield statement.name
        elif isinstance(statement, ast.ClassDef):
            methods = (one for one in statement.body if isinstance(one, ast.AsyncFunctionDef))
            yield from (f"{statement.name}.{one.name}" for one in methods)


class _Reading:
    """Goes through all statements once, never into expressions that cannot bind a module-level name."""

    def __init__(self, package: str) -> None:
        self._package = package
        self.imports: dict[str, set[str]] = defaultdict(set)
        self.stars: list[str] = []
        self.defined: set[str] = set()
        self.eager: set[str] = set()
        self.reached: set[str] = set()
        self.whole: set[str] = set()

    def run(self, body: list[ast.stmt]) -> None:
        todo = [(body, _Runs.AT_MODULE_LEVEL)]
        while todo:
            block, runs = todo.pop()
            binds = runs in (_Runs.AT_MODULE_LEVEL, _Runs.FOR_TYPES, _Runs.AS_A_SCRIPT)
            for statement in block:
                if isinstance(statement, Importing):
                    self._import(statement, runs, binds=binds)
                    continue
                if binds:
                    self.defined.update(_bound(statement))
                if isinstance(statement, COMPOUND):
                    todo += [(inner, _inside(statement, inner, runs)) for inner in blocks(statement)]

    def _import(self, statement: Importing, runs: _Runs, *, binds: bool) -> None:
        for alias, local, target in imported_names(statement, self._package):
            named = alias.name if isinstance(statement, ast.Import) else target
            self.reached.add(named)
            if local == "*" or isinstance(statement, ast.Import):
                self.whole.add(named)
            if runs in (_Runs.AT_MODULE_LEVEL, _Runs.IN_A_CLASS):
                self.eager.add(named)
            if binds and local == "*":
                self.stars.append(target)
            elif binds:
                self.imports[local].add(target)


class _Runs(Enum):
    """When a statement runs, as far as importers of the module can see."""

    AT_MODULE_LEVEL = auto()
    FOR_TYPES = auto()
    AS_A_SCRIPT = auto()
    IN_A_CLASS = auto()
    LATER = auto()


def _inside(statement: ast.stmt, block: list[ast.stmt], runs: _Runs) -> _Runs:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return _Runs.LATER
    if runs is not _Runs.AT_MODULE_LEVEL:
        return runs
    if isinstance(statement, ast.ClassDef):
        return _Runs.IN_A_CLASS
    if isinstance(statement, ast.If) and block is statement.body:
        if asks_script(statement.test):
            return _Runs.AS_A_SCRIPT
        named = getattr(statement.test, "attr", getattr(statement.test, "id", ""))
        return _Runs.FOR_TYPES if named == "TYPE_CHECKING" else runs
    return runs


def _exported(items: tuple[ast.Constant, ...]) -> tuple[str, ...]:
    return tuple(item.value for item in items if isinstance(item.value, str))


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Yield the names a module-level statement binds itself, nested blocks left out."""
    if isinstance(statement, TYPE_ALIASES):
        yield from _stored(dict(ast.iter_fields(statement))["name"])
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.AnnAssign(value=None):
            pass
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Expr() | ast.Delete():
            yield from _stored(statement)
        case ast.For(target=target) | ast.AsyncFor(target=target):
            yield from _stored(target)
        case ast.With(items=items) | ast.AsyncWith(items=items):
            yield from (name for item in items for name in _stored(item))
        case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
            yield from (handler.name for handler in handlers if handler.name)
        case ast.If(test=test) | ast.While(test=test):
            yield from _stored(test)
        case ast.Match(cases=cases):
            yield from (name for case in cases for name in _stored(case.pattern))


def _stored(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
