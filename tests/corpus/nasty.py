"""What an entry of the corpus is, and the small tree every entry lives in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PATH = "app/example.py"
TREE = {
    "app/__init__.py": b"",
    "shop/__init__.py": b"",
    "shop/old_mod.py": (
        b"def old(*a): ...\n\n\ndef new(*a): ...\n\n\nother = 1\n\n\n"
        b"class Box:\n    def __init__(self, *a): ...\n\n\ndef count(*a): ...\n"
    ),
    "shop/new_mod.py": b"def new(*a): ...\n\n\ndef box(*a, context=None): ...\n",
    "shop/context.py": b"def anonymous(): ...\n",
}
MOVE = {"kind": "move-symbol", "from": "shop.old_mod.old", "to": "shop.new_mod.new"}
RENAME = MOVE | {"to": "shop.old_mod.new"}
CALL = {
    "kind": "replace-call",
    "call": "shop.old_mod.Box",
    "with": "shop.new_mod.box",
    "arguments": [{"name": "context", "otherwise": {"expression": "shop.context.anonymous()"}, "from_scope": ["ctx"]}],
}
AWAIT = {"kind": "remove-await", "call": "shop.old_mod.count"}


@dataclass(frozen=True, slots=True)
class Becomes:
    """Every open site is mended and the file is exactly this; `left` are the codes of sites left to people."""

    after: bytes
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The file stays as it is; these are the codes of its sites, in source order."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clean:
    """Nothing to do here: the rule finds no site."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The file as a whole is left out, with this reason."""

    reason: str


Outcome = Becomes | Refused | Clean | Failed


@dataclass(frozen=True, slots=True)
class Nasty:
    """One source that breaks codemods: what it holds, what must come of it, and why it is nasty."""

    name: str
    why: str
    source: bytes
    outcome: Outcome
    rule: dict[str, object]
    path: str = PATH
    tree: tuple[tuple[str, bytes], ...] = ()
    defect: str = ""
    """What is still wrong, where `outcome` is wanted and not reached yet."""


def follows(name: str, why: str, source: bytes, **more: Any) -> Nasty:
    """An entry of which only the import of `old` and its calls change; every other byte stays."""
    after = source.replace(b"shop.old_mod import old", b"shop.new_mod import new").replace(b"old()", b"new()")
    return nasty(name, why, source, Becomes(after), **more)


def moved(name: str, why: str, before: str, after: str, **more: Any) -> Nasty:
    return nasty(name, why, before.encode(), Becomes(after.encode()), **more)


def refused(name: str, why: str, source: str | bytes, *codes: str, **more: Any) -> Nasty:
    return nasty(name, why, source, Refused(codes), **more)


def failed(name: str, why: str, source: str | bytes, reason: str, **more: Any) -> Nasty:
    return nasty(name, why, source, Failed(reason), **more)


def clean(name: str, why: str, source: str | bytes, **more: Any) -> Nasty:
    return nasty(name, why, source, Clean(), **more)


def nasty(
    name: str,
    why: str,
    source: str | bytes,
    outcome: Outcome,
    *,
    rule: dict[str, object] = MOVE,
    path: str = PATH,
    tree: tuple[tuple[str, bytes], ...] = (),
    defect: str = "",
) -> Nasty:
    source = source.encode() if isinstance(source, str) else source
    return Nasty(name, why, source, outcome, rule, path, tree, defect)
