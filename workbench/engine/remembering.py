"""Opens the memory of a plan: what was worked out from each file, for as long as the rules and this program stay."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

import workbench
from workbench.engine.place import ledger_path
from workbench.engine.workspace import Workspace
from workbench.ledger.memo import Memo

_WORKED_OUT_IN = ("model", "codemod", "rules", "planning", "scan", "engine")
_WORKED_OUT_WITH = ("libcst", "pathspec", "pyahocorasick", "pydantic")


def remembering(ws: Workspace) -> Memo:
    """Return the memory of a plan in its repository, to be used in a `with` block."""
    return Memo(ledger_path(ws.repo).with_name("memo.db"), ws.spec.name, _context(ws))


def _context(ws: Workspace) -> str:
    """Return what stands for all that what is found in a file depends on beside the files."""
    rules = (f"{type(rule).__module__} {rule.parameters!r}" for rule in ws.rules)
    roots = " ".join(ws.spec.scope.source_roots)
    return hashlib.sha256("\0".join((_program(), roots, *rules)).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _program() -> str:
    """Return what stands for this program, as it is now, and for what it runs on."""
    place = Path(workbench.__file__).parent
    text = hashlib.sha256(sys.version.encode())
    text.update(" ".join(f"{name} {version(name)}" for name in _WORKED_OUT_WITH).encode())
    for room in _WORKED_OUT_IN:
        for path in sorted((place / room).rglob("*.py")):
            text.update(path.relative_to(place).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return text.hexdigest()
