"""The bound of perfect foresight: by hand, and above every policy."""

import numpy as np
import pytest

from smart_charging.study import policies
from smart_charging.study.engine import Served
from smart_charging.study.foresight import foresee
from smart_charging.study.grid import Grid
from tests.smart_charging.study.rig import IT, L1, L2, QUARTER_WH, THREE, grid, live, population


def test_foresight_lets_wait_who_can_wait() -> None:
    """10 A: the first of two steps for who leaves, the second for who stays: all that is wanted."""
    people = population((0, 2, QUARTER_WH, 10, L1), (0, 1, QUARTER_WH, 10, L1), steps=2)
    assert foresee(grid(10.0, 2), people, 2).share == pytest.approx(1.0)
    assert foresee(grid(10.0, 2), people, 1).wanted_wh == QUARTER_WH


def test_foresight_cannot_make_room() -> None:
    """Both leave after one step: half. With 4 A beside, 6 of 20 A."""
    people = population((0, 1, QUARTER_WH, 10, L1), (0, 1, QUARTER_WH, 10, L1), steps=1)
    assert foresee(grid(10.0, 1), people, 2).share == pytest.approx(0.5, abs=1e-3)
    assert foresee(grid(10.0, 1, base_a=4.0), people, 2).share == pytest.approx(0.3, abs=1e-3)


def test_lines_are_flows_of_their_own() -> None:
    """10 A on three lines and 10 on L1 under 10 A: L1 carries half, L2 and L3 all: 30 of 40."""
    people = population((0, 1, 3 * QUARTER_WH, 10, THREE), (0, 1, QUARTER_WH, 10, L1), steps=1)
    assert foresee(grid(10.0, 1), people, 2).share == pytest.approx(0.75, abs=1e-3)


def test_an_it_grid_is_one_flow() -> None:
    """10 A of limit are 3983 W in all: of two times 3680 W on pairs that is 54.1 %."""
    feeder = Grid(wiring=IT, limit_a=np.full(1, 10.0), base_a=np.zeros(1))
    people = population((0, 1, 920.0, 16, L1), (0, 1, 920.0, 16, L2), steps=1)
    assert foresee(feeder, people, 2).share == pytest.approx(3983.7 / 7360, abs=1e-3)


def test_who_stays_beyond_the_end_takes_nothing() -> None:
    people = population((0, 9, 9 * QUARTER_WH, 10, L1), (0, 2, QUARTER_WH, 10, L1), steps=2)
    assert foresee(grid(10.0, 2), people, 2).share == pytest.approx(1.0)


def test_no_policy_is_above_it() -> None:
    rng = np.random.default_rng(5)
    arrives = np.sort(rng.integers(0, 300, 150))
    stays = [
        (int(a), int(a + rng.integers(1, 50)), float(rng.integers(1, 30) * 500), 32.0, int(w))
        for a, w in zip(arrives, rng.integers(0, 4, 150), strict=True)
    ]
    people, feeder = population(*stays, steps=360), grid(40.0, 360)
    bound = foresee(feeder, people, 150).share
    shares = [
        share_of(live(feeder, people, deal))
        for deal in (
            policies.equal_share(feeder),
            policies.one_by_one(feeder, policies.laxity),
            policies.as_planned(feeder),
        )
    ]
    assert 0.5 < max(shares) <= bound + 1e-6
    assert bound < 1.0


def share_of(served: Served) -> float:
    return served.share
