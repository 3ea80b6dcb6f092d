"""Functional block B: reports of what a station is made of, whole or in part."""

from typing import Any, Final

import pytest

from tests.conformance.cases import ADVANCED_DEVICES, CORE, case
from tests.conformance.csms import Csms
from tests.conformance.states import ACCEPTED, booted
from tests.conformance.station import Fields, Station, time_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

EMPTY: Final = {"status": "EmptyResultSet"}
STATE_OF_EVSE: Final = {
    "component": {"name": "EVSE", "evse": {"id": 1}},
    "variable": {"name": "AvailabilityState"},
}
STATE_IN_API: Final = {
    "component": {"name": "EVSE", "evse_number": 1},
    "variable": "AvailabilityState",
}


def attribute(component: str, variable: str, value: str) -> Fields:
    """A variable as a station reports it."""
    return {
        "component": {"name": component},
        "variable": {"name": variable},
        "variableAttribute": [{"value": value, "mutability": "ReadOnly"}],
        "variableCharacteristics": {"dataType": "string", "supportsMonitoring": False},
    }


async def report(station: Station, request_id: int, seq_no: int, *told: Fields, more: bool) -> None:
    """A part of a report comes, and is acknowledged."""
    part = {
        "requestId": request_id,
        "generatedAt": time_of(),
        "seqNo": seq_no,
        "tbc": more,
        "reportData": list(told),
    }
    assert await station.call("NotifyReport", part) == {}


async def values_of(csms: Csms, station_id: str) -> dict[str, Any]:
    """What an operator reads of a station's variables, by component and variable."""
    kept = await csms.get(f"/stations/{station_id}/variables")
    return {f"{one['component']}.{one['variable']}": one["value"] for one in kept}


async def is_complete(csms: Csms, job: int) -> bool:
    """Whether all parts of a report have come."""
    return bool((await csms.report(job))["is_complete"])


async def report_in_two_parts(csms: Csms, kind: str) -> str:
    """A report of the device model is asked for and read; return its kind as the station knows it.

    Args:
        csms: The system under test.
        kind: In the operator's words.
    """
    async with booted(csms, GetBaseReport=ACCEPTED) as (station_id, station):
        outcome = await csms.command(station_id, "request_inventory", kind=kind)
        asked = await station.asked_for("GetBaseReport")
        assert outcome["status"] == "accepted"
        assert asked["requestId"] >= 0
        first = attribute("ChargingStation", "Model", "PG-1")
        second = attribute("ClockCtrlr", "TimeSource", "Heartbeat")
        await report(station, asked["requestId"], 0, first, more=True)
        assert not await is_complete(csms, outcome["job"])
        await report(station, asked["requestId"], 1, second, more=False)
        assert await is_complete(csms, outcome["job"])
        assert await values_of(csms, station_id) == {
            "ChargingStation.Model": "PG-1",
            "ClockCtrlr.TimeSource": "Heartbeat",
        }
        return str(asked["reportBase"])


@case("TC_B_12", CORE, ADVANCED_DEVICES)
async def test_tc_b_12_all_that_can_be_set(csms: Csms) -> None:
    """B07: the operator asks for what can be set, and reads both parts of the report."""
    assert await report_in_two_parts(csms, "configuration") == "ConfigurationInventory"


@case("TC_B_13", CORE)
async def test_tc_b_13_all_that_there_is(csms: Csms) -> None:
    """B07: the operator asks for everything, and reads both parts of the report."""
    assert await report_in_two_parts(csms, "full") == "FullInventory"


@case("TC_B_14", ADVANCED_DEVICES)
async def test_tc_b_14_all_that_matters_now(csms: Csms) -> None:
    """B07: the operator asks for the summary, and reads both parts of the report."""
    assert await report_in_two_parts(csms, "summary") == "SummaryInventory"


@case("TC_B_18", ADVANCED_DEVICES)
async def test_tc_b_18_a_part_by_what_it_is_and_how_it_is(csms: Csms) -> None:
    """B08: nothing has a problem, and the operator is told so; what is available is reported."""
    async with booted(csms, GetReport=EMPTY) as (station_id, station):
        outcome = await csms.command(
            station_id, "request_variables", subjects=[STATE_IN_API], criteria=["problem"]
        )
        asked = dict(await station.asked_for("GetReport"))
        asked.pop("requestId")
        assert asked == {"componentCriteria": ["Problem"], "componentVariable": [STATE_OF_EVSE]}
        assert (outcome["status"], outcome["answer"]) == ("unknown", "EmptyResultSet")
        station.answers["GetReport"] = ACCEPTED
        outcome = await csms.command(
            station_id, "request_variables", subjects=[STATE_IN_API], criteria=["available"]
        )
        asked = dict(await station.asked_for("GetReport", 2))
        request_id = asked.pop("requestId")
        assert asked == {"componentCriteria": ["Available"], "componentVariable": [STATE_OF_EVSE]}
        assert outcome["status"] == "accepted"
        told = {**attribute("EVSE", "AvailabilityState", "Available"), **STATE_OF_EVSE}
        await report(station, request_id, 0, told, more=False)
        assert await is_complete(csms, outcome["job"])
        assert await values_of(csms, station_id) == {"EVSE.AvailabilityState": "Available"}
