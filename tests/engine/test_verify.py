"""Whatever of ledger, refs and commits is changed behind our back, `verify` names it; what nobody changed holds."""

from __future__ import annotations

import random
import sqlite3

import pytest

from tests.command_line import workbench
from tests.engine.conftest import user
from tests.engine.test_resume import stop_at
from tests.engine.test_run import git
from workbench.engine.land import land
from workbench.engine.retry import retry
from workbench.engine.revert import revert
from workbench.engine.rollback import rollback
from workbench.engine.standing import standing
from workbench.engine.verify import verify
from workbench.model.diagnosis import Health
from workbench.model.errors import UsageError
from workbench.model.event import BatchKept


def differences(root) -> list[str]:
    found = verify(root)
    assert not found.broken
    return [one.told for one in found.checkup.diagnoses if one.health is Health.MEND]


def ledger_of(case):
    return case.root / ".git/workbench/ledger.db"


def test_what_nobody_touched_holds_through_all_that_is_done_with_it(done):
    assert differences(done.root) == []
    rollback(done.root, "P2-003", means=done.means)
    assert differences(done.root) == []
    done.run()
    revert(done.root, "P2-002", means=done.means)
    assert differences(done.root) == []
    done.run()
    assert differences(done.root) == []
    land(done.root, "small", None, means=done.means)
    assert differences(done.root) == []
    git(done.root, "branch", "-D", "workbench/small")
    assert differences(done.root) == []


def test_two_runs_on_one_branch_hold(make_case):
    case = make_case(user("a"), user("bad", breaks=True))
    case.run()
    retry(case.root, None, (), means=case.means)
    assert differences(case.root) == []


def test_a_run_under_way_is_not_judged(make_case):
    case = make_case(user("a"), user("b"), max_files=1)
    stop_at(case, BatchKept)
    assert differences(case.root) == []
    assert any(one.health is Health.NOTE for one in verify(case.root).checkup.diagnoses)


def test_a_moved_branch_is_named(done):
    git(done.root, "branch", "-f", "workbench/small", "main")
    (told,) = differences(done.root)
    assert told.startswith("workbench/small is at ")


def test_a_deleted_branch_that_was_never_landed_is_named(done):
    git(done.root, "branch", "-D", "workbench/small")
    (told,) = differences(done.root)
    assert told.startswith("workbench/small is at nothing, the ledger says ")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE batches SET tree = (SELECT base_tree FROM runs)", "the table batches"),
        ("UPDATE runs SET branch = 'workbench/other'", "the table runs"),
        ("DELETE FROM events WHERE n = (SELECT max(n) FROM events)", ""),
    ],
)
def test_an_edited_ledger_does_not_hold_against_itself(done, change, words):
    with sqlite3.connect(ledger_of(done)) as db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{trigger}"')
        db.execute(change)
    db.close()
    found = verify(done.root)
    assert found.broken
    assert words in found.checkup.diagnoses[0].told


def test_missing_and_strange_side_refs_are_named(done):
    run = standing(done.root, None).run
    rollback(done.root, "P2-003", means=done.means)
    pinned = git(done.root, "for-each-ref", "--format=%(refname)", f"refs/workbench/{run}/rolled-back-*")
    git(done.root, "update-ref", "-d", pinned)
    git(done.root, "update-ref", "refs/workbench/run-99/base", "main")
    first, second = differences(done.root)
    assert first.startswith(f"{pinned} should hold ")
    assert second == "side refs of runs that the ledger does not know"


def test_a_commit_that_was_made_again_with_other_words_is_named(done):
    head = standing(done.root, None).head
    stranger = git(done.root, "commit-tree", "-p", f"{head}^", "-m", "as if", f"{head}^{{tree}}")
    replaced = ledger_of(done).read_bytes().replace(head.encode(), stranger.encode())
    assert replaced.count(stranger.encode()) > 1
    ledger_of(done).write_bytes(replaced)
    git(done.root, "branch", "-f", "workbench/small", stranger)
    found = verify(done.root)
    assert found.broken


def test_a_lost_object_is_named(done):
    head = standing(done.root, None).head
    git(done.root, "branch", "-D", "workbench/small")
    for ref in git(done.root, "for-each-ref", "--format=%(refname)", "refs/workbench").splitlines():
        if git(done.root, "rev-parse", ref) == head:
            git(done.root, "update-ref", "-d", ref)
    git(done.root, "reflog", "expire", "--expire=now", "--all")
    git(done.root, "gc", "--quiet", "--prune=now")
    (told,) = differences(done.root)
    assert told == f"the commit {head} is not in the repository any more"


def test_one_flipped_byte_is_found_or_changes_nothing(done):
    """SQLite leaves bytes unused; a flip there may pass, but then every answer must be the old one."""
    place, whole = ledger_of(done), ledger_of(done).read_bytes()
    record = standing(done.root, None)
    chosen = random.Random(7)
    found = 0
    for _ in range(60):
        at = chosen.randrange(len(whole))
        place.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << chosen.randrange(8))]) + whole[at + 1 :])
        verified = verify(done.root)
        if verified.broken or verified.differs:
            found += 1
        else:
            assert standing(done.root, None) == record
    place.write_bytes(whole)
    assert differences(done.root) == []
    assert found >= 5


def test_the_command_says_it_and_its_exit_code_does(done, make_repo):
    answer = workbench(done.root, "verify")
    assert answer.returncode == 0, answer.stdout
    git(done.root, "branch", "-f", "workbench/small", "main")
    answer = workbench(done.root, "verify")
    assert answer.returncode == 1
    assert "git branch -f workbench/small" in " ".join(answer.stdout.split())
    ledger_of(done).write_bytes(ledger_of(done).read_bytes()[:2000])
    assert workbench(done.root, "verify").returncode == 6
    with pytest.raises(UsageError, match="no ledger"):
        verify(make_repo({"x.py": ""}))
