"""Makes the frozen plan: scan the base, foresee every rewrite, set priorities, cut batches, store it.

Terraform saves a plan and refuses a stale one; codemod tools preview with code that differs from what
they later run. Here the plan is made by the very rewrite the run will do, so what it calls blocked is
blocked, and `--diff` is what the commits will hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.codemod.project import Project
from workbench.codemod.rewrite import FileFailed, FileRewrite
from workbench.engine.following import following
from workbench.engine.leftovers import without_leftovers
from workbench.engine.means import Means
from workbench.engine.opening import open_run
from workbench.engine.other_plans import refuse_clashes
from workbench.engine.refresh import refreshed
from workbench.engine.transform import Job, Kit, Outcome, Transformer
from workbench.engine.workspace import Workspace, read_workspace, refuse_bad_plan
from workbench.model.errors import PlanFileError
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
from workbench.repo.sources import CommitSources, OverlaySources
from workbench.repo.working_tree import WorkingTreeSources
from workbench.scan.index import import_graph
from workbench.scan.scanner import ScanResult, rescan, scan, survey


@dataclass(frozen=True, slots=True)
class Frozen:
    """A plan, what was scanned to make it, and what all its rules together make of each file.

    `notes` are what else is to know before it is carried out.
    """

    plan: Plan
    scanned: ScanResult
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    notes: tuple[str, ...] = ()

    def diff(self) -> str:
        """Return the whole change as one unified diff."""
        changed = (path for path in sorted(self.after) if self.after[path] != self.before[path])
        return "".join(blob_diff(path, self.before[path], self.after[path]) for path in changed)


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


def freeze_and_store(directory: Path, plan: str | None, base: str, means: Means) -> Frozen:
    """Freeze the plan for `base` and keep it as the one `run` carries out."""
    refuse_bad_plan(directory, plan, means)
    with open_run(directory, means, owner="workbench plan") as opened:
        ws = read_workspace(opened.repo, find_plan(plan, opened.repo.root or directory), means)
        notes = refuse_clashes(ws, CommitSources(ws.repo, ws.repo.resolve(base)))
        frozen = freeze(ws, base, opened.transformer)
        opened.ledger.save_plan(frozen.plan, dumps(frozen.plan))
        return replace(frozen, notes=notes)


def scan_for(ws: Workspace, sources: Sources) -> ScanResult:
    """Scan a tree for the plan's rules; a rule that names what does not exist is a plan-file error."""
    scanned = scan(sources, ws.spec, ws.rules)
    problems = (
        *lint(ws.spec, ws.rules),
        *check_targets(ws.spec, ws.rules, scanned.project),
        *check_tree(ws.spec, ws.rules, scanned.project, sources),
    )
    if problems:
        raise PlanFileError(str(ws.spec.path), problems)
    return replace(scanned, violations=_prioritised(ws, sources, scanned.violations))


def every(_violation: Violation) -> bool:
    """Choose every violation."""
    return True


def freeze(ws: Workspace, rev: str, transformer: Transformer, *, only: Callable[[Violation], bool] = every) -> Frozen:
    """Plan the migration of the commit that `rev` names now; open sites that `only` does not choose are excluded."""
    base = ws.repo.resolve(rev)
    sources = CommitSources(ws.repo, base)
    scanned = scan_for(ws, sources)
    outcomes = foresee(ws, sources, scanned, transformer)
    rewrites = [one for found in outcomes.values() for one in found if not isinstance(one, FileFailed)]
    after = {one.path: one.after for one in rewrites}
    settled = following(_settle(scanned.violations, outcomes), scanned.project, ws.roots, after)
    violations = _covered(ws, sources, scanned.project, settled, outcomes)
    violations = tuple(one if one.state is not SiteState.OPEN or only(one) else _left_out(one) for one in violations)
    plan = make_plan(ws.spec, ws.rules, violations, base_rev=rev, base_commit=base, base_tree=ws.repo.tree(base))
    after |= _finished(ws, plan, sources, scanned, outcomes, transformer)
    return Frozen(plan, scanned, before={one.path: one.before for one in rewrites}, after=after)


