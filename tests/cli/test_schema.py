import json

import jsonschema


def test_schema_prints_a_json_schema_of_plan_files(call):
    ran = call("schema")
    assert (ran.code, ran.err) == (0, "")
    schema = json.loads(ran.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert {"name", "scope", "rules", "gates"} <= schema["properties"].keys()


def test_json_changes_nothing(call):
    assert call("--json", "schema").out == call("schema").out
