"""A learned forecast: hazards of leaving and of being full, from stays that ended before the study.

Trees learn what all users do (`forecast.leaving`, `forecast.filling`); what is known of a stay when
it begins is its user's own past, which grows with the studied weeks. In hindsight they learn from
the studied stays too, each being told of by trees that have not seen it: what these trees could say
if they had known the weeks, a bound and no forecast. Trees that had seen a stay would remember it,
and know when stays end that are drawn by chance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.forecast.filling import FillingModel, filling_hazards, fit_filling
from smart_charging.forecast.habits import BINS_PER_H, KWH_BINS, MOST_BINS, Habits, habits_of
from smart_charging.forecast.leaving import LeavingModel, fit_leaving, leaving_hazards
from smart_charging.forecast.stay_features import stay_features
from smart_charging.forecast.stay_table import Stays
from smart_charging.study.drawing import STEP_S, STEPS_PER_H
from smart_charging.study.expectation import LEVELS, Assumed, Expected, OwnPast, Predictor, Standing
from smart_charging.study.risk import CURVE_STEPS, DAYS, FULL_LEVELS, STEPS_PER_DAY, Chances
from smart_charging.study.users import WEEK_S, User

LEAST_STAYS: Final = 300
"""From fewer nothing is learned."""

_FOLDS: Final = 5
_H_PER_WEEK: Final = WEEK_S / 3600.0
_A_MONDAY: Final = date(2018, 1, 1)
_SATURDAY: Final = 5
_DAYS_AFTER: Final = 12
_VOLTAGE_KV: Final = 0.23
_WH_PER_KWH: Final = 1000.0


def learn(users: Sequence[User], *, hindsight: bool = False) -> Predictor:
    """Make a learned forecast; where too little is known before the study, the users' own past."""
    past = sum(stay.departs_s <= 0 for user in users for stay in user.stays)
    return OwnPast(Assumed()) if past < LEAST_STAYS else Learned(tuple(users), hindsight=hindsight)


class Learned:
    """Hazards from trees.

    Args:
        users: Of the study, with all their stays.
        hindsight: Whether the trees learn also from the other stays that are asked for.
    """

    def __init__(self, users: tuple[User, ...], *, hindsight: bool = False) -> None:
        self._users, self._hindsight = users, hindsight
        self._laid = _lay_out(users)
        self._told: dict[tuple[int, int], tuple[Array, Array]] = {}

    def chances(self, stays: Sequence[tuple[int, int]]) -> Chances:
        """Tell the chances of some stays."""
        if missing := [pair for pair in dict.fromkeys(stays) if pair not in self._told]:
            at = np.array([self._laid.row[pair] for pair in missing])
            leaving, full_wh = self._curves(at)
            self._told |= zip(missing, zip(leaving, full_wh, strict=True), strict=True)
        told = [self._told[pair] for pair in stays]
        return Chances(
            leaving=np.array([leaving for leaving, _ in told]),
            full_wh=np.array([full_wh for _, full_wh in told]),
        )

    def expect(self, standing: Sequence[Standing]) -> Expected:
        """Give quantiles for each of them: of the energy, those until it is full."""
        user = self._place_of_user
        told = self.chances([(user[one.user.key], one.place) for one in standing])
        lasts = [
            _lasts(leaving, one.waited_s / STEP_S)
            for leaving, one in zip(told.leaving, standing, strict=True)
        ]
        levels = np.searchsorted(FULL_LEVELS, np.array(LEVELS) - 1e-9)
        stays_s = STEP_S * np.array(lasts).reshape(-1, len(LEVELS))
        return Expected(stays_s=stays_s, energy_wh=told.full_wh[:, levels])

    @cached_property
    def _place_of_user(self) -> dict[str, int]:
        return {user.key: place for place, user in enumerate(self._users)}

    def _curves(self, at: Indices) -> tuple[Array, Array]:
        """[stay, step] and [stay, level], as `Chances` has them."""
        stays, known = self._laid.stays, self._laid.known
        asked = np.isin(np.arange(len(known)), at)
        features = stay_features(stays, np.flatnonzero(known | asked))
        habits = habits_of(stays, known)
        leaving = np.empty((len(at), CURVE_STEPS + 1))
        full_wh = np.empty((len(at), len(FULL_LEVELS)))
        for some, learned in self._lessons(at):
            models = _Models(
                fit_leaving(stays, features, habits, learned),
                fit_filling(stays, features, habits, learned),
            )
            leaving[some], full_wh[some] = models.curves(stays, features, habits, at[some])
        return leaving, full_wh

    def _lessons(self, at: Indices) -> Iterator[tuple[Indices, Flags]]:
        """Which places in `at` are told of by what was learned from which stays."""
        every, known = np.arange(len(at)), self._laid.known
        if not self._hindsight:
            yield every, known
            return
        for fold in range(_FOLDS):
            is_told = every % _FOLDS == fold
            learned = known.copy()
            learned[at[~is_told]] = True
            yield every[is_told], learned


