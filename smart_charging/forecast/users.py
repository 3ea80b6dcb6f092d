"""What a site's drivers will draw on a day, each seen by himself: what a site's sum cannot tell.

A driver who charged yesterday hardly comes today, and one who has not for a week is due. Trees
predict each driver's energy of a day from when he came last, what he drew and how he is used to;
the sum, spread over the hours in which each of them is used to draw, is a feature of the load's
model. Known at midnight, too: who is still plugged in, and who still draws.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.forecast.boosting import Growth, grow_mean
from smart_charging.forecast.stay_table import Stays
from smart_charging.forecast.trees import Forest

HOURS: Final = 24
_ACTIVE_DAYS: Final = 28
_USUAL_KW: Final = 3.7
"""Where nobody knows a vehicle's power."""
_LATE_H: Final = 0.1
"""A vehicle still draws if what it has drawn so far took until about now."""
_USUAL_KWH: Final = 12.0
"""What a stay of a driver takes of whom nothing is known."""
_LEAST_LEFT: Final = 0.25
_PROFILE_DAYS: Final = 56
_PROFILE_PRIOR_KWH: Final = 13.0
"""So much drawn as all do weighs as much as what he has drawn himself: about a charge."""
_FOLDS: Final = 4
_LEAST_ROWS: Final = 400
_GROWTH: Final = Growth(trees=120, leaves=15, leaf_rows=100, shrinkage=10.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """What each driver has drawn, and how it stood at each midnight.

    Attributes:
        kwh: [day, user, hour], as if vehicles drew from their arrival on.
        came: [day, user], arrivals.
        since_d: [day, user], days at midnight since he came last; not a number: never.
        last_kwh: [day, user], what he had drawn by midnight of what he came for.
        is_in: [day, user], whether he is plugged in at midnight.
        draws_kw: [day, user], what he draws at midnight.
        usual_kwh: [day, user], what his stays that are over have taken in the mean.
    """

    kwh: Array
    came: Array
    since_d: Array
    last_kwh: Array
    is_in: Array
    draws_kw: Array
    usual_kwh: Array


def drawn_by_users(stays: Stays, first_day: int, days: int) -> Drawn:
    """Count what drivers did from a day on.

    Args:
        stays: With tokens; others are left out.
        first_day: As `stays` count days.
        days: How many; the midnight after the last counts too.
    """
    users = int(stays.user.max(initial=-1)) + 1
    zeros = np.zeros((days + 1, users))
    drawn = Drawn(
        kwh=np.zeros((days, users, HOURS)),
        came=zeros,
        since_d=np.full_like(zeros, np.nan),
        last_kwh=np.full_like(zeros, np.nan),
        is_in=np.zeros_like(zeros),
        draws_kw=np.zeros_like(zeros),
        usual_kwh=np.zeros_like(zeros),
    )
    taken = np.zeros_like(zeros)
    for at in np.flatnonzero((stays.user >= 0) & np.isfinite(stays.energy_kwh)):
        over_from = _count(drawn, stays, int(at), HOURS * first_day)
        drawn.usual_kwh[over_from:, stays.user[at]] += stays.energy_kwh[at]
        taken[over_from:, stays.user[at]] += 1
    return replace(drawn, usual_kwh=(drawn.usual_kwh + _USUAL_KWH) / (taken + 1))


def _count(drawn: Drawn, stays: Stays, at: int, origin_h: int) -> int:
    """Count a stay, and tell from which midnight on it is over."""
    days, user = len(drawn.kwh), stays.user[at]
    begin, kwh, power = stays.came_h[at] - origin_h, stays.energy_kwh[at], _power_kw(stays, at)
    end = begin + kwh / power
    _add(drawn.kwh, user, begin, end, power)
    day = int(begin // HOURS)
    if 0 <= day <= days:
        drawn.came[day, user] += 1
    after = np.arange(max(0, day + 1), days + 1)
    drawn.since_d[after, user] = after - begin / HOURS
    drawn.last_kwh[after, user] = np.minimum(kwh, (HOURS * after - begin) * power)
    over_from = max(0, int(min(HOURS * days, stays.left_h[at] - origin_h) // HOURS) + 1)
    within = after[after < over_from]
    drawn.is_in[within, user] = 1
    drawn.draws_kw[within, user] = np.where(end + _LATE_H >= HOURS * within, power, 0.0)
    return over_from


def carried_over_kwh(drawn: Drawn) -> Array:
    """What vehicles that draw at midnight are to draw in the hours after it.

    Each takes at least a quarter of what it usually takes, as it does still draw.

    Returns:
        [day + 1, hour].
    """
    left = np.maximum(drawn.usual_kwh - drawn.last_kwh, _LEAST_LEFT * drawn.usual_kwh)
    hours = np.where(drawn.draws_kw > 0, left / np.maximum(drawn.draws_kw, 0.1), 0.0)
    held = np.clip(hours[..., None] - np.arange(HOURS), 0.0, 1.0)
    found: Array = (held * drawn.draws_kw[..., None]).sum(axis=1)
    return found


def _power_kw(stays: Stays, at: int) -> float:
    """What it drew, so high that it got its energy while it stood."""
    power = stays.power_kw[at] if np.isfinite(stays.power_kw[at]) else _USUAL_KW
    stay_h = max(stays.left_h[at] - stays.came_h[at], 1 / 60)
    return float(max(power, stays.energy_kwh[at] / stay_h, 0.1))


def _add(kwh: Array, user: int, begin_h: float, end_h: float, power_kw: float) -> None:
    """Add what is drawn from one hour to another at constant power."""
    flat = np.arange(max(0, int(begin_h)), min(len(kwh) * HOURS, int(np.ceil(end_h))))
    held = np.minimum(flat + 1, end_h) - np.maximum(flat, begin_h)
    kwh[flat // HOURS, user, flat % HOURS] += power_kw * np.maximum(held, 0.0)


def expected_kwh(drawn: Drawn, weekdays: Indices, known: int, seed: int) -> Array:
    """What all drivers together are expected to draw in each hour of each day.

    Args:
        drawn: Of days in a row.
        weekdays: [day + 1 or more], holidays as Sundays.
        known: Days that are over: from these the trees are grown. Each of them is predicted by
            trees that have not seen it; days after them, by trees that have seen all of them.
        seed: As of `grow_mean`.

    Returns:
        [day + 1, hour].
    """
    rows, day, user = _rows(drawn, weekdays)
    actual = np.append(drawn.kwh.sum(axis=2), np.zeros((1, drawn.came.shape[1])), axis=0)[day, user]
    found = np.zeros((len(drawn.came), HOURS))
    if (day < known).sum() < _LEAST_ROWS:
        return found
    predicted = np.maximum(_out_of_fold(rows, day, actual, known, seed), 0.0)
    share = _shares(drawn)[day, user]
    np.add.at(found, day, predicted[:, None] * share)
    return found


def _out_of_fold(rows: Array, day: Indices, actual: Array, known: int, seed: int) -> Array:
    predicted = np.empty(len(rows))
    fold = np.where(day < known, day * _FOLDS // max(known, 1), _FOLDS)
    for one in np.unique(fold):
        seen = (fold != one) & (day < known)
        forest: Forest = grow_mean(rows[seen], actual[seen], _GROWTH, seed)
        predicted[fold == one] = forest.predict(rows[fold == one])
    return predicted


def _rows(drawn: Drawn, weekdays: Indices) -> tuple[Array, Indices, Indices]:
    """What is known at each midnight of each driver who has come lately."""
    daily = drawn.kwh.sum(axis=2)
    day, user = np.nonzero(_is_active(drawn))
    per_day = [_mean_before(daily, back) for back in (3, 7, 28, 90)]
    per_weekday = [_mean_before(daily, back, every=7) for back in (21, 56)]
    comings = [_mean_before(drawn.came[:-1], back) for back in (7, 28)]
    tables = [
        drawn.since_d,
        drawn.is_in,
        drawn.draws_kw,
        drawn.last_kwh,
        *(_before(daily, back) for back in (1, 2, 7)),
        *per_day,
        *per_weekday,
        *comings,
    ]
    columns = [table[day, user] for table in tables]
    before = np.append(weekdays[:1], weekdays[:-1])
    return np.column_stack([weekdays[day], before[day], *columns]), day, user


def _is_active(drawn: Drawn) -> Flags:
    active: Flags = _mean_before(drawn.came[:-1], _ACTIVE_DAYS) > 0
    return active


def _before(table: Array, days: int) -> Array:
    """[day + 1, user]: what it was so many days before."""
    found = np.zeros((len(table) + 1, table.shape[1]))
    found[days:] = table[: len(table) + 1 - days]
    return found


def _mean_before(table: Array, days: int, every: int = 1) -> Array:
    """[day + 1, user]: the mean over the days before each, or every seventh of them."""
    backs = range(every, days + 1, every)
    if every > 1:
        mean: Array = np.mean([_before(table, back) for back in backs], axis=0)
        return mean
    sums = np.append(np.zeros((1, table.shape[1])), np.cumsum(table, axis=0), axis=0)
    at = np.arange(len(sums))
    since = np.maximum(0, at - days)
    found: Array = (sums - sums[since]) / np.maximum(at - since, 1)[:, None]
    return found


def _shares(drawn: Drawn) -> Array:
    """[day + 1, user, hour]: in which hours he is used to draw, all drivers' way mixed in."""
    sums = np.cumsum(drawn.kwh, axis=0)
    sums = np.append(np.zeros((1, *sums.shape[1:])), sums, axis=0)
    since = np.maximum(0, np.arange(len(sums)) - _PROFILE_DAYS)
    own = sums - sums[since]
    everyone = own.sum(axis=1, keepdims=True) + 1e-9
    prior = _PROFILE_PRIOR_KWH * everyone / everyone.sum(axis=2, keepdims=True)
    mixed = own + prior
    shares: Array = mixed / mixed.sum(axis=2, keepdims=True)
    return shares
