"""The canonical text of a place, so that a site is recognised after another rule changed a spelling."""

from __future__ import annotations

import ast
import hashlib

from workbench.codemod.names import Names

_LIMIT = 200


def site_key(role: str, node: ast.expr | ast.stmt, names: Names) -> str:
    """Return the role and the text of a node with every resolved name spelled canonically.

    Texts of more than 200 characters are cut and carry a hash of the whole. What is nested too deeply for
    Python's own unparser is taken as it is written.
    """
    try:
        text = ast.unparse(_canonical(node, names))
    except RecursionError:
        text = names.module.segment(node).decode(names.module.codec, "replace")
    return shortened(f"{role} {text}")


def shortened(text: str) -> str:
    """Return a key text as it is, or its beginning with a hash of the whole."""
    if len(text) <= _LIMIT:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return f"{text[: _LIMIT - 17]}#{digest}"


def _canonical(node: ast.AST, names: Names) -> ast.AST:
    """Copy a node, dotted names replaced by what they mean; the tree itself is shared and stays."""
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
        resolved = names.resolve(node)
        if resolved is not None and resolved.certain:
            return ast.copy_location(ast.Name(resolved.qualified, ast.Load()), node)
    fields = {name: _copied(value, names) for name, value in ast.iter_fields(node)}
    return ast.copy_location(type(node)(**fields), node)


def _copied(value: object, names: Names) -> object:
    if isinstance(value, list):
        return [_copied(one, names) for one in value]
    return _canonical(value, names) if isinstance(value, ast.AST) else value
