"""Functional block N: reports of the monitors that are set."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import pytest

from tests.conformance.cases import ADVANCED_DEVICES, case
from tests.conformance.csms import Csms
from tests.conformance.states import ACCEPTED, booted
from tests.conformance.station import Fields, Station, time_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

EMPTY: Final = {"status": "EmptyResultSet"}
STATE_OF_STATION: Final = {
    "component": {"name": "ChargingStation"},
    "variable": {"name": "AvailabilityState"},
}
STATE_OF_EVSE: Final = {
    "component": {"name": "EVSE", "evse": {"id": 1}},
    "variable": {"name": "AvailabilityState"},
}
POWER_OF_STATION: Final = {
    "component": {"name": "ChargingStation"},
    "variable": {"name": "Power"},
}
ABOUT_STATE_OF_STATION: Final = {
    "component": {"name": "ChargingStation"},
    "variable": "AvailabilityState",
}
ABOUT_STATE_OF_EVSE: Final = {
    "component": {"name": "EVSE", "evse_number": 1},
    "variable": "AvailabilityState",
}
ABOUT_POWER_OF_STATION: Final = {
    "component": {"name": "ChargingStation"},
    "variable": "Power",
}

Watch: TypeAlias = tuple[str, int | None, str, str]
"""What an operator reads of a monitor: component, EVSE, variable, kind."""


def monitor(address: Fields, kind: str, value: float, number: int) -> Fields:
    """A monitor as a station reports it."""
    watching = {"id": number, "transaction": False, "value": value, "type": kind, "severity": 5}
    return {**address, "variableMonitoring": [watching]}


async def report(station: Station, request_id: int, *parts: list[Fields]) -> None:
    """All parts of a report come, and each is acknowledged."""
    for seq_no, told in enumerate(parts):
        part = {
            "requestId": request_id,
            "generatedAt": time_of(),
            "seqNo": seq_no,
            "tbc": seq_no + 1 < len(parts),
            "monitor": told,
        }
        assert await station.call("NotifyMonitoringReport", part) == {}


def in_short(kept: Mapping[str, Any]) -> Watch:
    """A monitor as an operator reads it."""
    variable = kept["variable"]
    component = variable["component"]
    return component["name"], component["evse_number"], variable["name"], kept["kind"]


async def monitors_of(csms: Csms, job: int) -> list[Watch]:
    """What an operator reads in a report that is complete."""
    kept = await csms.report(job)
    assert kept["is_complete"]
    assert (await csms.job(job))["stage"] == "done"
    return [in_short(one) for part in kept["parts"] for one in part["body"]["monitors"]]


async def ask_for_none(csms: Csms, **wanted: Any) -> Fields:
    """There are no such monitors, and the operator is told so; return what was asked."""
    async with booted(csms, GetMonitoringReport=EMPTY) as (station_id, station):
        outcome = await csms.command(station_id, "request_monitors", **wanted)
        assert (outcome["status"], outcome["answer"]) == ("unknown", "EmptyResultSet")
        assert (await csms.job(outcome["job"]))["finished_at"] is not None
        asked = dict(await station.asked_for("GetMonitoringReport"))
        assert asked.pop("requestId") == outcome["job"]
        return asked


async def ask_and_read(csms: Csms, *told: Fields, **wanted: Any) -> tuple[Fields, list[Watch]]:
    """There are such monitors; return what was asked, and what the operator reads.

    Args:
        csms: The system under test.
        told: What the station reports, each in a part of its own.
        wanted: Which monitors the operator asks for.
    """
    async with booted(csms, GetMonitoringReport=ACCEPTED) as (station_id, station):
        outcome = await csms.command(station_id, "request_monitors", **wanted)
        assert outcome["status"] == "accepted"
        asked = dict(await station.asked_for("GetMonitoringReport"))
        job = asked.pop("requestId")
        assert job == outcome["job"]
        await report(station, job, *([one] for one in told))
        return asked, await monitors_of(csms, job)


@case("TC_N_01", ADVANCED_DEVICES)
async def test_tc_n_01_monitors_of_a_kind(csms: Csms) -> None:
    """N02: nothing watches for changes; what watches thresholds is reported and read."""
    asked = await ask_for_none(csms, criteria=["delta"])
    assert asked == {"monitoringCriteria": ["DeltaMonitoring"]}
    asked, read = await ask_and_read(
        csms,
        monitor(POWER_OF_STATION, "UpperThreshold", 11_000, 1),
        monitor(POWER_OF_STATION, "LowerThreshold", 100, 2),
        criteria=["threshold"],
    )
    assert asked == {"monitoringCriteria": ["ThresholdMonitoring"]}
    assert read == [
        ("ChargingStation", None, "Power", "upper_threshold"),
        ("ChargingStation", None, "Power", "lower_threshold"),
    ]


@case("TC_N_02", ADVANCED_DEVICES)
async def test_tc_n_02_monitors_of_a_variable(csms: Csms) -> None:
    """N02: nothing watches the power; what watches the state of an EVSE is reported and read."""
    asked = await ask_for_none(csms, subjects=[ABOUT_POWER_OF_STATION])
    assert asked == {"componentVariable": [POWER_OF_STATION]}
    told = monitor(STATE_OF_EVSE, "Delta", 1, 1)
    asked, read = await ask_and_read(csms, told, subjects=[ABOUT_STATE_OF_EVSE])
    assert asked == {"componentVariable": [STATE_OF_EVSE]}
    assert read == [("EVSE", 1, "AvailabilityState", "delta")]


@case("TC_N_03", ADVANCED_DEVICES)
async def test_tc_n_03_monitors_of_a_kind_on_a_variable(csms: Csms) -> None:
    """N02: a kind and a variable are both named, and only what is both is reported."""
    asked = await ask_for_none(csms, criteria=["delta"], subjects=[ABOUT_STATE_OF_EVSE])
    assert asked == {
        "monitoringCriteria": ["DeltaMonitoring"],
        "componentVariable": [STATE_OF_EVSE],
    }
    told = monitor(POWER_OF_STATION, "UpperThreshold", 11_000, 1)
    asked, read = await ask_and_read(
        csms, told, criteria=["threshold"], subjects=[ABOUT_POWER_OF_STATION]
    )
    assert asked == {
        "monitoringCriteria": ["ThresholdMonitoring"],
        "componentVariable": [POWER_OF_STATION],
    }
    assert read == [("ChargingStation", None, "Power", "upper_threshold")]


@case("TC_N_47", ADVANCED_DEVICES)
async def test_tc_n_47_all_monitors(csms: Csms) -> None:
    """N02: nothing is named, and all monitors are reported, in two parts."""
    asked, read = await ask_and_read(
        csms,
        monitor(POWER_OF_STATION, "Periodic", 60, 1),
        monitor(STATE_OF_EVSE, "Delta", 1, 2),
    )
    assert asked == {}
    assert read == [
        ("ChargingStation", None, "Power", "periodic"),
        ("EVSE", 1, "AvailabilityState", "delta"),
    ]


@case("TC_N_60", ADVANCED_DEVICES)
async def test_tc_n_60_monitors_of_a_kind_on_two_variables(csms: Csms) -> None:
    """N02: a kind and two variables are named, and what watches either is reported."""
    both = [ABOUT_STATE_OF_STATION, ABOUT_STATE_OF_EVSE]
    on_wire = [STATE_OF_STATION, STATE_OF_EVSE]
    asked = await ask_for_none(csms, criteria=["threshold"], subjects=both)
    assert asked == {"monitoringCriteria": ["ThresholdMonitoring"], "componentVariable": on_wire}
    told = monitor(STATE_OF_STATION, "Delta", 1, 1), monitor(STATE_OF_EVSE, "Delta", 1, 2)
    asked, read = await ask_and_read(csms, *told, criteria=["delta"], subjects=both)
    assert asked == {"monitoringCriteria": ["DeltaMonitoring"], "componentVariable": on_wire}
    assert read == [
        ("ChargingStation", None, "AvailabilityState", "delta"),
        ("EVSE", 1, "AvailabilityState", "delta"),
    ]
