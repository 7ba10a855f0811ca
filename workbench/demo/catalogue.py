"""The list of files that are filled from shapes, and the words each of them is filled with."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from string import Template
from typing import Any

DATA = files("workbench.demo") / "data"

_ENDINGS = ("_service", "_handler", "_agent", "_job")

Entry = Mapping[str, Any]
"""One `[[files]]` table, as it stands in a page of the catalogue."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of the sample: where it goes, its shape and style, the optional parts it has, its words.

    `awaits`: it awaits the synchronous function. `quirk`: what is odd about its bytes (see `tree`), or "".
    """

    path: str
    shape: str
    style: str
    awaits: bool
    parts: frozenset[str]
    words: Mapping[str, str]
    quirk: str


def catalogue() -> Iterator[File]:
    """Yield every file that is filled from a shape."""
    entries = dict(_entries())
    for path, entry in entries.items():
        words = _words(path, entry)
        if "subject" in entry:
            subject = f"netra_backend/app/{entry['subject'].replace('.', '/')}.py"
            words |= _words_about(subject, entries[subject])
        yield File(
            path=path,
            shape=entry["shape"],
            style=entry.get("style", "canonical"),
            awaits=entry.get("awaits", False),
            parts=frozenset(entry.get("parts", "").split()),
            words=words,
            quirk=entry.get("quirk", ""),
        )


@cache
def shape(name: str) -> str:
    """Return the text of a shape."""
    return (DATA / "shapes" / f"{name}.py.txt").read_text(encoding="utf-8")


def _entries() -> Iterator[tuple[str, Entry]]:
    for page in sorted((DATA / "catalogue").iterdir(), key=lambda one: one.name):
        table = _toml(page)
        for entry in table["files"]:
            yield f"{table['folder']}/{entry['module']}.py", entry


def _words(path: str, entry: Entry) -> dict[str, str]:
    """Return the words for a file of the product, or for a test with a topic of its own."""
    module = PurePosixPath(path).stem
    name = module.removeprefix("test_")
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    noun = entry.get("noun", name.replace("_", " "))
    topic = entry.get("topic", noun)
    words = {key: value for key, value in entry.items() if isinstance(value, str)}
    words |= _numbered("e", entry.get("events", "")) | _numbered("tool", entry.get("tool", ""))
    words |= {"name": name, "noun": noun, "Class": _camel(module), "Does": entry.get("does", "")}
    return words | {"topic": topic, "Topic": topic[:1].upper() + topic[1:]}


def _words_about(subject: str, entry: Entry) -> dict[str, str]:
    """Return the words a test uses for the component it tests."""
    words = _words(subject, entry)
    interface = _interfaces()[entry["shape"]]
    filled = {key: Template(interface[key]).substitute(words) for key in ("act", "sees", "imports")}
    steps = [Template(step).substitute(words) for step in interface["round"]]
    module = subject.removesuffix(".py").replace("/", ".")
    return {
        "Subject": words["Class"],
        "act": filled["act"],
        "sees": filled["sees"],
        "round": "\n".join(f"    {step}" for step in steps),
        "import_subject": f"from {module} import {filled['imports']}",
    }


@cache
def _interfaces() -> Mapping[str, Entry]:
    return _toml(DATA / "shapes" / "interfaces.toml")


def _toml(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _numbered(stem: str, values: str) -> dict[str, str]:
    """Number words: the first is `stem` and `stem`1, the second `stem`2."""
    numbered = {f"{stem}{number}": value for number, value in enumerate(values.split(), start=1)}
    return {stem: numbered[f"{stem}1"], **numbered} if numbered else {}


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
