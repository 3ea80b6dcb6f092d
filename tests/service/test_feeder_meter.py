"""What a feeder's meter teaches: how often it reports, what is missing, how far a load may rise."""

from datetime import timedelta

from csms.domain.site import PhaseAmps
from csms.service.feeder_meter import FeederMeter
from tests.service.rig import NOON

ALL = (10.0, 10.0, 10.0)


def read(*readings: tuple[float, PhaseAmps]) -> FeederMeter:
    """A meter with readings so many seconds after noon."""
    meter = FeederMeter()
    for second, amps in readings:
        meter.read(NOON + timedelta(seconds=second), amps)
    return meter


def steady(amps: PhaseAmps = ALL, every_s: int = 10, count: int = 6) -> FeederMeter:
    """A meter that reports every so often, from noon on."""
    return read(*((every_s * i, amps) for i in range(count)))


def test_it_reports_as_often_as_half_of_its_last_intervals_are_long() -> None:
    assert steady().cadence_s == 10.0
    assert read((0, ALL), (10, ALL), (20, ALL), (50, ALL), (60, ALL)).cadence_s == 10.0


def test_three_readings_do_not_tell_how_often_it_reports() -> None:
    meter = steady(count=3)
    assert meter.cadence_s is None
    assert meter.missed(NOON + timedelta(hours=1)) == 0


def test_a_reading_is_missing_once_it_is_late_by_half_an_interval() -> None:
    meter = steady()  # the last one is of fifty seconds after noon
    assert [meter.missed(NOON + timedelta(seconds=s)) for s in (50, 64, 65, 74, 75, 110)] == [
        *(0, 0, 1, 1, 2, 5)
    ]


def test_load_may_have_risen_by_a_step_for_the_next_reading_and_each_that_is_missing() -> None:
    meter = steady()
    assert meter.margin_a(NOON + timedelta(seconds=60), 6.0) == (6.0, 6.0, 6.0)
    assert meter.margin_a(NOON + timedelta(seconds=85), 6.0) == (24.0, 24.0, 24.0)


def test_step_that_was_larger_than_promised_is_reckoned_with_for_a_day() -> None:
    meter = steady()
    meter.read(NOON + timedelta(seconds=60), (10.0, 19.0, 13.0))
    assert meter.margin_a(NOON + timedelta(seconds=61), 6.0) == (6.0, 9.0, 6.0)
    meter = steady()
    meter.read(NOON + timedelta(seconds=60), (10.0, 19.0, 13.0))
    for minute in range(2, 26 * 60):  # its reports come every minute now
        meter.read(NOON + timedelta(minutes=minute), ALL)
    at = NOON + timedelta(hours=26)
    assert meter.margin_a(at, 6.0) == (6.0, 6.0, 6.0)


def test_rise_while_readings_were_missing_is_no_step() -> None:
    meter = steady()
    meter.read(NOON + timedelta(seconds=110), (40.0, 40.0, 40.0))
    assert meter.margin_a(NOON + timedelta(seconds=111), 6.0) == (6.0, 6.0, 6.0)


def test_reading_that_comes_late_does_not_hide_the_newest() -> None:
    meter = steady()
    meter.read(NOON + timedelta(seconds=45), (30.0, 0.0, 0.0))
    at = NOON + timedelta(seconds=51)
    assert meter.latest(at, 180) == ALL
    assert meter.highest(at, 180, 300) == (30.0, 10.0, 10.0)


def test_of_one_instant_the_last_reading_counts() -> None:
    meter = read((0, ALL), (0, (5.0, 5.0, 5.0)))
    assert meter.highest(NOON, 180, 300) == (5.0, 5.0, 5.0)


def test_only_the_last_hour_of_readings_every_ten_seconds_is_kept() -> None:
    meter = steady(count=400)
    assert meter.highest(NOON + timedelta(seconds=3990), 180, 3595) == ALL
    assert meter.latest(NOON + timedelta(seconds=3990 + 181), 180) is None


def test_load_at_an_instant_lies_between_the_readings_around_it() -> None:
    meter = read((0, ALL), (10, ALL), (20, (9.0, 11.0, 10.0)), (30, ALL), (60, ALL))
    seconds = (20, 25, -1, 45, 61)
    found = [meter.around(NOON + timedelta(seconds=second)) for second in seconds]
    same = (9.0, 11.0, 10.0)
    assert found == [(same, same), (same, ALL), None, None, None]
    assert read((0, ALL)).around(NOON) == (ALL, ALL)
