"""Makes the ledger again from git alone: the commits of each run, their trailers and trees, and the plan frozen anew.

sqitch and Alembic lose what was deployed with their table. Here the table is a memory of what git holds: what git does
not hold (verdicts, output, times, why something was set aside) is not made up, and the answer says so.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from workbench.engine.begin import RunOptions
from workbench.engine.freeze import Frozen, freeze
from workbench.engine.means import Means
from workbench.engine.place import ledger_path
from workbench.engine.refresh import refreshed
from workbench.engine.traces import Trace, traces
from workbench.engine.transform import Transformer
from workbench.engine.workspace import Workspace, read_workspace
from workbench.ledger import renewal
from workbench.ledger.ledger import Ledger
from workbench.ledger.lock import RunLock
from workbench.model.batch import BatchState
from workbench.model.errors import Refused, WorkbenchError
from workbench.model.event import (
    BatchCommitted,
    BatchDropped,
    BatchKept,
    BatchStarted,
    Event,
    GateJudged,
    KeepDecided,
    RollbackStarted,
    RolledBack,
    RunFinished,
    RunStarted,
)
from workbench.model.gate import GateReport, Judgement, Level, Verdict
from workbench.model.plan import Plan
from workbench.model.rebuilt import Rebuilt, RebuiltRun
from workbench.model.run import Certificate, RunOutcome
from workbench.model.violation import count
from workbench.planning.frozen import dumps, sealed
from workbench.repo.history import changed_paths
from workbench.repo.refs import list_refs
from workbench.repo.repository import Repository, open_repository
from workbench.repo.sources import CommitSources
from workbench.repo.trailers import ChainCommit
from workbench.scan.scanner import rescan

_UNTOLD = "not on the branch, and git does not say why"


def rebuild(directory: Path, means: Means, *, force: bool = False) -> Rebuilt:
    """Make the ledger of a repository anew. A ledger that holds is only set aside with `force`; raises Refused."""
    with (
        open_repository(directory) as repo,
        RunLock.acquire(repo.state_dir, owner="workbench rebuild") as lock,
    ):
        path = ledger_path(repo)
        _refuse_sound(path, force=force)
        return _renewed(repo.giving((lock.fd,)), path, means)


def _refuse_sound(path: Path, *, force: bool) -> None:
    """Raise Refused for a ledger that holds, unless told; asking rolls back what a kill has torn in it."""
    if renewal.holds(path) and not force:
        raise Refused(
            f"{path} is there, and it holds",
            hint="`workbench rebuild --force` sets it aside first; nothing was touched",
            path=str(path),
        )


def _renewed(repo: Repository, path: Path, means: Means) -> Rebuilt:
    """Make the new ledger beside the old one, then put it in its place by one rename."""
    with renewal.place_for_new(path) as new, Transformer(2) as transformer:
        if path.exists():  # an empty one takes its place, if git tells of nothing
            Ledger.open(new, clock=means.clock).close()
        runs = tuple(_Rebuilding(repo, new, means, transformer).run(one) for one in traces(repo))
        aside = renewal.replace(path, new) if new.exists() else None
    return Rebuilt(path, aside, runs)


@dataclass(slots=True)
class _Rebuilding:
    repo: Repository
    path: Path
    means: Means
    transformer: Transformer

    def run(self, trace: Trace) -> RebuiltRun:
        """Write one run into the new ledger, as far as git tells of it."""
        if not trace.commits:
            return RebuiltRun(trace.run, "", "", trouble=self._squashed(trace))
        try:
            found = self._plan(trace)
        except WorkbenchError as error:
            return self._not(trace, error.message)
        if found is None:
            told = f"no plan file at hand makes the plan {trace.digest[:12]} on {trace.base[:12]} with this workbench"
            return self._not(trace, told)
        ws, frozen = found
        began = self._began(trace, frozen.plan)
        with Ledger.open(self.path, clock=lambda: began, environment=self.means.environ) as ledger:
            ledger.save_plan(frozen.plan, dumps(frozen.plan))
            started = RunStarted(
                trace.run,
                frozen.plan.digest,
                trace.branch,
                trace.base,
                frozen.plan.base_tree,
                json.dumps(asdict(RunOptions()), sort_keys=True),
            )
            ledger.begin_run(started, frozen.plan)
            for event in self._events(trace, ws, frozen):
                ledger.record(event)
            record = ledger.load_run(trace.run)
            counted = count(record.violations)
            whole = counted.found == counted.fixed + counted.excluded
            ledger.record(RunFinished(trace.run, RunOutcome.COMPLETE if whole else RunOutcome.PARTIAL, trace.head))
        kept = len(trace.commits)
        return RebuiltRun(trace.run, trace.plan, trace.branch, kept, counted.fixed, counted.remaining)

    def _not(self, trace: Trace, trouble: str) -> RebuiltRun:
        return RebuiltRun(trace.run, trace.plan, trace.branch, len(trace.commits), trouble=trouble)

    # ---- the plan

    def _plan(self, trace: Trace) -> tuple[Workspace, Frozen] | None:
        """Freeze the plan of a run anew, from the plan file as it is now or was in a commit of the run."""
        for path in self._plan_files(trace):
            ws = read_workspace(self.repo, path, self.means)
            frozen = freeze(ws, trace.base, self.transformer)
            for rev in ("HEAD", trace.base, *(ref.rpartition("/")[2] for ref in list_refs(self.repo, "refs/heads"))):
                plan = sealed(replace(frozen.plan, base_rev=rev))
                if plan.digest == trace.digest:
                    return ws, replace(frozen, plan=plan)
        return None

    def _plan_files(self, trace: Trace) -> Iterator[Path]:
        name = f"plans/{trace.plan}.toml"
        seen: set[bytes] = set()
        if self.repo.root is not None and (self.repo.root / name).is_file():
            seen.add((self.repo.root / name).read_bytes())
            yield self.repo.root / name
        with tempfile.TemporaryDirectory(prefix="workbench-plan-") as scratch:
            for commit in (trace.head, trace.base):
                for _, content in CommitSources(self.repo, commit).read([name]):
                    if content not in seen:
                        seen.add(content)
                        place = Path(scratch, f"{trace.plan}.toml")
                        place.write_bytes(content)
                        yield place

    def _squashed(self, trace: Trace) -> str:
        """Say what is left of a run without commits: in how many files HEAD holds what a plan makes of its base."""
        told = f"only its base, {trace.base[:12]}, is left: its commits are on no branch"
        folder = self.repo.root / "plans" if self.repo.root is not None else Path()
        for path in sorted(folder.glob("*.toml")) if self.repo.root is not None else ():
            try:
                after = freeze(read_workspace(self.repo, path, self.means), trace.base, self.transformer).after
            except WorkbenchError:
                continue  # the plan file of something else
            now = dict(CommitSources(self.repo, "HEAD").read(sorted(after)))
            same = sum(now.get(path) == content for path, content in after.items())
            if same:
                told += f"; HEAD holds what plan {path.stem} makes of it in {same} of {len(after)} files"
        return told

    # ---- the events

    def _began(self, trace: Trace, plan: Plan) -> datetime:
        """Return when the run began: the time of a batch's commit is that and the number of the batch."""
        first = trace.commits[0]
        numbers = {batch.id: seq for seq, batch in enumerate(plan.batches(), start=1)}
        at = int(self.repo.git.ask("show", "-s", "--format=%ct", first.commit).line)
        return datetime.fromtimestamp(at - numbers.get(first.trailers.get("Workbench-Batch", ""), 0), UTC)

    def _events(self, trace: Trace, ws: Workspace, frozen: Frozen) -> Iterator[Event]:
        numbers = {batch.id: seq for seq, batch in enumerate(frozen.plan.batches(), start=1)}
        began = int(self._began(trace, frozen.plan).timestamp())
        project = frozen.scanned.project
        done: set[str] = set()
        for one in trace.commits:
            name = one.trailers.get("Workbench-Batch", "")
            if "Workbench-Reverts" in one.trailers:
                yield from self._reverted(trace, one)
                continue
            if name not in numbers:
                raise Refused(f"{one.commit[:12]} says it is {name or 'no batch'}, which the plan does not have")
            files = changed_paths(self.repo, one.parent, one.commit)
            sources = CommitSources(self.repo, one.commit)
            project = refreshed(project, ws.roots, dict(sources.read(files)))
            still = {found.fingerprint for found in rescan(sources, ws.spec, ws.rules, project, files)}
            fixed = self._fixed(frozen.plan, name, files, still)
            seq = numbers[name]
            yield BatchStarted(trace.run, name, seq, one.parent, began + seq)
            yield BatchCommitted(trace.run, name, one.commit, one.tree, files)
            told = GateReport("rescan", Level.RESCAN, Verdict.PASS, 0.0, reason="asked when the ledger was rebuilt")
            yield GateJudged(trace.run, name, one.tree, Judgement(told, Verdict.PASS))
            split = str(len(fixed)) != one.trailers.get("Workbench-Sites") or len(fixed) < self._planned(
                frozen.plan, name
            )
            yield KeepDecided(trace.run, name, one.commit, one.parent, one.tree, fixed, split)
            yield BatchKept(trace.run, name, one.commit)
            done.add(name)
        parent = trace.head
        for name, seq in numbers.items():
            if name not in done:
                yield BatchStarted(trace.run, name, seq, parent, began + seq)
                yield BatchDropped(trace.run, name, BatchState.ROLLED_BACK, _UNTOLD)

    def _fixed(self, plan: Plan, name: str, files: Sequence[str], still: set[str]) -> tuple[str, ...]:
        batch = next(one for one in plan.batches() if one.id == name)
        path = {one.fingerprint: one.path for one in plan.violations}
        return tuple(one for one in batch.fingerprints if path[one] in files and one not in still)

    def _planned(self, plan: Plan, name: str) -> int:
        return next(len(one.fingerprints) for one in plan.batches() if one.id == name)

    def _reverted(self, trace: Trace, one: ChainCommit) -> Iterator[Event]:
        name = one.trailers["Workbench-Reverts"]
        yield RollbackStarted(trace.run, name, "revert", one.parent, one.commit, (name,), one.tree)
        certificate = Certificate(
            target=name,
            mode="revert",
            from_commit=one.parent,
            from_tree=self.repo.tree(one.parent),
            to_commit=one.commit,
            to_tree=one.tree,
            expected_tree=one.tree,
            actual_tree=self.repo.tree(one.commit),
            batches=(name,),
        )
        yield RolledBack(trace.run, certificate)
