"""Weeks of two and three vehicles, worked out by hand."""

import numpy as np
import pytest

from smart_charging.study import policies
from smart_charging.study.buffer import Buffer
from smart_charging.study.engine import Case, Setting, Weeks
from smart_charging.study.grid import Grid
from smart_charging.study.silence import Silence, Silent
from tests.smart_charging.study.rig import IT, L1, QUARTER_WH, THREE, grid, live, population


def test_equal_share_halves_a_line_and_first_come_first_served_does_not() -> None:
    """10 A on L1 for four quarters; both want two quarters of 10 A; the second leaves after two.

    Equal shares: 5 A each for two quarters, half of what the second wants; then the first has the
    line. In all 3 of 4 quarters' worth. Earliest departure first: the second has the line for two
    quarters, then the first: everything.
    """
    people = population((0, 4, 2 * QUARTER_WH, 10, L1), (0, 2, 2 * QUARTER_WH, 10, L1), steps=4)
    feeder = grid(10.0, 4)
    equal = live(feeder, people, policies.equal_share(feeder))
    assert equal.share == pytest.approx(0.75)
    assert equal.well_served_share == 0.5
    first = live(feeder, people, policies.one_by_one(feeder, policies.departure))
    assert (first.share, first.well_served_share) == pytest.approx((1.0, 1.0))
    assert (first.peak_share, first.over_as) == pytest.approx((1.0, 0.0))


def test_least_laxity_serves_who_cannot_wait() -> None:
    """10 A on L1 for three quarters. One wants all three; one wants one, and leaves after two.

    By departure the second comes first, and the first misses one of its three: 3 of 4 quarters'
    worth. By laxity the first (0 to spare) comes first, and the second (1 to spare) has as much
    laxity after one step: then it is the first in the row that goes on. 3 of 4 either way, but
    whom it hits differs: the second gets nothing.
    """
    people = population((0, 3, 3 * QUARTER_WH, 10, L1), (0, 2, QUARTER_WH, 10, L1), steps=3)
    feeder = grid(10.0, 3)
    by_laxity = live(feeder, people, policies.one_by_one(feeder, policies.laxity))
    by_departure = live(feeder, people, policies.one_by_one(feeder, policies.departure))
    assert by_laxity.share == by_departure.share == pytest.approx(0.75)
    assert (by_laxity.well_served, by_departure.well_served) == (1, 1)


def test_who_is_not_steered_exceeds_the_limit_and_that_is_seen() -> None:
    """Twice 16 A under 20 A with 4 A beside: 36 A, 16 A too much, for one quarter on one line."""
    people = population((0, 2, 16 * 230 / 4, 16, L1), (0, 2, 16 * 230 / 4, 16, L1), steps=2)
    served = live(grid(20.0, 2, base_a=4.0), people, policies.nobody_steers)
    assert served.peak_share == pytest.approx(36 / 20)
    assert served.over_as == pytest.approx(16 * 900)


def test_a_fixed_share_is_what_is_left_at_the_worst_over_all_chargers() -> None:
    """10 A for two chargers on L1: 5 A each, though one of them is empty: half of 10 A."""
    people = population((0, 1, QUARTER_WH, 10, L1), (2, 3, 0.0, 10, L1), steps=4)
    feeder = grid(10.0, 4)
    chargers = np.array([[2.0, 0.0, 0.0, 0.0]])
    served = live(feeder, people, policies.static_share(feeder)(chargers))
    assert served.share == pytest.approx(0.5)


def test_stays_beyond_the_end_are_served_and_not_judged() -> None:
    people = population((0, 9, 99 * QUARTER_WH, 10, L1), (0, 2, QUARTER_WH, 10, L1), steps=2)
    feeder = grid(10.0, 2)
    served = live(feeder, people, policies.one_by_one(feeder, policies.arrival))
    assert (served.stays, served.wanted_wh) == (1, QUARTER_WH)
    assert served.share == 0.0  # the other came first, and takes the line


def test_a_smaller_case_knows_nothing_of_further_users() -> None:
    people = population((0, 1, QUARTER_WH, 10, L1), (0, 1, QUARTER_WH, 10, L1), steps=1)
    feeder = grid(10.0, 1)
    one, two = Weeks(Setting(grid=feeder), [people], [Case(0, 1), Case(0, 2)]).live(
        policies.equal_share(feeder)
    )
    assert (one.stays, one.share) == pytest.approx((1, 1.0))
    assert (two.stays, two.share) == pytest.approx((2, 0.5))


