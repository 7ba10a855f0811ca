"""Sources whose bytes are the trap: encodings, line ends, odd characters, and what is no Python at all."""

# ruff: noqa: E501 - a source and what becomes of it are one literal each, so that they can be compared

from __future__ import annotations

from nasty import AWAIT, CALL, RENAME, Becomes, Nasty, clean, failed, follows, nasty

_IMPORT = b"from shop.old_mod import old\n"
_USED = _IMPORT + b"\nold()\n"
_ACCENT = "note = 'é'\n"

ENCODINGS: tuple[Nasty, ...] = (
    follows("bom", "the mark before the first byte shifts every column of line 1", b"\xef\xbb\xbf" + _USED),
    follows("bom-and-coding", "a mark and a cookie that agree", b"\xef\xbb\xbf# coding: utf-8\n" + _USED),
    failed(
        "bom-and-latin-1", "a mark and a cookie that disagree", b"\xef\xbb\xbf# coding: latin-1\n" + _USED, "encoding"
    ),
    follows(
        "latin-1",
        "columns are bytes of UTF-8, the file is not",
        b"# coding: latin-1\n" + _IMPORT + "é = 'é'; old()\n".encode("latin-1"),
    ),
    follows(
        "cp1252",
        "the euro sign is one byte",
        b"# -*- coding: cp1252 -*-\n" + _IMPORT + "x = '€', old()\n".encode("cp1252"),
    ),
    follows(
        "shift-jis",
        "two bytes a character, the second may be a backslash",
        b"# coding: shift_jis\n" + _IMPORT + "x = '表示', old()\n".encode("shift_jis"),
    ),
    follows(
        "coding-on-line-2",
        "the cookie may follow a shebang",
        b"#!/usr/bin/env python\n# vim: set fileencoding=latin-1 :\n" + _IMPORT + "x = 'é', old()\n".encode("latin-1"),
    ),
    failed(
        "undeclared-latin-1", "Python itself refuses it", _IMPORT + _ACCENT.encode("latin-1") + b"old()\n", "encoding"
    ),
    failed("utf-16", "null bytes in every word", _USED.decode().encode("utf-16"), "null-bytes"),
    failed("unknown-coding", "nobody knows this codec", b"# coding: klingon\n" + _USED, "encoding"),
    failed("rot13-coding", "a codec that is no text encoding", b"# coding: rot13\n" + _USED, "encoding"),
    follows("utf-8-wide", "columns count bytes, not characters", _IMPORT + "x = '𝒳日本é', old()\n".encode()),
)

LINE_ENDS: tuple[Nasty, ...] = (
    follows("crlf", "every line ends in two bytes", _USED.replace(b"\n", b"\r\n")),
    follows("cr-only", "lines end as on an old Mac", _USED.replace(b"\n", b"\r")),
    follows("mixed-ends", "each line ends as it did", b"import os\r\n" + _IMPORT + b"x = 1\r\nold()\rold()\n"),
    follows(
        "mixed-ends-in-a-string",
        "the ends inside a literal are lines too",
        _IMPORT + b's = """a\r\nb\rc\n"""; old()\r\n',
    ),
    follows("no-final-newline", "no line end may be added", _IMPORT + b"old()"),
    follows("only-an-import", "one line, no end", b"from shop.old_mod import old"),
    nasty(
        "crlf-new-import",
        "an import that is added ends as its neighbours do",
        b"import os\r\nfrom shop.old_mod import Box, other\r\n\r\nBox(os, other)\r\n",
        Becomes(
            b"import os\r\nfrom shop.context import anonymous\r\nfrom shop.new_mod import box\r\nfrom shop.old_mod import other\r\n\r\n"
            b"box(os, other, context=anonymous())\r\n"
        ),
        rule=CALL,
    ),
    follows(
        "trailing-spaces",
        "spaces before line ends are none of our business",
        b"from shop.old_mod import old   \n\t\nold()  \t\n   ",
    ),
)

