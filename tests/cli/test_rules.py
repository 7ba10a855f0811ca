import json

import pytest

from workbench.codemod.registry import kinds


def test_rules_lists_every_kind(call):
    ran = call("rules")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()] == list(kinds())
    assert call("rules", "list").out == ran.out


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_a_page(call, kind):
    ran = call("rules", "show", kind)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"# {kind}\n\n{kinds()[kind].summary}")


def test_rules_as_a_document(call):
    document = json.loads(call("rules", "--json").out)
    assert document["schema"] == 1
    assert [one["kind"] for one in document["kinds"]] == list(kinds())
    assert all(one["parameters"]["type"] == "object" for one in document["kinds"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shwo"], "`rules` lists and shows; it cannot 'shwo'"),
        (["show"], "there is no rule kind ''"),
        (["show", "move-symbo"], "there is no rule kind 'move-symbo'; did you mean move-symbol"),
    ],
)
def test_what_there_is_not(call, arguments, message):
    ran = call("rules", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert f"workbench: {message}" in ran.err
    assert ran.err.endswith("next: workbench rules list\n")
