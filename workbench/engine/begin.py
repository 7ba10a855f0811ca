"""Starts a run on a frozen plan, takes an ended one up again, or repairs one that stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from workbench.codemod.project import Project
from workbench.engine.freeze import freeze
from workbench.engine.means import Means
from workbench.engine.opening import Opened
from workbench.engine.other_plans import refuse_clashes
from workbench.engine.recover import recover
from workbench.engine.remembering import remembering
from workbench.engine.session import Listener, Session, Watch, unwatched
from workbench.engine.set_aside import refuse_losing
from workbench.engine.transform import Transformer
from workbench.engine.workspace import Workspace, open_workspace, read_workspace
from workbench.ledger.unfinished import unfinished
from workbench.model.errors import Conflict, Refused, StalePlan, UsageError
from workbench.model.event import Event, RunResumed, RunStarted
from workbench.model.plan import Batch, Plan
from workbench.model.run import RunRecord
from workbench.planning.frozen import dumps, loads
from workbench.planning.planfile import find_plan
from workbench.repo.candidate import identity_of
from workbench.repo.leftovers import sweep
from workbench.repo.refs import branch_ref, checked_out_branches, compare_and_swap, create_ref, put_ref, read_ref
from workbench.repo.sources import CommitSources


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line narrows or changes; None where the plan file decides."""

    phase: str | None = None
    batch: str | None = None
    branch: str | None = None
    on_red: str | None = None
    no_cache: bool = False
    allow_quarantine: bool = False
    jobs: int | None = None
    """How many gates may run at once, and how many processes rewrite; None: one, and two."""

    def chooses(self, batch: Batch) -> bool:
        return self.phase in (None, batch.priority) and self.batch in (None, batch.id)


def begin(opened: Opened, plan_name: str | None, options: RunOptions, watch: Watch) -> Session:
    """Return a session for the plan's run: a new one, or the ended one of the same frozen plan."""
    refuse_unfinished(opened)
    ws = read_workspace(opened.repo, find_plan(plan_name, opened.repo.root or opened.directory), opened.means)
    plan, project = ready_plan(opened, ws)
    _check_options(plan, options)
    earlier = _run_of(opened, plan)
    if earlier is not None:
        session = _session(opened, ws, plan, earlier, watch(plan, _past(opened, earlier.run)))
        session.record(RunResumed(session.run, _stored(options)))
        return session
    refuse_clashes(ws, CommitSources(ws.repo, plan.base_commit))
    return start(opened, ws, plan, project, options, watch)


def start(
    opened: Opened, ws: Workspace, plan: Plan, project: Project | None, options: RunOptions, watch: Watch
) -> Session:
    """Return a session for a new run of a frozen plan; `project` holds the facts of its base, if they are known."""
    session = _start(opened, ws, plan, options, watch(plan, ()))
    if project is not None:
        session.project = project
    return session


def rehearse(directory: Path, plan_name: str | None, options: RunOptions, means: Means) -> Plan:
    """Return what a run with these options would do, freezing nothing and writing nothing."""
    with open_workspace(directory, plan_name, means) as ws, Transformer(1) as transformer:
        refuse_clashes(ws, CommitSources(ws.repo, ws.repo.resolve("HEAD")))
        plan = freeze(ws, "HEAD", transformer).plan
    _check_options(plan, options)
    phases = (replace(one, batches=tuple(b for b in one.batches if options.chooses(b))) for one in plan.phases)
    return replace(plan, phases=tuple(phase for phase in phases if phase.batches))


