"""A report of findings becomes one rule for each code."""

from __future__ import annotations

from workbench.planning.draft_findings import draft_findings

HEAD = "path,line,rule,message\n"


def test_each_code_is_a_rule_with_a_name_of_its_own():
    text = HEAD + "a.py,1,F-1,m\na.py,1,f_1,m\na.py,2,f_1,m\na.py,3,,m\n"
    found = draft_findings(text, "r.csv")
    assert [(one.keys["id"], one.keys["codes"], one.origin) for one in found.rules] == [
        ("f-1", ["f_1"], "2 findings"),
        ("f-1-1", ["F-1"], "1 finding"),
    ]
    assert found.notes == ("1 findings without a code are in no rule",)
