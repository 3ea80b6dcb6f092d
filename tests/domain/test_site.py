from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from csms.domain.errors import UnknownFeederError
from csms.domain.identity import EvseId
from csms.domain.site import AmpereSchedule, Earthing, EvsePlace, PhaseAmps, Window
from tests.domain.sites import OSLO, place, small_site

EVERY_DAY = frozenset(range(7))
WORKDAYS = frozenset(range(5))
DEFAULT: PhaseAmps = (63.0, 63.0, 63.0)
LOW: PhaseAmps = (20.0, 20.0, 20.0)


def window(
    opens: time, closes: time, amps: PhaseAmps = LOW, days: frozenset[int] = EVERY_DAY
) -> Window:
    return Window(weekdays=days, from_time=opens, to_time=closes, amps=amps)


def oslo(
    month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, *, fold: int = 0
) -> datetime:
    local = datetime(2026, month, day, hour, minute, second, tzinfo=OSLO, fold=fold)
    return local.astimezone(UTC)


AFTERNOON = AmpereSchedule(DEFAULT, (window(time(16), time(20)),))
NIGHT = AmpereSchedule(DEFAULT, (window(time(22), time(6)),))


def test_schedule_without_windows_always_holds_its_default() -> None:
    schedule = AmpereSchedule((63.0, 50.0, 40.0))
    start, end = oslo(1, 14), oslo(1, 21)
    assert schedule.at(start, OSLO) == (63.0, 50.0, 40.0)
    assert schedule.least(start, end, OSLO) == (63.0, 50.0, 40.0)
    assert schedule.most(start, end, OSLO) == (63.0, 50.0, 40.0)


@pytest.mark.parametrize(
    ("instant", "amps"),
    [
        (oslo(1, 14, 15, 59, 59), DEFAULT),
        (oslo(1, 14, 16, 0), LOW),
        (oslo(1, 14, 19, 59, 59), LOW),
        (oslo(1, 14, 20, 0), DEFAULT),
        (datetime(2026, 1, 14, 15, 0, tzinfo=UTC), LOW),  # winter: UTC+1
        (datetime(2026, 7, 14, 14, 0, tzinfo=UTC), LOW),  # summer: UTC+2
        (datetime(2026, 7, 14, 18, 0, tzinfo=UTC), DEFAULT),
    ],
)
def test_window_opens_and_closes_by_the_clock_of_the_site(
    instant: datetime, amps: PhaseAmps
) -> None:
    assert AFTERNOON.at(instant, OSLO) == amps


@pytest.mark.parametrize(
    ("instant", "amps"),
    [
        (oslo(1, 14, 21, 59), DEFAULT),
        (oslo(1, 14, 22, 0), LOW),
        (oslo(1, 15, 0, 0), LOW),
        (oslo(1, 15, 5, 59), LOW),
        (oslo(1, 15, 6, 0), DEFAULT),
    ],
)
def test_window_that_ends_before_it_begins_goes_over_midnight(
    instant: datetime, amps: PhaseAmps
) -> None:
    assert NIGHT.at(instant, OSLO) == amps


def test_window_from_and_to_the_same_time_is_a_whole_day() -> None:
    monday = AmpereSchedule(DEFAULT, (window(time(8), time(8), days=frozenset({0})),))
    assert monday.at(oslo(1, 12, 7, 59), OSLO) == DEFAULT
    assert monday.at(oslo(1, 12, 8, 0), OSLO) == LOW
    assert monday.at(oslo(1, 13, 7, 59), OSLO) == LOW
    assert monday.at(oslo(1, 13, 8, 0), OSLO) == DEFAULT


def test_window_over_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    friday = AmpereSchedule(DEFAULT, (window(time(22), time(6), days=frozenset({4})),))
    assert friday.at(oslo(1, 16, 3, 0), OSLO) == DEFAULT  # the night before
    assert friday.at(oslo(1, 16, 23, 0), OSLO) == LOW
    assert friday.at(oslo(1, 17, 3, 0), OSLO) == LOW
    assert friday.at(oslo(1, 17, 23, 0), OSLO) == DEFAULT