@dataclass(frozen=True, slots=True)
class _Models:
    """What was learned."""

    leaving: LeavingModel
    filling: FillingModel

    def curves(
        self, stays: Stays, features: Array, habits: Habits, at: Indices
    ) -> tuple[Array, Array]:
        """[stay, step] and [stay, level], as `Chances` has them."""
        leaving = leaving_hazards(self.leaving, stays, features, habits, at)
        filling = filling_hazards(self.filling, stays, features, habits, at)
        return _by_step(leaving, stays.came_h[at]), _full_wh(filling)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _LaidOut:
    """All stays of all users.

    Attributes:
        stays: By arrival, from a Monday on.
        row: Of each user's stays.
        known: [stay], those that ended before the study.
    """

    stays: Stays
    row: dict[tuple[int, int], int]
    known: Flags


def _lay_out(users: Sequence[User]) -> _LaidOut:
    columns = [
        (stay.arrives_s / 3600, stay.departs_s / 3600, stay.energy_wh, user, place)
        for user, one in enumerate(users)
        for place, stay in enumerate(one.stays)
    ]
    came_h, left_h, energy_wh, whose, which = np.array(sorted(columns)).T
    user, first_h = whose.astype(int), np.floor(came_h.min() / _H_PER_WEEK) * _H_PER_WEEK
    days = np.arange(int((left_h.max() - first_h) / 24) + _DAYS_AFTER)
    lines = np.array([one.line_count * one.max_a for one in users])
    pairs = zip(user.tolist(), which.astype(int).tolist(), strict=True)
    stays = Stays(
        order=np.arange(len(user)),
        came_h=came_h - first_h,
        left_h=left_h - first_h,
        energy_kwh=energy_wh / _WH_PER_KWH,
        power_kw=_VOLTAGE_KV * lines[user],
        user=user,
        site=np.zeros(len(user), dtype=int),
        sites=("",),
        is_off=days % 7 >= _SATURDAY,
        is_holiday=np.zeros(len(days), dtype=bool),
        first_day=_A_MONDAY,
    )
    row = {pair: at for at, pair in enumerate(pairs)}
    return _LaidOut(stays=stays, row=row, known=left_h <= 0)


def _by_step(hazards: Array, came_h: Array) -> Array:
    """Sum up hazards of half hours of the clock by quarters from arrival on: [stay, step]."""
    day = hazards[:, -MOST_BINS // DAYS :]
    onward = np.concatenate([hazards, day, day, day[:, :1]], axis=1)
    summed = np.concatenate([np.zeros((len(hazards), 1)), np.cumsum(onward, axis=1)], axis=1)
    begun = (came_h[:, None] * BINS_PER_H) % 1.0
    place = begun + np.arange(CURVE_STEPS + 1) * BINS_PER_H / STEPS_PER_H
    # The half hour in which it came was learned from its rest, so that has all of the hazard.
    place = np.where(place < 1.0, (place - begun) / np.maximum(1.0 - begun, 1e-6), place)
    low = place.astype(int)
    row = np.arange(len(hazards))[:, None]
    steps: Array = summed[row, low] + (place - low) * (summed[row, low + 1] - summed[row, low])
    return steps


def _full_wh(hazards: Array) -> Array:
    """Quantiles of the energy at which each is full: [stay, level]."""
    chance = 1.0 - np.exp(-np.concatenate([np.zeros((len(hazards), 1)), np.cumsum(hazards, 1)], 1))
    kwh = np.arange(KWH_BINS + 1)
    return _WH_PER_KWH * np.array([np.interp(FULL_LEVELS, one, kwh) for one in chance])


def _lasts(leaving: Array, waited: float) -> Array:
    """Quantiles at `LEVELS` of how many steps more one stays that has waited for some."""
    first = (DAYS - 1) * STEPS_PER_DAY
    begun = waited if waited < first else first + (waited - first) % STEPS_PER_DAY
    passed = np.interp(begun, np.arange(len(leaving)), leaving)
    wanted = passed - np.log1p(-np.array(LEVELS))
    lasts: Array = np.interp(wanted, leaving, np.arange(len(leaving))) - begun
    return lasts
