"""The import graph agrees with grimp where grimp can judge, and goes on where it cannot."""

import importlib.util
from pathlib import Path

import grimp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan_values import MemorySources, plan_of, word

from workbench.scan.index import import_graph


def graph(files, **scope):
    return import_graph(MemorySources(files), plan_of(word(), **scope), jobs=1)


def edges(files, **scope):
    return {(one, target) for one, targets in graph(files, **scope).edges.items() for target in targets}


def test_every_form_of_import_is_an_edge_to_the_longest_module():
    files = {
        "pkg/__init__.py": "from . import a\n",
        "pkg/a.py": "from .sub import c\nfrom .sub.c import name\n",
        "pkg/b.py": "import pkg.a, pkg.sub.c as x\nfrom pkg.a import *\n",
        "pkg/sub/__init__.py": "from ..b import thing\n",
        "pkg/sub/c.py": "import os\nfrom pkg import VERSION\n",
    }
    assert edges(files) == {
        ("pkg", "pkg.a"),
        ("pkg.a", "pkg.sub.c"),
        ("pkg.b", "pkg.a"),
        ("pkg.b", "pkg.sub.c"),
        ("pkg.sub", "pkg.b"),
        ("pkg.sub.c", "pkg"),
    }


def test_depth_and_type_checking_do_not_matter():
    files = {
        "a.py": "if TYPE_CHECKING:\n    import b\ndef f():\n    class C:\n        import c\n",
        "b.py": "try:\n    import c\nexcept ImportError:\n    import d\nelse:\n    pass\n",
        "c.py": "match x:\n    case 1:\n        import d\n",
        "d.py": "for x in y:\n    with z:\n        import a\n",
    }
    assert edges(files) == {("a", "b"), ("a", "c"), ("b", "c"), ("b", "d"), ("c", "d"), ("d", "a")}


def test_a_file_that_does_not_parse_still_has_its_edges():
    files = {"a.py": "import pkg.b\nfrom pkg import c\ndef (:\n", "pkg/b.py": "", "pkg/c.py": "import a\n"}
    assert edges(files) == {("a", "pkg.b"), ("a", "pkg.c"), ("pkg.c", "a")}


def test_scripts_take_part_by_their_paths():
    files = {"bin/run-me.py": "import lib\n", "lib.py": ""}
    found = graph(files)
    assert found.edges["bin/run-me.py"] == {"lib"}
    assert found.fan_in("lib") == 1
    assert found.reachable_from(["bin/run-me.py"]) == {"bin/run-me.py", "lib"}


def test_source_roots_name_the_modules():
    files = {"src/pkg/a.py": "import tests.b\n", "src/pkg/c.py": "from . import a\n", "tests/b.py": ""}
    assert edges(files, source_roots=["src", "."]) == {("pkg.a", "tests.b"), ("pkg.c", "pkg.a")}


def test_the_scope_does_not_narrow_the_graph():
    files = {"a.py": "import b\n", "b.py": ""}
    assert edges(files, include=["b.py"]) == {("a", "b")}


def test_a_folder_without_init_is_no_node_and_a_stub_adds_to_its_module():
    files = {"a.py": "import space\nimport b\n", "a.pyi": "import c\n", "space/x.py": "", "b.py": "", "c.py": ""}
    assert edges(files) == {("a", "b"), ("a", "c")}


def test_a_huge_file_is_a_node_without_edges():
    assert edges({"a.py": "import b\n" + "#" * (1 << 20), "b.py": ""}) == set()


def test_many_files_are_read_by_many_processes():
    files = {f"m{n}.py": f"import m{(n * 7) % 350}\n" for n in range(350)}
    many = import_graph(MemorySources(files), plan_of(word()), jobs=2)
    assert many == graph(files)
    assert sum(map(len, many.edges.values())) == 350 - sum(n == (n * 7) % 350 for n in range(350))


def grimps(name):
    found = grimp.build_graph(name, cache_dir=None)
    return {
        (one, target)
        for one in found.modules
        for target in found.find_modules_directly_imported_by(one)
        if one != target
    }


@pytest.mark.parametrize("name", ["libcst", "jinja2"])
def test_a_released_package_has_the_edges_grimp_finds(name):
    root = Path(importlib.util.find_spec(name).origin).parent
    files = {str(path.relative_to(root.parent)): path.read_bytes() for path in root.rglob("*.py")}
    assert len(files) > 20
    assert edges(files) == grimps(name)


NAMES = ["", "a", "b", "sub", "sub.c", "sub.d"]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 5), st.sampled_from(NAMES)), max_size=12), st.data())
def test_a_generated_package_has_the_edges_grimp_finds(tmp_path_factory, imports, data):
    name = f"generated_{tmp_path_factory.mktemp('n').name.replace('-', '_')}"
    root = tmp_path_factory.mktemp("tree")
    files = {
        f"{name}/{path}": "" for path in ("__init__.py", "a.py", "b.py", "sub/__init__.py", "sub/c.py", "sub/d.py")
    }
    for importer, form, target in imports:
        path = (
            f"{name}/{importer.replace('.', '/')}.py" if "sub" != importer != "" else f"{name}/{importer}/__init__.py"
        )
        path = path.replace("//", "/")
        dotted = f"{name}.{target}".rstrip(".")
        parent, _, last = dotted.rpartition(".")
        files[path] += [
            f"import {dotted}\n",
            f"import {dotted} as x\n",
            f"from {dotted} import y\n",
            f"from {parent} import {last}\n" if parent else "",
            f"from {dotted} import *\n",
            f"def f():\n    from {dotted} import (y,\n        z)\n",
        ][form]
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root))
        importlib.invalidate_caches()
        assert edges(files) == grimps(name)
