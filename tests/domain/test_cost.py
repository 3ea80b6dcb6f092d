"""What energy has cost, by hand."""

from datetime import time, timedelta

import pytest

from csms.domain.cost import (
    Cost,
    MeterQuarter,
    Prices,
    TransactionCost,
    all_in,
    cost_of,
    quarter_of,
)
from csms.domain.prices import PriceSeries
from csms.domain.tariff import EnergyFee, FeeWindow, Tariff
from tests.domain.series import hour, hourly, slot
from tests.domain.sites import OSLO

NOTHING = PriceSeries()
PRICES = Prices(money=hourly(1.0, 3.0), co2=hourly(20.0, 40.0))


def test_energy_costs_the_mean_of_the_time_in_which_it_was_drawn() -> None:
    # 2 kWh evenly from 00:30 to 02:00: a third at 1.0, two thirds at 3.0.
    cost = cost_of(2000.0, hour(0.5), hour(2), PRICES)
    assert cost.cost == pytest.approx(2 * (1.0 / 3 + 3.0 * 2 / 3))
    assert cost.co2_g == pytest.approx(2 * (20.0 / 3 + 40.0 * 2 / 3))
    assert (cost.energy_wh, cost.unpriced_wh, cost.assumed_wh) == (2000.0, 0.0, 0.0)


def test_energy_without_a_price_is_told_and_not_counted() -> None:
    cost = cost_of(4000.0, hour(1), hour(3), PRICES)  # the second half has none
    assert (cost.cost, cost.unpriced_wh) == pytest.approx((6.0, 2000.0))
    assert cost_of(500.0, hour(9), hour(10), PRICES).unpriced_wh == 500.0


def test_energy_at_an_assumed_price_is_told() -> None:
    prices = Prices(
        money=PriceSeries((slot(0, 1, 1.0), slot(1, 2, 2.0, is_assumed=True))), co2=NOTHING
    )
    cost = cost_of(4000.0, hour(0), hour(2), prices)
    assert (cost.cost, cost.assumed_wh) == pytest.approx((6.0, 2000.0))


def test_transaction_grows_by_what_was_charged_since() -> None:
    begun = TransactionCost(number=1, site_id="fjordgata", started_at=hour(0), up_to_at=hour(0))
    once = begun.grown(1000.0, hour(1), PRICES)
    twice = once.grown(3000.0, hour(2), PRICES)
    assert (once.cost.cost, twice.cost.cost) == pytest.approx((1.0, 7.0))
    assert (twice.cost.energy_wh, twice.up_to_at) == (3000.0, hour(2))
    assert twice.grown(3000.0, hour(2), PRICES).cost.cost == pytest.approx(7.0)


def test_energy_that_is_corrected_downwards_takes_its_cost_along() -> None:
    known = TransactionCost(
        number=1,
        site_id="fjordgata",
        started_at=hour(0),
        up_to_at=hour(1),
        cost=Cost(energy_wh=1000.0, cost=1.0, co2_g=20.0),
    )
    assert known.grown(500.0, hour(2), PRICES).cost == Cost(energy_wh=500.0, cost=0.5, co2_g=10.0)


def test_end_that_lies_before_what_was_reckoned_adds_nothing_wrong() -> None:
    known = TransactionCost(
        number=1,
        site_id="fjordgata",
        started_at=hour(0),
        up_to_at=hour(1),
        cost=Cost(energy_wh=1000.0, cost=1.0),
    )
    settled = known.grown(1500.0, hour(0.9), PRICES).settled()
    assert settled.up_to_at == hour(1)
    assert settled.cost.cost == pytest.approx(1.0 + 0.5 * 3.0)  # at the price from 01:00 on
    assert settled.is_settled


def test_quarter_grows_by_power_and_time() -> None:
    quarter = MeterQuarter(at=hour(0)).grown(6000.0, 4000.0, 60.0).grown(12_000.0, 4000.0, 60.0)
    assert (quarter.drawn_wh, quarter.charged_wh) == pytest.approx(
        (
            300.0,
            8000 / 60,
        )
    )
    assert (quarter.covered_s, quarter.mean_w) == pytest.approx((120.0, 9000.0))
    assert MeterQuarter(at=hour(0)).mean_w == 0.0
    assert quarter_of(hour(1) + timedelta(minutes=29, seconds=59)) == hour(1.25)


def test_market_price_becomes_the_whole_one_and_is_cut_where_the_fee_changes() -> None:
    late = FeeWindow(
        weekdays=frozenset(range(7)), from_time=time(0, 30), to_time=time(6), per_kwh=0.1
    )
    tariff = Tariff(vat_share=0.25, energy=EnergyFee(0.3, (late,)))
    whole = all_in(hourly(0.8), tariff, OSLO)
    assert [(one.starts_at, round(one.per_kwh, 9)) for one in whole.slots] == [
        (hour(0), 1.3),
        (hour(0.25), 1.3),
        (hour(0.5), 1.1),
        (hour(0.75), 1.1),
    ]
    assert all_in(hourly(0.8), None, OSLO) == hourly(0.8)
    assert len(all_in(hourly(0.8), Tariff(), OSLO).slots) == 1
