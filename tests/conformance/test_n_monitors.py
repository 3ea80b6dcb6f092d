"""Functional block N: monitors that are set and removed, and how severe events must be."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.conformance.cases import ADVANCED_DEVICES, NO_PROFILE, case
from tests.conformance.csms import Csms
from tests.conformance.states import ACCEPTED, REJECTED, booted
from tests.conformance.station import Answer, Fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANGES: Final = {"type": "Delta", "value": 1, "severity": 8}
OF_EVSE: Final = {
    "component": {"name": "EVSE", "evse": {"id": 1}},
    "variable": {"name": "AvailabilityState"},
    **CHANGES,
}
OF_STATION: Final = {
    "component": {"name": "ChargingStation"},
    "variable": {"name": "AvailabilityState"},
    **CHANGES,
}
CHANGES_IN_API: Final = {"kind": "delta", "value": 1, "severity": 8}
OF_EVSE_IN_API: Final = {
    "variable": {
        "component": {"name": "EVSE", "evse_number": 1},
        "name": "AvailabilityState",
    },
    **CHANGES_IN_API,
}
OF_STATION_IN_API: Final = {
    "variable": {"component": {"name": "ChargingStation"}, "name": "AvailabilityState"},
    **CHANGES_IN_API,
}
ITEMS_OF_CLEARS: Final = {
    "component": {"name": "MonitoringCtrlr"},
    "name": "ItemsPerMessage",
    "instance": "ClearVariableMonitoring",
}


def set_monitors(asked: Fields) -> Fields:
    """The station sets all monitors, and tells the last first."""
    results = [
        {
            "id": number,
            "status": "Accepted",
            "type": item["type"],
            "severity": item["severity"],
            "component": item["component"],
            "variable": item["variable"],
        }
        for number, item in enumerate(asked["setMonitoringData"], start=1)
    ]
    return {"setMonitoringResult": results[::-1]}


def clear_monitors(status: str) -> Answer:
    """How a station answers that is to remove monitors: with one word for all."""

    def answer(asked: Fields) -> Fields:
        results = [{"id": number, "status": status} for number in asked["id"]]
        return {"clearMonitoringResult": results}

    return answer


def take_two_at_once(asked: Fields) -> Fields:
    """The station tells that every limit of its is two."""
    told = {"attributeStatus": "Accepted", "attributeValue": "2"}
    return {"getVariableResult": [{**one, **told} for one in asked["getVariableData"]]}


async def watch(csms: Csms, *monitors: Mapping[str, Any]) -> tuple[list[Fields], list[int]]:
    """Variables are watched; return what the station was asked, and the monitors' numbers."""
    async with booted(csms, SetVariableMonitoring=set_monitors) as (station_id, station):
        outcome = await csms.command(station_id, "set_monitors", monitors=monitors)
        asked = await station.asked_for("SetVariableMonitoring")
        assert outcome["status"] == "accepted"
        assert all(result["is_accepted"] for result in outcome["results"])
        return asked["setMonitoringData"], [one["monitor_id"] for one in outcome["results"]]


async def set_level(csms: Csms, answer: Fields) -> str:
    """Events up to severity 4 are to be reported; return what came of that."""
    async with booted(csms, SetMonitoringLevel=answer) as (station_id, station):
        outcome = await csms.command(station_id, "set_monitoring_level", severity=4)
        assert await station.asked_for("SetMonitoringLevel") == {"severity": 4}
        return str(outcome["status"])


@case("TC_N_05", ADVANCED_DEVICES)
async def test_tc_n_05_what_a_station_watches_to_begin_with(csms: Csms) -> None:
    """N03: all three sets of monitors can be chosen, one after the other."""
    async with booted(csms, SetMonitoringBase=ACCEPTED) as (station_id, station):
        for base in ("all", "factory_default", "hard_wired_only"):
            outcome = await csms.command(station_id, "set_monitoring_base", base=base)
            assert outcome["status"] == "accepted"
        await station.asked_for("SetMonitoringBase", 3)
        asked = [one["monitoringBase"] for one in station.asked["SetMonitoringBase"]]
        assert asked == ["All", "FactoryDefault", "HardWiredOnly"]


@case("TC_N_08", ADVANCED_DEVICES)
async def test_tc_n_08_a_variable_is_watched(csms: Csms) -> None:
    """N04: changes of an EVSE's state are watched, and the operator is told the number."""
    asked, numbers = await watch(csms, OF_EVSE_IN_API)
    assert asked == [OF_EVSE]
    assert numbers == [1]


@case("TC_N_09", NO_PROFILE)
async def test_tc_n_09_two_variables_are_watched(csms: Csms) -> None:
    """N04: one message sets both monitors; which number is whose does not depend on the answer."""
    asked, numbers = await watch(csms, OF_EVSE_IN_API, OF_STATION_IN_API)
    assert asked == [OF_EVSE, OF_STATION]
    assert numbers == [1, 2]


@case("TC_N_16", ADVANCED_DEVICES)
async def test_tc_n_16_how_severe_events_must_be(csms: Csms) -> None:
    """N05: the station takes the level."""
    assert await set_level(csms, ACCEPTED) == "accepted"


@case("TC_N_17", ADVANCED_DEVICES)
async def test_tc_n_17_a_level_that_is_refused(csms: Csms) -> None:
    """N05: the station refuses the level, and the operator is told so."""
    assert await set_level(csms, REJECTED) == "rejected"


@case("TC_N_18", ADVANCED_DEVICES)
async def test_tc_n_18_more_monitors_are_removed_than_one_message_may_name(csms: Csms) -> None:
    """N06: the station takes two at once, so that three are removed by two messages."""
    answers: dict[str, Answer] = {
        "GetVariables": take_two_at_once,
        "ClearVariableMonitoring": clear_monitors("Accepted"),
    }
    async with booted(csms, **answers) as (station_id, station):
        query = {"variable": ITEMS_OF_CLEARS}
        told = await csms.command(station_id, "read_variables", variables=[query])
        assert [one["value"] for one in told["results"]] == ["2"]
        outcome = await csms.command(station_id, "clear_monitors", monitor_ids=[11, 12, 13])
        asked = [one["id"] for one in station.asked["ClearVariableMonitoring"]]
        assert asked == [[11, 12], [13]]
        assert outcome["status"] == "accepted"
        assert [one["monitor_id"] for one in outcome["results"]] == [11, 12, 13]


@case("TC_N_44", ADVANCED_DEVICES)
async def test_tc_n_44_a_monitor_that_stays(csms: Csms) -> None:
    """N06: the station keeps watching, and the operator is told so."""
    answer = clear_monitors("Rejected")
    async with booted(csms, ClearVariableMonitoring=answer) as (station_id, station):
        outcome = await csms.command(station_id, "clear_monitors", monitor_ids=[11])
        assert await station.asked_for("ClearVariableMonitoring") == {"id": [11]}
        assert outcome["status"] == "rejected"
        (result,) = outcome["results"]
        assert (result["monitor_id"], result["is_accepted"]) == (11, False)
        assert (await csms.job(outcome["job"]))["status"] == "rejected"
