"""Which module a file is: paths to dotted names by source roots, never by looking at the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

_SUFFIXES = (".py", ".pyi")


@dataclass(frozen=True, slots=True)
class ModuleMap:
    """Maps POSIX paths from the repository's root to module names; the longest matching root wins."""

    source_roots: tuple[str, ...] = (".",)

    def name_of(self, path: str) -> tuple[str, bool] | None:
        """Return (dotted module name, whether it is a package's `__init__`), or None.

        None: not a Python file, outside every root, or a path no import statement can spell
        (a script in a folder with a dash). Folders without `__init__` are namespace packages.
        """
        file = PurePosixPath(path)
        if file.suffix not in _SUFFIXES:
            return None
        for root in self._longest_first():
            if root and not file.is_relative_to(PurePosixPath(*root)):
                continue
            return _dotted((*file.parts[len(root) : -1], file.stem))
        return None

    def _longest_first(self) -> list[tuple[str, ...]]:
        roots = {PurePosixPath(root).parts for root in self.source_roots}
        return sorted(roots, key=len, reverse=True)


def _dotted(parts: tuple[str, ...]) -> tuple[str, bool] | None:
    is_package = parts[-1] == "__init__"
    names = parts[:-1] if is_package else parts
    if not names or not all(name.isidentifier() for name in names):
        return None
    return ".".join(names), is_package
