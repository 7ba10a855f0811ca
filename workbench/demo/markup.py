"""The marks in the templates: where a correct scan must find something, said by whoever wrote the line.

    ⟦import|create_websocket_manager⟧(user_context)          one site of the rule legacy-import
    ⟦direct!no-context-in-scope|WebSocketManager()⟧           one that must be blocked, with the reason
    ⟦await|await ⟦import|create_websocket_manager⟧(context)⟧  marks may stand in one another

Taking the marks out gives the file; what was marked is the oracle. Nothing here ever reads code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RULES = {
    "import": "legacy-import",
    "path": "legacy-manager-path",
    "direct": "direct-construction",
    "await": "await-on-sync",
}
_TOKEN = re.compile(rf"⟦(?P<kind>{'|'.join(RULES)})(?:!(?P<reason>[a-z-]+))?\||(?P<end>⟧)")


@dataclass(frozen=True, slots=True, order=True)
class Site:
    """A marked place: line from 1, the rule's id, the text it covers, why it must be blocked (or "")."""

    line: int
    rule: str
    text: str
    blocked: str


def unmark(marked: str) -> tuple[str, tuple[Site, ...]]:
    """Return the text without its marks, and the marked places in the order they begin.

    Raises ValueError where a bracket belongs to no mark.
    """
    text = ""
    at = 0
    opened: list[tuple[int, str, str]] = []
    found: list[tuple[int, int, Site]] = []
    for token in _TOKEN.finditer(marked):
        text += marked[at : token.start()]
        at = token.end()
        if token["end"] is None:
            opened.append((len(text), RULES[token["kind"]], token["reason"] or ""))
        elif opened:
            start, rule, reason = opened.pop()
            line = text.count("\n", 0, start) + 1
            found.append((start, len(opened), Site(line, rule, text[start:], reason)))
        else:
            raise ValueError(f"nothing opens the mark that ends after {text[-60:]!r}")
    text += marked[at:]
    if opened or "⟦" in text:
        raise ValueError(f"a mark is not closed or not known in {text[:60]!r}")
    return text, tuple(site for _, _, site in sorted(found))
