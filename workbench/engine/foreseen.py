"""What the rules make of every file, before anything is written: done anew only where it is not remembered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.codemod.rewrite import FileFailed, FileRewrite
from workbench.engine.transform import Job, Kit, Outcome, Transformer, Wanted
from workbench.engine.workspace import Workspace
from workbench.model.violation import Blocked, SiteState, Violation
from workbench.scan.scanner import ScanResult


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What becomes of one file: `after`, None where it stays as it is, or why it cannot be rewritten at all.

    `fixed` and `blocked` name its wanted sites by fingerprint.
    """

    path: str
    after: bytes | None = None
    fixed: tuple[str, ...] = ()
    blocked: tuple[tuple[str, Blocked], ...] = ()
    failed: FileFailed | None = None


def foresee(ws: Workspace, scanned: ScanResult, transformer: Transformer) -> Mapping[str, list[Foreseen]]:
    """Rewrite in memory every file with an open site; what becomes of it, by path.

    A file whose rules fail together is tried rule by rule, so that only the failing ones are blamed.
    """
    kit = Kit(ws.rules, scanned.project, ws.roots)
    wanted = open_sites(scanned.violations)
    outcomes = {one.path: [one] for one in _each(sorted(wanted.items()), scanned, kit, transformer)}
    apart = [
        (path, {rule: sites})
        for path, rules in sorted(wanted.items())
        if outcomes[path][0].failed is not None and len(rules) > 1
        for rule, sites in rules.items()
    ]
    for path, _ in apart:
        outcomes[path] = []
    for one in _each(apart, scanned, kit, transformer):
        outcomes[one.path].append(one)
    return outcomes


def _each(
    asked: Sequence[tuple[str, Wanted]], scanned: ScanResult, kit: Kit, transformer: Transformer
) -> Iterator[Foreseen]:
    """Yield what becomes of some files, in order, where just those sites of theirs are wanted."""
    memory, keys = scanned.desk.memory, [_key(scanned, path, wanted) for path, wanted in asked]
    known = [memory.recall("foreseen", key, Foreseen) if key else None for key in keys]
    todo = [one for one, found in zip(asked, known, strict=True) if found is None]
    content = dict(scanned.desk.sources.read(sorted({path for path, _ in todo})))
    fresh = transformer.apply([Job(path, content[path], wanted) for path, wanted in todo], kit)
    for key, found in zip(keys, known, strict=True):
        told = found or _told(next(fresh))
        if found is None and key and _lasts(told):
            memory.keep("foreseen", key, told)
        yield told


def _key(scanned: ScanResult, path: str, wanted: Wanted) -> str:
    named = [f"{rule} {' '.join(sorted(sites))}" for rule, sites in wanted.items()]
    return scanned.desk.named(path, scanned.learned, *named) if scanned.learned else ""


def _lasts(told: Foreseen) -> bool:
    """Say whether it would come out the same again: what was too slow or died may have met a busy machine."""
    return told.failed is None or told.failed.reason not in ("too-slow", "crashed", "too-deep")


def _told(outcome: Outcome) -> Foreseen:
    if isinstance(outcome, FileFailed):
        return Foreseen(outcome.path, failed=outcome)
    after = outcome.after if outcome.after != outcome.before else None
    return Foreseen(outcome.path, after, outcome.fixed, outcome.blocked)


def as_rewrite(one: Foreseen, source: bytes) -> FileRewrite:
    """Return what becomes of a file together with the file as it is."""
    return FileRewrite(one.path, source, source if one.after is None else one.after, one.fixed, one.blocked)


def open_sites(violations: Iterable[Violation]) -> dict[str, dict[str, frozenset[str]]]:
    """Return the fingerprints of open sites, by path and rule."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in violations:
        if one.state is SiteState.OPEN:
            found[one.path][one.rule].add(one.fingerprint)
    return {path: {rule: frozenset(sites) for rule, sites in rules.items()} for path, rules in found.items()}


def settle(violations: Iterable[Violation], outcomes: Mapping[str, list[Foreseen]]) -> Iterable[Violation]:
    """Mark as blocked what no rewrite of its file could mend."""
    fixed: set[str] = set()
    blocked: dict[str, tuple[str, str]] = {}
    failed: dict[str, FileFailed] = {}
    for found in outcomes.values():
        for one in found:
            if one.failed is not None:
                failed[one.path] = one.failed
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
