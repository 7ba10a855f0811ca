"""How rule kinds are found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench.rules
from workbench.codemod.registry import kinds
from workbench.codemod.rule import Rule
from workbench.model.errors import UsageError

KIND = """
from workbench.rules.replace_call import ReplaceCall


class Foreign(ReplaceCall):
    kind = "{kind}"
"""


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    kinds.cache_clear()
    yield
    kinds.cache_clear()
    sys.modules.pop("foreign_kind", None)


def test_every_file_of_the_room_is_found_and_sorted() -> None:
    found = kinds()
    assert list(found) == sorted(found)
    assert found["replace-call"].__module__ == "workbench.rules.replace_call"
    files = {path.stem for path in Path(workbench.rules.__path__[0]).glob("*.py")} - {"__init__"}
    assert {
        rule.__module__.rpartition(".")[2] for rule in found.values() if rule.__module__.startswith("workbench.")
    } == files


def test_every_kind_says_what_a_kind_must_say() -> None:
    for name, rule in kinds().items():
        assert issubclass(rule, Rule)
        assert rule.kind == name
        assert rule.summary.endswith(".")
        assert sys.modules[rule.__module__].__doc__


def _install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, source: str = KIND) -> None:
    """Put a distribution on the path that brings a rule kind through its entry point."""
    (tmp_path / "foreign_kind.py").write_text(source.format(kind=kind))
    info = tmp_path / "foreign_kind-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign-kind\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[workbench.rules]\nmine = foreign_kind:Foreign\n")
    monkeypatch.syspath_prepend(str(tmp_path))


def test_a_teams_own_kind_comes_through_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path, monkeypatch, "team-kind")
    assert kinds()["team-kind"].__module__ == "foreign_kind"


def test_two_kinds_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path, monkeypatch, "replace-call")
    with pytest.raises(UsageError, match="two rule kinds are called 'replace-call'"):
        kinds()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("raise OSError('no such {kind}')", "cannot be imported: OSError: no such x"),
        ("from workbench import nothing", "cannot be imported: ImportError: "),
        ("", "cannot be imported: AttributeError: "),
        ("Foreign = 1", "which is no rule kind"),
        ("class Foreign: kind = 'x'", "which is no rule kind"),
    ],
)
def test_a_foreign_kind_that_is_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, told: str
) -> None:
    _install(tmp_path, monkeypatch, "x", source)
    with pytest.raises(UsageError, match="foreign-kind brings the rule kind 'mine' as foreign_kind:Foreign") as caught:
        kinds()
    assert told in caught.value.message
