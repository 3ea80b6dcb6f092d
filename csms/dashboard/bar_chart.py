"""A chart of bars, as shapes of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from csms.dashboard.demand_chart import HEIGHT, WIDTH, Tick, nice_step
from csms.language.languages import localised
from csms.language.reader import language_now

_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 8.0, 10.0, 24.0
_LINES: Final = 4
_SHARE: Final = 0.72
"""Of its place that a bar fills."""
_MOST_WORDS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar, in the chart's units; `text` says it in words, `link` leads to more of it."""

    x: float
    y: float
    width: float
    height: float
    text: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """The shapes of a chart.

    Attributes:
        across: Marks of the vertical axis.
        along: Marks below the bars.
    """

    bars: tuple[Bar, ...]
    across: tuple[Tick, ...]
    along: tuple[Tick, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    bottom: float = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a bar stands for; None: nothing is known."""

    word: str
    value: float | None
    text: str
    link: str = ""


def draw_bars(values: Sequence[Value]) -> BarChart:
    """Draw values, one or more, from left to right."""
    step = nice_step(max((one.value or 0.0 for one in values), default=0.0) or 1.0)
    place = (WIDTH - _LEFT - _RIGHT) / len(values)
    height = HEIGHT - _TOP - _BOTTOM
    every = -(-len(values) // _MOST_WORDS)
    bars = []
    for number, one in enumerate(values):
        if one.value is None:
            continue
        tall = round(one.value / (step * _LINES) * height, 1)
        bars.append(
            Bar(
                x=round(_LEFT + place * (number + (1 - _SHARE) / 2), 1),
                y=round(HEIGHT - _BOTTOM - tall, 1),
                width=round(place * _SHARE, 1),
                height=tall,
                text=one.text,
                link=one.link,
            )
        )
    return BarChart(
        bars=tuple(bars),
        across=tuple(
            Tick(
                at=round(HEIGHT - _BOTTOM - height * line / _LINES, 1),
                word=localised(f"{step * line:g}", language_now()),
            )
            for line in range(_LINES + 1)
        ),
        along=tuple(
            Tick(at=round(_LEFT + place * (number + 0.5), 1), word=one.word)
            for number, one in enumerate(values)
            if number % every == 0
        ),
    )
