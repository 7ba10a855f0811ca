"""The plan file as values: what it may hold, with its defaults, frozen.

Every key here is defined in the contract; a key this file does not name is an error. Lists become tuples, so that a
spec can be shared between threads and handed to worker processes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    InstanceOf,
    Tag,
    WithJsonSchema,
    model_validator,
)

from workbench.codemod.rule import Parameters
from workbench.model.gate import Level
from workbench.model.violation import Priority
from workbench.planning.fields import (
    Age,
    Command,
    Environment,
    Glob,
    LineOfText,
    PassRate,
    Regex,
    RelativePath,
    VariableName,
)

BUILTIN_GATES = (Level.SYNTAX, Level.RESCAN, Level.IMPORTS)

Grouping = Literal["rule", "package", "file", "owner"]
_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
_ExitCode = Annotated[int, Field(strict=True, ge=1, le=255)]
_Word = Annotated[str, Field(min_length=1)]
_Words = tuple[_Word, ...]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scope(_Table):
    """Which files are judged: gitignore-style patterns; `source_roots` map file paths to module names."""

    include: Annotated[tuple[Glob, ...], Field(min_length=1)] = ("**",)
    exclude: tuple[Glob, ...] = ()
    source_roots: Annotated[tuple[RelativePath, ...], Field(min_length=1)] = (".",)


class PriorityRule(_Table):
    """One entry of the table: it matches when every condition it gives holds."""

    priority: Priority
    paths: Annotated[tuple[Glob, ...], Field(min_length=1)] = ()
    rule: Annotated[_Words, Field(min_length=1)] = ()
    label: Annotated[_Words, Field(min_length=1)] = ()
    reachable_from: Annotated[_Words, Field(min_length=1)] = ()
    fan_in_at_least: Annotated[int, Field(strict=True, ge=1)] | None = None

    @model_validator(mode="after")
    def _has_a_condition(self) -> PriorityRule:
        if self.model_fields_set <= {"priority"}:
            raise ValueError("an entry without a condition matches everything; set `default` instead")
        return self

    @property
    def needs_graph(self) -> bool:
        return bool(self.reachable_from) or self.fan_in_at_least is not None


class Priorities(_Table):
    """First matching entry wins; `default` is for sites that none matches and whose rule names no priority."""

    default: Priority = Priority.P2
    rules: tuple[PriorityRule, ...] = ()


class Batches(_Table):
    """How open sites are cut into commits; rules listed `together` land in a file as one or not at all."""

    by: Annotated[tuple[Grouping, ...], Field(min_length=1)] = ("rule", "package")
    max_files: Annotated[int, Field(strict=True, ge=1)] = 25
    together: tuple[Annotated[_Words, Field(min_length=2)], ...] = ()


class RunSpec(_Table):
    """Where and how a run works; `python` is the target's own interpreter, None to look for it. `granularity` is
    how far the guilty are narrowed down: to files, or to the sites in them.

    The key `copy` is called `copy_in` here, because pydantic's models have a method of that name.
    """

    python: Annotated[LineOfText, Field(min_length=1)] | None = None
    on_red: Literal["isolate", "rollback", "stop"] = "isolate"
    granularity: Literal["file", "site"] = "file"
    copy_in: Annotated[tuple[RelativePath, ...], Field(alias="copy")] = ()
    pythonpath: tuple[RelativePath, ...] = ()
    env: tuple[VariableName, ...] = ()
    format: tuple[Command, ...] = ()


class LinesReport(_Table):
    """A report read from the gate's output: the expression names each line's `test` and its `outcome`."""

    lines: Regex

    @model_validator(mode="after")
    def _has_both_groups(self) -> LinesReport:
        missing = {"test", "outcome"} - set(re.compile(self.lines).groupindex)
        if missing:
            wanted = " and ".join(f"(?P<{name}>...)" for name in sorted(missing))
            raise ValueError(f"the expression needs {wanted}")
        return self


def _shape_of_report(value: object) -> str:
    return "a table" if isinstance(value, dict | LinesReport) else "a name"


Report = Annotated[
    Annotated[Literal["junit", "pytest", "tap", "subunit", "exit-code"], Tag("a name")]
    | Annotated[LinesReport, Tag("a table")],
    Discriminator(_shape_of_report),
]


class External(_Table):
    """Evidence made elsewhere: a JUnit file, relative to the repository's root, at most `max_age` seconds old."""

    junit: RelativePath
    max_age: Age


