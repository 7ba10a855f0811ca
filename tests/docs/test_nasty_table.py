"""The table of suites that misbehave names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| .+ \| .+ \| `(tests/\S+\.py)::(.+)` \|$", re.MULTILINE)


def test_each_row_names_a_test_or_a_script():
    table = (ROOT / "docs/gates.md").read_text("utf-8").partition("## Suites that misbehave")[2]
    rows = ROW.findall(table)
    assert len(rows) == table.count("\n|") - 2 >= 30
    for path, name in rows:
        text = (ROOT / path).read_text("utf-8")
        assert re.search(rf'^(def {name}\(|    Nasty\("{name}"|    {name}\()', text, re.MULTILINE), (path, name)
