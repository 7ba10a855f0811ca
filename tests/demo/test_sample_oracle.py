"""The oracle says 567 = 45 + 178 + 344, and means it: held against the tokens of the files, not against a scan."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from policy import Policy, module_of

from workbench.demo import Expected, expected

CORE = "netra_backend/app/websocket_core/"
NAMESAKES = {
    "netra_backend/app/core/remote_gateway.py",
    "netra_backend/app/core/transport.py",
    "netra_backend/app/core/wiring.py",
    "tests/unit/test_remote_gateway.py",
    "tests/unit/test_transport.py",
}


@pytest.fixture(scope="module")
def oracle() -> Expected:
    return expected()


def judged(sample: Path) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of the files in which every such name is a place, or part of one."""
    for path in sorted(sample.rglob("*.py")):
        name = str(path.relative_to(sample))
        if not name.startswith(CORE) and name not in NAMESAKES:
            yield name, path.read_text(encoding="utf-8-sig")


def words(text: str) -> Counter[str]:
    """Count names and the last parts of dotted names in strings; comments and docstrings do not count."""
    found: Counter[str] = Counter()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            found[token.string] += 1
        elif token.type == tokenize.STRING and "\n" not in token.string:
            found[token.string.strip("'\"").rpartition(".")[2]] += "." in token.string and " " not in token.string
    return found


@pytest.fixture(scope="module")
def policy(sample: Path, plan) -> Policy:
    return Policy(plan, sample)


def test_the_totals_are_those_of_the_issue(policy: Policy, oracle: Expected):
    assert len(oracle.sites) == 567
    assert Counter(policy.priority(site.path, site.rule) for site in oracle.sites) == {"P0": 45, "P1": 178, "P2": 344}
    assert len(oracle.files) >= 100


def test_each_way_to_a_priority_is_used(policy: Policy, oracle: Expected):
    urgent = {site.path for site in oracle.sites if policy.priority(site.path, site.rule) == "P1"}
    busy = {path for path in urgent if module_of(path) not in policy.reached}

    assert busy == {"netra_backend/app/services/broadcast.py"}
    assert len(urgent - busy) > 20


def test_no_place_sits_on_the_border_of_busy(policy: Policy, oracle: Expected):
    fans = {path: policy.fan_in[module_of(path)] for path in oracle.files if module_of(path) not in policy.reached}

    assert fans.pop("netra_backend/app/services/broadcast.py") == 10
    assert max(fans.values()) <= 3


def test_every_rule_of_the_plan_has_places(plan, oracle: Expected):
    assert {site.rule for site in oracle.sites} == {rule["id"] for rule in plan["rules"]}


def test_each_place_stands_on_its_line(sample: Path, oracle: Expected):
    for site in oracle.sites:
        text = (sample / site.path).read_text(encoding="utf-8-sig")
        rest = "\n".join(text.split("\n")[site.line - 1 :])
        assert site.text in rest.split("\n")[0] or rest.split("\n")[0].strip().endswith(site.text.split("\n")[0]), site


@pytest.mark.parametrize(
    ("name", "rule"),
    [("create_websocket_manager", "legacy-import"), ("UnifiedWebSocketManager", "legacy-manager-path")],
)
def test_a_deprecated_name_is_nowhere_but_in_a_place(sample: Path, oracle: Expected, name: str, rule: str):
    marked = Counter(site.path for site in oracle.sites if site.rule == rule)

    assert marked == +Counter({path: words(text)[name] for path, text in judged(sample)})


def test_a_construction_is_nowhere_but_in_a_place(sample: Path, oracle: Expected):
    classes = {"WebSocketManager", "UnifiedWebSocketManager", "Manager"}
    found: Counter[str] = Counter()
    for path, text in judged(sample):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                found[path] += ast.unparse(node.func).rpartition(".")[2] in classes
            elif isinstance(node, ast.keyword) and node.arg == "default_factory":
                found[path] += ast.unparse(node.value) in classes

    assert Counter(site.path for site in oracle.sites if site.rule == "direct-construction") == +found


def test_an_await_is_nowhere_but_in_a_place(sample: Path, oracle: Expected):
    functions = {"create_websocket_manager", "get_websocket_manager", "make_manager"}
    found: Counter[str] = Counter()
    for path, text in judged(sample):
        for node in ast.walk(ast.parse(text)):
            waits = [node.value] if isinstance(node, ast.Await) else []
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("asyncio."):
                waits = node.args
            calls = [one for one in waits if isinstance(one, ast.Call)]
            found[path] += sum(ast.unparse(call.func).rpartition(".")[2] in functions for call in calls)

    assert Counter(site.path for site in oracle.sites if site.rule == "await-on-sync") == +found


def test_strings_aliases_and_nested_calls_are_among_the_places(sample: Path, oracle: Expected):
    texts = [site.text for site in oracle.sites]
    aliased = [site for site in oracle.sites if f"{site.text} as " in _line(sample, site)]
    nested = [site for site in oracle.sites if f"({site.text}" in _line(sample, site)]

    assert sum(text.startswith('"') for text in texts) >= 5
    assert len(aliased) >= 5
    assert len(nested) >= 10
    assert sum("\n" in text for text in texts) >= 5


def test_at_least_five_places_must_be_refused(oracle: Expected):
    reasons = Counter(reason for _, reason in oracle.blocked)

    assert sum(reasons.values()) == 9
    assert len(reasons) >= 4
    assert not {path for path, _ in oracle.blocked} & set(oracle.breaking_files)


def _line(sample: Path, site) -> str:
    return (sample / site.path).read_text(encoding="utf-8-sig").split("\n")[site.line - 1]
