"""The generated pages of `docs/`: what the product says of itself, written down."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from typer.main import get_command

from workbench.cli.app import PROGRAM, _app
from workbench.cli.verbs import SECTIONS, load
from workbench.codemod.registry import kinds
from workbench.report.rule_book import rule_book
from workbench.report.safe import markdown_block

DOCS = Path(__file__).resolve().parents[2] / "docs"
_WIDTH = 100


def pages() -> Mapping[str, str]:
    """Return the generated pages by file name."""
    return {"commands.md": _commands(), "rules.md": _rules()}


def _rules() -> str:
    """Leave out what other packages of this environment bring: the page tells of this project."""
    return rule_book(kind for kind in kinds().values() if kind.__module__.startswith("workbench."))


def _commands() -> str:
    parts = ["# Commands", "What `--help` says, command by command.", _help(PROGRAM)]
    for title, verbs in SECTIONS.items():
        parts.append(f"## {title}")
        for verb in verbs:
            parts += [f"### {verb}", _help(f"{PROGRAM} {verb}", verb)]
    return "\n\n".join(parts) + "\n"


def _help(called: str, verb: str = "") -> str:
    command = load(verb) if verb else get_command(_app)
    context = command.make_context(called, [], resilient_parsing=True, terminal_width=_WIDTH, max_content_width=_WIDTH)
    return markdown_block(command.get_help(context))
