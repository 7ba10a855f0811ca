"""Sources that this engine itself once got wrong, or that other engines are known to get wrong."""

# ruff: noqa: E501 - a source and what becomes of it are one literal each, so that they can be compared

from __future__ import annotations

from nasty import AWAIT, CALL, MOVE, RENAME, Nasty, moved, refused

_IMPORT = "from shop.old_mod import old\n"
_BOX = "from shop.old_mod import Box\n"
_COUNT = "from shop.old_mod import count\nasync def f():\n    "
_PRIVATE = MOVE | {"to": "shop.new_mod.__new"}
_PRIVATE_TREE = (("shop/new_mod.py", b"__new = 1\n"),)
_QUOTING = CALL | {"arguments": [{"name": "context", "otherwise": {"expression": 'shop.context.anonymous("x")'}}]}
_LITERAL = MOVE | {"from": "shop.old_mod.Literal", "to": "shop.new_mod.Choice"}
_LITERAL_TREE = (
    ("shop/old_mod.py", b"from typing import Any\nLiteral: Any = 1\n"),
    ("shop/new_mod.py", b"Choice = 1\n"),
)

STARS: tuple[Nasty, ...] = (
    moved(
        "star-after-unknown",
        "the later star surely brings the name",
        "from elsewhere import *\nfrom shop.old_mod import *\nold()\n",
        "from elsewhere import *\nfrom shop.old_mod import *\nnew()\n",
        rule=RENAME,
    ),
    moved(
        "unknown-star-after-import",
        "the star may bring the name anew, or may not: it stays what it was",
        _IMPORT + "from elsewhere import *\nold()\n",
        "from shop.new_mod import new as old\nfrom elsewhere import *\nold()\n",
    ),
    refused(
        "star-of-either",
        "either star brings the name, the one with the longer path too",
        "if x:\n    from shop.old_mod import *\nelse:\n    from shop.longer_name import *\nold()\n",
        "alternatives",
        rule=RENAME,
        tree=(("shop/longer_name.py", b"old = 1\n"),),
    ),
    refused(
        "unknown-star-in-a-branch",
        "the star of one branch may bring the name",
        "from shop.old_mod import *\nif x:\n    from elsewhere import *\nold()\n",
        "star-import",
        rule=RENAME,
    ),
)

TWICE: tuple[Nasty, ...] = (
    moved(
        "import-twice-in-one-list",
        "the same name twice in a statement",
        "from shop.old_mod import old, old\nold()\n",
        "from shop.new_mod import new\nnew()\n",
    ),
    moved(
        "import-twice-in-a-function",
        "once at the head, once in a function",
        _IMPORT + "def f():\n    from shop.old_mod import old\n    return old()\nold()\n",
        "from shop.new_mod import new\ndef f():\n    from shop.new_mod import new\n    return new()\nnew()\n",
    ),
    refused(
        "import-twice-from-two-places",
        "the order of two imports decides",
        _IMPORT + "from shop.other import old\nold()\n",
        "name-taken",
        tree=(("shop/other.py", b"old = 1\n"),),
    ),
)

PRIVATE: tuple[Nasty, ...] = (
    moved(
        "private-name",
        "outside classes a private name is a name like any other",
        _IMPORT + "def f(): return old()\n",
        "from shop.new_mod import __new\ndef f(): return __new()\n",
        rule=_PRIVATE,
        tree=_PRIVATE_TREE,
    ),
    moved(
        "private-name-in-a-class",
        "in a class, Python takes __new for _C__new",
        _IMPORT + "class C:\n    def f(self): return old()\n",
        "from shop.new_mod import __new as old\nclass C:\n    def f(self): return old()\n",
        rule=_PRIVATE,
        tree=_PRIVATE_TREE,
    ),
    moved(
        "private-attribute-in-a-class",
        "and so it takes an attribute",
        "import shop.old_mod as m\nclass C:\n    def f(self): return m.old()\n",
        "from shop.old_mod import __new as old_mod___new\nclass C:\n    def f(self): return old_mod___new()\n",
        rule=_PRIVATE | {"to": "shop.old_mod.__new"},
    ),
    refused(
        "private-import-in-a-class",
        "and what an import names",
        "class C:\n    def f(self):\n        from shop.old_mod import old\n        return old()\n",
        "name-taken",
        rule=_PRIVATE,
        tree=_PRIVATE_TREE,
    ),
    moved(
        "private-import-of-old",
        "what is imported in the class is _C__old, another name",
        "from shop.old_mod import __old\nclass C:\n    from shop.old_mod import __old as a\n__old()\n",
        "from shop.new_mod import new\nclass C:\n    from shop.old_mod import __old as a\nnew()\n",
        rule=MOVE | {"from": "shop.old_mod.__old"},
        tree=(("shop/old_mod.py", b"__old = 1\n_C__old = 2\n"),),
    ),
)

