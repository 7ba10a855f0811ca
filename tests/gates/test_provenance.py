"""Which code the gates import: real interpreters with real traps in their site-packages."""

from __future__ import annotations

import sysconfig
import venv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from making import gate

from workbench.gates.bench import Bench
from workbench.gates.command import run_command
from workbench.gates.provenance import canary_source, canary_verdict, installed, prove
from workbench.model.errors import ProvenanceFailed

Fill = Callable[..., None]
NONCE = "nonce-1b4d"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Make a virtual environment of its own; return its site-packages."""
    venv.create(tmp_path / "env", symlinks=True)
    scheme = {"base": str(tmp_path / "env"), "platbase": str(tmp_path / "env")}
    return Path(sysconfig.get_path("purelib", "venv", vars=scheme))


@pytest.fixture
def bench(bench: Bench, site: Path, tmp_path: Path) -> Bench:
    """A bench for that environment, with a package in the sandbox and the same one in the user's checkout."""
    for root in (bench.sandbox, tmp_path / "checkout"):
        (root / "app").mkdir(parents=True)
        (root / "app/__init__.py").write_text("raise SystemExit('it was run')\n")
    return replace(bench, python=tmp_path / "env/bin/python")


def test_what_lies_in_the_sandbox_is_proven_without_running_it(bench: Bench, fill: Fill) -> None:
    fill({"single.py": "1 / 0\n", "spaces/deep/mod.py": ""})
    proof = prove(bench, ("app", "single", "spaces"))
    assert proof.origins == {
        "app": str(bench.sandbox / "app/__init__.py"),
        "single": str(bench.sandbox / "single.py"),
        "spaces": str(bench.sandbox / "spaces"),
    }
    assert not list(bench.scratch.iterdir())


def test_an_editable_install_of_the_checkout_comes_second(bench: Bench, site: Path, tmp_path: Path) -> None:
    (site / "app.pth").write_text(f"{tmp_path / 'checkout'}\n")
    assert prove(bench, ("app",))


def test_what_is_found_without_the_sandbox_is_named(bench: Bench, site: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "app").mkdir(parents=True)
    (other / "app/__init__.py").write_text("")
    (site / "ours.pth").write_text(f"{bench.sandbox}\n")
    assert installed(bench, ("app", "nowhere")) == {}
    (site / "ours.pth").write_text(f"{other}\n")
    assert installed(bench, ("app", "nowhere")) == {"app": str(other / "app/__init__.py")}


def test_an_editable_install_that_would_be_tested_is_caught(bench: Bench, site: Path, tmp_path: Path) -> None:
    (site / "app.pth").write_text(f"{tmp_path / 'checkout'}\n")
    elsewhere = {**bench.env, "PYTHONPATH": str(bench.sandbox / "no-such-root")}
    with pytest.raises(ProvenanceFailed) as raised:
        prove(replace(bench, env=elsewhere), ("app",))
    assert raised.value.exit_code == 5
    assert f"app comes from {tmp_path / 'checkout'}" in raised.value.message
    assert "pythonpath" in raised.value.hint


FINDER = """
import sys
from importlib.machinery import PathFinder

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return PathFinder.find_spec(name, [CHECKOUT]) if name == "app" else None

sys.meta_path.insert(0, Finder)
"""


def test_a_finder_that_comes_before_everything_is_caught(bench: Bench, site: Path, tmp_path: Path) -> None:
    (site / "finder.py").write_text(FINDER.replace("CHECKOUT", repr(str(tmp_path / "checkout"))))
    (site / "app.pth").write_text("import finder\n")
    with pytest.raises(ProvenanceFailed, match="app comes from"):
        prove(bench, ("app",))


def test_the_working_directory_is_no_proof(bench: Bench) -> None:
    """`python -c` looks there first, a script like bin/pytest does not."""
    with pytest.raises(ProvenanceFailed, match="app is not found"):
        prove(replace(bench, env={**bench.env, "PYTHONPATH": ""}), ("app",))


def test_a_link_out_of_the_sandbox_is_no_sandbox(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "checkout/linked").mkdir()
    (bench.sandbox / "linked").symlink_to(tmp_path / "checkout/linked")
    with pytest.raises(ProvenanceFailed, match="linked comes from"):
        prove(bench, ("linked",))


def test_a_package_imported_at_start_up_is_asked_where_it_is(bench: Bench, site: Path, tmp_path: Path) -> None:
    (bench.sandbox / "early.py").write_text("__spec__ = None\n")
    (site / "early.pth").write_text("import early\n")
    assert prove(bench, ("early",)).origins == {"early": str(bench.sandbox / "early.py")}


def test_an_interpreter_that_cannot_be_asked_proves_nothing(bench: Bench, site: Path, tmp_path: Path) -> None:
    (site / "sitecustomize.py").write_text("raise SystemExit('broken environment')\n")
    with pytest.raises(ProvenanceFailed, match="broken environment"):
        prove(bench, ("app",))
    with pytest.raises(ProvenanceFailed, match="cannot start"):
        prove(replace(bench, python=tmp_path / "gone"), ("app",))


def test_a_gate_that_imports_the_sandbox_sees_the_canary(bench: Bench) -> None:
    (bench.sandbox / "app/__init__.py").write_bytes(canary_source(NONCE))
    guarded = "try:\n    import app\nexcept Exception:\n    pass"
    report = run_command(gate("{python}", "-c", guarded), bench=bench, files=())
    assert canary_verdict(report, NONCE)
    assert not canary_verdict(report, "another")


@pytest.mark.parametrize("command", [("-c", "import app"), ("-I", "-c", "import app")], ids=["PYTHONPATH", "-I"])
def test_a_gate_that_imports_the_checkout_does_not(
    bench: Bench, site: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "checkout/app/__init__.py").write_text("")
    (site / "app.pth").write_text(f"{tmp_path / 'checkout'}\n")
    (bench.sandbox / "app/__init__.py").write_bytes(canary_source(NONCE))
    report = run_command(gate("{python}", *command), bench=bench, files=())
    assert canary_verdict(report, NONCE) is ("-I" not in command)


def test_pytest_shows_the_canary(bench: Bench, fill: Fill) -> None:
    import sys

    fill({"app/__init__.py": canary_source(NONCE).decode(), "test_app.py": "import app\ndef test_app(): pass\n"})
    report = run_command(gate(), bench=replace(bench, python=Path(sys.executable)), files=())
    assert canary_verdict(report, NONCE)
