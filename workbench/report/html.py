"""The report as one HTML file that can be mailed and opened anywhere: no script, no network, light or dark."""

from __future__ import annotations

import re
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from workbench.model.flips import flips
from workbench.model.run import RunRecord
from workbench.model.violation import SiteState, Violation, totals
from workbench.report import figures
from workbench.report.burndown import steps
from workbench.report.chart import burn_down
from workbench.report.reasons import reason
from workbench.report.safe import safe, safe_lines

_TICKS = re.compile("`([^`]+)`")


def html_report(record: RunRecord) -> str:
    """Return a complete document. Everything that comes from outside is escaped, twice over where it can obey."""
    walk = steps(record)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            record=record,
            every=totals(record.violations, record.rules),
            batches=sorted(record.batches, key=lambda one: (one.seq, one.id)),
            quarantined=sorted(record.quarantined, key=lambda one: (one.path, one.batch)),
            blocked=_by_reason(record, SiteState.BLOCKED),
            excluded=_by_reason(record, SiteState.EXCLUDED),
            flips=flips(record),
            steps=walk,
            # Drawn by us from numbers, with its labels escaped where they are set.
            chart=Markup(burn_down(walk)),  # noqa: S704
        )
    )


def _by_reason(record: RunRecord, state: SiteState) -> list[tuple[str, list[Violation]]]:
    mine = (one for one in record.violations if one.state is state)
    ordered = sorted(mine, key=lambda one: (one.reason, one.path, one.place, one.rule))
    return [(code, list(group)) for code, group in groupby(ordered, key=lambda one: one.reason)]


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("workbench.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters |= {
        "counted": figures.counted,
        "duration": figures.duration,
        "gate_runs": figures.gate_runs,
        "moment": figures.moment,
        "proof": figures.proof,
        "rate": figures.rate,
        "goal": figures.goal,
        "short": figures.short,
        "lines": lambda text: Markup(escape(safe_lines(text))),  # noqa: S704  escaped in the same breath
        "reason": reason,
        "ticks": _ticks,
        "words": lambda text: str(text).replace("_", " "),
    }
    return environment


def _ticks(text: str) -> Markup:
    """Return a sentence of ours with its backticks as code."""
    return Markup(_TICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped in the same breath


def _visible(value: object) -> object:
    """Make every string the template prints safe for a reader's eye too: bidi and control characters show."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else safe(value)