def _finished(
    ws: Workspace,
    plan: Plan,
    sources: Sources,
    scanned: ScanResult,
    outcomes: Mapping[str, list[Outcome]],
    transformer: Transformer,
) -> Mapping[str, bytes]:
    """Return what becomes of the files of larger units once those are seen together."""
    units = {unit for phase in plan.phases for batch in phase.batches for unit in batch.units if len(unit) > 1}
    joined = sorted({path for unit in units for path in unit})
    alone = (outcomes[path][0] for path in joined if len(outcomes.get(path, ())) == 1)
    rewrites = {one.path: one for one in alone if isinstance(one, FileRewrite)}
    wanted = open_sites(scanned.violations)
    jobs = [Job(path, content, wanted[path]) for path, content in sources.read(sorted(rewrites))]
    kit = Kit(ws.rules, scanned.project, ws.roots)
    finished = without_leftovers(sorted(units), jobs, rewrites, kit, transformer)
    return {path: one.after for path, one in finished.items()}


def _left_out(site: Violation) -> Violation:
    return replace(site, state=SiteState.EXCLUDED, reason="not-retried", detail="")


def _prioritised(ws: Workspace, sources: Sources, violations: tuple[Violation, ...]) -> tuple[Violation, ...]:
    return prioritise(violations, ws.spec, lambda: import_graph(sources, ws.spec), ws.roots)


def foresee(
    ws: Workspace, sources: Sources, scanned: ScanResult, transformer: Transformer
) -> Mapping[str, list[Outcome]]:
    """Rewrite in memory every file with an open site; the outcomes by path.

    A file whose rules fail together is tried rule by rule, so that only the failing ones are blamed.
    """
    kit = Kit(ws.rules, scanned.project, ws.roots)
    wanted = open_sites(scanned.violations)
    content = dict(sources.read(sorted(wanted)))
    jobs = [Job(path, content[path], wanted[path]) for path in sorted(wanted)]
    outcomes = {one.path: [one] for one in transformer.apply(jobs, kit)}
    apart = [
        Job(job.path, job.source, {rule: sites})
        for job in jobs
        if isinstance(outcomes[job.path][0], FileFailed) and len(job.wanted) > 1
        for rule, sites in job.wanted.items()
    ]
    for path in {job.path for job in apart}:
        outcomes[path] = []
    for one in transformer.apply(apart, kit):
        outcomes[one.path].append(one)
    return outcomes


def open_sites(violations: Iterable[Violation]) -> dict[str, dict[str, frozenset[str]]]:
    """Return the fingerprints of open sites, by path and rule."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in violations:
        if one.state is SiteState.OPEN:
            found[one.path][one.rule].add(one.fingerprint)
    return {path: {rule: frozenset(sites) for rule, sites in rules.items()} for path, rules in found.items()}


def _settle(violations: Iterable[Violation], outcomes: Mapping[str, list[Outcome]]) -> Iterable[Violation]:
    """Mark as blocked what no rewrite of its file could mend."""
    fixed: set[str] = set()
    blocked: dict[str, tuple[str, str]] = {}
    failed: dict[str, FileFailed] = {}
    for found in outcomes.values():
        for one in found:
            if isinstance(one, FileFailed):
                failed[one.path] = one
            else:
                fixed.update(one.fixed)
                blocked.update({name: (why.code, why.detail) for name, why in one.blocked})
    for site in violations:
        if site.state is not SiteState.OPEN or site.fingerprint in fixed:
            yield site
            continue
        failure = failed.get(site.path)
        fallback = (failure.reason, failure.detail) if failure else ("drifted", "")
        reason, detail = blocked.get(site.fingerprint, fallback)
        yield replace(site, state=SiteState.BLOCKED, reason=reason, detail=detail)


def _covered(
    ws: Workspace,
    sources: Sources,
    project: Project,
    violations: tuple[Violation, ...],
    outcomes: Mapping[str, list[Outcome]],
) -> tuple[Violation, ...]:
    """Mark as excluded what only detecting rules find and the plan's other rules mend anyway, if all goes well.

    It stays part of what was found, but waits for nobody: whether it goes is decided by those other sites.
    """
    detecting = tuple(rule for rule in ws.rules if not rule.fixes)
    alone = (found[0] for found in outcomes.values() if len(found) == 1)
    after = {one.path: one.after for one in alone if isinstance(one, FileRewrite) and one.after != one.before}
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
