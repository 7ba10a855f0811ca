"""Which bindings of one name can reach a place: reaching definitions over the statements of one scope.

Only names that a scope binds more than once come here, so this may take its time. Loops run to a fixed
point; a `try` body may stop after any of its bindings; a nested function runs at any time after its
definition; bindings made from outside (`global`, `nonlocal`) may happen at any time at all.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from workbench.codemod.scopes import Binding, ImportedName, Scope

State = frozenset[Binding | None]
"""The bindings that may be in force; None stands for "not bound"; empty where control never comes."""
Path = tuple[tuple[int, int], ...]
"""The arms of compound statements around a place: (identity of the statement, number of the arm)."""

_DEFERRED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NOWHERE: State = frozenset()
_FINALLY = -1
_SWALLOWS = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})


@dataclass(slots=True)
class _Loop:
    breaks: set[Binding | None] = field(default_factory=set)
    continues: set[Binding | None] = field(default_factory=set)


class Reaching:
    """The answer for one name of one scope (a module, class or function)."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        bindings: Sequence[Binding],
        *,
        everywhere: bool = False,
        doubtful: Collection[Binding] = (),
    ) -> None:
        """`everywhere`: answer for every node, not only for reads of the name; `doubtful` bindings may bind nothing."""
        self._name = name
        self._doubtful = frozenset(doubtful)
        self._everywhere = everywhere
        self._every = tuple(one for one in bindings if not isinstance(one, ast.AnnAssign))
        self._by_node: dict[int, list[Binding]] = {}
        for one in self._every:
            key = id(one.statement) if isinstance(one, ImportedName) else id(one)
            self._by_node.setdefault(key, []).append(one)
        self._paths: dict[int, Path] = {}
        self._path: Path = ()
        self._values: dict[int, ast.expr] = {}
        self._loops: list[_Loop] = []
        self._watchers: list[set[Binding | None]] = []
        self._seen: dict[int, State] = {}
        body = getattr(scope.node, "body", [])
        own = {id(node) for statement in body for node in _own_nodes(statement)}
        inside = [one for one in self._every if _key(one) in own or isinstance(one, ast.arg)]
        self._foreign: State = frozenset(one for one in self._every if one not in inside)
        parameters: State = frozenset(one for one in inside if isinstance(one, ast.arg))
        self.end = self._run(body, (parameters or frozenset({None})) | self._foreign)
        """The bindings that may be in force once the scope's body has run."""

    def _run(self, body: Sequence[ast.stmt], start: State) -> State:
        try:
            return self._block(body, start)
        except RecursionError:  # a thousand `elif`: anything may be in force anywhere
            self._seen.clear()
            return frozenset(self._every) | start

    def at(self, node: ast.AST) -> State:
        """Return the bindings that may be in force where the name is read; all where that is not known."""
        return self._seen.get(id(node)) or frozenset(self._every)

    def is_fallback(self, other: Binding, of: ImportedName) -> bool:
        """Say whether `other` stands in for an import: in another arm of one statement, or as its default.

        Arms: `try` or its `else` against the handlers, `if` against `else`, one `case` against another.
        A default is an assignment before the statement that holds the import.
        """
        mine, theirs = self._paths.get(_key(of)), self._paths.get(_key(other))
        if mine is None or theirs is None:
            return False
        for (holder, arm), (other_holder, other_arm) in zip(mine, theirs, strict=False):
            if (holder, arm) != (other_holder, other_arm):
                return holder == other_holder and _FINALLY not in (arm, other_arm)
        before = _start(other) < _start(of)
        return isinstance(other, ast.Name) and before and len(theirs) < len(mine)

    def is_foreign(self, binding: Binding) -> bool:
        """Say whether a binding is made from another scope (`global`, `nonlocal`), or only declared."""
        return binding in self._foreign or binding not in self._every

    def is_marker(self, binding: Binding) -> bool:
        """Say whether a binding only marks the name as missing: an assignment of None, False, ..."""
        return isinstance(self._values.get(_key(binding)), ast.Constant)

    # ---- statements

    def _block(self, body: Sequence[ast.stmt], state: State) -> State:
        for statement in body:
            state = self._statement(statement, state)
        return state

    def _arm(self, holder: ast.AST, number: int, body: Sequence[ast.stmt], state: State) -> State:
        outer, self._path = self._path, (*self._path, (id(holder), number))
        state = self._block(body, state)
        self._path = outer
        return state

    def _statement(self, node: ast.stmt, state: State) -> State:  # noqa: PLR0911  # one to a kind
        match node:
            case ast.If():
                state = self._simple(node.test, state)
                return self._arm(node, 0, node.body, state) | self._arm(node, 1, node.orelse, state)
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(node, state)
            case ast.Try() | ast.TryStar():
                return self._try(node, state)
            case ast.With() | ast.AsyncWith():
                return self._with(node, state)
            case ast.Match():
                return self._match(node, state)
            case ast.Return() | ast.Raise() | ast.Break() | ast.Continue():
                self._leave(node, state)
                return _NOWHERE
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                self._values |= {id(one): value for one in targets}
        return self._simple(node, state)

    def _leave(self, node: ast.Return | ast.Raise | ast.Break | ast.Continue, state: State) -> None:
        self._simple(node, state)
        if self._loops and isinstance(node, ast.Break | ast.Continue):
            loop = self._loops[-1]
            (loop.breaks if isinstance(node, ast.Break) else loop.continues).update(state)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, state: State) -> State:
        if not isinstance(node, ast.While):
            state = self._simple(node.iter, state)
        entry, known = state, None
        while entry != known:
            known = entry
            loop = _Loop()
            self._loops.append(loop)
            head = node.test if isinstance(node, ast.While) else node.target
            inside = self._simple(head, entry)
            out = self._arm(node, 0, node.body, inside)
            self._loops.pop()
            entry = entry | out | loop.continues
        endless = isinstance(node, ast.While) and getattr(node.test, "value", False) is True
        after = _NOWHERE if endless else self._block(node.orelse, entry)
        return after | loop.breaks

    def _try(self, node: ast.Try | ast.TryStar, state: State) -> State:
        anywhere = set(state)
        self._watchers.append(anywhere)
        stopped = set(state)
        self._watchers.append(stopped)
        out = self._arm(node, 0, node.body, state)
        self._watchers.pop()
        out = self._arm(node, 0, node.orelse, out)
        at_stop = frozenset(stopped)
        for number, handler in enumerate(node.handlers, 1):
            inside = self._simple(handler.type, at_stop) if handler.type is not None else at_stop
            inside = self._bind(handler, inside)
            ended = self._arm(node, number, handler.body, inside)
            unbound = ended and handler.name == self._name
            out |= frozenset({None}) | self._foreign if unbound else ended
        self._watchers.pop()
        if node.finalbody:
            self._arm(node, _FINALLY, node.finalbody, frozenset(anywhere) | out)
            out = self._arm(node, _FINALLY, node.finalbody, out)
        return out

    def _with(self, node: ast.With | ast.AsyncWith, state: State) -> State:
        for item in node.items:
            state = self._simple(item, state)
        seen = set(state)
        self._watchers.append(seen)
        out = self._block(node.body, state)
        self._watchers.pop()
        called = {getattr(part, "attr", getattr(part, "id", "")) for item in node.items for part in ast.walk(item)}
        return out | seen if called & _SWALLOWS else out

    def _match(self, node: ast.Match, state: State) -> State:
        state = self._simple(node.subject, state)
        out: State = _NOWHERE
        for number, case in enumerate(node.cases):
            inside = self._simple(case.pattern, state)
            if case.guard is not None:
                inside = self._simple(case.guard, inside)
            out |= self._arm(node, number, case.body, inside)
            if case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None:
                return out
            state |= inside
        return out | state

    def _simple(self, node: ast.AST, state: State) -> State:
        """Reads see the state before; a walrus on the way may already be in force."""
        nodes = [*_own_nodes(node)]
        walrus = {id(one.target) for one in nodes if isinstance(one, ast.NamedExpr)}
        bindings = [one for one in nodes if id(one) in self._by_node]
        on_the_way = self._of([one for one in bindings if id(one) in walrus or not isinstance(node, ast.stmt)])
        self._read(node, state | on_the_way if state else state)
        perhaps = {id(part) for one in nodes for part in _perhaps(one)} if walrus else set()
        for one in bindings:
            bound = self._bind(one, state)
            state = bound | state if id(one) in perhaps else bound
        return state

    def _of(self, nodes: Sequence[ast.AST]) -> State:
        return frozenset(one for node in nodes for one in self._by_node[id(node)])

    def _bind(self, node: ast.AST, state: State) -> State:
        if id(node) not in self._by_node or not state:
            return state
        gone = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)
        bound: State = frozenset({None}) if gone else frozenset(self._by_node[id(node)][-1:])
        self._paths[id(node)] = self._path
        spared = state if bound <= self._doubtful else _NOWHERE
        state = bound | spared | self._foreign
        for watcher in self._watchers:
            watcher.update(state)
        return state

    # ---- reads

    def _read(self, node: ast.AST, state: State) -> None:
        todo: list[tuple[ast.AST, State]] = [(node, state)]
        while todo:
            one, now = todo.pop()
            if self._everywhere or (isinstance(one, ast.Name) and one.id == self._name):
                self._seen[id(one)] = self._seen.get(id(one), _NOWHERE) | now
            later = self._later(one, now) if isinstance(one, _DEFERRED) else now
            body = getattr(one, "body", []) if isinstance(one, _DEFERRED) else []
            deferred = {id(part) for part in (body if isinstance(body, list) else [body])}
            todo.extend((child, later if id(child) in deferred else now) for child in ast.iter_child_nodes(one))

    def _later(self, node: ast.AST, state: State) -> State:
        """What a function defined here may see when it runs: now, or anything bound afterwards."""
        if not state:
            return state
        after = [one for one in self._every if _start(one) > _start(node)]
        if self._loops:
            after = list(self._every)
        return state | frozenset(one for one in after if not _deletes(one))


def _perhaps(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of an expression that are not always evaluated."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.BoolOp):
        parts = node.values[1:]
    elif isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, ast.Compare):
        parts = node.comparators[1:]
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        yield from ast.walk(node)
    for part in parts:
        yield from ast.walk(part)


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and its parts that run in the same scope, in source order."""
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        if isinstance(one, _DEFERRED):
            outside = [*getattr(one, "decorator_list", []), one.args]
        elif isinstance(one, ast.ClassDef):
            outside = [*one.decorator_list, *one.bases, *one.keywords]
        elif isinstance(one, ast.AnnAssign) and one.value is None:
            outside = [one.annotation]
        else:
            outside = list(ast.iter_child_nodes(one))
        todo += reversed(outside)


def _key(binding: Binding) -> int:
    return id(binding.statement) if isinstance(binding, ImportedName) else id(binding)


def _deletes(binding: Binding) -> bool:
    return isinstance(binding, ast.Name) and isinstance(binding.ctx, ast.Del)


def _start(binding: Binding) -> tuple[int, int]:
    node = binding.statement if isinstance(binding, ImportedName) else binding
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
