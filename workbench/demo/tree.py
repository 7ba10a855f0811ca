"""The whole sample as values: every file's bytes, and the sites its author marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable

from workbench.demo.catalogue import DATA, catalogue, shape
from workbench.demo.markup import Site, unmark
from workbench.demo.shapes import Manner, fill
from workbench.demo.styles import STYLES

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Page:
    """One file: path from the root, bytes, marked sites."""

    path: str
    content: bytes
    sites: tuple[Site, ...]


@cache
def pages() -> tuple[Page, ...]:
    """Return all files of the sample but its plan, sorted by path."""
    return tuple(sorted((*_written("", DATA / "tree"), *_filled()), key=lambda page: page.path))


def _filled() -> Iterator[Page]:
    """Yield the files that the catalogue lists."""
    for file in catalogue():
        manner = Manner(STYLES[file.style], file.awaits)
        text, sites = unmark(fill(shape(file.shape), manner, file.parts, file.words))
        yield Page(file.path, _encoded(text, file.quirk), sites)


def _written(prefix: str, folder: Traversable) -> Iterator[Page]:
    """Yield the files that were written by hand."""
    for one in folder.iterdir():
        if one.is_dir():
            yield from _written(f"{prefix}{one.name}/", one)
        else:
            text, sites = unmark(one.read_text(encoding="utf-8"))
            yield Page(f"{prefix}{one.name.removesuffix('.txt')}", _encoded(text), sites)


def _encoded(text: str, quirk: str = "") -> bytes:
    """Return the bytes of a file; a few have what real trees have: Windows line ends, a BOM, no last newline."""
    match quirk:
        case "":
            return text.encode()
        case "windows":
            return text.replace("\n", "\r\n").encode()
        case "bom":
            return BOM + text.encode()
        case "unfinished":
            return text.rstrip("\n").encode()
    raise ValueError(f"nobody knows the quirk {quirk!r}")
