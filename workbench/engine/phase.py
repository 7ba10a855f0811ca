"""Ends a phase, and the run: the gates that judge only then, and what is done when one is red.

Of a red phase, the batches before the first that turns the gate red stay: the branch returns to the
savepoint before it, found by bisection, with a certificate like any rollback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.engine.batch import BatchStory
from workbench.engine.judging import Judged, in_level_order, is_red
from workbench.engine.red_proof import proven_red
from workbench.engine.rollback import back_to, on_branch
from workbench.engine.suites import measured
from workbench.engine.triggers import respond, trigger_of
from workbench.model.event import TriggerDecided
from workbench.model.gate import Verdict
from workbench.model.plan import Phase
from workbench.model.run import BatchRecord
from workbench.planning.spec import GateSpec
from workbench.repo.history import changed_paths


def close_phase(story: BatchStory, phase: Phase) -> None:
    """Judge the end of a phase by its own gates."""
    ids = {batch.id for batch in phase.batches}
    _close(story, "phase", [one for one in _on_branch(story) if one.id in ids], str(phase.priority))


def close_run(story: BatchStory) -> None:
    """Judge the end of the run by the gates that ask only then."""
    _close(story, "run", _on_branch(story), "run")


def _on_branch(story: BatchStory) -> list[BatchRecord]:
    return on_branch(story.session.ledger.load_run(story.session.run))


def _close(story: BatchStory, when: str, kept: Sequence[BatchRecord], name: str) -> None:
    gates = [gate for gate in story.session.ws.spec.gates if _asks(gate, when)]
    for gate in in_level_order(gates):
        if gate.run and gate.expect == "green" and kept and _red(story, gate, kept[-1].commit):
            if _fired(story, gate, kept[-1]):
                return
            kept = _take_back(story, gate, kept, name)
        tip = _judged(story, story.session.tip)
        judgement = story.judge.ask(gate, "", tip)
        if gate.red_proof and judgement.verdict is Verdict.PASS:
            judgement = proven_red(story.judge, gate, judgement)
        story.session.record(measured(story.session, story.judge.baseline.get(gate.id), judgement, gate))


def _take_back(story: BatchStory, gate: GateSpec, kept: Sequence[BatchRecord], name: str) -> Sequence[BatchRecord]:
    low, high = 0, len(kept) - 1
    while low < high:
        middle = (low + high) // 2
        if _red(story, gate, kept[middle].commit):
            high = middle
        else:
            low = middle + 1
    back_to(story.session, kept[low].id, target=f"{name} ({gate.id} is red from {kept[low].id} on)", mode="rollback")
    return kept[:low]


def _fired(story: BatchStory, gate: GateSpec, last: BatchRecord) -> bool:
    """Carry out the trigger on a red gate, if there is one."""
    red = story.judge.ask(gate, "", _judged(story, story.session.tip))
    trigger = trigger_of(story.session, red)
    if trigger is None:
        return False
    story.fired = True
    short = measured(story.session, story.judge.baseline.get(gate.id), red, gate)
    decided = TriggerDecided(story.session.run, trigger.gate, trigger.do, "", last.priority, red)
    story.session.record(decided, replace(short, suite=replace(short.suite, met=False)))
    respond(story.judge)
    return True


def _red(story: BatchStory, gate: GateSpec, commit: str | None) -> bool:
    return commit is not None and is_red(story.judge.ask(gate, "", _judged(story, commit), trial=True))


def _judged(story: BatchStory, commit: str) -> Judged:
    repo = story.session.ws.repo
    changed = changed_paths(repo, story.session.plan.base_commit, commit)
    return Judged(commit, repo.tree(commit), changed, final=True)


def _asks(gate: GateSpec, when: str) -> bool:
    """Say whether a gate judges at the end of a phase or run.

    One that must turn green cannot judge a batch, and one that judged batches by fewer tests judges the phase by all.
    """
    late = gate.expect == "red-then-green" or gate.select == "impacted"
    return gate.when == when or (when == "phase" and gate.when == "batch" and late)
