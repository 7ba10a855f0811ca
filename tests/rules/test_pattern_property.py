"""Whatever the code: a rewrite means what its pattern says, and nothing gets lost."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pattern_cases import PATH
from rule_trees import rewritten, rule, sites

atoms = st.sampled_from(["a", "self.x", "1", "-1", "'s'", '"""t\n# u"""', "None", "(a, b)", "[]", "x.y[0]", "1.5"])
gaps = st.sampled_from(["", "", " ", "\n    ", "  # one\n    ", "\n\n  # two\n    "])


def _bracketed(text: str, before: str, behind: str) -> str:
    return f"({before}{text}{behind})"


def _call(name: str, arguments: list[str], gap: str, comma: str) -> str:
    return f"{name}({gap}{f',{gap}'.join(arguments)}{comma if arguments else ''})"


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    bracketed = st.builds(_bracketed, inner, gaps, gaps)
    argument = st.one_of(bracketed, bracketed.map("*{}".format), atoms)
    keyword = st.builds("{}={}".format, st.sampled_from(["k", "z"]), bracketed)
    arguments = st.builds(
        lambda some, last: [*some, *last], st.lists(argument, max_size=2), st.lists(keyword, max_size=1)
    )
    names = st.sampled_from(["lib.f", "lib.f", "lib.f", "g", "a.old"])
    return st.one_of(
        st.builds(_call, names, arguments, gaps, st.sampled_from(["", ","])),
        st.builds(_call, st.just("lib.f"), bracketed.map(lambda one: [one]), gaps, st.just("")),
        st.builds("{} {} {}".format, bracketed, st.sampled_from(["+", "**", "and", "<", "@", "is not"]), bracketed),
        st.builds("{}{}".format, st.sampled_from(["-", "not ", "lambda q: "]), bracketed),
        st.builds("{}{}".format, bracketed, st.sampled_from([".m", "[0]", ".old()", "\\\n .m"])),
        st.builds("[{}, {}]".format, bracketed, bracketed),
        st.builds("{{{}: {}}}".format, bracketed, bracketed),
        st.builds("(w := {})".format, bracketed),
        st.builds("({} for i in {})".format, bracketed, bracketed),
        st.builds("({} if {} else a)".format, bracketed, bracketed),
    )


expressions = st.recursive(atoms, _compound, max_leaves=8)
statements = st.sampled_from(["x = {}", "if {}:\n    pass", "g({})", "x[{}] = 1", "assert {}", "class A({}): ..."])
rewrites = st.sampled_from(
    [
        ("lib.f($X)", "$X + 1"),
        ("lib.f($X)", "-$X"),
        ("lib.f($X)", "$X ** 2"),
        ("lib.f($X)", "$X.go(None)"),
        ("lib.f($X)", "not $X"),
        ("lib.f($X)", "lib.g(1, $X)"),
        ("lib.f($X)", "1 if $X else 2"),
        ("lib.f($...A)", "lib.g($...A)"),
        ("lib.f($...A)", "lib.g($...A, end=0)"),
        ("lib.f($X, $...A)", "$X.g($...A)"),
        ("$X.old()", "$X.new.er()"),
        ("$X.m", "$X.n"),
    ]
)


def _comments(code: str) -> Counter[str]:
    every = tokenize.generate_tokens(io.StringIO(code).readline)
    return Counter(token.string for token in every if token.type == tokenize.COMMENT)


class _Meant(ast.NodeTransformer):
    """The same rewrite, done to a tree by other means: by the pattern's own trees and plain substitution."""

    def __init__(self, match: str, rewrite: str) -> None:
        self.match = ast.parse(match.replace("$...", "*many_").replace("$", "one_"), mode="eval").body
        self.rewrite = rewrite.replace("$...", "*many_").replace("$", "one_")

    def visit(self, node: ast.AST) -> ast.AST:
        node = self.generic_visit(node)
        bound = self._bound(self.match, node) if isinstance(node, ast.expr) else None
        return node if bound is None else _Filled(bound).visit(ast.parse(self.rewrite, mode="eval").body)

    def _bound(self, wanted: ast.AST, node: ast.AST) -> dict[str, object] | None:
        if isinstance(wanted, ast.Name) and wanted.id.startswith("one_"):
            return None if isinstance(node, ast.Starred) else {wanted.id: node}
        if isinstance(wanted, ast.Attribute):
            same = isinstance(node, ast.Attribute) and node.attr == wanted.attr
            return self._bound(wanted.value, node.value) if same else None
        if isinstance(wanted, ast.Call):
            return self._called(wanted, node)
        return {} if ast.dump(wanted) == ast.dump(node) else None

    def _called(self, wanted: ast.Call, node: ast.AST) -> dict[str, object] | None:
        bound = self._bound(wanted.func, node.func) if isinstance(node, ast.Call) else None
        if bound is None:
            return None
        fixed = [one for one in wanted.args if not isinstance(one, ast.Starred)]
        many = [one.value.id for one in wanted.args if isinstance(one, ast.Starred)]
        if len(node.args) < len(fixed) or (not many and (len(node.args) > len(fixed) or node.keywords)):
            return None
        for one, given_one in zip(fixed, node.args, strict=False):
            inner = self._bound(one, given_one)
            if inner is None:
                return None
            bound |= inner
        return bound | {name: (node.args[len(fixed) :], node.keywords) for name in many}


class _Filled(ast.NodeTransformer):
    def __init__(self, bound: dict[str, object]) -> None:
        self.bound = bound

    def visit_Name(self, node: ast.Name) -> object:
        return self.bound.get(node.id, node)

    def visit_Call(self, node: ast.Call) -> ast.Call:
        many = [one for one in node.args if isinstance(one, ast.Starred) and one.value.id in self.bound]
        for one in many:
            args, keywords = self.bound[one.value.id]
            node.args.remove(one)
            node.args, node.keywords = [*node.args, *args], [*keywords, *node.keywords]
        node.func = self.visit(node.func)
        node.args = [self.visit(one) if isinstance(one, ast.Name) else one for one in node.args]
        return node


@settings(max_examples=120, deadline=None)
@given(expressions, statements, rewrites)
def test_what_is_written_means_what_the_pattern_says_and_nothing_gets_lost(
    expression: str, statement: str, pair: tuple[str, str]
) -> None:
    code = f"import lib\na = b = x = g = self = lib\n{statement.format(f'({expression})')}\n"
    try:
        compile(code, PATH, "exec")
    except SyntaxError:
        assume(False)
    match, rewrite = pair
    one = rule("pattern", match=match, rewrite=rewrite)
    if any(site.blocked for site, _ in sites(one, {PATH: code}, PATH)):
        return
    new, late = rewritten(one, {PATH: code}, PATH)
    meant = ast.dump(_Meant(match, rewrite).visit(ast.parse(code)).body[-1])
    assert not late
    assert ast.dump(ast.parse(new).body[-1]) == meant
    assert _comments(new) == _comments(code)
    assert not sites(one, {PATH: new}, PATH)
