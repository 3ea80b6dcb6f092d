"""Functional block K: vehicles that say what they need, and are given a schedule (ISO 15118)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from tests.conformance.cases import ISO_15118, case
from tests.conformance.csms import Csms
from tests.conformance.profiles import sent_limit
from tests.conformance.states import Charging, booted
from tests.conformance.station import Fields, Station, time_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

WANTED_WH: Final = 20_000
MOST_A: Final = 32.0
"""What an EVSE can give."""
TOO_MUCH_A: Final = 63.0


@dataclass
class Vehicle:
    """A vehicle as its station speaks for it.

    Attributes:
        schedules: How many it has been given.
        departs_at: When it leaves.
    """

    station: Station
    charging: Charging
    schedules: int = 0
    departs_at: datetime = field(
        default_factory=lambda: datetime.now(UTC).replace(microsecond=0) + timedelta(hours=8)
    )

    async def given_schedule(self) -> Fields:
        """Wait for its next schedule."""
        self.schedules += 1
        profile = await sent_limit(self.station, self.charging, self.schedules)
        schedule: Fields = profile["chargingSchedule"][0]
        return schedule

    async def ask(self) -> Fields:
        """Say what it needs, and be given a schedule."""
        departure = time_of(self.departs_at)
        current = {"evMinCurrent": 6, "evMaxCurrent": 32, "evMaxVoltage": 400}
        needs = {
            "requestedEnergyTransfer": "AC_three_phase",
            "departureTime": departure,
            "acChargingParameters": {"energyAmount": WANTED_WH, **current},
        }
        told = {"evseId": 1, "maxScheduleTuples": 1, "chargingNeeds": needs}
        answer = await self.station.call("NotifyEVChargingNeeds", told)
        assert answer["status"] == "Accepted"
        return await self.given_schedule()

    async def choose(self, schedule: Fields) -> str:
        """Say how it will charge; return the verdict."""
        told = {"timeBase": schedule["startSchedule"], "evseId": 1, "chargingSchedule": schedule}
        answer = await self.station.call("NotifyEVChargingSchedule", told)
        return str(answer["status"])

    async def negotiate(self) -> None:
        """Ask, agree, and charge."""
        assert await self.choose(await self.ask()) == "Accepted"
        await self.charging.tell("Updated", "ChargingStateChanged", "Charging")

    async def change_rate(self) -> None:
        """Charge by another schedule from now on."""
        await self.charging.tell("Updated", "ChargingRateChanged", "Charging")


@asynccontextmanager
async def plugged_in(csms: Csms) -> AsyncIterator[tuple[str, Vehicle]]:
    """A vehicle that may charge, and has the first limit that every vehicle is given."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.authorize()
        await charging.plug_in()
        vehicle = Vehicle(station, charging)
        await vehicle.given_schedule()
        yield station_id, vehicle


def limit_of(schedule: Fields) -> float:
    """The limit of a schedule of one period."""
    (period,) = schedule["chargingSchedulePeriod"]
    return float(period["limit"])


async def told_schedules(csms: Csms, station_id: str) -> list[list[list[float]]]:
    """The schedules that vehicles have told, as they are kept: seconds and limits."""
    notices = await csms.notices(station_id, "vehicle_schedule")
    return [notice["body"]["schedule"]["periods"] for notice in notices]


async def need_of(csms: Csms, station_id: str) -> Any:
    """What is planned for at the first EVSE."""
    return (await csms.seen(station_id))["need"]


@case("TC_K_53", ISO_15118)
async def test_tc_k_53_a_vehicle_asks_and_agrees(csms: Csms) -> None:
    """K15: its needs are planned for, and it is given a schedule that it takes."""
    async with plugged_in(csms) as (station_id, vehicle):
        await vehicle.negotiate()
        need = await need_of(csms, station_id)
        assert need["energy_wh"] == WANTED_WH
        assert datetime.fromisoformat(need["departs_at"]) == vehicle.departs_at
        assert len(await told_schedules(csms, station_id)) == 1
        assert csms.kept.charging_state_of(vehicle.charging.transaction) == "charging"


@case("TC_K_55", ISO_15118)
async def test_tc_k_55_a_vehicle_wants_more_than_it_may(csms: Csms) -> None:
    """K15 to K17: a schedule beyond the limit is refused, and the vehicle is given another one."""
    async with plugged_in(csms) as (station_id, vehicle):
        schedule = await vehicle.ask()
        beyond = {"chargingSchedulePeriod": [{"startPeriod": 0, "limit": TOO_MUCH_A}]}
        assert await vehicle.choose({**schedule, **beyond}) == "Rejected"
        await vehicle.charging.tell("Updated", "ChargingStateChanged", "Charging")
        assert await vehicle.choose(await vehicle.given_schedule()) == "Accepted"
        await vehicle.change_rate()
        first, second = await told_schedules(csms, station_id)
        assert first == [[0, TOO_MUCH_A]]
        assert second[0][1] < TOO_MUCH_A


@case("TC_K_57", ISO_15118)
async def test_tc_k_57_a_vehicle_asks_again(csms: Csms) -> None:
    """K17: other needs are planned for from then on, and another schedule is given."""
    async with plugged_in(csms) as (station_id, vehicle):
        await vehicle.negotiate()
        vehicle.departs_at -= timedelta(hours=2)
        schedule = await vehicle.ask()
        await vehicle.change_rate()
        assert await vehicle.choose(schedule) == "Accepted"
        await vehicle.change_rate()
        need = await need_of(csms, station_id)
        assert datetime.fromisoformat(need["departs_at"]) == vehicle.departs_at
        assert len(await told_schedules(csms, station_id)) == 2


async def lower(vehicle: Vehicle) -> Fields:
    """Another vehicle comes, so that the first one is given less; return its schedule."""
    await vehicle.negotiate()
    await Charging(vehicle.station, evse=2).begin()
    while limit_of(schedule := await vehicle.given_schedule()) >= MOST_A:
        pass
    return schedule


@case("TC_K_58", ISO_15118)
async def test_tc_k_58_the_system_gives_less(narrow: Csms) -> None:
    """K16: another vehicle needs room, and the first one takes its lower schedule."""
    async with plugged_in(narrow) as (station_id, vehicle):
        schedule = await lower(vehicle)
        assert await vehicle.choose(schedule) == "Accepted"
        await vehicle.change_rate()
        first, second = await told_schedules(narrow, station_id)
        assert first[0][1] == MOST_A
        assert second == [[0, limit_of(schedule)]]


@case("TC_K_59", ISO_15118)
async def test_tc_k_59_a_vehicle_that_is_given_less_asks_again(narrow: Csms) -> None:
    """K16: with its lower schedule the vehicle says anew what it needs, and is given another."""
    async with plugged_in(narrow) as (station_id, vehicle):
        await lower(vehicle)
        vehicle.departs_at -= timedelta(hours=2)
        assert await vehicle.choose(await vehicle.ask()) == "Accepted"
        await vehicle.change_rate()
        need = await need_of(narrow, station_id)
        assert datetime.fromisoformat(need["departs_at"]) == vehicle.departs_at
        assert (await told_schedules(narrow, station_id))[1][0][1] < MOST_A
