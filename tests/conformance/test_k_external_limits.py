"""Functional block K: limits that others than the operator set."""

import pytest

from tests.conformance.cases import NO_PROFILE, case
from tests.conformance.csms import Csms
from tests.conformance.states import Charging, booted
from tests.conformance.station import Station, time_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def limit(csms: Csms, station_id: str, station: Station) -> None:
    """The site's energy management limits a station, and the operator sees that."""
    schedule = {
        "id": 1,
        "startSchedule": time_of(),
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}],
    }
    by_whom = {"chargingLimitSource": "EMS", "isGridCritical": True}
    told = {"chargingLimit": by_whom, "chargingSchedule": [schedule]}
    assert await station.call("NotifyChargingLimit", told) == {}
    (kept,) = await csms.get(f"/stations/{station_id}/external-limits")
    assert (kept["source"], kept["evse_number"], kept["is_grid_critical"]) == ("EMS", None, True)
    assert kept["schedules"][0]["periods"] == [{"start_s": 0, "limit": 10.0}]
    assert csms.kept.sources_of_limits(station_id) == ["EMS"]


async def release(csms: Csms, station_id: str, station: Station) -> None:
    """It limits the station no longer, and the operator sees that."""
    assert await station.call("ClearedChargingLimit", {"chargingLimitSource": "EMS"}) == {}
    assert await csms.get(f"/stations/{station_id}/external-limits") == []
    assert csms.kept.sources_of_limits(station_id) == []
    (notice,) = await csms.notices(station_id, "limit_released")
    assert notice["body"]["source"] == "EMS"


@case("TC_K_48", NO_PROFILE)
async def test_tc_k_48_a_limit_is_set(csms: Csms) -> None:
    """K12: while nothing charges."""
    async with booted(csms) as (station_id, station):
        await limit(csms, station_id, station)


@case("TC_K_50", NO_PROFILE)
async def test_tc_k_50_a_limit_is_released(csms: Csms) -> None:
    """K13: while nothing charges."""
    async with booted(csms) as (station_id, station):
        await limit(csms, station_id, station)
        await release(csms, station_id, station)


@case("TC_K_51", NO_PROFILE)
async def test_tc_k_51_a_limit_is_released_while_a_vehicle_charges(csms: Csms) -> None:
    """K13: the vehicle's rate changes, and its transaction goes on."""
    async with booted(csms) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        await limit(csms, station_id, station)
        await release(csms, station_id, station)
        await charging.tell("Updated", "ChargingRateChanged", "Charging")
        assert csms.kept.reports_on(charging.transaction)[-1] == (3, "ChargingRateChanged")
        assert (await csms.transaction(station_id))["ended_at"] is None
