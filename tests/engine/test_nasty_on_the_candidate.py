"""Suites that turn nasty only on what a batch made, or for some files together: who is set aside, and who lands."""

from __future__ import annotations

import pytest

from tests.engine.conftest import PLAN, user

GATE = """
[[gates]]
id = "check"
level = "tests"
run = ["{{python}}", "-c", "{code}"]
timeout = {timeout}
"""
NEW = "import sys, os, time, app.a, app.b, app.c; a, b, c = (m.run()[0] == 'new' for m in (app.a, app.b, app.c)); "


@pytest.fixture
def case(make_case):
    """Return a case of three files in one batch, whose only gate is a line of Python that knows which are changed."""

    def make(code: str, *, timeout: int = 60):
        modules = {f"app/{name}.py": user(name)[f"app/{name}.py"] for name in "abc"}
        plan = PLAN.partition("[[gates]]")[0] + GATE.format(code=NEW + code, timeout=timeout)
        return make_case(modules, plan=plan)

    return make


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("b and os.kill(os.getpid(), 9)", id="is killed"),
        pytest.param("b and os.kill(os.getpid(), 11)", id="crashes"),
        pytest.param("b and os._exit(200)", id="exits strangely"),
        pytest.param("b and time.sleep(600)", id="hangs", marks=pytest.mark.nightly),
    ],
)
def test_what_does_not_finish_twice_with_a_file_and_does_without_it_is_of_that_file(case, code):
    record = case(code, timeout=5 if "sleep" in code else 60).run()
    assert [(one.path, one.with_paths) for one in record.quarantined] == [("app/b.py", ())]
    (batch,) = record.batches
    assert (batch.state, batch.gates[-1].verdict) == ("split", "pass")


def test_files_that_are_red_only_together_are_named_together(case):
    record = case("sys.exit(a and c)").run()
    assert {one.path: one.with_paths for one in record.quarantined} == {
        "app/a.py": ("app/c.py",),
        "app/c.py": ("app/a.py",),
    }
    assert record.batches[0].state == "split"


def test_files_that_need_each_other_land_together_without_the_guilty_one(case):
    record = case("sys.exit(a != c or b)").run()
    assert [(one.path, one.with_paths) for one in record.quarantined] == [("app/b.py", ())]
    assert record.batches[0].state == "split"
