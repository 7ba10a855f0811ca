"""A gate that tests an installed original is found out before it can say that anything is green."""

from __future__ import annotations

import sysconfig
import venv
from pathlib import Path

import pytest

from tests.engine.conftest import PLAN, user
from workbench.model.batch import BatchState
from workbench.model.errors import ProvenanceFailed

GATE = """
[[gates]]
id = "check"
level = "tests"
run = ["{{python}}", {option}"check.py"]
"""
CHECK = "import app.a\nassert app.a.run()[1] == 1\n"


@pytest.fixture
def checked(make_case, tmp_path):
    """Return a case whose only gate runs in an environment in which, if wished, the checkout is installed."""
    venv.create(tmp_path / "env", symlinks=True)
    scheme = {"base": str(tmp_path / "env"), "platbase": str(tmp_path / "env")}
    site = Path(sysconfig.get_path("purelib", "venv", vars=scheme))

    def make(option: str, *, install: bool):
        head = PLAN.partition("[[gates]]")[0].replace("{python!r}", repr(str(tmp_path / "env/bin/python")))
        case = make_case(user("a"), {"check.py": CHECK}, plan=head + GATE.replace("{option}", option))
        if install:
            (site / "app.pth").write_text(f"{case.root}\n")
        return case

    return make


@pytest.mark.parametrize("option", ['"-I", ', '"-E", "-P", '], ids=["-I", "-E -P"])
def test_a_gate_that_would_test_the_checkout_is_refused(checked, option):
    case = checked(option, install=True)
    with pytest.raises(ProvenanceFailed, match="the gate `check` may test an original") as raised:
        case.run()
    assert raised.value.exit_code == 5
    assert str(case.root) in raised.value.message


@pytest.mark.parametrize("option", ["", '"-E", '], ids=["PYTHONPATH", "the folder of the script"])
def test_a_gate_that_tests_the_sandbox_notices_the_canary(checked, option):
    record = checked(option, install=True).run()
    assert [one.state for one in record.batches] == [BatchState.KEPT]


def test_where_nothing_is_installed_no_canary_is_sent(checked):
    case = checked("", install=False)
    assert [one.state for one in case.run().batches] == [BatchState.KEPT]
