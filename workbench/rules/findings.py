"""What another tool found: every place in its report is a violation, and a person changes it.

For linters and type checkers a team has already: `file` is a report in the repository's checkout, made for the commit
that is planned. It may be SARIF; the JSON of ruff, pyright, pylint, Semgrep or ast-grep; mypy's JSON lines or its text;
flake8's text; or CSV with the columns `path`, `line`, `rule`, `message` and, if known, `col` and `text`. `format = "auto"` tells
them apart. Lines and columns count from 1 here, however the tool counts; suppressed results and mypy's notes are left out.

`codes` keeps only findings of those codes; `F4*` stands for all that begin so.

Findings are known by their code, their message and their order in the file, so that lines which other batches
move do not make them new. Several in one place are several. Files the plan does not judge are no matter. A report that
names files which the tree does not have was made for another commit: that is an error in the plan file, and so
is one without any finding.

The rule does not rewrite anything, so its sites are never open work: they stand as blocked with the reason
`detect-only`, count as found, and a run ends with exit code 1 as long as there are any. `drifted`: the file has no such
line any more, or the line reads otherwise than in the report (SARIF's snippets, ast-grep, Semgrep, the column `text`), or,
where that shows no code, than in the commit it names (SARIF's `versionControlProvenance`). What a run mends still stands in the report: have the tool write a new one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from workbench.codemod.detected import DETECT_ONLY, Detector
from workbench.codemod.foreign.findings import Finding, UnreadableFindings, otherwise, place_in, read_findings
from workbench.codemod.project import Project
from workbench.codemod.rule import Example, Keep, Parameters, Refuse
from workbench.codemod.source import Module
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem
from workbench.model.violation import Blocked, Site

_GONE = "the file has no such line: the report was made for another version of it"
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
Format = Literal[
    "auto", "sarif", "ruff", "mypy", "mypy-text", "pyright", "flake8", "pylint", "semgrep", "ast-grep", "csv"
]


class FindingsParameters(Parameters):
    """`file`: the report; `format`: whose it is; `codes`: what of it counts."""

    file: str = Field("", description="the report, as a path in the repository or an absolute one")
    text: str = Field("", description="the report itself, in place of a file")
    format: Format = Field("auto", description="whose report it is")
    codes: tuple[str, ...] = Field((), description="codes that count, `*` for any text; all, if none are given")

    @model_validator(mode="after")
    def _one_report(self) -> Self:
        if bool(self.file) == bool(self.text):
            raise ValueError("either `file` or `text` is needed, and only one of them")
        return self


@dataclass(frozen=True, slots=True)
class Report:
    """The findings that count; `trouble` says why there can be none."""

    findings: tuple[Finding, ...]
    trouble: str = ""


class Findings(Detector[FindingsParameters]):
    kind: ClassVar[str] = "findings"
    summary: ClassVar[str] = "What another tool found: every place in its report is a violation."
    Parameters = FindingsParameters
    defaults: ClassVar[dict[str, object]] = {
        "text": "app/example.py:1:8: F401 'os' imported but unused\napp/example.py:9:1: W391 blank line at end of file\n"
    }

    def __init__(self, parameters: FindingsParameters, report: Report | None = None) -> None:
        super().__init__(parameters)
        self._report = report or _report(parameters, parameters.text, "")

    def prepared(self, root: Path) -> Self:
        """Read the report."""
        try:
            text = self.parameters.text or (root / self.parameters.file).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            return type(self)(self.parameters, Report((), getattr(error, "strerror", None) or str(error)))
        return type(self)(self.parameters, _report(self.parameters, text, str(root)))

    def earlier(self) -> Mapping[str, frozenset[str]]:
        """Return the files whose text at the commit that the report names tells what its tool saw."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self._report.findings:
            if not one.text and one.path and _COMMIT.fullmatch(one.revision):
                found[one.revision].add(one.path)
        return {commit: frozenset(paths) for commit, paths in found.items()}

    def compared(self, texts: Mapping[tuple[str, str], bytes]) -> Self:
        """Return the rule with the lines that its findings stood for then."""
        findings = tuple(_as_it_was(one, texts.get((one.revision, one.path))) for one in self._report.findings)
        return type(self)(self.parameters, replace(self._report, findings=findings))

    def problems(self, project: Project, tree: Tree) -> tuple[Problem, ...]:  # noqa: ARG002 - the tree tells enough
        key, name = f"rules[{self.id}].file", self.parameters.file or "the text"
        if self._report.trouble:
            return (Problem(f"{name} cannot be used: {self._report.trouble}", key),)
        if not self._report.findings:
            return (Problem(f"{name} holds no finding that counts", key, suggestion="see `codes`, and the report"),)
        homeless = sum(not one.path for one in self._report.findings)
        if homeless:
            told = f"{name} holds {homeless} findings that name no file, so no place can be shown for them"
            return (Problem(told, key, suggestion="leave their codes out of `codes`"),)
        there = {entry.path for entry in tree.sources.entries()}
        gone = sorted({one.path for one in self._report.findings} - there)
        if gone:
            told = f"{name} names {len(gone)} files that the tree does not have, {gone[0]} for one"
            return (Problem(told, key, suggestion="have the tool report on the commit that is planned"),)
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset()

    def is_about(self, module: str) -> bool:
        """Say whether a module of that name may lie at a path that is found; which file it is, `find` sees."""
        last = module.rpartition(".")[2]
        return not module or any(last in one.path for one in self._report.findings)

    def find(self, module: Module, project: Project) -> Iterator[Site]:  # noqa: ARG002 - see above
        mine = [one for one in self._report.findings if one.path == module.path]
        for one in sorted(mine, key=lambda one: (one.line, one.column)):
            place, told = (
                place_in(module, one.line, one.column),
                f"{one.code}: {one.message}" if one.code else one.message,
            )
            drift = otherwise(module, one) if place else _GONE
            yield self.detected(
                module,
                place or module.place_of(len(module.source), len(module.source)),
                key=f"{one.code} {one.message}",
                message=told,
                blocked=Blocked("drifted", drift) if drift else Blocked(DETECT_ONLY.code, told),
            )

    examples: ClassVar[tuple[Example, ...]] = (
        Refuse(
            code="import os\n",
            reason="detect-only",
            why="each finding is a place for a person to change",
            parameters=(("codes", ("F4*",)),),
        ),
        Refuse(
            code="import os\n",
            reason="drifted",
            why="the file has no line 9 any more",
            parameters=(("codes", ("W391",)),),
        ),
        Refuse(
            code="import sys\n",
            reason="drifted",
            why="the line is another one than the report shows",
            parameters=(("text", "path,line,rule,message,text\napp/example.py,1,F401,unused,import os\n"),),
        ),
        Keep(
            code="import os\n",
            why="findings in other files are told there",
            path="app/other.py",
        ),
    )


def _as_it_was(one: Finding, then: bytes | None) -> Finding:
    """Return a finding with the whole line that it stood for; as it is where that cannot be known."""
    if one.text or then is None:
        return one
    lines = then.decode("utf-8", "replace").removeprefix("\ufeff").splitlines()
    return replace(one, text=lines[one.line - 1]) if 0 < one.line <= len(lines) else one


def _report(parameters: FindingsParameters, text: str, root: str) -> Report:
    """Read what of a report counts."""
    try:
        every = read_findings(text, parameters.format, root) if text else ()
    except UnreadableFindings as error:
        return Report((), str(error))
    codes = parameters.codes
    return Report(tuple(one for one in every if not codes or any(fnmatchcase(one.code, code) for code in codes)))
