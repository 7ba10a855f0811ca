"""Takes a definition out of a module as text: decorators, body, the comments that belong to it, spare blank lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.codemod.definitions.definitions import Definition
from workbench.codemod.edit import Edit
from workbench.codemod.source import Module

_RULE = re.compile(rb"#(\W*|\s*(region|endregion)\b.*|!.*)")
_BOM = b"\xef\xbb\xbf"
_LINE = re.compile(rb"[^\r\n]*(\r\n|\r|\n|\Z)")


@dataclass(frozen=True, slots=True)
class Room:
    """The lines of a definition, `start`..`end` in bytes, and how many blank lines stand around them."""

    start: int
    end: int
    above: int
    below: int


def taken_out(module: Module, node: Definition, others: Sequence[Edit]) -> list[Edit]:
    """Return `others`, the edits of the imports, with one more that takes a top-level definition away.

    Where an import comes to stand in the definition's own place, the two are one edit. Blank lines do not pile up.
    """
    room = _room(module, node)
    at_end = not module.source[room.end :].strip()
    start, end = (_content_end(module.source, room), len(module.source)) if at_end else (room.start, room.end)
    meeting = sorted(one for one in others if one.start <= end and one.end >= start)
    new = b"".join(one.new for one in meeting)
    if at_end and new and not new.startswith((b"\r", b"\n")):
        start = room.start  # it stands in the definition's place, below the blank lines there
    start = min([start, *(one.start for one in meeting)])
    end = max([end, *(one.end for one in meeting)])
    if at_end:
        new = _closed(module, new, start)
    elif new:
        new = _set_off(module, new, room)
    else:
        end = max(end, _past_spare(module.source, room))
    return [*(one for one in others if one not in meeting), Edit(start, end, new)]


def _content_end(source: bytes, room: Room) -> int:
    """Return where the last line above ends that is not blank, its line end not included."""
    start = room.start
    for _ in range(room.above):
        start = _line_above(source, start)
    return len(source[:start].removesuffix(b"\n").removesuffix(b"\r"))


def _closed(module: Module, new: bytes, start: int) -> bytes:
    """Return what ends the file from `start` on: imports, if any, and a line end if there was one."""
    ended = module.source.endswith((b"\r", b"\n"))
    newline = module.newline.encode() if ended and (new or module.source[:start].removeprefix(_BOM)) else b""
    return new.rstrip(b"\r\n") + newline


def _set_off(module: Module, new: bytes, room: Room) -> bytes:
    """Return imports that stand where the definition stood, a blank line at least before what follows."""
    newline = module.newline.encode()
    return new.rstrip(b"\r\n") + newline + (b"" if room.below else newline)


def _past_spare(source: bytes, room: Room) -> int:
    """Return the end of the blank lines below that would pile up with those above."""
    heads, end = not source[: room.start].removeprefix(_BOM).strip(), room.end
    for _ in range(room.below if heads else min(room.above, room.below)):
        end = _line_end(source, end)
    return end


# ---- the lines


def _room(module: Module, node: Definition) -> Room:
    source = module.source
    first, last = module.span(node)
    for decorator in node.decorator_list:
        first = min(first, source.rfind(b"@", 0, module.span(decorator)[0]))
    start = _with_comments(module, node, _line_start(source, first))
    end = _with_body_comments(source, _line_end(source, last))
    return Room(start, end, _blanks_above(source, start), _blanks_below(source, end))


def _with_comments(module: Module, node: Definition, start: int) -> int:
    """Return where the comment begins that stands right above a definition; not a heading, not the file's own."""
    source = module.source
    body = module.tree.body
    before = [module.span(one)[1] for one in body[: body.index(node)]]
    bound, at = max(before, default=0), start
    while at > max(bound, _line_start(source, 0)) and source[_line_above(source, at) : at].startswith(b"#"):
        at = _line_above(source, at)
    lines = source[at:start].splitlines()
    heading = any(_RULE.fullmatch(line.rstrip()) for line in lines)
    return start if heading or not source[:at].removeprefix(_BOM).strip() else at


def _with_body_comments(source: bytes, end: int) -> int:
    """Return the end of the indented comments that follow a body."""
    at = end
    while at < len(source):
        following = _line_end(source, at)
        line = source[at:following]
        if line.strip() and not (line[:1] in b" \t" and line.lstrip().startswith(b"#")):
            break
        at = following
        if line.strip():
            end = at
    return end


def _blanks_above(source: bytes, start: int) -> int:
    count, first = 0, _line_start(source, 0)
    while start > first and not source[_line_above(source, start) : start].strip():
        start, count = _line_above(source, start), count + 1
    return count


def _blanks_below(source: bytes, end: int) -> int:
    count = 0
    while end < len(source) and not source[end : _line_end(source, end)].strip():
        end, count = _line_end(source, end), count + 1
    return count


def _line_start(source: bytes, at: int) -> int:
    start = max(source.rfind(b"\n", 0, at), source.rfind(b"\r", 0, at)) + 1
    return start or (len(_BOM) if source.startswith(_BOM) else 0)


def _line_above(source: bytes, start: int) -> int:
    """Return where the line before the one that starts at `start` starts."""
    end = start - (2 if source[start - 2 : start] == b"\r\n" else 1)
    return _line_start(source, max(end, 0))


def _line_end(source: bytes, at: int) -> int:
    """Return where the next line starts."""
    found = _LINE.match(source, at)
    return found.end() if found else len(source)
