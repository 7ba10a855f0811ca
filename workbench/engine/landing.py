"""Carries one landing out, or brings one that was killed to its end: forwards if it can, else all the way back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench.engine.means import Means
from workbench.engine.opening import Opened, open_run
from workbench.engine.place import ledger_path
from workbench.ledger.ledger import Ledger
from workbench.model.errors import Conflict, EnvironmentFailed, Interrupted, Refused, UsageError, WorkbenchError
from workbench.model.event import LandAbandoned, Landed, LandStarted
from workbench.model.run import Landing, RunRecord
from workbench.repo.displaced import Kept
from workbench.repo.land import At, Lander, Move, nowhere
from workbench.repo.leftovers import locks_of_git, sweep
from workbench.repo.refs import branch_ref, checked_out_branches, compare_and_swap, put_ref, read_ref
from workbench.repo.repository import open_repository

__all__ = ["At", "finish", "landing_under_way", "move", "nowhere", "resume_landing", "undo_landing"]

_REASON = "workbench: land {}"


def move(opened: Opened, started: LandStarted, at: At) -> Landing:
    """Do a landing from its beginning: look, write the intent down, act, write the outcome down."""
    if started.root:
        _lander(opened, started, at).check()
    at("checked")
    opened.ledger.record(started)
    at("recorded")
    put_ref(opened.repo, f"refs/workbench/{started.run}/landed-from", started.old)
    return _carry_out(opened, started, at, resuming=False)


def landing_under_way(directory: Path) -> bool:
    """Say whether a landing in this repository was begun and not ended."""
    with open_repository(directory) as repo:
        ledger = Ledger.read(ledger_path(repo))
    if ledger is None:
        return False
    with ledger:
        return ledger.landing() is not None


def resume_landing(directory: Path, *, means: Means, at: At = nowhere) -> Landing | None:
    """Bring the landing that stopped to its end; None if there is none. Raises Conflict if it had to go back."""
    with open_run(directory, means, owner="workbench resume", jobs=1) as opened:
        return finish(opened, at)


def undo_landing(directory: Path, *, means: Means, at: At = nowhere) -> RunRecord:
    """Take the landing that stopped back, and return its run; raises Conflict when the branch was moved already."""
    with open_run(directory, means, owner="workbench abort", jobs=1) as opened:
        started = opened.ledger.landing()
        if started is None:
            raise UsageError("no landing is under way in this repository", hint="`workbench land` starts one")
        _refuse_elsewhere(opened, started)
        sweep(opened.repo)
        if read_ref(opened.repo, branch_ref(started.branch)) == started.new:
            raise Conflict(
                f"{started.branch} was moved before the landing stopped",
                hint=f"`workbench resume` ends it; `git reset --keep {started.old[:12]}` would then go back",
            )
        _take_back(opened, started, at, "aborted")
        return opened.ledger.load_run(started.run)


def finish(opened: Opened, at: At) -> Landing | None:
    """Bring the landing that was under way when its process died to its end; None if there is none."""
    started = opened.ledger.landing()
    if started is None:
        return None
    landing = _finish(opened, started, at)
    return replace(landing, locks=tuple(map(str, locks_of_git(opened.repo))))


def _finish(opened: Opened, started: LandStarted, at: At) -> Landing:
    _refuse_elsewhere(opened, started)
    sweep(opened.repo)
    tip = read_ref(opened.repo, branch_ref(started.branch))
    if tip == started.new:
        kept = _lander(opened, started, at).close() if started.root else ()
        return _landed(opened, started, kept, at)
    if tip == started.old and _still_there(opened, started):
        return _carry_out(opened, started, at, resuming=True)
    reason = f"{started.branch} is not where the landing left it"
    _take_back(opened, started, at, reason)
    raise Conflict(
        f"the landing that stopped was undone: {reason}", hint=f"`workbench land` tries again on {started.branch}"
    )


def _carry_out(opened: Opened, started: LandStarted, at: At, *, resuming: bool) -> Landing:
    """Move the branch; whatever stops that, short of death, puts everything back first."""
    try:
        if started.root:
            kept = _lander(opened, started, at).forward(resuming=resuming)
        else:
            ref, why = branch_ref(started.branch), _REASON.format(started.run)
            compare_and_swap(opened.repo, ref, new=started.new, old=started.old, reason=why)
            kept = ()
    except (WorkbenchError, OSError, KeyboardInterrupt) as error:
        kept = _take_back(opened, started, at, _words(error))
        told = _told(error, kept)
        if told is error:
            raise
        raise told from error
    return _landed(opened, started, kept, at)


def _take_back(opened: Opened, started: LandStarted, at: At, reason: str) -> Kept:
    kept = _lander(opened, started, at).undo() if started.root else ()
    opened.ledger.record(LandAbandoned(started.run, started.land, reason, kept))
    return kept


def _landed(opened: Opened, started: LandStarted, kept: Kept, at: At) -> Landing:
    opened.ledger.record(Landed(started.run, started.land, kept))
    at("landed")
    record = opened.ledger.load_run(started.run)
    unmet = tuple((one.id, one.reason) for one in record.suites if one.met is False)
    return Landing(record.plan, record.run, started.branch, started.old, started.new, started.paths, kept, unmet)


def _lander(opened: Opened, started: LandStarted, at: At) -> Lander:
    why = _REASON.format(started.run)
    return Lander(opened.repo, Move(started.land, started.branch, started.old, started.new, why), at)


def _still_there(opened: Opened, started: LandStarted) -> bool:
    """Say whether the branch is checked out as it was when the landing began: here, or nowhere."""
    if started.root:
        return opened.repo.head().branch == started.branch
    return branch_ref(started.branch) not in checked_out_branches(opened.repo)


def _refuse_elsewhere(opened: Opened, started: LandStarted) -> None:
    if started.root and started.root != str(opened.repo.root):
        raise Refused(
            f"a landing in {started.root} stopped before its end", hint=f"`workbench -C {started.root} resume` ends it"
        )


def _words(error: BaseException) -> str:
    return error.message if isinstance(error, WorkbenchError) else str(error) or "interrupted from the keyboard"


def _told(error: WorkbenchError | OSError | KeyboardInterrupt, kept: Kept) -> WorkbenchError:
    """Return the error as one of ours; what is kept aside is named beside what it says itself."""
    if isinstance(error, OSError):
        told: WorkbenchError = EnvironmentFailed(
            f"the files could not be written: {error.strerror}", hint="everything was put back", path=error.filename
        )
    elif isinstance(error, KeyboardInterrupt):
        told = Interrupted("the landing was interrupted", hint="everything was put back; `workbench land` tries again")
    else:
        told = error
    if kept:
        where = ", ".join(f"{path} in {place}" for path, place in kept)
        told.hint = f"an edit that came between is kept ({where}); {told.hint}"
    return told
