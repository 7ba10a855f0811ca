"""Names in text: quoted annotations, type comments, `__all__`, and dotted names in strings."""

from __future__ import annotations

import pytest
from codemod_trees import marked, module, names

from workbench.codemod.names import StringUse

HEAD = "from m import old\n"

QUOTED = {
    "annotation": "def f(a: '«old»') -> \"«old»\": ...\nx: '«old»'\nclass A:\n    x: '«old»' = 1\n",
    "part of an annotation": "x: list['«old»'] | '«old»'\ny: Callable[['«old»'], '«old»']\n",
    "expression in the text": "x: 'dict[str, «old».T] | None'\ny: ' «old» '\n",
    "prefixes and triple quotes": "x: r'«old»'\ny: '''«old»'''\nz: u\"\"\"«old»\"\"\"\n",
    "cast": "cast('«old»', x)\ntyping.cast('list[«old»]', 'old')\n",
    "type variables": (
        "T = TypeVar('old', bound='«old»')\nU = TypeVar('U', '«old»', int)\nN = NewType('old', '«old»')\n"
    ),
    "literal is text": "x: Literal['old']\ny: typing.Literal['old', 'b']\n",
    "metadata is text": "x: Annotated['«old»', 'old']\n",
    "no expression": "x: 'old (see below'\n",
    "plain strings": "x = 'old'\nf('old')\n",
    "after other text": "'é'; x: 'é_ | «old»'\n",
    "type comment": "x = f()  # type: «old»\nfor a in b:  # type: list[«old»]\n    pass\n",
    "signature comment": "def f(a, b):\n    # type: («old», *«old») -> «old»\n    pass\n",
    "comment with another": "x = f()  # type: «old»  # old\n",
    "ignore comment": "x = old_  # type: ignore[old]\n",
    "no comment": "x = '# type: old'\n",
}


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in QUOTED.items()])
def test_names_in_annotations(code: str) -> None:
    text, spans = marked(HEAD + code)
    uses = [*names(text).uses({"m.old"})]
    assert [(use.place.start, use.place.end) for use in uses] == spans
    assert all(use.quoted and use.exact for use in uses)


def test_scopes_of_quoted_names() -> None:
    text, spans = marked(
        HEAD
        + "def f(old: '«old»'):\n    x: 'old'\n    y = 1  # type: old\ndef g(old):\n"
        + "    # type: («old») -> None\n    pass\n"
    )
    assert [(use.place.start, use.place.end) for use in names(text).uses({"m.old"})] == spans


@pytest.mark.parametrize("code", ["x: 'ol\\x64'\n", "x: 'o' 'ld'\n", "x: '''\n  old'''\n", "x: '\\x6fld'\n"])
def test_text_that_is_not_spelled_out_is_found_but_not_exact(code: str) -> None:
    (use,) = names(HEAD + code).uses({"m.old"})
    assert not use.exact
    assert use.place.line == 2


def test_attributes_in_quoted_annotations() -> None:
    text, spans = marked("import a.m\nx: 'a.m.old | «a.m.old.T»'.T\n".replace("'.T", "'"))
    resolver = names(text)
    assert [(use.place.start, use.place.end) for use in resolver.uses({"a.m.old.T"})] == spans


STRINGS = {
    "patch": "patch('«m.old»')\n",
    "attribute of the symbol": "patch('«m.old».deep.er')\n",
    "anywhere": "x = ['«m.old»', {'k': \"«m.old»\"}]\nimport_module('«m.old»')\n",
    "not in prose": "x = 'see m.old for more'\ny = 'm.old()'\nz = 'm.old '\n",
    "not a docstring": "'m.old'\ndef f():\n    'm.old'\n",
    "not an f-string": "f'm.old'\nf'{x}m.old'\n",
    "not patch.object": "patch.object(m, 'old')\n",
    "not another name": "patch('n.old')\npatch('m.older')\npatch('xm.old')\n",
    "raw and triple": "x = r'«m.old»'\ny = '''«m.old»'''\n",
}


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in STRINGS.items()])
def test_dotted_names_in_strings(code: str) -> None:
    text, spans = marked(code)
    uses = [*names(text).strings({"m.old"})]
    assert [(use.place.start, use.place.end) for use in uses] == spans
    assert {use.spelled for use in uses} <= {"m.old"}


