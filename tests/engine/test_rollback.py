"""Rollback returns the branch to a savepoint, and the certificate proves it by tree id."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.engine.conftest import user
from tests.engine.test_run import git
from workbench.engine.revert import revert
from workbench.engine.rollback import rollback
from workbench.engine.standing import standing
from workbench.model.batch import BatchState
from workbench.model.errors import Refused, UsageError
from workbench.model.run import RunOutcome
from workbench.model.violation import totals


def test_rollback_of_a_batch_takes_later_ones_along_and_is_proven(done):
    before = standing(done.root, None)
    certificate = rollback(done.root, "P2-002", means=done.means)
    assert certificate.verified
    assert certificate.batches == ("P2-002", "P2-003")
    assert (certificate.before is None, certificate.touched) == (False, ())
    assert certificate.actual_tree == before.batches[0].tree
    record = standing(done.root, None)
    assert [one.state for one in record.batches] == [BatchState.KEPT, BatchState.ROLLED_BACK, BatchState.ROLLED_BACK]
    assert git(done.root, "rev-parse", "workbench/small") == before.batches[0].commit
    counted = totals(record.violations).all
    assert (counted.fixed, counted.remaining) == (2, 4)
    assert git(done.root, "for-each-ref", "--format=%(objectname)", "refs/workbench").count(before.head) == 1


def test_a_tree_that_is_not_the_recorded_one_is_not_certified(done):
    with closing(sqlite3.connect(done.root / ".git/workbench/ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE runs SET base_tree = ?", ("0" * 40,))
    certificate = rollback(done.root, "all", means=done.means)
    assert (certificate.expected_tree, certificate.verified) == ("0" * 40, False)


def test_run_brings_back_what_was_rolled_back(done):
    head = standing(done.root, None).head
    rollback(done.root, "all", means=done.means)
    record = done.run()
    assert record.outcome is RunOutcome.COMPLETE
    assert git(done.root, "rev-parse", f"{record.head}^{{tree}}") == git(done.root, "rev-parse", f"{head}^{{tree}}")


def test_rollback_of_a_phase_and_of_all_returns_to_the_base(done):
    base_tree = git(done.root, "rev-parse", "main^{tree}")
    certificate = rollback(done.root, "P2", means=done.means)
    assert certificate.actual_tree == base_tree
    with pytest.raises(Refused, match="nothing of all"):
        rollback(done.root, "all", means=done.means)


def test_an_unknown_target_is_a_usage_error(done):
    with pytest.raises(UsageError, match="no batch, phase or run called P9"):
        rollback(done.root, "P9", means=done.means)


def test_rollback_goes_by_the_order_of_keeping(make_case):
    case = make_case(user("a"), user("b"), user("c"), max_files=1)
    case.run(batch="P2-003")
    case.run(batch="P2-001")
    certificate = rollback(case.root, "P2-001", means=case.means)
    assert certificate.verified
    assert certificate.batches == ("P2-001",)
    assert rollback(case.root, "P2-003", means=case.means).batches == ("P2-003",)


def test_revert_undoes_one_batch_by_a_new_commit(done):
    head = standing(done.root, None).head
    certificate = revert(done.root, "P2-002", means=done.means)
    assert certificate.verified
    assert git(done.root, "rev-parse", f"{certificate.to_commit}^") == head
    assert git(done.root, "diff", "--name-only", head, certificate.to_commit) == "app/b.py"
    assert git(done.root, "diff", "main", certificate.to_commit, "--", "app/b.py") == ""


def turning(name: str) -> dict[str, str]:
    """A module that uses the old function, with a test that is red before the migration and green after it."""
    test = f"from app import {name}\n\n\ndef test_{name}():\n    assert {name}.run()[0] == 'new'\n"
    return {**user(name), f"tests/test_{name}.py": test}


def passed(suites) -> list[int | None]:
    return [one.now.passed if one.now is not None else None for one in suites]


def test_after_a_rollback_the_suites_stand_where_the_savepoint_stood(make_case):
    case = make_case(turning("a"), turning("b"), max_files=1)
    assert passed(case.run().suites) == [2]
    certificate = rollback(case.root, "P2-002", means=case.means)
    assert [one.id for one in certificate.gates] == ["syntax", "rescan", "imports", "unit"]
    assert (certificate.gates[-1].tests.passed, certificate.gates[-1].cached) == (1, True)
    assert passed(standing(case.root, None).suites) == [1]
    rollback(case.root, "all", means=case.means)
    assert passed(standing(case.root, None).suites) == [0]


def test_after_a_revert_to_a_tree_nobody_had_judged_its_own_judging_is_told(make_case):
    case = make_case(turning("a"), turning("b"), max_files=1)
    case.run()
    certificate = revert(case.root, "P2-001", means=case.means)
    assert [one.id for one in certificate.gates] == ["syntax", "imports", "unit"]
    assert (certificate.gates[-1].tests.passed, certificate.judged) == (1, True)
    assert passed(standing(case.root, None).suites) == [1]


def test_what_a_revert_made_is_a_savepoint_with_a_recorded_tree(make_case):
    case = make_case(user("a"), user("b"), user("c"), max_files=1)
    case.run(batch="P2-001")
    case.run(batch="P2-002")
    reverted = revert(case.root, "P2-001", means=case.means)
    case.run(batch="P2-003")
    certificate = rollback(case.root, "P2-003", means=case.means)
    assert certificate.to_commit == reverted.to_commit
    assert certificate.expected_tree == reverted.actual_tree
    assert certificate.verified
