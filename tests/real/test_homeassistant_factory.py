"""Every `DeviceInfo(...)` of Home Assistant comes from a factory that wants one argument more, and is imported.

Python's tokenizer tells the calls, and what each file must be afterwards, byte for byte: the argument laid out as the
others are, the import sorted and wrapped as the project's own formatter would have it. Ruff tells what broke.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real.calls import calls
from tests.real.occurrences import Call, Imported, Source, spliced
from tests.real.opinions import REQUIREMENTS, complaints
from tests.real.released import environment
from tests.real.workshop import Answer, Workshop, blob_id

pytestmark = pytest.mark.real

HOME, OLD, NEW = "homeassistant.helpers.device_registry", "DeviceInfo", "create_device_info"
HOME_PATH = "homeassistant/helpers/device_registry.py"
ARGUMENT = "registry_version=2"
WIDTH = 88

FACTORY = f'''def {NEW}(*known: Any, registry_version: int, **more: Any) -> {OLD}:
    """Make the information of a device."""
    return {OLD}(*known, **more)


'''

PLAN = f"""
name = "factory"
title = "The information of a device says which registry it is for"

[[rules]]
id = "factory"
kind = "replace-call"
call = "{HOME}.{OLD}"
with = "{HOME}.{NEW}"
arguments = [{{ name = "registry_version", otherwise = {{ expression = "2" }} }}]

[batches]
by = ["rule"]
max_files = 400

