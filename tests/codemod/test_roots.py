"""Paths to module names."""

from __future__ import annotations

import pytest

from workbench.codemod.roots import ModuleMap


@pytest.mark.parametrize(
    ("roots", "path", "wanted"),
    [
        ((".",), "app/user.py", ("app.user", False)),
        ((".",), "app/__init__.py", ("app", True)),
        ((".",), "setup.py", ("setup", False)),
        ((".",), "app/types.pyi", ("app.types", False)),
        (("src",), "src/app/user.py", ("app.user", False)),
        (("src",), "tests/test_user.py", None),
        ((".", "src"), "src/app/user.py", ("app.user", False)),
        ((".", "src"), "tests/test_user.py", ("tests.test_user", False)),
        (("src/", "./libs/core"), "libs/core/a.py", ("a", False)),
        (("a", "a/b"), "a/b/c.py", ("c", False)),
        (("ab",), "abc/d.py", None),
        ((".",), "__init__.py", None),
        ((".",), "bin/my-script.py", None),
        ((".",), "docs/conf.txt", None),
        ((".",), "app/data", None),
    ],
)
def test_paths(roots: tuple[str, ...], path: str, wanted: tuple[str, bool] | None) -> None:
    assert ModuleMap(roots).name_of(path) == wanted