def take_up(opened: Opened, watch: Watch) -> tuple[Session, RunOptions]:
    """Return the session of the run that stopped, brought back to a batch border."""
    run = opened.ledger.unfinished_run()
    if run is None:
        raise UsageError("no run is under way in this repository", hint="`workbench run` starts one")
    record = opened.ledger.load_run(run)
    text = opened.ledger.plan_text(record.digest)
    plan = loads(text or "")
    ws = read_workspace(opened.repo, find_plan(plan.path, opened.repo.root or opened.directory), opened.means)
    _same_plan_file(ws, plan)
    options = _options_of(opened, run)
    _finish_beginning(opened, record)
    session = _session(opened, ws, plan, record, watch(plan, _past(opened, run)), check=False)
    session.record(RunResumed(run, _stored(options)))
    recover(session)
    return session, options


def _finish_beginning(opened: Opened, record: RunRecord) -> None:
    """Make the refs of a run that was recorded and kept nothing: it may have died before, or while it made them."""
    if record.head != record.base or opened.ledger.intent(record.run).moves_the_branch:
        return
    ref = branch_ref(record.branch)
    _refuse_checked_out(opened, ref)
    sweep(opened.repo, run_branch=ref)
    tip = read_ref(opened.repo, ref)
    if tip in (None, record.base, _found_there(opened, record.run)):
        _make_refs(opened, record.run, record.branch, record.base, old=tip)


def _found_there(opened: Opened, run: str) -> str:
    """Return the commit that the run found its branch at; "" where it found none, or its own base."""
    begun = opened.ledger.events(run, RunStarted)
    return next(one.event.before for one in begun if isinstance(one.event, RunStarted))


def ready_plan(opened: Opened, ws: Workspace) -> tuple[Plan, Project | None]:
    """Return the plan frozen last, checked against the repository and the plan file; freeze one if there is none.

    With a plan frozen just now come the facts of the base it was frozen on.
    """
    text = opened.ledger.latest_plan(ws.spec.name)
    if text is None:
        with remembering(ws) as memory:
            frozen = freeze(ws, "HEAD", opened.transformer, memory=memory)
        opened.ledger.save_plan(frozen.plan, dumps(frozen.plan))
        return frozen.plan, frozen.scanned.project
    plan = loads(text)
    _same_plan_file(ws, plan)
    base = opened.repo.resolve(plan.base_rev)
    if base != plan.base_commit and opened.repo.tree(base) != plan.base_tree:
        raise StalePlan(
            f"the plan was frozen on {plan.base_commit[:12]}, and {plan.base_rev} is {base[:12]} now",
            hint=f"`workbench plan {plan.name}` freezes a new plan; nothing was touched",
        )
    return plan, None


def _same_plan_file(ws: Workspace, plan: Plan) -> None:
    if ws.spec.source_digest != plan.source_digest:
        raise StalePlan(
            f"{plan.path} changed after the plan was frozen",
            hint=f"`workbench plan {plan.name}` freezes a new plan; nothing was touched",
            path=plan.path,
        )


def refuse_unfinished(opened: Opened) -> None:
    """Raise Refused while a run, a rollback or a landing waits to be finished."""
    waiting = unfinished(opened.ledger)
    if waiting is not None:
        raise Refused(waiting.message, hint=waiting.hint)


def _stored(options: RunOptions) -> str:
    return json.dumps(asdict(options), sort_keys=True)


def _options_of(opened: Opened, run: str) -> RunOptions:
    """Return what the run was last asked to do."""
    asked = [
        one.event.options
        for one in opened.ledger.events(run, RunStarted, RunResumed)
        if isinstance(one.event, RunStarted | RunResumed)
    ]
    return RunOptions(**json.loads(asked[-1]))


def _check_options(plan: Plan, options: RunOptions) -> None:
    ids = [batch.id for batch in plan.batches()]
    if options.batch is not None and options.batch not in ids:
        raise UsageError(
            f"the plan has no batch {options.batch}",
            hint=f"`workbench plan {plan.name}` lists them" + (f": {ids[0]} … {ids[-1]}" if ids else ""),
        )


def _run_of(opened: Opened, plan: Plan) -> RunRecord | None:
    run = opened.ledger.latest_run(plan.name)
    record = opened.ledger.load_run(run) if run is not None else None
    return record if record is not None and record.digest == plan.digest else None


