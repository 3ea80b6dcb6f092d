"""When vehicles leave and when they are full: two drivers of whom one knows what they do."""

from dataclasses import replace

import numpy as np
import pytest

from smart_charging.arrays import Array, Indices
from smart_charging.forecast.filling import filling_hazards, fit_filling
from smart_charging.forecast.habits import habits_of
from smart_charging.forecast.leaving import fit_leaving, leaving_hazards
from smart_charging.forecast.stay_features import stay_features
from smart_charging.forecast.stay_table import Stays, lay_out_stays
from tests.smart_charging.forecast.made import CALENDAR, two_drivers

DAYS = 200
STAYS = lay_out_stays(two_drivers(DAYS), CALENDAR)
KNOWN = STAYS.left_h <= 24.0 * (DAYS - 28)
UNSEEN = np.flatnonzero(~KNOWN)


def leaving(stays: Stays, at: Indices) -> Array:
    features, habits = stay_features(stays), habits_of(stays, KNOWN)
    model = fit_leaving(stays, features, habits, KNOWN)
    return leaving_hazards(model, stays, features, habits, at)


@pytest.fixture(scope="module")
def hazards() -> Array:
    return leaving(STAYS, UNSEEN)


def test_the_median_of_the_survival_is_when_each_driver_leaves(hazards: Array) -> None:
    """The heavy one stays 14 h, the light one 8 h: half an hour off in the mean at most."""
    survival = np.exp(-np.cumsum(hazards, axis=1))
    median_h = (survival > 0.5).sum(axis=1) / 2 - STAYS.came_h[UNSEEN] % 0.5
    assert np.abs(median_h - STAYS.stay_h[UNSEEN]).mean() < 0.5


def test_nobody_leaves_in_the_middle_of_his_stay(hazards: Array) -> None:
    heavy = STAYS.stay_h[UNSEEN] > 10
    survival = np.exp(-np.cumsum(hazards[heavy], axis=1))
    assert (survival[:, 16] > 0.85).all()  # eight of fourteen hours


def test_given_that_it_is_still_there_the_rest_is_told_anew(hazards: Array) -> None:
    """A heavy one that still stands an hour after its time leaves soon: nobody has stayed on."""
    heavy = np.flatnonzero(STAYS.stay_h[UNSEEN] > 10)
    late = hazards[heavy, 30]
    early = hazards[heavy, 8]
    assert (late > 10 * early).all()


def test_hazards_know_nothing_of_what_comes(hazards: Array) -> None:
    is_later = np.arange(len(KNOWN)) >= UNSEEN[0]
    changed = replace(
        STAYS,
        left_h=np.where(is_later, STAYS.came_h + 0.7, STAYS.left_h),
        energy_kwh=np.where(is_later, 0.5, STAYS.energy_kwh),
    )
    assert leaving(changed, UNSEEN[:1]).tolist() == hazards[:1].tolist()


def test_vehicles_are_full_when_they_have_what_they_usually_take() -> None:
    features, habits = stay_features(STAYS), habits_of(STAYS, KNOWN)
    model = fit_filling(STAYS, features, habits, KNOWN)
    hazards = filling_hazards(model, STAYS, features, habits, UNSEEN)
    survival = np.exp(-np.cumsum(hazards, axis=1))
    median_kwh = (survival > 0.5).sum(axis=1)
    assert np.abs(median_kwh - STAYS.energy_kwh[UNSEEN]).mean() < 1.5


def test_who_left_while_drawing_does_not_tell_when_he_would_have_been_full() -> None:
    """All drew 3.7 kW all the time: nobody was ever full, and none is expected to be."""
    cut = replace(STAYS, energy_kwh=np.minimum(3.7 * STAYS.stay_h, 79.0))
    features, habits = stay_features(cut), habits_of(cut, KNOWN)
    model = fit_filling(cut, features, habits, KNOWN)
    hazards = filling_hazards(model, cut, features, habits, UNSEEN[:5])
    assert hazards.max() < 0.01
