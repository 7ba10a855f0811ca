"""Looks at the names, kinds and sizes in the commit that is checked out."""

from __future__ import annotations

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.model.diagnosis import Diagnosis, note, sound
from workbench.repo.attributes import refused_attributes
from workbench.repo.encoding import is_utf8, shown, text
from workbench.repo.objects import REGULAR, Leaf, is_partial, leaves, read_objects
from workbench.repo.repository import Repository

_PYTHON = (".py", ".pyi")


class Sized(NamedTuple):
    """A path of the commit and its size in bytes, -1 where it is not known."""

    leaf: Leaf
    size: int


def listing(repo: Repository) -> tuple[Sized, ...]:
    """Return what HEAD holds. Sizes stay unknown where blobs are missing: to ask for them would fetch or fail."""
    asked = None if is_partial(repo.git) else repo.git.ask("ls-tree", "-rzl", "--full-tree", "HEAD", no=(128,))
    if asked is None or not asked.yes:
        return tuple(Sized(leaf, -1) for leaf in leaves(repo.git, "HEAD"))
    return tuple(map(_sized, text(asked.out).split("\0")[:-1]))


def _sized(record: str) -> Sized:
    about, path = record.split("\t", 1)
    mode, _, name, size = about.split()
    return Sized(Leaf(mode, name, path), int(size) if size.isdigit() else -1)


def files(repo: Repository, listed: Sequence[Sized], most_bytes: int) -> Iterator[Diagnosis]:
    """Name what is skipped, or is another thing elsewhere; `most_bytes` is the size of the largest file judged."""
    paths = [one.leaf.path for one in listed]
    yield _names(paths)
    yield _twins(paths)
    yield _links(repo, [one.leaf for one in listed if one.leaf.mode == "120000"])
    yield _submodules([one.leaf.path for one in listed if one.leaf.mode == "160000"])
    yield _large([one.leaf.path for one in listed if one.size > most_bytes and one.leaf.path.endswith(_PYTHON)])
    if repo.root is not None:
        regular = [one.leaf.path for one in listed if one.leaf.mode in REGULAR]
        yield _filtered(refused_attributes(repo.git, regular, cached=False))


def _names(paths: Sequence[str]) -> Diagnosis:
    odd = [path for path in paths if not is_utf8(path) or not path.isprintable()]
    if odd:
        told = f"{len(odd)} with control characters, or not UTF-8: the latter are skipped, all are shown escaped"
        return note("names", told, "rename them", map(shown, odd))
    return sound("names", "plain")


def _twins(paths: Sequence[str]) -> Diagnosis:
    alike: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        alike[unicodedata.normalize("NFC", path).casefold()].append(path)
    twins = [path for group in alike.values() if len(group) > 1 for path in group]
    if twins:
        told = f"{len(twins)} that differ in case or accents alone: one hides the other on some file systems"
        return note("twins", told, "rename one of each", map(shown, twins))
    return sound("twins", "none")


def _links(repo: Repository, links: Sequence[Leaf]) -> Diagnosis:
    if not links:
        return sound("links", "none")
    if is_partial(repo.git):
        return note("links", f"{len(links)}; where they lead is not looked up in a partial clone")
    targets = zip(links, read_objects(repo.git, [one.id for one in links]), strict=True)
    outward = [shown(link.path) for link, target in targets if _leads_out(link.path, text(target))]
    if outward:
        told = f"{len(outward)} lead out of the repository: a gate that writes there writes past its sandbox"
        return note("links", told, "make them relative and inside, or trust the gates", outward)
    return sound("links", f"{len(links)}, all inside; a linked file is never edited")


def _leads_out(path: str, target: str) -> bool:
    steps = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return steps == ".." or steps.startswith(("../", "/"))


def _submodules(paths: Sequence[str]) -> Diagnosis:
    if paths:
        told = f"{len(paths)} left alone, and empty where gates run"
        return note("submodules", told, "migrate each in its own repository", map(shown, paths))
    return sound("submodules", "none")


def _large(paths: Sequence[str]) -> Diagnosis:
    if paths:
        return note("sizes", f"{len(paths)} too large to be judged: skipped", "exclude them", map(shown, paths))
    return sound("sizes", "no Python file is too large")


def _filtered(filtered: dict[str, str]) -> Diagnosis:
    if filtered:
        told = f"{len(filtered)} that git filters or re-encodes (LFS and the like): never edited; gates see pointers"
        return note("filters", told, paths=map(shown, filtered))
    return sound("filters", "none")
