"""What a site pays beside the market's price."""

from datetime import UTC, date, datetime, time
from math import inf

import pytest

from csms.domain.tariff import (
    CapacitySteps,
    DemandCharge,
    EnergyFee,
    FeeWindow,
    Tariff,
    day_peaks,
)
from smart_charging import tariff as planning
from tests.domain.series import hour
from tests.domain.sites import OSLO

WORKDAYS = frozenset(range(5))
DAYTIME = FeeWindow(weekdays=WORKDAYS, from_time=time(6), to_time=time(22), per_kwh=0.4)
STEPS = CapacitySteps(steps=((2000.0, 125.0), (5000.0, 200.0), (10_000.0, 325.0), (inf, 500.0)))


@pytest.mark.parametrize(
    ("at", "fee"),
    [
        (hour(5.99), 0.3),
        (hour(6), 0.4),  # Wednesday
        (hour(21.99), 0.4),
        (hour(22), 0.3),
        (hour(12, day=3), 0.3),  # Saturday
    ],
)
def test_fee_on_energy_depends_on_the_time(at: datetime, fee: float) -> None:
    assert EnergyFee(0.3, (DAYTIME,)).at(at, OSLO) == fee


def test_window_over_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    friday = FeeWindow(weekdays=frozenset({4}), from_time=time(22), to_time=time(6), per_kwh=0.1)
    fee = EnergyFee(0.3, (friday,))
    assert fee.at(hour(23, day=2), OSLO) == 0.1  # Friday
    assert fee.at(hour(5, day=3), OSLO) == 0.1  # Saturday
    assert fee.at(hour(5, day=2), OSLO) == 0.3
    assert fee.at(hour(6, day=3), OSLO) == 0.3


def test_window_from_midnight_to_midnight_is_the_whole_day() -> None:
    winter = FeeWindow(
        weekdays=frozenset(range(7)),
        months=frozenset({1, 2, 3, 11, 12}),
        from_time=time(0),
        to_time=time(0),
        per_kwh=0.5,
    )
    fee = EnergyFee(0.3, (winter,))
    assert fee.at(hour(13), OSLO) == 0.5
    assert fee.at(datetime(2026, 7, 1, 12, tzinfo=UTC), OSLO) == 0.3


def test_of_several_open_windows_the_last_one_counts() -> None:
    noon = FeeWindow(weekdays=WORKDAYS, from_time=time(12), to_time=time(13), per_kwh=0.9)
    assert EnergyFee(0.3, (DAYTIME, noon)).at(hour(12.5), OSLO) == 0.9
    assert EnergyFee(0.3, (noon, DAYTIME)).at(hour(12.5), OSLO) == 0.4


def test_kwh_costs_market_and_markup_with_vat_and_the_grids_fee() -> None:
    tariff = Tariff(markup_per_kwh=0.05, vat_share=0.25, energy=EnergyFee(0.3))
    assert tariff.per_kwh(0.75, hour(0), OSLO) == pytest.approx((0.75 + 0.05) * 1.25 + 0.3)
    assert tariff.per_kwh(-0.25, hour(0), OSLO) == pytest.approx((-0.25 + 0.05) * 1.25 + 0.3)


@pytest.mark.parametrize(
    ("peaks_w", "basis_w", "fee"),
    [
        ([], 0.0, 125.0),
        ([5000.0], 5000.0, 200.0),  # the only day of the month so far
        ([5000.0, 3000.0], 4000.0, 200.0),
        ([5000.0, 3000.0, 1000.0, 800.0], 3000.0, 200.0),
        ([6000.0, 6000.0, 6000.0, 6000.0], 6000.0, 325.0),
        ([6000.0, 6000.0, 3000.0], 5000.0, 200.0),  # just within the step
        ([60_000.0, 6000.0, 3000.0], 23_000.0, 500.0),
    ],
)
def test_step_is_that_of_the_mean_of_the_three_highest_days(
    peaks_w: list[float], basis_w: float, fee: float
) -> None:
    assert STEPS.basis_w(peaks_w) == basis_w
    assert STEPS.fee(peaks_w) == fee


def test_planner_reckons_with_the_same_fee() -> None:
    peaks_w = [6100.0, 5400.0, 3000.0, 900.0]
    step_fee = planning.StepFee(
        steps=STEPS.steps, day_peaks_w=tuple(peaks_w[:-1]), peak_today_w=peaks_w[-1]
    )
    assert step_fee.fee(0.0) == STEPS.fee(peaks_w) == 200.0
    charge = planning.DemandCharge(per_kw=60.0, peak_w=6100.0)
    assert charge.fee(0.0) == DemandCharge(per_kw=60.0).fee(peaks_w) == pytest.approx(366.0)


def test_highest_hour_of_each_local_day_is_found() -> None:
    hours = [(hour(22), 4000.0), (hour(23), 5000.0), (hour(24), 3000.0), (hour(25), 1000.0)]
    assert day_peaks(hours, OSLO) == {date(2026, 1, 14): 5000.0, date(2026, 1, 15): 3000.0}
