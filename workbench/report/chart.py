"""The burn-down as a self-contained SVG: stacked bars, a title per bar, and never colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from workbench.model.violation import Priority
from workbench.report.burndown import Step
from workbench.report.figures import counted
from workbench.report.safe import safe

COLORS = {Priority.P0: "#d1495b", Priority.P1: "#edae49", Priority.P2: "#30638e"}

_WIDTH, _HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 44, 34
_MOST_NAMES = 10
_ROOM_FOR_A_NUMBER = 28


def burn_down(steps: Sequence[Step]) -> str:
    """Return an SVG element; empty when there is nothing to show."""
    highest = max((one.total for one in steps), default=0)
    if highest == 0:
        return ""
    parts = [*_axis(highest), *_legend(), *_bars(steps, highest)]
    return (
        f'<svg role="img" aria-labelledby="burn-title burn-desc" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'xmlns="http://www.w3.org/2000/svg" font-family="inherit" font-size="11" fill="currentColor">'
        '<title id="burn-title">Sites left after each batch</title>'
        f'<desc id="burn-desc">{escape(_description(steps))}</desc>{"".join(parts)}</svg>'
    )


def _description(steps: Sequence[Step]) -> str:
    first, last = steps[0], steps[-1]
    parts = ", ".join(f"{one} from {first.left[one]} to {last.left[one]}" for one in Priority)
    batches = counted(len(steps) - 1, "batch", "batches")
    return f"From {counted(first.total, 'site')} to {last.total} in {batches}: {parts}."


def _y(value: float, highest: int) -> float:
    return _HEIGHT - _BOTTOM - value / highest * (_HEIGHT - _TOP - _BOTTOM)


def _axis(highest: int) -> list[str]:
    marks = sorted({0, highest // 2, highest})
    return [
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{_y(one, highest):.1f}" y2="{_y(one, highest):.1f}" '
        f'stroke="currentColor" stroke-opacity="0.15"/>'
        f'<text x="{_LEFT - 8}" y="{_y(one, highest) + 4:.1f}" text-anchor="end" opacity="0.7">{one}</text>'
        for one in marks
    ]


def _legend() -> list[str]:
    return [
        f'<rect x="{_LEFT + 56 * index}" y="4" width="11" height="11" rx="2" fill="{COLORS[one]}"/>'
        f'<text x="{_LEFT + 56 * index + 17}" y="13">{one}</text>'
        for index, one in enumerate(Priority)
    ]


def _bars(steps: Sequence[Step], highest: int) -> list[str]:
    pitch = (_WIDTH - _LEFT - _RIGHT) / len(steps)
    width = min(56.0, pitch * 0.72)
    named = _named(len(steps))
    drawn = []
    for index, step in enumerate(steps):
        middle = _LEFT + pitch * (index + 0.5)
        drawn.append(_bar(step, middle, width, highest))
        if index in named:
            drawn.append(_name(step, middle))
        # Between tall neighbours there is room for a number only where bars are wide; the ends always have it.
        if width >= _ROOM_FOR_A_NUMBER or index in (0, len(steps) - 1):
            drawn.append(_number(step, middle, highest))
    return drawn


def _named(count: int) -> frozenset[int]:
    """Return which bars carry their batch's name: evenly spaced ones that leave the last its room, and the last."""
    every = -(-count // _MOST_NAMES)
    return frozenset({*(one for one in range(0, count, every) if one + every < count), count - 1})


def _bar(step: Step, middle: float, width: float, highest: int) -> str:
    parts = ", ".join(f"{one} {step.left[one]}" for one in Priority)
    told = f"<title>{escape(safe(step.label))}: {step.total} left ({parts})</title>"
    below = 0
    drawn = []
    # The most urgent lies at the foot of the bar, where its end is easiest to see.
    for one in Priority:
        top, foot = _y(below + step.left[one], highest), _y(below, highest)
        below += step.left[one]
        if step.left[one]:
            drawn.append(_segment(one, middle - width / 2, top, width=width, height=foot - top))
    return f"<g>{told}{''.join(drawn)}</g>"


def _segment(priority: Priority, x: float, y: float, *, width: float, height: float) -> str:
    # A line between the parts of a bar; on a sliver it would cover the sliver.
    edge = ' stroke="var(--page, #fff)"' if height > 3 and width > 12 else ""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    shape = f'<rect {place} fill="{COLORS[priority]}"{edge}/>'
    if height < 14 or width < 20:
        return shape
    ink = "#1c1c1c" if priority is Priority.P1 else "#fff"
    where = f'x="{x + width / 2:.1f}" y="{y + height / 2 + 4:.1f}"'
    return f'{shape}<text {where} text-anchor="middle" fill="{ink}">{priority}</text>'


def _name(step: Step, middle: float) -> str:
    where = f'x="{middle:.1f}" y="{_HEIGHT - 14}"'
    return f'<text {where} text-anchor="middle" opacity="0.7">{escape(safe(step.label))}</text>'


def _number(step: Step, middle: float, highest: int) -> str:
    where = f'x="{middle:.1f}" y="{_y(step.total, highest) - 5:.1f}"'
    return f'<text {where} text-anchor="middle">{step.total}</text>'
