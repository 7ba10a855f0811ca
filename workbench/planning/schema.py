"""The plan file's JSON Schema, so that editors complete and check it while it is written."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from workbench.codemod.registry import kinds
from workbench.planning.spec import PlanFile

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/{model}"

Schema = dict[str, Any]


def schema() -> Schema:
    """Return the JSON Schema of a plan file, with every rule kind known here.

    A rule's keys hang on its `kind` by if/then: given a `oneOf`, editors answer one wrong value with an error for
    every kind there is; so they say one thing.
    """
    models: dict[str, type[BaseModel]] = {kind: rule.Parameters for kind, rule in kinds().items()}
    every: list[type[BaseModel]] = [PlanFile, *models.values()]
    refs, definitions = models_json_schema([(model, "validation") for model in every], by_alias=True, ref_template=_REF)
    result: Schema = {"$schema": _DIALECT, **definitions["$defs"].pop("PlanFile"), "$defs": definitions["$defs"]}
    result["properties"]["rules"]["items"] = {
        "type": "object",
        "required": ["id", "kind"],
        "properties": {"kind": {"enum": list(models)}},
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": refs[model, "validation"],
            }
            for kind, model in models.items()
        ],
    }
    return result
