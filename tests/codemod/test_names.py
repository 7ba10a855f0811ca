"""What the resolver says about each way Python has to bind and read a name.

`«...»` marks the expressions that denote `m.old`; everything else must not.
"""

from __future__ import annotations

import pytest
from codemod_trees import marked, names

from workbench.codemod.names import Names

HEAD = "from m import old\n"


def found(resolver: Names, *wanted: str) -> list[tuple[int, int]]:
    return [(use.place.start, use.place.end) for use in resolver.uses(wanted or {"m.old"})]


SPELLINGS = {
    "plain": "from m import old\n«old»(1)\n",
    "alias": "from m import old as o\n«o»(1)\nold(1)\n",
    "module": "import m\n«m.old»(1)\nm.other\n",
    "module alias": "import m as z\n«z.old»(1)\n",
    "dotted module": "import a.b\n«a.b.old».x\na.c.old\nb.old\n",
    "dotted module alias": "import a.b as z\n«z.old»\n",
    "two modules of one package": "import a.b\nimport a.c\n«a.b.old»\na.c.old\n",
    "attribute of a call": "import m\nm().old\n",
    "attribute of the symbol": "from m import old\n«old».deep.er\n",
    "store and delete through the module": "import m\n«m.old» = 1\ndel «m.old»\n",
    "f-string": "from m import old\nf'{«old»!r:>{«old»}} old {{old}}'\n",
    "nested f-string": "from m import old\nf'''\n{«old»} {f\"{«old»}\"}'''\n",
    "star arguments": "from m import old\nf(*«old», **«old»)\n",
    "decorator": "from m import old\n@«old»\ndef f(): ...\n@«old»()\nclass A(«old», metaclass=«old»): ...\n",
    "keyword is no read": "from m import old\nf(old=1)\n",
    "text and comments are not read": "from m import old\nx = 'old' # old\n'''old'''\n",
    "conditional import": "if x:\n    from m import old\n«old»\n",
    "import in try": "try:\n    from m import old\nexcept ImportError:\n    old = None\n«old»\n",
    "import for types": "if TYPE_CHECKING:\n    from m import old\ndef f(x: '«old»'): ...\n",
    "chained": "import m\nx = y = «m.old»\n",
    "match class": "from m import old\nmatch x:\n    case «old»(): ...\n    case {'k': «old».K}: ...\n",
    "except": "from m import old\ntry: ...\nexcept («old», ValueError): ...\n",
    "lambda default": "from m import old\nf = lambda old=«old»: old\n",
}

SHADOWS = {
    "parameter": "def f(old): return old\n",
    "every kind of parameter": (
        "def f(a, /, *old, **k): return old\ndef g(*, old=«old»): return old\ndef h(**old): old\n"
    ),
    "lambda parameter": "lambda old: old\n",
    "assignment": "def f():\n    old = 1\n    return old\n",
    "annotated assignment": "def f():\n    old: int\n    old\n",
    "augmented": "def f():\n    old += 1\n    old\n",
    "tuple": "def f():\n    (a, [old, *b]) = 1\n    old\n",
    "loop": "def f():\n    for old in «x_»: old\n".replace("«x_»", "x"),
    "with": "def f():\n    with x as old: old\n",
    "except": "def f():\n    try: ...\n    except E as old: old\n",
    "delete": "def f():\n    del old\n",
    "walrus": "def f():\n    (old := 1)\n    old\n",
    "walrus in a comprehension": "def f():\n    [old := a for a in b]\n    old\n",
    "comprehension": "[old for old in «old»]\n",
    "comprehension, second iterable": "[a for old in «old» for a in old]\n",
    "generator condition": "(1 for old in x if old)\n",
    "dict comprehension": "{old: old for old in x}\n",
    "import": "def f():\n    import old\n    old\n",
    "import from elsewhere": "def f():\n    from n import old\n    old\n",
    "nested def": "def f():\n    def old(): ...\n    old\n",
    "nested class": "def f():\n    class old: ...\n    old\n",
    "match capture": "def f():\n    match x:\n        case [old, *_]: old\n",
    "match star and rest": (
        "def f():\n    match x:\n        case [*old]: old\n        case {**old}: old\n        case 1 as old: old\n"
    ),
    "class body hides nothing from methods": "class A:\n    old = 1\n    def f(self): return «old»\n",
    "class body is seen in the class body": "class A:\n    old = 1\n    x = old\n",
    "class body is not seen in its comprehensions": (
        "class A:\n    old = 1\n    x = [«old» for a in b]\n    y = [a for a in old]\n"
    ),
    "class body before it is bound": "class A:\n    old = «old»\n    x = old\n",
    "enclosing function": "def f(old):\n    def g(): return old\n    return lambda: old\n",
    "enclosing function past a class": "def f(old):\n    class A:\n        def g(self): return old\n",
    "nonlocal": "def f():\n    old = 1\n    def g():\n        nonlocal old\n        old = 2\n        old\n    old\n",
    "defaults and annotations are outside": "def f(old: «old» = «old») -> «old»: old\n",
    "decorators are outside": "@«old»\ndef f(old): ...\n",
    "bases are outside": "class A(«old»):\n    old = 1\n",
    "global in a function": "def f():\n    def g():\n        global old\n        return «old»\n    old = 1\n",
    "first iterable in a class": "class A:\n    x = [a for a in «old»]\n",
    "named lambda body": "lambda: «old»\n",
}


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in SPELLINGS.items()])
def test_every_spelling_is_found_and_nothing_else(code: str) -> None:
    text, spans = marked(code)
    assert found(names(text), "m.old", "a.b.old") == spans


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in SHADOWS.items()])
def test_shadowed_names_are_other_names(code: str) -> None:
    text, spans = marked(HEAD + code)
    assert found(names(text)) == spans


