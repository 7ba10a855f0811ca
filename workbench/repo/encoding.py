"""How git's bytes become text and go back unchanged: paths are bytes to git, and any byte but NUL may be in them."""

from __future__ import annotations

_PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b'"\\')


def text(printed: bytes) -> str:
    """Decode what git prints; bytes that are not UTF-8 survive as surrogates and go back unchanged."""
    return printed.decode("utf-8", "surrogateescape")


def raw(path: str) -> bytes:
    """Encode a path for git; the inverse of `text`."""
    return path.encode("utf-8", "surrogateescape")


def is_utf8(path: str) -> bool:
    """Say whether a path from `text` was UTF-8 all through."""
    return path.isascii() or not any("\udc80" <= character <= "\udcff" for character in path)


def shown(path: str) -> str:
    """Return a path from `text` in a form that can be printed and stored anywhere."""
    return raw(path).decode("utf-8", "backslashreplace")


def quoted(path: bytes) -> bytes:
    """Return `path` quoted like a C string, in ASCII: so git reads it inside a line of text."""
    return b'"%s"' % b"".join(bytes([byte]) if byte in _PLAIN else b"\\%03o" % byte for byte in path)
