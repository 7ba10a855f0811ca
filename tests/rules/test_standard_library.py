"""What moves into the standard library, or becomes a builtin: imports bring just what the code then spells."""

from __future__ import annotations

import pytest
from rule_trees import reason, rewritten, rule, sites

USER = "app/user.py"


def after(code, *, kind="move-module", tree=None, **parameters):
    return rewritten(rule(kind, **parameters), {**(tree or {}), USER: code}, USER)[0]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("import mock\n\nmock.patch('x')\n", "from unittest import mock\n\nmock.patch('x')\n"),
        (
            "import unittest\n\nimport mock\n\nmock.patch\n",
            "import unittest\nfrom unittest import mock\n\nmock.patch\n",
        ),
        ("def f():\n    import mock\n    mock.patch\n", "def f():\n    from unittest import mock\n    mock.patch\n"),
        ("import mock as m\n\nm.patch\n", "import unittest.mock as m\n\nm.patch\n"),
        ("from mock import patch\n\npatch\n", "from unittest.mock import patch\n\npatch\n"),
        ("try:\n    import mock\nexcept ImportError:\n    mock = None\n",) * 2,
    ],
)
def test_a_module_of_one_word_stays_one_word(before, expected):
    expected = expected.replace("    import mock\nexcept", "    from unittest import mock\nexcept")
    assert after(before, from_="mock", to="unittest.mock") == expected


def test_the_one_word_follows_where_it_changes():
    one = rule("move-module", from_="toml", to="lib.tomllib2")
    files = {
        USER: "import toml\n\n\ndef f(): return toml.loads('')\n",
        "app/b.py": "import toml\ntomllib2 = toml.loads\n",
    }
    assert rewritten(one, files, USER)[0] == "from lib import tomllib2\n\n\ndef f(): return tomllib2.loads('')\n"
    assert rewritten(one, files, "app/b.py")[0] == "from lib import tomllib2 as toml\ntomllib2 = toml.loads\n"


def test_the_uses_of_a_one_word_import_are_no_places():
    one = rule("move-module", from_="mock", to="unittest.mock")
    files = {USER: "import mock\n\nmock.patch(mock.ANY)\n"}
    assert [site.place.line for site, _ in sites(one, files, USER)] == [1]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (
            "import six\n\nsix.moves.urllib.parse.quote(six.PY3)\n",
            "import urllib.parse\n\nimport six\n\nurllib.parse.quote(six.PY3)\n",
        ),
        ("from six import moves\n\nmoves.urllib.error.URLError\n", "from urllib import error\n\nerror.URLError\n"),
        ("from six.moves import urllib\n\nurllib.parse\n", "import urllib.parse\n\nurllib.parse\n"),
        (
            "from six.moves import urllib\n\nurllib.request.urlopen(urllib.parse.quote(''))\n",
            "import urllib.parse\nimport urllib.request\n\nurllib.request.urlopen(urllib.parse.quote(''))\n",
        ),
        (
            "def f():\n    from six.moves import urllib\n    return urllib.error, urllib.parse\n",
            "def f():\n    import urllib.error\n    import urllib.parse\n    return urllib.error, urllib.parse\n",
        ),
    ],
)
def test_a_package_of_the_standard_library_does_not_bring_what_lies_in_it(before, expected):
    assert after(before, from_="six.moves.urllib", to="urllib") == expected


def test_a_submodule_that_the_standard_library_lacks_is_not_there():
    one = rule("move-module", from_="mock", to="unittest.mock")
    files = {USER: "import mock.backports\n\nmock.backports\n"}
    assert {reason(site) for site, _ in sites(one, files, USER)} == {"not-there"}


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("import six\n\nx = six.moves.http_client.OK\n", "import http.client\n\nx = http.client.OK\n"),
        ("from six.moves import http_client\n\nhttp_client.OK\n", "from http import client\n\nclient.OK\n"),
        ("from six.moves import http_client as h\n\nh.OK\n", "from http import client as h\n\nh.OK\n"),
    ],
)
def test_a_symbol_may_be_a_module(before, expected):
    assert after(before, kind="move-symbol", from_="six.moves.http_client", to="http.client") == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("import six\n\nx = six.text_type(1)\n", "x = str(1)\n"),
        ("import six\n\nx = six.text_type(six.PY3)\n", "import six\n\nx = str(six.PY3)\n"),
        ("from six import text_type\n\nx = text_type(str(1))\n", "x = str(str(1))\n"),
        ("from six import PY3, text_type\n\nx = text_type(PY3)\n", "from six import PY3\n\nx = str(PY3)\n"),
        ("from six import text_type as t\n\nt(1)\n", "from builtins import str as t\n\nt(1)\n"),
        (
            "from six import text_type\n\n\ndef f(str): return text_type(str)\n",
            "from builtins import str as text_type\n\n\ndef f(str): return text_type(str)\n",
        ),
        (
            "import six\n\n\ndef f(str): return six.text_type(str)\n",
            "import builtins\n\n\ndef f(str): return builtins.str(str)\n",
        ),
        (
            "from six import text_type\nfrom a import *\n\ntext_type(1)\n",
            "from builtins import str as text_type\nfrom a import *\n\ntext_type(1)\n",
        ),
        (
            "from six import text_type\n\nstr = None\ntext_type(1)\n",
            "from builtins import str as text_type\n\nstr = None\ntext_type(1)\n",
        ),
    ],
)
def test_a_builtin_needs_no_import_where_its_name_means_it(before, expected):
    assert after(before, kind="move-symbol", from_="six.text_type", to="builtins.str") == expected


def test_a_builtin_that_others_import_by_the_old_name_keeps_that_name():
    tree = {"app/__init__.py": "", "app/other.py": "from app.user import text_type\n\ntext_type(1)\n"}
    one = rule("move-symbol", from_="six.text_type", to="builtins.str")
    files = {**tree, USER: "from six import text_type\n"}
    assert rewritten(one, files, USER)[0] == "from builtins import str as text_type\n"
    assert rewritten(one, files, "app/other.py")[0] == "str(1)\n"
