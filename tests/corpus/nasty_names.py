"""Sources whose names, calls and sizes are the trap: collisions, shadows, strings, awaits, and what is too much."""

# ruff: noqa: E501 - a source and what becomes of it are one literal each, so that they can be compared

from __future__ import annotations

from nasty import AWAIT, CALL, Nasty, failed, follows, moved, refused

_IMPORT = "from shop.old_mod import old\n"
_BOX = "from shop.old_mod import Box\n"
_NEW_BOX = "from shop.context import anonymous\nfrom shop.new_mod import box\n"
_CALLED = "box(context=anonymous())"

NAMES: tuple[Nasty, ...] = (
    moved(
        "taken-global",
        "the new name is a variable here",
        _IMPORT + "new = 1\nold(new)\n",
        "from shop.new_mod import new as old\nnew = 1\nold(new)\n",
    ),
    moved(
        "taken-parameter",
        "the new name is a parameter where it is needed",
        _IMPORT + "def f(new): return old(new)\n",
        "from shop.new_mod import new as old\ndef f(new): return old(new)\n",
    ),
    moved(
        "taken-import",
        "another import has the new name",
        _IMPORT + "from z import new\nold(new)\n",
        "from shop.new_mod import new as old\nfrom z import new\nold(new)\n",
    ),
    moved(
        "taken-class",
        "a class has the new name",
        _IMPORT + "class new(old): ...\n",
        "from shop.new_mod import new as old\nclass new(old): ...\n",
    ),
    moved(
        "taken-comprehension",
        "so has a loop variable",
        _IMPORT + "x = [old(new) for new in y]\n",
        "from shop.new_mod import new as old\nx = [old(new) for new in y]\n",
    ),
    moved(
        "shadowed",
        "parameters, loops and handlers of the old name are others",
        _IMPORT + "def f(old): return old\nx = [old for old in y]\nlambda old=old: old\n",
        "from shop.new_mod import new\ndef f(old): return old\nx = [old for old in y]\nlambda old=new: old\n",
    ),
    moved(
        "class-body",
        "a class's own name does not reach its methods",
        _IMPORT + "class C:\n    old = old\n    def f(self): return old\n",
        "from shop.new_mod import new\nclass C:\n    old = new\n    def f(self): return new\n",
    ),
    moved(
        "builtin-name",
        "the new name is a builtin that the file uses",
        _IMPORT + "print(old())\n",
        "from shop.new_mod import print as old\nprint(old())\n",
        rule={"kind": "move-symbol", "from": "shop.old_mod.old", "to": "shop.new_mod.print"},
        tree=(("shop/new_mod.py", b"def print(*a): ...\n"),),
    ),
    moved(
        "string-annotation",
        "quoted, in odd quotes, and in a type comment",
        _IMPORT
        + "def f(a: \"list['old']\", b: r'''old'''):\n    # type: (old, old) -> old\n    x = []  # type: list[old]\n",
        "from shop.new_mod import new as old\n"
        "def f(a: \"list['old']\", b: r'''old'''):\n    # type: (old, old) -> old\n    x = []  # type: list[old]\n",
    ),
    moved(
        "doctest",
        "an example in a docstring reads the old name",
        "def f():\n    '''\n    >>> old()\n    '''\n" + _IMPORT,
        "def f():\n    '''\n    >>> old()\n    '''\nfrom shop.new_mod import new as old\n",
    ),
    moved(
        "eval",
        "a string that is run reads the old name",
        _IMPORT + "eval('old()')\n",
        "from shop.new_mod import new as old\neval('old()')\n",
    ),
    moved(
        "getattr",
        "so does one that is looked up",
        _IMPORT + "globals()['old']\n",
        "from shop.new_mod import new as old\nglobals()['old']\n",
    ),
    moved(
        "deleted",
        "the name is taken away again",
        _IMPORT + "old()\ndel old\n",
        "from shop.new_mod import new as old\nold()\ndel old\n",
    ),
    moved(
        "walrus",
        "bound in a comprehension, outside of it",
        _IMPORT + "[old := 1 for _ in ()]\nold()\n",
        "from shop.new_mod import new as old\n[old := 1 for _ in ()]\nold()\n",
    ),
    moved(
        "decorator",
        "uses everywhere an expression may stand",
        _IMPORT + "@old\n@old()\nclass C(old, metaclass=old): ...\nx[old:old()] += f'{old!r:{old}}'\n",
        "from shop.new_mod import new\n@new\n@new()\nclass C(new, metaclass=new): ...\nx[new:new()] += f'{new!r:{new}}'\n",
    ),
    moved(
        "keyword-namesake",
        "keywords and attributes of the name are not the name",
        _IMPORT + "f(old=old, **{'old': old.old})\nx.old = y.old\n",
        "from shop.new_mod import new\nf(old=new, **{'old': new.old})\nx.old = y.old\n",
    ),
    moved(
        "import-as-path",
        "dotted uses, split over lines with comments",
        "import shop.old_mod\nx = (shop . # a\n  old_mod\n  .old)()\n",
        "import shop.new_mod\nx = (shop.new_mod.new)()\n",
    ),
)

