"""The generated pages are what the product says today, and tell all of it."""

from __future__ import annotations

import pytest

from tests.docs.pages import DOCS, pages
from workbench.cli.verbs import VERBS
from workbench.codemod.registry import kinds
from workbench.report.reasons import REASONS


@pytest.mark.parametrize("name", pages())
def test_a_page_is_up_to_date(name):
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == pages()[name], f"docs/{name} is old: python -m tests.docs.update"


def test_every_kind_and_every_reason_is_told():
    page = pages()["rules.md"]
    for name, kind in kinds().items():
        assert f"\n## {name}\n\n{kind.summary}" in page
        assert page.count(f"](#{name})") == 1
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == sorted(REASONS)
    for row in rows:
        assert row.replace("\\|", "").count("|") == 4


def test_every_command_is_told():
    page = pages()["commands.md"]
    for verb in VERBS:
        assert f"\n### {verb}\n\n```text\nUsage: workbench {verb} " in page
    assert "-C DIR" in page


@pytest.mark.parametrize("kind", [pytest.param(kind, id=name) for name, kind in kinds().items()])
def test_every_parameter_says_what_it_is(kind):
    assert [name for name, field in kind.Parameters.model_fields.items() if not field.description] == []
