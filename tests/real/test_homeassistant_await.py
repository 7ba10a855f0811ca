"""`await` goes from every call of a library function, all over Home Assistant.

`asyncio.gather` is nobody's of the tree, so no definition is looked up. Python's tokenizer tells what is called, and the
bytes that must be left: all but `await` and the blanks behind it.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass

import pytest

from tests.real.calls import calls
from tests.real.occurrences import Call, Source, spliced
from tests.real.workshop import Answer, Workshop, blob_id

pytestmark = pytest.mark.real

CALLED = "asyncio.gather"

PLAN = f"""
name = "gather"
title = "What was a coroutine function is none any more"

[[rules]]
id = "gather"
kind = "remove-await"
call = "{CALLED}"

[batches]
by = ["rule"]
max_files = 100

[run]
python = {sys.executable!r}
"""

SHIELDED = ("homeassistant/components/google_assistant/smart_home.py", 256, 17)
"""`asyncio.shield(asyncio.gather(...))`: a plain value would be handed to what awaits it."""

KEPT = ("homeassistant/components/dlna_dmr/data.py", 55, 13)
"""A statement of its own: nothing awaits it."""


@dataclass(frozen=True)
class Outcome:
    workshop: Workshop
    sources: dict[str, Source]
    scanned: Answer
    ran: Answer

    def truth(self, *, awaited: bool) -> set[tuple[str, int, int]]:
        """Return path, line and column of the calls, from their `await` where they have one."""
        found = set()
        for path, source in self.sources.items():
            for call in source.calls(CALLED):
                if is_awaited(call) is awaited:
                    at = source.offset(call.before.start) if awaited else call.start
                    found.add((path, *source.place(at)))
        return found


def is_awaited(call: Call) -> bool:
    return call.before.string == "await"


@pytest.fixture(scope="module")
def outcome(homeassistant: Workshop) -> Outcome:
    homeassistant.begin("gather", PLAN)
    sources = {
        path.relative_to(homeassistant.root).as_posix(): Source(content)
        for path in sorted(homeassistant.root.rglob("*.py"))
        if b"gather" in (content := path.read_bytes())
    }
    scanned = homeassistant.workbench("scan", "gather", "--commit", "HEAD", "--format", "json")
    return Outcome(homeassistant, sources, scanned, homeassistant.workbench("run", "gather"))


def test_the_two_opinions_agree_where_this_python_reads_the_file(outcome: Outcome):
    read = 0
    for path, source in outcome.sources.items():
        try:
            tree = ast.parse(source.content)
        except SyntaxError:
            continue
        read += 1
        lines = sorted(call.lineno for call in calls(tree, CALLED))
        assert lines == sorted(source.place(call.start)[0] for call in source.calls(CALLED)), path
    assert read > 130


def test_every_awaited_call_is_found_and_nothing_else(outcome: Outcome):
    truth = outcome.truth(awaited=True)
    assert (len({path for path, _, _ in truth}), len(truth)) == (171, 237)
    assert outcome.scanned.document["skipped"] == []
    violations = outcome.scanned.document["violations"]
    found = [(one["path"], one["line"], one["column"]) for one in violations if one["state"] == "open"]
    assert sorted(found) == sorted(truth)


def test_what_is_not_awaited_where_it_is_called_is_explained(outcome: Outcome):
    assert outcome.truth(awaited=False) == {SHIELDED, KEPT}
    others = [one for one in outcome.scanned.document["violations"] if one["state"] != "open"]
    assert [(one["path"], one["line"], one["column"]) for one in others] == [SHIELDED]
    assert [(one["state"], one["reason"]) for one in others] == [("blocked", "awaited-elsewhere")]


def test_every_site_is_accounted_for(outcome: Outcome):
    ran = outcome.ran.document
    assert (outcome.ran.code, ran["outcome"], ran["quarantined"]) == (1, "partial", [])
    line = {"found": 238, "fixed": 237, "quarantined": 0, "blocked": 1, "excluded": 0, "remaining": 0}
    assert ran["totals"]["by_rule"] == {"gather": line}


def test_the_result_is_the_smallest_edit_to_the_byte(outcome: Outcome):
    base = outcome.workshop.tree("main")
    wanted = {}
    for path, source in outcome.sources.items():
        awaited = [call for call in source.calls(CALLED) if is_awaited(call)]
        edits = [(source.offset(call.before.start), call.start, b"") for call in awaited]
        if edits:
            wanted[path] = (base[path][0], blob_id(spliced(source.content, edits)))
    assert len(wanted) == 171
    assert outcome.workshop.tree("workbench/gather") == {**base, **wanted}
