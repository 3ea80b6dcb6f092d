"""Stores that are on or off, heat pumps, wear and sales, solved by hand.

Slots are hours, everything hangs on L1: an ampere carries 230 Wh in each.
"""

import math
from typing import Any

import numpy as np
import pytest

from smart_charging.plan import ChargingPlan, Method
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Store, Switching
from smart_charging.verify import verify
from tests.smart_charging.problems import L1, after, evse, feeder, problem, store, tariff
from tests.smart_charging.solved import judged, relaxed, stored_a

AH = 230.0
CHEAP = Policy(aim=Aim.CHEAP)


def heater(**more: Any) -> Store:
    """10 A, holds 8 A h of at most 20, loses 4 an hour, and is never to hold less than 4."""
    usual = {
        "charge_a": 10.0,
        "discharge_a": 0.0,
        "stored_wh": 8 * AH,
        "least_wh": 4 * AH,
        "most_wh": 20 * AH,
        "drain_w": 4 * AH,
    }
    return store("heater", L1, **{**usual, **more})


def site(*stores: Store, prices: tuple[float, ...] = (1.0,) * 4, **more: Any) -> ChargingProblem:
    usual = {"limit_a": 99.0, "base_w": 0.0, "fed": None, "evses": (), "committed": 4, **more}
    fed = None if usual["fed"] is None else np.array(usual["fed"])
    return problem(
        feeder("main", usual["limit_a"]),
        *usual["evses"],
        slots_s=(3600,) * 4,
        stores=stores,
        policy=CHEAP,
        committed=usual["committed"],
        tariff=tariff(list(prices), base_w=usual["base_w"], fed_per_kwh=fed),
    )


def planned(asked: ChargingProblem) -> list[float]:
    """What the first store takes, in a plan that passes."""
    plan = make_plan(asked)
    verify(asked, plan)
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    return taken(plan)


def taken(plan: ChargingPlan) -> list[float]:
    return [round(amps, 3) + 0.0 for amps in plan.stores[0].amps]


def test_what_is_needed_is_taken_at_least_at_the_least() -> None:
    # it needs 4 A from the second hour on; on, it takes at least 6 and is then warm for longer:
    # 8, 4 + 6 = 6, 6 + 6 - 4 = 8, 4
    rising = (1.0, 2.0, 3.0, 4.0)
    asked = site(heater(charge_a=10.0, switching=Switching(min_a=6.0)), prices=rising[::-1])
    assert planned(asked) == [0.0, 6.0, 6.0, 0.0]


def test_who_has_just_been_switched_off_stays_off() -> None:
    # of 4 A h too little nothing can be had for half an hour, and slots are not cut
    switching = Switching(min_a=6.0, off_s=60.0, min_off_s=1_800.0)
    assert planned(site(heater(stored_wh=4 * AH, switching=switching)))[0] == 0.0


def test_who_has_just_been_switched_on_stays_on() -> None:
    # the energy of the next hours is cheaper, but it has run for a minute only
    switching = Switching(min_a=6.0, on_s=60.0, min_on_s=3_660.0)
    asked = site(heater(switching=switching), prices=(9.0, 9.0, 1.0, 1.0))
    assert planned(asked)[:2] == [6.0, 0.0]


def test_who_would_be_too_warm_is_switched_off_all_the_same() -> None:
    switching = Switching(min_a=6.0, on_s=60.0, min_on_s=7_200.0)
    assert planned(site(heater(most_wh=9 * AH, switching=switching)))[0] == 0.0


def test_nobody_is_switched_on_to_be_too_warm_before_it_may_be_switched_off() -> None:
    # 6 A for two hours would end at 12 A h
    switching = Switching(min_a=6.0, min_on_s=7_200.0)
    asked = site(heater(most_wh=11 * AH, switching=switching), prices=(1.0, 9.0, 9.0, 9.0))
    assert planned(asked)[0] == 0.0


def test_cold_room_comes_before_promised_energy() -> None:
    car = evse("a", L1, wh=99_000.0, departs_at=after(9))
    asked = site(heater(stored_wh=4 * AH), evses=(car,), limit_a=20.0, committed=1)
    plan = make_plan(asked)
    verify(asked, plan)
    assert plan.stores[0].amps[0] == pytest.approx(4.0, abs=0.01)
    assert plan.evses[0].limits_a[0] == pytest.approx(16.0, abs=0.1)


def test_heuristic_keeps_rooms_warm_first() -> None:
    car = evse("a", L1, wh=99_000.0, departs_at=after(9))
    asked = site(heater(stored_wh=4 * AH), evses=(car,), limit_a=20.0)
    plan = plan_by_heuristic(asked, "the solver was late")
    verify(asked, plan)
    assert taken(plan) == [4.0, 4.0, 4.0, 4.0]
    assert plan.evses[0].limits_a == (16.0, 16.0, 16.0, 16.0)


def test_heat_pump_gains_more_than_it_takes_and_heat_is_lost() -> None:
    # half of 8 A h are left after an hour, and 2 A bring 6: 10; half of that, 5, is kept by nothing
    asked = site(
        heater(
            gain=np.full(4, 3.0), loss_per_h=math.log(2.0), drain_w=0.0, least_wh=[10 * AH, 0, 0, 0]
        )
    )
    assert stored_a(asked) == [[2.0, 0.0, 0.0, 0.0]]


@pytest.mark.parametrize(("wear", "expected"), [(0.9, [10.0, -10.0]), (1.1, [0.0, 0.0])])
def test_battery_works_only_where_it_earns_its_wear(wear: float, expected: list[float]) -> None:
    battery = store("b", L1, charge_a=10.0, discharge_a=10.0, stored_wh=0.0, wear_per_kwh=wear)
    assert stored_a(site(battery, prices=(1.0, 2.0, 0.5, 0.5)))[0][:2] == expected


def test_what_the_sun_gives_is_kept_where_it_sells_for_less() -> None:
    # the sun gives 5 A above what the house takes. Sold they bring 0.2, kept they save 1: so it
    # takes them, but no kWh for 2; later it gives just what the house takes, not more
    battery = store("b", L1, charge_a=10.0, discharge_a=10.0, stored_wh=0.0)
    asked = site(battery, prices=(2.0, 1.0, 1.0, 1.0), fed=(0.2,) * 4)
    assert asked.tariff is not None
    asked.tariff.base_w[:] = [-5 * AH, 2 * AH, 2 * AH, 2 * AH]
    [row] = stored_a(asked)
    assert row[0] == 5.0
    assert sum(row[1:]) == pytest.approx(-5.0, abs=2e-3)
    assert min(row[1:]) >= -2.001


def test_worth_of_sales_is_reckoned_as_the_program_does() -> None:
    battery = store("b", L1, charge_a=10.0, discharge_a=10.0, stored_wh=9 * AH, wear_per_kwh=0.1)
    asked = site(battery, prices=(3.0, 1.0, 1.0, 1.0), fed=(2.0, 0.5, 0.5, 0.5), base_w=3 * AH)
    found = relaxed(asked)
    # 9 A for 3 A of the house and 6 A to sell: 3 at 3, 6 at 2
    assert found.store_a.round(3).tolist()[0][0] == -9.0
    worth = judged(asked, found)
    assert worth.total == pytest.approx(found.objective, abs=1e-6)
    assert worth.cost == pytest.approx(-(3 * 3 + 6 * 2) * 0.23, abs=1e-6)
