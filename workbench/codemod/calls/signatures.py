"""What a callable of the tree accepts, read from its definition and never by importing it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Signature:
    """Parameter names as a caller sees them (no `self`), those without a default, and the catch-alls."""

    positional_only: tuple[str, ...] = ()
    regular: tuple[str, ...] = ()
    keyword_only: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    var_positional: bool = False
    var_keyword: bool = False
    is_async: bool = False
    is_class: bool = False

    @property
    def shown(self) -> str:
        """The parameters in brackets, `=` behind those with a default."""
        parts = [self._shown(name) for name in self.positional_only]
        parts += ["/"] if parts else []
        parts += [self._shown(name) for name in self.regular]
        parts += ["*args"] if self.var_positional else ["*"] if self.keyword_only else []
        parts += [self._shown(name) for name in self.keyword_only]
        return f"({', '.join([*parts, *(['**kwargs'] if self.var_keyword else [])])})"

    def _shown(self, name: str) -> str:
        return name if name in self.required else f"{name}="

    def problem(self, positional: int, keywords: Collection[str]) -> str:
        """Return why a call with so many positional arguments and these keywords does not bind, or ""."""
        places = (*self.positional_only, *self.regular)
        if positional > len(places) and not self.var_positional:
            return f"takes at most {len(places)} positional arguments, {positional} given"
        taken = places[:positional]
        for name in keywords:
            if name in taken and name not in self.positional_only:
                return f"argument {name!r} given twice"
            if name not in self.regular and name not in self.keyword_only and not self.var_keyword:
                return f"no parameter {name!r}"
        by_name = {name for name in keywords if name not in self.positional_only}
        missing = sorted(self.required - set(taken) - by_name)
        return f"missing {', '.join(missing)}" if missing else ""


def signatures(body: list[ast.stmt]) -> Iterator[tuple[str, Signature]]:
    """Yield (qualified name, signature) for the functions, classes and methods among `body`.

    What cannot be read off is left out: decorated functions (unless the decorator keeps the
    signature), classes without an `__init__` of their own.
    """
    for node in body:
        if isinstance(node, FunctionNode):
            if not node.decorator_list:
                yield node.name, signature_of(node, skip=0)
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(node)


def _of_class(node: ast.ClassDef) -> Iterator[tuple[str, Signature]]:
    methods = {one.name: one for one in node.body if isinstance(one, FunctionNode)}
    plain = not node.decorator_list and not node.keywords and "__new__" not in methods
    init = methods.get("__init__")
    if plain and init is not None and not init.decorator_list:
        yield node.name, signature_of(init, skip=1, is_class=True)
    for method in methods.values():
        binding = [one.id for one in method.decorator_list if isinstance(one, ast.Name)]
        if binding in (["classmethod"], ["staticmethod"]) and len(method.decorator_list) == 1:
            skip = 1 if binding == ["classmethod"] else 0
            yield f"{node.name}.{method.name}", signature_of(method, skip=skip)


def signature_of(node: FunctionNode, *, skip: int, is_class: bool = False) -> Signature:
    """Return the signature of a definition without its first `skip` parameters, such as `self`."""
    arguments = node.args
    places = [*arguments.posonlyargs, *arguments.args]
    without_default = {one.arg for one in places[skip : len(places) - len(arguments.defaults)]}
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is None:
            without_default.add(one.arg)
    first = max(0, skip - len(arguments.posonlyargs))
    return Signature(
        positional_only=tuple(one.arg for one in arguments.posonlyargs[skip:]),
        regular=tuple(one.arg for one in arguments.args[first:]),
        keyword_only=tuple(one.arg for one in arguments.kwonlyargs),
        required=frozenset(without_default),
        var_positional=arguments.vararg is not None,
        var_keyword=arguments.kwarg is not None,
        is_async=isinstance(node, ast.AsyncFunctionDef),
        is_class=is_class,
    )
