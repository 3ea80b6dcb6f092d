"""What a site's energy and power cost: a price per kWh, and a fee on the month's highest hours.

Fees look at hourly mean power at the meter. What the month has already seen is paid for, so a plan
adds to the fee only where it goes beyond. A linear program cannot take a fee that jumps; for it
there is the highest convex function that is nowhere above the fee (its lower convex hull).
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np

from smart_charging.arrays import Array
from smart_charging.errors import ProblemError

_W_PER_KW: Final = 1000.0
_S_PER_H: Final = 3600.0
_EPSILON_W: Final = 1e-3
"""A mean that is over a step by less than any meter can tell is not over it."""

_Point: TypeAlias = tuple[float, float]  # power in W, fee


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of peak power with one price."""

    width_w: float
    per_kw: float


class CapacityFee(ABC):
    """A monthly fee on the highest hourly mean powers. `peak_w` is one that is still to come."""

    __slots__ = ()

    @abstractmethod
    def fee(self, peak_w: float) -> float:
        """Tell the month's fee if the highest hourly mean from now on is `peak_w`."""

    @abstractmethod
    def thresholds_w(self, most_w: float) -> tuple[float, ...]:
        """List the peaks below `most_w` beyond which the fee begins to rise, or jumps; rising."""

    def added_fee(self, peak_w: float) -> float:
        """Tell what a peak adds to the fee that is due anyway."""
        return self.fee(peak_w) - self.fee(0.0)

    def free_w(self) -> float:
        """Tell the highest peak that adds nothing; infinite if none does."""
        return min(self.thresholds_w(math.inf), default=math.inf)

    def pieces(self, most_w: float) -> tuple[Piece, ...]:
        """Cut the lower convex hull of the added fee into pieces from 0 to `most_w`.

        The price rises from piece to piece, so a linear program fills them in order. The hull is
        nowhere above the added fee, and equal to it at 0 and at `most_w`. (Within the milliwatts
        by which a step may be exceeded it can be: there it takes the step as left.)
        """
        peaks_w = sorted({0.0, *self.thresholds_w(most_w), most_w})
        corners = _lower_hull([(peak_w, self.added_fee(peak_w)) for peak_w in peaks_w])
        return tuple(
            Piece(width_w=end[0] - begin[0], per_kw=_per_kw(begin, end))
            for begin, end in pairwise(corners)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandCharge(CapacityFee):
    """A price on the month's highest hourly mean power.

    Attributes:
        peak_w: The highest of the month so far.
    """

    per_kw: float
    peak_w: float = 0.0

    def fee(self, peak_w: float) -> float:
        """Tell the month's fee if the highest hourly mean from now on is `peak_w`."""
        return self.per_kw * max(self.peak_w, peak_w) / _W_PER_KW

    def thresholds_w(self, most_w: float) -> tuple[float, ...]:
        """Give the highest peak so far, if it is below `most_w` and power has a price."""
        return (self.peak_w,) if self.per_kw > 0 and self.peak_w < most_w else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFee(CapacityFee):
    """A fee in steps: Norwegian "kapasitetsledd" (NVE, since 2022-07-01).

    It depends on the mean of the highest hourly means of several different days; early in a month,
    of the days that there are. Most grid companies take three days, some only the highest one.

    Attributes:
        steps: (mean up to and with this many W, fee per month), both rising. Beyond the last limit
            the last fee holds; it may be infinite.
        day_peaks_w: Highest hourly mean of each earlier day of the month.
        peak_today_w: Highest hourly mean of today so far.
        count: How many days are averaged.
    """

    steps: tuple[tuple[float, float], ...]
    day_peaks_w: tuple[float, ...] = ()
    peak_today_w: float = 0.0
    count: int = 3

    def fee(self, peak_w: float) -> float:
        """Tell the month's fee if the highest hourly mean of the rest of today is `peak_w`."""
        today_w = max(self.peak_today_w, peak_w)
        highest_w = sorted((*self.day_peaks_w, today_w), reverse=True)[: self.count]
        mean_w = sum(highest_w) / len(highest_w)
        within = (fee for limit_w, fee in self.steps if mean_w <= limit_w + _EPSILON_W)
        return next(within, self.steps[-1][1])

    def thresholds_w(self, most_w: float) -> tuple[float, ...]:
        """List the peaks below `most_w` at which a step is just not left; rising."""
        beside_w = sorted(self.day_peaks_w, reverse=True)[: self.count - 1]
        days, due = len(beside_w) + 1, self.fee(0.0)
        peaks_w = (
            max(days * limit_w - sum(beside_w), 0.0)
            for limit_w, fee in self.steps[:-1]
            if fee >= due
        )
        return tuple(peak_w for peak_w in peaks_w if peak_w < most_w)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tariff:
    """What a site pays.

    Attributes:
        per_kwh: Price of energy drawn, with grid tariff and taxes: [slot]. It may be below 0.
        base_w: Expected power at the meter of what is not planned, less what the sun gives, so it
            may be below 0: [slot].
        capacity: The fee on power; None: there is none.
        fed_per_kwh: What a kWh that leaves the site earns, no more than it costs: [slot]; None: as
            much as it costs.
    """

    per_kwh: Array
    base_w: Array
    capacity: DemandCharge | StepFee | None = None
    fed_per_kwh: Array | None = None

    @property
    def lost_per_kwh(self) -> Array:
        """By how much a kWh that leaves the site earns less than one costs: [slot]."""
        if self.fed_per_kwh is None:
            return np.zeros(len(self.per_kwh))
        return self.per_kwh - self.fed_per_kwh


def energy_cost(tariff: Tariff, power_w: Array, slots_s: Sequence[int]) -> float:
    """Price the energy of a power, without fees; power below 0 is paid back at the same price.

    Args:
        tariff: Only its price per kWh is used; what is not planned is not added.
        power_w: [slot]
        slots_s: Length of each slot.
    """
    kwh = power_w * np.array(slots_s, dtype=float) / (_W_PER_KW * _S_PER_H)
    return float(np.sum(tariff.per_kwh * kwh))


def hourly_means_w(power_w: Array, slots_s: Sequence[int], starts_at: datetime) -> Array:
    """Average a power, [slot], over each clock hour that the slots touch: [hour].

    The first and the last hour are averaged over the part of them that the slots cover.
    """
    means_w: Array = hour_shares(slots_s, starts_at) @ power_w
    return means_w


def hour_shares(slots_s: Sequence[int], starts_at: datetime) -> Array:
    """Tell which share each slot has in each clock hour: [hour, slot]; each row adds up to 1.

    Hours begin where the clock of the time zone of `starts_at` says so. Of the first and the last
    hour only the part that the slots cover counts.
    """
    hour = starts_at.replace(minute=0, second=0, microsecond=0)
    edges_s = (starts_at - hour).total_seconds() + np.append(0, np.cumsum(slots_s))
    begins_s = np.arange(0, edges_s[-1], _S_PER_H).reshape(-1, 1)
    ends_s = np.minimum(edges_s[1:], begins_s + _S_PER_H)
    common_s = np.maximum(ends_s - np.maximum(edges_s[:-1], begins_s), 0.0)
    shares: Array = common_s / common_s.sum(axis=1, keepdims=True)
    return shares


def check_tariff(tariff: Tariff, slots: int) -> None:
    """Refuse a tariff that contradicts itself or has other slots than the problem.

    Raises:
        ProblemError: Naming the field, from "tariff." on.
    """
    _check_slots("tariff.per_kwh", tariff.per_kwh, slots)
    _check_slots("tariff.base_w", tariff.base_w, slots)
    if tariff.fed_per_kwh is not None:
        _check_slots("tariff.fed_per_kwh", tariff.fed_per_kwh, slots)
        if np.any(tariff.fed_per_kwh > tariff.per_kwh):
            raise ProblemError("tariff.fed_per_kwh", "expected no more than per_kwh in any slot")
    match tariff.capacity:
        case DemandCharge(per_kw=per_kw, peak_w=peak_w):
            _check_amounts("tariff.capacity.per_kw", per_kw)
            _check_amounts("tariff.capacity.peak_w", peak_w)
        case StepFee() as fee:
            _check_steps("tariff.capacity.steps", fee.steps)
            _check_amounts("tariff.capacity.day_peaks_w", *fee.day_peaks_w)
            _check_amounts("tariff.capacity.peak_today_w", fee.peak_today_w)
            if fee.count < 1:
                raise ProblemError(
                    "tariff.capacity.count", f"expected at least 1 day, got {fee.count}"
                )


def _check_slots(where: str, array: Array, slots: int) -> None:
    if array.shape != (slots,):
        raise ProblemError(where, f"expected the shape {(slots,)}, got {array.shape}")
    if not np.all(np.isfinite(array)):
        raise ProblemError(where, "expected finite numbers")


def _check_amounts(where: str, *amounts: float) -> None:
    for amount in amounts:
        if not 0 <= amount < math.inf:
            raise ProblemError(where, f"expected a finite number, not below 0, got {amount:g}")


def _check_steps(where: str, steps: tuple[tuple[float, float], ...]) -> None:
    if not steps:
        raise ProblemError(where, "expected at least one step")
    _check_amounts(where, *(fee for _, fee in steps))
    if not all(low < high for low, high in pairwise((0.0, *(limit_w for limit_w, _ in steps)))):
        raise ProblemError(where, "expected limits above 0 W, each above the one before")
    if not all(low < high for low, high in pairwise(fee for _, fee in steps)):
        raise ProblemError(where, "expected fees, each above the one before")


def _lower_hull(points: Sequence[_Point]) -> list[_Point]:
    """Keep the points, given from left to right, between which the slope rises."""
    corners: list[_Point] = []
    for point in points:
        while len(corners) > 1 and _per_kw(*corners[-2:]) >= _per_kw(corners[-1], point):
            corners.pop()
        corners.append(point)
    return corners


def _per_kw(begin: _Point, end: _Point) -> float:
    return (end[1] - begin[1]) * _W_PER_KW / (end[0] - begin[0])
