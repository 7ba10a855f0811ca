"""The door to the memory of every run: events in, each with what it changes in one transaction; records out.

What only some methods need is imported there: `status` opens a ledger, and is to answer at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from workbench.ledger import chain, database, plans, versions, views
from workbench.ledger.database import ASIDE, speaking, storable
from workbench.ledger.schema import VERSION
from workbench.model.errors import LedgerBroken, WorkbenchError
from workbench.model.fault import fault
from workbench.model.run import RunRecord, SuiteRecord
from workbench.model.violation import Totals

if TYPE_CHECKING:
    from workbench.ledger.events import StoredEvent
    from workbench.ledger.intent import Intent
    from workbench.model.event import Event, LandStarted, RunStarted
    from workbench.model.gate import Judgement
    from workbench.model.plan import Plan

BUSY_SECONDS = 30.0


class Ledger:
    """An open ledger. Made by `open` or `read`, closed by `close` or at the end of a `with` block.

    Every method raises LedgerBroken where the file does not hold what it should, and EnvironmentFailed where
    the disk or another process is in the way.
    """

    def __init__(self, path: Path, db: sqlite3.Connection, clock: Callable[[], datetime] | None) -> None:
        self.path = path
        self._db = db
        self._clock = clock
        self._clean: Callable[[str], str] = storable
        self._checked = 0

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        clock: Callable[[], datetime],
        environment: Mapping[str, str] | None = None,
        busy_seconds: float = BUSY_SECONDS,
    ) -> Ledger:
        """Open the ledger for writing; make it, or bring it up to date, where that is needed.

        Secrets of `environment` are taken out of what is recorded. Raises LedgerBroken if the chain of events
        does not hold, or a newer workbench made the ledger.
        """
        from workbench.model.redact import redactor

        with speaking(path):
            database.create(path)
            ledger = cls(path, database.connect(path, busy_seconds=busy_seconds), clock)
            redact = redactor(environment or {})
            ledger._clean = lambda text: storable(redact(text))
            with ledger._closed_on_error():
                versions.bring_up_to_date(ledger._db, path)
                ledger._check()
            return ledger

    @classmethod
    def read(cls, path: Path, *, check: bool = True, busy_seconds: float = BUSY_SECONDS) -> Ledger | None:
        """Open the ledger for queries only, or return None if there is none; an older one is brought up to date first.

        Without `check` a broken chain is not refused, for those who want to `verify` or show it.
        """
        with speaking(path):
            if not path.exists():
                return None
            ledger = cls(path, database.connect_to_read(path, busy_seconds=busy_seconds), None)
            with ledger._closed_on_error():
                if versions.version_of(ledger._db, path) < VERSION:
                    versions.bring_up_to_date_for_reading(path, busy_seconds=busy_seconds)
                if check:
                    ledger._check()
            return ledger

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Writing

    def record(self, *events: Event) -> None:
        """Append the events and apply them to the state, all in one transaction; an illegal step raises."""
        point = type(events[0]).__name__ if events else "nothing"
        fault(f"ledger.{point}.before")
        with self._writing() as ts:
            for event in events:
                self._append(event, ts)
        fault(f"ledger.{point}.after")

    def begin_run(self, event: RunStarted, plan: Plan) -> None:
        """Start a run on its plan, in one transaction."""
        if event.digest != plan.digest:
            raise WorkbenchError(f"run {event.run} is of plan {event.digest}, not of {plan.digest}")
        fault("ledger.RunStarted.before")
        with self._writing() as ts:
            plans.store(self._db, plan)
            self._append(event, ts)
        fault("ledger.RunStarted.after")

    def save_plan(self, plan: Plan, text: str) -> None:
        """Keep a frozen plan, `text` being its JSON, as the last of its name; one of the same digest is kept once."""
        with self._writing():
            plans.freeze(self._db, plan, text)

    def _append(self, event: Event, ts: str) -> None:
        from workbench.ledger.apply import append

        append(self._db, ts, event, self._clean)

    # Reading

    def latest_plan(self, name: str) -> str | None:
        """Return the text of the plan frozen last under this name."""
        with self._reading():
            return plans.latest_text(self._db, name)

    def plan_text(self, digest: str) -> str | None:
        """Return the text of the frozen plan with this digest."""
        with self._reading():
            return plans.text_of(self._db, digest)

    def runs(self, plan: str | None = None) -> tuple[views.RunSummary, ...]:
        """Return the runs of one plan's name, or all, oldest first."""
        with self._reading():
            return views.summaries(self._db, plan)

    def latest_run(self, plan: str) -> str | None:
        """Return the newest run of a plan's name."""
        with self._reading():
            return views.latest_run(self._db, plan)

    def unfinished_run(self) -> str | None:
        """Return the newest run that is running or was interrupted."""
        with self._reading():
            return views.unfinished_run(self._db)

    def unfinished_rollback(self) -> str | None:
        """Return the newest ended run of which a rollback was begun and not ended."""
        with self._reading():
            return views.unfinished_rollback(self._db)

    def load_run(self, run: str) -> RunRecord:
        """Return the run whole, as it stands. Raises UsageError for one that is not here, as all that follow."""
        from workbench.ledger import record

        with self._reading():
            return record.load(self._db, views.find_run(self._db, run))

    def totals(self, run: str) -> Totals:
        """Return the run's totals, from counts kept with every change."""
        with self._reading():
            return views.totals(self._db, views.find_run(self._db, run))

    def suites(self, run: str) -> tuple[SuiteRecord, ...]:
        """Return where the run's command gates stand."""
        with self._reading():
            return views.suites(self._db, views.find_run(self._db, run))

    def intent(self, run: str) -> Intent:
        """Return what the run had begun and not ended: what `resume` finishes or undoes."""
        from workbench.ledger import intent

        with self._reading():
            return intent.read(self._db, views.find_run(self._db, run))

    def landing(self) -> LandStarted | None:
        """Return the landing that was begun and not ended, of whichever run."""
        from workbench.ledger import intent

        with self._reading():
            return intent.landing(self._db)

    def baselines(self, run: str) -> Mapping[str, Judgement]:
        """Return the judgements of the base tree by gate, as last measured."""
        from workbench.ledger import verdicts

        with self._reading():
            return verdicts.baselines(self._db, views.find_run(self._db, run))

    def cached_judgement(self, tree: str, gate: str, key: str) -> Judgement | None:
        """Return what a gate said of a tree under this key (digest of command and environment), if it finished."""
        from workbench.ledger import verdicts

        with self._reading():
            return verdicts.cached(self._db, tree, gate, key)

    def events(self, run: str, *of: type[Event]) -> tuple[StoredEvent, ...]:
        """Return every event of a run, or those `of` some classes, in order; none for a run that is not here."""
        from workbench.ledger import events, log

        with self._reading():
            return tuple(log.read(self._db, run=run, kinds=events.kinds_of(of)))

    def verify(self) -> tuple[str, ...]:
        """Check everything there is, file, chain and state, and return what is wrong."""
        from workbench.ledger.verify import problems

        return problems(self._db, self.path)

    # How

    @contextmanager
    def _writing(self) -> Iterator[str]:
        """Hold one write transaction, and give the time it is recorded under."""
        if self._clock is None:
            raise WorkbenchError("this ledger was opened to be read")
        ts = self._clock().astimezone(UTC).isoformat(timespec="microseconds")
        with speaking(self.path), database.transaction(self._db):
            chain.mark_verified(self._db, self._checked)
            yield ts

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with speaking(self.path), database.snapshot(self._db):
            yield

    @contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    def _check(self) -> None:
        """Check the events appended since an opening last did; the next transaction remembers it."""
        with database.snapshot(self._db):
            problem = chain.first_problem(self._db)
            self._checked = chain.length(self._db)
        if problem is not None:
            raise LedgerBroken(problem, hint=ASIDE, path=str(self.path))
