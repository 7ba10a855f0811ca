"""`python -m benchmarks [rounds] [w1 w2 w3]`: scan and rewrite Home Assistant with workbench and ast-grep, in turns.

Prints a table and writes `benchmarks.json` beside it. Machines are shared and noisy, so what counts is the ratio of CPU
seconds within a round; the median over the rounds is shown. What was found stands beside what it cost.
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_cache_path

from benchmarks.processes import Cost, adopt_orphans, cost_of
from benchmarks.work import ITEMS, Line, Work
from tests.real.conftest import HOMEASSISTANT
from tests.real.opinions import REQUIREMENTS, complaints
from tests.real.released import environment, unpacked
from tests.real.workshop import Workshop

_PEER = ("ast-grep-cli==0.51.1",)


@dataclass(frozen=True)
class Row:
    """One measure: CPU seconds of both by round, their ratio, and what came of it, as (workbench, ast-grep)."""

    what: str
    workbench: list[float]
    peer: list[float]
    ratio: float
    told: dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Bench:
    """A tree with its plan and the peer's rules; `python` has the peer beside it."""

    work: Work
    shop: Workshop
    rules: Path
    python: Path
    truth: set[Line]

    def ours(self, *words: str) -> Cost:
        command = [sys.executable, "-m", "workbench", "-C", str(self.shop.root), "--json", *words]
        return cost_of(command, cwd=self.shop.home, env=self.shop.environ())

    def peers(self, *words: str, root: Path | None = None) -> Cost:
        command = [str(self.python.with_name("ast-grep")), "scan", "--rule", str(self.rules), *words, "."]
        return cost_of(command, cwd=root or self.shop.root, env=self.shop.environ())

    def scan(self, rounds: int) -> Row:
        """Both only look."""
        pairs = [
            (self.ours("scan", self.work.name, "--commit", "HEAD"), self.peers("--json=stream")) for _ in range(rounds)
        ]
        violations = json.loads(pairs[-1][0].output)["violations"]
        ours = [(one["path"], one["line"]) for one in violations if one["state"] == "open"]
        told = [json.loads(line) for line in pairs[-1][1].output.splitlines()]
        peers = [(one["file"], one["range"]["start"]["line"] + 1) for one in told]
        return self._row("scan", pairs, ours, [one for one in peers if one[0] != self.work.home])

    def rewrite(self, rounds: int, checker: Path) -> Iterator[Row]:
        """The peer writes in place; workbench plans, which rewrites and checks in memory, then runs to the end."""
        plans, runs = [], []
        for number in range(rounds):
            copy = self.shop.root.parent / f"{self.work.name}-{number}"
            shutil.copytree(self.shop.root, copy, symlinks=True)
            peer = self.peers("--update-all", root=copy)
            plans.append((self.ours("plan", self.work.name), peer))
            runs.append((self.ours("run", self.work.name), peer))
            if number < rounds - 1:
                shutil.rmtree(copy)
                self.shop.git("branch", "-D", f"workbench/{self.work.name}")
                shutil.rmtree(self.shop.root / ".git" / "workbench")
        after = self.shop.checkout(f"workbench/{self.work.name}", self.shop.home / "after")
        paths = {path for path, _ in self.truth}
        before = complaints(checker, self.shop.root, paths)
        wrong = tuple(sum((complaints(checker, one, paths) - before).values()) for one in (after, copy))
        fixed = json.loads(runs[-1][0].output)["totals"]["fixed"]
        told = {"fixed": (fixed, self._applied(peer)), "newly wrong": (wrong[0], wrong[1])}
        yield Row(f"{self.work.name} plan (rewrite, checks)", *_seconds(plans), told)
        yield Row(f"{self.work.name} plan, run (gates, commits)", *_seconds(self._sum(plans, runs)), told)

    def _applied(self, peer: Cost) -> int:
        """Return how many changes the peer says it made, its own home file's included."""
        words = re.findall(r"Applied (\d+) change", peer.said)
        return int(words[0]) if words else 0

    def _sum(self, plans: Sequence[tuple[Cost, Cost]], runs: Sequence[tuple[Cost, Cost]]) -> list[tuple[Cost, Cost]]:
        both = zip(plans, runs, strict=True)
        return [(Cost(a.cpu + b.cpu, a.wall + b.wall, b.code, b.output, b.said), peer) for (a, peer), (b, _) in both]

    def _row(self, what: str, pairs: list[tuple[Cost, Cost]], ours: list[Line], peers: list[Line]) -> Row:
        seen = (set(ours), set(peers))
        told = {
            "found": (len(ours), len(peers)),
            "missed": (len(self.truth - seen[0]), len(self.truth - seen[1])),
            "extra": (len(seen[0] - self.truth), len(seen[1] - self.truth)),
        }
        return Row(f"{self.work.name} {what}", *_seconds(pairs), told)


def _seconds(pairs: Sequence[tuple[Cost, Cost]]) -> tuple[list[float], list[float], float]:
    ratio = statistics.median(ours.cpu / peer.cpu for ours, peer in pairs)
    return [round(one.cpu, 2) for one, _ in pairs], [round(one.cpu, 2) for _, one in pairs], round(ratio, 2)


def measure(rounds: int, chosen: Sequence[str], place: Path, store: Path) -> Iterator[Row]:
    """Yield a row for every measure, as it is taken."""
    peer, checker = environment(_PEER, store), environment(REQUIREMENTS, store)
    for work in (one for one in ITEMS if not chosen or one.name in chosen):
        home = place / f"{work.name}-home"
        home.mkdir()
        shop = Workshop(unpacked(HOMEASSISTANT, store, place / work.name), home)
        work.prepare(shop.root)
        # Nothing of git's own housekeeping may be at work while others are measured.
        shop.git("init", "--quiet", "--template=", "--initial-branch=main")
        shop.git("config", "gc.auto", "0")
        shop.begin(work.name, work.plan)
        rules = home / "rules.yml"
        rules.write_text(work.peer, encoding="utf-8")
        bench = Bench(work, shop, rules, peer, work.lines(shop.root))
        yield bench.scan(rounds)
        yield from bench.rewrite(rounds, checker)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    store = user_cache_path("workbench") / "released"
    store.mkdir(parents=True, exist_ok=True)
    adopt_orphans()
    print(f"{'':32}{'CPU s':>8}{'ast-grep':>10}{'ratio':>7}   what came of it (in brackets: of ast-grep)")
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for row in measure(rounds, sys.argv[2:], Path(place), store):
            rows.append(row)
            told = ", ".join(f"{name} {ours} ({peers})" for name, (ours, peers) in row.told.items())
            spent = (statistics.median(row.workbench), statistics.median(row.peer))
            print(f"{row.what:32}{spent[0]:8.1f}{spent[1]:10.1f}{row.ratio:7.2f}   {told}", flush=True)
    Path("benchmarks.json").write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
