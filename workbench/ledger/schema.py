"""The tables, in three parts: frozen plans, the chain of events, and the state that follows from both.

Plans are immutable and stored once, so a run costs only what it changes: a site's row in `site_states` exists
from the moment its state is no longer the plan's. `counts` is kept in the same transaction, so totals never count.
"""

from __future__ import annotations

VERSION = 2
APPLICATION = 0x57424E43  # "WBNC", in the file's header

PLANS = (
    "CREATE TABLE names (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
    """CREATE TABLE plans (
        id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL, title TEXT NOT NULL,
        issue TEXT NOT NULL, rules TEXT NOT NULL, first_site INTEGER NOT NULL, last_site INTEGER NOT NULL,
        content BLOB)""",
    "CREATE TABLE frozen (n INTEGER PRIMARY KEY, name TEXT NOT NULL, plan INTEGER NOT NULL REFERENCES plans)",
    """CREATE TABLE plan_batches (
        plan INTEGER NOT NULL REFERENCES plans, seq INTEGER NOT NULL, batch TEXT NOT NULL, priority TEXT NOT NULL,
        rules TEXT NOT NULL, package TEXT NOT NULL, files TEXT NOT NULL, sites INTEGER NOT NULL,
        PRIMARY KEY (plan, seq), UNIQUE (plan, batch)) WITHOUT ROWID""",
    """CREATE TABLE plan_sites (
        site INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, rule INTEGER NOT NULL, kind INTEGER NOT NULL,
        path INTEGER NOT NULL, scope INTEGER NOT NULL, message INTEGER NOT NULL, snippet TEXT NOT NULL,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, line INTEGER NOT NULL, "column" INTEGER NOT NULL,
        end_line INTEGER NOT NULL, end_column INTEGER NOT NULL, priority TEXT NOT NULL, state TEXT NOT NULL,
        reason TEXT NOT NULL, detail TEXT NOT NULL)""",
    # A table and not an index of plan_sites: filled in its own order it costs a third of one that is kept up.
    """CREATE TABLE plan_fingerprints (
        plan INTEGER NOT NULL REFERENCES plans, fingerprint TEXT NOT NULL, site INTEGER NOT NULL,
        PRIMARY KEY (plan, fingerprint)) WITHOUT ROWID""",
)

