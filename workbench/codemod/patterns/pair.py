"""What a match pattern and a rewrite pattern must be to each other before any file is looked at."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.codemod.patterns.match import Matcher
from workbench.codemod.patterns.pattern import Pattern

_RECEIVER = "RECEIVER"


def problems(match: Pattern, rewrite: Pattern, *, narrowed: bool) -> Iterator[str]:
    """Yield why the two cannot be used together; `narrowed` says that receivers are picked by other parameters."""
    unbound = [f"${name}" for name in sorted(rewrite.variables - match.variables)]
    unbound += [f"$...{name}" for name in sorted(set(rewrite.lists) - set(match.lists))]
    if unbound:
        yield f"`rewrite` uses {', '.join(unbound)}, which `match` does not bind"
    twice = sorted({name for name in match.lists if match.lists.count(name) > 1})
    if twice:
        yield f"`match` has $...{twice[0]} twice; a list of arguments stands once"
    if match.variable(match.root):
        yield "`match` is nothing but a variable, which stands for every expression"
    elif not match.words:
        yield "`match` holds no word to look for: no name, no attribute, no keyword"
    if narrowed and not receiver_of(match):
        yield "`receiver` and its kin need one variable before a dot, or one called $RECEIVER"
    expressions = (one for one in ast.walk(rewrite.root) if isinstance(one, ast.expr))
    if not narrowed and any(Matcher(match, None).match(one) for one in expressions):
        yield "`rewrite` holds what `match` matches, so a second pass would change it again"


def receiver_of(match: Pattern) -> str:
    """Return the variable that narrowing parameters speak of; "" if there is none, or no telling which."""
    if _RECEIVER in match.variables:
        return _RECEIVER
    attributes = (node for node in ast.walk(match.root) if isinstance(node, ast.Attribute))
    before_dots = {name for node in attributes if (name := match.variable(node.value)) is not None}
    return before_dots.pop() if len(before_dots) == 1 else ""
