"""Which lines get constraints: those that can bind, and no others."""

from smart_charging.case import lay_out_case
from smart_charging.draft import NOT_THERE
from smart_charging.model import write
from smart_charging.resources import Evse
from smart_charging.taps import pair_tap
from smart_charging.vehicle import Discharge
from tests.smart_charging.problems import L1, evse, feeder, problem


def constraints(limit_a: float, *evses: Evse, slots: int = 1) -> list[list[bool]]:
    """Whether each line of one feeder has constraints in slots of an hour: [line, slot]."""
    asked = problem(feeder("main", limit_a, slots=slots), *evses, slots_s=(3600,) * slots)
    case = lay_out_case(asked)
    (lines,) = write(asked, case.network, case.units, case.weights).lines
    is_asked = lines.constraints != NOT_THERE
    return [is_asked[lines.rows == row].any(axis=0).tolist() for row in range(3)]


def test_line_that_its_vehicles_cannot_fill_has_none() -> None:
    assert constraints(63.0, evse("a", L1), evse("b", L1)) == [[True], [False], [False]]
    assert constraints(64.0, evse("a", L1), evse("b", L1)) == [[False], [False], [False]]


def test_line_that_all_the_energy_that_is_wanted_cannot_fill_has_none() -> None:
    # 2300 Wh are 10 A for an hour, whenever they are taken
    evses = (evse("a", L1, wh=2300.0), evse("b", L1, wh=2300.0))
    assert constraints(19.0, *evses, slots=2) == [[True, True], [False] * 2, [False] * 2]
    assert constraints(21.0, *evses, slots=2) == [[False] * 2, [False] * 2, [False] * 2]


def test_floor_counts_beside_the_energy_that_is_wanted() -> None:
    held = evse("a", L1, wh=2300.0, floor_a=6.0)
    assert constraints(21.0, held, evse("b", L1, wh=2300.0)) == [[True], [False], [False]]


def test_vehicle_that_feeds_back_may_take_more_than_it_wants_in_the_end() -> None:
    discharge = Discharge(max_a=16.0, available_wh=5000.0)
    feeds = evse("a", L1, wh=2300.0, discharge=discharge)
    asked = problem(feeder("main", 21.0, slots=2), feeds, slots_s=(3600, 3600))
    case = lay_out_case(asked)
    drawn = write(asked, case.network, case.units, case.weights).lines[0]
    assert (drawn.constraints[drawn.rows == 0] != NOT_THERE).all()


def test_chord_that_cannot_bind_has_none() -> None:
    # 40 A at +30 degrees and 8 A at -30 make 44.5 A, near the first direction alone
    evses = (evse("a", pair_tap(1, 2), max_a=40.0), evse("b", pair_tap(3, 1), max_a=8.0))
    asked = problem(feeder("main", 44.0, slots=1), *evses, slots_s=(3600,))
    case = lay_out_case(asked)
    (lines,) = write(asked, case.network, case.units, case.weights).lines
    on_first = lines.constraints[lines.rows == 0, 0]
    assert 0 < (on_first != NOT_THERE).sum() < len(on_first)