class GateSpec(_Table):
    """A command that judges a commit, or, where `external` is given, a report that somebody else's run left.

    `report` is filled in where the file leaves it out: junit if the command has {junit}, else the exit code alone.
    `target` is an exact pass rate in (0, 1]; `timeout` is in seconds; `env` holds (name, value) pairs.
    `fail_codes` are the exit codes that mean a fail, None for those the program is known by; `max_seconds` is for
    one of the `repeat` runs; `red_proof` wants the gate red again with a violation put back; `flaky` says what a
    red that does not repeat counts for; `may_lose` holds shell-style patterns of test ids that may go.
    """

    id: _Name
    level: Literal[Level.STATIC, Level.TESTS, Level.PROTECTED]
    run: Command = ()
    external: External | None = None
    when: Literal["batch", "phase", "run"] = "batch"
    timeout: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] = 600.0
    select: Literal["all", "impacted"] = "all"
    report: Report = "exit-code"
    target: PassRate = None
    min_tests: Annotated[int, Field(strict=True, ge=1)] = 1
    expect: Literal["green", "red-then-green"] = "green"
    fail_codes: Annotated[tuple[_ExitCode, ...], Field(min_length=1)] | None = None
    max_seconds: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] | None = None
    repeat: Annotated[int, Field(strict=True, ge=1, le=1000)] = 1
    flaky: Literal["majority", "red"] = "majority"
    red_proof: Annotated[bool, Field(strict=True, validation_alias=AliasChoices("red_proof", "red-proof"))] = False
    may_lose: Annotated[_Words, Field(min_length=1)] = ()
    env: Environment = ()
    cwd: RelativePath = "."
    shell: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="before")
    @classmethod
    def _junit_where_it_is_written(cls, data: object) -> object:
        if not isinstance(data, dict) or "report" in data:
            return data
        run = data.get("run")
        words = run if isinstance(run, list | tuple) else ()
        if any(isinstance(word, str) and "{junit}" in word for word in words):
            return {**data, "report": "junit"}
        return data

    @model_validator(mode="after")
    def _runs_or_reads(self) -> GateSpec:
        if self.external is None:
            if not self.run:
                raise ValueError("a gate needs `run`, the command, or `external`, a report made elsewhere")
            return self
        known = {"id", "level", "external", "when", "target", "min_tests"}
        if strange := sorted(self.model_fields_set - known):
            raise ValueError(f"`{strange[0]}` is for a command; evidence made elsewhere is only read")
        if self.when == "batch":
            raise ValueError('evidence made elsewhere cannot judge a batch; write `when = "phase"` or "run"')
        return self

    @model_validator(mode="after")
    def _counts_what_it_can_count(self) -> GateSpec:
        if self.report == "junit" and not any("{junit}" in word for word in self.run):
            raise ValueError("a junit report needs {junit} in `run`, the file to write it to")
        needy = [key for key in ("target", "min_tests", "may_lose") if key in self.model_fields_set]
        if self.report == "exit-code" and needy and self.external is None:
            raise ValueError(f"`{needy[0]}` counts tests, and an exit code names none; give the gate a report")
        if self.red_proof and self.expect != "red-then-green":
            raise ValueError('`red_proof` is for a gate with `expect = "red-then-green"`')
        if self.max_seconds is not None and self.max_seconds > self.timeout:
            raise ValueError(f"`max_seconds` is never reached: `timeout` ends the gate after {self.timeout:g} s")
        return self


class TriggerSpec(_Table):
    """What is done as soon as a gate is red, before anybody looks for the guilty."""

    gate: _Name
    do: Literal["rollback-phase", "rollback-run", "freeze"]


class PlanFile(_Table):
    """A whole plan file."""

    name: _Name
    title: LineOfText = ""
    issue: LineOfText = ""
    scope: Scope = Scope()
    rules: Annotated[
        tuple[InstanceOf[Parameters], ...],
        Field(min_length=1),
        WithJsonSchema({"type": "array", "minItems": 1}),
    ]
    priorities: Priorities = Priorities()
    batches: Batches = Batches()
    run: RunSpec = RunSpec()
    gates: tuple[GateSpec, ...] = ()
    triggers: tuple[TriggerSpec, ...] = ()


class PlanSpec(PlanFile):
    """A plan file with the `path` it was read from, the SHA-256 of its bytes, and the line of each dotted key."""

    path: Path
    source_digest: str
    lines: Mapping[str, int]
