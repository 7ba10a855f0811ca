"""A plan says what it meets: what the user's branch changed meanwhile, and what an earlier run left."""

from __future__ import annotations

from pathlib import Path

from tests.engine.conftest import Case, user
from tests.engine.test_run import git
from workbench.engine.freeze import freeze_and_store
from workbench.model.outlook import Outlook, foretold


def go_on(root: Path, path: str) -> None:
    place = root / path
    place.write_text((place.read_text() if place.exists() else "") + "# a word\n")
    git(root, "add", path)
    git(root, "commit", "-qm", "meanwhile")


def met(case: Case, base: str = "HEAD") -> Outlook:
    return freeze_and_store(case.root, None, base, case.means).outlook


def test_a_plan_of_what_is_checked_out_meets_nothing(make_case) -> None:
    assert met(make_case(user("a"))) == Outlook()


def test_files_that_the_branch_changed_since_the_base_are_named_with_their_batches(make_case) -> None:
    case = make_case(user("a"), user("b"))
    go_on(case.root, "app/b.py")
    go_on(case.root, "app/new.py")
    found = met(case, "HEAD~2")
    assert found.target is not None
    assert found.target.collisions == (("app/b.py", ("P2-001",)),)
    (told,) = foretold(found)
    assert "main has gone on from this base, and changed 1 of the files that the plan changes: app/b.py (P2" in told
    assert met(case, "HEAD").target is None


def test_what_both_have_alike_is_no_collision(make_case) -> None:
    case = make_case(user("a"))
    git(case.root, "checkout", "-q", "-b", "side")
    go_on(case.root, "app/a.py")
    git(case.root, "checkout", "-q", "main")
    go_on(case.root, "app/new.py")
    go_on(case.root, "app/a.py")
    found = met(case, "side")
    assert list(foretold(found)) == ["main has gone on from this base, in other files than the plan changes"]


def test_the_branch_of_an_earlier_run_is_held_against_the_user_s(make_case) -> None:
    case = make_case(user("a"), user("b"))
    case.run()
    go_on(case.root, "app/new.py")
    found = met(case)
    assert found.makes_room
    assert found.parted is not None
    assert (found.parted.tried, [path for path, _ in found.parted.collisions]) == (True, [])
    (case.root / "app/a.py").write_text("from app.old import make as m\n\n\ndef run():\n    return m(7)\n")
    git(case.root, "commit", "-qam", "otherwise")
    found = met(case)
    assert found.parted is not None
    assert found.parted.collisions == (("app/a.py", ("P2-001",)),)
    assert list(foretold(found)) == [
        "a merge of workbench/small into main, which has gone on, would conflict in app/a.py (P2-001)",
        "`workbench run` sets aside what the last run left on workbench/small, and keeps it as a side ref",
    ]
