from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from csms.domain.authorization import IdToken
from csms.domain.identity import EvseId
from csms.domain.timetable import Departure, Timetable
from csms.domain.transaction import StatedNeed, Transaction

OSLO = ZoneInfo("Europe/Oslo")
WORKDAYS = frozenset(range(5))
BUS = EvseId("G-01", 1)


def line(**more: Any) -> Departure:
    fields: dict[str, Any] = {
        "who": "04A2B3C4",
        "weekdays": WORKDAYS,
        "leaves_at": time(5, 30),
        "energy_wh": 120_000.0,
        **more,
    }
    return Departure(**fields)


def stay(came: datetime, card: str | None = "04a2b3c4") -> Transaction:
    return Transaction(
        number=1,
        station_id="G-01",
        transaction="1",
        evse=BUS,
        id_token=None if card is None else IdToken(card),
        started_at=came,
        meter_start_wh=None,
    )


TUESDAY_EVENING = datetime(2026, 1, 13, 18, 0, tzinfo=UTC)
WEDNESDAY = datetime(2026, 1, 14, 4, 30, tzinfo=UTC)  # 05:30 in Oslo


def need(*lines: Departure, came: datetime = TUESDAY_EVENING, card: str | None = "04a2b3c4") -> Any:
    return Timetable(lines).need_of(stay(came, card), OSLO)


def test_next_departure_counts_by_the_site_s_clock() -> None:
    assert need(line()) == StatedNeed(energy_wh=120_000.0, departs_at=WEDNESDAY)


def test_who_comes_on_friday_evening_leaves_on_monday() -> None:
    friday = datetime(2026, 1, 16, 18, 0, tzinfo=UTC)
    assert need(line(), came=friday).departs_at == datetime(2026, 1, 19, 4, 30, tzinfo=UTC)


def test_first_of_several_departures_counts() -> None:
    early = line(leaves_at=time(4, 0), energy_wh=None)
    found = need(line(), early)
    assert found == StatedNeed(departs_at=datetime(2026, 1, 14, 3, 0, tzinfo=UTC))


def test_departure_of_the_instant_in_which_it_comes_is_the_last_one_s() -> None:
    assert need(line(), came=WEDNESDAY).departs_at == datetime(2026, 1, 15, 4, 30, tzinfo=UTC)


def test_who_comes_right_after_the_only_departure_of_a_week_stays_for_one() -> None:
    wednesdays = line(weekdays=frozenset({2}))
    assert need(wednesdays, came=WEDNESDAY).departs_at == datetime(2026, 1, 21, 4, 30, tzinfo=UTC)


def test_lines_for_a_day_count_in_place_of_those_for_its_weekday() -> None:
    later = line(weekdays=frozenset(), day=date(2026, 1, 14), leaves_at=time(9, 0))
    assert need(line(), later).departs_at == datetime(2026, 1, 14, 8, 0, tzinfo=UTC)


def test_on_a_day_on_which_it_does_not_leave_it_stays_until_the_next() -> None:
    stays = line(weekdays=frozenset(), day=date(2026, 1, 14), leaves_at=None)
    assert need(line(), stays).departs_at == datetime(2026, 1, 15, 4, 30, tzinfo=UTC)


def test_lines_for_the_token_outrank_those_for_the_place() -> None:
    place = line(who=BUS, leaves_at=time(4, 0), energy_wh=50_000.0)
    assert need(place, line()).energy_wh == 120_000.0
    assert need(place, line(), card="other").energy_wh == 50_000.0
    assert need(place, line(), card=None).energy_wh == 50_000.0


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (line(who="SOMEBODY"),),
        (line(who=EvseId("G-01", 2)),),
        (line(leaves_at=None),),
        (line(weekdays=frozenset(), day=date(2026, 1, 13)),),
    ],
)
def test_timetable_that_does_not_know_says_nothing(lines: tuple[Departure, ...]) -> None:
    assert need(*lines).is_blank


def test_clocks_put_forward_do_not_move_a_departure() -> None:
    saturday = datetime(2026, 3, 28, 17, 0, tzinfo=UTC)
    daily = line(weekdays=frozenset(range(7)))
    assert need(daily, came=saturday).departs_at == datetime(2026, 3, 29, 3, 30, tzinfo=UTC)
