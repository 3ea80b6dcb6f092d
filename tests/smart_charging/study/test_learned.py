"""A learned forecast sees nothing of the studied weeks but what was over when a stay began."""

from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from smart_charging.arrays import Array
from smart_charging.study.expectation import LEVELS, OwnPast, Standing
from smart_charging.study.learned import LEAST_STAYS, Learned, learn
from smart_charging.study.risk import CURVE_STEPS, FULL_LEVELS, Chances
from smart_charging.study.users import Stay, User

H: Final = 3600.0
DAY: Final = 24 * H
PAST_DAYS: Final = 84
MEDIAN: Final = LEVELS.index(0.5)


def user(key: str, comes_h: float, lasts_h: float, kwh: float, seed: int) -> User:
    """Every day for twelve weeks, and two that are studied, at about that time."""
    rng = np.random.default_rng(seed)
    stays = []
    for day in range(-PAST_DAYS, 14):
        begin_s = day * DAY + (comes_h + rng.uniform(-0.5, 0.5)) * H
        end_s = begin_s + (lasts_h + rng.uniform(-0.3, 0.3)) * H
        stays.append(Stay(arrives_s=begin_s, departs_s=end_s, energy_wh=kwh * 1000))
    return User(key=key, line_count=1, max_a=16.0, stays=tuple(stays))


USERS: Final = (
    user("night", 17, 14, 20, 1),
    user("night too", 18, 13, 12, 2),
    user("short", 17, 3, 6, 3),
    user("day", 8, 8, 9, 4),
)
ASKED: Final = [(0, PAST_DAYS), (2, PAST_DAYS), (3, PAST_DAYS + 2)]


@pytest.fixture(scope="module")
def learned() -> Learned:
    made = learn(USERS)
    assert isinstance(made, Learned)
    return made


@pytest.fixture(scope="module")
def chances(learned: Learned) -> Chances:
    return learned.chances(ASKED)


def survival(chances: Chances, row: int) -> Array:
    found: Array = np.exp(-chances.leaving[row])
    return found


def test_curves_begin_when_a_stay_does_and_rise(chances: Chances) -> None:
    assert chances.leaving.shape == (3, CURVE_STEPS + 1)
    assert chances.leaving[:, 0].tolist() == [0.0, 0.0, 0.0]
    assert (np.diff(chances.leaving, axis=1) >= 0).all()
    assert chances.full_wh.shape == (3, len(FULL_LEVELS))
    assert (np.diff(chances.full_wh, axis=1) >= 0).all()


def test_each_user_leaves_when_he_is_used_to(chances: Chances) -> None:
    """14, 3 and 8 hours, in quarters, and what each takes, in kWh."""
    for row, (quarters, kwh) in enumerate([(56, 20), (12, 6), (32, 9)]):
        median = int((survival(chances, row) > 0.5).sum())
        assert abs(median - quarters) <= 4
        assert abs(chances.full_wh[row, 20] / 1000 - kwh) <= 2


def test_quantiles_are_those_of_the_curves(learned: Learned, chances: Chances) -> None:
    standing = [
        Standing(user=USERS[0], place=PAST_DAYS, waited_s=0.0),
        Standing(user=USERS[0], place=PAST_DAYS, waited_s=10 * H),
    ]
    expected = learned.expect(standing)
    assert expected.stays_s[0, MEDIAN] / H == pytest.approx(14, abs=1)
    assert expected.stays_s[1, MEDIAN] / H == pytest.approx(4, abs=1)
    assert (np.diff(expected.stays_s, axis=1) >= 0).all()
    assert expected.energy_wh[0, MEDIAN] == chances.full_wh[0, 20]


def test_what_happens_in_the_studied_weeks_is_not_seen_before(chances: Chances) -> None:
    """All that begins from the first studied day on is otherwise: its first stays look the same."""
    changed = [
        replace(
            one,
            stays=(
                *one.stays[:PAST_DAYS],
                *(
                    replace(stay, departs_s=stay.arrives_s + H, energy_wh=99.0)
                    for stay in one.stays[PAST_DAYS:]
                ),
            ),
        )
        for one in USERS
    ]
    asked = ASKED[:2]
    after = Learned(tuple(changed)).chances(asked)
    assert after.leaving.tolist() == chances.leaving[:2].tolist()
    assert after.full_wh.tolist() == chances.full_wh[:2].tolist()


def test_in_hindsight_other_studied_stays_are_learned_from() -> None:
    rng = np.random.default_rng(1)
    other = [
        replace(
            one,
            stays=(
                *one.stays[:PAST_DAYS],
                *(
                    replace(stay, departs_s=stay.arrives_s + rng.uniform(1, 1.5) * H)
                    for stay in one.stays[PAST_DAYS:]
                ),
            ),
        )
        for one in USERS
    ]
    asked = [(who, PAST_DAYS + day) for who in range(4) for day in range(14)]
    before = Learned(tuple(other)).chances(asked)
    behind = Learned(tuple(other), hindsight=True).chances(asked)
    after_3_h = np.exp(-before.leaving[:14, 12]).mean(), np.exp(-behind.leaving[:14, 12]).mean()
    assert after_3_h[0] > after_3_h[1] + 0.1


def test_where_little_is_known_each_users_own_past_has_to_do() -> None:
    few = replace(USERS[0], stays=USERS[0].stays[-40:])
    assert len(few.stays) < LEAST_STAYS
    assert isinstance(learn([few]), OwnPast)
