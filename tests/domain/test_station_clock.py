"""What times in messages say of a station's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from csms.domain.station_clock import StationClock, describe_error

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def error_s(*seen: tuple[float, float]) -> float:
    """Seconds that a clock is off, by messages of (written, received), in seconds after noon."""
    clock = StationClock()
    for written_s, received_s in seen:
        clock.see(after(written_s), after(received_s))
    return clock.error.total_seconds()


def test_clock_of_which_nothing_is_known_is_taken_to_be_right() -> None:
    assert error_s() == 0


def test_clock_that_is_off_by_less_than_a_minute_is_right() -> None:
    assert error_s((59, 0)) == 0
    assert error_s((-59, 0), (1, 60), (61, 120), (121, 180)) == 0


def test_message_from_the_future_shows_a_fast_clock_at_once() -> None:
    assert error_s((3600, 0)) == 3600


def test_messages_that_agree_for_a_minute_show_a_slow_clock() -> None:
    seen = [(-3600, 0), (-3600, 0), (-3570, 30)]
    assert error_s(*seen) == 0
    assert error_s(*seen, (-3540, 60)) == -3600


def test_messages_that_come_often_show_it_as_well() -> None:
    assert error_s(*((10 * n - 3600, 10 * n) for n in range(6))) == 0
    assert error_s(*((10 * n - 3600, 10 * n) for n in range(7))) == -3600


def test_messages_that_were_kept_while_offline_show_nothing() -> None:
    kept = [(60 * n - 3600, 0.2 * n) for n in range(59)]
    assert error_s(*kept) == 0
    assert error_s(*kept, (60, 60)) == 0


def test_clock_is_not_called_slow_for_what_messages_may_be_late() -> None:
    clock = StationClock(late_by=timedelta(hours=1))
    for minutes in range(5):
        clock.see(after(60 * minutes - 3599), after(60 * minutes))
    assert clock.error == timedelta(0)
    for minutes in range(5, 10):
        clock.see(after(60 * minutes - 3601), after(60 * minutes))
    assert clock.error == timedelta(seconds=-3599)


def test_late_message_does_not_hide_a_fast_clock() -> None:
    assert error_s((3600, 0), (3300, 60), (3720, 120)) == 3600


def test_late_message_of_a_clock_that_is_right_changes_nothing() -> None:
    assert error_s((0, 0), (0, 600), (1, 601)) == 0


def test_clock_that_was_set_is_right_again() -> None:
    slow = [(60 * n - 3600, 60 * n) for n in range(3)]
    assert error_s(*slow, (180, 180)) == 0
    fast = [(3600, 0)]
    assert error_s(*fast, (60, 60), (120, 120)) == 3600  # those may be late
    assert error_s(*fast, (60, 60), (120, 120), (180, 180)) == 0


def test_absurd_times_are_reckoned_with_as_far_as_there_is_a_calendar() -> None:
    clock = StationClock()
    clock.see(datetime.max.replace(tzinfo=UTC), NOON)
    assert clock.error == timedelta(days=36_500)
    assert clock.set_by(NOON) == NOON + timedelta(days=36_500)
    assert clock.read(datetime.min.replace(tzinfo=UTC)) == datetime.min.replace(tzinfo=UTC)


def test_times_are_translated_both_ways() -> None:
    clock = StationClock()
    clock.see(after(3600), NOON)
    assert clock.read(after(3660)) == after(60)
    assert clock.set_by(after(60)) == after(3660)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3660, "61 min fast"),
        (-3600, "60 min slow"),
        (-7_200, "2 h slow"),
        (27_000_000, "312 days fast"),
    ],
)
def test_error_is_told_in_words(seconds: float, words: str) -> None:
    assert describe_error(timedelta(seconds=seconds)) == words


def test_message_is_as_late_as_it_is_later_than_others_of_the_last_minutes() -> None:
    clock = StationClock()
    assert clock.lateness(after(0), after(5)) == timedelta(0)
    clock.see(after(40), after(2))  # its clock is 38 s fast
    clock.see(after(90), after(60))
    assert clock.lateness(after(90), after(60)) == timedelta(seconds=8)
    assert clock.lateness(after(0), after(100)) == timedelta(seconds=138)
    assert clock.lateness(after(140), after(100)) == timedelta(0)


def test_how_early_messages_have_come_is_forgotten_after_some_minutes() -> None:
    clock = StationClock()
    clock.see(after(30), after(0))
    clock.see(after(601), after(601))
    assert clock.lateness(after(700), after(700)) == timedelta(seconds=30)
    clock.see(after(1202), after(1202))
    assert clock.lateness(after(1210), after(1210)) == timedelta(0)
