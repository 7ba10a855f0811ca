"""Every key of a TOML text is found on its own line, however the text is laid out."""

import tomllib

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from workbench.planning.lines import lines_of

KEYS = st.sampled_from(["a", "b-c", "_d", '"e.f"', '"g\\"h"', "'i #'", "1", "k = l".replace(" = ", "_")])
SCALARS = st.sampled_from(
    [
        "1",
        "-2.5e3",
        "inf",
        "true",
        "1979-05-27 07:32:00.5",
        "07:32:00",
        '"plain"',
        '"with # and [ and = \\" and \\\\"',
        "'lit # \\'",
        '""',
        "''",
        '"""two\n# lines [ " "" """',
        '"""ends in quotes"""""',
        "'''\nlit\n= 'x' '''''",
        '""""""',
        '"""back\\\n   slash \\""""',
    ]
)
BREAKS = st.sampled_from(["", "\n", "  # note ] } =\n", "\n\n  "])


class Text:
    """Writes TOML and notes the line on which each path begins."""

    def __init__(self):
        self.text = ""
        self.lines = {}

    def put(self, text):
        self.text += text

    def note(self, path):
        self.lines.setdefault(path, self.text.count("\n") + 1)

    def value(self, draw, path, depth=0):
        kind = draw(st.sampled_from(["scalar", "scalar", "array", "inline"] if depth < 3 else ["scalar"]))
        if kind == "scalar":
            self.put(draw(SCALARS))
        elif kind == "array":
            self.put("[")
            for index in range(draw(st.integers(0, 3))):
                self.put(draw(BREAKS))
                self.note((*path, index))
                self.value(draw, (*path, index), depth + 1)
                self.put(draw(BREAKS) + ",")
            self.put(draw(BREAKS) + "]")
        else:
            self.put("{ ")
            keys = draw(st.lists(KEYS, unique=True, max_size=2))
            for number, key in enumerate(keys):
                self.put(", " if number else "")
                self.pair(draw, path, key, depth + 1)
            self.put(" }")

    def pair(self, draw, table, key, depth=0):
        path = (*table, plain(key))
        if draw(st.booleans()):
            self.note(path)
            inner = draw(KEYS)
            path = (*path, plain(inner))
            key = f"{key} . {inner}"
        self.note(path)
        self.put(f"{key} = ")
        self.value(draw, path, depth)


def plain(key):
    return next(iter(tomllib.loads(f"{key} = 1")))


@st.composite
def documents(draw):
    """A text with top-level keys, tables, and two interleaved arrays of tables, and its lines by path."""
    text = Text()
    counts = {"rules": 0, "gates": 0}
    for key in draw(st.lists(KEYS, unique=True, max_size=2)):
        text.pair(draw, (), key)
        text.put(draw(st.sampled_from(["\n", "  # note\n", "\r\n"])))
    tables = draw(st.lists(st.sampled_from(["rules", "gates", "table", "rules.sub"]), max_size=6))
    for number, name in enumerate(tables):
        if name == "rules.sub" and not counts["rules"]:
            continue
        text.put(draw(st.sampled_from(["", "\n", "# [no.table]\n", "  "])))
        if name == "table":
            path = (f"t{number}", "x")
            text.note(path[:1])
            text.note(path)
            text.put(f"[ t{number} . 'x' ]\n")
        elif name == "rules.sub":
            around = ("rules", counts["rules"] - 1)
            path = (*around, f"s{number}")
            text.note(path)
            text.put(f"[rules.s{number}] # [[rules]]\n")
        else:
            path = (name, counts[name])
            counts[name] += 1
            text.note(path[:1])
            text.note(path)
            text.put(f"[[{name}]]\n")
        for key in draw(st.lists(KEYS, unique=True, max_size=3)):
            text.pair(draw, path, key)
            text.put("\n")
    return text.text, text.lines


def paths(data, at=()):
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*at, key)
        yield from paths(value, (*at, key))


@given(documents())
def test_the_lines_are_those_on_which_the_keys_were_written(document):
    text, expected = document
    assert dict(lines_of(text)) == expected
    assert set(expected) == set(paths(tomllib.loads(text)))


PLAIN = st.recursive(
    st.integers(0, 9) | st.text(max_size=8) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(min_size=1, max_size=4), PLAIN, max_size=4))
def test_no_key_is_missed_or_made_up_in_what_another_writer_wrote(data):
    text = tomlkit.dumps(data)
    lines = lines_of(text)
    assert set(lines) == set(paths(tomllib.loads(text)))
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


def test_a_table_counts_where_its_own_header_stands():
    assert lines_of("[a.b]\nx = 1\n[a]\ny = 2\n") == {
        ("a",): 3,
        ("a", "b"): 1,
        ("a", "b", "x"): 2,
        ("a", "y"): 4,
    }
