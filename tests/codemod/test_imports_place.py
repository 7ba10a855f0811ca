"""Where a new import lands. The first table holds the minimal inputs on which LibCST's own visitor fails."""

from __future__ import annotations

import pytest
from codemod_trees import names
from import_cases import TREE, bound

from workbench.codemod.checks import check
from workbench.codemod.edit import splice
from workbench.codemod.imports.engine import Imports
from workbench.codemod.source import Module


def test_statement_shapes_after_the_docstring_and_future_imports() -> None:
    cases = {
        '"""d"""; from __future__ import annotations\n«USE»()\n': (
            '"""d"""; from __future__ import annotations\n\nfrom a import b\n\nb()\n'
        ),
        "from __future__ import annotations; import os\n«USE»()\n": (
            "from __future__ import annotations; import os\n\nfrom a import b\n\nb()\n"
        ),
        '"""d"""; x = 1\n\n«USE»()\n': '"""d"""; x = 1\n\nfrom a import b\n\nb()\n',
        '"a" "b"\nx=1\n«USE»()\n': '"a" "b"\n\nfrom a import b\n\nx=1\nb()\n',
        '("doc"\n"more")\n«USE»()\n': '("doc"\n"more")\n\nfrom a import b\n\nb()\n',
        "from a import *\n«USE»()\n": "from a import *\nfrom a import b\nb()\n",
        "import sys; sys.path.insert(0, '.'); import os\nfrom a.c import d\n«USE»()\n": (
            "import sys; sys.path.insert(0, '.'); import os\nfrom a import b\nfrom a.c import d\nb()\n"
        ),
    }
    for before, after in cases.items():
        assert bound(before, "a.b") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbfUSE()\n", b"\xef\xbb\xbffrom a import b\n\nb()\n"),
        (
            b"\xef\xbb\xbf# c\r\nimport os\r\n\r\nUSE()",
            b"\xef\xbb\xbf# c\r\nimport os\r\n\r\nfrom a import b\r\n\r\nb()",
        ),
        (
            b"#!/bin/python\n# -*- coding: latin-1 -*-\n\nUSE('\xe9')\n",
            b"#!/bin/python\n# -*- coding: latin-1 -*-\n\nfrom a import b\n\nb('\xe9')\n",
        ),
        (
            b"import os\n\x0c\ndef f():\n\treturn USE()\n",
            b"import os\n\nfrom a import b\n\x0c\ndef f():\n\treturn b()\n",
        ),
        (b"'''d'''\nUSE()", b"'''d'''\n\nfrom a import b\n\nb()"),
        (b"import os\rUSE()\r", b"import os\r\rfrom a import b\r\rb()\r"),
    ],
)
def test_bytes_a_file_keeps(before: bytes, after: bytes) -> None:
    start = before.index(b"USE")
    known = names(before, tree=TREE)
    imports = Imports(known.module, known, known.project)
    (read, _), *_ = known.index.names["USE"]
    imports.bind("a.b", at=read)
    assert known.module.span(read) == (start, start + 3)
    written = splice(before, imports.edits()).replace(b"USE", b"b")
    assert written == after
    assert check(known.module, Module("app/example.py", written, "app.example"), known.project) == ()


def test_an_empty_file_gets_a_line_of_its_own() -> None:
    for before in (b"", b"# only a comment\n", b"# no line end"):
        known = names(before)
        imports = Imports(known.module, known, known.project)
        imports.bind("a.b", at=known.module.tree)
        assert splice(before, imports.edits()) in (
            b"from a import b\n",
            b"# only a comment\nfrom a import b\n",
            b"# no line end\nfrom a import b\n",
        )


# ---- groups


GROUPED = (
    "import os\nimport sys\n\nimport attr\nfrom zope import x\n\nfrom app.sub import deep\nfrom app.ws import new\n\n"
    "from . import perm\n\n\ndef f():\n    return «USE»(os, sys, attr, x, deep, new, perm)\n"
)


@pytest.mark.parametrize(
    ("qualified", "below"),
    [
        ("json.loads", "import sys"),
        ("bbb.loads", "import attr"),
        ("app.perm.Maker", "from app.sub import deep"),
        ("zope.y.thing", "from zope import x"),
    ],
)
def test_a_new_statement_joins_its_group_in_order(qualified: str, below: str) -> None:
    code = GROUPED.replace("from . import perm\n\n", "").replace(", perm)", ")")
    lines = str(bound(code, qualified)).splitlines()
    module, _, name = qualified.rpartition(".")
    expected = f"from {module} import {name}"
    where = lines.index(expected)
    above = [line for line in lines[:where] if line]
    if qualified == "app.perm.Maker":
        assert lines[where + 1 : where + 3] == ["from app.sub import deep", "from app.ws import new"]
    else:
        assert above[-1] == below


