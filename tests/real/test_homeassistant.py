"""A class is renamed all over Home Assistant, and every byte of the result is known beforehand.

Nothing of workbench is asked for the truth: Python's own tokenizer says where the name stands. That suffices because
every file that holds the name imports it from its one home, never as something else, and no string or comment speaks of it.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.real.workshop import Answer, Workshop, blob_id

pytestmark = pytest.mark.real

OLD, NEW = "AddEntitiesCallback", "AddConfigEntryEntitiesCallback"
HOME = "homeassistant/helpers/entity_platform.py"

PLAN = f"""
name = "entities"
title = "The callback of a config entry has a name of its own"

[[rules]]
id = "callback"
kind = "move-symbol"
from = "homeassistant.helpers.entity_platform.{OLD}"
to = "homeassistant.helpers.entity_platform.{NEW}"

[batches]
by = ["rule"]
max_files = 500

[run]
python = {sys.executable!r}
"""

DEFINITION = f'''class {NEW}(Protocol):
    """Protocol type for adding the entities of a config entry."""

    def __call__(
        self, new_entities: Iterable[Entity], update_before_add: bool = False
    ) -> None:
        """Define add_entities type."""


'''

Position = tuple[str, int, int]
"""Path, line and column (from 1) at which an occurrence ends."""


@dataclass(frozen=True)
class Outcome:
    workshop: Workshop
    sources: dict[str, bytes]
    """The files of the base that hold the old name, without its home."""
    scanned: Answer
    ran: Answer


@pytest.fixture(scope="module")
def outcome(homeassistant: Workshop) -> Outcome:
    home = homeassistant.root / HOME
    text, follower = home.read_text("utf-8"), "class EntityPlatformModule(Protocol):\n"
    assert text.count(follower) == 1
    home.write_text(text.replace(follower, DEFINITION + follower), encoding="utf-8")
    homeassistant.begin("entities", PLAN)
    sources = {path: content for path, content in _python_files(homeassistant) if _WORD.search(content)}
    del sources[HOME]
    scanned = homeassistant.workbench("scan", "entities", "--commit", "HEAD", "--format", "json")
    return Outcome(homeassistant, sources, scanned, homeassistant.workbench("run", "entities"))


_WORD = re.compile(rb"\b%s\b" % OLD.encode())


def _python_files(workshop: Workshop) -> Iterator[tuple[str, bytes]]:
    for path in sorted(workshop.root.rglob("*.py")):
        yield path.relative_to(workshop.root).as_posix(), path.read_bytes()


def _positions(path: str, content: bytes) -> Iterator[Position]:
    for token in tokenize.tokenize(io.BytesIO(content).readline):
        if token.type == tokenize.NAME and token.string == OLD:
            yield path, token.end[0], token.end[1] + 1


def _is_read_by_this_python(content: bytes) -> bool:
    try:
        ast.parse(content)
    except SyntaxError:
        return False
    return True


def test_every_place_is_found_and_nothing_else(outcome: Outcome):
    truth = [one for path, content in outcome.sources.items() for one in _positions(path, content)]
    assert (len(outcome.sources), len(truth)) == (2452, 5030)
    assert outcome.scanned.document["skipped"] == []
    found = [(one["path"], one["end_line"], one["end_column"]) for one in outcome.scanned.document["violations"]]
    assert sorted(found) == sorted(truth)
    assert {one["state"] for one in outcome.scanned.document["violations"]} == {"open"}
    assert outcome.scanned.code == 1


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads all of Home Assistant's files")
def test_files_in_a_newer_grammar_are_migrated_too(outcome: Outcome):
    newer = {path for path, content in outcome.sources.items() if not _is_read_by_this_python(content)}
    assert len(newer) == 62
    assert newer <= outcome.workshop.changed("main", "workbench/entities")


def test_every_site_is_accounted_for(outcome: Outcome):
    ran = outcome.ran.document
    assert (outcome.ran.code, ran["outcome"], ran["quarantined"], ran["blocked"]) == (0, "complete", [], [])
    line = {"found": 5030, "fixed": 5030, "quarantined": 0, "blocked": 0, "excluded": 0, "remaining": 0}
    assert {**ran["totals"], **line} == ran["totals"]
    assert ran["totals"]["by_rule"] == {"callback": line}
    assert [one["files"] for one in ran["batches"]] == [500, 500, 500, 500, 452]
    assert sum(one["violations"] for one in ran["batches"]) == 5030


def test_the_result_is_the_smallest_edit_to_the_byte(outcome: Outcome):
    base = outcome.workshop.tree("main")
    wanted = {
        path: (base[path][0], blob_id(_WORD.sub(NEW.encode(), content))) for path, content in outcome.sources.items()
    }
    assert outcome.workshop.tree("workbench/entities") == {**base, **wanted}


def test_a_commit_holds_its_batch_and_no_more(outcome: Outcome):
    parent = outcome.ran.document["base"]
    for batch in outcome.ran.document["batches"]:
        assert batch["state"] == "kept"
        assert outcome.workshop.changed(parent, batch["commit"]) == set(batch["paths"])
        parent = batch["commit"]
    assert parent == outcome.workshop.git("rev-parse", "workbench/entities").strip()


def test_the_checkout_is_untouched(outcome: Outcome):
    assert outcome.workshop.git("status", "--porcelain", "--ignored") == ""
    assert outcome.workshop.git("symbolic-ref", "HEAD").strip() == "refs/heads/main"
    assert outcome.workshop.git("rev-parse", "HEAD").strip() == outcome.ran.document["base"]
