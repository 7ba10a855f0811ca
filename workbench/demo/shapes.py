"""Fills a shape with one file's words and style: part by part, macro by macro.

    ⟦part close⟧ ... ⟦end⟧      lines that only the files which list the part have
    ⟦get user_context⟧          an expression that makes a manager, in the file's style
    ⟦aget user_context⟧         the same, awaited in the files that await it; ⟦agetp ...⟧ in parentheses then
    ⟦getml ...⟧ ⟦agetml ...⟧    the same over several lines
    ⟦type⟧                      the manager's class, in an annotation
    ⟦target⟧                    the string a test patches
    ⟦imports a.b:C⟧             what all that needs, and C where it is used; ⟦late-imports⟧ inside a function
    ⟦typing⟧                    TYPE_CHECKING, where the style needs it
    $name                       the file's own words (string.Template)

What comes out still carries the marks (see `markup`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from string import Template

from workbench.demo.markup import unmark
from workbench.demo.styles import PATCH_TARGET, Style

_PART = re.compile(r"^⟦part (\w+)⟧\n(.*?)^⟦end⟧\n", re.MULTILINE | re.DOTALL)
_GET = re.compile(r"⟦(?P<wait>a?)get(?P<form>p|ml|) (?P<context>[\w.]+)⟧")
_IMPORTS = re.compile(r"^(?P<indent> *)⟦(?:late-)?imports(?: (?P<module>[\w.]+):(?P<name>\w+))?⟧\n", re.MULTILINE)
_TYPING = re.compile(r"(?<=\n\n)⟦typing⟧\n\n|⟦typing⟧\n")
_CHECKING = "from typing import TYPE_CHECKING"
_GUARDED = (
    "",
    "if TYPE_CHECKING:",
    "    from netra_backend.app.websocket_core.unified_manager import ⟦path|UnifiedWebSocketManager⟧",
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How one file goes about it: its style, and whether it awaits the synchronous function."""

    style: Style
    awaits: bool


def fill(shape: str, manner: Manner, parts: Collection[str], words: Mapping[str, str]) -> str:
    """Return the marked text of a file. Raises KeyError for a word that the shape needs and the file lacks."""
    text = _PART.sub(lambda found: found[2] if found[1] in parts else "", shape)
    text = Template(text).substitute(words)
    imports = _Imports(manner.style, typed="⟦type⟧" in text)
    text = text.replace("⟦type⟧", manner.style.annotation).replace("⟦target⟧", PATCH_TARGET)
    text = "\n".join(_GET.sub(lambda found: _made(found, manner), line) for line in text.split("\n"))
    text = _IMPORTS.sub(lambda found: imports.block(found, text), text)
    text = _TYPING.sub(lambda found: found[0].replace("⟦typing⟧", _CHECKING) if imports.guarded else "", text)
    return text.rstrip("\n") + "\n"


def _made(found: re.Match[str], manner: Manner) -> str:
    """Return the call that one ⟦get⟧ stands for."""
    arguments = found["context"]
    if found["form"] == "ml":
        line = found.string
        indent = line[: len(line) - len(line.lstrip())]
        arguments = f"\n{indent}    user_context={arguments},\n{indent}"
    call = manner.style.call.format(arguments=arguments)
    if not (found["wait"] and manner.awaits):
        return call
    awaited = f"⟦await|await {call}⟧"
    return f"({awaited})" if found["form"] == "p" else awaited


@dataclass(frozen=True, slots=True)
class _Imports:
    """The imports one file needs for its manager; `typed` if it names the class in an annotation."""

    style: Style
    typed: bool

    @property
    def guarded(self) -> bool:
        return self.typed and self.style.guarded

    def block(self, found: re.Match[str], text: str) -> str:
        """Return the lines an ⟦imports⟧ stands for: modules in order, relative ones last."""
        names = set(self.style.typed_names if self.typed and not self.guarded else self.style.names)
        if found["name"] and len(re.findall(rf"\b{found['name']}\b", text)) > 1:
            names.add((found["module"], found["name"]))
        ordered = sorted([*self.style.lines, *_from_imports(names)], key=lambda line: line.split()[1])
        relative = [line for line in ordered if line.startswith("from .")]
        absolute = [line for line in ordered if line not in relative]
        every = [*absolute, *(["", *relative] if relative else []), *(_GUARDED if self.guarded else [])]
        return "".join(f"{found['indent']}{line}".rstrip() + "\n" for line in every)


def _from_imports(names: Collection[tuple[str, str]]) -> Iterator[str]:
    for module in {module for module, _ in names}:
        mine = sorted((name for owner, name in names if owner == module), key=lambda name: unmark(name)[0])
        yield f"from {module} import {', '.join(mine)}"