def test_a_file_that_reaches_its_package_relatively_goes_on_so() -> None:
    assert bound("from .ws import new\n\n\ndef f():\n    return «USE»(new)\n", "app.perm.make") == (
        "from .perm import make\nfrom .ws import new\n\n\ndef f():\n    return make(new)\n"
    )


def test_relative_and_absolute_imports_do_not_mix() -> None:
    before = (
        "from app.sub import deep\nfrom app.ws import new\n\nfrom .other import Maker\nfrom .sub import far\n\n\n"
        "def f():\n    return «USE»(deep, new, Maker, far)\n"
    )
    assert bound(before, "app.perm.make") == before.replace(
        "from app.sub", "from app.perm import make\nfrom app.sub"
    ).replace("«USE»", "make")


def test_a_section_that_is_missing_is_set_off() -> None:
    assert bound("import os\n\n\ndef f():\n    return «USE»(os)\n", "app.perm.make") == (
        "import os\n\nfrom app.perm import make\n\n\ndef f():\n    return make(os)\n"
    )
    assert bound("from app.ws import new\n\n\ndef f():\n    return «USE»(new)\n", "json.loads") == (
        "from json import loads\n\nfrom app.ws import new\n\n\ndef f():\n    return loads(new)\n"
    )


def test_an_unsorted_group_takes_it_beside_its_kin() -> None:
    before = "from app.ws import new\nimport os\nfrom app.sub import deep\n\n\ndef f():\n    return «USE»\n"
    assert bound(before, "app.perm.make") == before.replace(
        "import new\n", "import new\nfrom app.perm import make\n"
    ).replace("«USE»", "make")


def test_never_inside_a_block_and_never_below_its_first_use() -> None:
    before = "try:\n    import app.ws\nexcept ImportError:\n    pass\n\n«USE»\n\nimport app.sub\n"
    after = str(bound(before, "app.perm.make"))
    assert after.startswith("from app.perm import make\n\ntry:\n")


def test_never_above_the_path_it_needs() -> None:
    before = (
        "import os\nimport sys\n\nfrom app.sub import deep\n\nsys.path.insert(0, os.curdir)\n\n"
        "from app.ws import new\n\n\ndef f():\n    return «USE»(deep, new)\n"
    )
    assert bound(before, "app.perm.make") == before.replace(
        "from app.ws", "from app.perm import make\nfrom app.ws"
    ).replace("«USE»", "make")
    assert "import sys\nfrom json import loads\n" in str(bound(before, "json.loads"))
    alone = "import sys\n\nsys.path += ['lib']\n\n\ndef f():\n    return «USE»\n"
    assert bound(alone, "app.perm.make") == alone.replace("]\n\n", "]\n\nfrom app.perm import make\n\n", 1).replace(
        "«USE»", "make"
    )


def test_a_later_star_does_not_take_the_name_back() -> None:
    before = "from app.ws import new\nfrom zope import *\n\n\ndef f():\n    return «USE»(new)\n"
    assert bound(before, "app.perm.make") == before.replace(
        "import *\n", "import *\nfrom app.perm import make\n"
    ).replace("«USE»", "make")


def test_a_long_line_is_wrapped() -> None:
    long = ", ".join(f"name_number_{n}" for n in range(5))
    assert bound(f"from app.perm import {long}\n\n\ndef f():\n    return «USE»({long})\n", "app.perm.make") == (
        "from app.perm import (\n    make,\n    name_number_0,\n    name_number_1,\n    name_number_2,\n"
        f"    name_number_3,\n    name_number_4,\n)\n\n\ndef f():\n    return make({long})\n"
    )


def test_two_new_names_make_one_statement() -> None:
    known = names("import os\n\nFIRST()\nSECOND()\n", tree=TREE)
    imports = Imports(known.module, known, known.project)
    imports.bind("app.perm.make", at=known.index.names["SECOND"][0][0])
    imports.bind("app.perm.Maker", at=known.index.names["FIRST"][0][0])
    assert splice(known.module.source, imports.edits()) == (
        b"import os\n\nfrom app.perm import Maker, make\n\nFIRST()\nSECOND()\n"
    )
