"""Populations are nested, seeded, shifted by whole weeks, and as rich as vehicles can charge."""

from dataclasses import replace

import numpy as np
import pytest

from smart_charging.study.drawing import STEPS_PER_WEEK, Drawing, draw_population
from smart_charging.study.users import WEEK_S, Stay, User
from tests.smart_charging.study.rig import IT, THREE, TN

HOUR_S = 3600.0
ONE = User(
    key="one",
    line_count=1,
    max_a=16.0,
    stays=(
        Stay(arrives_s=-HOUR_S, departs_s=0.0, energy_wh=900.0),
        Stay(arrives_s=10 * HOUR_S, departs_s=12.2 * HOUR_S, energy_wh=5000.0),
    ),
)
TWO = User(
    key="two",
    line_count=3,
    max_a=16.0,
    stays=(Stay(arrives_s=WEEK_S + 60, departs_s=WEEK_S + 120, energy_wh=9000.0),),
)
NEVER = User(key="never", line_count=1, max_a=16.0, stays=())


def test_a_smaller_population_is_the_beginning_of_a_larger_one() -> None:
    small = draw_population([ONE, TWO], Drawing(users=5, weeks=2), TN, 3)
    large = draw_population([ONE, TWO], Drawing(users=50, weeks=2), TN, 3)
    kept = large.user < 5
    assert large.arrives[kept].tolist() == small.arrives.tolist()
    assert large.way[kept].tolist() == small.way.tolist()
    assert large.way_of_user[:5].tolist() == small.way_of_user.tolist()
    other = draw_population([ONE, TWO], Drawing(users=50, weeks=2), TN, 4)
    assert other.origin[:, 0].tolist() != large.origin[:, 0].tolist()


def test_stays_are_shifted_by_whole_weeks_and_begin_at_the_nearest_quarter() -> None:
    drawn = draw_population([ONE, TWO, NEVER], Drawing(users=200, weeks=2), TN, 0)
    first, second = drawn.origin[:, 0] == 0, drawn.origin[:, 0] == 1
    assert set(drawn.arrives[first] % STEPS_PER_WEEK) == {40}
    assert set(drawn.arrives[first]) == {40, 40 + STEPS_PER_WEEK}
    assert set(drawn.departs[first] - drawn.arrives[first]) == {9}  # 2.2 h
    assert set(drawn.departs[second] - drawn.arrives[second]) == {1}  # none is shorter
    assert set(drawn.origin[first][:, 1]) == {1}  # its past is not drawn
    assert not (drawn.origin[:, 0] == 2).any()
    assert (np.diff(drawn.arrives) >= 0).all()


def test_what_cannot_be_reached_at_full_current_is_told_apart() -> None:
    """A quarter of an hour at 16 A on three lines of 230 V: 2760 Wh of 9000; IT: 1593 Wh."""
    for wiring, reached_wh in ((TN, 2760.0), (IT, 1593.49)):
        drawn = draw_population([TWO], Drawing(users=1, weeks=2), wiring, 0)
        assert drawn.way.tolist() == [THREE]
        assert drawn.wanted_wh[0] == pytest.approx(reached_wh, abs=0.01)
        assert drawn.unavoidable_wh[0] == pytest.approx(9000 - reached_wh, abs=0.01)


def test_single_phase_vehicles_are_on_every_line() -> None:
    drawn = draw_population([ONE], Drawing(users=300, weeks=1), TN, 0)
    counts = np.bincount(drawn.way_of_user, minlength=4)
    assert counts[3] == 0
    assert (counts[:3] > 70).all()


def test_vehicles_may_be_made_to_charge_on_one_line() -> None:
    asked = Drawing(users=400, weeks=2, single_phase_share=0.5)
    drawn = draw_population([TWO], asked, TN, 0)
    assert 150 < (drawn.way_of_user == THREE).sum() < 250
    assert set(drawn.max_a[drawn.way == THREE]) == {16.0}
    assert set(drawn.max_a[drawn.way != THREE]) == {32.0}
    unchanged = draw_population([TWO], replace(asked, single_phase_share=0.0), TN, 0)
    assert unchanged.arrives.tolist() == drawn.arrives.tolist()


def test_nobody_to_draw_from_is_an_error() -> None:
    with pytest.raises(ValueError, match="nobody comes within the 2 weeks"):
        draw_population([NEVER], Drawing(users=5, weeks=2), TN, 0)
