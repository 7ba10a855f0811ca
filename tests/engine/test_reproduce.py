"""What a quarantine entry tells people to type, typed."""

from __future__ import annotations

import shlex

from tests.command_line import workbench
from tests.engine.conftest import user

OWNERS = {".github/CODEOWNERS": "* @all\napp/bad.py @billing @ops\n"}


def typed(case, command):
    words = shlex.split(command)
    assert words[0] == "workbench"
    return workbench(case.root, *words[1:])


def test_the_command_shows_the_red_again_on_what_was_kept(make_case, tree_of):
    case = make_case(user("a"), user("bad", breaks=True), OWNERS)
    record = case.run()
    (aside,) = record.quarantined
    assert aside.owner == "@billing @ops"
    before = tree_of(case.root)
    shown = typed(case, aside.reproduce)
    assert shown.returncode == 1, shown.stderr
    assert "tests.test_bad::test_bad" in shown.stdout
    kept = typed(case, aside.reproduce.replace("app/bad.py", "app/a.py"))
    assert (kept.returncode, "no rule of small would change app/a.py now" in kept.stderr) == (3, True)
    assert tree_of(case.root) == before
