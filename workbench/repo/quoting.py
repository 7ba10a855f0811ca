"""Writes a path the way git reads it inside a line of text: in double quotes, what is doubtful as an octal escape."""

from __future__ import annotations

_PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b'"\\')


def quoted(path: bytes) -> bytes:
    """Return `path` quoted like a C string, in ASCII."""
    return b'"%s"' % b"".join(bytes([byte]) if byte in _PLAIN else b"\\%03o" % byte for byte in path)
