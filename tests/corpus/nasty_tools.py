"""The smallest inputs on which LibCST's own visitors, or LibCST itself, were seen to fail; `why` says how."""

# ruff: noqa: E501 - a source and what becomes of it are one literal each, so that they can be compared

from __future__ import annotations

from nasty import CALL, MOVE, RENAME, Nasty, clean, follows, moved, refused

_BOX = "from shop.old_mod import Box\n"
_CONTEXT = "from shop.context import anonymous\n"
_NEW = "from shop.new_mod import box\n"
_IMPORT = "from shop.old_mod import old\n"
_MOVED = "from shop.new_mod import new\n"
_INSIDE = "def f():\n    from shop.old_mod import Box\n    return Box()\n"
_INSIDE_NEW = "def f():\n    from shop.new_mod import box\n    return box(context=anonymous())\n"
_ALIASED = "def f():\n    from shop.new_mod import box\n    return box(context=context_anonymous())\n"
_AS = "from shop.context import anonymous as context_anonymous\n"

ADDED: tuple[Nasty, ...] = tuple(
    moved(f"add-{name}", f"an added import: {why}", before + _INSIDE, after, rule=CALL)
    for name, why, before, after in (
        (
            "after-docstring-and-future",
            "it came before __future__, a SyntaxError",
            '"""d"""; from __future__ import annotations\n',
            f'"""d"""; from __future__ import annotations\n\n{_CONTEXT}\n{_INSIDE_NEW}',
        ),
        (
            "after-future-and-import",
            "it came before __future__, a SyntaxError",
            "from __future__ import annotations; import os\n",
            f"from __future__ import annotations; import os\n\n{_CONTEXT}\n{_INSIDE_NEW}",
        ),
        ("name-assigned", "the variable was bound anew", "anonymous = 3\n", f"{_AS}\nanonymous = 3\n{_ALIASED}"),
        (
            "name-imported",
            "the other import hid it",
            "from z import anonymous\n",
            f"from z import anonymous\n\n{_AS}\n{_ALIASED}",
        ),
        (
            "under-a-star",
            "it was not added, as if the star had brought it",
            "from a import *\n",
            f"from a import *\n\n{_CONTEXT}\n{_INSIDE_NEW}",
        ),
        (
            "after-path-edit",
            "it came before the edit of the path it needs",
            "import sys\nsys.path.insert(0, 'lib')\nimport os\nimport shop\n",
            f"import sys\nsys.path.insert(0, 'lib')\nimport os\nimport shop\n{_CONTEXT}{_INSIDE_NEW}",
        ),
    )
)

KEPT: tuple[Nasty, ...] = tuple(
    moved(
        f"keep-{name}",
        f"an import that is read by no code, and was taken away: {why}",
        _BOX + "Box()\n" + keeper,
        _CONTEXT + _NEW + _BOX + "box(context=anonymous())\n" + keeper,
        rule=CALL,
    )
    for name, why, keeper in (
        ("all-append", "others may import it", "__all__ = []\n__all__.append('Box')\n"),
        ("all-extend", "others may import it", "__all__ = []\n__all__.extend(['Box'])\n"),
        ("all-sum", "others may import it", "__all__ = ('Box',) + ('box',)\n"),
        ("eval", "a string that is run reads it", "eval('Box.x')\n"),
        ("type-comment", "a type comment reads it", "x = []  # type: Box\n"),
        ("doctest", "an example reads it", "def f():\n    '''\n    >>> Box\n    '''\n"),
    )
)

