"""Marks become places, shapes become files."""

from __future__ import annotations

import pytest

from workbench.demo.markup import Site, unmark
from workbench.demo.shapes import Manner, fill
from workbench.demo.styles import STYLES

LEGACY = Manner(STYLES["legacy"], awaits=True)


def test_marks_go_and_places_stay():
    text, sites = unmark("one\nx = ⟦await|await ⟦import|create⟧(c)⟧\n⟦direct!no-context-in-scope|M()⟧\n")

    assert text == "one\nx = await create(c)\nM()\n"
    assert sites == (
        Site(2, "await-on-sync", "await create(c)", ""),
        Site(2, "legacy-import", "create", ""),
        Site(3, "direct-construction", "M()", "no-context-in-scope"),
    )


@pytest.mark.parametrize("marked", ["⟦import|create", "⟦get user_context⟧", "create⟧", "⟦unknown|x⟧"])
def test_what_is_no_mark_is_refused(marked: str):
    with pytest.raises(ValueError, match="mark"):
        unmark(marked)


def test_parts_are_there_for_those_who_ask():
    shape = "a\n⟦part more⟧\nb\n⟦end⟧\nc\n"

    assert fill(shape, LEGACY, frozenset(), {}) == "a\nc\n"
    assert fill(shape, LEGACY, frozenset({"more"}), {}) == "a\nb\nc\n"


def test_a_style_spells_calls_and_imports():
    shape = "⟦imports a.types:Socket⟧\nx = ⟦agetp c⟧\n"
    text, sites = unmark(fill(shape, LEGACY, frozenset(), {}))

    assert text == (
        "from netra_backend.app.websocket_core.websocket_manager_factory import create_websocket_manager\n"
        "x = (await create_websocket_manager(c))\n"
    )
    assert [site.rule for site in sites] == ["legacy-import", "await-on-sync", "legacy-import"]


def test_an_extra_import_comes_where_it_is_used():
    text = fill("⟦imports a.types:Socket⟧\ns: Socket\n", Manner(STYLES["direct"], awaits=False), frozenset(), {})

    assert text.startswith("from a.types import Socket\n")


def test_a_missing_word_is_an_error():
    with pytest.raises(KeyError, match="noun"):
        fill("$noun\n", LEGACY, frozenset(), {})
