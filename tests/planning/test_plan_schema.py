"""The published schema accepts what the reader accepts, and says one exact thing about one mistake."""

import tomllib

import pytest
from jsonschema import Draft202012Validator
from planning_values import move
from test_planfile import CONTRACT, GATE, RULE

from workbench.codemod.registry import kinds
from workbench.planning.planfile import load, schema

GOOD = [
    CONTRACT,
    f'name = "a"\n{RULE}',
    f'name = "a"\n{RULE}{GATE}run = ["x", "{{junit}}"]\ntarget = 0.9\nenv = {{ A = "b" }}\n',
    f'name = "a"\n{RULE}{GATE}run = ["x"]\nreport = {{ lines = "(?P<test>.)(?P<outcome>.)" }}\n',
    f'name = "a"\n{move("b", "a.b.c", "a.b.d", strings="rewrite", priority="P0", label="x")}',
]


@pytest.fixture(scope="module")
def validator():
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


@pytest.mark.parametrize("text", GOOD)
def test_a_plan_that_loads_validates(text, validator, write):
    load(write(text))
    assert list(validator.iter_errors(tomllib.loads(text))) == []


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (f'name = "a"\nnope = 1\n{RULE}', [], "nope"),
        (f'name = "a"\n{RULE}nope = 1\n', ["rules", 0], "nope"),
        (f'name = "a"\n{RULE}[scope]\nnope = 1\n', ["scope"], "nope"),
        (f'name = "a"\n{RULE}{GATE}run = ["x"]\nnope = 1\n', ["gates", 0], "nope"),
        (f'name = "a"\n{RULE}{GATE}run = []\n', ["gates", 0, "run"], "non-empty"),
        ('name = "a"\n[[rules]]\nid = "b"\nkind = "nope"\n', ["rules", 0, "kind"], "nope"),
        ('name = "a"\n[[rules]]\nid = "b"\nkind = "move-symbol"\nfrom = "a.b"\n', ["rules", 0], "'to' is a required"),
        (f'name = "a"\n{RULE}strings = "maybe"\n', ["rules", 0, "strings"], "maybe"),
    ],
)
def test_one_mistake_is_one_error_in_its_place(text, place, words, validator):
    [error] = validator.iter_errors(tomllib.loads(text))
    assert list(error.absolute_path) == place
    assert words in error.message


def test_every_kind_can_be_written():
    listed = schema()["properties"]["rules"]["items"]
    assert listed["properties"]["kind"]["enum"] == list(kinds())
    assert len(listed["allOf"]) == len(kinds())


def test_no_place_of_our_own_files_is_published():
    assert not {"path", "source_digest", "lines"} & schema()["properties"].keys()
