"""The memory beside the ledger: it gives back what was kept, or nothing, whatever became of its file."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.codemod.project import ModuleFacts
from workbench.ledger import memo
from workbench.ledger.memo import Memo
from workbench.model.violation import Skipped

FACTS = ModuleFacts(
    "app.a", "app/a.py", defined=frozenset({"b", "a"}), imported={"z": "y", "a": "b"}, exports=("q", "p")
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memo.db"


def kept(path: Path, *keys: str, owner: str = "plan", context: str = "rules") -> None:
    with Memo(path, owner, context) as memory:
        for key in keys:
            memory.keep("facts", key, FACTS)


def recalled(path: Path, *keys: str, owner: str = "plan", context: str = "rules") -> list[bool]:
    """Say of each key whether it gives the facts; anything else it could give would be wrong."""
    with Memo(path, owner, context) as memory:
        found = [memory.recall("facts", key, ModuleFacts) for key in keys]
    assert all(one in (None, FACTS) for one in found)
    return [one is not None for one in found]


def test_what_was_kept_comes_back_in_its_order(path: Path) -> None:
    kept(path, "a")
    with Memo(path, "plan", "rules") as memory:
        found = memory.recall("facts", "a", ModuleFacts)
    assert found == FACTS
    assert found is not None
    assert list(found.imported) == ["z", "a"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_other_rules_another_plan_and_another_section_know_nothing_of_it(path: Path) -> None:
    kept(path, "a")
    assert recalled(path, "a", owner="other") == [False]
    with Memo(path, "plan", "rules") as memory:
        assert memory.recall("found", "a", ModuleFacts) is None
        assert memory.recall("facts", "a", ModuleFacts) is not None
    assert recalled(path, "a", context="other rules") == [False]


def test_what_is_large_comes_back_too(path: Path) -> None:
    large = Skipped("a.py", "why", "so " * 10_000)
    with Memo(path, "plan", "rules") as memory:
        memory.keep("found", "a", large)
    with Memo(path, "plan", "rules") as memory:
        assert memory.recall("found", "a", Skipped) == large
    assert path.stat().st_size < 30_000


def test_what_is_not_asked_for_any_more_is_dropped(path: Path) -> None:
    kept(path, "a", "b")
    assert recalled(path, "a") == [True]
    assert recalled(path, "a", "b") == [True, False]


def test_what_raises_leaves_the_file_as_it_was(path: Path) -> None:
    kept(path, "a", "b")
    with pytest.raises(TypeError), Memo(path, "plan", "rules") as memory:
        memory.keep("facts", "c", object())
    assert recalled(path, "a", "b", "c") == [True, True, False]


def test_a_value_of_another_shape_is_nothing(path: Path) -> None:
    with Memo(path, "plan", "rules") as memory:
        memory.keep("facts", "a", Skipped("a.py", "why"))
    assert recalled(path, "a") == [False]


def no_database(path: Path) -> None:
    path.write_bytes(b"something else entirely" * 100)


def of_another_version(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")


def of_somebody_else(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (a)")


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def without_its_table(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE remembered")


@pytest.mark.parametrize("damage", [no_database, of_another_version, of_somebody_else, cut_off, without_its_table])
def test_a_damaged_or_strange_file_is_replaced(path: Path, damage: Callable[[Path], None]) -> None:
    kept(path, *map(str, range(200)))
    damage(path)
    assert recalled(path, "1") == [False]
    kept(path, "1")
    assert recalled(path, "1") == [True]


def test_a_changed_byte_of_a_value_is_noticed(path: Path) -> None:
    kept(path, "a")
    with sqlite3.connect(path) as db:
        ((value,),) = db.execute("SELECT value FROM remembered").fetchall()
        db.execute("UPDATE remembered SET value = ?", (value.replace(b"app.a", b"app.b"),))
    assert recalled(path, "a") == [False]


@pytest.mark.parametrize("content", [b"not ours", b""])
def test_a_link_is_not_followed(content: bytes, path: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_bytes(content)
    path.symlink_to(theirs)
    kept(path, "a")
    assert theirs.read_bytes() == content
    assert path.readlink() == theirs


def test_it_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        kept(path, "a", owner=f"plan-{number}")
    assert recalled(path, "a", owner="plan-0") == [False]
    assert recalled(path, "a", owner="plan-9") == [True]
    monkeypatch.setattr(memo, "MOST_BYTES", 10)
    kept(path, "a")
    assert not path.exists()


@pytest.mark.parametrize("instant", ["memo.saved.before", "memo.saved.within", "memo.saved.after"])
def test_a_process_killed_while_it_saves_leaves_it_usable(path: Path, instant: str) -> None:
    kept(path, "a")
    program = (
        "import sys; from pathlib import Path; from tests.ledger.test_memo import kept, recalled\n"
        "from workbench.ledger.memo import Memo\n"
        "kept(Path(sys.argv[1]), 'b')"
    )
    environ = {**os.environ, "WORKBENCH_FAULT": f"{instant}:1"}
    ended = subprocess.run([sys.executable, "-c", program, path], env=environ, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    saved = instant == "memo.saved.after"
    assert recalled(path, "a", "b") == [not saved, saved]


def test_two_at_once_do_no_harm(path: Path) -> None:
    kept(path, "a")
    workers = [threading.Thread(target=kept, args=(path, "a", str(number))) for number in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    assert recalled(path, "a") == [True]
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_file_that_another_process_holds_is_done_without(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "_BUSY_SECONDS", 0.0)
    kept(path, "a")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert recalled(path, "a") == [False]
    kept(path, "b")
    other.execute("ROLLBACK")
    other.close()
    assert recalled(path, "a") == [True]


def test_a_file_that_another_process_takes_later_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "_BUSY_SECONDS", 0.0)
    kept(path, "a")
    with Memo(path, "plan", "rules") as memory, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert memory.recall("facts", "a", ModuleFacts) is None
        other.execute("ROLLBACK")
    assert recalled(path, "a") == [True]


def test_a_place_that_sqlite_cannot_open_is_done_without(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d" * 200] * 4)
    deep.mkdir(parents=True)
    kept(deep / "memo.db", "a")
    assert recalled(deep / "memo.db", "a") == [False]


def test_a_row_that_grows_beyond_measure_is_nothing(path: Path) -> None:
    large, larger = (replace(FACTS, exports=("x" * (mebibytes << 20),)) for mebibytes in (7, 8))
    with Memo(path, "plan", "rules") as memory:
        memory.keep("facts", "a", large)
        memory.keep("facts", "b", larger)
    with Memo(path, "plan", "rules") as memory:
        assert memory.recall("facts", "a", ModuleFacts) == large
        assert memory.recall("facts", "b", ModuleFacts) is None


def test_a_digest_stands_for_the_value(path: Path) -> None:
    with Memo(path, "plan", "rules") as memory:
        turned = replace(FACTS, defined=frozenset({"a", "b"}))
        assert memory.digest(turned) == memory.digest(FACTS)
        assert memory.digest(replace(FACTS, exports=("p", "q"))) != memory.digest(FACTS)
