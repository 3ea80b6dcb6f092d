"""What becomes of a battery, a heater and a load that can wait."""

import numpy as np
import pytest

from smart_charging.flexible import (
    Battery,
    Heat,
    Place,
    Run,
    battery_store,
    heat_store,
    run_store,
)
from smart_charging.holding import dynamics_of
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Policy
from smart_charging.resources import Store
from smart_charging.verify import verify
from tests.smart_charging.problems import THREE, feeder, problem, tariff

HERE = Place(feeder="main", tap=THREE, w_per_a=690.0)
HOURS = (3600,) * 4


def test_battery_keeps_its_reserve() -> None:
    battery = Battery(
        capacity_wh=20_000.0,
        stored_wh=9_000.0,
        charge_w=6_900.0,
        discharge_w=3_450.0,
        reserve_wh=4_000.0,
        efficiency=0.96,
        wear_per_kwh=0.4,
    )
    store = battery_store("b", HERE, battery, 4)
    assert (store.charge_a, store.discharge_a, store.stored_wh) == (10.0, 5.0, 9_000.0)
    assert store.least_wh.tolist() == [4_000.0] * 4
    assert store.most_wh.tolist() == [20_000.0] * 4
    assert (store.efficiency, store.wear_per_kwh) == (0.96, 0.4)


def room(now_c: float, around_c: float, **more: float) -> Store:
    return heat_store(
        "r",
        HERE,
        Heat(
            wh_per_k=2_000.0,
            w_per_k=100.0,
            now_c=now_c,
            least_c=np.full(4, 20.0),
            most_c=np.full(4, 22.0),
            around_c=np.full(4, around_c),
            drawn_w=np.full(4, more.get("drawn_w", 0.0)),
            heater_w=6_900.0,
            gain=np.full(4, 3.0),
        ),
    )


def test_room_is_counted_from_the_coldest_around_it() -> None:
    store = room(21.0, -5.0)
    assert (store.charge_a, store.discharge_a, store.loss_per_h) == (10.0, 0.0, 0.05)
    assert store.stored_wh == 52_000.0  # 26 K at 2 kWh
    assert (store.least_wh[0], store.most_wh[0]) == (50_000.0, 54_000.0)
    assert store.drain_w.tolist() == [0.0] * 4


def test_room_cools_down_towards_what_is_around_it() -> None:
    # 26 K above, 5 % an hour: 26 exp(-0.05) = 24.732 K after one
    store = room(21.0, -5.0)
    held_wh = dynamics_of(store, np.ones(4)).course_wh(store.stored_wh, np.zeros(4))
    assert held_wh[0] / 2_000.0 - 5.0 == pytest.approx(19.732, abs=1e-3)


def test_room_that_is_colder_than_around_it_warms_up() -> None:
    # counted from its own 15 degrees; 10 K at 100 W/K come in
    store = room(15.0, 25.0)
    assert (store.stored_wh, store.drain_w[0]) == (0.0, -1_000.0)


def test_load_that_can_wait_runs_once_in_its_cheapest_hours() -> None:
    # 2 kW for two hours, done by the end of the fourth; hours three and four are cheapest together,
    # as it may not stop in between
    run = Run(power_w=2_070.0, energy_wh=4_140.0, deadline_s=14_400.0)
    asked = problem(
        feeder("main", 99.0),
        slots_s=HOURS,
        stores=(run_store("w", HERE, run, HOURS),),
        committed=4,
        policy=Policy(aim=Aim.CHEAP),
        tariff=tariff([5.0, 4.0, 1.0, 1.0]),
    )
    plan = make_plan(asked)
    verify(asked, plan)
    assert plan.stores[0].amps == pytest.approx((0.0, 0.0, 3.0, 3.0), abs=1e-6)


def test_load_that_runs_goes_on_until_it_is_done() -> None:
    run = Run(
        power_w=2_070.0, energy_wh=4_140.0, served_wh=2_070.0, deadline_s=14_400.0, on_s=3_600.0
    )
    asked = problem(
        feeder("main", 99.0),
        slots_s=HOURS,
        stores=(run_store("w", HERE, run, HOURS),),
        committed=4,
        policy=Policy(aim=Aim.CHEAP),
        tariff=tariff([5.0, 4.0, 1.0, 1.0]),
    )
    plan = make_plan(asked)
    verify(asked, plan)
    assert plan.stores[0].amps == pytest.approx((3.0, 0.0, 0.0, 0.0), abs=1e-6)


def test_load_waits_for_its_earliest_and_is_done_in_the_slot_before_its_deadline() -> None:
    run = Run(power_w=2_070.0, energy_wh=2_070.0, earliest_s=3_600.0, deadline_s=12_000.0)
    store = run_store("w", HERE, run, HOURS)
    assert store.most_wh.tolist() == [0.0, 2_070.0, 2_070.0, 2_070.0]
    assert store.least_wh.tolist() == [0.0, 0.0, 2_070.0, 2_070.0]
