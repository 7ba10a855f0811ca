"""Code inside f-strings: where it stands exactly, and whether other code fits between the same quotes.

Older Pythons give the parts of an f-string places that may be wrong, and take neither its own quotes nor a
backslash inside a field.
"""

from __future__ import annotations

import ast

from workbench.codemod.edit import Edit, splice
from workbench.codemod.fragments import form, parsed
from workbench.codemod.names import Names
from workbench.codemod.source import Module

_DELICATE = frozenset("'\"\\\r\n#{}!:")


def fstring_around(node: ast.AST, names: Names) -> ast.JoinedStr | None:
    """Return the f-string that a node stands in, the outermost."""
    return next((one for one in [*names.ancestry.above(node)][::-1] if isinstance(one, ast.JoinedStr)), None)


def is_exact(node: ast.expr, module: Module) -> bool:
    """Say whether the bytes at the place of a node are what the tree says."""
    found = parsed(module.segment(node).decode(module.codec, "replace"))
    return found is not None and form(found) == form(node)


def fits_in_quotes(old: str, new: str) -> bool:
    """Say whether a text has nothing that a string might not take and that did not stand there before."""
    return not _DELICATE & (set(new) - set(old))


def fits_in_fstring(edit: Edit, string: ast.JoinedStr, module: Module) -> bool:
    """Say whether an edit inside an f-string leaves its text as it is; that of a `{value=}` it does not."""
    start, end = module.span(string)
    source = module.source[start:end]
    old = source.decode(module.codec)
    new = splice(source, [Edit(edit.start - start, edit.end - start, edit.new)]).decode(module.codec)
    if not module.is_newer and not _compiles(new):
        return False  # only a newer Python takes the same quotes inside a field
    after = parsed(new)
    same = isinstance(after, ast.JoinedStr) and _texts(after) == _texts(string)
    return same and fits_in_quotes(old, new)


def _compiles(text: str) -> bool:
    try:
        ast.parse(f"({text})", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _texts(string: ast.JoinedStr) -> list[object]:
    return [one.value if isinstance(one, ast.Constant) else None for one in string.values]
