from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from csms.domain.altered import altered
from csms.domain.authorization import IdToken
from csms.domain.expectation import Expectation, StayForecast
from csms.domain.identity import EvseId
from csms.domain.need import Course, Known, Need, NeedSource, estimate_need
from csms.domain.site import AssumedNeed
from csms.domain.transaction import NeedTeller, StatedNeed, Transaction

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


def known(past: tuple[Transaction, ...] = (), assumed: AssumedNeed = OVERNIGHT) -> Known:
    return Known(assumed=assumed, zone=OSLO, past=past)


PAST = (stayed(8, 40_000), stayed(11, 10_000), stayed(9, 30_000), stayed(10, 20_000))


def test_stated_need_counts() -> None:
    departs_at = datetime(2026, 1, 15, 5, 30, tzinfo=UTC)
    need = StatedNeed(energy_wh=30_000, departs_at=departs_at)
    assert estimate_need(running(need=need), known(PAST), SOON) == Need(
        energy_wh=30_000,
        beyond_wh=3_000,
        departs_at=departs_at,
        energy_source=NeedSource.STATED,
        departure_source=NeedSource.STATED,
        courses=(
            Course(probability=0.35, departs_at=departs_at, energy_wh=12_000),
            Course(probability=0.25, departs_at=departs_at, energy_wh=19_500),
            Course(probability=0.4, departs_at=departs_at, energy_wh=30_000),
        ),
    )


def test_history_of_four_stays_tells_the_need() -> None:
    """Of 10 to 40 kWh and of 8 to 11 h the middle, between the first and the last decile."""
    assert estimate_need(running(), known(PAST), CAME) == Need(
        energy_wh=25_000,
        beyond_wh=25_000,
        departs_at=datetime(2026, 1, 15, 1, 30, tzinfo=UTC),
        energy_source=NeedSource.HISTORY,
        departure_source=NeedSource.HISTORY,
        energy_between_wh=(13_000, 37_000),
        departs_between=(
            datetime(2026, 1, 15, 0, 18, tzinfo=UTC),
            datetime(2026, 1, 15, 2, 42, tzinfo=UTC),
        ),
    )


def test_vehicle_that_still_charges_takes_more_than_it_has_got() -> None:
    """32.5 kWh are more than three of four take, 37 more than nine of ten: between lie seven of
    eight, the middle of what is still possible.
    """
    need = estimate_need(altered(running(), energy_wh=32_500.0), known(PAST), CAME)
    assert need.energy_wh == pytest.approx(32_500 + (0.125 / 0.15) * 4_500)
    assert need.energy_between_wh == (32_500 + 1_000, 37_000)


def test_vehicle_that_takes_more_than_ever_is_expected_to_take_a_bit_more() -> None:
    need = estimate_need(altered(running(), energy_wh=60_000.0), known(PAST), CAME)
    assert need.energy_wh == 61_000


def with_forecast() -> Known:
    hours = tuple(3600.0 * hours for hours in (2, 3, 4, 5, 6))
    forecast = StayForecast(
        made_at=CAME,
        model=3,
        energy_wh=Expectation(
            quantiles=(5_000, 6_000, 8_000, 9_000, 12_000), low=4_500, high=12_500
        ),
        stay_s=Expectation(quantiles=hours, low=7_200.0, high=21_600.0),
    )
    return Known(assumed=OVERNIGHT, zone=OSLO, past=PAST, forecast=forecast)


def test_forecast_outranks_the_past() -> None:
    need = estimate_need(running(), with_forecast(), CAME)
    assert replace(need, courses=()) == Need(
        energy_wh=8_000,
        beyond_wh=20_000,
        departs_at=CAME + timedelta(hours=4),
        energy_source=NeedSource.FORECAST,
        departure_source=NeedSource.FORECAST,
        energy_between_wh=(4_500, 12_500),
        departs_between=(CAME + timedelta(hours=2), CAME + timedelta(hours=6)),
    )


def test_forecast_tells_every_energy_with_every_departure() -> None:
    """Energies at 1/6, 1/2 and 5/6, departures at 10, 30, 50, 70 and 90 %: equally likely parts."""
    need = estimate_need(running(), with_forecast(), CAME)
    hours = [(one.departs_at - CAME).total_seconds() / 3600 for one in need.courses]
    assert hours[::3] == pytest.approx([2.0, 3.2, 4.0, 4.8, 6.0])
    energies_wh = [one.energy_wh for one in need.courses]
    # 4/9 of the way from 5 to 6 kWh; the middle; 5/9 of the way from 9 to 12
    assert energies_wh[:3] == pytest.approx([5_000 + 4_000 / 9, 8_000, 9_000 + 15_000 / 9])
    assert energies_wh[3:6] == pytest.approx(energies_wh[:3])
    assert [one.probability for one in need.courses] == pytest.approx([1 / 15] * 15)


def test_energy_that_is_stated_goes_with_every_departure_that_is_forecast() -> None:
    need = estimate_need(running(need=StatedNeed(energy_wh=10_000)), with_forecast(), CAME)
    assert len(need.courses) == 15
    assert [one.energy_wh for one in need.courses[:3]] == [4_000, 6_500, 10_000]
    assert [one.probability for one in need.courses[:3]] == pytest.approx([0.07, 0.05, 0.08])


