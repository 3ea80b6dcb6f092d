"""A day with one battery, one heater and one car, solved by hand."""

import pytest

from smart_charging.plan import Method
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.verify import verify
from tests.smart_charging.problems import L1, after, evse, feeder, problem, store, tariff

AH = 230.0
"""Wh that an ampere on one line carries in an hour."""


def the_day() -> ChargingProblem:
    car = evse("car", L1, wh=20 * AH, departs_at=after(2), max_a=16.0)
    battery = store(
        "battery",
        L1,
        charge_a=3.0,
        discharge_a=3.0,
        stored_wh=1 * AH,
        least_wh=1 * AH,
        most_wh=9 * AH,
        wear_per_kwh=1.0,
    )
    heater = store(
        "heater",
        L1,
        charge_a=5.0,
        discharge_a=0.0,
        stored_wh=4 * AH,
        least_wh=2 * AH,
        most_wh=12 * AH,
        drain_w=4 * AH,
    )
    return problem(
        feeder("main", 23.0, uncontrolled_a=3.0),
        car,
        slots_s=(3600,) * 4,
        stores=(battery, heater),
        policy=Policy(aim=Aim.CHEAP),
        tariff=tariff([1.0, 3.0, 8.0, 6.0], base_w=3 * AH),
    )


def test_day_of_one_battery_one_heater_and_one_car() -> None:
    """The optimum, derived by hand.

    Four hours cost 1, 3, 8 and 6 for a kWh. The line carries 23 A, of which the house takes 3: 20 A
    are left. All amounts are in A h.

    *Battery*: 3 A either way, no losses, a kWh given back costs 1 in wear. It holds 1, which is its
    reserve, so it gives only what it has bought. Bought for 1 and 3, sold for 8 and 6, a unit
    brings at least 6 - 3 - 1 = 2: it buys all it can in the first two hours, and sells all it can
    in the last two: 3, 3, -3, -3.

    *Heater*: 5 A; it holds 4, loses 4 in each hour, and is never to hold less than 2. So it needs
    4 * 4 + 2 - 4 = 14 by the end, and 10 by the end of the third hour. It takes all it can in the
    two cheap hours, 5 and 5, which lasts through the dear third one (4 + 10 - 12 = 2), and the
    other 4 in the last hour, which costs 6 and not 8: 5, 5, 0, 4.

    *Car*: 16 A, 20 by the end of the second hour. In the first hour 20 - 3 - 5 = 12 are left to it,
    the other 8 come in the second: 12, 8.

    Nobody gives way in the first hour: one unit more for the car saves 3 - 1 = 2. The battery, at
    its most in all hours, would lose 6 - 1 - 1 = 4 for it, and the heater, which takes all it can
    in the second hour as well, would buy the unit for 6 in the last hour: 6 - 1 = 5.

    It costs 20 * 1 + 16 * 3 - 3 * 8 + 1 * 6 = 50, each for 0.23 kWh: 11.5; and 6 * 0.23 of wear.
    """
    asked = the_day()
    plan = make_plan(asked)
    verify(asked, plan)
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    assert plan.evses[0].limits_a == pytest.approx((12.0, 8.0, 0.0, 0.0), abs=1e-3)
    assert plan.stores[0].amps == pytest.approx((3.0, 3.0, -3.0, -3.0), abs=1e-3)
    assert plan.stores[1].amps == pytest.approx((5.0, 5.0, 0.0, 4.0), abs=1e-3)
    assert plan.objective is not None
    assert plan.objective.cost == pytest.approx(11.5, abs=1e-3)
    assert plan.evses[0].short_wh == pytest.approx(0.0, abs=0.1)
