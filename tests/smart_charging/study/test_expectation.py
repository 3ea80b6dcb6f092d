"""Forecasts see only what was known, and a study plans with the quantiles that it asks for."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pytest

from smart_charging.study.drawing import Drawing, draw_population
from smart_charging.study.engine import Instant
from smart_charging.study.expectation import (
    LEVELS,
    Assumed,
    Expected,
    Medians,
    OwnPast,
    Standing,
)
from smart_charging.study.outlook import Caution, look_ahead
from smart_charging.study.users import Stay, User
from tests.smart_charging.study.rig import TN

QUARTER_WH: Final = 16 * 230 / 4
"""Of the vehicle at full current."""

H: Final = 3600.0
DAY: Final = 24 * H
PAST_H: Final = (2, 4, 6, 8, 10)


def user(*, arrives_h: float = 18.0, lasts_h: float = 12.0) -> User:
    """Five stays of 2 to 10 hours and 2 to 10 kWh in the days before, and one that is studied."""
    past = tuple(
        Stay(
            arrives_s=-(i + 2) * DAY, departs_s=-(i + 2) * DAY + hours * H, energy_wh=hours * 1000.0
        )
        for i, hours in reversed(list(enumerate(PAST_H)))
    )
    now = Stay(arrives_s=arrives_h * H, departs_s=(arrives_h + lasts_h) * H, energy_wh=1.0)
    return User(key="u", line_count=1, max_a=16.0, stays=(*past, now))


def standing(waited_h: float, **when: float) -> list[Standing]:
    return [Standing(user=user(**when), place=5, waited_s=waited_h * H)]


def test_who_comes_in_the_evening_is_assumed_to_leave_in_the_morning() -> None:
    assumed = Assumed(energy_wh=15_000.0, stay_s=10 * H, leaves_by_s=7 * H)
    evening = assumed.expect(standing(3.0))
    assert (evening.stays_s / H).tolist() == [[10.0] * len(LEVELS)]  # 18 to 7 are 13, 3 are over
    assert (assumed.expect(standing(0.0, arrives_h=9.0)).stays_s / H)[0, 0] == 10.0
    assert (assumed.expect(standing(0.0, arrives_h=5.0)).stays_s / H)[0, 0] == 2.0
    assert evening.energy_wh[0, 0] == 15_000.0


def test_the_own_past_counts_given_how_long_this_stay_has_lasted() -> None:
    """2, 4, 6, 8, 10 h: the median is 6. After 5 h only 6, 8 and 10 count: 8, of which 3 remain."""
    own = OwnPast(Assumed())
    median = LEVELS.index(0.5)
    at_first, later = own.expect(standing(0.0)), own.expect(standing(5.0))
    assert at_first.stays_s[0, median] / H == pytest.approx(6.0)
    assert later.stays_s[0, median] / H == pytest.approx(3.0)
    assert at_first.energy_wh[0].tolist() == pytest.approx(
        [2800, 3600, 4400, 5200, 6000, 6800, 7600, 8400, 9200]
    )
    assert own.expect(standing(11.0)).stays_s[0, median] / H == pytest.approx(-1.0)


def test_a_newcomer_is_taken_for_what_is_assumed() -> None:
    new = User(key="n", line_count=1, max_a=16.0, stays=user().stays[-2:])
    asked = [Standing(user=new, place=1, waited_s=0.0)]
    assert (
        OwnPast(Assumed()).expect(asked).stays_s.tolist()
        == Assumed().expect(asked).stays_s.tolist()
    )
    stays = (Stay(arrives_s=0, departs_s=9 * H, energy_wh=7.0),)
    assert Medians(stays, of_user=True).expect(asked).stays_s[0, 0] == 9 * H
    assert Medians(stays).expect(standing(0.0)).energy_wh[0, 0] == 7.0
    assert Medians(stays, of_user=True).expect(standing(0.0)).stays_s[0, 0] == 6 * H


class Watchful:
    """Notes what it is asked, and says that everybody stays 1 to 9 h more and takes 1 to 9 kWh."""

    def __init__(self) -> None:
        self.asked: list[Standing] = []

    def expect(self, standing: Sequence[Standing]) -> Expected:
        self.asked += standing
        row = np.arange(1.0, 10.0)
        rows = np.repeat(row[None, :], len(standing), axis=0)
        return Expected(stays_s=rows * H, energy_wh=rows * 1000)


def test_a_study_asks_once_for_each_stay_as_long_as_it_lasts_and_plans_with_its_quantiles() -> None:
    drawn = draw_population([user()], Drawing(users=3, weeks=1), TN, 0)
    watchful = Watchful()
    outlook = look_ahead(watchful, [user()], [drawn], Caution(stay_level=0.3, energy_level=0.7))
    waited_h = sorted(one.waited_s / H for one in watchful.asked)
    assert waited_h == [0, 0.5, 1, 2, 3, 4, 6, 8, 10, 12]
    assert {one.place for one in watchful.asked} == {5}
    there = instant(arrives=int(drawn.arrives[0]), waited=5, got_wh=2000.0)
    assert outlook.left(there)[0, 0] == 1 * 4 + 3 * 4 - 5  # asked after an hour: 3 h from then on
    assert outlook.need(there)[0, 0] == pytest.approx((7600 - 2000) / QUARTER_WH)
    late = instant(arrives=int(drawn.arrives[0]), waited=44, got_wh=20_000.0)
    assert outlook.left(late)[0, 0] == 10 * 4 + 12 - 44
    assert outlook.need(late)[0, 0] == pytest.approx(1000 / QUARTER_WH)  # more than was ever taken


@pytest.mark.parametrize(
    ("got_wh", "level", "whole_wh"),
    [
        (0.0, 0.5, 5000.0),  # half of all
        (5000.0, 0.5, 7500.0),  # half are beyond 5 kWh; the middle one of those is at 0.75
        (5000.0, 0.2, 6000.0),
        (9000.0, 0.5, 11_250.0),  # a tenth is beyond 9 kWh, up to 13.5
    ],
)
def test_only_energies_beyond_what_was_drawn_count(
    got_wh: float, level: float, whole_wh: float
) -> None:
    """1 to 9 kWh at 10 to 90 %: from 0 on it rises by 1 kWh for each tenth, then to 13.5 kWh."""
    drawn = draw_population([user()], Drawing(users=3, weeks=1), TN, 0)
    outlook = look_ahead(Watchful(), [user()], [drawn], Caution(energy_level=level))
    there = instant(arrives=int(drawn.arrives[0]), waited=0, got_wh=got_wh)
    expected = max(whole_wh - got_wh, 1000.0) / QUARTER_WH
    assert outlook.need(there)[0, 0] == pytest.approx(expected, rel=1e-5)


def instant(*, arrives: int, waited: int, got_wh: float) -> Instant:
    one = np.array([[1.0]])
    return Instant(
        step=arrives + waited,
        seed=np.array([0]),
        users=np.array([3]),
        stay=np.array([[0]]),
        wanted_a=one,
        left_wh=one,
        got_wh=one * got_wh,
        left=one,
        waited=np.array([[waited]]),
        max_a=one * 16,
        w_per_a=one * 230,
        way=np.array([[0]]),
        room_a=np.ones((1, 3)),
    )
