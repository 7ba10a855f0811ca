"""Drafts rules from a report of another tool: one for each code, so that each can have its priority."""

from __future__ import annotations

import re
from collections import Counter

from workbench.codemod.foreign.findings import UnreadableFindings, read_findings
from workbench.model.errors import UsageError
from workbench.planning.draft import Draft, DraftedRule


def draft_findings(text: str, file: str) -> Draft:
    """Draft `findings` rules from a report, the commonest code first; `file` is what the rules are to read.

    Raises UsageError for what is no report.
    """
    try:
        found = read_findings(text, "auto")
    except UnreadableFindings as error:
        raise UsageError(f"{file} is no report that can be read: {error}", path=file) from None
    counted = Counter(one.code for one in found)
    nameless = counted.pop("", 0)
    rules: dict[str, DraftedRule] = {}
    for code, count in sorted(counted.items(), key=lambda one: (-one[1], one[0])):
        name = _id(code)
        name = name if name not in rules else f"{name[:58]}-{len(rules)}"
        keys = {"id": name, "kind": "findings", "file": file, "codes": [code]}
        rules[name] = DraftedRule(f"{count} finding{'s' if count > 1 else ''}", keys)
    notes = (f"{nameless} findings without a code are in no rule",) if nameless else ()
    return Draft(tuple(rules.values()), notes)


def _id(code: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", code.lower()).strip("-")[:64] or "found"
