"""Syntax newer than the interpreter: read in place, or refused with the reason."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import libcst as cst
import pytest
from codemod_trees import marked, module, names
from hypothesis import given
from hypothesis import strategies as st

from workbench.codemod.grammar import parse_newer
from workbench.codemod.lexing import Kind, Lost, is_tame, tokens
from workbench.codemod.project import facts
from workbench.codemod.source import Unparsable, parse

HEAD = "from m import old, T\n"

NEWER = {
    "function": "def f[T](a: T, b: «old») -> «old»: return T, «old»\n",
    "bounds and defaults": "def f[A: «old», B: (int, «old») = «old», *C = *«old», **D = [«old»]](): ...\n",
    "class": "class A[T](B[T], «old»):\n    def f[U](self): return T, U, «old»\n",
    "async and decorated": "@«old»\nasync def f[T](a=«old»): return «old»\n",
    "several lines": "def f[\n    T: «old»,  # why\n    U,\n](a): return «old»\n",
    "a type parameter of the name": "def f[old](a: old) -> old: return old\n«old»\n",
    "class parameter of the name": "class A[old](B[old]):\n    x = old\n    def f(self): return old\n«old»\n",
    "alias": "type X = list[«old»]\ntype Y[T: «old»] = dict[T, «old»]\nif x: type Z = «old»; «old»\n",
    "alias of the name": "def f():\n    type old = int\n    return old\n",
    "alias, quoted": "type X = '«old»'\n",
    "soft keyword": "type = 1\ntype(x)\ntype: int = «old»\ntype X = «old»\nx = type if type in y else type\n",
    "same quotes": 'x = f"{y["a"]} {«old»["b"]!r:>{«old»}}"\n',
    "nested": "x = f'{f'{f'{«old»}'}'}' + f'{{old}}{«old»}'\n",
    "joined": 'x = "old" f"{y["old"]}{«old»}" f\'{«old»}\' "tail"\n',
    "lines in a field": "x = f'{\n    «old»\n}'\n",
    "lines in triple quotes": 'x = f"""a\n{y["""b"""]}\n{«old»}"""\n',
    "comment in a field": "x = f'''{\n    «old»  # old's\n}'''\n",
    "backslash in a field": "x = f'{'\\n'.join(«old»)}' rf'\\{y['old']}{«old»}'\n",
    "as a docstring": "def f():\n    f'{y['a']}{«old»}'\n    return «old»\n",
    "walrus, lambda, conversions": "x = f'{(z := «old»)['k']} {(lambda old: old)['q']!s} {«old»['w']=}'\n",
    "equality is no debugging": "x = f'{«old»['a'] == «old»}' f'{«old»['b'] != 1}'\n",
    "attribute": "import m\nx = f'{«m.old»['a']}'\n",
    "new on old": "def f[T](): return f'{y['a']}{«old»}'\n",
}


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in NEWER.items()])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_names_in_newer_code(code: str, newline: str) -> None:
    text, spans = marked((HEAD + code).replace("\n", newline))
    cst.parse_module(text)
    resolver = names(text)
    assert [(use.place.start, use.place.end) for use in resolver.uses({"m.old"})] == spans
    assert resolver.module.is_newer == (sys.version_info < (3, 12))


def test_a_byte_order_mark_moves_nothing() -> None:
    source = b"\xef\xbb\xbf" + b"from m import old; x = f'{y['a']}{old}'\ntype X = old\n"
    uses = [*names(source).uses({"m.old"})]
    assert [source[use.place.start : use.place.end] for use in uses] == [b"old", b"old"]


def test_facts_of_newer_code() -> None:
    known = facts(module("a.py", "type X[T] = int\ndef f[T](a: T): ...\nclass C[T]: ...\nif x:\n    type Y = X\n"))
    assert known.defined == {"X", "f", "C", "Y"}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def f[](a): ...\n", "syntax"),
        ("def f[T(a): ...\n", "syntax"),
        ("def f[T U](a): ...\n", "syntax"),
        ("def f[T: ](a): ...\n", "syntax"),
        ("type X\n", "syntax"),
        ("type X = \n", "syntax"),
        ("f'{x['a']'\n", "syntax"),
        ("f'{x['a'] y}'\n", "syntax"),
        ("def f[T](a:\n", "syntax"),
        ("x = 1\ndef f[T]() return\n", "syntax"),
        ("try: ...\nexcept A, B: ...\n", "grammar"),
    ],
)
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="asks how Python 3.11 reads newer code")
def test_what_is_no_python_stays_refused(code: str, reason: str) -> None:
    with pytest.raises(Unparsable) as caught:
        _ = module("a.py", code).tree
    assert caught.value.reason == reason


def test_old_code_is_not_touched() -> None:
    assert parse_newer(b"x = [1]\ndef f(a): ...\n", parse) is None
    assert not module("a.py", "x = 1\n").is_newer


TOKENS = {
    "'a' \"b\" '''c''' r\"\\\" + x": None,
    "'a\\'b'": ["'a\\'b'"],
    "r'\\'' + 'x'": ["r'\\''", "'x'"],
    '"""a"b""c\\"""d"""': ['"""a"b""c\\"""d"""'],
    "f'{x:{y}}' rb'z'": ["f'{x:{y}}'", "rb'z'"],
    "# 'no' string\n'yes'": ["'yes'"],
    "f'{{}}' f'{x!r}'": ["f'{{}}'", "f'{x!r}'"],
    "f'\\N{DASH}{x}'": ["f'\\N{DASH}{x}'"],
}


@pytest.mark.parametrize(("code", "strings"), TOKENS.items())
def test_strings_end_where_they_end(code: str, strings: list[str] | None) -> None:
    source = code.encode()
    if strings is None:
        with pytest.raises(Lost):
            [*tokens(source, 0, len(source))]
        return
    found = [one for one in tokens(source, 0, len(source)) if one.kind in (Kind.STRING, Kind.FSTRING)]
    assert [source[one.start : one.end].decode() for one in found] == strings


def test_only_tame_files_go_to_a_recursive_parser() -> None:
    assert is_tame(b"x = [1, 2]\n" * 5000)
    assert not is_tame(b"x = " + b"a+" * 5000 + b"a")
    assert not is_tame(b"[" * 100 + b"]" * 100)
    assert not is_tame(b"x = 'a\n")


FIELDS = st.recursive(
    st.sampled_from(["old", "y['a']", 'y["b"]', "m.old", "(old := 1)", "[old for a in old]"]),
    lambda inner: st.one_of(
        st.builds("f'{{{}}}'".format, inner),
        st.builds('f"a{{{}!r:>{{{}}}}} b"'.format, inner, inner),
        st.builds("f'''{{\n {} }}'''".format, inner),
        st.builds("f({}, {})".format, inner, inner),
    ),
    max_leaves=4,
)


@given(first=FIELDS, second=FIELDS)
def test_nested_strings_keep_every_name_in_its_place(first: str, second: str) -> None:
    code = f"def g[T]():\n    x = f'{{{first}}}' f'{{{second}}}'\n"
    tree = module("a.py", code).tree
    lines = [line.encode() for line in code.split("\n")]
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "old"]
    for node in found:
        assert lines[node.lineno - 1][node.col_offset : node.end_col_offset] == b"old"
    places = {(node.lineno, node.col_offset) for node in found}
    assert len(places) == len(found) == code.count("old") - code.count(".old")


ORACLE = """
import ast, json, sys
def places(code):
    try:
        nodes = ast.walk(ast.parse(code))
    except SyntaxError:  # a Python that knows a part of the grammar
        return None
    return sorted([node.lineno, node.col_offset, node.id] for node in nodes if isinstance(node, ast.Name))
print(json.dumps([places(code) for code in json.load(sys.stdin)]))
"""


def newest_python() -> str | None:
    """A Python that knows the grammar, if the machine has one."""
    installed = sorted(Path(sys.base_prefix).parent.glob("3.1[2-9]*/bin/python"), key=lambda one: one.parts[-3])
    known = [str(one) for one in installed] or [shutil.which(f"python3.{minor}") for minor in (12, 13, 14)]
    return next((one for one in reversed(known) if one), None)


def test_the_same_names_as_a_python_that_knows_the_grammar() -> None:
    python = newest_python()
    if python is None:
        pytest.skip("no newer Python on this machine")
    codes = [marked(HEAD + code)[0] for code in NEWER.values()]
    ended = subprocess.run([python, "-c", ORACLE], input=json.dumps(codes), capture_output=True, text=True, check=True)
    answers = json.loads(ended.stdout)
    assert sum(theirs is not None for theirs in answers) > len(codes) // 2
    for code, theirs in zip(codes, answers, strict=True):
        nodes = ast.walk(module("a.py", code).tree)
        ours = sorted([one.lineno, one.col_offset, one.id] for one in nodes if isinstance(one, ast.Name))
        assert theirs in (ours, None), code
