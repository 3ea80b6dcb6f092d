"""A chart of what is expected, as shapes of an SVG: bands, a median, what there is room for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.demand import STEP_S
from csms.language.languages import localised
from csms.language.reader import language_now
from csms.language.written import weekday

WIDTH: Final = 960
HEIGHT: Final = 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 8.0, 10.0, 24.0
_LINES: Final = 4
_HOURS: Final = 6
_NICE: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is expected, step by step, on days in a row.

    Attributes:
        begins_at: When the first step begins.
        low: Eight in ten outcomes are above, and
        high: below.
        q25: Half of the outcomes lie above this, and
        q75: below this.
        q50: The median.
        room: What there is room for; empty: there is no bound.
    """

    begins_at: datetime
    low: Sequence[float]
    high: Sequence[float]
    q25: Sequence[float]
    q75: Sequence[float]
    q50: Sequence[float]
    room: Sequence[float] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis, in the chart's units."""

    at: float
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The shapes of a chart.

    Attributes:
        outer: Outline of eight in ten outcomes.
        inner: Outline of half of them.
        median: A line.
        room: A line; empty: there is none.
        full: Where it is likely full: left edges and widths.
        now: Where the present instant is; None: it is not on the chart.
        across: Marks of the vertical axis.
        along: Marks of time.
    """

    outer: str
    inner: str
    median: str
    room: str
    full: tuple[tuple[float, float], ...]
    now: float | None
    across: tuple[Tick, ...]
    along: tuple[Tick, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM


def draw(
    course: Course, full: Sequence[tuple[datetime, datetime]], now: datetime, zone: ZoneInfo
) -> Chart:
    """Draw what is expected.

    Args:
        course: Of one step or more.
        full: Stretches of time in which it is likely full.
        now: The present instant.
        zone: Of the site.
    """
    steps = len(course.q50)
    step = nice_step(max((*course.high, *course.room, 0.0)) or 1.0)
    scale = _Scale(steps=steps, most=step * _LINES)
    begins_at, ends_at = course.begins_at, course.begins_at + timedelta(seconds=steps * STEP_S)
    return Chart(
        outer=scale.band(course.low, course.high),
        inner=scale.band(course.q25, course.q75),
        median=scale.line(course.q50),
        room=scale.line(course.room) if course.room else "",
        full=tuple(
            (x, round(scale.x_at(begins_at, end) - x, 1))
            for begin, end in full
            for x in (scale.x_at(begins_at, max(begin, begins_at)),)
        ),
        now=scale.x_at(begins_at, now) if begins_at <= now < ends_at else None,
        across=tuple(
            Tick(at=scale.y(step * line), word=localised(f"{step * line:g}", language_now()))
            for line in range(_LINES + 1)
        ),
        along=tuple(_hours(scale, begins_at, ends_at, zone)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """From steps and values to places in the chart."""

    steps: int
    most: float

    def x(self, step: float) -> float:
        return round(_LEFT + step / self.steps * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - _BOTTOM - value / self.most * (HEIGHT - _TOP - _BOTTOM), 1)

    def x_at(self, begins_at: datetime, at: datetime) -> float:
        return self.x((at - begins_at).total_seconds() / STEP_S)

    def line(self, values: Sequence[float]) -> str:
        """Steps from left to right."""
        return "M" + " L".join(self._stairs(values))

    def band(self, low: Sequence[float], high: Sequence[float]) -> str:
        """Between two stairs."""
        return f"M{' L'.join([*self._stairs(high), *reversed(list(self._stairs(low)))])} Z"

    def _stairs(self, values: Sequence[float]) -> Iterator[str]:
        for step, value in enumerate(values):
            y = self.y(value)
            yield f"{self.x(step):g} {y:g}"
            yield f"{self.x(step + 1):g} {y:g}"


def _hours(scale: _Scale, begins_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Iterator[Tick]:
    """A mark every few hours of the site's clock; a midnight is called by its day."""
    at = begins_at
    while at < ends_at:
        local = at.astimezone(zone)
        if local.hour % _HOURS == 0 and local.minute == 0:
            word = f"{weekday(local)} {local:%d}" if local.hour == 0 else f"{local:%H:%M}"
            yield Tick(at=scale.x_at(begins_at, at), word=word)
        at += timedelta(seconds=STEP_S)


def nice_step(most: float) -> float:
    """The distance of four lines that are easy to read, so that all fits between the last two."""
    least = max(most, 1e-6) / _LINES
    power = 10.0 ** floor(log10(least))
    return next(one * power for one in _NICE if ceil(least / (one * power) - 1e-9) <= 1)