CHARACTERS: tuple[Nasty, ...] = (
    follows("form-feed-first", "LibCST drops it", b"\x0c" + _USED),
    follows("form-feed-between", "a page break before a statement", _IMPORT + b"\x0c\nold()\n\x0c\x0cold()\n"),
    follows("form-feed-in-indent", "Python starts the column anew after it", _IMPORT + b"if 1:\n\x0c    old()\n"),
    failed("vertical-tab", "it looks like a space and is none", _IMPORT + b"x =\x0b1\nold()\n", "syntax"),
    failed("null-byte", "C strings end there", _USED + b"# \0\n", "null-bytes"),
    failed("ctrl-z", "DOS ends files with it", _USED + b"\x1a", "syntax"),
    failed("nbsp", "a space from a web page", _IMPORT + "x =\u00a01\nold()\n".encode(), "syntax"),
    follows(
        "u2028",
        "a line separator to str.splitlines, not to Python",
        _IMPORT + "x = 'a\u2028b'; old()  # \u2029\x85\n".encode(),
    ),
    follows("separators-in-a-comment", "nor are these line ends", _IMPORT + b"# \x1c \x1d \x1e \x0b\nold()\n"),
    follows(
        "bidi-in-a-comment",
        "text that shows in another order than it runs",
        _IMPORT + "# \u202e\u2066 old()\u2069\nold()\n".encode().replace(b"old()\xe2", b"odd()\xe2"),
    ),
    clean(
        "homoglyph",
        "a Cyrillic o is another letter, and another module",
        "from shop.old_mod import \u043eld\n\n\u043eld()\n",
    ),
    follows(
        "homoglyph-beside",
        "the look-alike is another variable",
        _IMPORT + "\u043eld = 1\nprint(\u043eld, old())\n".encode(),
    ),
    nasty(
        "nfkc-use",
        "Python reads the wide letters as `old`; the text cannot be edited as such",
        _IMPORT + "ｏｌｄ(1)\n".encode(),
        Becomes(b"from shop.new_mod import new as old\n" + "ｏｌｄ(1)\n".encode()),
    ),
    follows("tabs", "indents of tabs stay tabs", _IMPORT + b"if 1:\n\tif 2:\n\t\told()\n"),
    failed("tab-space-mix", "no Python since 3.0", _IMPORT + b"if 1:\n        old()\n\told()\n", "syntax"),
    follows("backslash-before-use", "a statement over two lines", _IMPORT + b"x = \\\n    old()\n"),
    follows("backslash-in-import", "an import over two lines", b"from \\\n    shop.old_mod import old\nold()\n"),
    failed("backslash-at-the-end", "nothing to continue with", _USED + b"\\", "syntax"),
    follows("semicolons", "several statements in a line", b"import os; from shop.old_mod import old; old(); old()\n"),
    clean("empty", "nothing is there", b""),
    clean("blank", "nothing but white space", b"\n  \n\t\n"),
    clean("comment-only", "the name stands in a comment", b"# from shop.old_mod import old\n# old()"),
)

NOT_PYTHON: tuple[Nasty, ...] = (
    failed("python-2-print", "another language by now", _IMPORT + b'print "x", old()\n', "syntax"),
    failed("python-2-backticks", "as before", _IMPORT + b"x = `old()`\n", "syntax"),
    failed("python-2-octal", "as before", _IMPORT + b"import os\nos.chmod('x', 0755)\nold()\n", "syntax"),
    failed("notebook-magic", "IPython's own statements", b"%matplotlib inline\n" + _USED, "syntax"),
    failed("notebook-shell", "and its shell", _USED + b"!pip install shop\n", "syntax"),
    failed("jinja", "a template of Python", _IMPORT + b"{% if x %}\nold()\n{% endif %}\n", "syntax"),
    failed(
        "conflict-markers",
        "a merge nobody finished",
        b"<<<<<<< HEAD\n" + _IMPORT + b"=======\nold = 1\n>>>>>>> other\nold()\n",
        "syntax",
    ),
    failed(
        "lfs-pointer",
        "a file that is elsewhere",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n",
        "syntax",
    ),
    failed("unclosed", "a parenthesis without its partner", _IMPORT + b"old(\n", "syntax"),
)

