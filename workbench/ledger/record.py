"""Loads one run whole: its batches in plan order, its sites as they stand, what was set aside and what judged it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from workbench.ledger import codec, database, log, views
from workbench.model.batch import ON_BRANCH, BatchState
from workbench.model.event import Drilled, TriggerFired
from workbench.model.run import BatchRecord, Drill, GateRecord, QuarantineRecord, RunOutcome, RunRecord, TriggerRecord
from workbench.model.violation import Place, Priority, SiteState, Violation

_Strings = tuple[str, ...]


def load(db: sqlite3.Connection, run: int) -> RunRecord:
    """Return the run; `quarantined` in the order it happened, `violations` in the plan's order."""
    (row,) = database.named(
        db,
        """SELECT run, name, title, issue, digest, outcome, branch, base, base_tree, head, started, finished,
                  gate_runs, rules
           FROM runs JOIN plans ON plans.id = runs.plan WHERE runs.id = ?""",
        (run,),
    )
    return RunRecord(
        run=row["run"],
        plan=row["name"],
        title=row["title"],
        issue=row["issue"],
        digest=row["digest"],
        outcome=RunOutcome(row["outcome"]),
        branch=row["branch"],
        base=row["base"],
        base_tree=row["base_tree"],
        head=row["head"],
        started=datetime.fromisoformat(row["started"]),
        finished=views.moment(row["finished"]),
        batches=_batches(db, run),
        quarantined=_quarantined(db, run),
        violations=_violations(db, run),
        suites=views.suites(db, run),
        gate_runs=row["gate_runs"],
        gate_runs_unneeded=_unneeded(db, row["run"]),
        rules=codec.loads(_Strings, row["rules"]),
        landed=_landed(db, run),
        triggers=_triggers(db, row["run"]),
        ground=_ground(db, run, row["branch"], row["base"]),
        drills=_drills(db, row["run"]),
    )


def _unneeded(db: sqlite3.Connection, run: str) -> int:
    (count,) = db.execute("SELECT count(*) FROM events WHERE run = ? AND kind = 'gate_unneeded'", (run,)).fetchone()
    return int(count)


def _triggers(db: sqlite3.Connection, run: str) -> tuple[TriggerRecord, ...]:
    rows = db.execute("SELECT n FROM events WHERE run = ? AND kind = 'trigger_fired' ORDER BY n", (run,)).fetchall()
    found = (log.read_one(db, n).event for (n,) in rows)
    return tuple(one.record for one in found if isinstance(one, TriggerFired))


def _landed(db: sqlite3.Connection, run: int) -> str:
    row = db.execute(
        """SELECT "commit" FROM lands WHERE run = ? AND state = 'landed' ORDER BY event DESC LIMIT 1""", (run,)
    ).fetchone()
    return "" if row is None else str(row[0])


def _ground(db: sqlite3.Connection, run: int, branch: str, base: str) -> str:
    """Return the commit below what earlier runs kept on the branch, this one stands on, and nobody landed."""
    ground, later = base, run
    while True:
        row = db.execute(
            """SELECT id, base FROM runs WHERE id < ?1 AND branch = ?2 AND head = ?3 AND base != head
               AND NOT EXISTS (SELECT 1 FROM lands WHERE "commit" = ?3 AND state = 'landed')
               ORDER BY id DESC LIMIT 1""",
            (later, branch, ground),
        ).fetchone()
        if row is None:
            return ground
        later, ground = row


def _drills(db: sqlite3.Connection, run: str) -> tuple[Drill, ...]:
    """Return the drills; they change no state, so that the events alone remember them."""
    rows = db.execute("SELECT n FROM events WHERE run = ? AND kind = 'drilled' ORDER BY n", (run,)).fetchall()
    told = (log.read_one(db, n).event for (n,) in rows)
    return tuple(one.drill for one in told if isinstance(one, Drilled))


def _quarantined(db: sqlite3.Connection, run: int) -> tuple[QuarantineRecord, ...]:
    rows = db.execute("SELECT record FROM quarantine WHERE run = ? ORDER BY event", (run,))
    return tuple(codec.loads(QuarantineRecord, record) for (record,) in rows)


