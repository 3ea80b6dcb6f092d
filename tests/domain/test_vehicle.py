import pytest

from csms.domain.site import PhaseAmps
from csms.domain.vehicle import VehicleHabits, conductors_in_use

NONE: PhaseAmps = (0.0, 0.0, 0.0)


def seen(*readings: tuple[PhaseAmps, float]) -> VehicleHabits:
    """What is known after readings of (current, limit that held)."""
    habits = VehicleHabits()
    for current_a, limit_a in readings:
        habits = habits.observe(current_a, limit_a, 6.0)
    return habits


def test_nothing_is_known_of_a_new_vehicle() -> None:
    assert VehicleHabits().line_count is None
    assert VehicleHabits().ceiling_a is None


@pytest.mark.parametrize(
    ("current_a", "line_count"),
    [
        ((16.0, 0.0, 0.0), 1),
        ((0.0, 16.0, 0.0), 1),
        ((16.0, 16.0, 0.0), 2),
        ((16.0, 15.8, 16.1), 3),
        ((16.0, 0.2, 0.1), 1),
        ((16.0, 4.8, 4.9), 2),  # more than three tenths of the highest is in use
        ((3.0, 3.0, 3.0), 3),
    ],
)
def test_two_readings_that_agree_tell_the_lines_in_use(
    current_a: PhaseAmps, line_count: int
) -> None:
    once = seen((current_a, 16.0))
    twice = seen((current_a, 16.0), (current_a, 16.0))
    assert once.line_count is None
    assert twice.line_count == line_count


def test_conductors_in_use_carry_more_than_what_leaks() -> None:
    assert conductors_in_use((0.0, 15.8, 16.0)) == (1, 2)
    assert conductors_in_use((16.0, 4.8, 4.9)) == (0, 2)
    assert conductors_in_use(NONE) == ()


def test_current_too_low_to_tell_the_lines_says_nothing() -> None:
    faint = (2.9, 0.0, 0.0)
    assert seen((faint, 16.0), (faint, 16.0), (faint, 16.0)).line_count is None


def test_one_odd_reading_does_not_change_what_is_known_of_the_lines() -> None:
    three, one = ((16.0, 16.0, 16.0), 16.0), ((16.0, 0.0, 0.0), 16.0)
    assert seen(three, three, one).line_count == 3
    assert seen(three, three, one, three).line_count == 3
    assert seen(three, three, one, one).line_count == 1


def test_pause_does_not_make_the_lines_unknown() -> None:
    three = ((16.0, 16.0, 16.0), 16.0)
    assert seen(three, three, (NONE, 0.0), (NONE, 0.0)).line_count == 3


def test_vehicle_that_follows_its_limit_has_no_ceiling() -> None:
    follows = ((15.0, 15.0, 15.0), 16.0)
    assert seen(follows, follows, follows, follows).ceiling_a is None


def test_vehicle_that_stays_below_its_limit_three_times_has_a_ceiling_just_above() -> None:
    below = ((10.0, 10.0, 10.0), 16.0)
    assert seen(below, below).ceiling_a is None
    assert seen(below, below, below).ceiling_a == 12.0


def test_vehicle_within_an_ampere_and_a_half_of_its_limit_wants_more() -> None:
    below, near = ((14.5, 0.0, 0.0), 16.0), ((14.6, 0.0, 0.0), 16.0)
    assert seen(below, below, below).ceiling_a == 16.5
    assert seen(below, below, near).ceiling_a is None
    assert seen(below, below, near, below, below).ceiling_a is None  # counted from anew


def test_ceiling_is_given_back_at_once_when_the_vehicle_wants_more() -> None:
    below, wants = ((10.0, 10.0, 10.0), 16.0), ((11.9, 11.9, 11.9), 12.0)
    assert seen(below, below, below, wants).ceiling_a is None


def test_ceiling_follows_a_vehicle_that_takes_less_and_less() -> None:
    taper = [((amps, amps, amps), 16.0) for amps in (12.0, 11.0, 10.0, 9.0, 8.0)]
    assert seen(*taper[:3]).ceiling_a == 12.0
    assert seen(*taper[:4]).ceiling_a == 11.0
    assert seen(*taper).ceiling_a == 10.0


def test_ceiling_is_never_less_than_what_is_not_a_pause() -> None:
    full = ((0.0, 0.0, 0.0), 16.0)
    assert seen(full, full, full).ceiling_a == 6.0


@pytest.mark.parametrize("paused_at", [0.0, 5.9])
def test_paused_vehicle_tells_nothing_of_what_it_would_take(paused_at: float) -> None:
    paused = (NONE, paused_at)
    assert seen(paused, paused, paused, paused).ceiling_a is None


def test_after_a_pause_the_readings_are_counted_anew() -> None:
    below, paused = ((8.0, 8.0, 8.0), 16.0), (NONE, 0.0)
    assert seen(below, below, paused, below, below).ceiling_a is None
    assert seen(below, below, paused, below, below, below).ceiling_a == 10.0


def test_vehicle_that_takes_nothing_three_times_is_content() -> None:
    nothing = (NONE, 16.0)
    assert not seen(nothing, nothing).is_content
    assert seen(nothing, nothing, nothing).is_content


def test_vehicle_that_takes_something_is_not_content() -> None:
    nothing, little = (NONE, 16.0), ((1.0, 0.0, 0.0), 16.0)
    assert not seen(little, little, little).is_content
    assert not seen(nothing, nothing, nothing, little).is_content


def test_vehicle_that_stops_by_itself_is_content_at_once_and_keeps_its_minimum() -> None:
    stopped = seen(((16.0, 16.0, 16.0), 16.0)).stopped(min_a=6.0)
    assert stopped.is_content
    assert stopped.ceiling_a == 6.0


def test_vehicle_that_stopped_is_given_back_all_when_it_begins_again() -> None:
    again = VehicleHabits().stopped(min_a=6.0).observe((5.0, 5.0, 5.0), limit_a=6.0, min_a=6.0)
    assert not again.is_content
    assert again.ceiling_a is None
