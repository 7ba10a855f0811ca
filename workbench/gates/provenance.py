"""Proves that the gates test the sandbox: an editable install of the user's checkout is imported first otherwise.

Two proofs. The probe asks, in the gates' own environment, where each top-level package would come from.
The canary is a candidate in which a module raises a nonce: a gate that stays green did not import it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.gates import probe
from workbench.gates.bench import Bench
from workbench.gates.process import run_process
from workbench.model.errors import ProvenanceFailed
from workbench.model.gate import GateReport, Verdict

_SECONDS = 60.0
_MEND = (
    "put the source roots first with `pythonpath` under [run], or uninstall the editable install that comes before them"
)


@dataclass(frozen=True, slots=True)
class Proof:
    """Where each package is imported from; all of it lies in the sandbox."""

    origins: Mapping[str, str]


def prove(bench: Bench, packages: tuple[str, ...]) -> Proof:
    """Show that every one of the top-level `packages` would be imported from the sandbox.

    Raises ProvenanceFailed naming the packages that would not, and where they would come from.
    """
    found = _probe(bench, packages)
    sandbox = bench.sandbox.resolve()
    origins = {package: places[0] for package, places in found.items() if places}
    strange = [
        f"{package} comes from {origins[package]}, not from {sandbox}"
        if package in origins
        else f"{package} is not found"
        for package in packages
        if package not in origins or not Path(origins[package]).resolve().is_relative_to(sandbox)
    ]
    if strange:
        raise ProvenanceFailed(f"the gates would not test the sandbox: {'; '.join(strange)}", hint=_MEND)
    return Proof(origins)


def installed(bench: Bench, packages: tuple[str, ...]) -> dict[str, str]:
    """Return those of the top-level `packages` that the interpreter also finds outside the sandbox, with the place.

    A gate that does not heed PYTHONPATH (`python -I`, a program of its own) would test those.
    """
    without = {name: value for name, value in bench.env.items() if name != "PYTHONPATH"}
    found = _probe(replace(bench, env=without), packages)
    sandbox = bench.sandbox.resolve()
    return {
        package: places[0]
        for package, places in found.items()
        if places and not Path(places[0]).resolve().is_relative_to(sandbox)
    }


_DEAF = re.compile(r"\{python\}(?:\s+-[WX]\s+\S+|\s+-\w+)*?\s+-\w*[IES]")


def is_deaf(command: Sequence[str]) -> bool:
    """Say whether a command runs Python so that PYTHONPATH, or what watches its imports, is not heeded."""
    return bool(_DEAF.search(" ".join(command)))


def canary_source(nonce: str) -> bytes:
    """Return a module that raises `nonce` as soon as it is imported, past any `except Exception`."""
    return f"class Canary(BaseException):\n    pass\n\n\nraise Canary({nonce!r})\n".encode()


def canary_verdict(report: GateReport, nonce: str) -> bool:
    """Say whether a gate that judged the canary saw it: it was not green, and the nonce is in what it said."""
    said = "\n".join((report.output, *report.failures.values()))
    return report.verdict in (Verdict.FAIL, Verdict.ERROR) and nonce in said


def _probe(bench: Bench, packages: tuple[str, ...]) -> dict[str, list[str]]:
    with tempfile.TemporaryDirectory(prefix="probe-", dir=bench.scratch) as directory:
        answer, output = Path(directory, "answer.json"), Path(directory, "output")
        ended = run_process(
            [str(bench.python), "-c", Path(probe.__file__).read_text("utf-8"), str(answer), *packages],
            cwd=bench.sandbox,
            env=bench.env,
            timeout=_SECONDS,
            output=output,
            inherit=bench.inherit,
        )
        if ended.exit_code != 0 or not answer.is_file():
            last = output.read_text("utf-8", "replace").strip().splitlines()[-1:]
            why = ended.reason or "".join(last) or f"exit code {ended.exit_code}"
            raise ProvenanceFailed(
                f"nobody could tell where the gates import from: {why}",
                hint=f"try {bench.python} by hand; the gates need it too",
            )
        found: dict[str, list[str]] = json.loads(answer.read_text("utf-8"))
        return found
