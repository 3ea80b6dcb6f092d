"""The most that a resource may draw: all that it was told counts until it lapses."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from csms.domain.resource import Quantity, Setpoint
from csms.service.live_resource import LiveResource
from tests.domain.resources import BATTERY, GENERATOR, HEAT_PUMP, ROOF
from tests.service.rig import NOON

LIVES_S = 180.0


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def told(watts: float, seconds: float = 0.0, lives_s: float = 900.0) -> Setpoint:
    return Setpoint(watts, at(seconds), at(seconds + lives_s))


def heater(*powers: tuple[float, float]) -> LiveResource:
    """A heat pump of 4.14 kW whose power was told: (seconds, watts)."""
    one = LiveResource(HEAT_PUMP, known_from=at(-3_600))
    for seconds, watts in powers:
        one.read(Quantity.POWER_W, watts, at(seconds))
    return one


def counts(one: LiveResource, seconds: float, until_s: float | None = None) -> float:
    until_s = seconds + 1 if until_s is None else until_s
    return one.most_w(at(seconds), at(until_s), at(seconds), LIVES_S)


def test_what_is_not_heard_counts_at_its_rating() -> None:
    one = heater((0, 0.0))
    assert counts(one, 10) == 0.0
    assert counts(one, 181) == 4_140.0
    assert one.why(at(181), LIVES_S) == "Counts at its rating of 4.14 kW: its power is not told"


def test_what_was_never_seen_to_keep_to_setpoints_counts_at_its_rating() -> None:
    one = LiveResource(replace(HEAT_PUMP, keeps_setpoints=False), known_from=at(-3_600))
    one.read(Quantity.POWER_W, 0.0, at(0))
    one.tell(told(0.0))
    assert counts(one, 1) == 4_140.0


def test_after_a_start_nobody_knows_what_was_told_before() -> None:
    one = heater((0, 0.0))
    one.known_from = at(900)
    assert (counts(one, 10), counts(one, 10, 899)) == (4_140.0, 4_140.0)
    one.read(Quantity.POWER_W, 0.0, at(890))
    assert one.most_w(at(900), at(950), at(890), LIVES_S) == 0.0
    one.known_from = None
    assert counts(one, 10) == 4_140.0


def test_after_a_start_it_disobeys_from_when_it_does_not_count_at_its_rating() -> None:
    one = LiveResource(HEAT_PUMP, known_from=at(900))
    one.read(Quantity.POWER_W, 2_000.0, at(899))
    assert (counts(one, 899), one.disobeyed_at) == (4_140.0, None)
    one.read(Quantity.POWER_W, 2_000.0, at(900))
    assert one.disobeyed_at == at(900)
    assert counts(one, 900) == 4_140.0


def test_higher_setpoint_counts_as_soon_as_it_is_told() -> None:
    one = heater((0, 0.0))
    one.tell(told(3_000.0))
    assert counts(one, 1) == 3_000.0


def test_all_that_it_was_told_counts_until_it_lapses() -> None:
    # its thermostat has switched it off; it may not have heard, and still hold 3 kW
    one = heater((0, 0.0))
    one.tell(told(3_000.0, lives_s=300))
    one.tell(told(0.0, 30, lives_s=300))
    one.read(Quantity.POWER_W, 0.0, at(40))
    assert counts(one, 41) == 3_000.0
    assert one.why(at(41), LIVES_S) == (
        "Counts at what it was told before, until that lapses: it may not have heard"
    )
    one.read(Quantity.POWER_W, 0.0, at(290))
    assert (counts(one, 329), counts(one, 331)) == (3_000.0, 0.0)  # and the time it takes to follow


def test_lapsed_setpoint_means_its_fallback() -> None:
    one = LiveResource(replace(HEAT_PUMP, fallback_w=2_000.0), known_from=at(-3_600))
    one.read(Quantity.POWER_W, 0.0, at(0))
    one.tell(told(3_000.0))
    assert (counts(one, 1), counts(one, 1, 1_200)) == (3_000.0, 3_000.0)
    one.read(Quantity.POWER_W, 0.0, at(890))
    assert counts(one, 931) == 2_000.0


def test_link_may_be_lost_so_it_never_counts_below_its_fallback() -> None:
    one = LiveResource(replace(HEAT_PUMP, fallback_w=2_000.0), known_from=at(-3_600))
    one.read(Quantity.POWER_W, 0.0, at(0))
    one.tell(told(0.0))
    assert counts(one, 1) == 2_000.0


def test_who_draws_more_than_it_may_counts_at_its_rating_for_ten_minutes() -> None:
    one = heater((0, 0.0))
    one.tell(told(1_000.0))
    assert not one.read(Quantity.POWER_W, 1_100.0, at(29))
    assert one.read(Quantity.POWER_W, 2_000.0, at(31))
    assert not one.read(Quantity.POWER_W, 2_000.0, at(35))  # told once
    assert counts(one, 36) == 4_140.0
    assert one.why(at(36), LIVES_S) == "Counts at its rating of 4.14 kW: it drew more than it may"
    one.read(Quantity.POWER_W, 900.0, at(40))
    assert counts(one, 41) == 4_140.0
    one.read(Quantity.POWER_W, 900.0, at(636))
    assert counts(one, 637) == 1_000.0


def test_what_a_battery_gives_makes_no_room() -> None:
    one = LiveResource(BATTERY, known_from=at(-3_600))
    one.read(Quantity.POWER_W, -5_000.0, at(0))
    one.tell(told(-5_000.0))
    assert counts(one, 1) == 0.0
    assert counts(LiveResource(ROOF), 1) == 0.0


def test_older_reading_takes_the_place_of_no_newer_one() -> None:
    one = heater((10, 500.0))
    one.read(Quantity.POWER_W, 3_000.0, at(5))
    assert one.reading(Quantity.POWER_W, at(11), LIVES_S) == 500.0


def test_since_when_it_is_on_and_off() -> None:
    one = heater((0, 0.0), (10, 0.0), (20, 900.0), (30, 900.0))
    assert (one.on_since, one.off_since) == (at(20), None)
    one.read(Quantity.POWER_W, 50.0, at(40))  # its fan
    assert (one.on_since, one.off_since) == (None, at(40))


@pytest.mark.parametrize(("seconds", "expected"), [(0, 3_000.0), (500, 3_000.0), (930, 0.0)])
def test_what_it_may_draw_later(seconds: float, expected: float) -> None:
    one = heater((0, 0.0))
    one.tell(told(3_000.0))
    assert one.most_w(at(seconds), at(seconds + 10), NOON, LIVES_S) == expected


def generator(*told_w: tuple[float, float]) -> LiveResource:
    """One of 8.28 kW that is up within 30 s and follows within 30 more: (seconds, watts)."""
    one = LiveResource(GENERATOR, known_from=at(-3_600))
    one.read(Quantity.POWER_W, 0.0, at(-10))
    for seconds, watts in told_w:
        one.tell(told(watts, seconds))
    return one


def test_a_generator_that_does_not_start_is_not_reckoned_with() -> None:
    one = generator((0, -4_000.0))
    assert not one.read(Quantity.POWER_W, 0.0, at(55))  # it may be starting
    assert one.read(Quantity.POWER_W, -200.0, at(61))
    assert not one.read(Quantity.POWER_W, -200.0, at(70))  # told once
    assert not one.is_steered(at(71), LIVES_S)
    assert one.why(at(71), LIVES_S) == (
        "It draws nothing, and what it gives makes no room; it did not give what it was told"
    )
    one.told.clear()  # it is told nothing more, so nothing is asked of it
    one.read(Quantity.POWER_W, 0.0, at(700))
    assert one.is_steered(at(701), LIVES_S)  # and it is tried again


def test_a_generator_that_gives_what_it_was_told_is_on() -> None:
    one = generator((0, -4_000.0), (300, -6_000.0))
    assert not one.read(Quantity.POWER_W, -3_700.0, at(61))
    assert (one.on_since, one.off_since) == (at(61), None)
    assert not one.read(Quantity.POWER_W, -4_000.0, at(310))  # it was told more just now
    assert one.read(Quantity.POWER_W, -4_000.0, at(361))


def test_a_generator_may_stop_once_its_setpoint_has_lapsed_or_it_is_told_to() -> None:
    one = generator((0, -4_000.0))
    assert not one.read(Quantity.POWER_W, 0.0, at(901))
    one = generator((0, -4_000.0), (300, 0.0))
    assert not one.read(Quantity.POWER_W, 0.0, at(301))
