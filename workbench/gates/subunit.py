"""Reads subunit v2, the binary stream that testtools and stestr write: only which test came to which status.

Our own reader, because the library that reads it brings two more and parses into objects of theirs;
of a packet we need two fields. The format: https://github.com/testing-cabal/subunit (README, version 2).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_SIGNATURE = b"\xb3"
_VERSION = 0x2000
_HAS_TEST = 0x0800
_HAS_TIME = 0x0200
_STATUS = 0x0007


def events(stream: bytes) -> Iterator[tuple[str, int]]:
    """Yield (test id, status) of every whole packet that names a test; bytes between packets are passed over.

    Status: 1 exists, 2 in progress, 3 success, 4 unexpected success, 5 skip, 6 fail, 7 expected fail.
    """
    for _, packet in _packets(stream):
        event = _event(packet)
        if event:
            yield event


def is_cut(stream: bytes) -> bool:
    """Say whether the stream ends in a packet that is not whole, and stands right behind one that is.

    Elsewhere, what looks like a packet may be the text of a program.
    """
    end = 0
    for at, packet in _packets(stream):
        end = at + len(packet)
    left = stream[end:]
    return left.startswith(_SIGNATURE) and (len(left) == 1 or left[1] & 0xF0 == _VERSION >> 8)


def _packets(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each whole packet with the place where it begins."""
    at = stream.find(_SIGNATURE)
    while at >= 0:
        packet = _packet(stream, at)
        if packet:
            yield at, packet
        at = stream.find(_SIGNATURE, at + (len(packet) if packet else 1))


def _packet(stream: bytes, at: int) -> bytes:
    """Return the packet that begins at `at`; empty if its length or its checksum says there is none."""
    length, _ = _number(stream, at + 3)
    packet = stream[at : at + length]
    whole = len(packet) == length and length > 7
    return packet if whole and zlib.crc32(packet[:-4]) == int.from_bytes(packet[-4:]) else b""


def _event(packet: bytes) -> tuple[str, int] | None:
    flags = int.from_bytes(packet[1:3])
    if flags & 0xF000 != _VERSION or not flags & _HAS_TEST:
        return None
    _, at = _number(packet, 3)
    if flags & _HAS_TIME:
        _, at = _number(packet, at + 4)
    size, at = _number(packet, at)
    return packet[at : at + size].decode("utf-8", "replace"), flags & _STATUS


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of one to four bytes, whose top two bits say how many follow; return it and where it ends."""
    first = data[at] if at < len(data) else 0
    more = first >> 6
    end = at + 1 + more
    return int.from_bytes(bytes([first & 0x3F]) + data[at + 1 : end]), end
