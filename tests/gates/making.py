"""Short ways to write what a plan file would say."""

from __future__ import annotations

from workbench.planning.spec import GateSpec, PlanSpec, RunSpec, Scope

PYTEST = ("{python}", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml={junit}")


def gate(*run: str, **keys: object) -> GateSpec:
    """Make a gate; without a command it is pytest with a JUnit report."""
    return GateSpec.model_validate({"id": "unit", "level": "tests", "run": run or PYTEST, **keys})


def plan(*, source_roots: tuple[str, ...] = (".",), **run: object) -> PlanSpec:
    """Make a plan of which nothing but its scope and its [run] is looked at."""
    return PlanSpec.model_construct(scope=Scope(source_roots=source_roots), run=RunSpec.model_validate(run))
