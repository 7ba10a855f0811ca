"""What other tools found: their reports, read into places with lines and columns that count from 1."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from workbench.codemod.source import Module
from workbench.model.violation import Place


@dataclass(frozen=True, slots=True)
class Finding:
    """One place some tool complains of. `line` and `column` count from 1; 0, and a path "", are "not told".

    `text` is the code that the tool saw there, from `column` on or whole lines; `revision` the commit it looked at.
    """

    path: str
    line: int
    code: str
    message: str
    column: int = 0
    text: str = ""
    revision: str = ""


class UnreadableFindings(ValueError):
    """A report that is not in the format it should be in; the text says where."""


def read_findings(text: str, form: str, root: str = "") -> tuple[Finding, ...]:
    """Read a report; `form` is one of FORMATS, or "auto". Paths below `root` become relative to it.

    Raises UnreadableFindings.
    """
    chosen = _recognised(text) if form == "auto" else form
    try:
        found = tuple(_READERS[chosen](text))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if isinstance(error, UnreadableFindings):
            raise
        raise UnreadableFindings(f"it is no {chosen} report: {type(error).__name__}: {error}") from None
    return tuple(replace(one, path=_relative(one.path, root)) for one in found)


def _relative(path: str, root: str) -> str:
    plain = unquote(urlsplit(path).path) if path.startswith("file:") else path.replace("\\", "/")
    here = PurePosixPath(plain)
    if root and here.is_relative_to(root):
        here = here.relative_to(root)
    return str(here) if plain else ""


def place_in(module: Module, line: int, column: int) -> Place | None:
    """Return the rest of a line from a column on (both from 1); all its text where no column (0) is told.

    Line 0 is the file as a whole: its first. None where the file has no such line.
    """
    lines = module.source[module.offset(1, 0) :].splitlines(keepends=True) or [b""]
    line = line or 1
    if not 0 < line <= len(lines):
        return None
    text = lines[line - 1].decode(module.codec, "replace").rstrip("\r\n")
    at = min(column - 1, len(text)) if column else len(text) - len(text.lstrip())
    start = module.offset(1, 0) + sum(map(len, lines[: line - 1]))
    before, rest = (part.encode(module.codec, "replace") for part in (text[:at], text[at:]))
    return module.place_of(start + len(before), start + len(before) + len(rest))


def otherwise(module: Module, one: Finding) -> str:
    """Say how the code at a finding's line differs from what its tool saw; "" if it does not, or that is not told."""
    seen = one.text.splitlines()
    if not seen or not seen[0].strip():
        return ""
    lines = module.source[module.offset(1, 0) :].decode(module.codec, "replace").splitlines()
    at = (one.line or 1) - 1
    here = lines[at : at + len(seen)]
    if len(here) == len(seen) and _is_same(here, seen, one.column):
        return ""
    moved = [number for number, line in enumerate(lines, 1) if seen[0].strip() in line]
    where = f"; that is in line {moved[0]} now" if len(moved) == 1 else ""
    return f"the report shows {seen[0].strip()!r:.60} here{where}"


def _is_same(here: list[str], seen: list[str], column: int) -> bool:
    begins = here[0][column - 1 :].startswith(seen[0].rstrip()) if column else False
    if not begins and here[0].strip() != seen[0].strip():
        return False
    return all(ours.strip().startswith(theirs.strip()) for ours, theirs in zip(here[1:], seen[1:], strict=True))


# ---- one reader for each format


def _sarif(text: str) -> Iterator[Finding]:
    for run in json.loads(text)["runs"]:
        rules = run.get("tool", {}).get("driver", {}).get("rules", [])
        revision = next((one.get("revisionId", "") for one in run.get("versionControlProvenance") or ()), "")
        for result in run.get("results", []):
            if any(one.get("status", "accepted") == "accepted" for one in result.get("suppressions") or ()):
                continue
            code = result.get("ruleId") or _rule_id(result, rules)
            message = str(result.get("message", {}).get("text", ""))
            places: list[dict[str, Any]] = result.get("locations") or [{}]
            for place in places:
                physical = place.get("physicalLocation", {})
                region = physical.get("region", {})
                uri = physical.get("artifactLocation", {}).get("uri", "")
                line, column = int(region.get("startLine", 0)), int(region.get("startColumn", 0))
                shown = str((region.get("snippet") or {}).get("text", ""))
                yield Finding(uri, line, code, message, column, shown, str(revision))


def _rule_id(result: Mapping[str, Any], rules: list[Mapping[str, Any]]) -> str:
    index = result.get("rule", {}).get("index", result.get("ruleIndex", -1))
    return str(rules[index]["id"]) if 0 <= index < len(rules) else ""


def _ruff(text: str) -> Iterator[Finding]:
    for one in json.loads(text):
        place = one["location"]
        yield Finding(one["filename"], place["row"], one["code"] or "syntax-error", one["message"], place["column"])


