"""Who is expected on a day, of stays that are made by rule."""

from datetime import timedelta

import pytest

from smart_charging.forecast.arriving import forecast_arriving
from tests.smart_charging.forecast.made import CALENDAR, MONDAY, at, stay, table, two_drivers

FRIDAY, SATURDAY = MONDAY + timedelta(days=53), MONDAY + timedelta(days=54)
STAYS = two_drivers(53)
"""A heavy one at 17 for 14 hours, a light one at 8 on working days for 8."""


def test_as_many_are_expected_as_come_on_such_days() -> None:
    assert forecast_arriving(STAYS, CALENDAR, FRIDAY)["count"].sum() == pytest.approx(2.0, abs=0.05)
    weekend = forecast_arriving(STAYS, CALENDAR, SATURDAY)["count"].sum()
    assert weekend == pytest.approx(1.0, abs=0.3)  # the light one comes on two holidays


def test_they_are_expected_when_they_come_and_need_what_these_need() -> None:
    found = forecast_arriving(STAYS, CALENDAR, FRIDAY)
    night = found[at(53, 1) : at(53, 4)]
    assert night["count"].sum() < 0.001
    morning, evening = found.loc[at(53, 8)], found.loc[at(53, 17)]
    assert morning["energy_wh"] == pytest.approx(6_000, rel=0.1)
    assert morning["stay_s"] == pytest.approx(8 * 3600, rel=0.05)
    assert evening["energy_wh"] == pytest.approx(30_000, rel=0.1)
    assert evening["stay_s"] == pytest.approx(14 * 3600, rel=0.05)


def test_what_comes_later_is_not_looked_at() -> None:
    later = table(*[stay("x", day, 12, 1, 50) for day in range(53, 60)])
    known = forecast_arriving(table(stay("y", 52, 9, 2, 10)), CALENDAR, FRIDAY)
    assert len(forecast_arriving(later, CALENDAR, FRIDAY)) == 0
    assert known["count"].sum() == pytest.approx(1.0)
    assert set(known["energy_wh"].round(6)) == {10_000.0}


def test_of_a_day_on_which_the_clock_changes_every_quarter_is_told() -> None:
    spring = MONDAY - timedelta(days=1)
    stays = table(stay("x", -3, 12, 1, 50))
    assert len(forecast_arriving(stays, CALENDAR, spring)) == 92