def test_a_battery_helps_out_until_it_is_empty_and_is_filled_again() -> None:
    """A feeder of 10 A; a battery of 6.9 kW and 3450 Wh: 10 A on all lines for two quarters.

    The vehicle on three lines wants 20 A for four quarters, and gets 20, 20, 10, 10. When it has
    gone the battery, 90 % efficient, takes 10 A for two quarters and the rest, 3450/0.9 - 3450 =
    383 Wh, in a third. Then a second vehicle finds it full.
    """
    quarter_wh = 20 * 690 / 4
    people = population(
        (0, 4, 4 * quarter_wh, 20, THREE), (7, 9, 2 * quarter_wh, 20, THREE), steps=9
    )
    feeder = grid(10.0, 9)
    battery = Buffer(
        gives_w=np.full(9, 6900.0), takes_w=np.full(9, 6900.0), capacity_wh=3450, efficiency=0.9
    )
    served = live(feeder, people, policies.equal_share(feeder), buffer=battery)
    assert served.delivered_wh == pytest.approx((20 + 20 + 10 + 10 + 20 + 20) * 690 / 4)
    assert (served.peak_share, served.over_as) == pytest.approx((1.0, 0.0))


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_silent_chargers_never_make_a_line_carry_too_much(share: float) -> None:
    rng = np.random.default_rng(7)
    arrives = np.sort(rng.integers(0, 600, 400))
    stays = [
        (int(a), int(a + rng.integers(4, 60)), float(rng.integers(2, 30) * 1000), 32.0, int(w))
        for a, w in zip(arrives, rng.integers(0, 4, 400), strict=True)
    ]
    people = population(*stays, steps=672)
    feeder = grid(60.0, 672)
    deal = policies.equal_share(feeder)
    without, silent = (
        live(feeder, people, deal),
        live(feeder, people, deal, silence=Silence(share=share, seed=3)),
    )
    assert silent.over_as == without.over_as == 0.0
    assert silent.peak_share <= 1.0 + 1e-9
    assert silent.delivered_wh < without.delivered_wh


def test_in_an_it_grid_currents_are_added_up_as_phasors() -> None:
    """32 A on L1-L2 and on L3-L1: 55.43 A on L1, 32 A on the others; a limit of 50 A."""
    people = population((0, 1, 1840.0, 32, 0), (0, 1, 1840.0, 32, 2), steps=1)
    feeder = Grid(wiring=IT, limit_a=np.full(1, 50.0), base_a=np.zeros(1))
    free = live(feeder, people, policies.nobody_steers)
    assert free.peak_share == pytest.approx(55.4256 / 50, abs=1e-5)
    assert free.over_as == pytest.approx(5.4256 * 900, abs=0.1)
    shared = live(feeder, people, policies.equal_share(feeder))
    assert 0.995 < shared.peak_share <= 1.0
    assert shared.over_as == 0.0


def test_a_charger_that_falls_silent_keeps_its_last_limit_for_one_step() -> None:
    """Half of the chargers silent: whoever is silent from the first step on never gets anything.

    One vehicle wants ten quarters of 10 A in as many steps. In each step it gets 10 A while it is
    reached, and in the first step of a silence; in no other, as 6 A for 20 chargers do not fit.
    """
    steps = 40
    stays = [(0, steps, steps * QUARTER_WH, 10.0, L1)] * 20
    feeder = grid(100.0, steps)
    silence = Silence(share=0.5, seed=11)
    states, silent = [], Silent(silence, 1, 20)
    for _ in range(steps):
        states.append(silent.now[0])
        silent.move_on()
    is_silent = np.stack(states)
    began = is_silent & ~np.vstack([np.ones((1, 20), dtype=bool), is_silent[:-1]])
    began[0] = False
    held_a, expected_a = np.zeros(20), np.zeros((steps, 20))
    for step in range(steps):
        alone = np.where(began[step], held_a, 0.0)
        room = 100.0 - alone.sum()
        reached = ~is_silent[step]
        share = min(10.0, room / max(1, reached.sum()))
        expected_a[step] = np.where(reached, share, alone)
        held_a = np.where(reached, share, 0.0)
    served = live(
        feeder, population(*stays, steps=steps), policies.equal_share(feeder), silence=silence
    )
    assert served.delivered_wh == pytest.approx(expected_a.sum() * 230 / 4)
    assert served.peak_share <= 1.0 + 1e-9
