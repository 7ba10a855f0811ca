"""Proves that a green detector still detects: with a violation put back it must turn red.

A test that turned green because it stopped looking is green for ever. So the files of some mended sites, one rule
after the other, get their old content back in a commit that is on no branch, one file at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workbench.engine.judging import Judge, Judged
from workbench.model.gate import Judgement, Verdict
from workbench.model.violation import SiteState
from workbench.planning.spec import GateSpec
from workbench.repo.candidate import build_candidate

_AT_MOST = 3


def proven_red(judge: Judge, gate: GateSpec, green: Judgement) -> Judgement:
    """Return `green`, the gate's pass on the tip, with what proves it; unverified if nothing turns the gate red."""
    session, tried = judge.session, []
    for path, content in _mended(judge):
        built = build_candidate(
            session.ws.repo,
            parent=session.tip,
            changes={path: content},
            message=f"{path} as it was, to see {gate.id} red",
            when=session.started,
            name=session.identity,
        )
        tried.append(path)
        asked = judge.ask(gate, "", Judged(built.commit, built.tree, (path,), final=True), trial=True)
        if asked.verdict is Verdict.FAIL:
            return replace(green, reason=f"red again with {path} as it was")
    told = f"still green with {', '.join(tried)} as before" if tried else "nothing was mended that could be put back"
    return replace(green, verdict=Verdict.UNVERIFIED, reason=f"no proof that it detects: {told}")


def _mended(judge: Judge) -> Iterator[tuple[str, bytes]]:
    """Yield files whose sites were mended, with their bytes at the base: the first of each rule, three at most."""
    session = judge.session
    record = session.ledger.load_run(session.run)
    chosen: dict[str, str] = {}
    for site in sorted(record.violations, key=lambda one: (one.rule, one.path)):
        if site.state is SiteState.FIXED and site.path not in chosen.values():
            chosen.setdefault(site.rule, site.path)
    yield from list(session.sources(session.plan.base_commit).read(list(chosen.values())[:_AT_MOST]))
