"""An import nobody reads goes, unless something that is not plain code still needs it."""

from __future__ import annotations

import pytest
from codemod_trees import names

from workbench.codemod.checks import check
from workbench.codemod.edit import splice
from workbench.codemod.imports.engine import Imports
from workbench.codemod.source import Module

TREE = {"app/__init__.py": "", "app/user.py": "from app.shared import a\n"}


def dropped(code: str, local: str = "a", path: str = "app/example.py", uses_left: int = 0) -> str:
    known = names(code, path=path, tree=TREE)
    imports = Imports(known.module, known, known.project)
    (one,) = [one for one in known.index.imports if one.local == local]
    imports.drop_unused(one, uses_left)
    written = splice(known.module.source, imports.edits())
    after = Module(path, written, known.module.name, known.module.is_package)
    assert check(known.module, after, known.project) == ()
    return written.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import a\n", ""),
        ("import a\n\nx = 1\n", "x = 1\n"),
        ("import a, b\n", "import b\n"),
        ("import b, a\n", "import b\n"),
        ("from m import b, a\n", "from m import b\n"),
        ("from m import (\n    b,\n    a\n)\n", "from m import (\n    b,\n)\n"),
        ("from m import (\n    a,  # why\n    b,\n)\n", "from m import (\n    b,\n)\n"),
        ("from m import (b,  # why\n    a)\n", "from m import (b,  # why\n    )\n"),
        ("from m import (a, b,)\n", "from m import (b,)\n"),
        ("from m import a, \\\n    b\n", "from m import b\n"),
        ("from m import b, \\\n    a\n", "from m import b\n"),
        ("import os; import a\n", "import os\n"),
        ("import a; import os\n", "import os\n"),
        ("import os; import a; x = 1\n", "import os; x = 1\n"),
        ("import a  # comment\nimport os\n", "import os\n"),
        ("'''d'''\n\nimport a\n\nx = 1\n", "'''d'''\n\nx = 1\n"),
        ("import os\n\nimport a\n\n\nx = 1\n", "import os\n\n\nx = 1\n"),
        ("def f():\n    import a\n", "def f():\n    pass\n"),
        ("def f():\n    import a\n\n    return 1\n", "def f():\n    return 1\n"),
        ("if x: import a\n", "if x: pass\n"),
        ("if x:\n    import a; import b\n", "if x:\n    import b\n"),
        ("import a\r\nx = 1\r\n", "x = 1\r\n"),
        ("x = 1\nimport a", "x = 1"),
        ("x = 1\r\nimport a", "x = 1"),
    ],
)
def test_it_goes_without_leaving_anything(before: str, after: str) -> None:
    assert dropped(before) == after


@pytest.mark.parametrize(
    "code",
    [
        "import a\n__all__ = ['a']\n",
        "import a\n__all__ = []\n__all__.append('a')\n",
        "import a\n__all__ = []\n__all__.extend(['a'])\n",
        "import a\n__all__ = ('a',) + ('b',)\n",
        "import a\n__all__ = names()\n",
        "import a\neval('a.x')\n",
        "import a\nexec('print(a)')\n",
        "import a\ngetattr(m, 'a')\n",
        "import a\nglobals()['a']()\n",
        "import a\nmock.patch('app.example.a')\n",
        "import a\nmock.patch('app.example.a.b.c')\n",
        "import a\nx = f()  # type: a.B\n",
        "import a\ndef f(x: 'a.B'): ...\n",
        "import a\ndef f():\n    '''\n    >>> a.x\n    '''\n",
        "from m import a as a\n",
        "import a  # noqa\n",
        "import a  # noqa: F401\n",
        "import a  # pylint: disable=unused-import\n",
        "from m import (  # noqa: F401\n    a,\n)\n",
        "try:\n    import a\nexcept ImportError:\n    HAS = False\nelse:\n    HAS = True\n",
        "try:\n    import a\nexcept (KeyError, ModuleNotFoundError):\n    pass\n",
        "try:\n    import z\nexcept:\n    import a\n",
        "import a\nif x:\n    a = None\n",
        "import a\ndef f():\n    global a\n    del a\n",
        "class C:\n    import a\n",
        "from m import *\n",
    ],
)
def test_it_stays_where_something_needs_it(code: str) -> None:
    local = "*" if "*" in code else "a"
    known = names(code, tree=TREE)
    imports = Imports(known.module, known, known.project)
    for one in [one for one in known.index.imports if one.local == local]:
        imports.drop_unused(one, 0)
    assert imports.edits() == ()


def test_it_stays_where_others_import_it_from_here() -> None:
    assert dropped("import a\n", path="app/shared.py") == "import a\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from .impl import a\n", "from .impl import a\n"),
        ("from app.impl import a\n", "from app.impl import a\n"),
        ("from appendix import a\n", ""),
        ("from os import path as a\n", ""),
        ("from os import a as a\n", "from os import a as a\n"),
        ("from .impl import a, b\n__all__ = ['b']\n", "from .impl import b\n__all__ = ['b']\n"),
        ("from os import a\n__all__ = ['a']\n", "from os import a\n__all__ = ['a']\n"),
        ("from os import a\n__all__ = names()\n", "from os import a\n__all__ = names()\n"),
    ],
)
def test_a_package_offers_what_it_lists_or_imports_from_itself(before: str, after: str) -> None:
    assert dropped(before, path="app/__init__.py") == after


def test_it_stays_while_it_is_read() -> None:
    assert dropped("import a\na\n", uses_left=1) == "import a\na\n"


@pytest.mark.parametrize(
    "code",
    [
        "import a  # noqa: E402\n",
        "import a\nx = 'a'\n",
        "import a\nlog('a is gone')\n",
        "import a\ndef f():\n    '''Uses a no more.'''\n",
        "try:\n    import a\nfinally:\n    x = 1\n",
        "try:\n    import a\nexcept ValueError:\n    pass\n",
    ],
)
def test_mere_mentions_do_not_keep_it(code: str) -> None:
    assert "import a" not in dropped(code)


def test_uses_of_an_import_tell_shared_first_names_apart() -> None:
    known = names("import p.a\nimport p.b\n\np.a.x\np.b.y\np.b.z\n")
    imports = Imports(known.module, known, known.project)
    counts = {one.spelled: len(imports.uses_of(one)) for one in known.index.imports}
    assert counts == {"p.a": 1, "p.b": 2}
