"""Dealing out room, worked out by hand and by a plain loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_charging.arrays import Array
from smart_charging.study.sharing import by_way, evenly, fits, in_order
from smart_charging.study.wiring import Wiring
from tests.smart_charging.study.rig import IT, L1, L2, THREE, TN

ROOM = np.array([[30.0, 20.0, 10.0]])


def row(*values: float) -> Array:
    return np.array([values], dtype=float)


def test_amperes_are_added_up_by_way() -> None:
    way = np.array([[L1, L1, THREE, L2]])
    assert by_way(row(1, 2, 4, 8), way).tolist() == [[3.0, 8.0, 0.0, 4.0]]


def test_in_order_the_first_get_all_and_the_next_what_is_left() -> None:
    """L1 has 30 A: 16 for the second, 14 of 16 for the first; L2 is the third's alone."""
    way = np.array([[L1, L1, L2]])
    given_a = in_order(row(16, 16, 16), row(2, 1, 3), way, ROOM, TN.coefficients)
    assert given_a.tolist() == [[14.0, 16.0, 16.0]]


def test_who_is_on_three_lines_is_held_by_the_fullest_one() -> None:
    """L3 has 10 A, so the vehicle on three lines gets 10 and leaves 20 to L1."""
    given_a = in_order(row(16, 32), row(1, 2), np.array([[THREE, L1]]), ROOM, TN.coefficients)
    assert given_a.tolist() == [[10.0, 20.0]]


def test_where_all_fit_all_get_what_they_want() -> None:
    given_a = in_order(row(16, 10), row(1, 2), np.array([[L1, L2]]), ROOM, TN.coefficients)
    assert given_a.tolist() == [[16.0, 10.0]]


def test_even_shares_are_equal_but_for_who_wants_less() -> None:
    """30 A on L1: the one that wants 6 gets 6, the other two 12 each."""
    given_a = evenly(row(6, 16, 32), np.array([[L1, L1, L1]]), ROOM, TN.coefficients)
    assert given_a == pytest.approx(row(6, 12, 12))


def test_even_shares_rise_where_a_line_still_has_room() -> None:
    """L3's 10 A stop the one on three lines at 10; then L1's other two share the 20 left."""
    given_a = evenly(row(16, 16, 16), np.array([[THREE, L1, L1]]), ROOM, TN.coefficients)
    assert given_a == pytest.approx(row(10, 10, 10))
    given_a = evenly(row(16, 32), np.array([[THREE, L1]]), ROOM, TN.coefficients)
    assert given_a == pytest.approx(row(10, 20))


def test_without_room_nobody_gets_anything() -> None:
    for deal in (
        evenly(row(16, 16), np.array([[L1, THREE]]), np.zeros((1, 3)), TN.coefficients),
        in_order(
            row(16, 16), row(1, 2), np.array([[L1, THREE]]), np.zeros((1, 3)), TN.coefficients
        ),
    ):
        assert deal.tolist() == [[0.0, 0.0]]


VEHICLES = st.lists(
    st.tuples(st.floats(0, 32), st.floats(0, 100), st.integers(0, 3)), min_size=1, max_size=12
)


@given(vehicles=VEHICLES, room=st.lists(st.floats(0, 60), min_size=3, max_size=3))
def test_nothing_is_given_beyond_room_or_wish_and_none_is_left_that_is_wanted(
    vehicles: list[tuple[float, float, int]], room: list[float]
) -> None:
    wanted, key, way = (np.array([column]) for column in zip(*vehicles, strict=True))
    for wiring in (TN, IT):
        room_a = (np.array(room)[wiring.line] * wiring.reach)[None, :]
        for given_a in (
            in_order(wanted, key, way, room_a, wiring.coefficients),
            evenly(wanted, way, room_a, wiring.coefficients),
        ):
            assert (given_a <= wanted + 1e-9).all()
            assert (given_a >= 0).all()
            carried = by_way(given_a, way) @ wiring.coefficients.T
            assert (carried <= room_a + 1e-6).all()
            assert_nobody_could_have_more(wanted, given_a, way, room_a - carried, wiring)


def assert_nobody_could_have_more(
    wanted: Array, given_a: Array, way: Array, left_a: Array, wiring: Wiring
) -> None:
    for place in range(wanted.shape[1]):
        loads = wiring.coefficients[:, way[0, place]]
        if wanted[0, place] - given_a[0, place] > 1e-5:
            assert (left_a[0, loads > 0] < 1e-5).any()


def test_an_it_grid_never_lets_a_line_carry_more_than_its_limit() -> None:
    """32 A on L1-L2 and on L3-L1 put 55.4 A on L1 as phasors: 56 A let both charge, 54 do not."""
    way = np.array([[0, 2]])
    for limit_a, is_enough in ((56.0, True), (54.0, False)):
        room_a = (IT.reach * limit_a)[None, :]
        assert fits(row(32, 32), way, room_a, IT.coefficients)[0] == is_enough


@given(
    vehicles=VEHICLES,
    room=st.lists(st.floats(0, 60), min_size=3, max_size=3),
    most_on_three=st.floats(0, 60),
)
def test_in_order_is_what_a_plain_loop_deals_out(
    vehicles: list[tuple[float, float, int]], room: list[float], most_on_three: float
) -> None:
    """With a row of its own for those on three lines, as our way has it."""
    wanted, key, way = (np.array([column]) for column in zip(*vehicles, strict=True))
    capped = np.vstack([TN.coefficients, [[0.0, 0.0, 0.0, 1.0]]])
    room_a = np.array([[*room, most_on_three]])
    given_a = in_order(wanted, key, way, room_a, capped)
    left, expected = [*room, most_on_three], [0.0] * len(vehicles)
    for place in sorted(range(len(vehicles)), key=lambda one: vehicles[one][1]):
        rows = [0, 1, 2, 3] if vehicles[place][2] == THREE else [vehicles[place][2]]
        expected[place] = max(0.0, min(vehicles[place][0], *(left[row] for row in rows)))
        for row in rows:
            left[row] -= expected[place]
    assert given_a[0].tolist() == pytest.approx(expected, abs=1e-6)
