"""Where the module ends in a dotted name: in the tree, in the imports of a file, in the standard library."""

from __future__ import annotations

import ast
import sys
import sysconfig
from functools import cache
from pathlib import Path

from workbench.codemod.names import Names


def importable(dotted: str, names: Names) -> str:
    """Return the part of a dotted name that one import brings: a module and the first name in it.

    The module is the longest that the tree has; else the longest that an import of the file names; else
    what the standard library of this interpreter says. For all others the whole name is returned, and the
    import engine decides by the look of its parts.
    """
    module = names.project.split(dotted)[0] or _imported(dotted, names) or _standard(dotted)
    count = module.count(".") + 2 if module else dotted.count(".") + 1
    return ".".join(dotted.split(".")[:count])


def _imported(dotted: str, names: Names) -> str:
    """Return the longest module that starts a dotted name and stands in an import statement of the file."""
    known = {
        one.spelled if isinstance(one.statement, ast.Import) or one.is_star else one.spelled.rpartition(".")[0]
        for one in names.index.imports
    }
    return max((one for one in known if dotted.startswith(f"{one}.")), key=len, default="")


def _standard(dotted: str) -> str:
    """Return the longest module of the standard library that starts a dotted name."""
    parts = dotted.split(".")
    if parts[0] not in sys.stdlib_module_names:
        return ""
    count = 1
    while count < len(parts) - 1 and _is_standard_module("/".join(parts[: count + 1])):
        count += 1
    return ".".join(parts[:count])


@cache
def _is_standard_module(path: str) -> bool:
    home = Path(sysconfig.get_path("stdlib"), path)
    return home.is_dir() or home.with_suffix(".py").is_file()
