"""What a red gate's own words point at: files it names, and modules that its failing tests import. Pure."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator


def is_named(path: str, text: str) -> bool:
    """Say whether a text names a file, as a path or as a dotted module; a longer name is another one."""
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return any(re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text) is not None for name in (path, module))


def files_of(test: str) -> Iterator[str]:
    """Yield where the file of a test may lie, by its id: `a.b::test`, `a.b.TestC::test`, `a/b.py::test`."""
    head = test.partition("::")[0]
    if head.endswith(".py"):
        yield head
        return
    parts = head.split(".")
    for count in range(len(parts), 0, -1):
        yield f"{'/'.join(parts[:count])}.py"


def imports_of(path: str, source: bytes) -> frozenset[str]:
    """Return the dotted names that a file imports, with what they are in, relative ones as from its own folder."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found: set[str] = set()
    folder = path.split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            around = folder[: len(folder) - node.level + 1] if node.level else []
            base = ".".join([*around, *([node.module] if node.module else [])])
            found.update((base, *(f"{base}.{alias.name}" for alias in node.names)))
    return frozenset(found)
