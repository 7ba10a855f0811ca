"""The verbs there are, in the order a migration needs them: name and summary, so that help imports none of them.

A verb is one file, `workbench/cli/<verb>.py`, with one function of the verb's name. It takes a
`typer.Context` first, imports what is heavy inside its body, returns the exit code (0, or 1 for a bad
answer), and raises a WorkbenchError when it cannot go on. Its docstring is its help page.
"""

from __future__ import annotations

from importlib import import_module

from typer import Typer
from typer.core import TyperCommand
from typer.main import get_command

from workbench.cli.plain_text import VerbCommand

SECTIONS: dict[str, dict[str, str]] = {
    "See it work": {
        "demo": "Do the main job on a bundled sample.",
    },
    "Look and decide": {
        "init": "Write a commented plan file to fill in.",
        "scan": "List the violations in the working tree, or in a commit.",
        "check": "Fail on violations that are new: the ratchet for CI and hooks.",
        "plan": "Freeze the plan and show its phases, batches and blocked places.",
        "gates": "List the gates, or measure what they say of the code as it is.",
        "show": "Show a batch with its diff and gates, or explain a place.",
    },
    "Do and undo": {
        "run": "Carry the frozen plan out, batch by batch.",
        "resume": "Finish the run that stopped, whatever stopped it.",
        "abort": "Undo the run that stopped.",
        "retry": "Try again what was set aside, after a rule or a file has changed.",
        "rollback": "Return the run branch to before a batch, with proof.",
        "land": "Bring the run branch into the branch you work on.",
    },
    "Follow": {
        "status": "Show where the plan stands, and the next command.",
        "log": "Show every event of the plan's newest run.",
        "report": "Write the report of the plan's newest run.",
        "verify": "Hold ledger, refs, commits and trees against each other.",
        "rebuild": "Make the ledger again from git alone, and say how far.",
    },
    "Look something up": {
        "doctor": "Say what will get in the way here, each with its mend.",
        "rules": "List the rule kinds, show the page of one, or begin a new one.",
        "schema": "Print the JSON Schema of plan files, for editors.",
    },
}

VERBS = {name: summary for section in SECTIONS.values() for name, summary in section.items()}


def load(verb: str) -> TyperCommand:
    """Import one verb and return its command."""
    function = getattr(import_module(f"workbench.cli.{verb}"), verb)
    app = Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(verb, cls=VerbCommand)(function)
    command = get_command(app)
    assert isinstance(command, TyperCommand)
    return command
