"""Filling up an outlook with what room is left."""

import numpy as np

from smart_charging.case import lay_out_case
from smart_charging.dealing import fill
from smart_charging.vehicle import Discharge
from tests.smart_charging.problems import L1, evse, feeder, problem

HOUR_S = 3600


def test_who_lacks_energy_gets_what_room_is_left() -> None:
    evses = (evse("a", L1, wh=2300.0), evse("b", L1))
    case = lay_out_case(problem(feeder("main", 16.0, slots=1), *evses, slots_s=(HOUR_S,)))
    assert fill(case, np.array([[10.0], [0.0]])).tolist() == [[10.0], [6.0]]


def test_what_is_fed_back_makes_no_room() -> None:
    feeds = evse("a", L1, wh=0.0, discharge=Discharge(max_a=10.0, available_wh=9000.0))
    case = lay_out_case(
        problem(feeder("main", 16.0, slots=1), feeds, evse("b", L1), slots_s=(HOUR_S,))
    )
    filled_a = fill(case, np.array([[-10.0], [0.0]]))
    assert 10.0 < filled_a[1, 0] <= 16.0
