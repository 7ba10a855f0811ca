"""Where the module ends in a dotted name: in the tree, in the imports of a file, in the standard library."""

from __future__ import annotations

import ast

from workbench.codemod.imports.standard import standard_module
from workbench.codemod.names import Names


def importable(dotted: str, names: Names) -> str:
    """Return the part of a dotted name that one import brings: a module and the first name in it.

    The module is the longest that the tree has; else the longest that an import of the file names; else
    what the standard library of this interpreter says. For all others the whole name is returned, and the
    import engine decides by the look of its parts.
    """
    module = names.project.split(dotted)[0] or _imported(dotted, names) or standard_module(dotted.rpartition(".")[0])
    count = module.count(".") + 2 if module else dotted.count(".") + 1
    return ".".join(dotted.split(".")[:count])


def _imported(dotted: str, names: Names) -> str:
    """Return the longest module that starts a dotted name and stands in an import statement of the file."""
    known = {
        one.spelled if isinstance(one.statement, ast.Import) or one.is_star else one.spelled.rpartition(".")[0]
        for one in names.index.imports
    }
    return max((one for one in known if dotted.startswith(f"{one}.")), key=len, default="")
