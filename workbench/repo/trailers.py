"""Writes and reads the trailers that make the history of a run readable without the ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.model.errors import Conflict
from workbench.repo.encoding import text
from workbench.repo.objects import read_objects
from workbench.repo.repository import Repository

_TRAILER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*): (.*)")


@dataclass(frozen=True, slots=True)
class ChainCommit:
    """A commit of a first-parent chain; `parent` is its first one."""

    commit: str
    tree: str
    parent: str
    subject: str
    trailers: Mapping[str, str]


def render(subject: str, body: str, trailers: Mapping[str, str]) -> str:
    """Return a commit message. Values come from anywhere: each is folded to one line, so none can forge a trailer."""
    last = "\n".join(f"{name}: {_folded(value)}" for name, value in trailers.items())
    paragraphs = (_folded(subject), body.strip().replace("\r", ""), last)
    return "\n\n".join(part for part in paragraphs if part) + "\n"


def parse(message: str) -> Mapping[str, str]:
    """Return the trailers of a message: its last paragraph, when every line of it is one and it is not the first."""
    paragraphs = message.rstrip("\n").split("\n\n")
    found = [_TRAILER.fullmatch(line) for line in paragraphs[-1].split("\n")]
    if len(paragraphs) == 1 or not all(found):
        return {}
    return {match[1]: match[2] for match in found if match}


def chain(repo: Repository, *, base: str, head: str) -> tuple[ChainCommit, ...]:
    """Return the commits after `base` up to `head` by first parents, oldest first.

    Raises Conflict when that chain does not start at `base`.
    """
    listed = repo.git.ask("rev-list", "--first-parent", "--reverse", f"{base}..{head}").line
    ids = listed.split("\n") if listed else []
    commits = tuple(_read(name, content) for name, content in zip(ids, read_objects(repo.git, ids), strict=True))
    start = commits[0].parent if commits else head
    if start != base:
        raise Conflict(f"{head[:12]} is not built on {base[:12]}", hint="nothing was touched")
    return commits


def _read(commit: str, content: bytes) -> ChainCommit:
    header, _, message = content.partition(b"\n\n")
    lines = [text(line).partition(" ") for line in header.split(b"\n")]
    tree = next(value for key, _, value in lines if key == "tree")
    parent = next((value for key, _, value in lines if key == "parent"), "")
    said = text(message)
    return ChainCommit(commit, tree, parent, said.split("\n", 1)[0], parse(said))


def _folded(value: str) -> str:
    return " ".join(value.split())
