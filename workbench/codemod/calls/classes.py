"""Which attributes of `self` or `cls` are surely set in a method of a class."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.codemod.names import Names, Scope
from workbench.codemod.scopes import ScopeKind

Function = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SETUPS = frozenset({"__init__", "__post_init__", "setUp", "asyncSetUp", "setup_method"})
_CLASS_SETUPS = frozenset({"setUpClass", "setup_class"})
_PROPERTIES = frozenset({"property", "cached_property"})
_FIELDS = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "s"})


@dataclass(frozen=True, slots=True)
class Instance:
    """The object a method's first parameter stands for, called `name` there."""

    name: str
    method: Function
    owner: ast.ClassDef
    names: Names

    @classmethod
    def of(cls, name: str, scope: Scope, names: Names) -> Instance | None:
        """Return the instance (or class) that `name`, a variable of `scope`, stands for; None if it is neither."""
        method = scope.node
        holder = scope.parent
        if not isinstance(method, Function) or holder is None or holder.kind is not ScopeKind.CLASS:
            return None
        first = [*method.args.posonlyargs, *method.args.args][:1]
        static = "staticmethod" in _decorators(method)
        if static or not first or first[0].arg != name or len(scope.bindings[name]) > 1:
            return None
        return cls(name, method, holder.node, names) if isinstance(holder.node, ast.ClassDef) else None

    @property
    def is_class(self) -> bool:
        """Say whether it is the class itself that is at hand."""
        return "classmethod" in _decorators(self.method) or self.method.name in _CLASS_SETUPS

    def missing(self, attribute: str, at: ast.AST) -> str:
        """Return why `attribute` may not be set at `at`; "" if it surely is."""
        if self._set_before(attribute, at):
            return ""
        classes = tuple(self._classes(self.owner, frozenset()))
        if any(_in_class_body(attribute, one) for one in classes):
            return ""
        values = [value for one in self._run_before(classes) for value in _assigned(one, attribute)]
        if any(not _is_none(value) for value in values):
            return ""
        if values:
            return f"{self.name}.{attribute} is None until it is set elsewhere"
        return f"{self.name}.{attribute} may not be set before {self.method.name} is called"

    def knows(self, attribute: str) -> bool:
        """Say whether the class sets or declares the attribute anywhere at all."""
        classes = tuple(self._classes(self.owner, frozenset()))
        nodes = (node for owner in classes for node in ast.walk(owner) if isinstance(node, ast.Attribute))
        declared = {
            part.id
            for owner in classes
            for one in owner.body
            if isinstance(one, ast.Assign | ast.AnnAssign)
            for part in ast.walk(one)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        }
        return attribute in declared or any(
            node.attr == attribute and isinstance(node.ctx, ast.Store) for node in nodes
        )

    def _classes(self, owner: ast.ClassDef, seen: frozenset[str]) -> Iterator[ast.ClassDef]:
        """Yield a class and its base classes in the same file."""
        yield owner
        for base in owner.bases:
            name = base.id if isinstance(base, ast.Name) else ""
            for one in self.names.index.module.bindings.get(name, ()):
                if isinstance(one, ast.ClassDef) and name not in seen:
                    yield from self._classes(one, seen | {name})

    def _run_before(self, classes: Sequence[ast.ClassDef]) -> Iterator[Function]:
        """Yield the set-up methods that have run; one that is overridden without `super()` has not."""
        overridden: set[str] = set()
        for owner in classes:
            for one in self._setups(owner):
                if one.name not in overridden and one is not self.method:
                    yield one
                if one is self.method or not _calls_super(one):
                    overridden.add(one.name)

    def _setups(self, owner: ast.ClassDef) -> Iterator[Function]:
        """Yield the methods that have run before any other method is called."""
        for one in owner.body:
            if not isinstance(one, _FUNCTIONS):
                continue
            by_class = one.name in _CLASS_SETUPS
            if by_class or (not self.is_class and (one.name in _SETUPS or _is_autouse(one))):
                yield one

    def _set_before(self, attribute: str, at: ast.AST) -> bool:
        """Say whether the same method sets the attribute earlier, on the way to `at`."""
        trail = self.names.ancestry.trail(at)
        for inner in trail[: trail.index(self.method)]:
            if not isinstance(inner, ast.stmt):
                continue
            block = self.names.ancestry.block(inner).statements
            before = block[: next(n for n, one in enumerate(block) if one is inner)]
            if any(not _is_none(value) for value in _direct(before, self.name, attribute)):
                return True
        return False


def _assigned(method: Function, attribute: str) -> Iterator[ast.expr]:
    """Yield what a set-up method surely assigns to the attribute: in its own body, before any way out."""
    arguments = [*method.args.posonlyargs, *method.args.args]
    if not arguments:
        return
    body = []
    for one in method.body:
        if any(isinstance(part, ast.Return) for part in ast.walk(one)):
            break
        body.append(one)
        if isinstance(one, ast.With | ast.AsyncWith):
            body.extend(one.body)
    yield from _direct(body, arguments[0].arg, attribute)


def _direct(body: Sequence[ast.stmt], name: str, attribute: str) -> Iterator[ast.expr]:
    """Yield the values simple statements of `body` assign to `name.attribute`."""
    for one in body:
        targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
        value = getattr(one, "value", None)
        if not isinstance(value, ast.expr):
            continue
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
            if any(_is_attribute(part, name, attribute) for part in parts):
                yield value


def _is_attribute(node: ast.expr, name: str, attribute: str) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id=found), attr=attr):
            return found == name and attr == attribute
    return False


def _in_class_body(attribute: str, owner: ast.ClassDef) -> bool:
    """Say whether a class gives its instances the attribute: an assignment, a field, a property."""
    with_fields = bool(_FIELDS & _decorators(owner)) or any(
        _last(base) in ("BaseModel", "NamedTuple") for base in owner.bases
    )
    for one in owner.body:
        match one:
            case ast.Assign(targets=targets, value=value) if not _is_none(value):
                if any(isinstance(target, ast.Name) and target.id == attribute for target in targets):
                    return True
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if name == attribute:
                if with_fields or (value is not None and not _is_none(value)):
                    return True
            case ast.FunctionDef(name=name) if name == attribute:
                return bool(_PROPERTIES & _decorators(one))
    return False


def _calls_super(method: Function) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "super" for node in ast.walk(method))


def _is_autouse(method: Function) -> bool:
    """Say whether a method is a pytest fixture that every test of the class uses."""
    for one in method.decorator_list:
        if isinstance(one, ast.Call) and _last(one.func) == "fixture":
            return any(
                word.arg == "autouse" and isinstance(word.value, ast.Constant) and word.value.value is True
                for word in one.keywords
            )
    return False


def _decorators(node: Function | ast.ClassDef) -> frozenset[str]:
    return frozenset(_last(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list)


def _last(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
