"""How much more an EVSE could draw, solved on paper for lines, pairs and unknown phases."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from smart_charging.case import lay_out_case
from smart_charging.occupancy import Occupancy, paths_of
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.taps import Tap, Transformer, pair_tap, unknown_tap
from smart_charging.tariff import DemandCharge
from tests.smart_charging.problems import (
    L1,
    L2,
    L3,
    THREE,
    evse,
    feeder,
    problem,
    reservation,
    tariff,
)
from tests.smart_charging.solved import occupancy_of

P12, P23, P31 = pair_tap(1, 2), pair_tap(2, 3), pair_tap(3, 1)
ANY = unknown_tap((1, 2, 3))


def room_a(asked: ChargingProblem, one: Evse, *drawing: tuple[Tap, float]) -> float:
    """The room of an EVSE while others draw at the main feeder."""
    others = tuple(evse(f"other {i}", tap) for i, (tap, _) in enumerate(drawing))
    occupancy = occupancy_of(replace(asked, evses=(one, *others)))
    occupancy.add(np.arange(1, len(others) + 1), np.array([amps for _, amps in drawing]))
    return float(occupancy.room_a(np.array([0]))[0])


def tightest(occupancy: Occupancy, one: int) -> tuple[float, int, int]:
    """Room, feeder and line from 0 on."""
    room_a, rows = occupancy.tightest(np.array([one]))
    return float(room_a[0]), *divmod(int(rows[0]), 3)


@pytest.mark.parametrize(
    ("tap", "drawing", "expected_a"),
    [
        pytest.param(THREE, [], 32.0, id="all of it"),
        pytest.param(THREE, [(L2, 10.0)], 22.0, id="fullest line counts"),
        pytest.param(L1, [(L2, 10.0)], 32.0, id="other line does not count"),
        pytest.param(L3, [(THREE, 10.0), (L3, 8.0)], 14.0, id="same line adds up"),
        pytest.param(L1, [(L1, 32.0)], 0.0, id="full"),
        pytest.param(L1, [(L1, 40.0)], 0.0, id="overfull"),
        pytest.param(P12, [(P12, 10.0)], 22.0, id="IT: same pair adds up"),
        # L1: a² + 10 a + 100 = 1024 gives a = -5 + sqrt(949) = 25.806
        pytest.param(P12, [(P31, 10.0)], 25.8058, id="IT: 60 degrees apart"),
        # a² + 17.3205 a + 100 = 1024 gives a = -8.6603 + sqrt(999) = 22.947
        pytest.param(P23, [(THREE, 10.0)], 22.9468, id="IT: 30 degrees apart"),
        pytest.param(P23, [(P12, 32.0)], 0.0, id="IT: full"),
        pytest.param(P23, [(P12, 33.0)], 0.0, id="IT: overfull"),
        # 16 * sqrt(3) = 27.713 on L1, and six more of any angle
        pytest.param(ANY, [(P12, 16.0), (P31, 16.0)], 4.2872, id="unknown beside pairs"),
        pytest.param(ANY, [(ANY, 12.0)], 20.0, id="unknown beside unknown"),
        # 32 - 12 = 20 are left for known angles: a² + 10 a + 100 = 400 gives a = -5 + sqrt(325)
        pytest.param(P12, [(ANY, 12.0), (P31, 10.0)], 13.0278, id="pair beside unknown"),
        pytest.param(P12, [(ANY, 33.0)], 0.0, id="overfull by unknown"),
    ],
)
def test_room_beside_others(tap: Tap, drawing: list[tuple[Tap, float]], expected_a: float) -> None:
    asked = problem(feeder("main", 32.0))
    assert room_a(asked, evse("a", tap), *drawing) == pytest.approx(expected_a, abs=1e-4)


def test_uncontrolled_load_and_silent_chargers_leave_less_room() -> None:
    asked = problem(
        feeder("main", 32.0, uncontrolled_a=[0.0, 5.0, 0.0]),
        reservations=(reservation("main", L2, 7.0),),
    )
    assert room_a(asked, evse("a", L1)) == pytest.approx(32.0)
    assert room_a(asked, evse("a", L2)) == pytest.approx(20.0)


def test_slot_that_is_asked_for_counts() -> None:
    main = feeder("main", 32.0)
    main.limit_a[:, 2] = 13.0
    main.uncontrolled_a[:, 2] = 1.0
    asked = problem(main, evse("a"))
    rooms = [occupancy_of(asked, slot).room_a(np.array([0]))[0] for slot in range(4)]
    assert rooms == pytest.approx([32.0, 32.0, 12.0, 32.0])


@pytest.mark.parametrize(
    ("main_a", "left_a", "uncontrolled_a", "expected"),
    [
        (40.0, 20.0, [0.0, 0.0, 0.0], (20.0, 1, 0)),
        (18.0, 20.0, [0.0, 0.0, 0.0], (18.0, 0, 0)),
        (40.0, 20.0, [0.0, 4.0, 0.0], (16.0, 1, 1)),
        (21.0, 20.0, [0.0, 0.0, 5.0], (15.0, 1, 2)),
    ],
)
def test_feeder_and_line_that_end_the_room_are_named(
    main_a: float, left_a: float, uncontrolled_a: list[float], expected: tuple[float, int, int]
) -> None:
    feeders = (
        feeder("main", main_a),
        feeder("left", left_a, parent="main", uncontrolled_a=uncontrolled_a),
        feeder("right", 1.0, parent="main"),
    )
    occupancy = occupancy_of(problem(feeders, evse("a", feeder="left")))
    assert tightest(occupancy, 0) == expected


def test_load_below_takes_room_above_and_not_beside() -> None:
    feeders = (
        feeder("main", 40.0),
        feeder("left", 32.0, parent="main", uncontrolled_a=4.0),
        feeder("right", 32.0, parent="main"),
    )
    evses = evse("a", feeder="left"), evse("b", feeder="right"), evse("c", feeder="left")
    occupancy = occupancy_of(problem(feeders, *evses))
    occupancy.add(np.array([0]), np.array([16.0]))
    assert tightest(occupancy, 1) == (20.0, 0, 0)
    assert tightest(occupancy, 2) == (12.0, 1, 0)
    occupancy.add(np.array([0]), np.array([-6.0]))
    assert tightest(occupancy, 1) == (26.0, 0, 0)


def test_who_fits_fits_beside_all_who_come_before() -> None:
    # 26 A fit, 32.1 A do not, and whoever comes after those is no better off
    asked = problem(feeder("main", 32.0), *(evse(key) for key in "abcd"))
    occupancy = occupancy_of(asked)
    fits = occupancy.fitting(np.array([2, 0, 3, 1]), np.array([16.0, 10.0, 6.1, 5.9]))
    assert fits.tolist() == [True, True, False, False]
    assert occupancy.room_a(np.arange(4)).tolist() == [32.0] * 4


def test_what_is_fed_back_takes_room_behind_a_delta_wye_transformer() -> None:
    # on L1 of the primary side x and 10 A fed back are 60 degrees apart: x² + 10 x + 100 = 15²
    evses = (evse("feeds", P12), evse("draws", P23))
    main = feeder("main", [15.0, 99.0, 99.0], slots=1, transformer=Transformer(is_delta_wye=True))
    asked = problem(main, *evses, slots_s=(3600,))
    fed_a = np.array([[10.0], [0.0]])
    paths = paths_of(asked, lay_out_case(asked).network, fed_a=fed_a)
    room = float(Occupancy(paths, 0).room_a(np.array([1]))[0])
    assert room == pytest.approx(sqrt(150) - 5, rel=0.006)
    assert room <= sqrt(150) - 5
    without = paths_of(asked, lay_out_case(asked).network)
    assert Occupancy(without, 0).room_a(np.array([1]))[0] == pytest.approx(15.0)


def test_what_is_fed_back_takes_no_room_on_an_ordinary_line() -> None:
    asked = problem(feeder("main", 15.0, slots=1), evse("a", L1), evse("b", L1), slots_s=(3600,))
    paths = paths_of(asked, lay_out_case(asked).network, fed_a=np.array([[10.0], [0.0]]))
    assert Occupancy(paths, 0).room_a(np.array([1]))[0] == pytest.approx(15.0)


def test_power_of_all_is_held_where_it_has_a_fee_and_let_go_again() -> None:
    asked = problem(
        feeder("main", 99.0, slots=1),
        *(evse("a", L1), evse("b", THREE)),
        slots_s=(3600,),
        tariff=tariff([1.0], capacity=DemandCharge(per_kw=9.0)),
    )
    occupancy = occupancy_of(asked)
    occupancy.add(np.array([0]), np.array([10.0]))
    occupancy.hold_power(6_900.0)
    # 4600 W are left: 20 A on one line, 6.667 on three; no line is named for that
    room_a, rows = occupancy.tightest(np.array([0, 1]))
    assert room_a == pytest.approx([20.0, 20 / 3])
    assert rows.tolist() == [-1, -1]
    occupancy.hold_power(np.inf)
    assert occupancy.room_a(np.array([0, 1])) == pytest.approx([89.0, 89.0])


def test_nobody_is_asked_about_nobody() -> None:
    occupancy = occupancy_of(problem(feeder("main", 32.0), evse("a")))
    assert occupancy.room_a(np.zeros(0, dtype=int)).tolist() == []
    assert occupancy.fitting(np.zeros(0, dtype=int), np.zeros(0)).tolist() == []
