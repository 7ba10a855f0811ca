"""Pieces of code on their own: parsed apart from their file, and compared as the code they are."""

from __future__ import annotations

import ast

from workbench.codemod.source import Module, Unparsable


def parsed(text: str) -> ast.expr | None:
    """Parse a text as one expression, whatever line breaks it holds; None where it is none."""
    return parsed_alone(f"(\n{text}\n)")


def parsed_alone(text: str) -> ast.expr | None:
    """Parse a text as an expression that nothing around it holds together; None where it is none."""
    try:
        body = Module("", text.encode()).tree.body
    except (Unparsable, UnicodeEncodeError):
        return None
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None


def form(node: ast.AST) -> str:
    """Return a text that two nodes share when they are the same code, read or written."""
    text = ast.dump(node)
    return text.replace("ctx=Store()", "ctx=Load()").replace("ctx=Del()", "ctx=Load()")
