"""What is expected of vehicles that stand there: the port for forecasts, and three simple ones.

A forecast is asked for vehicles of a population's real users, at some times after they came. It
sees what the system would have seen: the user's stays that had ended by then, when this one began,
and that it still lasts. It answers with quantiles of how much longer they stay, and of the energy
that they take in all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Protocol

import numpy as np

from smart_charging.arrays import Array
from smart_charging.study.users import Stay, User

LEVELS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Probabilities of the quantiles that are asked for."""

_LEVELS: Final = np.array(LEVELS)
_DAY_S: Final = 86_400.0
_ENOUGH: Final = 4
"""Fewer past stays than this say nothing yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A vehicle that stands there.

    Attributes:
        user: Whose.
        place: Which of the user's stays it is.
        waited_s: For how long it has been there.
    """

    user: User
    place: int
    waited_s: float

    @property
    def stay(self) -> Stay:
        """The stay; what is not known yet of it must not be looked at."""
        return self.user.stays[self.place]

    @property
    def past(self) -> tuple[Stay, ...]:
        """The user's stays that have ended."""
        now_s = self.stay.arrives_s + self.waited_s
        return tuple(one for one in self.user.stays[: self.place] if one.departs_s <= now_s)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expected:
    """Quantiles at `LEVELS`: [standing, level].

    Attributes:
        stays_s: How much longer, from now on.
        energy_wh: Of the whole stay.
    """

    stays_s: Array
    energy_wh: Array


class Predictor(Protocol):
    """Tells what to expect of vehicles that stand there."""

    def expect(self, standing: Sequence[Standing]) -> Expected:
        """Give quantiles for each of them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """The same for everybody: what a site file assumes where nothing is known.

    Attributes:
        energy_wh: What each takes.
        stay_s: How long each stays.
        leaves_by_s: Time of day by which those leave that come after noon, or earlier than that.
    """

    energy_wh: float = 15_000.0
    stay_s: float = 36_000.0
    leaves_by_s: float | None = 7 * 3600.0

    def expect(self, standing: Sequence[Standing]) -> Expected:
        """Give quantiles for each of them: all are the same number."""
        stays_s = np.array([self._leaves_s(one.stay.arrives_s) - one.waited_s for one in standing])
        return _alike(stays_s, np.full(len(standing), self.energy_wh))

    def _leaves_s(self, arrives_s: float) -> float:
        clock_s, leaves_by_s = arrives_s % _DAY_S, self.leaves_by_s
        if leaves_by_s is None or leaves_by_s <= clock_s < _DAY_S / 2:
            return self.stay_s
        return (leaves_by_s - clock_s) % _DAY_S or _DAY_S


@dataclass(frozen=True, slots=True)
class OwnPast:
    """The user's own past stays, given that this one still lasts; else what is assumed.

    So the product estimates needs (csms, `estimate_need`).

    Attributes:
        otherwise: For users with fewer than four past stays.
    """

    otherwise: Predictor

    def expect(self, standing: Sequence[Standing]) -> Expected:
        """Give quantiles for each of them."""
        expected = self.otherwise.expect(standing)
        stays_s, energy_wh = expected.stays_s.copy(), expected.energy_wh.copy()
        for row, one in enumerate(standing):
            past = one.past
            if len(past) >= _ENOUGH:
                lasted_s = np.array([stay.departs_s - stay.arrives_s for stay in past])
                longer_s = lasted_s[lasted_s > one.waited_s]
                longer_s = longer_s if len(longer_s) else lasted_s.max(keepdims=True)
                stays_s[row] = _quantiles(longer_s) - one.waited_s
                energy_wh[row] = _quantiles(np.array([stay.energy_wh for stay in past]))
        return Expected(stays_s=stays_s, energy_wh=energy_wh)


@dataclass(frozen=True, slots=True)
class Medians:
    """The median stay and energy of some stays, for everybody.

    Attributes:
        of_user: Of the user's own past stays, where there are four; otherwise of all.
        stays: All that happened before the study.
    """

    stays: tuple[Stay, ...]
    of_user: bool = False

    def expect(self, standing: Sequence[Standing]) -> Expected:
        """Give quantiles for each of them: all are the same number."""
        of_all = _medians(self.stays)
        rows = []
        for one in standing:
            past = one.past if self.of_user else ()
            lasts_s, energy_wh = _medians(past) if len(past) >= _ENOUGH else of_all
            rows.append((lasts_s - one.waited_s, energy_wh))
        stays_s, energy_of = np.array(rows).reshape(-1, 2).T
        return _alike(stays_s, energy_of)


def _medians(stays: Sequence[Stay]) -> tuple[float, float]:
    """Of how long they last, and of their energy."""
    lasted_s = [stay.departs_s - stay.arrives_s for stay in stays]
    return median(lasted_s), median(stay.energy_wh for stay in stays)


def _quantiles(values: Array) -> Array:
    """Straight between the values, as they are ranked."""
    ranked, place = np.sort(values), _LEVELS * (len(values) - 1)
    low = place.astype(int)
    high = np.minimum(low + 1, len(values) - 1)
    quantiles: Array = ranked[low] + (place - low) * (ranked[high] - ranked[low])
    return quantiles


def _alike(stays_s: Array, energy_wh: Array) -> Expected:
    shape = (len(stays_s), len(LEVELS))
    return Expected(
        stays_s=np.broadcast_to(stays_s[:, None], shape),
        energy_wh=np.broadcast_to(energy_wh[:, None], shape),
    )