NEWER: tuple[Nasty, ...] = (
    follows(
        "match",
        "soft keywords are names too",
        _IMPORT
        + b"match = case = 1\nmatch old():\n    case {'old': [case, *_]} if old(): match.x\n    case _: old()\n",
    ),
    follows(
        "except-star",
        "groups of exceptions",
        _IMPORT + b"try:\n    old()\nexcept* ValueError as old_error:\n    old()\n",
    ),
    nasty(
        "pep-695-names",
        "a type parameter hides the import",
        _IMPORT
        + b"def f[old](x: old) -> old: return x\nclass A[T: old]:\n    def g(self, y: old = old()) -> T: ...\ntype X[old] = list[old]\ntype Y = old\n",
        Becomes(
            b"from shop.new_mod import new\ndef f[old](x: old) -> old: return x\nclass A[T: new]:\n    def g(self, y: new = new()) -> T: ...\n"
            b"type X[old] = list[old]\ntype Y = new\n"
        ),
    ),
    follows(
        "pep-701",
        "quotes of the same kind inside an f-string",
        _IMPORT + b'x = f"{old()} {"a" + f"{old()}"} {{old()}}"\n'.replace(b"{{old()}}", b"{{odd}}"),
    ),
    failed(
        "pep-758",
        "`except` without parentheses is Python 3.14, or Python 2",
        _IMPORT + b"try:\n    old()\nexcept A, B:\n    pass\n",
        "grammar",
    ),
    follows("t-string", "templates are Python 3.14, and read like f-strings", _IMPORT + b'x = t"{old()}"\n'),
    nasty(
        "stub",
        "a stub file is Python with other habits",
        b"from shop.old_mod import old as old\ndef f(x: old = ...) -> old: ...\n",
        Becomes(b"from shop.new_mod import new as old\ndef f(x: old = ...) -> old: ...\n"),
        path="app/example.pyi",
    ),
    nasty(
        "await-cr",
        "an await on a line of its own, ends as on an old Mac",
        b"from shop.old_mod import count\rasync def f():\r  x = (await\r    count())\r",
        Becomes(b"from shop.old_mod import count\rasync def f():\r  x = (count())\r"),
        rule=AWAIT,
    ),
    nasty(
        "await-latin-1",
        "columns are counted in another encoding",
        b"# coding: latin-1\nfrom shop.old_mod import count\nasync def f():\n  x = '\xe9\xe9', await count('\xe9')\n",
        Becomes(
            b"# coding: latin-1\nfrom shop.old_mod import count\nasync def f():\n  x = '\xe9\xe9', count('\xe9')\n"
        ),
        rule=AWAIT,
    ),
    nasty(
        "call-shift-jis",
        "new text beside old bytes",
        b"# coding: shift_jis\nfrom shop.old_mod import Box\nx = '\x95\x5c', Box('\x95\x5c')\n",
        Becomes(
            b"# coding: shift_jis\nfrom shop.context import anonymous\nfrom shop.new_mod import box\nx = '\x95\x5c', box('\x95\x5c', context=anonymous())\n"
        ),
        rule=CALL,
    ),
    nasty(
        "rename-in-parentheses",
        "only the name is edited; comments and odd spaces stay",
        b"from shop.old_mod import (  # a\n  other,# b\n  old  ,  # c\n)\nold(other)\n",
        Becomes(b"from shop.old_mod import (  # a\n  other,# b\n  new  ,  # c\n)\nnew(other)\n"),
        rule=RENAME,
    ),
)

BYTES = (*ENCODINGS, *LINE_ENDS, *CHARACTERS, *NOT_PYTHON, *NEWER)
