"""What plans make of prices and fees: by hand, through the problem that the server builds."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf
from typing import Final

import numpy as np
import pytest

from csms.domain.cost import MeterQuarter
from csms.domain.prices import PriceKind, PriceSeries, PriceSlot
from csms.domain.site import Site
from csms.domain.site_policy import Aim
from csms.domain.tariff import CapacitySteps, DemandCharge, EnergyFee, Tariff
from csms.domain.transaction import StatedNeed
from csms.service.live_site import LiveSite
from csms.service.planned_tariff import planned_tariff
from csms.service.problem_builder import build_problem
from smart_charging import tariff as planning
from smart_charging.plan import ChargingPlan
from smart_charging.planner import make_plan
from smart_charging.problem import ChargingProblem
from smart_charging.tariff import hourly_means_w
from tests.domain.resources import BATTERY, with_resources
from tests.domain.sites import flat, place, small_site
from tests.service.priced import priced
from tests.service.rig import NOON, after
from tests.service.sites import connect, plug_in, with_meter

ONE_AT: Final = datetime(2026, 1, 15, 0, tzinfo=UTC)
"""01:00 in Oslo."""
W_PER_A: Final = 3 * 230.0


def hours(*per_kwh: tuple[int, float]) -> PriceSeries:
    """Prices: how many hours, and at which price; from noon on."""
    slots, begins_at = [], NOON
    for count, price in per_kwh:
        ends_at = begins_at + timedelta(hours=count)
        slots.append(PriceSlot(starts_at=begins_at, ends_at=ends_at, per_kwh=price))
        begins_at = ends_at
    return PriceSeries(tuple(slots))


def charging(site: Site, energy_wh: float, departs_at: datetime) -> LiveSite:
    """A vehicle at A whose driver has said what it needs; 22 kW at the most."""
    live = LiveSite(site)
    connect(live, "A")
    plug_in(live, "A", need=StatedNeed(energy_wh=energy_wh, departs_at=departs_at))
    return live


def site(aim: Aim = Aim.CHEAP, tariff: Tariff | None = None) -> Site:
    return priced(small_site(place("A", "level-1", 0.0)), tariff=tariff, aim=aim)


def planned(live: LiveSite) -> tuple[ChargingProblem, ChargingPlan]:
    problem = build_problem(live, NOON)
    return problem, make_plan(problem, 10.0)


def energy_wh(plan: ChargingPlan, start_at: datetime, end_at: datetime) -> float:
    """What is planned between two instants."""
    [evse] = plan.evses
    return sum(
        amps * W_PER_A * (min(b, end_at) - max(a, start_at)).total_seconds() / 3600
        for (a, b), amps in zip(pairwise(plan.edges), evse.limits_a, strict=True)
        if a < end_at and b > start_at
    )


def test_plan_moves_to_the_cheap_hours_and_holds_what_is_promised() -> None:
    # 20 kWh are needed by 07:00 (06:00 UTC). At 22.08 kW that takes 55 minutes, and the two hours
    # from 01:00 on are the only cheap ones: nothing is planned before, all of it within.
    live = charging(site(), 20_000.0, NOON + timedelta(hours=18))
    live.prices.take(PriceKind.ENERGY, hours((12, 2.0), (2, 0.5), (10, 2.0)), NOON)
    _, plan = planned(live)
    assert energy_wh(plan, NOON, ONE_AT) == 0.0
    assert energy_wh(plan, ONE_AT, ONE_AT + timedelta(hours=2)) == pytest.approx(20_000.0, abs=1.0)
    assert energy_wh(plan, ONE_AT + timedelta(hours=2), after(24 * 60)) == pytest.approx(0.0)


def test_promised_energy_comes_before_the_price() -> None:
    # 60 kWh by 02:00: one cheap hour gives 22.08 kWh, the rest is bought dear, however dear.
    live = charging(site(), 60_000.0, ONE_AT + timedelta(hours=1))
    live.prices.take(PriceKind.ENERGY, hours((12, 50.0), (12, 0.5)), NOON)
    _, plan = planned(live)
    assert energy_wh(plan, ONE_AT, ONE_AT + timedelta(hours=1)) == pytest.approx(22_080.0)
    assert energy_wh(plan, NOON, ONE_AT) == pytest.approx(60_000.0 - 22_080.0, abs=1.0)


def test_aim_that_does_not_ask_for_the_price_is_planned_without_it() -> None:
    live = charging(site(Aim.EARLY), 20_000.0, NOON + timedelta(hours=18))
    live.prices.take(PriceKind.ENERGY, hours((12, 2.0), (12, 0.5)), NOON)
    problem, plan = planned(live)
    assert problem.tariff is None
    assert energy_wh(plan, NOON, after(60)) == pytest.approx(20_000.0, abs=2500.0)


def test_step_of_the_fee_is_not_left_for_a_vehicle_that_has_time() -> None:
    # Two days of January had 10 kW, so today's hours may have 10 kW: (10 + 10 + 10) / 3 is still
    # within the step. The building draws 4 kW, so 6 kW are the vehicle's, for 30 kWh in 8 hours.
    steps = CapacitySteps(steps=((10_000.0, 200.0), (inf, 400.0)))
    built = with_meter(site(tariff=Tariff(energy=EnergyFee(0.5), capacity=steps)), flat(20.0))
    live = charging(built, 30_000.0, NOON + timedelta(hours=8))
    live.prices.take(PriceKind.ENERGY, hours((24, 1.0)), NOON)
    remember(live, days=(10, 12), drawn_w=10_000.0, building_w=4_000.0)
    remember(live, days=(8, 9, 11, 13), drawn_w=4_000.0, building_w=4_000.0)
    amps = 4_000.0 / 690.0
    live.read_feeder("intake", NOON, (amps, amps, amps))
    problem, plan = planned(live)
    means_w = hourly_means_w(
        np.array(plan.evses[0].limits_a) * W_PER_A + 4_000.0, plan.slots_s, plan.starts_at
    )
    assert max(means_w) <= 10_000.0 + 1.0
    assert plan.evses[0].short_wh == pytest.approx(0.0, abs=1.0)
    assert energy_wh(plan, NOON, NOON + timedelta(hours=8)) == pytest.approx(30_000.0, abs=1.0)
    assert problem.tariff is not None
    assert problem.tariff.base_w.tolist() == pytest.approx([4_000.0] * len(problem.slots_s))
    assert problem.tariff.capacity == planning.StepFee(
        steps=((10_000.0, 200.0), (inf, 400.0)),
        day_peaks_w=(10_000.0, 10_000.0, 4_000.0, 4_000.0, 4_000.0, 4_000.0),
    )


def test_step_of_the_fee_is_left_for_what_is_promised() -> None:
    steps = CapacitySteps(steps=((10_000.0, 200.0), (inf, 40_000.0)))
    live = charging(site(tariff=Tariff(capacity=steps)), 20_000.0, after(60))
    live.prices.take(PriceKind.ENERGY, hours((24, 1.0)), NOON)
    _, plan = planned(live)
    assert energy_wh(plan, NOON, after(60)) == pytest.approx(20_000.0, rel=0.02)


def test_demand_charge_looks_at_the_highest_hour_of_the_month() -> None:
    live = charging(site(tariff=Tariff(capacity=DemandCharge(per_kw=60.0))), 1000.0, after(60))
    remember(live, days=(10,), drawn_w=8_000.0, building_w=8_000.0)
    problem, _ = planned(live)
    assert problem.tariff is not None
    assert problem.tariff.capacity == planning.DemandCharge(per_kw=60.0, peak_w=8_000.0)


def test_missing_hours_cost_what_a_like_day_cost_or_else_the_mean() -> None:
    live = charging(site(), 1000.0, after(60))
    problem, _ = planned(live)
    assert problem.tariff is not None
    assert set(problem.tariff.per_kwh) == {0.0}  # nothing is known at all
    yesterday = PriceSlot(
        starts_at=NOON - timedelta(hours=24), ends_at=NOON - timedelta(hours=23), per_kwh=3.0
    )
    live.prices.take(PriceKind.ENERGY, PriceSeries((yesterday,)), NOON)
    live.prices.take(
        PriceKind.ENERGY,
        PriceSeries((PriceSlot(starts_at=after(60), ends_at=after(120), per_kwh=1.0),)),
        NOON,
    )
    problem, _ = planned(live)
    assert problem.tariff is not None
    by_slot = dict(zip(problem.edges, problem.tariff.per_kwh.tolist(), strict=False))
    assert by_slot[after(15)] == 3.0  # as yesterday
    assert by_slot[after(75)] == 1.0
    assert by_slot[after(300)] == pytest.approx(2.0)  # the mean of both hours


def test_price_is_that_of_the_market_with_all_that_the_tariff_adds() -> None:
    tariff = Tariff(markup_per_kwh=0.04, vat_share=0.25, energy=EnergyFee(0.36))
    live = charging(site(tariff=tariff), 1000.0, after(60))
    live.prices.take(PriceKind.ENERGY, hours((24, 0.76)), NOON)
    problem, _ = planned(live)
    assert problem.tariff is not None
    assert problem.tariff.per_kwh.tolist() == pytest.approx([1.36] * len(problem.slots_s))


@pytest.mark.parametrize(("markup", "earned"), [(0.0, 0.76), (-0.05, 0.71), (9.0, 1.36)])
def test_energy_that_is_fed_back_earns_what_the_market_pays_and_never_more_than_it_costs(
    markup: float, earned: float
) -> None:
    tariff = Tariff(
        markup_per_kwh=0.04, vat_share=0.25, energy=EnergyFee(0.36), fed_markup_per_kwh=markup
    )
    live = charging(with_resources(site(tariff=tariff), BATTERY), 1000.0, after(60))
    live.prices.take(PriceKind.ENERGY, hours((24, 0.76)), NOON)
    built = planned_tariff(live, [NOON, after(15), after(30)], NOON)
    assert built is not None
    assert built.fed_per_kwh is not None
    assert built.fed_per_kwh.tolist() == pytest.approx([earned] * 2)


def test_nothing_is_reckoned_for_energy_fed_back_where_nothing_can_be() -> None:
    live = charging(site(), 1000.0, after(60))
    live.prices.take(PriceKind.ENERGY, hours((24, 0.76)), NOON)
    problem, _ = planned(live)
    assert problem.tariff is not None
    assert problem.tariff.fed_per_kwh is None


def test_co2_counts_as_the_price_where_the_site_file_says_so_and_no_fee_does() -> None:
    tariff = Tariff(energy=EnergyFee(0.36), capacity=DemandCharge(per_kw=60.0))
    both = priced(
        small_site(place("A", "level-1", 0.0)),
        (PriceKind.ENERGY, PriceKind.CO2),
        tariff=tariff,
        aim=Aim.CHEAP,
        plan_by=PriceKind.CO2,
    )
    live = charging(both, 20_000.0, NOON + timedelta(hours=18))
    live.prices.take(PriceKind.ENERGY, hours((24, 1.0)), NOON)
    live.prices.take(PriceKind.CO2, hours((12, 120.0), (2, 20.0), (10, 120.0)), NOON)
    problem, plan = planned(live)
    assert problem.tariff is not None
    assert set(problem.tariff.per_kwh) == {20.0, 120.0}
    assert problem.tariff.capacity is None
    assert energy_wh(plan, ONE_AT, ONE_AT + timedelta(hours=2)) == pytest.approx(20_000.0, abs=1.0)


def remember(live: LiveSite, days: tuple[int, ...], drawn_w: float, building_w: float) -> None:
    """What the site has drawn all day long on days of January."""
    live.prices.quarters.fill(
        MeterQuarter(
            at=datetime(2026, 1, day, tzinfo=UTC) + timedelta(minutes=15 * quarter),
            drawn_wh=drawn_w / 4,
            charged_wh=(drawn_w - building_w) / 4,
            covered_s=900.0,
        )
        for day in days
        for quarter in range(92)  # until 23:00 UTC, when the next day begins in Oslo
    )
