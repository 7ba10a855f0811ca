"""The limited workers: what kills one is one file's failure, and the files beside it are rewritten."""

from __future__ import annotations

import os

import pytest

from workbench.codemod.project import Project
from workbench.codemod.rewrite import FileFailed, FileRewrite
from workbench.codemod.roots import ModuleMap
from workbench.engine.transform import Job, Kit, Transformer
from workbench.rules.move_symbol import MoveSymbol

WANTED = {"r": frozenset({"x"})}


class Dying(MoveSymbol):
    """A rule that kills its process on one file, crashes on another, recurses for ever on a third, and wants 3 GiB for
    a fourth."""

    def find(self, module, project):
        if module.path == "kills.py":
            os._exit(9)
        if module.path == "crashes.py":
            raise KeyError("a defect of the rule")
        if module.path == "recurses.py":
            return self.find(module, project)
        if module.path == "devours.py":
            bytearray(3 << 30)
        return super().find(module, project)


@pytest.mark.parametrize(
    ("path", "reason"),
    [("kills.py", "crashed"), ("crashes.py", "crashed"), ("recurses.py", "too-deep"), ("devours.py", "too-deep")],
)
def test_one_bad_file_does_not_take_others_along(path, reason):
    rule = Dying(MoveSymbol.Parameters(id="r", kind="move-symbol", **{"from": "a.b", "to": "c.d"}))
    kit = Kit((rule,), Project(), ModuleMap((".",)))
    jobs = [Job(name, b"x = 1\n", WANTED) for name in ("one.py", path, "two.py")]
    with Transformer(1) as transformer:
        outcomes = list(transformer.apply(jobs, kit))
        again = list(transformer.apply(jobs[:1], kit))
    assert [one.path for one in outcomes] == ["one.py", path, "two.py"]
    assert isinstance(outcomes[1], FileFailed)
    assert outcomes[1].reason == reason
    assert all(isinstance(one, FileRewrite) for one in (outcomes[0], outcomes[2], again[0]))
