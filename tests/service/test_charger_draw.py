"""What an EVSE drew between two readings of its meter: no more is sure than what these allow."""

from dataclasses import replace
from datetime import timedelta

import pytest

from csms.domain.limits import Allowance, Standing, TimedLimit, Verdict
from csms.domain.site import PhaseAmps
from csms.service.charger_draw import ChargerDraw, Drawn
from tests.service.rig import NOON

ON_TIME = timedelta(0)
FREE = Allowance(rating_a=32.0, fallback_a=6.0, standing=Standing.HELD)


def limited(amps: float, base: Allowance = FREE) -> Allowance:
    """Held to a limit for an hour from noon on."""
    limit = TimedLimit(starts_at=NOON, ends_at=NOON + timedelta(hours=1), steps=((0, amps),))
    return base.sent(limit).settled(limit, Verdict.ACCEPTED)


def read(draw: ChargerDraw, second: float, amps: float, late_s: float = 0.0) -> None:
    """A reading on all conductors that came so many seconds after noon."""
    draw.read(NOON + timedelta(seconds=second), timedelta(seconds=late_s), (amps, amps, amps))


def drawn(draw: ChargerDraw, second: float, now_s: float, held: Allowance) -> Drawn:
    """What is known by now of an instant."""
    at = NOON + timedelta(seconds=second)
    return draw.at(at, at, held, NOON + timedelta(seconds=now_s))


def least(draw: ChargerDraw, second: float, held: Allowance, now_s: float = 300.0) -> float:
    """What it drew at the least on every line."""
    amps, *others = drawn(draw, second, now_s, held).least_a
    assert others == [amps, amps]
    return amps


def between(first_a: float, second_a: float) -> ChargerDraw:
    """One that has told twice, a minute apart."""
    draw = ChargerDraw()
    read(draw, 0, first_a)
    read(draw, 60, second_a)
    return draw


@pytest.mark.parametrize(("first_a", "second_a"), [(16.0, 10.0), (10.0, 16.0)])
def test_between_two_readings_it_drew_no_less_than_the_lower(
    first_a: float, second_a: float
) -> None:
    draw = between(first_a, second_a)
    expected = Drawn(least_a=(10.0,) * 3, most_a=(16.0,) * 3, is_told=True)
    assert drawn(draw, 30, 60, limited(32.0)) == expected


def test_as_long_as_it_has_not_told_again_nothing_is_told() -> None:
    draw = ChargerDraw()
    read(draw, 0, 16.0)
    assert not drawn(draw, 30, 59, limited(32.0)).is_told


def test_of_nobody_who_has_told_anything_before_nothing_is_sure() -> None:
    draw = ChargerDraw()
    read(draw, 60, 16.0)
    expected = Drawn(least_a=(0.0,) * 3, most_a=(16.0,) * 3, is_told=True)
    assert drawn(draw, 30, 60, limited(32.0)) == expected


def test_readings_that_lie_close_to_the_instant_count_on_both_sides() -> None:
    draw = between(16.0, 16.0)
    read(draw, 65, 6.0)
    read(draw, 120, 16.0)
    assert least(draw, 62, limited(32.0)) == 6.0
    assert drawn(draw, 55, 60, limited(32.0)) == Drawn(
        least_a=(6.0,) * 3, most_a=(16.0,) * 3, is_told=True
    )


def test_reading_that_comes_late_was_taken_before() -> None:
    draw = ChargerDraw()
    read(draw, 0, 16.0)
    read(draw, 60, 16.0, late_s=45.0)
    assert not drawn(draw, 30, 60, limited(32.0)).is_told
    read(draw, 120, 8.0)
    assert least(draw, 30, limited(32.0)) == 8.0


def test_limit_that_was_lower_meanwhile_may_have_been_followed() -> None:
    draw = ChargerDraw()
    read(draw, 0, 16.0)
    draw.let_go(limited(16.0), NOON + timedelta(seconds=10))
    draw.let_go(limited(6.0), NOON + timedelta(seconds=40))
    read(draw, 60, 16.0)
    assert least(draw, 50, limited(16.0)) == 6.0


