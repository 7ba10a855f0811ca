"""Markdown and HTML reports: approved pictures, and a corpus of payloads that must stay text."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from workbench.model.batch import BatchState
from workbench.model.run import TriggerRecord
from workbench.report.figures import short
from workbench.report.html import html_report
from workbench.report.markdown import markdown_report, pull_request

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</pre></details></body><h1>x</h1>",
    "</style><script>1</script>",
    "<!-- --><b>",
    "]]><b>",
    "{{ 7 * 7 }}{% raw %}",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "```\n</details>\n<img src=x>\n```",
    "a | b\n| --- |\n# head",
    "\x1b]0;owned\x07\x1b[2J",
    "\u202etxt.exe\u2066",
    "javascript:alert(1)",
    "&lt;script&gt;",
    "\udcff\ud800",
    "https://evil.example @everyone #1",
]


def poisoned(record, bad):
    site = replace(record.violations[3], path=bad, rule=bad, reason=bad, detail=bad, message=bad, snippet=bad)
    away = replace(record.violations[-1], path=bad, rule=bad, reason=bad)
    quarantined = replace(
        record.quarantined[0],
        path=bad,
        tests=(bad,),
        evidence=bad,
        diff=bad,
        owner=bad,
        reproduce=bad,
        gate=bad,
        batch=bad,
        with_paths=(bad,),
    )
    gate = replace(record.batches[0].gates[-1], id=bad, gained=(bad,), lost=(bad,), flaky=(bad,))
    batch = replace(record.batches[0], id=bad, rules=(bad,), package=bad, reason=bad, commit=bad, gates=(gate,))
    return replace(
        record,
        run=bad,
        plan=bad,
        title=bad,
        issue=bad,
        branch=bad,
        digest=bad,
        base=bad,
        head=bad,
        batches=(batch,),
        quarantined=(quarantined,),
        violations=(site, away, record.violations[0]),
        suites=(replace(record.suites[0], id=bad),),
        rules=(bad,),
        triggers=(TriggerRecord(bad, bad, bad, (bad,), (bad,), bad, bad, verified=True, gates=((bad, bad),)),),
    )


def turned(record):
    """The record with a commit that mended one test, lost another and showed a third to be flaky."""
    first = record.batches[0]
    gate = replace(first.gates[-1], gained=("tests/a.py::mended",), lost=("tests/a.py::gone",), flaky=("b.py::now[0]",))
    return replace(record, batches=(replace(first, gates=(*first.gates[:-1], gate)), *record.batches[1:]))


class Elements(HTMLParser):
    """Collects every element and attribute of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.said = set(), set(), []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.said.append(data)


@pytest.mark.parametrize("bad", PAYLOADS)
def test_nothing_foreign_becomes_html(record, bad):
    clean, page = Elements(html_report(turned(record))), html_report(poisoned(record, bad))
    found = Elements(page)
    assert found.tags <= clean.tags
    assert found.attributes <= clean.attributes
    assert not any(one.startswith("on") or one in ("src", "href") for one in found.attributes)
    assert all(one.isprintable() or one == "\n" for one in page)


@pytest.mark.parametrize("bad", PAYLOADS)
def test_nothing_foreign_becomes_markdown(record, bad):
    allowed = {"h1", "h2", "p", "strong", "code", "pre", "br", "details", "summary"}
    allowed |= {"table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
    source = markdown_report(poisoned(record, bad))
    page = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(source)
    found = Elements(page)
    assert found.tags <= allowed
    assert not found.attributes - {"style", "class"}
    assert page.count("<h1>") == 1
    assert all(one.isprintable() or one == "\n" for one in source)


def test_markdown(record, same_picture):
    same_picture("report.md", markdown_report(record))


def test_what_triggers_did_is_told_and_nothing_that_is_gone_is_offered_for_rollback(record):
    gone = tuple(replace(one, state=BatchState.ROLLED_BACK) for one in record.batches)
    fired = TriggerRecord("unit", "rollback-run", "P1-002", ("a::b",), ("P0-001", "P1-001"), "lessons/r-1.md")
    fired = replace(fired, tree="a" * 40, verified=True, gates=(("unit", "pass"),))
    text = markdown_report(replace(record, batches=gone, triggers=(fired,)))
    told = "- `unit` was red in P1-002: `rollback-run`. Rolled back: P0-001, P1-001; "
    told += "the tree aaaaaaaaaa is there again, verified: unit pass. Lessons: `lessons/r-1.md`."
    assert told in text.splitlines()
    assert "the last batch" in markdown_report(record)
    assert "the last batch" not in text
    frozen = replace(fired, batch="", taken_off=(), verified=None)
    page = html_report(replace(record, triggers=(fired, frozen)))
    assert "in P1-002: <code>rollback-run</code>. Rolled back: P0-001, P1-001; the tree aaaaaaaaaa is there" in page
    assert "NOT VERIFIED" in html_report(replace(record, triggers=(replace(fired, verified=False),)))
    assert "at the end: <code>rollback-run</code>. Rolled back: nothing." in page


def test_pull_request(record):
    title, empty, rest = pull_request(record).split("\n", 2)
    assert title == "#1066 One WebSocket manager, one way to get it (10 of 17 sites)"
    assert empty == ""
    assert rest == markdown_report(record)


def test_markdown_is_stable(record):
    shuffled = replace(
        record,
        batches=record.batches[::-1],
        violations=record.violations[::-1],
        quarantined=record.quarantined[::-1],
    )
    assert markdown_report(shuffled) == markdown_report(record)


def test_times_stand_in_one_place(record):
    text = markdown_report(record)
    assert [line for line in text.splitlines() if "2026-11-20" in line] == [
        "2026-11-20T22:15:00Z to 2026-11-20T22:15:41Z, 41 s."
    ]


def test_a_run_with_nothing_in_it(record):
    empty = replace(record, batches=(), quarantined=(), violations=(), suites=(), rules=(), finished=None, title="")
    text = markdown_report(empty)
    assert text.startswith("# websocket-ssot\n")
    assert "not finished" in text
    for heading in ("## Suites", "## Batches", "## Quarantined", "## Blocked", "## Excluded"):
        assert heading not in text
    page = html_report(empty)
    assert "<svg" not in page
    assert "<h1>websocket-ssot</h1>" in page


def test_html_needs_nothing_from_outside(record):
    page = html_report(record)
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    found = Elements(page)
    assert not found.tags & {"script", "img", "link", "iframe", "object", "form"}


def test_what_a_commit_did_to_tests_is_told(record):
    title, flips = "Tests gained and lost", ["gained tests/a.py::mended", "lost tests/a.py::gone", "flaky b.py::now[0]"]
    said = " ".join(" ".join(Elements(html_report(turned(record))).said).split())
    head = f"{title} P0-001 {short(record.batches[0].commit)} gate unit"
    assert " ".join([head, *flips]) in said
    text = markdown_report(turned(record))
    assert "\n".join(f"- {word}: `{test}`" for word, test in (one.split() for one in flips)) in text
    assert title not in html_report(record) + markdown_report(record)


def test_html_says_what_the_markdown_says(record):
    said = " ".join(" ".join(Elements(html_report(record)).said).split())
    for words in (
        "17 found = 10 fixed + 2 quarantined + 3 blocked + 1 excluded + 1 remaining",
        "no-context-in-scope",
        "mission-critical 12/18 17/18 17/18 met",
        "detection – – 90 % not met",
        "rolled back unit did not finish",
        "E assert None is context",
        "Started 2026-11-20T22:15:00Z, finished 2026-11-20T22:15:41Z (41 s); 29 gate runs",
    ):
        assert words in said
