"""Functional block G: taking a station, an EVSE or a connector out of use, and back into use."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import pytest

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.states import (
    ACCEPTED,
    SCHEDULED,
    Charging,
    booted,
    tell_event,
    tell_status,
    tell_status_by_event,
)
from tests.conformance.station import Answer, Fields, Station

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVSE: Final = {"evse_number": 1}
CONNECTOR: Final = {"evse_number": 1, "connector_number": 1}
STATION: Final[dict[str, Any]] = {}
Tell: TypeAlias = Callable[[Station, str, int], Awaitable[None]]
BOTH_WAYS: Final = pytest.mark.parametrize("tell", [tell_status, tell_status_by_event])
"""A station may tell a connector's status as such, or as a variable's (G01)."""


async def take_out_of_use(
    csms: Csms, what: dict[str, Any], told: tuple[int, ...], tell: Tell
) -> Fields:
    """Something is taken out of use; return what its station was asked.

    Args:
        csms: The system under test.
        what: What is taken out of use.
        told: The EVSEs whose connectors then tell that they are unavailable.
        tell: How they tell it.
    """
    async with booted(csms, ChangeAvailability=ACCEPTED) as (station_id, station):
        outcome = await csms.command(station_id, "change_availability", is_operative=False, **what)
        assert outcome["status"] == "accepted"
        for evse in told:
            await tell(station, "Unavailable", evse)
        seen = [await csms.state_of(station_id, evse) for evse in (1, 2)]
        assert seen == ["unavailable" if evse in told else "available" for evse in (1, 2)]
        return await station.asked_for("ChangeAvailability")


async def take_into_use(
    csms: Csms, what: dict[str, Any], told: tuple[int, ...], tell: Tell
) -> Fields:
    """Something that was out of use is taken into use; return what its station was asked."""
    async with booted(csms, ChangeAvailability=ACCEPTED) as (station_id, station):
        for evse in told:
            await tell(station, "Unavailable", evse)
        outcome = await csms.command(station_id, "change_availability", is_operative=True, **what)
        assert outcome["status"] == "accepted"
        assert await csms.state_of(station_id) == "unavailable"
        for evse in told:
            await tell(station, "Available", evse)
        assert [await csms.state_of(station_id, evse) for evse in (1, 2)] == ["available"] * 2
        return await station.asked_for("ChangeAvailability")


async def take_out_while_charging(
    csms: Csms, what: dict[str, Any], idle: tuple[int, ...] = ()
) -> Fields:
    """Something is taken out of use when its vehicle has charged; return what was asked.

    Args:
        csms: The system under test.
        what: What is taken out of use.
        idle: The EVSEs that are unavailable at once.
    """
    answers: dict[str, Answer] = {"ChangeAvailability": SCHEDULED}
    async with booted(csms, **answers) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        outcome = await csms.command(station_id, "change_availability", is_operative=False, **what)
        assert outcome["status"] == "scheduled"
        for evse in idle:
            await tell_status(station, "Unavailable", evse)
        assert (await csms.transaction(station_id))["ended_at"] is None
        await charging.stop()
        await charging.unplug()
        await tell_status(station, "Unavailable")
        assert (await csms.transaction(station_id))["stop_reason"] == "EVDisconnected"
        seen = [await csms.state_of(station_id, evse) for evse in (1, 2)]
        assert seen == ["unavailable", "unavailable" if 2 in idle else "available"]
        return await station.asked_for("ChangeAvailability")


@case("TC_G_03", CORE)
@BOTH_WAYS
async def test_tc_g_03_an_evse_out_of_use(csms: Csms, tell: Tell) -> None:
    """G03: one EVSE is out of use, the other stays in use."""
    asked = await take_out_of_use(csms, EVSE, told=(1,), tell=tell)
    assert asked == {"operationalStatus": "Inoperative", "evse": {"id": 1}}


@case("TC_G_04", CORE)
@BOTH_WAYS
async def test_tc_g_04_an_evse_into_use(csms: Csms, tell: Tell) -> None:
    """G03: an EVSE that was out of use is in use again."""
    asked = await take_into_use(csms, EVSE, told=(1,), tell=tell)
    assert asked == {"operationalStatus": "Operative", "evse": {"id": 1}}


@case("TC_G_05", CORE)
@BOTH_WAYS
async def test_tc_g_05_a_station_out_of_use(csms: Csms, tell: Tell) -> None:
    """G04: no EVSE is named, and both are out of use."""
    asked = await take_out_of_use(csms, STATION, told=(1, 2), tell=tell)
    assert asked == {"operationalStatus": "Inoperative"}


@case("TC_G_06", CORE)
@BOTH_WAYS
async def test_tc_g_06_a_station_into_use(csms: Csms, tell: Tell) -> None:
    """G04: no EVSE is named, and both are in use again."""
    asked = await take_into_use(csms, STATION, told=(1, 2), tell=tell)
    assert asked == {"operationalStatus": "Operative"}


@case("TC_G_07", CORE)
@BOTH_WAYS
async def test_tc_g_07_a_connector_out_of_use(csms: Csms, tell: Tell) -> None:
    """G03: one connector is named with its EVSE, and is out of use."""
    asked = await take_out_of_use(csms, CONNECTOR, told=(1,), tell=tell)
    evse = {"id": 1, "connectorId": 1}
    assert asked == {"operationalStatus": "Inoperative", "evse": evse}


@case("TC_G_08", CORE)
@BOTH_WAYS
async def test_tc_g_08_a_connector_into_use(csms: Csms, tell: Tell) -> None:
    """G03: a connector that was out of use is in use again."""
    asked = await take_into_use(csms, CONNECTOR, told=(1,), tell=tell)
    evse = {"id": 1, "connectorId": 1}
    assert asked == {"operationalStatus": "Operative", "evse": evse}


@case("TC_G_11", CORE)
async def test_tc_g_11_an_evse_that_charges_goes_out_of_use_later(csms: Csms) -> None:
    """G03: its transaction goes on to its end, then the EVSE is out of use."""
    asked = await take_out_while_charging(csms, EVSE)
    assert asked == {"operationalStatus": "Inoperative", "evse": {"id": 1}}


@case("TC_G_14", CORE)
async def test_tc_g_14_a_station_that_charges_goes_out_of_use_later(csms: Csms) -> None:
    """G04: the idle EVSE is out of use at once, the other when its transaction has ended."""
    asked = await take_out_while_charging(csms, STATION, idle=(2,))
    assert asked == {"operationalStatus": "Inoperative"}


@case("TC_G_17", CORE)
async def test_tc_g_17_a_connector_that_charges_goes_out_of_use_later(csms: Csms) -> None:
    """G03: its transaction goes on to its end, then the connector is out of use."""
    asked = await take_out_while_charging(csms, CONNECTOR)
    evse = {"id": 1, "connectorId": 1}
    assert asked == {"operationalStatus": "Inoperative", "evse": evse}


@case("TC_G_20", CORE)
async def test_tc_g_20_a_lock_that_fails(csms: Csms) -> None:
    """G05: the lock of a connector has a problem, and the operator can read so."""
    async with booted(csms) as (station_id, station):
        lock = {"name": "ConnectorPlugRetentionLock", "evse": {"id": 1, "connectorId": 1}}
        await tell_event(station, lock, "Problem", "true")
        (notice,) = await csms.notices(station_id, "alerts")
        (alert,) = notice["body"]["alerts"]
        assert alert["variable"]["component"]["name"] == "ConnectorPlugRetentionLock"
        assert (alert["variable"]["name"], alert["value"]) == ("Problem", "true")