EVENTS = (
    """CREATE TABLE events (
        n INTEGER PRIMARY KEY, ts TEXT NOT NULL, run TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
        hash TEXT NOT NULL)""",
    "CREATE INDEX events_by_run ON events (run)",
    """CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    "CREATE TABLE outcomes (digest TEXT PRIMARY KEY, content BLOB NOT NULL)",
    """CREATE TABLE chain (
        id INTEGER PRIMARY KEY CHECK (id = 1), n INTEGER NOT NULL, hash TEXT NOT NULL, verified INTEGER NOT NULL)""",
    "INSERT INTO chain VALUES (1, 0, '', 0)",
)

STATE = (
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, plan INTEGER NOT NULL REFERENCES plans,
        branch TEXT NOT NULL, base TEXT NOT NULL, base_tree TEXT NOT NULL, head TEXT NOT NULL,
        outcome TEXT NOT NULL, started TEXT NOT NULL, finished TEXT, gate_runs INTEGER NOT NULL)""",
    """CREATE TABLE batches (
        run INTEGER NOT NULL REFERENCES runs, batch TEXT NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL,
        parent TEXT NOT NULL, "when" INTEGER NOT NULL, "commit" TEXT, tree TEXT, decision TEXT,
        reason TEXT NOT NULL, started TEXT NOT NULL, ended TEXT, PRIMARY KEY (run, batch)) WITHOUT ROWID""",
    """CREATE TABLE keeps (
        run INTEGER NOT NULL REFERENCES runs, event INTEGER NOT NULL, batch TEXT NOT NULL, parent TEXT NOT NULL,
        "commit" TEXT NOT NULL, tree TEXT NOT NULL, on_branch INTEGER NOT NULL,
        PRIMARY KEY (run, event)) WITHOUT ROWID""",
    """CREATE TABLE site_states (
        run INTEGER NOT NULL REFERENCES runs, fingerprint TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
        detail TEXT NOT NULL, batch TEXT NOT NULL, keep INTEGER, PRIMARY KEY (run, fingerprint)) WITHOUT ROWID""",
    "CREATE INDEX site_states_by_batch ON site_states (run, batch)",
    """CREATE TABLE counts (
        run INTEGER NOT NULL REFERENCES runs, rule INTEGER NOT NULL, priority TEXT NOT NULL, state TEXT NOT NULL,
        sites INTEGER NOT NULL CHECK (sites >= 0), PRIMARY KEY (run, rule, priority, state)) WITHOUT ROWID""",
    """CREATE TABLE judgements (
        run INTEGER NOT NULL REFERENCES runs, batch TEXT NOT NULL, gate TEXT NOT NULL, event INTEGER NOT NULL,
        record TEXT NOT NULL, PRIMARY KEY (run, batch, gate)) WITHOUT ROWID""",
    """CREATE TABLE verdicts (
        tree TEXT NOT NULL, gate TEXT NOT NULL, "key" TEXT NOT NULL, verdict TEXT NOT NULL, event INTEGER NOT NULL,
        PRIMARY KEY (tree, gate, "key")) WITHOUT ROWID""",
    """CREATE TABLE baselines (
        run INTEGER NOT NULL REFERENCES runs, gate TEXT NOT NULL, event INTEGER NOT NULL,
        PRIMARY KEY (run, gate)) WITHOUT ROWID""",
    """CREATE TABLE quarantine (
        run INTEGER NOT NULL REFERENCES runs, batch TEXT NOT NULL, path TEXT NOT NULL, event INTEGER NOT NULL,
        record TEXT NOT NULL, PRIMARY KEY (run, batch, path)) WITHOUT ROWID""",
    """CREATE TABLE suites (
        run INTEGER NOT NULL REFERENCES runs, suite TEXT NOT NULL, event INTEGER NOT NULL, record TEXT NOT NULL,
        PRIMARY KEY (run, suite)) WITHOUT ROWID""",
    """CREATE TABLE rollbacks (
        run INTEGER NOT NULL REFERENCES runs, event INTEGER NOT NULL, started TEXT NOT NULL, done INTEGER NOT NULL,
        PRIMARY KEY (run, event)) WITHOUT ROWID""",
)

# Part of the state since version 2.
LANDS = (
    """CREATE TABLE lands (
        run INTEGER NOT NULL REFERENCES runs, event INTEGER NOT NULL, land TEXT NOT NULL UNIQUE,
        started TEXT NOT NULL, "commit" TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (run, event)) WITHOUT ROWID""",
)

# What `replay` makes again from the events; children before parents, as foreign keys want deletions.
CLEARED = (
    "DELETE FROM lands",
    "DELETE FROM rollbacks",
    "DELETE FROM suites",
    "DELETE FROM quarantine",
    "DELETE FROM baselines",
    "DELETE FROM verdicts",
    "DELETE FROM judgements",
    "DELETE FROM counts",
    "DELETE FROM site_states",
    "DELETE FROM keeps",
    "DELETE FROM batches",
    "DELETE FROM runs",
)
COMPARED = {
    "runs": "SELECT * FROM runs ORDER BY id",
    "batches": "SELECT * FROM batches",
    "keeps": "SELECT * FROM keeps",
    "site_states": "SELECT * FROM site_states",
    "counts": "SELECT * FROM counts",
    "judgements": "SELECT * FROM judgements",
    "verdicts": "SELECT * FROM verdicts",
    "baselines": "SELECT * FROM baselines",
    "quarantine": "SELECT * FROM quarantine",
    "suites": "SELECT * FROM suites",
    "rollbacks": "SELECT * FROM rollbacks",
    "lands": "SELECT * FROM lands",
}
