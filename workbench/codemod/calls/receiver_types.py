"""What type an expression surely has, as far as its file says so: from annotations and constructors.

An answer is the set of types a value may have (None left out); no answer means that the file leaves it open.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, replace

from workbench.codemod.annotations import CLASS, NONE, Annotations, Types, joined
from workbench.codemod.calls.classes import Instance
from workbench.codemod.names import ImportedName, Names, Scope
from workbench.codemod.scopes import Binding

_MODULE: Types = frozenset({"types.ModuleType"})
_CAST = frozenset({"typing.cast", "typing_extensions.cast"})
_DEEPEST = 8
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DISPLAYS: dict[type[ast.expr], str] = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Tuple: "tuple",
    ast.JoinedStr: "str",
}


@dataclass(frozen=True, slots=True)
class TypeReader:
    """Reads types off one file. `depth` ends circles such as `a = b; b = a`."""

    names: Names
    depth: int = 0

    def types_of(self, node: ast.expr) -> Types | None:
        """Return the types of a value; None where the file does not tell."""
        if self.depth > _DEEPEST:
            return None
        match node:
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call() | ast.Await(value=ast.Call()):
                return self._call(node)
            case ast.IfExp() | ast.BoolOp() | ast.NamedExpr():
                return joined(map(self._deeper.types_of, _results(node)))
        return _of_literal(node)

    def bases_of(self, name: str) -> frozenset[str]:
        """Return a class and the classes it is derived from, as far as this file defines them."""
        found = {name}
        todo = [name]
        while todo:
            for owner in self._classes_called(todo.pop()):
                bases = {base for one in owner.bases if (base := self._notes.dotted(one)) is not None}
                todo += bases - found
                found |= bases
        return frozenset(found)

    @property
    def _deeper(self) -> TypeReader:
        return replace(self, depth=self.depth + 1)

    @property
    def _notes(self) -> Annotations:
        return Annotations(self.names)

    def _classes_called(self, name: str) -> Iterator[ast.ClassDef]:
        module = self.names.module.name
        local = name.removeprefix(f"{module}.") if module else name
        every = self.names.index.module.bindings.get(local, ())
        yield from (one for one in every if isinstance(one, ast.ClassDef))

    # ---- variables

    def _name(self, node: ast.Name) -> Types | None:
        scope = self.names.scope_of(node)
        owner = self.names.variables.owner(node.id, scope)
        if owner is None:
            return CLASS if hasattr(builtins, node.id) else None
        declared = [kind for one in owner.bindings.get(node.id, ()) if (kind := self._declaration(one)) is not None]
        if declared:
            return joined(map(self._notes.types, declared))
        bindings = self.names.variables.in_force(node.id, owner, node)
        return joined(self._binding(node.id, one, owner) for one in bindings) if bindings else None

    def _declaration(self, binding: Binding) -> ast.expr | None:
        """Return the annotation of a variable that `binding` declares."""
        if isinstance(binding, ast.AnnAssign):
            return binding.annotation
        parent = self.names.ancestry.parent(binding) if isinstance(binding, ast.Name) else None
        return parent.annotation if isinstance(parent, ast.AnnAssign) and parent.target is binding else None

    def _binding(self, name: str, binding: Binding, owner: Scope) -> Types | None:
        match binding:
            case ImportedName():
                module = binding.is_module or self.names.project.has_module(binding.spelled)
                return _MODULE if module else None
            case ast.arg():
                return self._parameter(name, binding, owner)
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                return CLASS
            case ast.ExceptHandler(type=ast.expr() as caught):
                kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
                return joined(map(self._notes.types, kinds))
            case ast.Name():
                return self._assigned(self.names.ancestry.parent(binding))
        return None

    def _parameter(self, name: str, argument: ast.arg, owner: Scope) -> Types | None:
        instance = Instance.of(name, owner, self.names)
        if instance is not None:
            return CLASS if instance.is_class else frozenset({self._class_name(instance.owner)})
        parent = self.names.ancestry.parent(argument)
        if isinstance(parent, ast.arguments) and argument in (parent.vararg, parent.kwarg):
            return frozenset({"builtins.tuple" if argument is parent.vararg else "builtins.dict"})
        return self._notes.types(argument.annotation) if argument.annotation is not None else None

    def _assigned(self, binder: ast.AST | None) -> Types | None:
        """Return the types of what an assignment, a walrus or a `with` gives its target."""
        match binder:
            case ast.Assign(value=value) | ast.NamedExpr(value=value):
                return self._deeper.types_of(value)
            case ast.withitem(context_expr=ast.Call() as made):
                # A class that is its own context manager gives itself; what a function gives is anybody's guess.
                return self._deeper.types_of(made) if self._constructed(made) else None
            case ast.Delete():
                return NONE
        return None

    # ---- attributes

    def _attribute(self, node: ast.Attribute) -> Types | None:
        """Return what the class of `self` declares for `self.x`, or what its methods assign to it."""
        instance = self._instance(node)
        if instance is None:
            resolved = self.names.resolve(node)
            return _MODULE if resolved is not None and self.names.project.has_module(resolved.qualified) else None
        for name in [self._class_name(instance.owner), *sorted(self.bases_of(self._class_name(instance.owner)))]:
            for owner in self._classes_called(name):
                targets = [*self._targets(owner, node.attr)]
                declared = [*_declared(owner, node.attr), *map(_annotation, targets)]
                kinds = [self._notes.types(one) for one in declared if one is not None]
                found = kinds or [self._assigned(one) for one in targets]
                if found:
                    return joined(found)
        return None

    def _instance(self, node: ast.Attribute) -> Instance | None:
        """Return the object that the `self` of `self.x` stands for."""
        if not isinstance(node.value, ast.Name):
            return None
        owner = self.names.scope_of(node).lookup(node.value.id)
        return Instance.of(node.value.id, owner, self.names) if owner is not None else None

    def _targets(self, owner: ast.ClassDef, attribute: str) -> Iterator[ast.AST | None]:
        """Yield what binds `self.attribute` in the methods of a class."""
        for node, _ in self.names.index.attributes.get(attribute, ()):
            instance = None if isinstance(node.ctx, ast.Load) else self._instance(node)
            if instance is not None and instance.owner is owner:
                yield self.names.ancestry.parent(node)

    def _class_name(self, owner: ast.ClassDef) -> str:
        scope = self.names.scope_of(owner)
        return ".".join(one for one in (self.names.module.name, scope.qualname, owner.name) if one)

    # ---- calls

    def _call(self, node: ast.Call | ast.Await) -> Types | None:
        call = node.value if isinstance(node, ast.Await) else node
        if not isinstance(call, ast.Call):
            return None
        dotted = self._notes.dotted(call.func)
        if dotted in _CAST and call.args:
            return self._notes.types(call.args[0])
        if call is node and dotted is not None and self._constructed(call):
            return frozenset({dotted})
        for one in self._functions(call.func):
            is_awaited = isinstance(one, ast.AsyncFunctionDef) == (call is not node)
            if is_awaited and one.returns is not None and not one.decorator_list:
                return self._notes.types(one.returns)
        return None

    def _constructed(self, node: ast.Call) -> bool:
        """Say whether a call makes an instance of what it calls: a class of the tree, or what is written like one."""
        dotted = self._notes.dotted(node.func)
        if dotted is None:
            return False
        signature = self.names.project.signature(dotted)
        last = dotted.rpartition(".")[2].lstrip("_")
        looks = last[:1].isupper() and not (last.isupper() and len(last) > 1)
        builtin = isinstance(getattr(builtins, dotted.removeprefix("builtins."), None), type)
        return signature.is_class if signature is not None else looks or builtin

    def _functions(self, func: ast.expr) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield the one function of this file that a plain name calls."""
        if not isinstance(func, ast.Name) or self.names.scope_of(func).lookup(func.id) is not self.names.index.module:
            return
        bindings = self.names.index.module.bindings.get(func.id, ())
        if len(bindings) == 1:
            yield from (one for one in bindings if isinstance(one, _FUNCTIONS))


def _results(node: ast.IfExp | ast.BoolOp | ast.NamedExpr) -> list[ast.expr]:
    """Return the expressions one of which is the value of `node`."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    return node.values if isinstance(node, ast.BoolOp) else [node.value]


def _of_literal(node: ast.expr) -> Types | None:
    if isinstance(node, ast.Constant):
        return NONE if node.value is None else frozenset({f"builtins.{type(node.value).__name__}"})
    plain = _DISPLAYS.get(type(node))
    return frozenset({f"builtins.{plain}"}) if plain else None


def _declared(owner: ast.ClassDef, attribute: str) -> Iterator[ast.expr]:
    """Yield the annotations the body of a class gives an attribute: of its own, or of a property's result."""
    for one in owner.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.target.id == attribute:
            yield one.annotation
        if isinstance(one, _FUNCTIONS) and one.name == attribute and one.decorator_list and one.returns is not None:
            yield one.returns


def _annotation(statement: ast.AST | None) -> ast.expr | None:
    return statement.annotation if isinstance(statement, ast.AnnAssign) else None
