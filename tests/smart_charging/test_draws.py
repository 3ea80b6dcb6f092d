"""What vehicles draw under limits, by hand. Slots are hours: an ampere on L1 carries 230 Wh."""

from typing import Any

import numpy as np
import pytest

from smart_charging.case import lay_out_case
from smart_charging.draws import Draws, draws_of
from smart_charging.holding import stored_wh
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.vehicle import Discharge, Taper
from tests.smart_charging.problems import L1, after, evse, feeder, problem, store

AH = 230.0


def site(*evses: Evse, slots: int = 3, **more: Any) -> ChargingProblem:
    return problem(feeder("main", 99.0, slots=slots), *evses, slots_s=(3600,) * slots, **more)


def drawn(asked: ChargingProblem, *rows: tuple[float, ...]) -> Draws:
    return draws_of(asked, lay_out_case(asked).units, np.array(rows))


def test_vehicle_draws_its_limit_until_it_has_what_it_came_for() -> None:
    found = drawn(site(evse("a", L1, wh=10 * AH, extra_wh=2 * AH)), (8.0, 8.0, 8.0))
    assert found.drawn_wh.tolist() == [pytest.approx([8 * AH, 4 * AH, 0.0])]


def test_vehicle_draws_only_while_it_is_there() -> None:
    found = drawn(site(evse("a", L1, departs_at=after(1.5))), (8.0, 8.0, 8.0))
    assert found.drawn_wh.tolist() == [pytest.approx([8 * AH, 4 * AH, 0.0])]


def test_floor_counts_as_drawn_beyond_what_is_wanted() -> None:
    found = drawn(site(evse("a", L1, wh=AH, floor_a=6.0)), (6.0, 6.0, 6.0))
    assert found.drawn_wh.tolist() == [pytest.approx([6 * AH] * 3)]


def test_filling_battery_draws_less_than_its_limit() -> None:
    # 16 A h are missing: as in `test_taper`, two thirds of what is missing in each hour
    taper = Taper(begins_wh=7360.0, missing_wh=16 * AH)
    found = drawn(site(evse("a", L1, wh=16 * AH, taper=taper)), (32.0, 32.0, 2.0))
    assert found.drawn_wh[0] / AH == pytest.approx([32 / 3, 32 / 9, 32 / 27])


def test_what_is_fed_back_costs_the_battery_more() -> None:
    back = Discharge(max_a=10.0, available_wh=9_999.0, efficiency=0.8)
    found = drawn(site(evse("a", L1, wh=2 * AH, discharge=back)), (10.0, -8.0, 2.0))
    # it may charge 10 A h for the 8 that it feeds back, beside the 2 that it wants
    assert found.drawn_wh.tolist() == [pytest.approx([10 * AH, 0.0, 2 * AH])]
    assert found.fed_wh.tolist() == [pytest.approx([0.0, 8 * AH, 0.0])]
    assert found.net_wh.tolist() == [pytest.approx([10 * AH, -10 * AH, 2 * AH])]


def test_less_than_the_floor_of_a_vehicle_that_feeds_back_is_fed_back() -> None:
    back = Discharge(max_a=10.0, available_wh=9_999.0, efficiency=0.8)
    found = drawn(site(evse("a", L1, floor_a=6.0, discharge=back), slots=1), (2.0,))
    assert (found.drawn_wh.item(), found.fed_wh.item()) == pytest.approx((6 * AH, 4 * AH))


def test_store_holds_what_it_takes_less_what_is_lost() -> None:
    one = store("battery", L1, 3, stored_wh=AH, efficiency=0.5, drain_w=AH)
    held = stored_wh(site(stores=(one,)), np.array([[10.0, -1.0, 0.0]]))
    assert held[0] / AH == pytest.approx([5.0, 2.0, 1.0])
