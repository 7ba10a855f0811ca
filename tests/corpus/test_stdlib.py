"""Symbols of the standard library, moved in modules of the standard library, judged by the compiler's own scoping."""

from __future__ import annotations

import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest
from compiled import loads
from nasty import MOVE, nasty
from test_nasty import ROOTS, Becomes, module, rule_of

from workbench.codemod.find import find_in
from workbench.codemod.project import ModuleFacts, Project, facts
from workbench.codemod.rewrite import FileRewrite, rewrite_file

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
HOME = "zz_home.place"
MOVED = (
    ("functools.wraps", "contextlib.py"),
    ("functools.wraps", "asyncio/taskgroups.py"),
    ("collections.namedtuple", "inspect.py"),
    ("collections.deque", "queue.py"),
    ("collections.deque", "asyncio/locks.py"),
    ("os.path.join", "shutil.py"),
    ("types.MethodType", "functools.py"),
    ("contextlib.suppress", "pathlib.py"),
    ("warnings.warn", "tempfile.py"),
    ("copy.deepcopy", "dataclasses.py"),
    ("copy.copy", "argparse.py"),
    ("io.StringIO", "unittest/result.py"),
)


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize(("old", "path"), MOVED, ids=[f"{old}-in-{path}" for old, path in MOVED])
def test_only_what_meant_the_old_name_means_the_new_one(old: str, path: str, renamed: bool) -> None:
    home, _, name = old.rpartition(".")
    new = f"{HOME}.{name}_moved" if renamed else f"{HOME}.{name}"
    rule = rule_of(nasty("", "", b"", Becomes(b""), rule=MOVE | {"from": old, "to": new}))
    source = (LIBRARY / path).read_bytes()
    one = module(path, source)
    known = [facts(one, words=rule.needles()), ModuleFacts(home, "", defined=frozenset({name}))]
    known = [replace(each, defined=each.defined | {name}) if each.name == home else each for each in known]
    known.append(ModuleFacts(HOME, "", defined=frozenset({new.rpartition(".")[2]})))
    project = Project({each.name: each for each in known}, frozenset(each.name for each in known), {old: new})
    found = [(site, mark) for site, mark in find_in(one, [rule], project) if not (site.blocked or site.excluded)]
    wanted = {"it": frozenset(mark for _, mark in found)}
    done = rewrite_file(path, source, rules=[rule], wanted=wanted, project=project, roots=ROOTS)
    assert isinstance(done, FileRewrite), done
    assert not done.blocked
    before, after = (loads(text, one.package) for text in (source, done.after))
    assert after == [_follow(line, old, new) for line in before]
    assert (before != after) == bool(found)


def _follow(line: str, old: str, new: str) -> str:
    words = [f"{new}{word[len(old) :]}" if f"{word}.".startswith(f"{old}.") else word for word in line.split(" ")]
    return " ".join(words) if line.startswith("load ") else line
