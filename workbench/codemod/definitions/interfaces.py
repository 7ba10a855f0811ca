"""What a class or function offers those who use it, read off its definition and never by importing it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.codemod.calls.signatures import FunctionNode, Signature, signature_of
from workbench.codemod.source import Module
from workbench.codemod.statements import statements

_PROPERTIES = ("property", "cached_property", "functools.cached_property", "abc.abstractproperty")


@dataclass(frozen=True, slots=True)
class Member:
    """A function or method: how it is called (without `self`), whether it yields, and its decorators."""

    signature: Signature
    yields: bool = False
    decorators: tuple[str, ...] = ()

    @property
    def is_attribute(self) -> bool:
        """Say whether it is read rather than called."""
        return any(one in _PROPERTIES or one.endswith((".setter", ".deleter")) for one in self.decorators)


@dataclass(frozen=True, slots=True)
class Interface:
    """A module-level definition.

    `call` is the function itself; None for a class. `bases` and `decorators` are absolute dotted names
    where they are names, else their text. `methods` and `attributes` (class-level names and what methods
    set on `self`) include private ones; `fields` are the annotated names, as a constructor would take them.
    """

    call: Member | None
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    methods: Mapping[str, Member] = field(default_factory=dict)
    attributes: frozenset[str] = frozenset()
    fields: Signature = field(default_factory=Signature)


def interfaces(module: Module, absolute: Callable[[str], str]) -> Iterator[tuple[str, Interface]]:
    """Yield (name, interface) of the definitions at module level, also in `if` and `try`.

    `absolute` turns a name as the module writes it into a dotted name of the tree. Raises Unparsable.
    """
    for node in statements(module.tree.body):
        if isinstance(node, FunctionNode):
            decorators = _texts(node.decorator_list, absolute)
            member = Member(signature_of(node, skip=0), _is_generator(node, module), decorators)
            yield node.name, Interface(member, decorators=decorators)
        elif isinstance(node, ast.ClassDef):
            yield node.name, _of_class(node, absolute, module)


def _of_class(node: ast.ClassDef, absolute: Callable[[str], str], module: Module) -> Interface:
    methods: dict[str, Member] = {}
    attributes: set[str] = set()
    fields: list[ast.AnnAssign] = []
    for one in statements(node.body):
        if isinstance(one, FunctionNode):
            decorators = _texts(one.decorator_list, str)
            skip = int("staticmethod" not in decorators)
            methods[one.name] = Member(signature_of(one, skip=skip), _is_generator(one, module), decorators)
            attributes.update(_set_on_self(one))
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            attributes.add(one.target.id)
            fields.append(one)
        elif isinstance(one, ast.Assign):
            attributes.update(target.id for target in one.targets if isinstance(target, ast.Name))
    keywords = tuple(f"{one.arg}={_text(one.value, absolute)}" for one in node.keywords)
    return Interface(
        call=None,
        bases=(*(one for one in _texts(node.bases, absolute) if one != "object"), *keywords),
        decorators=_texts(node.decorator_list, absolute),
        methods=methods,
        attributes=frozenset(attributes),
        fields=_taken(fields),
    )


def _is_generator(node: FunctionNode, module: Module) -> bool:
    return b"yield" in module.segment(node) and any(map(_yields, node.body))


def _yields(node: ast.AST) -> bool:
    if isinstance(node, ast.Yield | ast.YieldFrom):
        return True
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return False
    return any(map(_yields, ast.iter_child_nodes(node)))


def _set_on_self(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    own = {one.arg for one in [*node.args.posonlyargs, *node.args.args][:1]}
    for statement in statements(node.body):
        match statement:
            case ast.Assign(targets=targets):
                pass
            case ast.AnnAssign(target=target):
                targets = [target]
            case _:
                continue
        for one in targets:
            for part in one.elts if isinstance(one, ast.Tuple) else [one]:
                if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in own:
                    yield part.attr


def _taken(fields: Sequence[ast.AnnAssign]) -> Signature:
    names = [(one.target.id, one.value is None) for one in fields if isinstance(one.target, ast.Name)]
    return Signature(regular=tuple(name for name, _ in names), required=frozenset(name for name, must in names if must))


def _texts(nodes: Sequence[ast.expr], absolute: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(_text(one, absolute) for one in nodes)


def _text(node: ast.expr, absolute: Callable[[str], str]) -> str:
    match node:
        case ast.Name() | ast.Attribute():
            return absolute(ast.unparse(node))
        case ast.Subscript(value=value, slice=inner):
            return f"{_text(value, absolute)}[{ast.unparse(inner)}]"
        case ast.Call(func=func):
            return _text(func, absolute) + ast.unparse(node).removeprefix(ast.unparse(func))
    return ast.unparse(node)