def test_window_on_workdays_stays_shut_at_the_weekend() -> None:
    schedule = AmpereSchedule(DEFAULT, (window(time(16), time(20), days=WORKDAYS),))
    week = [schedule.at(oslo(1, day, 18, 0), OSLO) for day in range(12, 19)]  # Mon to Sun
    assert week == [LOW, LOW, LOW, LOW, LOW, DEFAULT, DEFAULT]


def test_the_last_of_several_open_windows_counts() -> None:
    lower: PhaseAmps = (10.0, 10.0, 10.0)
    schedule = AmpereSchedule(
        DEFAULT, (window(time(12), time(20), lower), window(time(16), time(18), LOW))
    )
    assert schedule.at(oslo(1, 14, 15, 0), OSLO) == lower
    assert schedule.at(oslo(1, 14, 17, 0), OSLO) == LOW
    assert schedule.at(oslo(1, 14, 19, 0), OSLO) == lower


def test_least_and_most_see_a_window_that_lies_wholly_between() -> None:
    start, end = oslo(1, 14, 8, 0), oslo(1, 14, 23, 0)
    assert AFTERNOON.least(start, end, OSLO) == LOW
    assert AFTERNOON.most(start, end, OSLO) == DEFAULT


@pytest.mark.parametrize(
    ("start", "end", "least", "most"),
    [
        (oslo(1, 14, 15, 0), oslo(1, 14, 16, 0), DEFAULT, DEFAULT),
        (oslo(1, 14, 15, 0), oslo(1, 14, 16, 1), LOW, DEFAULT),
        (oslo(1, 14, 16, 0), oslo(1, 14, 20, 0), LOW, LOW),
        (oslo(1, 14, 19, 59), oslo(1, 14, 20, 1), LOW, DEFAULT),
        (oslo(1, 14, 20, 0), oslo(1, 15, 16, 0), DEFAULT, DEFAULT),
    ],
)
def test_the_end_of_a_stretch_is_not_part_of_it(
    start: datetime, end: datetime, least: PhaseAmps, most: PhaseAmps
) -> None:
    assert AFTERNOON.least(start, end, OSLO) == least
    assert AFTERNOON.most(start, end, OSLO) == most


def test_least_and_most_are_of_each_line_by_itself() -> None:
    crooked = AmpereSchedule(
        (60.0, 30.0, 40.0), (window(time(16), time(20), amps=(20.0, 50.0, 40.0)),)
    )
    start, end = oslo(1, 14), oslo(1, 15)
    assert crooked.least(start, end, OSLO) == (20.0, 30.0, 40.0)
    assert crooked.most(start, end, OSLO) == (60.0, 50.0, 40.0)


def test_every_day_of_a_quarter_has_its_afternoon() -> None:
    for day in range(90):
        noon = oslo(1, 14, 12) + timedelta(days=day)
        assert AFTERNOON.least(noon, noon + timedelta(hours=1), OSLO) == DEFAULT
        assert AFTERNOON.least(noon, noon + timedelta(days=1), OSLO) == LOW


def test_stretch_that_begins_in_yesterdays_window_sees_it_close() -> None:
    start, end = oslo(1, 15, 1, 0), oslo(1, 15, 7, 0)
    assert NIGHT.least(start, end, OSLO) == LOW
    assert NIGHT.most(start, end, OSLO) == DEFAULT


