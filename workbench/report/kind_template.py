"""The files a new rule kind starts from: a small package of its own, with a kind that works and its test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import files
from string import Template

KIND = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40


def is_kind_name(kind: str) -> bool:
    """Say whether a rule kind can be called this: lower-case words joined by hyphens, at most 40 characters."""
    return KIND.fullmatch(kind) is not None and len(kind) <= _LONGEST


def kind_template(kind: str) -> Mapping[str, str]:
    """Return the text of every file of the package for a new kind, by path inside its directory."""
    module = kind.replace("-", "_")
    package = f"workbench_{module}"
    words = {
        "kind": kind,
        "package": package,
        "name": "".join(word.capitalize() for word in kind.split("-")),
        "version": version("codemod-workbench"),
    }
    named = {
        "pyproject.toml": "pyproject.toml.txt",
        "README.md": "README.md.txt",
        f"{package}/__init__.py": "init.py.txt",
        f"{package}/rule.py": "rule.py.txt",
        f"tests/test_{module}.py": "test.py.txt",
    }
    room = files("workbench.report") / "templates" / "kind"
    return {path: Template((room / name).read_text("utf-8")).substitute(words) for path, name in named.items()}
