"""Chooses the tests that a change can reach, for gates with `select = "impacted"`; in doubt, all of them.

Tools that pick tests by coverage trust what ran last time. Here only what the code says counts, a test file is left
out only if nothing leads from it to the change, and whether its tests are all that is missing is checked afterwards.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from workbench.engine.session import Session
from workbench.gates.verdict import runs_pytest
from workbench.model.gate import GateReport, Judgement
from workbench.planning.spec import GateSpec, PlanFile
from workbench.repo.history import changed_paths
from workbench.scan.reach import Reach, Reached

_DATA = re.compile(r"(?:^|/)\.env[^/]*$|\.(?:json|toml|ya?ml|ini|cfg|txt|csv|pem|key|crt|db|sqlite3?)$")
_MOST_TEXT = 100_000
"""Systems limit one variable of the environment to 128 KiB; more files than fit are simply run."""


@dataclass(frozen=True, slots=True)
class Selection:
    """`files` are left out; `homes` maps tests to the file they lie in, as far as that is sure.

    `why` says why nothing is left out.
    """

    files: frozenset[str] = frozenset()
    homes: Mapping[str, str] = field(default_factory=dict)
    why: str = ""

    def key(self, whole: str) -> str:
        """Return the key of verdicts about this selection; `whole` is that of verdicts about all tests."""
        return hashlib.sha256("\0".join((whole, *sorted(self.files))).encode()).hexdigest()[:32]

    def gate(self, gate: GateSpec, inherited: str) -> GateSpec:
        """Return the gate so that it leaves the files out; `inherited` are pytest's options in the environment."""
        given = dict(gate.env).get("PYTEST_ADDOPTS", inherited)
        options = " ".join([given, *_ignoring(self.files, gate.cwd)]).strip()
        others = tuple((name, value) for name, value in gate.env if name != "PYTEST_ADDOPTS")
        return gate.model_copy(update={"env": (*others, ("PYTEST_ADDOPTS", options)), "min_tests": 1})

    def expected(self, baseline: GateReport, report: GateReport) -> GateReport:
        """Return the baseline without the tests that were left out."""
        before, now = baseline.tests or {}, report.tests or {}
        kept = {test: one for test, one in before.items() if test in now or self.homes.get(test) not in self.files}
        return replace(baseline, tests=kept)

    def told(self, judgement: Judgement, baseline: GateReport) -> Judgement:
        """Return the judgement with what was left out, and what that saved."""
        before, now = baseline.tests or {}, judgement.report.tests or {}
        left_out = sum(self.homes.get(test) in self.files for test in before if test not in now)
        saved = baseline.seconds - judgement.report.seconds
        words = f"{left_out} of {len(before)} tests left out, which the change does not reach"
        words += f"; {saved:.1f} s saved" if saved > 0 else ""
        return replace(judgement, reason="; ".join(filter(None, (judgement.reason, words))), left_out=left_out)

    def told_why(self) -> str:
        """Say why all tests run although a gate asks for fewer; "" where it does not."""
        return f"all tests: {self.why}" if self.why else ""

    def leaves_nothing(self, baseline: GateReport) -> bool:
        """Say whether every test of the baseline lies in a file that is left out."""
        return bool(self.files) and all(self.homes.get(test) in self.files for test in baseline.tests or {})


@dataclass(slots=True)
class Selector:
    """Knows where the files of the base lead; read once, when first asked."""

    session: Session
    _reach: Reach | None = None
    _reached: dict[tuple[str, tuple[str, ...]], Reached] = field(default_factory=dict)

    def choose(self, gate: GateSpec, commit: str, files: tuple[str, ...], baseline: GateReport | None) -> Selection:
        """Return what `gate` may leave out when it judges a change of `files` that `commit` holds."""
        if why := refusal(gate, baseline, self.session.ws.spec.run.copy_in):
            return Selection(why=why)
        assert baseline is not None
        return spared(baseline.tests or {}, self._known(), self._ask(commit, files))

    def _ask(self, commit: str, files: tuple[str, ...]) -> Reached:
        asked = (commit, files)
        if asked not in self._reached:
            since = changed_paths(self.session.ws.repo, self.session.plan.base_commit, commit)
            self._reached[asked] = self._known().touched(files, self.session.sources(commit), since)
        return self._reached[asked]

    def _known(self) -> Reach:
        if self._reach is None:
            words = words_of(self.session.ws.spec, self.session.ws.means.environ)
            self._reach = Reach(self.session.sources(self.session.plan.base_commit), words=words)
        return self._reach

    @property
    def inherited(self) -> str:
        """The options for pytest that the plan lets through from the user's environment."""
        return inherited_options(self.session.ws.spec, self.session.ws.means.environ)


def refusal(gate: GateSpec, baseline: GateReport | None, copied: Iterable[str]) -> str:
    """Say why nothing can be left out whatever the change is; "" if something can. `copied` is brought by no commit."""
    if not runs_pytest(gate.run):
        return "only pytest can be told what to leave out"
    if baseline is None or not baseline.tests or baseline.exit_code not in (0, 1):
        return "the base has no complete list of tests"
    code = [path for path in copied if not _DATA.search(path)]
    return f"`run.copy` brings {code[0]}, which no commit holds" if code else ""


def words_of(spec: PlanFile, environ: Mapping[str, str]) -> list[str]:
    """Return the words that gates are started with, as commands, variables of theirs, and variables let through."""
    given = [text for gate in spec.gates for text in (*gate.run, *(value for _, value in gate.env))]
    given += [environ.get(name, "") for name in spec.run.env]
    return [word for text in given for word in text.split()]


def inherited_options(spec: PlanFile, environ: Mapping[str, str]) -> str:
    """Return pytest's options in the user's environment, if the plan lets them through to the gates."""
    return environ.get("PYTEST_ADDOPTS", "") if "PYTEST_ADDOPTS" in spec.run.env else ""


def spared(tests: Iterable[str], reach: Reach, reached: Reached) -> Selection:
    """Leave out the files of `tests` that the change does not reach, unless one may hold a test that others may too."""
    if reached.everything:
        return Selection(why=reached.everything)
    homes, doubtful = homes_of(tests, reach)
    return Selection(frozenset(homes.values()) - reached.paths - doubtful, homes)


def homes_of(tests: Iterable[str], reach: Reach) -> tuple[dict[str, str], frozenset[str]]:
    """Return the file of each test, where only one can be it, and the files that others may lie in."""
    homes: dict[str, str] = {}
    doubtful: set[str] = set()
    for test in tests:
        found = _homes(test, reach)
        if len(found) == 1:
            (homes[test],) = found
        doubtful |= found if len(found) > 1 else set()
    return homes, frozenset(doubtful)


def _homes(test: str, reach: Reach) -> set[str]:
    head = test.partition("::")[0]
    parts = head.removesuffix(".py").replace("/", ".").split(".")
    called = [reach.called(".".join(parts[:count])) for count in range(1, len(parts) + 1)]
    return {path for paths in called for path in paths if not path.endswith("__init__.py")}


def _ignoring(files: frozenset[str], cwd: str) -> list[str]:
    options: list[str] = []
    room = _MOST_TEXT
    for path in sorted(files):
        option = shlex.quote(f"--ignore={os.path.relpath(path, cwd)}")
        room -= len(option.encode()) + 1
        if room < 0:
            break
        options.append(option)
    return options
