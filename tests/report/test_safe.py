"""Foreign text cannot command a terminal, a Markdown reader, a spreadsheet or an XML parser."""

import csv
import io
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from workbench.report.safe import csv_cell, markdown, markdown_block, markdown_code, safe, safe_lines

ANY = st.text(st.characters(exclude_categories=()), max_size=60)
NASTY = st.lists(
    st.sampled_from(
        ["\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\u202e", "\u2066", "\ud800", "`", "|", "\n", "a", "<b>"]
    )
).map("".join)
FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def categories(text):
    return {unicodedata.category(one) for one in text}


@given(ANY | NASTY)
def test_safe_never_emits_control_format_or_surrogate_characters(text):
    assert not categories(safe(text)) & FORBIDDEN


@given(ANY | NASTY)
def test_safe_lines_keeps_line_ends_and_nothing_else(text):
    assert not categories(safe_lines(text).replace("\n", "")) & FORBIDDEN


@given(ANY | NASTY)
def test_what_is_safe_is_legal_xml(text):
    element = ElementTree.Element("a")
    element.text = safe(text)
    parsed = ElementTree.fromstring(ElementTree.tostring(element, encoding="unicode"))
    assert (parsed.text or "") == safe(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢字 ✓", "plain é 漢字 ✓"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x1b]8;;http://evil\x07x", r"\x1b]8;;http://evil\x07x"),
        ("a\u202eb", r"a\u202eb"),
        ("\x85\x9b\x7f", r"\x85\x9b\x7f"),
        ("name\udcff.py", r"name\udcff.py"),
        ("two\nlines\ttab\r", r"two\nlines\ttab\r"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_safe_shows_what_was_there(text, shown):
    assert safe(text) == shown


def test_safe_lines_takes_windows_line_ends_and_tabs():
    assert safe_lines("a\r\n\tb\n\x1bc") == "a\n    b\n\\x1bc"


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[x](javascript:alert(1))",
    "![x](http://evil/p.png)",
    "</details><h1>gone</h1>",
    "a | b | c",
    "`code` ``more`` `",
    "*bold* _it_ __init__ ~~no~~ # head",
    "&lt;b&gt; &#60;i&#62;",
    "\\<b> \\| \\`",
    "line\n\n# heading\n- list",
    "\x1b[31m\u202e",
    "",
    " ",
    "``` \n<b>",
]


def rendered(text):
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


def words(html):
    """Return the text a reader sees, entities resolved."""
    return "".join(ElementTree.fromstring(f"<r>{html}</r>").itertext())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markdown_prose_means_itself(payload):
    html = rendered(f"x {markdown(payload)} y").replace("<!-- -->", "")
    assert words(html).strip().removeprefix("x ").removesuffix(" y").strip() == safe(payload).strip()
    assert "<" not in html.replace("<p>", "").replace("</p>", "")


@given(NASTY)
def test_markdown_prose_makes_no_elements(text):
    html = rendered(f"x {markdown(text)} y")
    assert "<" not in html.replace("<p>", "").replace("</p>", "").replace("<!-- -->", "")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_code_span_in_a_table_stays_in_its_cell(payload):
    html = rendered(f"| a | b |\n| --- | --- |\n| {markdown_code(payload, cell=True)} | end |\n")
    assert html.count("<td>") == 2
    assert "<td>end</td>" in html
    cell = html.split("<td>")[1].split("</td>")[0]
    assert words(cell).strip() == safe(payload).strip()
    assert {one.tag for one in ElementTree.fromstring(f"<r>{cell}</r>").iter()} == {"r", "code"}


@given(NASTY)
def test_a_block_cannot_be_closed_from_inside(text):
    html = rendered(markdown_block(text))
    assert html.startswith('<pre><code class="language-text">')
    assert html.rstrip().endswith("</code></pre>")
    assert html.count("<") == 4


def test_nobody_is_pinged():
    assert markdown("thanks @everyone") == "thanks @<!-- -->everyone"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "   +"])
def test_no_cell_is_a_formula(start):
    assert csv_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("start", ["\t", "\r", "\n"])
def test_no_cell_begins_with_what_a_spreadsheet_skips(start):
    assert csv_cell(f"{start}=1+1").startswith("\\")


@given(st.lists(ANY | NASTY, min_size=1))
def test_a_row_of_csv_stays_one_row(cells):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([csv_cell(one) for one in cells])
    assert list(csv.reader(io.StringIO(text.getvalue()))) == [[csv_cell(one) for one in cells]]