GOES: tuple[Nasty, ...] = (
    moved(
        "keep-marked",
        "`as` of the same name and noqa mark an import that is meant to stay",
        "from shop.old_mod import Box as Box\nBox()\n",
        _CONTEXT + _NEW + "from shop.old_mod import Box as Box\nbox(context=anonymous())\n",
        rule=CALL,
    ),
    moved(
        "keep-noqa",
        "so does noqa",
        "from shop.old_mod import Box  # noqa\nBox()\n",
        _CONTEXT + _NEW + "from shop.old_mod import Box  # noqa\nbox(context=anonymous())\n",
        rule=CALL,
    ),
    moved(
        "keep-probe",
        "without an import in it the `else` always ran",
        "try:\n    import shop.old_mod\nexcept ImportError:\n    HAS = False\nelse:\n    HAS = True\nshop.old_mod.Box()\n",
        f"{_CONTEXT}\ntry:\n    import shop.new_mod\nexcept ImportError:\n    HAS = False\nelse:\n    HAS = True\nshop.new_mod.box(context=anonymous())\n",
        rule=CALL,
    ),
    moved(
        "drop-last-of-brackets",
        "the bracket and the next name were torn apart",
        "from shop.old_mod import (\n    Box,\n    other)\nBox(other)\n",
        _CONTEXT + _NEW + "from shop.old_mod import (\n    other)\nbox(other, context=anonymous())\n",
        rule=CALL,
    ),
)

RENAMED: tuple[Nasty, ...] = (
    moved(
        "rename-after-future",
        "the new import came before __future__",
        "from __future__ import annotations; " + _IMPORT + "old()\n",
        "from __future__ import annotations; " + _MOVED + "new()\n",
    ),
    moved(
        "rename-in-a-class",
        "the attribute of the class was gone",
        "class C:\n    from shop.old_mod import old\n    def f(self): return self.old()\n",
        "class C:\n    from shop.new_mod import new as old\n    def f(self): return self.old()\n",
    ),
    moved(
        "rename-patched",
        "the string of a patch stayed behind",
        "from unittest.mock import patch\npatch('shop.old_mod.old')\n",
        "from unittest.mock import patch\npatch('shop.new_mod.new')\n",
        rule=MOVE | {"strings": "rewrite"},
    ),
    moved(
        "rename-to-top-level",
        "an exception that could not even be printed",
        _IMPORT + "old()\n",
        "from solo import new\nnew()\n",
        rule=MOVE | {"to": "solo.new"},
        tree=(("solo.py", b"def new(*a): ...\n"),),
    ),
    moved(
        "rename-onto-an-import",
        "the statement imported the new name twice",
        "from shop.old_mod import new, old\nold(new)\n",
        "from shop.old_mod import new\nnew(new)\n",
        rule=RENAME,
    ),
    refused(
        "add-own-module",
        "the module imported itself",
        _BOX + "Box()\n",
        "self-import",
        rule=CALL | {"with": "app.example.box"},
    ),
    clean("rename-beyond-the-top", "`from ..m` above the top package", "from ..shop.old_mod import old\nold()\n"),
)

TRIVIA: tuple[Nasty, ...] = (
    follows(
        "except-space",
        "LibCST loses the space before the colon",
        _IMPORT.encode() + b"try: old()\nexcept OSError : pass\nexcept (A , B) : old()\n",
    ),
    follows(
        "except-star-space",
        "and here",
        _IMPORT.encode() + b"try: old()\nexcept* OSError : pass\n",
    ),
    follows("f-string-spaces", "LibCST loses the spaces in the field", _IMPORT.encode() + b'x = f"{3!s  }", old()\n'),
    follows(
        "indent-at-the-end",
        "LibCST loses blank lines before a last line of blanks",
        _IMPORT.encode() + b"def f():\n    old()\n\n\n    # c\n\n    ",
    ),
    follows("annotated-brackets", "LibCST does not read it", _IMPORT.encode() + b"(x): int = old()\n"),
    follows(
        "long-sum",
        "LibCST's visitors run out of stack from 400 terms on",
        _IMPORT.encode() + b"x = " + b" + ".join([b"1"] * 500) + b" + old()\n",
    ),
    follows(
        "long-string-sum",
        "strings in a row, a thousand",
        _IMPORT.encode() + b"x = (" + b"\n".join([b"'a'"] * 1_000) + b") + old()\n",
    ),
    follows(
        "call-chain",
        "LibCST's visitors run out of stack from 200 calls on",
        _IMPORT.encode() + b"x = old()" + b".b()" * 200 + b"\n",
    ),
)

TOOLS = (*ADDED, *KEPT, *GOES, *RENAMED, *TRIVIA)
