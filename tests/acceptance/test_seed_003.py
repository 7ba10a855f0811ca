"""Issue #1066 of the seed documents: 567 deprecated factory uses in three phases, on the generated sample."""

from __future__ import annotations

from collections import Counter

import pytest

from workbench.demo import expected, generate
from workbench.engine.freeze import freeze_and_store
from workbench.engine.means import system_means
from workbench.engine.sample import commit_sample
from workbench.model.violation import Priority, SiteState, totals


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    root = tmp_path_factory.mktemp("sample")
    generate(root)
    commit_sample(root, when=1_736_812_800)
    return freeze_and_store(root, "websocket-ssot", "HEAD", system_means())


def test_S3_05_every_place_is_found_and_nothing_else(frozen):
    found = Counter((one.path, one.place.line, one.rule) for one in frozen.plan.violations)
    assert found == Counter((one.path, one.line, one.rule) for one in expected().sites)
    assert sum(found.values()) == 567
    assert len({path for path, _, _ in found}) >= 100


def test_S3_06_T7_the_phases_add_up(frozen):
    counted = totals(frozen.plan.violations)
    assert {str(p): counted.by_priority[p].found for p in Priority} == {"P0": 45, "P1": 178, "P2": 344}
    planned = {str(phase.priority): sum(len(one.fingerprints) for one in phase.batches) for phase in frozen.plan.phases}
    for priority in Priority:
        line = counted.by_priority[priority]
        assert line.found == planned[priority] + line.blocked + line.excluded


def test_S3_08_what_has_no_context_is_refused_with_its_reason(frozen):
    blocked = Counter((one.path, one.reason) for one in frozen.plan.in_state(SiteState.BLOCKED))
    assert blocked == Counter(expected().blocked)
    assert blocked.total() >= 5


def test_S3_02_T17_an_import_and_its_calls_land_together(frozen):
    for batch in frozen.plan.batches():
        if "legacy-import" in batch.rules or "await-on-sync" in batch.rules:
            others = [one for one in frozen.plan.batches() if one is not batch and set(one.files) & set(batch.files)]
            assert not any({"legacy-import", "await-on-sync"} & set(one.rules) for one in others)
