"""Sources whose shape is the trap: docstrings, `__future__`, imports in odd places, `__all__`."""

# ruff: noqa: E501 - a source and what becomes of it are one literal each, so that they can be compared

from __future__ import annotations

from nasty import CALL, RENAME, Nasty, clean, follows, moved, refused

_IMPORT = "from shop.old_mod import old\n"
_BOX = "from shop.old_mod import Box\n"
_CONTEXT = "from shop.context import anonymous\n"
_NEW_BOX = f"{_CONTEXT}from shop.new_mod import box\n"
_CALLED = "box(context=anonymous())"


DOCSTRINGS: tuple[Nasty, ...] = (
    follows(
        "docstring-semicolon",
        "the docstring shares its line with the import",
        b'"""d"""; from shop.old_mod import old\nold()\n',
    ),
    follows(
        "docstring-semicolon-future",
        "and with a __future__ import",
        b'"""d"""; from __future__ import annotations; from shop.old_mod import old\nold()\n',
    ),
    follows(
        "docstring-concatenated", "two literals are one docstring", b'"a" "b"\nfrom shop.old_mod import old\nold()\n'
    ),
    follows(
        "docstring-parenthesised",
        "so are two in parentheses",
        b'("doc"\n "more")\nfrom shop.old_mod import old\nold()\n',
    ),
    follows("docstring-bytes", "a bytes literal is no docstring", b'b"""d"""\nfrom shop.old_mod import old\nold()\n'),
    follows("docstring-f-string", "nor is an f-string", b'f"""d{1}"""\nfrom shop.old_mod import old\nold()\n'),
    *(
        moved(
            f"new-import-after-{name}",
            "an import that is added comes after the docstring and __future__, and before the rest",
            f"{head}def f():\n    from shop.old_mod import Box\n    return Box()\n",
            f"{new}def f():\n    from shop.new_mod import box\n    return {_CALLED}\n",
            rule=CALL,
        )
        for name, head, new in (
            ("docstring", '"""d"""; x = 1\n', f'"""d"""; x = 1\n\n{_CONTEXT}\n'),
            ("concatenated", '"d" "e"\nx = 1\n', f'"d" "e"\n\n{_CONTEXT}\nx = 1\n'),
            ("parenthesised", '("d"\n"e")\nx = 1\n', f'("d"\n"e")\n\n{_CONTEXT}\nx = 1\n'),
            (
                "future",
                '"""d"""; from __future__ import annotations; x = 1\n',
                f'"""d"""; from __future__ import annotations; x = 1\n\n{_CONTEXT}\n',
            ),
            ("nothing", "", f"{_CONTEXT}\n"),
        )
    ),
)

FUTURE: tuple[Nasty, ...] = (
    follows(
        "future-first",
        "nothing may come before it",
        b"from __future__ import annotations\nfrom shop.old_mod import old\nold()\n",
    ),
    follows(
        "future-same-line",
        "it shares its line with the import",
        b"from __future__ import annotations; from shop.old_mod import old\nold()\n",
    ),
    follows(
        "future-twice",
        "there may be several",
        b"from __future__ import annotations\nfrom __future__ import division\nfrom shop.old_mod import old\nold()\n",
    ),
    follows(
        "future-after-docstring",
        "behind comments and a docstring",
        b'#!/bin/sh\n\n"""d"""\n# c\nfrom __future__ import annotations\nfrom shop.old_mod import old\nold()\n',
    ),
    follows(
        "future-parenthesised",
        "over several lines",
        b"from __future__ import (\n    annotations,\n)\nfrom shop.old_mod import old\nold()\n",
    ),
    moved(
        "future-annotations",
        "annotations are never run, and are uses all the same",
        "from __future__ import annotations\nimport shop.old_mod\ndef f(x: shop.old_mod.old) -> 'shop.old_mod.old': ...\n",
        "from __future__ import annotations\nimport shop.new_mod\ndef f(x: shop.new_mod.new) -> 'shop.new_mod.new': ...\n",
    ),
    follows(
        "future-too-late",
        "Python refuses it; what did not compile before need not now",
        b"from shop.old_mod import old\nfrom __future__ import annotations\nold()\n",
    ),
    moved(
        "future-and-new-import",
        "an import that is added does not stand before __future__",
        "from __future__ import annotations\n\nBOX = None\n\ndef f(m):\n    from shop.old_mod import Box\n    return Box(m)\n",
        "from __future__ import annotations\n\nfrom shop.context import anonymous\n\nBOX = None\n\ndef f(m):\n    from shop.new_mod import box\n    return box(m, context=anonymous())\n",
        rule=CALL,
    ),
)