def test_a_joined_string_is_found_but_not_exact() -> None:
    (use,) = names("x = ('m.'\n     'old')\n").strings({"m.old"})
    assert not use.exact


def test_a_string_reaches_a_name_through_a_re_export() -> None:
    tree = {"app/user.py": "from m import old as o\n", "m.py": "def old(): ...\n"}
    (use,) = names("patch('app.user.o')\n", tree=tree).strings({"m.old"})
    assert (use.spelled, use.qualified) == ("app.user.o", "m.old")


def exported(code: str) -> list[StringUse]:
    return [use for use in names(code).strings({"m.old"}) if use.exported]


ALL = {
    "list": "__all__ = ['a', '«old»']\n",
    "tuple": "__all__ = ('«old»',)\n",
    "sum": "__all__ = ['a'] + ['«old»']\n",
    "grown": "__all__ = []\n__all__ += ['«old»']\n__all__.append('«old»')\n__all__.extend(['«old»'])\n",
    "annotated": "__all__: list[str] = ['«old»']\n",
    "conditional": "if x:\n    __all__ = ['«old»']\n",
    "computed beside": "__all__ = [*f(), '«old»']\n",
    "not at module level": "def f():\n    __all__ = ['old']\n",
    "another name": "__all__ = ['older']\n",
}


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in ALL.items()])
def test_items_of_all(code: str) -> None:
    text, spans = marked(HEAD + code)
    assert [(use.place.start, use.place.end) for use in exported(text)] == spans


def test_an_item_of_all_for_an_own_definition_is_no_import() -> None:
    assert exported("__all__ = ['old']\ndef old(): ...\n") == []


STARS = {
    "m.py": "__all__ = ['old']\ndef old(): ...\ndef other(): ...\n",
    "n.py": "def old(): ...\ndef _hidden(): ...\n",
    "both.py": "from m import *\n",
    "computed.py": "__all__ = f()\ndef old(): ...\n",
}


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("from m import *\n«old»\nother\n", "m.old"),
        ("from n import *\n«old»\n_hidden\n", "n.old"),
        ("from both import *\n«old»\n", "m.old"),
        ("from m import *\ndef f(old): old\ndef g(): «old»\n", "m.old"),
        ("from m import *\nold = 1\nold\n", "m.old"),
        ("from m import *\nfrom n import *\nold\n", "m.old"),
        ("from n import *\nfrom m import *\n«old»\n", "m.old"),
    ],
)
def test_star_imports_of_the_tree(code: str, wanted: str) -> None:
    text, spans = marked(code)
    uses = [*names(text, tree=STARS).uses({wanted})]
    assert [(use.place.start, use.place.end) for use in uses] == spans
    assert all(use.resolved.certain for use in uses)


def test_a_star_of_unknown_content_may_bring_a_name() -> None:
    (use,) = names("from computed import *\nold\nlen\n_x\n", tree=STARS).uses({"computed.old"})
    assert (use.resolved.certain, use.resolved.reason) == (False, "star-import")


def test_stars_are_imports_of_what_they_bring() -> None:
    resolver = names("from m import *\nfrom n import *\n", tree=STARS)
    assert [one.spelled for one in resolver.imported({"m.old"})] == ["m"]
    assert [one.spelled for one in resolver.imported({"m.other"})] == []


def test_bytes_and_columns_of_odd_files() -> None:
    for source, column in [
        ("\ufefffrom m import old\né = old\n".encode(), 5),
        ("# coding: latin-1\nfrom m import old; 'é'; old\n".encode("latin-1"), 25),
        ("from m import old\r\n'é'; old\r\n".encode(), 6),
        ("from m import old\r'é'; old\r".encode(), 6),
        (b"from m import old\n\x0c\n'\x0c'; old\n", 6),
        ("# coding: shift_jis\nfrom m import old; 'あ'; old\n".encode("shift_jis"), 25),
    ]:
        resolver = names(source)
        (use,) = resolver.uses({"m.old"})
        assert source[use.place.start : use.place.end] == b"old"
        assert use.place.column == column
        assert module("a.py", source).segment(use.node) == b"old"
