"""OCPP 1.6 §4.9: stations tell the status of their connectors, and what is wrong."""

from typing import Any, Final

import pytest

from tests.conformance.csms import Csms
from tests.conformance.station import Fields, time_of
from tests.conformance.v16.cases import CORE, case16
from tests.conformance.v16.states import begin, booted, linked, tell_status

pytestmark = pytest.mark.asyncio(loop_scope="session")

ERRORS: Final = [
    *("ConnectorLockFailure", "EVCommunicationError", "GroundFailure", "HighTemperature"),
    *("InternalError", "LocalListConflict", "OtherError", "OverCurrentFailure", "OverVoltage"),
    *("PowerMeterFailure", "PowerSwitchFailure", "ReaderFailure", "ResetFailure"),
    *("UnderVoltage", "WeakSignal"),
]


def kept_of(csms: Csms, station_id: str, connector: int = 1) -> tuple[Any, ...]:
    """What is kept of a connector: status, what the vehicle does, error, words."""
    query = (
        "SELECT status, charging_state, error_code, detail FROM connector "
        "WHERE station_id = ? AND evse_number = ?"
    )
    (row,) = csms.kept.rows(query, station_id, connector)
    return row


@case16("7.7 ChargePointStatus", CORE, is_each=True)
@pytest.mark.parametrize(
    ("status", "seen", "kept", "vehicle"),
    [
        ("Available", "available", "available", None),
        ("Preparing", "preparing", "occupied", "ev_connected"),
        ("Charging", "preparing", "occupied", "charging"),
        ("SuspendedEV", "preparing", "occupied", "suspended_ev"),
        ("SuspendedEVSE", "preparing", "occupied", "suspended_evse"),
        ("Finishing", "finishing", "occupied", "idle"),
        ("Reserved", "reserved", "reserved", None),
        ("Unavailable", "unavailable", "unavailable", None),
        ("Faulted", "faulted", "faulted", None),
    ],
)
async def test_a_status_is_kept_and_seen(
    csms: Csms, status: str, seen: str, kept: str, vehicle: str | None
) -> None:
    """§7.7: nine statuses; without a transaction those of charging say that a vehicle is there."""
    async with booted(csms) as (station_id, station):
        await tell_status(station, status)
        assert await csms.state_of(station_id) == seen
        assert await csms.state_of(station_id, 2) == "available"
        assert kept_of(csms, station_id) == (kept, vehicle, None, None)


@case16("4.9 StatusNotification, connector 0", CORE)
async def test_the_status_of_the_station_is_not_that_of_its_connectors(csms: Csms) -> None:
    """§4.9: connector 0 is the station's own controller, and has three statuses."""
    async with booted(csms) as (station_id, station):
        for status in ("Available", "Unavailable", "Faulted"):
            await tell_status(station, status, connector=0)
            assert kept_of(csms, station_id, 0)[0] == status.lower()
            assert [await csms.state_of(station_id, evse) for evse in (1, 2)] == ["available"] * 2


@case16("7.6 ChargePointErrorCode", CORE)
async def test_an_error_is_kept_by_its_code(csms: Csms) -> None:
    """§7.6: fifteen codes, and that there is none any more."""
    async with booted(csms) as (station_id, station):
        for code in ERRORS:
            await tell_status(station, "Faulted", errorCode=code)
            assert kept_of(csms, station_id) == ("faulted", None, code, None)
        await tell_status(station, "Available", errorCode="NoError")
        assert kept_of(csms, station_id) == ("available", None, None, None)


@case16("6.47 StatusNotification.req", CORE)
async def test_an_error_is_kept_with_its_words(csms: Csms) -> None:
    """§6.47: free text, and the maker's own code and name."""
    async with booted(csms) as (station_id, station):
        words: Fields = {"info": "door open", "vendorId": "com.example", "vendorErrorCode": "E-77"}
        await tell_status(station, "Faulted", errorCode="OtherError", **words)
        assert kept_of(csms, station_id)[3] == "door open"
        told = await csms.get("/messages", station_id=station_id, action="StatusNotification")
        newest = told[0]
        assert words.items() <= newest["call"][3].items()