def _start(opened: Opened, ws: Workspace, plan: Plan, options: RunOptions, listen: Listener) -> Session:
    branch = options.branch or f"workbench/{plan.name}"
    ref = branch_ref(branch)
    _refuse_checked_out(opened, ref)
    sweep(opened.repo, run_branch=ref)
    old = read_ref(opened.repo, ref)
    if old is not None:
        refuse_losing(opened, plan, branch, old)
    run = opened.means.new_id()
    before = old if old is not None and old != plan.base_commit else ""
    started = RunStarted(run, plan.digest, branch, plan.base_commit, plan.base_tree, _stored(options), before)
    opened.ledger.begin_run(started, plan)
    listen(started, opened.means.clock())
    _make_refs(opened, run, branch, plan.base_commit, old=old)
    return _session(opened, ws, plan, opened.ledger.load_run(run), listen)


def _make_refs(opened: Opened, run: str, branch: str, base: str, *, old: str | None = None) -> None:
    put_ref(opened.repo, f"refs/workbench/{run}/base", base)
    ref = branch_ref(branch)
    if old is None:
        create_ref(opened.repo, ref, base)
    elif old != base:
        put_ref(opened.repo, f"refs/workbench/{run}/before", old)
        compare_and_swap(opened.repo, ref, new=base, old=old, reason="workbench: a new run starts here")


def _refuse_checked_out(opened: Opened, ref: str) -> None:
    if ref in checked_out_branches(opened.repo):
        raise Refused(
            f"the run branch {ref.removeprefix('refs/heads/')} is checked out, and a run moves it",
            hint="switch to another branch, or choose one with --branch",
        )


def _session(
    opened: Opened, ws: Workspace, plan: Plan, record: RunRecord, listen: Listener, *, check: bool = True
) -> Session:
    ref = branch_ref(record.branch)
    _refuse_checked_out(opened, ref)
    sweep(opened.repo, run_branch=ref)
    tip = read_ref(opened.repo, ref)
    if tip is None or (check and tip != record.head):
        raise Conflict(
            f"the run branch {record.branch} is at {(tip or 'nothing')[:12]}, the ledger says {record.head[:12]}",
            hint=f"put it back (`git branch -f {record.branch} {record.head[:12]}`) or freeze a new plan; "
            "nothing was touched",
        )
    return Session(
        ws=ws,
        ledger=opened.ledger,
        plan=plan,
        run=record.run,
        branch=record.branch,
        tip=tip,
        started=int(record.started.timestamp()),
        transformer=opened.transformer,
        listen=listen,
        identity=identity_of(opened.repo),
        inherit=opened.inherit,
    )


def reopen(opened: Opened, watch: Watch) -> Session:
    """Return a session of the repository's newest run, which must have ended, for a rollback."""
    refuse_unfinished(opened)
    runs = opened.ledger.runs()
    if not runs:
        raise UsageError("no run was made in this repository", hint="`workbench run` makes one")
    return _reopened(opened, runs[-1].run, watch)


def finish_rollback(opened: Opened) -> Session | None:
    """Finish the rollback that stopped, and return the session of its run, which had ended; None if there is none."""
    run = opened.ledger.unfinished_rollback()
    if run is None:
        return None
    session = _reopened(opened, run, unwatched, check=False)
    recover(session)
    return session


def _reopened(opened: Opened, run: str, watch: Watch, *, check: bool = True) -> Session:
    record = opened.ledger.load_run(run)
    plan = loads(opened.ledger.plan_text(record.digest) or "")
    ws = read_workspace(opened.repo, find_plan(plan.path, opened.repo.root or opened.directory), opened.means)
    return _session(opened, ws, plan, record, watch(plan, _past(opened, run)), check=check)


def _past(opened: Opened, run: str) -> Iterator[tuple[Event, datetime]]:
    for one in opened.ledger.events(run):
        yield one.event, one.ts
