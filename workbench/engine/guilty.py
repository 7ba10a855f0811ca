"""Convicts the files that turn a gate red: runs the search on real candidates and writes down the evidence."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from workbench.engine.evidence import files_of, imports_of, is_named
from workbench.engine.foresight import Foresight
from workbench.engine.judging import Judge, Judged, is_red
from workbench.engine.made import Candidate, Made, commit
from workbench.engine.narrowing import Narrowed, Parts, narrow
from workbench.engine.session import Session
from workbench.model.errors import EnvironmentFailed
from workbench.model.gate import Judgement
from workbench.model.plan import Batch
from workbench.model.run import QuarantineRecord
from workbench.planning.spec import GateSpec
from workbench.repo.history import blob_diff
from workbench.repo.owners import owner_of

Unit = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Convicted:
    """`good` is the candidate that passed every gate without the guilty; None when nothing is left."""

    good: Candidate | None
    quarantined: tuple[QuarantineRecord, ...]
    judgements: tuple[Judgement, ...] = ()


def convict(judge: Judge, batch: Batch, candidate: Candidate, red: Judgement, *, when: int) -> Convicted:
    """Find which files of a red candidate are guilty, gate by gate, until the rest passes all of them."""
    trial = Trial(judge, batch, candidate.made, when)
    left = tuple(unit for unit in batch.units if set(unit) & set(candidate.made.after))
    quarantined: list[QuarantineRecord] = []
    while True:
        search = trial.search(left, red)
        search.look()
        trial.confirm_parent(red)
        trial.note(left, red)
        found = search.isolate()
        left = tuple(unit for unit in left if unit in found.good)
        for group in found.guilty:
            narrowed = trial.narrowed(group, left, red)
            quarantined += trial.evidence(group, red) if narrowed is None else trial.evidence_by_site(narrowed)
            if narrowed is not None:
                saved = trial.accept(narrowed, group)
                left = tuple(unit for unit in batch.units if unit in (*left, *saved))
        if not left:
            return Convicted(None, _by_file(quarantined))
        good = trial.candidate(left)
        judgements = judge.judge(batch.id, good)
        if not is_red(judgements[-1]):
            return Convicted(good, _by_file(quarantined), judgements)
        red = judgements[-1]


@dataclass(slots=True)
class Trial:
    """Makes a candidate of any part of a batch, and asks one gate about it."""

    judge: Judge
    batch: Batch
    made: Made
    when: int
    _candidates: dict[frozenset[Unit], Candidate] = field(default_factory=dict)
    _asked: dict[tuple[frozenset[Unit], str], Judgement] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        return self.judge.session

    def candidate(self, units: Iterable[Unit]) -> Candidate:
        chosen = frozenset(units)
        if chosen not in self._candidates:
            part = self.made.only(path for unit in chosen for path in unit)
            self._candidates[chosen] = commit(self.session, self.batch, part, when=self.when)
        return self._candidates[chosen]

    def ask(self, red: Judgement, units: frozenset[Unit]) -> Judgement:
        """Judge these units alone by the gate that was red; the answer is remembered."""
        asked = (units, red.report.gate)
        if asked not in self._asked:
            self._asked[asked] = self.judge.judge(self.batch.id, self.candidate(units), after=red)[-1]
        return self._asked[asked]

    def search(self, units: tuple[Unit, ...], red: Judgement) -> Foresight[Unit]:
        """Return the search for the guilty among units that turned the gate red."""
        return Foresight(
            units,
            red=partial(self.red, red),
            suspects=self.suspects(units, red),
            tests=partial(self.tests, red),
            tell=partial(self._foresee, red),
            room=self.judge.sandboxes.room,
            known={frozenset(units): True},
        )

    def _foresee(self, red: Judgement, asked: frozenset[Unit] | None, chosen: Iterable[frozenset[Unit]]) -> None:
        if self._command(red.report.gate) is not None:
            now = self.candidate(asked) if asked is not None else None
            self.judge.foresee(self.batch.id, [self.candidate(units) for units in chosen], red, asked=now)

    def note(self, units: Iterable[Unit], red: Judgement) -> None:
        """Remember what was said of these units before anybody looked for the guilty."""
        self._asked[frozenset(units), red.report.gate] = red

    def tests(self, red: Judgement, units: frozenset[Unit]) -> tuple[str, ...]:
        """Return the tests that convict these units."""
        return self.ask(red, units).convicting

    def red(self, red: Judgement, units: frozenset[Unit]) -> bool:
        """Say whether these units turn the gate red; nothing applied is green."""
        return bool(units) and is_red(self.ask(red, units))

    def suspects(self, units: tuple[Unit, ...], red: Judgement) -> frozenset[Unit]:
        """Return the units that the evidence points at: those it names, else those the failing tests import."""
        text = "\n".join((*red.convicting, *red.report.failures, *red.report.failures.values(), red.report.output))
        named = frozenset(unit for unit in units if any(is_named(path, text) for path in unit))
        if named:
            return named
        sources = self.session.sources(self.made.parent)
        tests = [path for test in red.convicting for path in files_of(test)]
        imported = {name for path, source in sources.read(dict.fromkeys(tests)) for name in imports_of(path, source)}
        roots = self.session.ws.roots
        return frozenset(unit for unit in units if any((roots.name_of(path) or ("",))[0] in imported for path in unit))

    def confirm_parent(self, red: Judgement) -> None:
        """Make sure that the gate is green without the batch; else the environment changed, and no file did it."""
        gate = self._command(red.report.gate)
        if gate is None:
            return
        session = self.session
        parent = Judged(self.made.parent, session.ws.repo.tree(self.made.parent), tuple(sorted(self.made.after)))
        if is_red(self.judge.ask(gate, self.batch.id, parent, trial=True, fresh=True)):
            raise EnvironmentFailed(
                f"the gate `{gate.id}` is red without {self.batch.id} as well: something around it changed",
                hint="mend the environment, then `workbench resume`; no file was blamed and nothing landed",
            )

    def evidence(self, group: tuple[Unit, ...], red: Judgement) -> list[QuarantineRecord]:
        """Record why a guilty set was convicted, file by file: it was red all by itself."""
        shown = self.ask(red, frozenset(group))
        paths = sorted(path for unit in group for path in unit)
        blocked = {name for name, _, _ in self.made.blocked}
        wanted = [self.session.site(name) for name in self.batch.fingerprints if name not in blocked]
        sites = {path: [one.fingerprint for one in wanted if one.path == path] for path in paths}
        return [self._record(path, sites, shown, self.made.before[path]) for path in paths]

    def narrowed(self, group: tuple[Unit, ...], left: Iterable[Unit], red: Judgement) -> Narrowed | None:
        """Find the guilty sites of a guilty set, if the plan asks for them; linked files stay together."""
        if self.session.ws.spec.run.granularity != "site" or any(len(unit) > 1 for unit in group):
            return None
        ground = self.made.only(path for unit in left for path in unit)
        return narrow(Parts(self.judge, self.batch, self.made, ground, red, self.when), [path for (path,) in group])

    def evidence_by_site(self, narrowed: Narrowed) -> list[QuarantineRecord]:
        """Record the guilty sites, file by file; what is shown is what they would add to the good ones."""
        records = []
        for names, shown in narrowed.guilty:
            sites: dict[str, list[str]] = {}
            for name in names:
                sites.setdefault(self.session.site(name).path, []).append(name)
            for path in sorted(sites):
                kept = path in narrowed.saved
                before = narrowed.made.after[path] if kept else self.made.before[path]
                records.append(self._record(path, sites, shown, before))
        return records

    def accept(self, narrowed: Narrowed, group: tuple[Unit, ...]) -> list[Unit]:
        """Go on with the good sites of a guilty set; return the units that hold some."""
        self.made = narrowed.made
        # What was said of these files was said of all of their sites.
        self._candidates = {units: one for units, one in self._candidates.items() if not units & set(group)}
        self._asked = {asked: one for asked, one in self._asked.items() if not asked[0] & set(group)}
        return [unit for unit in group if unit[0] in narrowed.saved]

    def _record(
        self, path: str, sites: Mapping[str, Sequence[str]], shown: Judgement, before: bytes
    ) -> QuarantineRecord:
        session = self.session
        return QuarantineRecord(
            batch=self.batch.id,
            path=path,
            fingerprints=tuple(sites[path]),
            gate=shown.report.gate,
            tests=shown.convicting,
            evidence=_excerpt(shown),
            diff=blob_diff(path, before, self.made.after[path]),
            owner=owner_of(session.ws.repo, session.plan.base_commit, path),
            reproduce=self._again(shown.report.gate, path, sites),
            with_paths=tuple(other for other in sorted(sites) if other != path),
        )

    def _again(self, gate: str, path: str, paths: Iterable[str]) -> str:
        """Return the command that shows the red again; what a builtin gate saw stands in the diff."""
        plan = self.session.plan.name
        if self._command(gate) is None:
            return shlex.join(["workbench", "show", plan, path])
        return shlex.join(["workbench", "gates", plan, *(word for one in sorted(paths) for word in ("--with", one))])

    def _command(self, name: str) -> GateSpec | None:
        return next((gate for gate in self.session.ws.spec.gates if gate.id == name), None)


def _by_file(records: Iterable[QuarantineRecord]) -> tuple[QuarantineRecord, ...]:
    """Join what is recorded of one file: several of its sites may be guilty, each for a reason of its own."""
    found: dict[str, QuarantineRecord] = {}
    for one in records:
        found[one.path] = _joined(found[one.path], one) if one.path in found else one
    return tuple(found.values())


def _joined(one: QuarantineRecord, other: QuarantineRecord) -> QuarantineRecord:
    return replace(
        one,
        fingerprints=tuple(dict.fromkeys((*one.fingerprints, *other.fingerprints))),
        tests=tuple(dict.fromkeys((*one.tests, *other.tests))),
        evidence="\n\n".join(dict.fromkeys((one.evidence, other.evidence))),
        diff="".join(dict.fromkeys((one.diff, other.diff))),
        with_paths=tuple(sorted({*one.with_paths, *other.with_paths})),
    )


_EXCERPT = 4000


def _excerpt(shown: Judgement) -> str:
    """Return what a person needs to see of a red gate: the messages of the convicting tests, else its output."""
    messages = [f"{test}\n{shown.report.failures[test]}" for test in shown.convicting if test in shown.report.failures]
    text = "\n\n".join(messages) or shown.reason or shown.report.output
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}\n… {len(text) - _EXCERPT} characters more"
