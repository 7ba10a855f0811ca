import json
import subprocess
import sys

import pytest

from workbench.codemod.registry import kinds


def test_rules_lists_every_kind(call):
    ran = call("rules")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()] == list(kinds())
    assert call("rules", "list").out == ran.out


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_a_page(call, kind):
    ran = call("rules", "show", kind)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"# {kind}\n\n{kinds()[kind].summary}")


def test_rules_as_a_document(call):
    document = json.loads(call("rules", "--json").out)
    assert document["schema"] == 1
    assert [one["kind"] for one in document["kinds"]] == list(kinds())
    assert all(one["parameters"]["type"] == "object" for one in document["kinds"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shwo"], "`rules` lists, shows and begins kinds; it cannot 'shwo'"),
        (["show"], "there is no rule kind ''"),
        (["show", "move-symbo"], "there is no rule kind 'move-symbo'; did you mean move-symbol"),
    ],
)
def test_what_there_is_not(call, arguments, message):
    ran = call("rules", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert f"workbench: {message}" in ran.err
    assert ran.err.endswith("next: workbench rules list\n")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working directory of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(directory):
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}


PACKAGE = {
    "README.md",
    "pyproject.toml",
    "tests/test_page_limit.py",
    "workbench_page_limit/__init__.py",
    "workbench_page_limit/rule.py",
}


def test_a_new_kind_begins_as_a_package_that_passes_its_own_test(call, here):
    ran = call("rules", "new", "page-limit")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == "the kind page-limit begins in"
    assert ran.out.endswith("next: pip install -e workbench-page-limit\n")
    directory = here / "workbench-page-limit"
    assert written(directory) == PACKAGE
    assert {line.strip() for line in ran.out.splitlines()[1:-1]} == {f"workbench-page-limit/{one}" for one in PACKAGE}
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "."]
    tested = subprocess.run(
        command, cwd=directory, env={"PYTHONPATH": "."}, capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stdout
    assert "6 passed" in tested.stdout


def test_a_new_kind_as_a_document(call, here):
    document = json.loads(call("rules", "new", "page-limit", "-o", "deep/down", "--json").out)
    assert {**document, "files": set(document["files"])} == {
        "schema": 1,
        "kind": "page-limit",
        "directory": "deep/down",
        "files": PACKAGE,
    }
    assert written(here) == {f"deep/down/{one}" for one in PACKAGE}


def test_the_next_command_can_be_typed_as_it_stands(call, here):
    ran = call("rules", "new", "page-limit", "-o", "my kinds")
    assert ran.out.endswith("next: pip install -e 'my kinds'\n")


@pytest.mark.parametrize("there", ["pyproject.toml", "tests/test_page_limit.py"])
def test_a_new_kind_overwrites_nothing(call, here, there):
    path = here / "workbench-page-limit" / there
    path.parent.mkdir(parents=True)
    path.symlink_to("nowhere")
    ran = call("rules", "new", "page-limit")
    assert (ran.code, ran.out) == (3, "")
    assert f"workbench-page-limit/{there} is there already\n  nothing was changed\n" in ran.err
    assert written(here) == set()
    assert path.is_symlink()


def test_a_new_kind_where_nothing_can_be_written(call, here):
    (here / "file").touch()
    ran = call("rules", "new", "page-limit", "-o", "file/below")
    assert (ran.code, ran.out) == (5, "")
    assert "workbench: file/below cannot be written: Not a directory\n" in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new"], "a kind cannot be called ''"),
        (["new", "Page"], "a kind cannot be called 'Page'"),
        (["new", "../page"], "a kind cannot be called '../page'"),
        (["new", "page-"], "a kind cannot be called 'page-'"),
        (["new", "p" * 41], "a kind cannot be called 'ppp"),
        (["new", "move-symbol"], "there is a rule kind 'move-symbol' already"),
        (["list", "-o", "x"], "`--output` goes with `new`"),
    ],
)
def test_what_cannot_begin(call, here, arguments, message):
    ran = call("rules", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert f"workbench: {message}" in ran.err
    assert written(here) == set()
