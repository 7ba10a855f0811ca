"""Ends a rollback: holds the tree against the recorded one, and tells where the gates stand on what is there again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.engine.ending import unpin
from workbench.engine.session import Session
from workbench.engine.suites import remembered_standings
from workbench.ledger.verdicts import gate_record
from workbench.model.event import BaselineJudged, Event, GateJudged, RollbackStarted, RolledBack
from workbench.model.gate import Judgement
from workbench.model.run import Certificate
from workbench.repo.measure import measure

_NOT_RECORDED = "not recorded"


def certify(session: Session, back: RollbackStarted) -> Certificate:
    """Record that a rollback reached its commit, with what is remembered of that tree; returns the certificate.

    The expected tree is the one recorded when its commit was made, kept or reverted to, and never asked of git.
    """
    unpin(session)
    repo, tree = session.ws.repo, session.ws.repo.tree(session.tip)
    events = tuple(one.event for one in session.ledger.events(session.run))
    judged = _judged(events, tree)
    certificate = Certificate(
        target=back.target,
        mode=back.mode,
        from_commit=back.from_commit,
        from_tree=repo.tree(back.from_commit),
        to_commit=session.tip,
        to_tree=repo.tree(back.to_commit),
        expected_tree=_recorded(session, events).get(session.tip, _NOT_RECORDED),
        actual_tree=tree,
        batches=back.batches,
        gates=tuple(gate_record(one) for one in judged.values()),
        before=back.checkout,
        after=measure(repo),
        judged=back.judged,
    )
    session.record(RolledBack(session.run, certificate), *remembered_standings(session, judged))
    return certificate


def _recorded(session: Session, events: Sequence[Event]) -> dict[str, str]:
    """Return the trees that the ledger knows by commit: of the base, of batches, and of what reverted them."""
    record = session.ledger.load_run(session.run)
    known = {one.commit: one.tree for one in record.batches if one.commit is not None and one.tree is not None}
    reverted = {one.to_commit: one.to_tree for one in events if isinstance(one, RollbackStarted) and one.to_tree}
    return {record.base: record.base_tree, **known, **reverted}


def _judged(events: Sequence[Event], tree: str) -> dict[str, Judgement]:
    """Return what each gate said last of a tree, in earnest: trials ask for parts of a batch, or ask again."""
    said = (
        one.judgement
        for one in events
        if isinstance(one, BaselineJudged | GateJudged) and one.tree == tree and not getattr(one, "trial", False)
    )
    return {one.report.gate: replace(one, cached=True) for one in said}
