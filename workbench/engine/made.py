"""What the rewriting of a batch made of its files, and any part of it as a candidate commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.codemod.project import ModuleFacts
from workbench.codemod.rewrite import FileFailed
from workbench.engine.formatting import format_files
from workbench.engine.leftovers import without_leftovers
from workbench.engine.session import Session
from workbench.engine.transform import Job, Kit
from workbench.model.plan import Batch
from workbench.repo.candidate import build_candidate
from workbench.repo.trailers import render


@dataclass(frozen=True, slots=True)
class Made:
    """`before` and `after` hold the files that changed; `fixed` their mended fingerprints.

    `blocked` lists (fingerprint, reason code, detail) of the sites that stayed. `facts`, by path, are those that were
    read when the files were rewritten.
    """

    parent: str
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    fixed: Mapping[str, tuple[str, ...]]
    blocked: tuple[tuple[str, str, str], ...]
    facts: Mapping[str, ModuleFacts]

    def only(self, paths: Iterable[str]) -> Made:
        """Return the part of the change that touches `paths`."""
        kept = sorted(set(paths) & set(self.after))
        return Made(
            self.parent,
            {path: self.before[path] for path in kept},
            {path: self.after[path] for path in kept},
            {path: self.fixed[path] for path in kept},
            (),
            {path: self.facts[path] for path in kept if path in self.facts},
        )

    def joined(self, other: Made) -> Made:
        """Return this change with that of other files, or another one of the same files."""
        return Made(
            self.parent,
            {**self.before, **other.before},
            {**self.after, **other.after},
            {**self.fixed, **other.fixed},
            self.blocked,
            {**{path: one for path, one in self.facts.items() if path not in other.after}, **other.facts},
        )

    def sites(self) -> tuple[str, ...]:
        return tuple(name for path in sorted(self.fixed) for name in self.fixed[path])


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commit that is on no branch yet, and the change it holds."""

    commit: str
    tree: str
    made: Made


def make(session: Session, batch: Batch) -> Made:
    """Rewrite the files of `batch` as they are at the tip."""
    wanted = _wanted(session, batch)
    content = dict(session.sources(session.tip).read(sorted(wanted)))
    gone = [(name, "file-gone", path) for path in wanted if path not in content for name in _names(wanted[path])]
    kit = Kit(session.ws.rules_named(batch.rules), session.project, session.ws.roots, facts=True)
    jobs = [Job(path, content[path], wanted[path]) for path in sorted(content)]
    after: dict[str, bytes] = {}
    fixed: dict[str, tuple[str, ...]] = {}
    read: dict[str, ModuleFacts] = {}
    blocked: list[tuple[str, str, str]] = gone
    outcomes = list(session.transformer.apply(jobs, kit))
    for outcome in outcomes:
        if isinstance(outcome, FileFailed):
            blocked += [(name, outcome.reason, outcome.detail) for name in _names(wanted[outcome.path])]
    rewrites = {one.path: one for one in outcomes if not isinstance(one, FileFailed)}
    for outcome in without_leftovers(batch.units, jobs, rewrites, kit, session.transformer).values():
        blocked += [(name, why.code, why.detail) for name, why in outcome.blocked]
        if outcome.after != outcome.before:
            after[outcome.path], fixed[outcome.path] = outcome.after, outcome.fixed
            read |= {outcome.path: outcome.facts} if outcome.facts is not None else {}
    before = {path: content[path] for path in after}
    formatted = format_files(session, after)
    read = {path: facts for path, facts in read.items() if formatted[path] == after[path]}
    return Made(session.tip, before, formatted, fixed, tuple(sorted(blocked)), read)


def remade(session: Session, batch: Batch, made: Made, path: str, names: tuple[str, ...]) -> Made | None:
    """Rewrite one file again, for some of its sites; None unless those can be mended without the others."""
    by_rule: dict[str, set[str]] = defaultdict(set)
    for name in names:
        by_rule[session.site(name).rule].add(name)
    kit = Kit(session.ws.rules_named(batch.rules), session.project, session.ws.roots)
    wanted = {rule: frozenset(sites) for rule, sites in by_rule.items()}
    (outcome,) = session.transformer.apply([Job(path, made.before[path], wanted)], kit)
    if isinstance(outcome, FileFailed) or outcome.blocked or set(outcome.fixed) != set(names):
        return None
    after = format_files(session, {path: outcome.after})
    return Made(made.parent, {path: outcome.before}, after, {path: names}, (), {})


def commit(session: Session, batch: Batch, made: Made, *, when: int) -> Candidate:
    """Build the candidate for `made`; the same inputs give the same commit id."""
    built = build_candidate(
        session.ws.repo,
        parent=made.parent,
        changes=made.after,
        message=_message(session, batch, made),
        when=when,
        name=session.identity,
    )
    return Candidate(built.commit, built.tree, made)


def _names(wanted: Mapping[str, frozenset[str]]) -> list[str]:
    return sorted(name for names in wanted.values() for name in names)


def _wanted(session: Session, batch: Batch) -> dict[str, dict[str, frozenset[str]]]:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name in batch.fingerprints:
        site = session.site(name)
        found[site.path][site.rule].add(name)
    return {path: {rule: frozenset(sites) for rule, sites in rules.items()} for path, rules in found.items()}


def _message(session: Session, batch: Batch, made: Made) -> str:
    plan, sites = session.plan, made.sites()
    noun = "site" if len(sites) == 1 else "sites"
    subject = f"{batch.id} {plan.name}: {', '.join(batch.rules)} in {batch.package} ({len(sites)} {noun})"
    whys = [f"{rule.id}: {rule.parameters.why}" for rule in session.ws.rules_named(batch.rules) if rule.parameters.why]
    files = [f"- {path} ({len(made.fixed[path])})" for path in sorted(made.fixed)]
    heading = " ".join(part for part in (plan.title, plan.issue) if part)
    paragraphs = [heading, "\n".join(whys), "\n".join(files)]
    trailers = {
        "Workbench-Plan": plan.name,
        "Workbench-Digest": plan.digest,
        "Workbench-Run": session.run,
        "Workbench-Batch": batch.id,
        "Workbench-Rules": ", ".join(batch.rules),
        "Workbench-Sites": str(len(sites)),
    }
    return render(subject, "\n\n".join(part for part in paragraphs if part), trailers)
