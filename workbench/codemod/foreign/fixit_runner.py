"""Runs one Fixit rule for whoever writes requests to it, in the environment that Fixit is installed in.

`python fixit_runner.py ROOT RULE`, with RULE as Fixit's own configuration spells it. Requests and answers are those of
`libcst_runner.py`; beside "source", an answer has "left": a list of [line, column, message] of what was found and has
no fix, lines from 1 and columns from 0, in the text of the request.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import Any

from fixit.config import collect_rules, parse_rule
from fixit.engine import LintRunner
from fixit.ftypes import Config, QualifiedRule


def mended(rule: QualifiedRule, root: Path, path: str, source: bytes) -> dict[str, Any]:
    """Return the answer for one file."""
    config = Config(path=root / path, root=root, enable_root_import=True, enable=[rule], disable=[])
    runner = LintRunner(root / path, source)
    rules = collect_rules(config)
    if not rules:
        raise LookupError(f"Fixit knows no rule {rule}")
    found = list(runner.collect_violations(rules, config))
    left = [one for one in found if not one.replacement]
    after = runner.apply_replacements(found).bytes if len(left) < len(found) else source
    places = [[one.range.start.line, one.range.start.column, one.message] for one in left]
    return {"source": base64.b64encode(after).decode("ascii"), "left": places}


def main(root: str, name: str) -> None:
    """Serve requests until there are no more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path[0] = root
    rule = parse_rule(name, Path(root))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            told = mended(rule, Path(root), request["path"], base64.b64decode(request["source"]))
        except Exception as error:  # noqa: BLE001 - whatever a rule does, it is the answer for one file
            told = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(told), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