def test_limit_that_is_lowered_while_a_reading_is_on_its_way_counts_as_well() -> None:
    draw = ChargerDraw()
    draw.let_go(limited(16.0), NOON + timedelta(seconds=5))
    draw.let_go(limited(6.0), NOON + timedelta(seconds=15))
    read(draw, 20, 16.0, late_s=20.0)
    read(draw, 60, 16.0)
    assert least(draw, 40, limited(16.0)) == 6.0


def test_of_limits_that_are_forgotten_nothing_is_sure() -> None:
    draw = between(16.0, 16.0)
    for _ in range(61):
        draw.let_go(limited(16.0), NOON + timedelta(seconds=1))
    assert least(draw, 30, limited(16.0)) == 0.0


def test_limit_that_was_lower_before_the_first_reading_does_not_matter() -> None:
    draw = ChargerDraw()
    draw.let_go(limited(6.0), NOON - timedelta(seconds=5))
    read(draw, 0, 16.0)
    read(draw, 60, 16.0)
    assert least(draw, 30, limited(16.0)) == 16.0


def test_limit_on_its_way_may_have_been_followed() -> None:
    lower = TimedLimit(starts_at=NOON, ends_at=NOON + timedelta(hours=1), steps=((0, 8.0),))
    draw = between(16.0, 16.0)
    assert least(draw, 30, limited(16.0).sent(lower)) == 8.0


def test_where_a_limit_lapses_the_fallback_may_have_been_followed() -> None:
    limit = TimedLimit(starts_at=NOON, ends_at=NOON + timedelta(seconds=40), steps=((0, 16.0),))
    draw = between(16.0, 16.0)
    held = FREE.sent(limit).settled(limit, Verdict.ACCEPTED)
    assert least(draw, 30, held) == 6.0
    assert least(draw, 30, replace(held, fallback_a=0.0)) == 0.0


def test_after_another_transaction_or_a_restart_nothing_is_sure() -> None:
    draw = ChargerDraw()
    read(draw, 0, 16.0)
    draw.interrupt()
    assert least(draw, 30, limited(16.0), now_s=35.0) == 0.0
    read(draw, 60, 16.0)
    assert least(draw, 30, limited(16.0)) == 0.0
    read(draw, 120, 16.0)
    assert least(draw, 90, limited(16.0)) == 16.0


def test_vehicle_that_changes_its_lines_has_left_all_of_them_for_a_moment() -> None:
    draw = ChargerDraw()
    single: PhaseAmps = (16.0, 0.0, 0.0)
    draw.read(NOON, ON_TIME, single)
    read(draw, 60, 16.0)
    assert least(draw, 30, limited(32.0)) == 0.0


def test_what_only_a_sum_was_told_of_is_not_sure_by_line() -> None:
    draw = ChargerDraw()
    for second in (0, 60):
        at = NOON + timedelta(seconds=second)
        draw.read(at, ON_TIME, (10.0, 10.0, 10.0), least_a=(0.0, 0.0, 0.0))
    expected = Drawn(least_a=(0.0,) * 3, most_a=(10.0,) * 3, is_told=True)
    assert drawn(draw, 30, 60, limited(32.0)) == expected


def test_most_that_it_was_allowed_is_the_highest_of_what_held_within() -> None:
    draw = ChargerDraw()
    draw.let_go(limited(20.0), NOON + timedelta(seconds=10))
    draw.let_go(limited(16.0), NOON + timedelta(seconds=20))
    present = limited(8.0)
    found = [
        draw.most_allowed(NOON + timedelta(seconds=s), NOON + timedelta(seconds=30), present)
        for s in (5, 15, 25)
    ]
    assert found == [20.0, 16.0, 8.0]
