"""Writes the plan file a migration starts from: every section with a word on what it is for, in valid TOML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.planning.draft import Draft, DraftedRule


@dataclass(frozen=True, slots=True)
class Layout:
    """What a repository looks like: where its modules lie, a package of it, and the folder of its tests, if any."""

    source_roots: tuple[str, ...] = (".",)
    tests: str = ""
    package: str = "package"


_HEAD = """\
# {told}
# `workbench schema` prints the JSON Schema of this file, `docs/rules.md` holds every rule kind.
name = {name}
title = ""                              # one line for people: what will be different
issue = ""                              # carried into commits and reports

[scope]
include = ["**"]                        # gitignore-style
exclude = []
source_roots = {roots}                  # how file paths map to module names
"""

_EXAMPLE = """
# One table for each end state that is wanted. This one is an example: change it, or take it out.
[[rules]]
id = "moved"
kind = "move-symbol"
from = "{package}.old_module.name"
to = "{package}.new_module.name"
why = ""                                # for those who read the commits
"""

_TAIL = """
[priorities]                            # first match wins, top to bottom
default = "P2"
rules = [
  # { priority = "P0", paths = ["tests/mission_critical/**"] },
  # { priority = "P1", reachable_from = ["package.main"] },
]

[batches]                               # one batch is one commit, judged as a whole
by = ["rule", "package"]
max_files = 25

[run]
on_red = "isolate"                      # or "rollback", "stop"
granularity = "file"                    # or "site": the good places of a guilty file land without the guilty ones
"""

_GATE = """
[[gates]]                               # `workbench gates --run` shows what it says before anything changes
id = "unit"
level = "tests"
run = ["{{python}}", "-m", "pytest", "-q", {tests}, "--junitxml={{junit}}"]
timeout = 600                           # seconds
"""

_NO_GATE = """
# No folder of tests was found. Without a gate, nothing but imports and syntax is judged.
# [[gates]]
# id = "unit"
# level = "tests"
# run = ["{python}", "-m", "pytest", "-q", "tests", "--junitxml={junit}"]
"""


def plan_text(name: str, layout: Layout, draft: Draft | None = None, document: str = "") -> str:
    """Return a plan file; with a draft, its rules and notes stand in place of the example."""
    told = "Fill in, then `workbench scan`."
    if draft is not None:
        told = f"Drafted from {_one_line(document)}: read every rule before you run it."
    head = _HEAD.format(told=told, name=_value(name), roots=_value(list(layout.source_roots)))
    rules = _drafted(draft, layout) if draft is not None else _EXAMPLE.format(package=layout.package)
    gate = _GATE.format(tests=_value(layout.tests)) if layout.tests else _NO_GATE
    return head + rules + _TAIL + gate


def _drafted(draft: Draft, layout: Layout) -> str:
    notes = "".join(f"# not understood: {_one_line(one)}\n" for one in draft.notes)
    rules = "".join(map(_rule, draft.rules)) or _EXAMPLE.format(package=layout.package)
    return f"\n{notes}{rules}" if notes else rules


def _rule(rule: DraftedRule) -> str:
    lines = "".join(f"{key} = {_value(value)}\n" for key, value in rule.keys.items())
    return f"\n[[rules]]                               # {rule.origin}\n{lines}"


def _one_line(text: str) -> str:
    """Return foreign text as it may stand in a comment: nothing in it ends the line."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _value(value: object) -> str:
    """Return a value as TOML on one line."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_value(one)}' for key, one in value.items())} }}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_values(value))}]"
    return json.dumps(value)


def _values(values: Iterable[object]) -> list[str]:
    return [_value(one) for one in values]
