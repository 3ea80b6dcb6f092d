"""What vehicles ask for, what they mean to do, and what others limit (OCPP 2.0.1 K12 to K17)."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.charging_needs import ChargingNeeds, TransferMode, VehicleSchedule
from csms.domain.charging_profile import CompositeSchedule, LimitSource, ProfilePeriod
from csms.domain.identity import EvseId
from csms.domain.notices import (
    Agreement,
    LimitReleased,
    LimitTold,
    NeedsTold,
    NeedsVerdict,
    VehicleScheduleTold,
)
from csms.domain.station import RateUnit
from csms.domain.transaction import NeedTeller, StatedNeed
from csms.service.problem_builder import build_problem
from tests.domain.sites import place, small_site
from tests.service.handlers.stories import TellerV201
from tests.service.rig import NOON, Office, after, open_office
from tests.service.sites import connect, evse_of, hold, transaction

E1: Final = EvseId("G-01", 1)
TEN_PAST: Final = after(10)


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, small_site(place("G-01", "level-1", 6.0))) as opened:
        yield opened


async def charging(office: Office) -> None:
    """A vehicle charges since noon; it has taken 1 kWh by ten past."""
    connect(office.live, "G-01")
    teller = TellerV201()
    await office.hear(teller.adapter, *teller.starts(NOON))
    office.clock.instant = after(10)
    await office.hear(teller.adapter, *teller.measures(after(10), 1_235_500))
    office.live.attended()


async def tell_needs(office: Office, **more: Any) -> NeedsVerdict:
    needs = ChargingNeeds(mode=TransferMode.AC_THREE_PHASE, **more)
    reply = await office.handle(NeedsTold(station_id="G-01", evse_number=1, needs=needs))
    verdict: NeedsVerdict = reply.verdict
    return verdict


def need_of(office: Office) -> StatedNeed:
    running = office.evse("G-01/1").transaction
    assert running is not None
    return running.need


async def test_needs_of_a_vehicle_are_planned_for_from_now_on(office: Office) -> None:
    await charging(office)
    assert await tell_needs(office, energy_wh=8000.0, departs_at=after(60)) == "Accepted"
    need = StatedNeed(energy_wh=9000.0, departs_at=after(60), stated_by=NeedTeller.VEHICLE)
    assert need_of(office) == need
    assert office.live.awaited.is_set()
    async with office.open_uow() as uow:
        [kept] = await uow.transactions.open_at(E1)
    assert kept.need == need


async def test_vehicle_may_change_its_mind(office: Office) -> None:
    await charging(office)
    await tell_needs(office, energy_wh=8000.0, departs_at=after(60))
    await tell_needs(office, energy_wh=2000.0)
    assert need_of(office) == StatedNeed(energy_wh=3000.0, stated_by=NeedTeller.VEHICLE)


async def test_operator_outranks_the_vehicle_which_gets_its_schedule_all_the_same(
    office: Office,
) -> None:
    await charging(office)
    operations = office.operations
    stated = StatedNeed(departs_at=after(120))
    await operations.state_need(E1, stated)
    office.live.attended()
    assert await tell_needs(office, energy_wh=8000.0, departs_at=after(60)) == "Accepted"
    assert need_of(office) == stated
    assert office.live.awaited.is_set()


async def test_what_a_battery_lacks_is_wanted_where_no_energy_is_told(office: Office) -> None:
    await charging(office)
    await tell_needs(office, capacity_wh=50_000.0, soc_pct=30.0, full_soc_pct=80.0)
    assert need_of(office).energy_wh == 26_000.0
    await tell_needs(office, capacity_wh=50_000.0, soc_pct=90.0)
    assert need_of(office).energy_wh == 6_000.0


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"energy_wh": 0.0},
        {"energy_wh": -5.0},
        {"energy_wh": 2_000_001.0},
        {"departs_at": after(9)},
        {"capacity_wh": 50_000.0, "soc_pct": 100.0},
    ],
)
async def test_needs_that_say_nothing_change_nothing(
    office: Office, nonsense: dict[str, Any]
) -> None:
    await charging(office)
    assert await tell_needs(office, **nonsense) == "Accepted"
    assert need_of(office) == StatedNeed()


@pytest.mark.parametrize(("told", "most"), [(None, 6), (3, 3), (1024, 6), (0, 1)])
async def test_schedule_has_no_more_periods_than_the_vehicle_takes(
    office: Office, told: int | None, most: int
) -> None:
    await charging(office)
    assert await tell_needs(office, energy_wh=8000.0, max_periods=told) == "Accepted"
    evse = office.evse("G-01/1")
    assert office.live.max_periods(evse) == most
    [planned] = build_problem(office.live, after(10)).evses
    assert planned.max_periods == most
    evse.end()
    evse.begin(transaction("G-01", 2))
    assert office.live.max_periods(evse) == 6  # another vehicle


async def test_schedule_is_sent_even_where_the_limit_stays_the_same(office: Office) -> None:
    await charging(office)
    evse = office.evse("G-01/1")
    hold(evse, 16.0, after(10))
    evse.retry_at = after(20)
    await tell_needs(office, energy_wh=8000.0)
    assert evse.allowance.uncertain == (evse.allowance.accepted,)
    assert evse.allowance.now_a(after(11)) == 16.0
    assert evse.retry_at is None


async def test_needs_where_nothing_charges_are_rejected(office: Office) -> None:
    assert await tell_needs(office, energy_wh=8000.0) == "Rejected"
    event = NeedsTold(station_id="G-01", evse_number=9, needs=ChargingNeeds(mode=TransferMode.DC))
    assert (await office.handle(event)).verdict == "Rejected"


async def tell_schedule(
    office: Office,
    *periods: tuple[int, float],
    unit: RateUnit = RateUnit.AMPERE,
    starts_at: datetime = TEN_PAST,
    duration_s: int | None = None,
) -> Agreement:
    schedule = VehicleSchedule(
        starts_at=starts_at, unit=unit, periods=periods, duration_s=duration_s
    )
    event = VehicleScheduleTold(station_id="G-01", evse_number=1, schedule=schedule)
    reply: Agreement = await office.handle(event)
    return reply


@pytest.mark.parametrize(
    ("periods", "unit"),
    [
        (((0, 16.0),), RateUnit.AMPERE),
        (((0, 11_040.0), (300, 4000.0)), RateUnit.WATT),
        (((0, 10.0), (900, 32.0)), RateUnit.AMPERE),
    ],
    ids=["as much as is allowed", "in watts", "more when the limit has lapsed"],
)
async def test_schedule_within_the_limit_is_accepted(
    office: Office, periods: tuple[tuple[int, float], ...], unit: RateUnit
) -> None:
    await charging(office)
    hold(evse_of(office.live, "G-01"), 16.0, after(10))
    assert await tell_schedule(office, *periods, unit=unit) == Agreement(is_accepted=True)
    assert not office.live.awaited.is_set()


@pytest.mark.parametrize(
    ("periods", "unit", "cause"),
    [
        (((0, 17.0),), RateUnit.AMPERE, "17.0 A at 12:10:00 UTC, where 16.0 A are allowed"),
        (
            ((0, 6.0), (600, 20.0)),
            RateUnit.AMPERE,
            "20.0 A at 12:20:00 UTC, where 16.0 A are allowed",
        ),
        (((0, 13_800.0),), RateUnit.WATT, "20.0 A at 12:10:00 UTC, where 16.0 A are allowed"),
    ],
)
async def test_schedule_beyond_the_limit_is_rejected_and_another_plan_asked_for(
    office: Office, periods: tuple[tuple[int, float], ...], unit: RateUnit, cause: str
) -> None:
    await charging(office)
    hold(evse_of(office.live, "G-01"), 16.0, after(10))
    answer = await tell_schedule(office, *periods, unit=unit)
    assert answer == Agreement(is_accepted=False, cause=cause)
    assert office.live.awaited.is_set()


async def test_schedule_is_held_against_the_fallback_where_no_limit_was_sent(
    office: Office,
) -> None:
    await charging(office)
    assert (await tell_schedule(office, (0, 6.0))).is_accepted
    assert not (await tell_schedule(office, (0, 6.0), (3600, 10.0))).is_accepted
    assert (await tell_schedule(office, (0, 6.0), (3600, 10.0), duration_s=3600)).is_accepted


async def test_schedule_is_read_by_the_stations_clock(office: Office) -> None:
    await charging(office)
    hold(evse_of(office.live, "G-01"), 16.0, after(10))
    clock = office.live.stations["G-01"].clock
    clock.see(after(70), after(10))  # an hour fast
    assert not (await tell_schedule(office, (0, 20.0), starts_at=after(70))).is_accepted


async def test_schedule_where_nothing_charges_is_rejected(office: Office) -> None:
    answer = await tell_schedule(office, (0, 6.0))
    assert answer == Agreement(is_accepted=False, cause="no transaction is running there")


@pytest.mark.parametrize("whole", [None, 0])
async def test_limits_of_others_are_known_until_they_are_released(
    office: Office, whole: int | None
) -> None:
    schedule = CompositeSchedule(
        evse_number=1,
        unit=RateUnit.AMPERE,
        starts_at=NOON,
        duration_s=600,
        periods=(ProfilePeriod(0, 10.0),),
    )
    for evse_number in (whole, 1):
        told = LimitTold(
            station_id="G-01",
            source=LimitSource.SO,
            evse_number=evse_number,
            is_grid_critical=True,
            schedules=(schedule,),
        )
        await office.handle(told)
    other = LimitTold(station_id="G-01", source=LimitSource.EMS, evse_number=1)
    await office.handle(other)
    limits = office.live.stations["G-01"].external_limits
    assert set(limits) == {("SO", None), ("SO", 1), ("EMS", 1)}
    assert limits[LimitSource.SO, 1].schedules == (schedule,)
    assert limits[LimitSource.SO, 1].is_grid_critical
    assert limits[LimitSource.SO, 1].told_at == NOON
    released = LimitReleased(station_id="G-01", source=LimitSource.EMS, evse_number=1)
    await office.handle(released)
    assert set(limits) == {("SO", None), ("SO", 1)}
    await office.handle(LimitReleased(station_id="G-01", source=LimitSource.SO, evse_number=whole))
    assert limits == {}


async def test_limits_of_others_are_known_after_a_restart(database_file: Path) -> None:
    site = small_site(place("G-01", "level-1", 6.0))
    for known in ([], [LimitSource.SO]):
        async with open_office(database_file, site) as office:
            limits = office.live.stations["G-01"].external_limits
            assert [source for source, _ in limits] == known
            for source in (LimitSource.SO, LimitSource.EMS):
                told = LimitTold(station_id="G-01", source=source, evse_number=1)
                await office.handle(told)
            released = LimitReleased(station_id="G-01", source=LimitSource.EMS, evse_number=1)
            await office.handle(released)
