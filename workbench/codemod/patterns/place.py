"""Puts a written rewrite into its place: with the parentheses it needs, no others, and nothing lost on the way.

What is written is parsed again, in its surroundings, and held against what was meant. So no table of
precedences can be wrong, and what cannot be written is refused instead of written badly.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import pairwise

from workbench.codemod.fragments import form, parsed, parsed_alone
from workbench.codemod.in_strings import fits_in_quotes
from workbench.codemod.patterns.brackets import comments
from workbench.codemod.patterns.match import Match
from workbench.codemod.patterns.render import Renderer, UnfitError, Written
from workbench.codemod.source import Module
from workbench.model.violation import Blocked

_THROUGH = (ast.expr, ast.keyword, ast.comprehension, ast.arguments)
_TAKES_YIELD = (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign)


@dataclass(frozen=True, slots=True)
class Around:
    """The least that decides what may stand at a place: `root` holds the place, `is_slot` tells what holds it.

    A slot is an argument or an item of a display: anything goes there that can be an argument.
    """

    root: ast.expr
    is_slot: bool
    parent: ast.AST | None


def settled(renderer: Renderer, match: Match, module: Module) -> Written | Blocked:
    """Return the text that replaces a match, parentheses included, and the tree it means.

    Blocked: `check-failed`, `comment-lost`, `grammar`, `dynamic-name`.
    """
    old = module.segment(match.node).decode(module.codec)
    try:
        text, tree = _tightened(renderer)
        text = _fitted(text, tree, match, module)
    except UnfitError as unfit:
        return Blocked("dynamic-name" if match.in_text else "check-failed", str(unfit))
    if match.in_text and not fits_in_quotes(old, text):
        return Blocked("dynamic-name", "the new code cannot surely stand inside a string")
    if comments(old) - comments(text) - renderer.comments_dropped(tree):
        return Blocked("comment-lost", "a comment stands in what the pattern replaces")
    return f"({text})" if _has_brackets_of_call(match, module) else text, tree


def _has_brackets_of_call(match: Match, module: Module) -> bool:
    """`f(x for x in y)`: the generator's place includes the brackets of the call."""
    node, call = match.node, next(iter(match.above), None)
    if not isinstance(node, ast.GeneratorExp) or not isinstance(call, ast.Call) or node is call.func:
        return False
    return module.span(node)[1] == module.span(call)[1]


def _tightened(renderer: Renderer) -> Written:
    """Write with as few parentheses around kept parts as do. Raises UnfitError."""
    plain = _attempt(renderer, frozenset())
    if plain is not None:
        return plain
    braced = frozenset(range(renderer.count))
    for number in range(renderer.count):
        if _attempt(renderer, braced - {number}) is not None:
            braced -= {number}
    written = _attempt(renderer, braced)
    if written is None:
        raise UnfitError("what is written would not mean what the pattern says")
    return written


def _attempt(renderer: Renderer, braced: frozenset[int]) -> Written | None:
    """Write with parentheses around the kept parts of these numbers; None where that is not what is meant."""
    try:
        written = renderer.written(braced)
    except SyntaxError:  # of arguments, on their way
        return None
    return written if _means(*written) else None


def _fitted(text: str, tree: ast.expr, match: Match, module: Module) -> str:
    """Return the text as it can stand in its surroundings. Raises UnfitError."""
    node, around = match.node, _around(match)
    wanted = _replaced(around.root, node, tree)
    assert isinstance(wanted, ast.expr)
    if isinstance(around.parent, ast.pattern) and not isinstance(wanted, ast.Attribute | ast.Constant):
        raise UnfitError("a `case` only takes names and constants")
    (start, end), (first, last) = module.span(around.root), module.span(node)
    before, after = (module.source[a:b].decode(module.codec) for a, b in ((start, first), (last, end)))
    old = module.segment(node).decode(module.codec)
    loose = not _stands(f"{before}{old}{after}", around)  # brackets around it, or a place that takes more
    bare_tuple = isinstance(tree, ast.Tuple) and not isinstance(node, ast.Tuple) and not _is_argument(text)
    for candidate in (f"({text})",) if bare_tuple else (text, f"({text})"):
        whole = f"{before}{candidate}{after}"
        if (loose or _stands(whole, around)) and _means(whole, wanted):
            return candidate
    raise UnfitError("the new code cannot stand where the old one stands")


def _around(match: Match) -> Around:
    root = match.node
    for inner, outer in pairwise((match.node, *match.above)):
        if not isinstance(outer, _THROUGH):
            return Around(root.value if isinstance(root, ast.Starred) else root, False, outer)
        if isinstance(inner, ast.expr) and not match.in_text and _is_slot(inner, outer):
            return Around(inner, True, outer)
        root = outer if isinstance(outer, ast.expr) else root
    return Around(root, False, None)


def _is_slot(inner: ast.expr, outer: ast.AST) -> bool:
    """Say whether `outer` takes `inner` between brackets and commas."""
    if isinstance(inner, ast.Starred):
        return False
    if isinstance(outer, ast.keyword):
        return True
    if isinstance(outer, ast.Call):
        return inner is not outer.func
    return isinstance(outer, ast.List | ast.Set | ast.Dict)


def _replaced(tree: ast.AST, node: ast.AST, new: ast.expr) -> ast.AST:
    """Copy the part of a tree that holds `node`, with `new` in its place."""
    if tree is node:
        return new
    if not any(one is node for one in ast.walk(tree)):
        return tree
    fields = {
        name: [_replaced(one, node, new) if isinstance(one, ast.AST) else one for one in value]
        if isinstance(value, list)
        else _replaced(value, node, new)
        if isinstance(value, ast.AST)
        else value
        for name, value in ast.iter_fields(tree)
    }
    return type(tree)(**fields)


# ---- asking the parser


def _means(text: str, tree: ast.expr) -> bool:
    found = parsed(text)
    return found is not None and form(found) == form(tree)


def _is_argument(text: str) -> bool:
    call = parsed(f"f(_={text}\n)")
    return isinstance(call, ast.Call) and len(call.keywords) == 1 and not call.args


def _stands(text: str, around: Around) -> bool:
    """Say whether a text is an expression that needs no brackets: as an argument, or in a statement."""
    if around.is_slot:
        return _is_argument(text)
    found = parsed_alone(text)
    takes_yield = isinstance(around.parent, _TAKES_YIELD)
    return found is not None and (takes_yield or not isinstance(found, ast.Yield | ast.YieldFrom))
