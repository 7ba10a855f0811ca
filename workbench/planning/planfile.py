"""Reads a plan file, or says everything that is wrong with it at once, each problem with its line."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from workbench.codemod.registry import kinds
from workbench.codemod.rule import Parameters
from workbench.model.errors import PlanFileError, Problem, UsageError
from workbench.planning.contradictions import contradictions
from workbench.planning.order import Group, circles, make_rule
from workbench.planning.problems import Complaint, complaints, lines_by_key, located, near, told
from workbench.planning.references import check_references
from workbench.planning.schema import schema
from workbench.planning.spec import PlanFile, PlanSpec

__all__ = ["find_plan", "load", "schema"]

_MOST_BYTES = 4 << 20
_FOLDER = "plans"
Data = dict[str, object]

_TOML_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def load(path: Path) -> PlanSpec:
    """Read and check a plan file.

    Raises UsageError when it cannot be read, PlanFileError with every problem found in it.
    """
    source = _read(path)
    text, data = _parse(path, source)
    lines = lines_by_key(text, data)
    rules, wrong = _rules(data)
    shape, misshapen = _shape(data, rules)
    found = told([*wrong, *misshapen, *check_references(data)], data)
    across = _across(rules, shape.batches.together if shape else ())
    problems = located([*found, *across], lines)
    if shape is None or problems:
        raise PlanFileError(str(path), problems)
    digest = hashlib.sha256(source).hexdigest()
    return PlanSpec(**dict(shape), path=path, source_digest=digest, lines=lines)


def find_plan(plan: str | None, root: Path) -> Path:
    """Return the plan file meant by a path, by a name under `root`/plans, or by nothing when there is only one.

    Raises UsageError that lists the plans there are.
    """
    folder = root / _FOLDER
    there = plan_files(root)
    names = [one.stem for one in there]
    known = f"there are: {', '.join(names)}" if names else "write one with `workbench init NAME`"
    if plan is None:
        if len(there) == 1:
            return there[0]
        raise UsageError(f"which plan? {folder} holds {len(there)}", hint=known)
    for candidate in (Path(plan), root / plan, folder / f"{plan}.toml"):
        if candidate.is_file():
            return candidate
    raise UsageError(f"there is no plan {plan!r}", hint=near(plan, names) or known)


def plan_files(root: Path) -> list[Path]:
    """Return the plan files of a repository, by name."""
    return sorted((root / _FOLDER).glob("*.toml"))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            source = file.read(_MOST_BYTES + 1)
    except OSError as error:
        there = ", ".join(sorted(one.name for one in path.parent.glob("*.toml")))
        raise UsageError(
            f"cannot read the plan file {path}: {error.strerror}",
            hint=f"in {path.parent} there are: {there}" if there else "write one with `workbench init NAME`",
            path=str(path),
        ) from None
    if len(source) > _MOST_BYTES:
        raise UsageError(f"the plan file {path} is larger than {_MOST_BYTES >> 20} MiB", path=str(path))
    return source


def _parse(path: Path, source: bytes) -> tuple[str, Data]:
    try:
        text = source.decode("utf-8-sig")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        problem = Problem("the file is not UTF-8", line=line, suggestion="save it as UTF-8")
    except tomllib.TOMLDecodeError as error:
        place = _TOML_LINE.search(str(error))
        line = int(place[1]) if place and place[1] else source.count(b"\n") + 1
        problem = Problem(f"not TOML: {_TOML_LINE.sub('', str(error))}", line=line)
    except RecursionError:
        problem = Problem("lists or tables are nested too deeply")
    raise PlanFileError(str(path), (problem,))


def _rules(data: Data) -> tuple[list[Parameters], list[Complaint]]:
    """Validate each rule by its own kind's parameters."""
    rules: list[Parameters] = []
    found: list[Complaint] = []
    tables = data.get("rules")
    for index, table in enumerate(tables if isinstance(tables, list) else ()):
        at = ("rules", index)
        kind = table.get("kind") if isinstance(table, dict) else None
        if not isinstance(table, dict):
            found.append((at, f"a table is wanted here, not {table!r:.60}", ""))
        elif not isinstance(kind, str):
            found.append((at, "the key 'kind' is missing", f"known kinds: {', '.join(kinds())}"))
        elif kind not in kinds():
            suggestion = near(kind, kinds()) or f"known kinds: {', '.join(kinds())}"
            found.append(((*at, "kind"), f"unknown kind {kind!r}", suggestion))
        else:
            model = kinds()[kind].Parameters
            try:
                rules.append(model.model_validate(table))
            except ValidationError as error:
                found += complaints(error, model, table, at)
    return rules, found


def _shape(data: Data, rules: list[Parameters]) -> tuple[PlanFile | None, list[Complaint]]:
    """Validate everything else; `rules` are those that passed."""
    tables = data.get("rules")
    whole = {**data, "rules": rules} if isinstance(tables, list) else data
    try:
        return PlanFile.model_validate(whole), []
    except ValidationError as error:
        found = complaints(error, PlanFile, data)
        # Where every rule failed by itself, their list only looks empty.
        emptied = isinstance(tables, list) and tables
        return None, [one for one in found if not (emptied and one[0] == ("rules",))]


def _across(rules: list[Parameters], together: tuple[Group, ...]) -> tuple[Problem, ...]:
    runs_in_a_circle = tuple(
        Problem(circle.message, f"rules[{circle.groups[0][0]}].after", suggestion=circle.hint)
        for circle in circles(rules, together)
    )
    return runs_in_a_circle + contradictions([make_rule(one) for one in rules])