def _batches(db: sqlite3.Connection, run: int) -> tuple[BatchRecord, ...]:
    """Return the plan's batches, those too that were never started."""
    gates = _gates(db, run)
    keeps = _keeps(db, run)
    rows = database.named(
        db,
        """SELECT p.batch, coalesce(b.seq, p.seq) AS seq, priority, rules, package, files, sites,
                  coalesce(state, 'planned') AS state, parent, coalesce(reason, '') AS reason, b.started, ended
           FROM runs JOIN plan_batches AS p ON p.plan = runs.plan
           LEFT JOIN batches AS b ON b.run = runs.id AND b.batch = p.batch
           WHERE runs.id = ? ORDER BY p.seq""",
        (run,),
    )
    return tuple(_batch(row, gates[row["batch"]], keeps[row["batch"]]) for row in rows)


@dataclass(frozen=True, slots=True)
class _Keep:
    parent: str
    commit: str
    tree: str
    on_branch: bool


def _batch(row: sqlite3.Row, gates: list[GateRecord], keeps: list[_Keep]) -> BatchRecord:
    """Build one record; a batch kept more than once begins where its first keep did and ends with its last."""
    state = BatchState(row["state"])
    kept = [keep for keep in keeps if keep.on_branch] or keeps
    return BatchRecord(
        id=row["batch"],
        seq=row["seq"],
        priority=Priority(row["priority"]),
        rules=codec.loads(_Strings, row["rules"]),
        package=row["package"],
        files=codec.loads(_Strings, row["files"]),
        violations=row["sites"],
        state=state,
        parent=kept[0].parent if kept and state in ON_BRANCH else row["parent"],
        commit=kept[-1].commit if kept else None,
        tree=kept[-1].tree if kept else None,
        gates=tuple(gates),
        reason=row["reason"],
        seconds=_seconds(row["started"], row["ended"]),
    )


def _seconds(started: str | None, ended: str | None) -> float:
    """Return the wall time between two stored times, 0 while there are not both; clocks may step back."""
    if started is None or ended is None:
        return 0.0
    return max(0.0, (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds())


def _gates(db: sqlite3.Connection, run: int) -> defaultdict[str, list[GateRecord]]:
    found: defaultdict[str, list[GateRecord]] = defaultdict(list)
    for batch, record in db.execute("SELECT batch, record FROM judgements WHERE run = ? ORDER BY event", (run,)):
        found[batch].append(codec.loads(GateRecord, record))
    return found


def _keeps(db: sqlite3.Connection, run: int) -> defaultdict[str, list[_Keep]]:
    found: defaultdict[str, list[_Keep]] = defaultdict(list)
    rows = db.execute('SELECT batch, parent, "commit", tree, on_branch FROM keeps WHERE run = ? ORDER BY event', (run,))
    for batch, parent, commit, tree, on_branch in rows:
        found[batch].append(_Keep(parent, commit, tree, bool(on_branch)))
    return found


def _violations(db: sqlite3.Connection, run: int) -> tuple[Violation, ...]:
    names = dict(db.execute("SELECT id, text FROM names"))
    rows = db.execute(
        """SELECT p.fingerprint, rule, kind, path, scope, snippet, message, start, "end", line, "column", end_line,
                  end_column, priority, coalesce(s.state, p.state), coalesce(s.reason, p.reason),
                  coalesce(s.detail, p.detail)
           FROM runs JOIN plans ON plans.id = runs.plan JOIN plan_sites AS p ON p.site BETWEEN first_site AND last_site
           LEFT JOIN site_states AS s ON s.run = runs.id AND s.fingerprint = p.fingerprint
           WHERE runs.id = ? ORDER BY p.site""",
        (run,),
    )
    return tuple(
        Violation(
            row[0],
            names[row[1]],
            names[row[2]],
            names[row[3]],
            Place(*row[7:13]),
            names[row[4]],
            row[5],
            names[row[6]],
            Priority(row[13]),
            SiteState(row[14]),
            row[15],
            row[16],
        )
        for row in rows
    )
