"""Rules drafted from a document: what its pairs of code say plainly, and notes for the rest."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.planning.document import pairs
from workbench.planning.draft import draft
from workbench.planning.planfile import load
from workbench.planning.spec import PlanSpec
from workbench.planning.template import Layout, plan_text

IMPORTS = """
```python
from shop.ws import Manager, get_manager
```
"""
MOVED = {"kind": "move-symbol", "from": "shop.old.make", "to": "shop.new.make"}
DIFF = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-from shop.old import make\n+from shop.new import make\n x = 1\n"


def labelled(old: str, new: str) -> str:
    return f"**Current code:**\n```python\n{old}\n```\n\n**Updated code:**\n```python\n{new}\n```\n"


def keys(text: str) -> list[dict[str, object]]:
    return [{name: value for name, value in rule.keys.items() if name != "id"} for rule in draft(text).rules]


def loaded(path: Path, text: str) -> PlanSpec:
    path.write_text(text, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize(
    "text",
    [
        labelled("from shop.old import make", "from shop.new import make"),
        "```py\n# before\nfrom shop.old import make\n\n# after\nfrom shop.new import make\n```\n",
        f"```diff\n{DIFF}```\n",
        "~~~\n# WRONG\nfrom shop.old import make\n# CORRECT\nfrom shop.new import make\n~~~\n",
        labelled("    from shop.old import make", "    from shop.new import make"),
    ],
)
def test_a_pair_is_a_pair_however_it_is_written(text: str) -> None:
    assert keys(text) == [MOVED]
    assert draft(text).notes == ()


def test_a_call_that_goes_through_a_factory_brings_its_arguments() -> None:
    found = keys(IMPORTS + labelled("m = Manager()", "m = get_manager(context, mode=self.mode)"))
    arguments = [
        {"name": "context", "from_scope": ["context"], "otherwise": "block"},
        {"name": "mode", "from_scope": ["self.mode"], "otherwise": "block"},
    ]
    wanted = {"kind": "replace-call", "call": "shop.ws.Manager", "with": "shop.ws.get_manager", "arguments": arguments}
    assert found == [wanted]


def test_an_await_that_goes_is_found_deep_inside() -> None:
    old = "async def f():\n    return [await get_manager(c) for c in cs]"
    found = draft(IMPORTS + labelled(old, old.replace("await ", "")))
    assert [dict(one.keys) for one in found.rules] == [
        {"id": "remove-await-get-manager", "kind": "remove-await", "call": "shop.ws.get_manager"}
    ]
    assert found.rules[0].origin == "line 7 of the document"


def test_what_is_asked_twice_is_drafted_once() -> None:
    pair = labelled("m = Manager()", "m = get_manager()")
    assert len(keys(IMPORTS + pair + pair)) == 1


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("# A plan\n\nMove things.\n", "the document shows no pair of code, as it is and as it should be"),
        (labelled("m = Manager()", "m = get_manager()"), "line 3: the document does not say where Manager comes from"),
        (labelled("def f(:", "def f():"), "line 3: the code of the pair is not whole Python"),
        (labelled("x = 1", "x = 2\ny = 3"), "line 3: the pair differs in a way that is no single rule"),
    ],
)
def test_what_is_not_plain_is_a_note_and_no_rule(text: str, note: str) -> None:
    found = draft(text)
    assert (found.rules, found.notes) == ((), (note,))


def test_blocks_without_labels_are_no_pair() -> None:
    block = "```python\nx = 1\n```\n"
    assert pairs(f"{block}\nthen\n\n{block}") == ()
    assert pairs(f"Deprecated:\n{block}\nNote:\n\n{block}") == ()


def test_what_is_drafted_is_a_plan_file(tmp_path: Path) -> None:
    text = IMPORTS + labelled("m = Manager()", "m = get_manager(context)") + labelled("def f(:", "")
    text += labelled("from shop.old import make", "from shop.new import make")
    made = plan_text("one", Layout(("src", "."), "tests"), draft(text), 'a "plan"\n[[rules]].md')
    spec = loaded(tmp_path / "one.toml", made)
    assert [rule.id for rule in spec.rules] == ["replace-call-manager", "move-symbol-make"]
    assert spec.scope.source_roots == ("src", ".")
    assert [gate.id for gate in spec.gates] == ["unit"]
    assert "# not understood: line 16: the code of the pair is not whole Python\n" in made


def test_the_template_alone_is_a_plan_file(tmp_path: Path) -> None:
    assert loaded(tmp_path / "one.toml", plan_text("one", Layout())).gates == ()


@given(st.text(), st.text())
def test_any_document_makes_valid_toml(text: str, name: str) -> None:
    assert tomllib.loads(plan_text("one", Layout(), draft(text), name))["name"] == "one"


@given(st.text(alphabet="abAB.()=, \n", max_size=60), st.text(alphabet="abAB.()=, \n", max_size=60))
def test_any_pair_is_read_without_harm(old: str, new: str) -> None:
    found = draft(IMPORTS + labelled(old, new))
    read = tomllib.loads(plan_text("one", Layout(), found))
    assert len(read["rules"]) == max(1, len(found.rules))
