"""Names the paths whose bytes in git are not the text people edit: filtered (LFS, git-crypt) or re-encoded ones.

GitPython's `index.add` ignores `.gitattributes` and once committed the plaintext of a filtered secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbench.repo.encoding import raw, text
from workbench.repo.git import Git

_REFUSED = ("filter", "working-tree-encoding")
_NOTHING = (b"unspecified", b"unset")


def refused_attributes(git: Git, paths: Iterable[str], *, cached: bool) -> dict[str, str]:
    """Return, for those of `paths` that must not be edited blob to blob, the attribute that says so.

    `.gitattributes` are read from the index when `cached`, else from the working tree.
    """
    return {path: f"{name}={value}" for path, name, value in attributes(git, paths, _REFUSED, cached=cached)}


def attributes(
    git: Git, paths: Iterable[str], names: tuple[str, ...], *, cached: bool
) -> Iterator[tuple[str, str, str]]:
    """Yield (path, attribute, value) for every attribute in `names` that is set on a path."""
    asked = b"".join(raw(path) + b"\0" for path in paths)
    where = ["--cached"] if cached else []
    fields = git.ask("check-attr", *where, "-z", "--stdin", *names, stdin=asked).out.split(b"\0")[:-1]
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        if value not in _NOTHING:
            yield text(path), text(name), text(value)
