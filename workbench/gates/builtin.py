"""The gates that always run, cheapest first, before any command: syntax, rescan, imports.

They name files where others name tests: a report's `tests` and `failures` are keyed by path, so that
isolation knows the guilty at once. Each holds the tree before against the tree after by itself, so that
what was wrong before cannot convict. They keep no time: their reports say 0 seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from workbench.gates.by_file import report_by_file
from workbench.gates.compiler import Compiler
from workbench.gates.imports import imports_gate
from workbench.model.gate import GateReport, Level, Outcome

__all__ = ["Compiler", "imports_gate", "rescan_gate", "syntax_gate"]

Counts = Mapping[tuple[str, str], int]
"""How many sites of a rule a file has, by (path, rule id); what is not there is 0."""


def syntax_gate(changes: Mapping[str, bytes | None], before: Mapping[str, bytes], compiler: Compiler) -> GateReport:
    """Compile every changed Python file; one that compiled before, or is new, and does not now, is red.

    `changes` maps paths to new contents (None: deleted), `before` to the old ones.
    """
    failures: dict[str, str] = {}
    tests: dict[str, Outcome] = {}
    for path, source in sorted(changes.items()):
        if source is None or not path.endswith((".py", ".pyi")):
            continue
        refusal = compiler.compile(path, source)
        if refusal is None:
            tests[path] = Outcome.PASSED
        elif path in before and compiler.compile(path, before[path]) is not None:
            tests[path] = Outcome.SKIPPED
        else:
            tests[path] = Outcome.FAILED
            failures[path] = str(refusal)
    return report_by_file(Level.SYNTAX, tests, failures, wrong="does not compile")


def rescan_gate(before: Counts, after: Counts, fixed: Counts) -> GateReport:
    """Hold the sites found in the changed files after the rewrite against those before it.

    `fixed` has an entry for each (path, rule) of the batch, also where it is 0: of those exactly
    `before - fixed` must remain. Of every other rule there may be fewer, but not one more.
    """
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    paths = {path for path, _ in {**before, **after, **fixed}}
    for key in sorted({**before, **after, **fixed}):
        path, rule = key
        had, has = before.get(key, 0), after.get(key, 0)
        expected = had - fixed.get(key, 0)
        if has > expected or (key in fixed and has != expected):
            told = f"{rule}: {had} found before, {fixed.get(key, 0)} fixed, {has} found now"
            makers = sorted(maker for (place, maker), many in fixed.items() if place == path and many and maker != rule)
            wrong[path].append(f"{told}; {' or '.join(makers)} wrote it" if has > expected and makers else told)
    failures = {path: "\n".join(lines) for path, lines in wrong.items()}
    tests = {path: Outcome.FAILED if path in failures else Outcome.PASSED for path in sorted(paths)}
    return report_by_file(Level.RESCAN, tests, failures, wrong="does not add up")
