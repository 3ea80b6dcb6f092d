"""How warm it is outdoors, as it was told: now, and as somebody forecasts it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, TypeAlias

from csms.domain.errors import InvalidInputError

Told: TypeAlias = tuple[datetime, float]
"""An instant, and how many degrees Celsius."""

MOST_TOLD: Final = 500
_COLDEST_C: Final = -60.0
_HOTTEST_C: Final = 60.0
_OLDEST: Final = timedelta(hours=1)
_FARTHEST: Final = timedelta(days=10)
_DAY: Final = timedelta(days=1)
_HOLDS: Final = timedelta(hours=6)
"""What was told last holds so long; then nothing is known any more."""


@dataclass(frozen=True, slots=True)
class OutdoorCourse:
    """Temperatures outdoors, in order of time, with straight lines between them."""

    told: tuple[Told, ...] = ()

    def taken(self, news: Iterable[Told], now: datetime) -> "OutdoorCourse":
        """The same with news, which take the place of all that was told of later than their first.

        What is over for more than a day is forgotten.
        """
        added = sorted(news)
        kept = [one for one in self.told if now - _DAY < one[0] < added[0][0]] if added else []
        return OutdoorCourse((*kept, *added)) if added else self

    def replaced(self, news: Iterable[Told]) -> "OutdoorCourse":
        """The same with news in place of all that was told from their first to their last."""
        added = sorted(news)
        if not added:
            return self
        kept = [one for one in self.told if not added[0][0] <= one[0] <= added[-1][0]]
        return OutdoorCourse(tuple(sorted([*kept, *added])))

    def at(self, instant: datetime) -> float | None:
        """How warm it is at an instant; beyond what was told, as a day before that was told of.

        None where nothing is known: nothing was told, or the last of it is too long ago.
        """
        if not self.told or instant < self.told[0][0]:
            return self.told[0][1] if self.told else None
        last_at, last_c = self.told[-1]
        if instant <= last_at:
            return _between(self.told, instant)
        back_at = instant - _DAY
        if self.told[0][0] <= back_at <= last_at:
            return _between(self.told, back_at)
        return last_c

    def is_known(self, now: datetime) -> bool:
        """Whether it is not too long ago that anything was told."""
        return bool(self.told) and now - self.told[-1][0] < _HOLDS


def check_outdoor(told: Sequence[Told], now: datetime) -> None:
    """Refuse what cannot be true.

    Raises:
        InvalidInputError: Naming which one.
    """
    if not 0 < len(told) <= MOST_TOLD:
        raise InvalidInputError("outdoor", f"expected 1 to {MOST_TOLD} of them, got {len(told)}")
    for i, (at, celsius) in enumerate(told):
        check_celsius(f"outdoor/{i}/celsius", celsius)
        if not now - _OLDEST < at < now + _FARTHEST:
            message = f"expected the last hour to ten days ahead, got {at.isoformat()}"
            raise InvalidInputError(f"outdoor/{i}/at", message)


def check_celsius(place: str, celsius: float) -> float:
    """Refuse a temperature that cannot be one outdoors, else return it.

    Args:
        place: Where it stands.
        celsius: What stands there.

    Raises:
        InvalidInputError: Naming the place.
    """
    if not (math.isfinite(celsius) and _COLDEST_C <= celsius <= _HOTTEST_C):
        message = f"expected {_COLDEST_C:g} to {_HOTTEST_C:g} °C, got {celsius:g}"
        raise InvalidInputError(place, message)
    return celsius


def near(told: Iterable[Told], now: datetime) -> tuple[Told, ...]:
    """Of what a file tells, the last hour and what is at most ten days ahead, in order of time."""
    return tuple(sorted(one for one in told if now - _OLDEST < one[0] < now + _FARTHEST))


def _between(told: Sequence[Told], instant: datetime) -> float:
    for (start_at, start_c), (end_at, end_c) in pairwise(told):
        if start_at <= instant <= end_at:
            share = (instant - start_at) / (end_at - start_at) if end_at > start_at else 0.0
            return start_c + share * (end_c - start_c)
    return told[-1][1]
