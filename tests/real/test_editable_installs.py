"""Editable installs of the checkout, as real installers make them: the suite tests the sandbox all the same."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import venv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.conftest import Case
from tests.engine.test_traps import lay
from tests.engine.traps import Trap
from tests.real.released import environment
from workbench.engine.means import Means, system_means
from workbench.model.batch import BatchState

pytestmark = pytest.mark.real

BUILDERS = (
    "editables==0.5",
    "flit-core==3.12.0",
    "hatchling==1.27.0",
    "pdm-backend==2.4.5",
    "poetry-core==2.1.3",
    "setuptools==79.0.1",
    "wheel==0.45.1",
)
PROJECT = '[project]\nname = "app"\nversion = "1"\ndescription = "one"\n'
SETUPTOOLS = '[build-system]\nrequires = []\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools]\n'
HATCH = (
    '[build-system]\nrequires = []\nbuild-backend = "hatchling.build"\n'
    '[tool.hatch.build.targets.wheel]\npackages = ["WHERE/app"]\n'
)
FLIT = '[build-system]\nrequires = []\nbuild-backend = "flit_core.buildapi"\n'
POETRY = (
    '[build-system]\nrequires = []\nbuild-backend = "poetry.core.masonry.api"\n'
    '[tool.poetry]\npackages = [{ include = "app", from = "WHERE" }]\n'
)
PDM = '[build-system]\nrequires = []\nbuild-backend = "pdm.backend"\n[tool.pdm.build]\npackage-dir = "WHERE"\n'
PACKAGES = 'packages = ["app"]\npackage-dir = { "" = "WHERE" }\n'

INSTALLERS = {
    "setuptools, lax": (SETUPTOOLS + PACKAGES, ()),
    "setuptools, strict": (SETUPTOOLS + PACKAGES, ("--config-settings", "editable_mode=strict")),
    "setuptools, compat": (SETUPTOOLS + PACKAGES, ("--config-settings", "editable_mode=compat")),
    "hatchling": (HATCH, ()),
    "hatchling, exact": (HATCH + "[tool.hatch.build]\ndev-mode-exact = true\n", ()),
    "flit": (FLIT, ()),
    "poetry": (POETRY, ()),
    "pdm, a path": (PDM, ()),
    "pdm, exact": (PDM + 'editable-backend = "editables"\n', ()),
}


@pytest.fixture(scope="module")
def builders(store: Path) -> Path:
    """An interpreter that has pip and what builds wheels."""
    return environment(BUILDERS, store)


@pytest.fixture
def site(tmp_path: Path, builders: Path) -> Path:
    """A new virtual environment that can build; return its site-packages."""
    venv.create(tmp_path / "env", symlinks=True)
    found = _site(tmp_path / "env")
    (found / "zz-builders.pth").write_text(f"{_site(builders.parents[1])}\n")
    return found


@pytest.fixture
def install(site: Path, builders: Path) -> Callable[..., None]:
    def run(root: Path, *options: str) -> None:
        python = site.parents[2] / "bin/python"
        words = ("install", "--quiet", "--no-deps", "--no-build-isolation", *options, "--editable", str(root))
        ended = subprocess.run(
            [builders, "-m", "pip", "--disable-pip-version-check", "--python", python, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        # Whoever asks this interpreter elsewhere has the checkout, or links to it.
        asked = [python, "-c", "import os, app.a; print(os.path.realpath(app.a.__file__))"]
        there = subprocess.run(asked, cwd=root.parent, capture_output=True, text=True, check=True).stdout
        assert Path(there.strip()).is_relative_to(root)

    return run


@pytest.fixture
def means() -> Means:
    return replace(system_means(), environ=dict(os.environ))


@pytest.mark.parametrize("layout", ["src", "flat"])
@pytest.mark.parametrize("installer", INSTALLERS)
def test_the_sandbox_comes_before_every_editable_install(make_repo, git, means, site, install, installer, layout):
    settings, options = INSTALLERS[installer]
    root = make_repo({"README": ""})
    where = "src" if layout == "src" else "."
    words = {"SITE": site, "ROOT": root, "SOURCE": root / where if layout == "src" else root}
    project = PROJECT + settings.replace("WHERE/app", "src/app" if layout == "src" else "app").replace("WHERE", where)
    lay(Trap(installer, layout=layout, files={"ROOT/pyproject.toml": project}), words)
    git(root, "add", "--all", "--force")
    git(root, "commit", "--quiet", "--message", "one")
    install(root, *options)
    assert [one.state for one in Case(root, means).run(on_red="rollback").batches] == [BatchState.ROLLED_BACK]


def _site(place: Path) -> Path:
    return Path(sysconfig.get_path("purelib", "venv", vars=dict.fromkeys(("base", "platbase"), str(place))))