IMPORTS: tuple[Nasty, ...] = (
    moved(
        "type-checking",
        "the import stays where only type checkers run",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.old_mod import old\ndef f(x: 'old'): ...\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.new_mod import new\ndef f(x: 'new'): ...\n",
    ),
    moved(
        "type-checking-alias",
        "whatever the name of the flag",
        "import typing as t\nif t.TYPE_CHECKING:\n    from shop.old_mod import old\nelse:\n    old = None\nx = old\n",
        "import typing as t\nif t.TYPE_CHECKING:\n    from shop.new_mod import new\nelse:\n    new = None\nx = new\n",
    ),
    moved(
        "try-import",
        "the fallback binds the same name",
        "try:\n    from shop.old_mod import old\nexcept ImportError:\n    old = None\nif old: old()\n",
        "try:\n    from shop.new_mod import new\nexcept ImportError:\n    new = None\nif new: new()\n",
    ),
    moved(
        "try-import-other",
        "the fallback is another import",
        "try:\n    from shop.old_mod import old\nexcept ImportError:\n    from other import old\nold()\n",
        "try:\n    from shop.new_mod import new as old\nexcept ImportError:\n    from other import old\nold()\n",
    ),
    moved(
        "try-import-flag",
        "the import is asked for, never used",
        "try:\n    from shop.old_mod import old\nexcept ImportError:\n    HAS = False\nelse:\n    HAS = True\n",
        "try:\n    from shop.new_mod import new\nexcept ImportError:\n    HAS = False\nelse:\n    HAS = True\n",
    ),
    refused(
        "star",
        "the star would go on bringing the old name",
        "from shop.old_mod import *\nold()\n",
        "star-import",
        rule=RENAME | {"to": "shop.new_mod.old"},
        tree=(("shop/new_mod.py", b"def old(*a): ...\n"),),
    ),
    moved(
        "star-renamed",
        "the star brings the new name too",
        "from shop.old_mod import *\nold()\n",
        "from shop.old_mod import *\nnew()\n",
        rule=RENAME,
    ),
    refused(
        "star-of-unknown",
        "two stars, one of which nobody can read",
        "from shop.old_mod import *\nfrom elsewhere import *\nold()\n",
        "star-import",
        rule=RENAME,
    ),
    clean("relative-too-deep", "it leaves the top package", "from ....shop.old_mod import old\nold()\n"),
    moved(
        "relative",
        "a relative import stays one",
        "from .old_mod import old\nold()\n",
        "from .new_mod import new\nnew()\n",
        path="shop/user.py",
    ),
    moved(
        "relative-package",
        "and counts from the package in __init__",
        "from .old_mod import old as o\nfrom . import old_mod\no(old_mod.other)\n",
        "from .new_mod import new as o\nfrom . import old_mod\no(old_mod.other)\n",
        path="shop/__init__.py",
    ),
    moved(
        "self-import",
        "a module that imports itself",
        "import app.example\nfrom shop.old_mod import old\nx = app.example.old\n",
        "import shop.new_mod\nfrom shop.new_mod import new\nx = shop.new_mod.new\n",
    ),
    clean(
        "self-import-of-home",
        "the home of the symbol is left alone",
        "from shop.old_mod import old\nold()\n",
        path="shop/old_mod.py",
    ),
    refused(
        "circular-pair",
        "the new home imports this very file",
        "from shop.old_mod import old\nold()\n",
        "import-cycle",
        "import-cycle",
        tree=(("shop/new_mod.py", b"import app.example\ndef new(*a): ...\n"),),
    ),
    moved(
        "conditional",
        "one branch imports, the other defines",
        "import sys\nif sys.platform == 'x':\n    from shop.old_mod import old\nelse:\n    def old(): ...\nold()\n",
        "import sys\nif sys.platform == 'x':\n    from shop.new_mod import new as old\nelse:\n    def old(): ...\nold()\n",
    ),
    moved(
        "in-a-function",
        "an import of one function stays there",
        "def f():\n    from shop.old_mod import old\n    return old()\ndef old(): ...\nold()\n",
        "def f():\n    from shop.new_mod import new\n    return new()\ndef old(): ...\nold()\n",
    ),
    moved(
        "in-a-class",
        "the name is an attribute of the class",
        "class C:\n    from shop.old_mod import old\n    x = old()\nC.old\n",
        "class C:\n    from shop.new_mod import new as old\n    x = old()\nC.old\n",
    ),
    moved(
        "global",
        "bound from a function",
        "def f():\n    global old\n    from shop.old_mod import old\ndef g():\n    return old()\n",
        "def f():\n    global old\n    from shop.new_mod import new as old\ndef g():\n    return old()\n",
    ),
    moved(
        "noqa",
        "marked to stay unused",
        "from shop.old_mod import old  # noqa: F401\n",
        "from shop.new_mod import new  # noqa: F401\n",
    ),
    moved(
        "type-ignore",
        "the mark stays on its line",
        "from shop.old_mod import old  # type: ignore[attr-defined]\nold()\n",
        "from shop.new_mod import new  # type: ignore[attr-defined]\nnew()\n",
    ),
    moved(
        "last-of-a-list",
        "the comma before it stays",
        "from shop.old_mod import (other,\n    old)\nold(other)\n",
        "from shop.new_mod import new\nfrom shop.old_mod import (other)\nnew(other)\n",
    ),
    moved(
        "import-twice",
        "the same import a second time",
        _IMPORT * 2 + "old()\n",
        "from shop.new_mod import new\nnew()\n",
    ),
    moved(
        "one-line-suite",
        "the import shares its line with `if`",
        "if 1: from shop.old_mod import old; old()\n",
        "if 1: from shop.new_mod import new; new()\n",
    ),
)

EXPORTS: tuple[Nasty, ...] = (
    *tuple(
        moved(
            f"all-{name}",
            "an item of __all__ follows its import",
            _IMPORT + before,
            "from shop.new_mod import new\n" + before.replace("old", "new"),
        )
        for name, before in (
            ("list", "__all__ = ['old']\n"),
            ("tuple", "__all__ = ('other', 'old')\nother = 1\n"),
            ("sum", "__all__ = ('other',) + ('old',)\nother = 1\n"),
            ("append", "__all__ = []\n__all__.append('old')\n"),
            ("extend", "__all__ = ['other']\n__all__.extend(['old'])\nother = 1\n"),
            ("plus", "__all__ = []\n__all__ += ['old']\n"),
            ("annotated", "__all__: list[str] = ['old']\n"),
        )
    ),
    moved(
        "all-computed",
        "nobody can say whether the name is in it",
        _IMPORT + "__all__ = [n for n in dir()]\n",
        "from shop.new_mod import new\n__all__ = [n for n in dir()]\n",
    ),
)

SHAPES = (*DOCSTRINGS, *FUTURE, *IMPORTS, *EXPORTS)