@case16("6.47 StatusNotification.req", CORE)
async def test_a_makers_error_code_is_kept_where_there_is_no_text(csms: Csms) -> None:
    """§6.47: all that is known of the error is the maker's code."""
    async with booted(csms) as (station_id, station):
        words: Fields = {"vendorId": "com.example", "vendorErrorCode": "E-78"}
        await tell_status(station, "Faulted", errorCode="OtherError", **words)
        assert kept_of(csms, station_id) == ("faulted", None, "OtherError", "E-78")


@case16("4.9 StatusNotification, warnings", CORE)
async def test_an_error_without_a_fault_is_a_warning(csms: Csms) -> None:
    """§4.9: charging is still possible, and the connector does not count as faulted."""
    async with booted(csms) as (station_id, station):
        await tell_status(station, "Preparing", errorCode="EVCommunicationError")
        assert await csms.state_of(station_id) == "preparing"
        assert kept_of(csms, station_id)[2] == "EVCommunicationError"


@case16("4.9 StatusNotification, I1 to I8", CORE)
async def test_a_fault_that_is_over_leaves_nothing_behind(csms: Csms) -> None:
    """§4.9: the status is that from before the fault."""
    async with booted(csms) as (station_id, station):
        await tell_status(station, "Faulted", errorCode="GroundFailure")
        await tell_status(station, "Preparing")
        assert await csms.state_of(station_id) == "preparing"
        assert kept_of(csms, station_id) == ("occupied", "ev_connected", None, None)


@case16("4.9 StatusNotification", CORE)
async def test_a_status_may_tell_when_it_came_about(csms: Csms) -> None:
    """§6.47: the time of the change, or nothing."""
    async with booted(csms) as (station_id, station):
        await tell_status(station, "Unavailable", timestamp="2026-01-14T12:00:00Z")
        query = "SELECT at FROM connector WHERE station_id = ? AND evse_number = 1"
        ((at,),) = csms.kept.rows(query, station_id)
        assert str(at).replace("T", " ").startswith("2026-01-14 12:00:00")
        await tell_status(station, "Available", timestamp=time_of())
        assert await csms.state_of(station_id) == "available"


@case16("4.9 StatusNotification", CORE)
async def test_a_vehicle_that_pauses_does_not_end_its_transaction(csms: Csms) -> None:
    """§4.9: the cable was pulled at the vehicle, and the station goes on (SuspendedEV)."""
    async with booted(csms) as (station_id, station):
        await begin(station)
        await tell_status(station, "SuspendedEV", info="EV side disconnected")
        assert (await csms.transaction(station_id))["ended_at"] is None
        assert kept_of(csms, station_id)[3] == "EV side disconnected"


@case16("4.9 StatusNotification", CORE)
async def test_a_status_holds_until_another_is_told(csms: Csms) -> None:
    """§4.9: after a loss of connection a station tells only what has changed."""
    async with booted(csms) as (station_id, station):
        await tell_status(station, "Unavailable", connector=2)
    async with linked(csms, station_id) as station:
        await station.call("Heartbeat")
        assert await csms.state_of(station_id, 2) == "unavailable"
        assert await csms.state_of(station_id, 1) == "available"


@case16("3.8 Connector numbering", CORE)
async def test_a_status_of_a_connector_that_nobody_knows_is_answered(csms: Csms) -> None:
    """§3.8: a station has more connectors than its site file says; the others are as they were."""
    async with booted(csms) as (station_id, station):
        await tell_status(station, "Faulted", connector=5, errorCode="OtherError")
        assert kept_of(csms, station_id, 5)[0] == "faulted"
        assert [await csms.state_of(station_id, evse) for evse in (1, 2)] == ["available"] * 2