def minutes_of(start: datetime, end: datetime) -> list[datetime]:
    return [start + timedelta(minutes=i) for i in range(int((end - start).total_seconds()) // 60)]


# On 29 March 2026 clocks go from 02:00 to 03:00 (at 01:00 UTC), on 25 October from 03:00 to 02:00.
SPRING_NIGHT = (datetime(2026, 3, 28, 20, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, 0, tzinfo=UTC))
AUTUMN_NIGHT = (datetime(2026, 10, 24, 20, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("night", "hours"), [(SPRING_NIGHT, 7), (AUTUMN_NIGHT, 9)], ids=["spring", "autumn"]
)
def test_night_window_is_an_hour_shorter_in_spring_and_longer_in_autumn(
    night: tuple[datetime, datetime], hours: int
) -> None:
    open_minutes = sum(NIGHT.at(minute, OSLO) == LOW for minute in minutes_of(*night))
    assert open_minutes == hours * 60


def test_local_time_that_comes_twice_counts_when_it_first_comes() -> None:
    schedule = AmpereSchedule(DEFAULT, (window(time(22), time(2, 30)),))
    assert schedule.at(oslo(10, 25, 2, 15), OSLO) == LOW
    assert schedule.at(oslo(10, 25, 2, 45), OSLO) == DEFAULT
    assert schedule.at(oslo(10, 25, 2, 15, fold=1), OSLO) == DEFAULT


@pytest.mark.parametrize("night", [SPRING_NIGHT, AUTUMN_NIGHT], ids=["spring", "autumn"])
@pytest.mark.parametrize(
    "windows",
    [
        (window(time(22), time(2, 30)),),
        (window(time(2, 30), time(4)),),
        (window(time(2), time(3)),),
        (window(time(2, 15), time(2, 45)), window(time(2, 20), time(2, 40), (5.0, 5.0, 5.0))),
        (window(time(1), time(2)), window(time(3), time(3, 30))),
    ],
)
def test_least_misses_no_minute_of_a_night_in_which_clocks_change(
    windows: tuple[Window, ...], night: tuple[datetime, datetime]
) -> None:
    schedule = AmpereSchedule(DEFAULT, windows)
    minutes = minutes_of(*night)
    amps = [schedule.at(minute, OSLO)[0] for minute in minutes]
    for first in range(0, len(minutes) - 20, 7):
        least = schedule.least(minutes[first], minutes[first + 20], OSLO)[0]
        most = schedule.most(minutes[first], minutes[first + 20], OSLO)[0]
        assert least == min(amps[first : first + 20])
        assert most == max(amps[first : first + 20])


def test_window_works_in_zones_far_from_utc() -> None:
    zone = ZoneInfo("Pacific/Auckland")
    assert AFTERNOON.at(datetime(2026, 1, 14, 3, 0, tzinfo=UTC), zone) == LOW  # 16:00, UTC+13
    assert AFTERNOON.at(datetime(2026, 1, 14, 2, 59, tzinfo=UTC), zone) == DEFAULT


@pytest.mark.parametrize(
    ("earthing", "line_count", "watts"),
    [
        (Earthing.TN, 1, 230.0),
        (Earthing.TN, 3, 690.0),
        (Earthing.IT, 2, 230.0),
        (Earthing.IT, 3, 398.3716857408418),
    ],
)
def test_an_ampere_carries_what_the_grid_makes_of_it(
    earthing: Earthing, line_count: int, watts: float
) -> None:
    site = replace(small_site(), earthing=earthing)
    assert site.watts_per_ampere(line_count) == pytest.approx(watts)


def test_site_finds_its_feeders_by_name() -> None:
    assert small_site().feeder("level-1").name == "Level 1"


def test_unknown_feeder_is_an_error_that_names_it() -> None:
    with pytest.raises(UnknownFeederError, match="site 'fjordgata' has no feeder 'level-9'") as it:
        small_site().feeder("level-9")
    assert (it.value.site_id, it.value.feeder_id) == ("fjordgata", "level-9")


def test_station_with_two_evses_is_one_station() -> None:
    second = EvsePlace(evse=EvseId("G-01", 2), feeder_id="level-1", lines=(1, 2, 3), max_a=32.0)
    site = small_site(place("G-01", "level-1", 0), second, place("G-02", "level-2", 0))
    assert site.station_ids == frozenset({"G-01", "G-02"})
