"""Ramps rise in a straight line, and chargers that have come back begin at different times."""

from collections import Counter

import pytest

from csms.domain.identity import EvseId
from csms.domain.ramp import Ramp, RampCause, default_rate, return_delay
from tests.service.rig import NOON, after

RAMP = Ramp(from_a=(10.0, 0.0, 20.0), began_at=NOON, a_per_minute=6.0, cause=RampCause.LIMIT_OVER)


@pytest.mark.parametrize(
    ("minutes", "amps"),
    [
        (-1, (10.0, 0.0, 20.0)),
        (0, (10.0, 0.0, 20.0)),
        (0.5, (13.0, 3.0, 23.0)),
        (2, (22.0, 12.0, 32.0)),
    ],
)
def test_it_rises_in_a_straight_line_from_what_was_allowed(
    minutes: float, amps: tuple[float, float, float]
) -> None:
    assert RAMP.at(after(minutes)) == amps


def test_nothing_that_is_allowed_anyway_is_taken_back() -> None:
    assert RAMP.holding((30.0, 1.0, 0.0)).usable_at(after(1)) == (30.0, 6.0, 26.0)


def test_a_whole_limit_comes_back_within_five_minutes() -> None:
    assert default_rate((63.0, 63.0, 50.0)) == 12.6


def test_each_evse_waits_as_long_after_every_start_and_on_every_machine() -> None:
    assert [return_delay(EvseId("G-01", number), 60) for number in (1, 2, 3)] == [24, 9, 28]


def test_delays_are_spread_evenly() -> None:
    delays = [return_delay(EvseId(f"G-{number}", 1), 59) for number in range(6000)]
    by_ten_s = Counter(delay // 10 for delay in delays)
    assert sorted(by_ten_s) == [0, 1, 2, 3, 4, 5]
    assert all(900 < count < 1100 for count in by_ten_s.values())


def test_nobody_waits_where_the_site_file_says_so() -> None:
    assert {return_delay(EvseId(f"G-{number}", 1), 0) for number in range(100)} == {0}