[run]
python = {sys.executable!r}
"""


@dataclass(frozen=True)
class Outcome:
    workshop: Workshop
    sources: dict[str, Source]
    """The files that call the class, without its home."""
    scanned: Answer
    ran: Answer


@pytest.fixture(scope="module")
def outcome(homeassistant: Workshop) -> Outcome:
    home = homeassistant.root / HOME_PATH
    text, follower = home.read_text("utf-8"), "DEVICE_INFO_TYPES = {\n"
    assert text.count(follower) == 1
    home.write_text(text.replace(follower, FACTORY + follower), encoding="utf-8")
    homeassistant.begin("factory", PLAN)
    sources = dict(_sources(homeassistant.root))
    scanned = homeassistant.workbench("scan", "factory", "--commit", "HEAD", "--format", "json")
    return Outcome(homeassistant, sources, scanned, homeassistant.workbench("run", "factory"))


def _sources(root: Path) -> Iterator[tuple[str, Source]]:
    for place in sorted(root.rglob("*.py")):
        content, path = place.read_bytes(), place.relative_to(root).as_posix()
        source = Source(content, path.rpartition("/")[0].replace("/", "."))
        if OLD.encode() in content and any(source.calls(f"{HOME}.{OLD}")):
            yield path, source


def test_the_two_opinions_agree_where_this_python_reads_the_file(outcome: Outcome):
    read = 0
    for path, source in outcome.sources.items():
        try:
            tree = ast.parse(source.content)
        except SyntaxError:
            continue
        if path.startswith("homeassistant/helpers/"):
            continue  # they import their neighbour relatively, which the other opinion does not follow
        read += 1
        lines = sorted(call.lineno for call in calls(tree, f"{HOME}.{OLD}"))
        assert lines == sorted(source.place(call.start)[0] for call in source.calls(f"{HOME}.{OLD}")), path
    assert read > 650


def test_every_call_is_found_and_nothing_else(outcome: Outcome):
    truth = [
        (path, *source.place(call.start))
        for path, source in outcome.sources.items()
        for call in source.calls(f"{HOME}.{OLD}")
    ]
    assert (len(outcome.sources), len(truth)) == (752, 883)
    assert outcome.scanned.document["skipped"] == []
    violations = outcome.scanned.document["violations"]
    found = [(one["path"], one["line"], one["column"]) for one in violations if one["state"] == "open"]
    assert sorted(found) == sorted(truth)
    others = [(one["path"], one["state"], one["reason"]) for one in violations if one["state"] != "open"]
    assert others == [(HOME_PATH, "excluded", "own-definition")]


def test_every_site_is_accounted_for(outcome: Outcome):
    ran = outcome.ran.document
    assert (outcome.ran.code, ran["outcome"], ran["quarantined"], ran["blocked"]) == (0, "complete", [], [])
    line = {"found": 884, "fixed": 883, "quarantined": 0, "blocked": 0, "excluded": 1, "remaining": 0}
    assert ran["totals"]["by_rule"] == {"factory": line}


def test_the_result_is_the_smallest_edit_to_the_byte(outcome: Outcome):
    base = outcome.workshop.tree("main")
    wanted = {
        path: (base[path][0], blob_id(spliced(source.content, [*_edits(source)])))
        for path, source in outcome.sources.items()
    }
    assert outcome.workshop.tree("workbench/factory") == {**base, **wanted}


def test_nothing_is_broken_and_no_name_is_undefined(outcome: Outcome, store: Path, tmp_path: Path):
    python, paths = environment(REQUIREMENTS, store), set(outcome.sources)
    before = complaints(python, outcome.workshop.checkout("main", tmp_path / "before"), paths)
    after = complaints(python, outcome.workshop.checkout("workbench/factory", tmp_path / "after"), paths)
    assert after == before


def test_the_opinion_sees_a_name_that_is_not_imported(store: Path, tmp_path: Path):
    (tmp_path / "one.py").write_text(f"x = {NEW}()\ndef f[T](a: T): return f'{{a['b']}}'\n", encoding="utf-8")
    found = complaints(environment(REQUIREMENTS, store), tmp_path, {"one.py"})
    assert found == {("one.py", "F821", f"Undefined name `{NEW}`"): 1}


# ---- the smallest edit


def _edits(source: Source) -> Iterator[tuple[int, int, bytes]]:
    for call in source.calls(f"{HOME}.{OLD}"):
        yield call.opens - len(OLD), call.opens, NEW.encode()
        end = source.offset(call.last.end)
        yield end, end, _argument(source, call).encode()
    for one in source.imported():
        if f"{one.module}.{one.name}" == f"{HOME}.{OLD}":
            yield *one.statement, _import(source, one).encode()


def _argument(source: Source, call: Call) -> str:
    """Return what is written behind the last argument: on a line of its own where the others have theirs."""
    comma = call.last.string == ","
    if not call.alone:
        return ARGUMENT if call.last.string == "(" else f", {ARGUMENT}"
    margin = re.match(rb"[^\n]*\n( *)", source.content[call.opens + 1 : call.shuts])
    assert margin is not None
    return f"{'' if comma else ','}\n{margin[1].decode()}{ARGUMENT}{',' if comma else ''}"


def _import(source: Source, old: Imported) -> str:
    """Return the import with the factory in it, and the class only if it is read elsewhere than in the calls."""
    start, end = old.statement
    statement = source.content[start:end].decode()
    names = {(one.name, one.local) for one in source.imported() if one.statement == old.statement}
    names = (names if _is_read(source) else names - {(OLD, OLD)}) | {(NEW, NEW)}
    told = [name if name == local else f"{name} as {local}" for name, local in sorted(names, key=_rank)]
    head, margin = statement[: statement.index("import ") + 7], " " * (source.place(start)[1] - 1)
    line = head + ", ".join(told)
    if not statement.endswith(")") and len(margin + line) <= WIDTH:
        return line
    return f"{head}(\n" + "".join(f"{margin}    {one},\n" for one in told) + f"{margin})"


def _rank(name: tuple[str, str]) -> tuple[int, str]:
    """Constants, then classes, then functions."""
    return (0 if name[0].isupper() else 1 if name[0][0].isupper() else 2), name[0]


def _is_read(source: Source) -> bool:
    """Say whether the class is named beside the calls and the imports."""
    inside = {one.statement for one in source.imported()}
    called = {call.start for call in source.calls(f"{HOME}.{OLD}")}
    for before, token in zip(source.words, source.tokens[1:], strict=False):
        if token.string == OLD and before != ".":
            at = source.offset(token.start)
            if at not in called and not any(start <= at < end for start, end in inside):
                return True
    return False