AWAITS: tuple[Nasty, ...] = (
    refused(
        "await-twice",
        "the call returns what is awaited again",
        _COUNT + "return await (await count())\n",
        "awaited-elsewhere",
        rule=AWAIT,
    ),
    refused(
        "async-with-await",
        "the call returns an asynchronous context",
        _COUNT + "async with await count(): ...\n",
        "async-context",
        rule=AWAIT,
    ),
    refused(
        "async-for-await",
        "the call returns an asynchronous iterator",
        _COUNT + "async for x in await count(): ...\n    return [y async for y in (await count())]\n",
        "async-context",
        "async-context",
        rule=AWAIT,
    ),
    refused(
        "await-kept-and-awaited",
        "what the call returns is kept, and awaited later",
        _COUNT + "x = await count()\n    await x\n",
        "awaited-elsewhere",
        rule=AWAIT,
    ),
    refused(
        "await-gathered",
        "what the call returns is awaited by another",
        "import asyncio\n" + _COUNT + "await asyncio.gather(await count())\n",
        "awaited-elsewhere",
        rule=AWAIT,
    ),
)

QUOTES: tuple[Nasty, ...] = (
    refused(
        "call-quotes-in-f-string",
        "before Python 3.12 an f-string does not take its own quotes inside",
        _BOX + 'f"{Box()}"\n',
        "dynamic-name",
        rule=_QUOTING,
    ),
    moved(
        "call-beside-f-string",
        "the call outside is mended all the same",
        _BOX + 'Box(f"{1}")\n',
        'from shop.context import anonymous\nfrom shop.new_mod import box\nbox(f"{1}", context=anonymous("x"))\n',
        rule=_QUOTING,
    ),
    moved(
        "call-in-f-string",
        "without quotes it fits",
        _BOX + 'f"{Box(1)!r}"\n',
        'from shop.context import anonymous\nfrom shop.new_mod import box\nf"{box(1, context=anonymous())!r}"\n',
        rule=CALL,
    ),
    moved(
        "literal-by-another-name",
        "the strings of Literal are no annotations, whatever it is called",
        "from typing import Literal as L\n" + _IMPORT + "x: L['old']\ny: 'old'\n",
        "from typing import Literal as L\nfrom shop.new_mod import new\nx: L['old']\ny: 'new'\n",
    ),
    moved(
        "literal-moved",
        "nor are they when it is Literal that moves",
        "from shop.old_mod import Literal\nx: Literal['a b', 'c']\n",
        "from shop.new_mod import Choice\nx: Choice['a b', 'c']\n",
        rule=_LITERAL,
        tree=_LITERAL_TREE,
    ),
)

SCRIPTS: tuple[Nasty, ...] = (
    moved(
        "cycle-of-a-script",
        "an import that runs only when the file is the program closes no circle",
        _IMPORT + "old()\n",
        "from shop.new_mod import new\nnew()\n",
        tree=(("shop/new_mod.py", b"def new(*a): ...\nif __name__ == '__main__':\n    import app.example\n"),),
    ),
    moved(
        "script-in-a-cycle",
        "the same from the other side",
        "if __name__ == '__main__':\n    from shop.old_mod import old\n    old()\n",
        "if __name__ == '__main__':\n    from shop.new_mod import new\n    new()\n",
        tree=(("shop/new_mod.py", b"import app.example\ndef new(*a): ...\n"),),
    ),
)

EXPORTS: tuple[Nasty, ...] = (
    moved(
        "import-over-a-definition",
        "where the import fails, the file's own function is what others get under this name",
        "def old(): ...\n\nmine = old\ntry:\n    from shop.old_mod import old\nexcept ImportError:\n    pass\nold()\n__all__ = ['old']\n",
        "def old(): ...\n\nmine = old\ntry:\n    from shop.new_mod import new as old\nexcept ImportError:\n    pass\nold()\n__all__ = ['old']\n",
    ),
    moved(
        "export-of-another",
        "what __all__ offers is no longer the import",
        _IMPORT + "kept = old\nold = 1\n__all__ = ['old']\n",
        "from shop.new_mod import new\nkept = new\nold = 1\n__all__ = ['old']\n",
    ),
    refused(
        "import-says-module",
        "a statement that only a module can satisfy: its name is no symbol",
        "import outside.part\nfrom outside import part\n@outside.part.mark\ndef f(): return part.x\n",
        "is-a-module",
        "is-a-module",
        "is-a-module",
        "is-a-module",
        rule=MOVE | {"from": "outside.part"},
    ),
)

FOUND = (*EXPORTS, *STARS, *TWICE, *PRIVATE, *AWAITS, *QUOTES, *SCRIPTS)
