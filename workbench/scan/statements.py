"""Import statements read off a file's bytes, far faster than by parsing it.

What looks like one inside a string is read too, and code that no Python accepts is no hindrance. So this only decides
which files deserve a parse, never what a name means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_IMPORT = re.compile(rb"import(?![\w\x80-\xff])")
_ENDS = (b"\n", b"\r", b";", b":")
_CONTINUED = (b"\\\n", b"\\\r\n")
_FROM = re.compile(rb"\s*from(?![\w\x80-\xff])\s*([\w.\s\x80-\xff]+)")
_REST = re.compile(rb"\s*\(((?:[^)#]|#[^\n]*)*)|((?:[^\n\r#;\\]|\\\r?\n)*)")
_COMMENT = re.compile(rb"#[^\n]*")
_ALIAS = re.compile(rb"(\*|[\w.\x80-\xff]+)(?:\s+as\s+([\w\x80-\xff]+))?")


@dataclass(frozen=True, slots=True)
class Imported:
    """A local name an import statement binds ("*" for a star), and the absolute dotted name it stands for.

    `named` is what the statement names: more than `dotted` where `import a.b` binds `a`.
    """

    local: str
    dotted: str
    named: str


def imported(source: bytes, package: str, words: Iterable[str] | None = None) -> Iterator[Imported]:
    """Yield what the import statements of a file bind, wherever they stand; `package` is where relative ones start.

    `words` leaves only the statements that name one of them or have a star. `import a.b` binds `a` to `a`; a star
    stands for its module. Imports that leave the top package yield nothing.
    """
    wanted = None if words is None else [b"*", *(word.encode() for word in words)]
    for match in _IMPORT.finditer(source):
        rest = _REST.match(source, match.end())
        names = b"" if rest is None else rest[1] or rest[2] or b""
        if wanted is not None and not any(word in names for word in wanted):
            continue
        before = _before(source, match.start())
        if not before.strip():
            yield from _modules(names)
        elif (start := _FROM.fullmatch(before)) is not None:
            base = _absolute("".join(_text(start[1]).split()), package)
            yield from _members(base, names)


def _before(source: bytes, at: int) -> bytes:
    """Return what stands before `at` in its statement."""
    start = _end_before(source, at)
    while source.endswith(_CONTINUED, max(start - 2, 0), start + 1):
        start = _end_before(source, start - 1)
    return source[start + 1 : at].replace(b"\\", b" ")


def _end_before(source: bytes, at: int) -> int:
    return max(source.rfind(end, 0, at) for end in _ENDS)


def _modules(names: bytes) -> Iterator[Imported]:
    for name, local in _aliases(names):
        first = name.partition(".")[0]
        yield Imported(local, name, name) if local else Imported(first, first, name)


def _members(base: str, names: bytes) -> Iterator[Imported]:
    for name, local in _aliases(names) if base else ():
        member = f"{base}.{name}"
        yield Imported("*", base, base) if name == "*" else Imported(local or name, member, member)


def _aliases(names: bytes) -> Iterator[tuple[str, str]]:
    for name, local in _ALIAS.findall(_COMMENT.sub(b"", names.replace(b"\\", b" "))):
        yield _text(name), _text(local)


def _absolute(base: str, package: str) -> str:
    """Return the dotted module of a `from`, "" when it leaves the top package."""
    name = base.lstrip(".")
    level = len(base) - len(name)
    if not level:
        return name
    parts = package.split(".") if package else []
    if level > len(parts):
        return ""
    return ".".join([*parts[: len(parts) - level + 1], *([name] if name else [])])


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
