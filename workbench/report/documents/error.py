"""Why a command could not go on."""

from __future__ import annotations

from workbench.model.errors import Colliding, PlanFileError, Problem, WorkbenchError
from workbench.report.objects import (
    SCHEMA,
    Object,
    collision_objects,
)


def error_document(error: WorkbenchError) -> Object:
    """Return an error; a plan file's problems come all at once."""
    told: Object = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "path": error.path,
        "line": error.line,
    }
    if isinstance(error, PlanFileError):
        told["problems"] = [_problem(one) for one in error.problems]
    if isinstance(error, Colliding):
        told["conflicts"] = collision_objects(error.collisions)
    return {"schema": SCHEMA, "error": told}


def _problem(problem: Problem) -> Object:
    return {
        "line": problem.line,
        "key": problem.key,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }
