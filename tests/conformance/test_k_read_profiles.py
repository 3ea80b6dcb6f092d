"""Functional block K: which profiles a station holds, and what they come to."""

from typing import Any, Final

import pytest

from tests.conformance.cases import ISO_15118, NO_PROFILE, SMART_CHARGING, case
from tests.conformance.csms import Csms
from tests.conformance.profiles import Wanted
from tests.conformance.states import ACCEPTED, Charging, booted
from tests.conformance.station import Fields, Station, time_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

MAX: Final = Wanted("station_max", 16.0, 5)
DEFAULT: Final = Wanted("tx_default", 8.0, 6, stack_level=2)
EXTERNAL: Final = Wanted("external", 10.0, 9)


async def tell(
    station: Station, job: int, evse: int, *profiles: Wanted, source: str = "CSO", more: bool
) -> None:
    """A station tells which profiles it holds."""
    told = {
        "requestId": job,
        "chargingLimitSource": source,
        "evseId": evse,
        "chargingProfile": [one.sent for one in profiles],
        "tbc": more,
    }
    assert await station.call("ReportChargingProfiles", told) == {}


async def told_of(csms: Csms, job: int) -> tuple[bool, list[tuple[int, int, str, float]]]:
    """Whether a report is complete, and of its profiles: EVSE, id, purpose, limit."""
    report = await csms.get(f"/jobs/{job}/report")
    told = [
        (
            part["body"]["evse_number"],
            profile["profile_id"],
            profile["purpose"],
            profile["periods"][0]["limit"],
        )
        for part in report["parts"]
        for profile in part["body"]["profiles"]
    ]
    return report["is_complete"], told


async def request(
    csms: Csms, station_id: str, station: Station, sent: Fields, **criteria: Any
) -> int:
    """The operator asks for profiles, and the station is asked; return the number of that."""
    outcome = await csms.command(station_id, "request_profiles", **criteria)
    number: int = outcome["job"]
    assert outcome["status"] == "accepted"
    assert station.asked["GetChargingProfiles"] == [{"requestId": number, **sent}]
    return number


async def read_default(csms: Csms, sent: Fields, **criteria: Any) -> None:
    """Criteria by which a station finds the default of an EVSE, which is then kept as told."""
    async with booted(csms, GetChargingProfiles=ACCEPTED) as (station_id, station):
        job = await request(csms, station_id, station, sent, **criteria)
        assert await told_of(csms, job) == (False, [])
        await tell(station, job, 1, DEFAULT, more=False)
        assert await told_of(csms, job) == (True, [(1, 6, "tx_default", 8.0)])


@case("TC_K_29", SMART_CHARGING, ISO_15118)
async def test_tc_k_29_those_of_the_station(csms: Csms) -> None:
    """K09: those of the station only, while a vehicle charges."""
    async with booted(csms, GetChargingProfiles=ACCEPTED) as (station_id, station):
        await Charging(station).begin()
        criteria = {"chargingProfilePurpose": "ChargingStationMaxProfile"}
        sent = {"evseId": 0, "chargingProfile": criteria}
        job = await request(csms, station_id, station, sent, evse_number=0, purpose="station_max")
        await tell(station, job, 0, MAX, more=False)
        assert await told_of(csms, job) == (True, [(0, 5, "station_max", 16.0)])


@case("TC_K_30", SMART_CHARGING, ISO_15118)
async def test_tc_k_30_those_of_an_evse(csms: Csms) -> None:
    """K09: all those of an EVSE."""
    await read_default(csms, {"evseId": 1, "chargingProfile": {}}, evse_number=1)


@case("TC_K_31", SMART_CHARGING, ISO_15118)
async def test_tc_k_31_all(csms: Csms) -> None:
    """K09: all that the station holds, told EVSE by EVSE."""
    async with booted(csms, GetChargingProfiles=ACCEPTED) as (station_id, station):
        job = await request(csms, station_id, station, {"chargingProfile": {}})
        await tell(station, job, 1, DEFAULT, more=True)
        assert await told_of(csms, job) == (False, [(1, 6, "tx_default", 8.0)])
        await tell(station, job, 2, MAX, DEFAULT, more=False)
        last = [(2, 5, "station_max", 16.0), (2, 6, "tx_default", 8.0)]
        assert await told_of(csms, job) == (True, [(1, 6, "tx_default", 8.0), *last])


@case("TC_K_32", SMART_CHARGING, ISO_15118)
async def test_tc_k_32_by_id(csms: Csms) -> None:
    """K09: the one that has an id."""
    await read_default(csms, {"chargingProfile": {"chargingProfileId": [6]}}, profile_ids=[6])


@case("TC_K_33", SMART_CHARGING, ISO_15118)
async def test_tc_k_33_by_level(csms: Csms) -> None:
    """K09: those of an EVSE that have a level."""
    sent = {"evseId": 1, "chargingProfile": {"stackLevel": 2}}
    await read_default(csms, sent, evse_number=1, stack_level=2)


@case("TC_K_34", SMART_CHARGING, ISO_15118)
async def test_tc_k_34_by_source(csms: Csms) -> None:
    """K09: those of an EVSE that somebody has set."""
    sent = {"evseId": 1, "chargingProfile": {"chargingLimitSource": ["CSO"]}}
    await read_default(csms, sent, evse_number=1, sources=["CSO"])


@case("TC_K_35", SMART_CHARGING, ISO_15118)
async def test_tc_k_35_by_purpose(csms: Csms) -> None:
    """K09: those of an EVSE that have a purpose."""
    sent = {"evseId": 1, "chargingProfile": {"chargingProfilePurpose": "TxDefaultProfile"}}
    await read_default(csms, sent, evse_number=1, purpose="tx_default")


@case("TC_K_36", SMART_CHARGING, ISO_15118)
async def test_tc_k_36_by_purpose_and_level(csms: Csms) -> None:
    """K09: those of an EVSE that have a purpose and a level."""
    criteria = {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 2}
    sent = {"evseId": 1, "chargingProfile": criteria}
    await read_default(csms, sent, evse_number=1, purpose="tx_default", stack_level=2)


@case("TC_K_52", NO_PROFILE)
async def test_tc_k_52_those_of_somebody_else(csms: Csms) -> None:
    """K12: a limit that the site's energy management has set is among the profiles."""
    async with booted(csms, GetChargingProfiles=ACCEPTED) as (station_id, station):
        criteria = {"chargingProfilePurpose": "ChargingStationExternalConstraints"}
        sent = {"chargingProfile": criteria}
        job = await request(csms, station_id, station, sent, purpose="external")
        await tell(station, job, 0, EXTERNAL, source="EMS", more=False)
        assert await told_of(csms, job) == (True, [(0, 9, "external", 10.0)])
        ((notice),) = await csms.notices(station_id, "profiles")
        assert notice["body"]["source"] == "EMS"


async def read_composite(csms: Csms, evse: int) -> None:
    """The operator asks what a station will allow in the next minutes, and is told."""

    def add_up(asked: Fields) -> Fields:
        schedule = {
            "evseId": asked["evseId"],
            "duration": asked["duration"],
            "scheduleStart": time_of(),
            "chargingRateUnit": asked["chargingRateUnit"],
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}],
        }
        return {"status": "Accepted", "schedule": schedule}

    async with booted(csms, GetCompositeSchedule=add_up) as (station_id, station):
        outcome = await csms.command(
            station_id, "composite_schedule", evse_number=evse, duration_s=300, unit="A"
        )
        asked = {"evseId": evse, "duration": 300, "chargingRateUnit": "A"}
        assert station.asked["GetCompositeSchedule"] == [asked]
        told = outcome["schedule"]
        assert (outcome["status"], told["evse_number"], told["unit"]) == ("accepted", evse, "A")
        assert (told["duration_s"], told["periods"]) == (300, [{"start_s": 0, "limit": 10.0}])


@case("TC_K_43", SMART_CHARGING, ISO_15118)
async def test_tc_k_43_what_an_evse_will_allow(csms: Csms) -> None:
    """K08: all profiles of an EVSE together."""
    await read_composite(csms, 1)


@case("TC_K_44", SMART_CHARGING, ISO_15118)
async def test_tc_k_44_what_the_station_will_allow(csms: Csms) -> None:
    """K08: all profiles of the station together."""
    await read_composite(csms, 0)
