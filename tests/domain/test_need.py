from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from csms.domain.altered import altered
from csms.domain.authorization import IdToken
from csms.domain.identity import EvseId
from csms.domain.need import Need, NeedSource, estimate_need
from csms.domain.site import AssumedNeed
from csms.domain.transaction import StatedNeed, Transaction

OSLO = ZoneInfo("Europe/Oslo")
CAME = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)  # 17:00 in Oslo, a Wednesday
SOON = datetime(2026, 1, 14, 16, 5, tzinfo=UTC)
OVERNIGHT = AssumedNeed(energy_wh=15_000, stay_s=8 * 3600, leaves_by=time(7, 0))
BY_STAY = AssumedNeed(energy_wh=15_000, stay_s=8 * 3600)


def running(came: datetime = CAME, need: StatedNeed | None = None) -> Transaction:
    return Transaction(
        number=7,
        station_id="G-01",
        transaction="7",
        evse=EvseId("G-01", 1),
        id_token=IdToken("04A2B3C4"),
        started_at=came,
        meter_start_wh=0.0,
        need=need or StatedNeed(),
    )


def stayed(hours: float, energy_wh: float) -> Transaction:
    started_at = datetime(2026, 1, 2, 16, 0, tzinfo=UTC)
    return altered(
        running(started_at), energy_wh=energy_wh, ended_at=started_at + timedelta(hours=hours)
    )


PAST = (stayed(8, 40_000), stayed(11, 10_000), stayed(9, 30_000), stayed(10, 20_000))


def test_stated_need_counts() -> None:
    departs_at = datetime(2026, 1, 15, 5, 30, tzinfo=UTC)
    need = StatedNeed(energy_wh=30_000, departs_at=departs_at)
    assert estimate_need(running(need=need), PAST, OVERNIGHT, SOON, OSLO) == Need(
        energy_wh=30_000, beyond_wh=3_000, departs_at=departs_at, source=NeedSource.STATED
    )


def test_history_of_four_stays_tells_the_need() -> None:
    # Seventh decile of 10, 20, 30, 40 kWh is 35 kWh; third decile of 8, 9, 10, 11 h is 8.5 h.
    assert estimate_need(running(), PAST, OVERNIGHT, SOON, OSLO) == Need(
        energy_wh=35_000,
        beyond_wh=35_000,
        departs_at=datetime(2026, 1, 15, 0, 30, tzinfo=UTC),
        source=NeedSource.HISTORY,
    )


def test_three_stays_are_too_few_to_tell_anything() -> None:
    assert estimate_need(running(), PAST[:3], OVERNIGHT, SOON, OSLO) == Need(
        energy_wh=15_000,
        beyond_wh=20_000,
        departs_at=datetime(2026, 1, 15, 6, 0, tzinfo=UTC),  # 07:00 in Oslo
        source=NeedSource.ASSUMED,
    )


def test_stays_that_were_shorter_than_this_one_already_is_say_nothing_of_it() -> None:
    # After 8 h 30 min, 9, 10 and 11 h are left, whose third decile is 9.2 h.
    now = CAME + timedelta(hours=8, minutes=30)
    need = estimate_need(running(), PAST, OVERNIGHT, now, OSLO)
    assert need.departs_at == datetime(2026, 1, 15, 1, 12, tzinfo=UTC)


def test_vehicle_that_outstays_its_past_is_planned_for_another_half_hour() -> None:
    now = CAME + timedelta(hours=20)
    need = estimate_need(running(), PAST, OVERNIGHT, now, OSLO)
    assert need.departs_at == datetime(2026, 1, 15, 12, 30, tzinfo=UTC)


def test_stated_energy_is_joined_by_the_usual_departure() -> None:
    transaction = running(need=StatedNeed(energy_wh=50_000))
    assert estimate_need(transaction, PAST, OVERNIGHT, SOON, OSLO) == Need(
        energy_wh=50_000,
        beyond_wh=5_000,
        departs_at=datetime(2026, 1, 15, 0, 30, tzinfo=UTC),
        source=NeedSource.HISTORY,
    )


def test_stated_departure_is_joined_by_the_assumed_energy() -> None:
    departs_at = datetime(2026, 1, 14, 20, 0, tzinfo=UTC)
    transaction = running(need=StatedNeed(departs_at=departs_at))
    assert estimate_need(transaction, (), OVERNIGHT, SOON, OSLO) == Need(
        energy_wh=15_000, beyond_wh=20_000, departs_at=departs_at, source=NeedSource.ASSUMED
    )


def test_stated_departure_that_has_passed_is_half_an_hour_ahead() -> None:
    need = StatedNeed(energy_wh=1_000, departs_at=datetime(2026, 1, 14, 16, 1, tzinfo=UTC))
    told = estimate_need(running(need=need), (), OVERNIGHT, SOON, OSLO)
    assert told.departs_at == datetime(2026, 1, 14, 16, 35, tzinfo=UTC)


def test_stated_energy_of_nothing_is_a_statement() -> None:
    need = StatedNeed(energy_wh=0.0)
    assert estimate_need(running(need=need), PAST, OVERNIGHT, SOON, OSLO).energy_wh == 0.0


@pytest.mark.parametrize(
    ("came", "departs_at"),
    [
        # 17:00 in Oslo: overnight, until 07:00
        (datetime(2026, 1, 14, 16, 0, tzinfo=UTC), datetime(2026, 1, 15, 6, 0, tzinfo=UTC)),
        # 02:00: the same morning
        (datetime(2026, 1, 14, 1, 0, tzinfo=UTC), datetime(2026, 1, 14, 6, 0, tzinfo=UTC)),
        # 12:00: the next morning
        (datetime(2026, 1, 14, 11, 0, tzinfo=UTC), datetime(2026, 1, 15, 6, 0, tzinfo=UTC)),
        # 08:00, when overnight guests have left: the assumed stay
        (datetime(2026, 1, 14, 7, 0, tzinfo=UTC), datetime(2026, 1, 14, 15, 0, tzinfo=UTC)),
        # 07:00 sharp: the assumed stay
        (datetime(2026, 1, 14, 6, 0, tzinfo=UTC), datetime(2026, 1, 14, 14, 0, tzinfo=UTC)),
        # The night in which clocks are put forward: 07:00 is 05:00 UTC
        (datetime(2026, 3, 28, 17, 0, tzinfo=UTC), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),
        # The night in which clocks are put back: 07:00 is 06:00 UTC
        (datetime(2026, 10, 24, 16, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),
    ],
)
def test_unknown_guest_leaves_in_the_morning_or_after_the_assumed_stay(
    came: datetime, departs_at: datetime
) -> None:
    need = estimate_need(running(came), (), OVERNIGHT, came, OSLO)
    assert need.departs_at == departs_at
    assert need.departs_at.tzinfo is UTC


def test_without_a_usual_hour_only_the_assumed_stay_counts() -> None:
    need = estimate_need(running(), (), BY_STAY, SOON, OSLO)
    assert need.departs_at == datetime(2026, 1, 15, 0, 0, tzinfo=UTC)


def test_unknown_guest_who_is_late_is_planned_for_another_half_hour() -> None:
    now = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
    need = estimate_need(running(), (), OVERNIGHT, now, OSLO)
    assert need.departs_at == datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


def test_large_usual_energy_may_be_exceeded_by_as_much_again() -> None:
    past = tuple(stayed(9, 60_000) for _ in range(4))
    need = estimate_need(running(), past, OVERNIGHT, SOON, OSLO)
    assert (need.energy_wh, need.beyond_wh) == (60_000, 60_000)
