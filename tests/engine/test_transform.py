"""The limited workers: what kills one is one file's failure, and the files beside it are rewritten."""

from __future__ import annotations

import os
import time

import pytest

from workbench.codemod.project import Project
from workbench.codemod.rewrite import FileFailed
from workbench.codemod.roots import ModuleMap
from workbench.engine.transform import Job, Kit, Transformer
from workbench.rules.move_symbol import MoveSymbol

WANTED = {"r": frozenset({"x"})}


class Dying(MoveSymbol):
    """A rule that kills its process on one file, crashes on another, recurses for ever on a third, wants 3 GiB for
    a fourth, and never comes to an end of a fifth."""

    def find(self, module, project):
        if module.path == "kills.py":
            os._exit(9)
        if module.path == "crashes.py":
            raise KeyError("a defect of the rule")
        if module.path == "recurses.py":
            return self.find(module, project)
        if module.path == "devours.py":
            bytearray(3 << 30)
        if module.path == "hangs.py":
            while True:
                time.sleep(9)
        return super().find(module, project)


def rewritten(transformer, *names):
    rule = Dying(MoveSymbol.Parameters(id="r", kind="move-symbol", **{"from": "a.b", "to": "c.d"}))
    jobs = [Job(name, b"x = 1\n", WANTED) for name in names]
    outcomes = list(transformer.apply(jobs, Kit((rule,), Project(), ModuleMap((".",)))))
    return [(one.path, one.reason if isinstance(one, FileFailed) else "rewritten") for one in outcomes]


def test_bad_files_do_not_take_others_along():
    with Transformer(1) as transformer:
        assert rewritten(transformer, "one.py", "kills.py", "crashes.py", "recurses.py", "devours.py", "two.py") == [
            ("one.py", "rewritten"),
            ("kills.py", "crashed"),
            ("crashes.py", "crashed"),
            ("recurses.py", "too-deep"),
            ("devours.py", "too-deep"),
            ("two.py", "rewritten"),
        ]
        assert rewritten(transformer, "one.py") == [("one.py", "rewritten")]


@pytest.mark.parametrize("seconds", [2, pytest.param(60, marks=pytest.mark.nightly)])
def test_a_file_that_takes_too_long_is_told_by_name(seconds):
    others = [f"{number}.py" for number in range(40)]
    began = time.monotonic()
    with Transformer(2, seconds=seconds) as transformer:
        outcomes = rewritten(transformer, *others[:5], "hangs.py", *others[5:])
    assert [one for one in outcomes if one[1] != "rewritten"] == [("hangs.py", "too-slow")]
    assert len(outcomes) == 41
    print(f"limit {seconds} s: told after {time.monotonic() - began:.1f} s")  # noqa: T201  the figure, for `docs/reliability.md`
