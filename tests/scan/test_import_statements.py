"""Import statements are read off the bytes as the parser reads them."""

import ast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.codemod.statements import imported_names
from workbench.scan.statements import imported


def parsed(source, package):
    """Return (local, dotted) as the codemods read it off the tree, but for what leaves the top package."""
    return {
        (local, target)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for _, local, target in imported_names(node, package)
        if not target.startswith(".")
    }


def read(source, package="", words=None):
    return {(one.local, one.dotted) for one in imported(source, package, words)}


GAPS = st.sampled_from([" ", "\t", "  ", " \\\n ", " \\\r\n\t", "\f "])
NAMES = st.sampled_from(["a", "b1", "_c", "naïve", "importer", "from_", "a.b", "d.e.f"])
SIMPLE = NAMES.filter(lambda name: "." not in name)


@st.composite
def aliases(draw, names):
    parts = []
    for name in draw(st.lists(names, min_size=1, max_size=3)):
        renamed = draw(st.booleans())
        parts.append(f"{name}{draw(GAPS)}as{draw(GAPS)}{draw(SIMPLE)}" if renamed else name)
    return parts


@st.composite
def statements(draw):
    if draw(st.booleans()):
        return f"import{draw(GAPS)}" + f",{draw(GAPS)}".join(draw(aliases(NAMES)))
    dots = draw(st.sampled_from(["", ".", "..", "...", ". ."]))
    base = draw(NAMES) if not dots or draw(st.booleans()) else ""
    start = f"from{draw(GAPS)}{dots}{base}{draw(GAPS)}import"
    form = draw(st.sampled_from(["plain", "block", "star"]))
    if form == "star":
        return f"{start}{draw(GAPS)}*"
    names = draw(aliases(SIMPLE))
    if form == "plain":
        return f"{start}{draw(GAPS)}" + ", ".join(names)
    break_ = draw(st.sampled_from(["\n", "  # note (a), b\n", "\r\n  "]))
    return f"{start}({break_}" + f",{break_}".join(names) + f",{break_})"


@given(
    st.lists(statements(), max_size=4),
    st.sampled_from(["{}\n", "x = 1; {}\n", "try: {}\nexcept E: pass\n", "{}  # import no\n", "{}; y = 2\n"]),
    st.sampled_from(["", "top", "top.mid.low"]),
)
@example(["import a"], "x = 'import'; {}\n", "")
def test_what_the_parser_sees_is_seen(found, frame, package):
    found = [one for one in found if "*" not in one or frame == "{}\n"]
    source = "".join(frame.format(one) for one in found).encode()
    assert read(source, package) == parsed(source, package)


@pytest.mark.parametrize(
    "source",
    ["def f():\n\tfrom a import b\n", "if x:\n    import a.b\nelse: import c as d\n", "class A:\n  from . import q\n"],
)
def test_depth_does_not_matter(source):
    assert read(source.encode(), "p") == parsed(source, "p")


def test_what_only_contains_the_word_is_none():
    assert read(b"importlib = 1\nx.import_ = 2\nreimport = 3\nfrom_ = 4\nprint('import')\n") == set()


def test_words_leave_what_can_matter():
    source = b"from a import old\nfrom b import other\nfrom c import *\nimport d.old\nimport d.other\n"
    assert read(source, words={"old"}) == {("old", "a.old"), ("*", "c"), ("d", "d")}


def test_a_plain_import_names_more_than_it_binds():
    assert [one.named for one in imported(b"import a.b, c.d as e", "")] == ["a.b", "c.d"]


def test_what_no_parser_accepts_is_read_all_the_same():
    assert read(b"def (:\nfrom a import b\nprint 'x'\n") == {("b", "a.b")}