def _mypy(text: str) -> Iterator[Finding]:
    for one in _json_lines(text):
        if one["severity"] != "note":
            yield Finding(one["file"], one["line"], one["code"] or "", one["message"], one["column"] + 1)


_MYPY_LINE = re.compile(
    r"(?P<path>[^:]+):(?:(?P<line>\d+):)?(?:(?P<column>\d+):)? (?P<what>error|warning|note): "
    r"(?P<message>.*?)(?:  \[(?P<code>[\w-]+)\])?$"
)


def _mypy_text(text: str) -> Iterator[Finding]:
    for row in text.splitlines():
        one = _MYPY_LINE.match(row)
        if one is not None and one["what"] != "note":
            line, column = int(one["line"] or 0), int(one["column"] or 0)
            yield Finding(one["path"], line, one["code"] or "", one["message"], column)


def _pyright(text: str) -> Iterator[Finding]:
    for one in json.loads(text)["generalDiagnostics"]:
        start = one["range"]["start"]
        yield Finding(one["file"], start["line"] + 1, one.get("rule", ""), one["message"], start["character"] + 1)


_FLAKE8_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<code>[A-Z]+\d+) (?P<message>.*)$")


def _flake8(text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        one = _FLAKE8_LINE.match(line)
        if one is None and line.strip():
            raise UnreadableFindings(f"line {number} is not `path:line:column: CODE message`")
        if one is not None:
            yield Finding(one["path"], int(one["line"]), one["code"], one["message"], int(one["column"]))


def _pylint(text: str) -> Iterator[Finding]:
    report = json.loads(text)
    newer = isinstance(report, dict)  # json2: an object; json: a list, with other names
    for one in report["messages"] if newer else report:
        code = one["messageId" if newer else "message-id"]
        yield Finding(one["path"], one["line"], code, one["message"], one["column"] + 1)


_HIDDEN = "requires login"  # what Semgrep writes in place of the code


def _semgrep(text: str) -> Iterator[Finding]:
    for one in json.loads(text)["results"]:
        start = one["start"]
        lines = one["extra"].get("lines", "")
        shown = "" if lines == _HIDDEN else lines
        yield Finding(one["path"], start["line"], one["check_id"], one["extra"]["message"], start["col"], shown)


def _ast_grep(text: str) -> Iterator[Finding]:
    listed = json.loads(text) if text.lstrip().startswith("[") else _json_lines(text)
    for one in listed:
        start = one["range"]["start"]
        message = one.get("message") or one["text"].partition("\n")[0]
        shown = one.get("lines") or one["text"]
        yield Finding(one["file"], start["line"] + 1, one.get("ruleId", ""), message, start["column"] + 1, shown)


def _csv(text: str) -> Iterator[Finding]:
    rows = csv.DictReader(text.splitlines())
    names = {"path", "line", "rule", "message"}
    if not names <= set(rows.fieldnames or ()):
        raise UnreadableFindings(f"line 1 must name the columns {', '.join(sorted(names))}")
    for row in rows:
        column = row.get("col") or row.get("column") or 0
        yield Finding(row["path"], int(row["line"]), row["rule"], row["message"], int(column), row.get("text") or "")


def _json_lines(text: str) -> Iterator[Any]:
    return (json.loads(line) for line in text.splitlines() if line.strip())


_READERS: Mapping[str, Callable[[str], Iterable[Finding]]] = {
    "sarif": _sarif,
    "ruff": _ruff,
    "mypy": _mypy,
    "mypy-text": _mypy_text,
    "pyright": _pyright,
    "flake8": _flake8,
    "pylint": _pylint,
    "semgrep": _semgrep,
    "ast-grep": _ast_grep,
    "csv": _csv,
}

FORMATS = tuple(_READERS)

_MARKS = {
    "sarif": ('"runs"',),
    "pyright": ('"generalDiagnostics"',),
    "semgrep": ('"check_id"', '"results"'),
    "pylint": ('"messageId"', '"message-id"'),
    "ast-grep": ('"byteOffset"',),
    "ruff": ('"filename"',),
    "mypy": ('"severity"', '"file"'),
}
"""Words of which a JSON report of that format holds one, the most telling first."""


def _recognised(text: str) -> str:
    head = text.lstrip()
    if head[:1] in ("{", "["):
        found = next((form for form, marks in _MARKS.items() if any(mark in text for mark in marks)), "")
        if found or head.rstrip() == "[]":
            return found or "ruff"
        raise UnreadableFindings("its format is not known; say it with `format`")
    first = head.partition("\n")[0]
    if {"path", "line", "rule", "message"} <= set(first.replace(" ", "").split(",")):
        return "csv"
    return "mypy-text" if any(_MYPY_LINE.match(line) for line in head.splitlines()) else "flake8"
