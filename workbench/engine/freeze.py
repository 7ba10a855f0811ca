"""Makes the frozen plan: scan the base, foresee every rewrite, set priorities, cut batches, store it.

Terraform saves a plan and refuses a stale one; codemod tools preview with code that differs from what
they later run. Here the plan is made by the very rewrite the run will do, so what it calls blocked is
blocked, and `--diff` is what the commits will hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.codemod.project import Project
from workbench.codemod.rewrite import FileFailed
from workbench.engine.following import following
from workbench.engine.foreseen import Foreseen, as_rewrite, foresee, open_sites, settle
from workbench.engine.leftovers import without_leftovers
from workbench.engine.means import Means
from workbench.engine.opening import open_run
from workbench.engine.other_plans import refuse_clashes
from workbench.engine.outlook import outlook
from workbench.engine.refresh import refreshed
from workbench.engine.remembering import remembering
from workbench.engine.transform import Job, Kit, Transformer
from workbench.engine.workspace import Workspace, read_workspace, refuse_bad_plan
from workbench.model.errors import PlanFileError
from workbench.model.memory import FORGETFUL, Memory
from workbench.model.outlook import Outlook
from workbench.model.plan import Plan
from workbench.model.source import Sources
from workbench.model.violation import SiteState, Skipped, Violation
from workbench.planning.contradictions import lint
from workbench.planning.frozen import dumps
from workbench.planning.planfile import find_plan
from workbench.planning.planner import make_plan
from workbench.planning.priorities import prioritise
from workbench.planning.references import check_targets, check_tree
from workbench.repo.history import blob_diff
from workbench.repo.sources import CommitSources, CountedSources, OverlaySources
from workbench.repo.working_tree import WorkingTreeSources
from workbench.scan.index import import_graph_of
from workbench.scan.scanner import ScanResult, rescan, scan, survey


@dataclass(frozen=True, slots=True)
class Frozen:
    """A plan, what was scanned to make it, and what all its rules together make of the files that they change.

    `notes` are what else is to know before it is carried out. `files` counts the Python files of the base, `unread`
    those of them of which all was remembered. `diff` is the whole change as one unified diff, if it was asked for.
    """

    plan: Plan
    scanned: ScanResult
    after: Mapping[str, bytes]
    files: int
    unread: int
    notes: tuple[str, ...] = ()
    diff: str = ""
    outlook: Outlook = field(default_factory=Outlook)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scan with priorities set; `commit` is None for a working tree."""

    commit: str | None
    violations: tuple[Violation, ...]
    skipped: tuple[Skipped, ...]


def scan_tree(ws: Workspace, rev: str | None) -> Scanned:
    """Scan a commit, or the working tree when `rev` is None."""
    if rev is None:
        sources: Sources = WorkingTreeSources(ws.repo)
        commit = None
    else:
        commit = ws.repo.resolve(rev)
        sources = CommitSources(ws.repo, commit)
    found = scan_for(ws, sources)
    return Scanned(commit, found.violations, found.skipped)


def freeze_and_store(directory: Path, plan: str | None, base: str, means: Means, *, diff: bool = False) -> Frozen:
    """Freeze the plan for `base` and keep it as the one `run` carries out."""
    refuse_bad_plan(directory, plan, means)
    with open_run(directory, means, owner="workbench plan") as opened:
        ws = read_workspace(opened.repo, find_plan(plan, opened.repo.root or directory), means)
        notes = refuse_clashes(ws, CommitSources(ws.repo, ws.repo.resolve(base)))
        with remembering(ws) as memory:
            frozen = freeze(ws, base, opened.transformer, memory=memory)
        opened.ledger.save_plan(frozen.plan, dumps(frozen.plan))
        met = outlook(opened, frozen.plan, frozen.after)
        return replace(frozen, notes=notes, diff=_diff(frozen) if diff else "", outlook=met)


def _diff(frozen: Frozen) -> str:
    texts = frozen.scanned.desk.sources.read(sorted(frozen.after))
    return "".join(blob_diff(path, before, frozen.after[path]) for path, before in texts)


def scan_for(ws: Workspace, sources: Sources, memory: Memory = FORGETFUL) -> ScanResult:
    """Scan a tree for the plan's rules; a rule that names what does not exist is a plan-file error."""
    scanned = scan(sources, ws.spec, ws.rules, memory=memory)
    problems = (
        *lint(ws.spec, ws.rules),
        *check_targets(ws.spec, ws.rules, scanned.project),
        *check_tree(ws.spec, ws.rules, scanned.project, sources),
    )
    if problems:
        raise PlanFileError(str(ws.spec.path), problems)
    return replace(scanned, violations=_prioritised(ws, scanned))


def every(_violation: Violation) -> bool:
    """Choose every violation."""
    return True


