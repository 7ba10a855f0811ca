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
    rules = tuple(
        _rule(code, count, file) for code, count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    )
    notes = (f"{counted['']} findings without a code are in no rule",) if counted[""] else ()
    return Draft(tuple(one for one in rules if one.keys["codes"] != [""]), notes)


def _rule(code: str, count: int, file: str) -> DraftedRule:
    name = re.sub(r"[^a-z0-9]+", "-", code.lower()).strip("-")[:64] or "found"
    keys = {"id": name, "kind": "findings", "file": file, "codes": [code]}
    return DraftedRule(f"{count} finding{'s' if count > 1 else ''}", keys)