def test_vehicle_that_should_have_left_is_planned_for_a_quarter_of_an_hour_more() -> None:
    now = CAME + timedelta(hours=12)  # nothing longer than 9 h was thought possible
    need = estimate_need(running(), with_forecast(), now)
    assert {one.departs_at for one in need.courses} == {now + timedelta(minutes=15)}


def test_three_stays_are_too_few_to_tell_anything() -> None:
    assert estimate_need(running(), known(PAST[:3]), SOON) == Need(
        energy_wh=15_000,
        beyond_wh=20_000,
        departs_at=datetime(2026, 1, 15, 6, 0, tzinfo=UTC),  # 07:00 in Oslo
        energy_source=NeedSource.ASSUMED,
        departure_source=NeedSource.ASSUMED,
    )


def test_stays_that_were_shorter_than_this_one_already_is_say_nothing_of_it() -> None:
    """One in six is over after 8 h 30 min; the middle of the others is 9 h 45 min."""
    now = CAME + timedelta(hours=8, minutes=30)
    need = estimate_need(running(), known(PAST), now)
    assert need.departs_at == datetime(2026, 1, 15, 1, 45, tzinfo=UTC)
    assert need.departs_between == (now, datetime(2026, 1, 15, 2, 42, tzinfo=UTC))


def test_vehicle_that_outstays_its_past_is_planned_for_another_half_hour() -> None:
    now = CAME + timedelta(hours=20)
    need = estimate_need(running(), known(PAST), now)
    assert need.departs_at == datetime(2026, 1, 15, 12, 30, tzinfo=UTC)


def test_stated_energy_is_joined_by_the_usual_departure() -> None:
    need = estimate_need(running(need=StatedNeed(energy_wh=50_000)), known(PAST), CAME)
    assert (need.energy_wh, need.beyond_wh, need.energy_between_wh) == (50_000, 5_000, None)
    assert need.departs_at == datetime(2026, 1, 15, 1, 30, tzinfo=UTC)
    assert need.source is NeedSource.HISTORY


def test_stated_departure_is_joined_by_the_assumed_energy() -> None:
    departs_at = datetime(2026, 1, 14, 20, 0, tzinfo=UTC)
    need = estimate_need(running(need=StatedNeed(departs_at=departs_at)), known(), SOON)
    assert need == Need(
        energy_wh=15_000,
        beyond_wh=20_000,
        departs_at=departs_at,
        energy_source=NeedSource.ASSUMED,
        departure_source=NeedSource.STATED,
    )
    assert need.source is NeedSource.ASSUMED
    assert not need.is_energy_told


SCHEDULED = StatedNeed(energy_wh=40_000, departs_at=datetime(2026, 1, 15, 4, 30, tzinfo=UTC))


def scheduled(need: StatedNeed) -> Need:
    with_timetable = replace(known(PAST), scheduled=SCHEDULED)
    return estimate_need(running(need=need), with_timetable, CAME)


def test_timetable_outranks_the_past_and_the_vehicle() -> None:
    vehicle = StatedNeed(
        energy_wh=9_000, departs_at=CAME + timedelta(hours=1), stated_by=NeedTeller.VEHICLE
    )
    for need in (scheduled(StatedNeed()), scheduled(vehicle)):
        assert (need.energy_wh, need.departs_at) == (40_000, SCHEDULED.departs_at)
        assert (need.beyond_wh, need.source) == (4_000, NeedSource.TIMETABLE)
        assert need.is_energy_told


def test_what_is_stated_for_a_stay_outranks_the_timetable() -> None:
    need = scheduled(StatedNeed(energy_wh=9_000))
    assert (need.energy_wh, need.energy_source) == (9_000, NeedSource.STATED)
    assert need.departs_at == SCHEDULED.departs_at
    assert need.source is NeedSource.TIMETABLE


def test_stated_departure_that_has_passed_is_half_an_hour_ahead() -> None:
    need = StatedNeed(energy_wh=1_000, departs_at=datetime(2026, 1, 14, 16, 1, tzinfo=UTC))
    told = estimate_need(running(need=need), known(), SOON)
    assert told.departs_at == datetime(2026, 1, 14, 16, 35, tzinfo=UTC)


def test_stated_energy_of_nothing_is_a_statement() -> None:
    need = StatedNeed(energy_wh=0.0)
    assert estimate_need(running(need=need), known(PAST), SOON).energy_wh == 0.0


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
    need = estimate_need(running(came), known(), came)
    assert need.departs_at == departs_at
    assert need.departs_at.tzinfo is UTC


def test_without_a_usual_hour_only_the_assumed_stay_counts() -> None:
    need = estimate_need(running(), known(assumed=BY_STAY), SOON)
    assert need.departs_at == datetime(2026, 1, 15, 0, 0, tzinfo=UTC)


def test_unknown_guest_who_is_late_is_planned_for_another_half_hour() -> None:
    now = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
    need = estimate_need(running(), known(), now)
    assert need.departs_at == datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


def test_large_usual_energy_may_be_exceeded_by_as_much_again() -> None:
    past = tuple(stayed(9, 60_000) for _ in range(4))
    need = estimate_need(running(), known(past), SOON)
    assert (need.energy_wh, need.beyond_wh) == (60_000, 60_000)