CALLS: tuple[Nasty, ...] = (
    moved(
        "call-nested",
        "calls inside one another",
        _BOX + "Box(Box(), [Box(1)])\n",
        _NEW_BOX + f"box({_CALLED}, [box(1, context=anonymous())], context=anonymous())\n",
        rule=CALL,
    ),
    moved(
        "call-comment-last",
        "a comment after the last argument",
        _BOX + "Box(\n    1,  # one\n    2  # two\n)\n",
        _NEW_BOX + "box(\n    1,  # one\n    2,  # two\n    context=anonymous()\n)\n",
        rule=CALL,
    ),
    moved(
        "call-generator",
        "a bare generator needs parentheses beside another argument",
        _BOX + "Box(x for x in y)\n",
        _NEW_BOX + "box((x for x in y), context=anonymous())\n",
        rule=CALL,
    ),
    moved(
        "call-scope",
        "the name is a parameter here",
        _BOX + "def f(ctx):\n    return Box(1)\n",
        "from shop.new_mod import box\ndef f(ctx):\n    return box(1, context=ctx)\n",
        rule=CALL,
    ),
    refused(
        "call-taken",
        "both names of the import are taken",
        _BOX + "def f(ctx): return Box\n",
        "passed-as-value",
        rule=CALL,
    ),
    refused("call-handed-on", "who calls it cannot be seen", _BOX + "map(Box, x)\n", "passed-as-value", rule=CALL),
    refused(
        "call-super",
        "a class that is only derived from",
        _BOX + "class C(Box):\n    def f(self): return Box(**self.x)\n",
        "signature-mismatch",
        rule=CALL,
    ),
    moved(
        "await-operators",
        "parentheses, signs and powers around the await",
        "from shop.old_mod import count\nasync def f():\n    return -await count() ** 2, not await count(), (await(count())), await count() if await count() else 1\n",
        "from shop.old_mod import count\nasync def f():\n    return -count() ** 2, not count(), ((count())), count() if count() else 1\n",
        rule=AWAIT,
    ),
    moved(
        "await-f-string",
        "an await inside an f-string",
        "from shop.old_mod import count\nasync def f():\n    return f'{await count()!r:>{await count()}}'\n",
        "from shop.old_mod import count\nasync def f():\n    return f'{count()!r:>{count()}}'\n",
        rule=AWAIT,
    ),
    moved(
        "await-glued",
        "a keyword right before the await, a parenthesis right after",
        "from shop.old_mod import count\nasync def f():\n    return(await(count()))if(await count())else[await\tcount()]\n",
        "from shop.old_mod import count\nasync def f():\n    return((count()))if(count())else[count()]\n",
        rule=AWAIT,
    ),
    refused(
        "await-comprehension",
        "without it the generator is another kind of generator",
        "from shop.old_mod import count\nasync def f():\n    return (await count(x) for x in y)\n",
        "async-context",
        rule=AWAIT,
    ),
)

SIZES: tuple[Nasty, ...] = (
    failed("over-one-mebibyte", "a file for no person", _IMPORT + "#" * (1 << 20), "too-large"),
    follows(
        "long-line",
        "a line of 200,000 characters",
        b"from shop.old_mod import old\nx = '" + b"x" * 200_000 + b"', old()\n",
    ),
    follows(
        "generated-tables",
        "a parser's tables",
        b"from shop.old_mod import old\nTABLE = {\n"
        + b"".join(b"    %d: (%d, [%d, 'x']),\n" % (n, n, n) for n in range(500))
        + b"}\nold()\n",
    ),
    follows(
        "elif-chain",
        "every elif stands one deeper in the tree",
        b"from shop.old_mod import old\nif a: old()\n" + b"elif b: pass\n" * 1_500,
    ),
    moved(
        "annotation-deep",
        "deep, but not too deep for the parser",
        _IMPORT + "x: '" + "[" * 150 + "old" + "]" * 150 + "'\n",
        "from shop.new_mod import new\nx: '" + "[" * 150 + "new" + "]" * 150 + "'\n",
    ),
    follows(
        "lists-in-lists",
        "as deep as the parser goes",
        b"from shop.old_mod import old\nx = " + b"[" * 90 + b"old()" + b"]" * 90 + b"\n",
    ),
)

MEANING = (*NAMES, *CALLS, *SIZES)
