"""Patterns as teams write them: one Python expression in which `$X` and `$...XS` stand for others.

A `$X` becomes a name nobody uses, a `$...XS` the unpacking of one, and the rest is Python's own parser: a
pattern means what the same code would mean. `pattern_match` finds one, `pattern_render` writes one.
"""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from workbench.codemod.lexing import Kind, Lost, Token, tokens
from workbench.codemod.source import Module, Unparsable

_ONE, _MANY = "__one_", "__many_"
HERE = frozenset({"self", "cls"})
"""Names that mean what they mean where they stand."""
_ALWAYS = frozenset(dir(builtins)) | {"__file__", "__path__", "__annotations__"}


class PatternError(ValueError):
    """A pattern that cannot be used, and why."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """One parsed pattern. `module` holds its text with names in place of variables, `root` its expression."""

    text: str
    module: Module
    root: ast.expr

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Read a pattern. Raises PatternError."""
        source = _with_names(text.strip())
        module = Module("", source)
        found = cls(text.strip(), module, _expression(module))
        found._check()
        return found

    # ---- what its nodes are

    def variable(self, node: ast.AST) -> str | None:
        """Return X for the node of `$X`."""
        if isinstance(node, ast.Name) and node.id.startswith(_ONE):
            return node.id.removeprefix(_ONE)
        return None

    def listed(self, node: ast.AST) -> str | None:
        """Return XS for the node of `$...XS`."""
        if isinstance(node, ast.Starred) and isinstance(node.value, ast.Name) and node.value.id.startswith(_MANY):
            return node.value.id.removeprefix(_MANY)
        return None

    def dotted(self, node: ast.AST) -> str | None:
        """Return the dotted name a node spells that is to be resolved; None for all other nodes.

        Names of builtins, names the pattern binds itself, and those that begin with `self` or `cls` are
        what they are.
        """
        text = chain(node)
        first = text.partition(".")[0] if text else ""
        if not first or first in self.bound or first in HERE or first.startswith((_ONE, _MANY)):
            return None
        return None if first in _ALWAYS else text

    def is_builtin(self, node: ast.AST) -> bool:
        """Say whether a node is a name that Python itself gives."""
        return isinstance(node, ast.Name) and node.id in _ALWAYS and node.id not in self.bound

    @property
    def builtins(self) -> frozenset[str]:
        """The names in it that Python itself gives."""
        dotted = (name.removeprefix("builtins.") for _, name in self.dotted_names if name.startswith("builtins."))
        plain = (one.id for one in ast.walk(self.root) if isinstance(one, ast.Name) and self.is_builtin(one))
        return frozenset((*plain, *dotted))

    # ---- what it holds

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names its own comprehensions and lambdas bind."""
        stored = {n.id for n in ast.walk(self.root) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        return frozenset(stored | {n.arg for n in ast.walk(self.root) if isinstance(n, ast.arg)})

    @cached_property
    def variables(self) -> frozenset[str]:
        return frozenset(one for node in ast.walk(self.root) if (one := self.variable(node)))

    @cached_property
    def lists(self) -> tuple[str, ...]:
        return tuple(one for node in ast.walk(self.root) if (one := self.listed(node)))

    @cached_property
    def dotted_names(self) -> tuple[tuple[ast.expr, str], ...]:
        """The outermost nodes that are dotted names to be resolved, with the name."""
        return tuple(self._dotted_in(self.root))

    @cached_property
    def calls(self) -> tuple[str, ...]:
        """The dotted names that the pattern calls, each `a.b` or, where it awaits the result too, `await a.b`."""
        calls = [node for node in ast.walk(self.root) if isinstance(node, ast.Call)]
        called = [(node, name) for node in calls if (name := self.dotted(node.func)) is not None]
        awaited = {id(node.value) for node in ast.walk(self.root) if isinstance(node, ast.Await)}
        awaits = (f"await {name}" for node, name in called if id(node) in awaited)
        return (*(name for _, name in called), *awaits)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Words that stand in every file that holds a match; a name that is resolved may be imported as another."""
        attributes = [n.attr for n in ast.walk(self.root) if isinstance(n, ast.Attribute) and not self.dotted(n)]
        last = [name.rpartition(".")[2] for _, name in self.dotted_names]
        keywords = [n.arg for n in ast.walk(self.root) if isinstance(n, ast.keyword) and n.arg]
        names = [n.id for n in ast.walk(self.root) if isinstance(n, ast.Name) and self.is_builtin(n)]
        source = self.module.source
        every = [
            source[one.start : one.end].decode() for one in tokens(source, 0, len(source)) if one.kind is Kind.NAME
        ]
        spelled = [word for word in every if keyword.iskeyword(word)]
        return (*last, *attributes, *keywords, *names, *spelled)

    def _dotted_in(self, node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
        name = self.dotted(node)
        if name is not None and isinstance(node, ast.expr):
            yield node, name
            return
        for child in ast.iter_child_nodes(node):
            yield from self._dotted_in(child)

    # ---- what it may be

    def _check(self) -> None:
        fstrings = [one for one in ast.walk(self.root) if isinstance(one, ast.JoinedStr)]
        if any(self.dotted(node) for one in fstrings for node in ast.walk(one)):
            raise PatternError("a dotted name cannot stand inside an f-string")
        for node in ast.walk(self.root):
            for name in _plain_names(node):
                if name.startswith((_ONE, _MANY)):
                    raise PatternError(
                        f"${name.removeprefix(_ONE).removeprefix(_MANY)} stands where only a name can stand; "
                        "a variable is a whole expression"
                    )
            if isinstance(node, ast.Name) and self.dotted(node) and not self._is_part_of_dotted(node):
                raise PatternError(
                    f"{node.id} is no builtin: write where it is imported from, such as package.{node.id}, "
                    "or a variable"
                )
        self._check_lists()

    def _is_part_of_dotted(self, name: ast.Name) -> bool:
        return any(node is not name and name in ast.walk(node) for node, _ in self.dotted_names)

    def _check_lists(self) -> None:
        homes = (ast.Call, ast.List, ast.Tuple, ast.Set)
        if isinstance(self.root, ast.Starred):
            raise PatternError("an unpacking is no expression of its own")
        at_home = {id(item) for node in ast.walk(self.root) if isinstance(node, homes) for item in items_of(node)}
        for node in ast.walk(self.root):
            name = self.listed(node)
            if name and id(node) not in at_home:
                raise PatternError(f"$...{name} stands for arguments: it belongs between the brackets of a call")
            if isinstance(node, ast.Name) and node.id.startswith(_MANY) and not isinstance(node.ctx, ast.Load):
                raise PatternError(f"$...{node.id.removeprefix(_MANY)} cannot be assigned to")


def chain(node: ast.AST) -> str:
    """Return the dotted text of a Name or of Attributes of one; "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def items_of(node: ast.AST) -> list[ast.expr]:
    """Return the items of a call (without keywords) or of a display."""
    items: list[ast.expr] = getattr(node, "args" if isinstance(node, ast.Call) else "elts", [])
    return items


def _plain_names(node: ast.AST) -> list[str]:
    """Return the identifiers of a node that are not expressions."""
    return [
        value
        for field, value in ast.iter_fields(node)
        if isinstance(value, str) and not isinstance(node, ast.Name | ast.Constant) and field != "type_comment"
    ]


# ---- reading


def _with_names(text: str) -> bytes:
    """Write names for the variables of a pattern; strings stay as they are."""
    source = text.encode()
    try:
        found = [*tokens(source, 0, len(source))]
    except Lost as lost:
        raise PatternError(f"does not parse: {lost}") from None
    if any(b"$" in source[start:end] for one in found for start, end in one.fields):
        raise PatternError("a variable cannot stand inside an f-string")
    parts: list[bytes] = []
    at = 0
    for one, following in pairwise([*found, Token(Kind.NEWLINE, len(source), len(source))]):
        if one.start < at or source[one.start : one.end] != b"$":
            continue
        many = source.startswith(b"...", one.end)
        start = one.end + (3 if many else 0)
        name = next((t for t in found if t.start == start and t.kind is Kind.NAME), None)
        if name is None or (not many and following.start != one.end):
            raise PatternError("`$` must be followed by the name of a variable: $X, or $...XS for arguments")
        written = source[name.start : name.end]
        parts += (source[at : one.start], b"*" + _MANY.encode() if many else _ONE.encode(), written)
        at = name.end
    return b"".join((*parts, source[at:]))


def _expression(module: Module) -> ast.expr:
    try:
        body = module.tree.body
    except Unparsable as error:
        raise PatternError(f"does not parse: {error.detail or error.reason}") from None
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        raise PatternError("must be one expression; statements cannot be matched or written")
    return body[0].value
