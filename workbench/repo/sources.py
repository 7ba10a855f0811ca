"""Trees of files for the rooms that only read: of a commit, or of any other with some files changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from operator import attrgetter

from workbench.model.source import Entry, Sources
from workbench.repo.attributes import refused_attributes
from workbench.repo.encoding import raw, shown
from workbench.repo.index import private_index
from workbench.repo.objects import Leaf, leaves, read_objects
from workbench.repo.repository import Repository


class CommitSources:
    """The files of one commit, straight from the object store: no checkout, no filter, no line-end conversion."""

    def __init__(self, repo: Repository, commit: str) -> None:
        self._repo = repo
        self._commit = commit

    @property
    def commit(self) -> str | None:
        return self._commit

    def entries(self) -> tuple[Entry, ...]:
        """All regular files, sorted by path."""
        return tuple(self._entries.values())

    def unreadable(self) -> tuple[tuple[str, str], ...]:
        """(path for display, reason): "symlink", "submodule" or "path-not-utf8"."""
        return tuple((shown(leaf.path), leaf.unreadable) for leaf in self._leaves if leaf.unreadable)

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (path, content) for the paths that exist, in the order asked, from one git process."""
        there = [path for path in paths if path in self._entries]
        yield from zip(there, read_objects(self._repo.git, (self._entries[path].blob for path in there)), strict=True)

    def refused_attributes(self, paths: Iterable[str]) -> dict[str, str]:
        """Return, for those of `paths` this commit filters or re-encodes, the attribute that says so.

        Only the commit's own `.gitattributes` files are put into an index, so the cost does not grow with the tree.
        """
        listed = [leaf for leaf in self._leaves if leaf.path.rpartition("/")[2] == ".gitattributes"]
        if not listed and not (self._repo.common_dir / "info" / "attributes").is_file():
            return {}
        lines = "".join(f"{leaf.mode} {leaf.id}\t{leaf.path}\0" for leaf in listed)
        with private_index(self._repo) as git:
            git.act("update-index", "-z", "--index-info", stdin=raw(lines))
            return refused_attributes(git, paths, cached=True)

    @cached_property
    def _leaves(self) -> tuple[Leaf, ...]:
        return tuple(leaves(self._repo.git, self._commit))

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        # git's order, by bytes of the whole path, is Python's order of the decoded paths.
        regular = (leaf for leaf in self._leaves if not leaf.unreadable)
        return {leaf.path: Entry(leaf.path, leaf.id, leaf.mode == "100755") for leaf in regular}


class CountedSources:
    """`base`, with the paths noted whose content was read."""

    def __init__(self, base: Sources) -> None:
        self._base = base
        self.read_paths: set[str] = set()

    @property
    def commit(self) -> str | None:
        return self._base.commit

    def entries(self) -> tuple[Entry, ...]:
        return self._base.entries()

    def unreadable(self) -> tuple[tuple[str, str], ...]:
        return self._base.unreadable()

    def refused_attributes(self, paths: Iterable[str]) -> Mapping[str, str]:
        return self._base.refused_attributes(paths)

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (path, content) for the paths that exist, in the order asked."""
        for path, content in self._base.read(paths):
            self.read_paths.add(path)
            yield path, content


class OverlaySources:
    """`base` with the content of some paths replaced or added; what a candidate would hold, before it is made."""

    def __init__(self, base: Sources, changes: Mapping[str, bytes]) -> None:
        self._base = base
        self._changes = changes

    @property
    def commit(self) -> str | None:
        return None

    def entries(self) -> tuple[Entry, ...]:
        """The entries of `base` and of new paths; what was changed has no blob id."""
        kept = {entry.path: entry for entry in self._base.entries()}
        modes = {path: kept[path].executable if path in kept else False for path in self._changes}
        changed = {path: Entry(path, "", executable) for path, executable in modes.items()}
        return tuple(sorted((kept | changed).values(), key=attrgetter("path")))

    def unreadable(self) -> tuple[tuple[str, str], ...]:
        return self._base.unreadable()

    def refused_attributes(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Return what `base` says of them: a candidate changes no `.gitattributes`."""
        return self._base.refused_attributes(paths)

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (path, content) for the paths that exist, in the order asked."""
        wanted = list(paths)
        rest = self._base.read([path for path in wanted if path not in self._changes])
        waiting = next(rest, None)
        for path in wanted:
            if path in self._changes:
                yield path, self._changes[path]
            elif waiting is not None and waiting[0] == path:
                yield waiting
                waiting = next(rest, None)
