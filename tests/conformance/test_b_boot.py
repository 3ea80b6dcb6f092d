"""Functional block B: stations that start, and whether they may take part."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.states import (
    ACCEPTED,
    MODEL,
    booted,
    introduce,
    linked,
    tell_status,
)
from tests.conformance.station import CallFailed, Fields, Station

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def greet(station: Station, reason: str = "PowerUp") -> Fields:
    """A station says that it has started; return what it is answered."""
    return await station.call("BootNotification", {"reason": reason, "chargingStation": MODEL})


@asynccontextmanager
async def held(csms: Csms, registration: str) -> AsyncIterator[tuple[str, Station]]:
    """A station that the operator does not let take part yet, and that has heard so."""
    station_id = csms.fresh_station()
    await csms.register(station_id, registration)
    async with linked(csms, station_id, TriggerMessage=ACCEPTED) as station:
        assert (await greet(station))["status"] == registration
        yield station_id, station


@case("TC_B_01", CORE)
async def test_tc_b_01_a_station_takes_part(csms: Csms) -> None:
    """B01: it says who it is, and the operator can read that."""
    async with booted(csms) as (station_id, _):
        kept = await csms.get(f"/stations/{station_id}")
        told = (kept["vendor"], kept["model"], kept["firmware"])
        assert told == ("Proving Ground", "PG-1", "1.0")
        assert (kept["protocol"], kept["booted_at"] is None) == ("2.0.1", False)
        assert [await csms.state_of(station_id, evse) for evse in (1, 2)] == ["available"] * 2


@case("TC_B_02", CORE)
async def test_tc_b_02_a_station_has_to_wait(csms: Csms) -> None:
    """B02: first it has to wait, then the operator lets it take part."""
    async with held(csms, "Pending") as (station_id, station):
        await csms.register(station_id, "Accepted")
        await introduce(station)
        await tell_status(station, "Available")
        assert await csms.state_of(station_id) == "available"


@case("TC_B_30", CORE)
@pytest.mark.parametrize("registration", ["Pending", "Rejected"])
async def test_tc_b_30_a_station_speaks_too_soon(csms: Csms, registration: str) -> None:
    """B02, B03: what it tells before it is accepted is answered by an error, and not kept."""
    async with held(csms, registration) as (station_id, station):
        with pytest.raises(CallFailed) as failure:
            await tell_status(station, "Faulted")
        assert failure.value.code == "SecurityError"
        assert csms.kept.rows("SELECT status FROM connector WHERE station_id = ?", station_id) == []


@case("TC_B_31", CORE)
async def test_tc_b_31_a_station_is_asked_to_boot_again(csms: Csms) -> None:
    """B02, F06: once the operator lets it take part it is asked for its boot, and accepted."""
    async with held(csms, "Pending") as (station_id, station):
        await csms.register(station_id, "Accepted")
        outcome = await csms.command(station_id, "trigger", kind="boot")
        asked = await station.asked_for("TriggerMessage")
        assert asked == {"requestedMessage": "BootNotification"}
        assert outcome["status"] == "accepted"
        await introduce(station, "Triggered")
        await tell_status(station, "Available")
        assert await csms.state_of(station_id) == "available"