def test_relative_imports_start_from_the_package() -> None:
    text, spans = marked("from . import m\nfrom .m import old as o\nfrom ..app.m import old\n«m.old»\n«o»\n«old»\n")
    assert found(names(text, path="app/sub/../example.py".replace("sub/../", "")), "app.m.old") == spans[:2]
    assert found(names(text, path="top/app/example.py"), "top.app.m.old") == spans


def test_a_relative_import_in_a_package_starts_from_itself() -> None:
    text, spans = marked("from .m import old\n«old»\n")
    assert found(names(text, path="app/__init__.py"), "app.m.old") == spans


def test_a_relative_import_beyond_the_top_binds_and_means_nothing() -> None:
    resolver = names("from m import old\ndef f():\n    from ...x import old\n    old\n", path="app.py")
    assert found(resolver) == []


def test_own_definitions_have_the_module_s_name() -> None:
    text, spans = marked("def old(): ...\n«old»()\nclass A:\n    def old(self): return «old»\n")
    resolver = names(text, path="app/example.py")
    assert found(resolver, "app.example.old") == spans
    (use, *_) = resolver.uses({"app.example.old"})
    assert use.resolved.origin is None
    assert use.resolved.certain


def test_the_outermost_expression_is_the_use() -> None:
    text, spans = marked("import m\n«m.old.deep»\n«m.old».x\n")
    assert found(names(text), "m.old", "m.old.deep") == spans


def test_scopes_are_named_without_locals() -> None:
    code = (
        "from m import old\nold\nclass A:\n    def f(self):\n        def g(): return old\n"
        "        return [old for a in (lambda: old)]\n"
    )
    assert [use.scope.qualname for use in names(code).uses({"m.old"})] == ["", "A.f.g", "A.f", "A.f"]


def test_private_names_in_a_class_are_others() -> None:
    code = "from m import __old\n__old\nclass A:\n    def f(self): return __old\n"
    assert [use.place.line for use in names(code).uses({"m.__old"})] == [2]


def test_names_in_identifiers_of_another_form_are_found_but_not_exact() -> None:
    (use,) = names("from m import fi\nﬁ()\n").uses({"m.fi"})
    assert not use.exact


def test_imported_names_tell_their_parts() -> None:
    code = "import a.b.c\nimport a.b as z\nfrom a.b import c as d, e\nfrom .x import y\n"
    known = [(one.local, one.bound, one.spelled, one.is_module) for one in names(code).index.imports]
    assert known == [
        ("a", "a", "a.b.c", True),
        ("z", "a.b", "a.b", True),
        ("d", "a.b.c", "a.b.c", False),
        ("e", "a.b.e", "a.b.e", False),
        ("y", "app.x.y", "app.x.y", False),
    ]


def test_imported_finds_every_alias_of_a_name() -> None:
    code = "from m import old, other\nfrom m import old as o\nimport m\ndef f():\n    from m import old\n"
    tree = {"m.py": "def old(): ...\n"}
    assert [(one.local, one.scope.qualname) for one in names(code, tree=tree).imported({"m.old"})] == [
        ("old", ""),
        ("o", ""),
        ("old", "f"),
    ]


def test_free_names_are_those_nobody_binds_or_reads() -> None:
    resolver = names("import a\ndef f(b):\n    c = d\n    e\ndef g(): h\n")
    (node,) = [node for node, _ in resolver.index.names["e"]]
    taken = resolver.free_names_at(node)
    assert {"a", "b", "c", "d", "e", "f", "g"} <= taken
    assert "h" not in taken


def test_the_scope_of_any_node() -> None:
    resolver = names("@x\nclass A:\n    def f(self, a=1):\n        return [b for b in (c, d)]\n")
    tree = resolver.module.tree
    (klass,) = tree.body
    scopes = {type(node).__name__ + str(node.lineno): resolver.scope_of(node).qualname for node in [klass]}
    assert scopes == {"ClassDef2": ""}
    function = klass.body[0]
    assert resolver.scope_of(function).qualname == "A"
    assert resolver.scope_of(function.args.defaults[0]).qualname == "A"
    listed = function.body[0].value
    assert resolver.scope_of(listed).qualname == "A.f"
    assert resolver.scope_of(listed.elt).kind == "comprehension"
    assert resolver.scope_of(listed.generators[0].iter).kind == "function"
    assert resolver.scope_of(listed.generators[0].target).kind == "comprehension"
