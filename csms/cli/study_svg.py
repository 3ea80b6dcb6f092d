"""Charts of a study as SVG that stands in the page itself: no script, no font, no file beside it.

Colours are the page's variables, so that a chart follows its theme.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

_WIDTH: Final = 860
_ROW: Final = 34
_LABEL: Final = 210
_RIGHT: Final = 96
_TOP: Final = 10
_AXIS: Final = 34
_PLOT_HEIGHT: Final = 360


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A value with its interval.

    Attributes:
        kind: Class of colour: `ours`, `other` or `bound`.
        group: What stands above it, where it begins a group.
    """

    label: str
    value: float
    low: float
    high: float
    kind: str
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Points that belong together.

    Attributes:
        kind: Class of colour and stroke.
    """

    label: str
    points: Sequence[tuple[float, float]]
    kind: str


def bars(title: str, values: Sequence[Bar], unit: str) -> str:
    """Draw horizontal bars, each with its interval and its number."""
    top = max([bar.high for bar in values if bar.high < 4 * bar.value] + [b.value for b in values])
    ticks = nice_ticks(0.0, max(top, 1.0))
    right = _WIDTH - _RIGHT
    scale = (right - _LABEL) / ticks[-1]
    parts, y = [], float(_TOP)
    for bar in values:
        if bar.group:
            y += _ROW * 0.8
            parts.append(_text(0, y - 8, bar.group, "group"))
        parts.append(_bar(bar, y, scale, right))
        y += _ROW
    grid = [_tick(_LABEL + tick * scale, _TOP, y, tick) for tick in ticks]
    grid.append(_text(_LABEL, y + _AXIS - 2, unit, "unit"))
    return _svg(title, y + _AXIS, [*grid, *parts])


def curves(title: str, lines: Sequence[Curve], labels: tuple[str, str], goal: float) -> str:
    """Draw curves over a common axis, and the goal as a line; labels are those of x and y."""
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    across = nice_ticks(0.0, max(xs))
    up = nice_ticks(floor(min([*ys, goal])), 100.0)
    left, right, top = 56, _WIDTH - 190, _TOP + 22
    bottom = top + _PLOT_HEIGHT

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            left + (right - left) * x / across[-1],
            bottom - _PLOT_HEIGHT * (y - up[0]) / (up[-1] - up[0]),
        )

    parts = [_tick(at(tick, up[0])[0], top, bottom, tick) for tick in across]
    parts += [_level(left, right, at(0, tick)[1], tick) for tick in up]
    parts.append(
        f'<line class="goal" x1="{left}" x2="{right}" y1="{at(0, goal)[1]:.1f}" '
        f'y2="{at(0, goal)[1]:.1f}"/>'
    )
    ends = _apart([at(*line.points[-1])[1] for line in lines])
    for line, end in zip(lines, ends, strict=True):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in line.points))
        last_x = at(*line.points[-1])[0]
        parts.append(f'<polyline class="curve {line.kind}" points="{path}"/>')
        parts.append(_text(last_x + 8, end + 4, line.label, f"end {line.kind}"))
    parts.append(_text(left, bottom + _AXIS - 2, labels[0], "unit"))
    parts.append(_text(0, _TOP + 4, labels[1], "unit"))
    return _svg(title, bottom + _AXIS, parts)


def nice_ticks(low: float, high: float) -> list[float]:
    """About five round numbers from below the low end to above the high one."""
    raw = max(high - low, 1e-9) / 5
    size = 10.0 ** floor(log10(raw))
    step = next(size * one for one in (1, 2, 2.5, 5, 10) if size * one >= raw * (1 - 1e-9))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(step * i, 10) for i in range(first, last + 1)]


def _apart(heights: Sequence[float]) -> list[float]:
    """Heights of labels, moved until none lies upon another."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    moved, last = list(heights), -1e9
    for i in order:
        moved[i] = last = max(moved[i], last + 16)
    return moved


def _bar(bar: Bar, y: float, scale: float, right: float) -> str:
    middle = y + _ROW / 2
    end = _LABEL + bar.value * scale
    low, high = _LABEL + max(bar.low, 0.0) * scale, min(_LABEL + bar.high * scale, right)
    whisker = (
        f'<path class="whisker" d="M{low:.1f},{middle:.1f}H{high:.1f}'
        f'M{low:.1f},{middle - 5:.1f}v10M{high:.1f},{middle - 5:.1f}v10"/>'
    )
    return (
        _text(_LABEL - 10, middle + 5, bar.label, "label")
        + f'<rect class="bar {bar.kind}" x="{_LABEL}" y="{y + 6:.1f}" '
        f'width="{max(end - _LABEL, 1):.1f}" height="{_ROW - 12}" rx="3"/>'
        + (whisker if bar.high > bar.low else "")
        + _text(max(high, end) + 8, middle + 5, f"{bar.value:.0f}", "value")
    )


def _tick(x: float, top: float, bottom: float, value: float) -> str:
    return f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom:.1f}"/>' + _text(
        x, bottom + 16, f"{value:g}", "tick"
    )


def _level(left: float, right: float, y: float, value: float) -> str:
    return f'<line class="grid" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>' + _text(
        left - 8, y + 4, f"{value:g}", "level"
    )


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