def freeze(
    ws: Workspace,
    rev: str,
    transformer: Transformer,
    *,
    only: Callable[[Violation], bool] = every,
    memory: Memory = FORGETFUL,
) -> Frozen:
    """Plan the migration of the commit that `rev` names now; open sites that `only` does not choose are excluded."""
    base = ws.repo.resolve(rev)
    sources = CountedSources(CommitSources(ws.repo, base))
    scanned = scan_for(ws, sources, memory)
    outcomes = foresee(ws, scanned, transformer)
    after = _changed(outcomes)
    settled = following(
        settle(scanned.violations, outcomes), scanned.project, ws.roots, lambda: _whole(sources, outcomes, after)
    )
    violations = _covered(ws, sources, scanned.project, settled, outcomes)
    violations = tuple(one if one.state is not SiteState.OPEN or only(one) else _left_out(one) for one in violations)
    plan = make_plan(ws.spec, ws.rules, violations, base_rev=rev, base_commit=base, base_tree=ws.repo.tree(base))
    after |= _finished(ws, plan, sources, scanned, outcomes, transformer)
    unread = sum(path not in sources.read_paths for path in scanned.paths)
    return Frozen(plan, scanned, after, len(scanned.paths), unread)


def _changed(outcomes: Mapping[str, list[Foreseen]]) -> dict[str, bytes]:
    """Return the files that change, as they become; where rules were tried one by one, the last that could counts."""
    last = {one.path: one.after for found in outcomes.values() for one in found if one.failed is None}
    return {path: after for path, after in last.items() if after is not None}


def _whole(sources: Sources, outcomes: Mapping[str, list[Foreseen]], after: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return all files that could be rewritten, also those that stay as they are."""
    rewritten = {one.path for found in outcomes.values() for one in found if one.failed is None}
    return {**dict(sources.read(sorted(rewritten - after.keys()))), **after}


def _finished(
    ws: Workspace,
    plan: Plan,
    sources: Sources,
    scanned: ScanResult,
    outcomes: Mapping[str, list[Foreseen]],
    transformer: Transformer,
) -> Mapping[str, bytes]:
    """Return what becomes of the files of larger units once those are seen together, of those that change."""
    units = {unit for phase in plan.phases for batch in phase.batches for unit in batch.units if len(unit) > 1}
    joined = sorted({path for unit in units for path in unit})
    alone = {path: outcomes[path][0] for path in joined if len(outcomes.get(path, ())) == 1}
    content = dict(sources.read(sorted(path for path, one in alone.items() if one.failed is None)))
    rewrites = {path: as_rewrite(alone[path], source) for path, source in content.items()}
    wanted = open_sites(scanned.violations)
    jobs = [Job(path, source, wanted[path]) for path, source in content.items()]
    kit = Kit(ws.rules, scanned.project, ws.roots)
    finished = without_leftovers(sorted(units), jobs, rewrites, kit, transformer)
    return {path: one.after for path, one in finished.items() if one.after != one.before}


def _left_out(site: Violation) -> Violation:
    return replace(site, state=SiteState.EXCLUDED, reason="not-retried", detail="")


def _prioritised(ws: Workspace, scanned: ScanResult) -> tuple[Violation, ...]:
    return prioritise(scanned.violations, ws.spec, lambda: import_graph_of(scanned.desk, ws.spec), ws.roots)


def _covered(
    ws: Workspace,
    sources: Sources,
    project: Project,
    violations: tuple[Violation, ...],
    outcomes: Mapping[str, list[Foreseen]],
) -> tuple[Violation, ...]:
    """Mark as excluded what only detecting rules find and the plan's other rules mend anyway, if all goes well.

    It stays part of what was found, but waits for nobody: whether it goes is decided by those other sites.
    """
    detecting = tuple(rule for rule in ws.rules if not rule.fixes)
    alone = (found[0] for found in outcomes.values() if len(found) == 1)
    after = {one.path: one.after for one in alone if one.after is not None}
    if not detecting or not after:
        return violations
    then = refreshed(project, ws.roots, after)
    left = {one.fingerprint for one in rescan(OverlaySources(sources, after), ws.spec, detecting, then, after)}
    ids = {rule.id for rule in detecting}
    return tuple(
        replace(one, state=SiteState.EXCLUDED, reason="covered", detail="another rule of this plan mends this place")
        if one.rule in ids and one.path in after and one.state is SiteState.BLOCKED and one.fingerprint not in left
        else one
        for one in violations
    )


def foresee_file(ws: Workspace, plan: Plan, path: str, rules: tuple[str, ...]) -> str:
    """Return, as a diff, what `rules` make of one file of the plan's base; "" when nothing changes."""
    sources = CommitSources(ws.repo, plan.base_commit)
    project = survey(sources, ws.spec, ws.rules)
    wanted = open_sites(one for one in plan.violations if one.path == path and one.rule in rules)
    content = dict(sources.read((path,)))
    if path not in wanted or path not in content:
        return ""
    job = Job(path, content[path], wanted[path])
    with Transformer(1) as transformer:
        outcome = next(transformer.apply((job,), Kit(ws.rules_named(rules), project, ws.roots)))
    return "" if isinstance(outcome, FileFailed) else blob_diff(path, outcome.before, outcome.after)
