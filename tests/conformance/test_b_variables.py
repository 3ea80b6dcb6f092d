"""Functional block B: variables that an operator reads and writes."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.conformance.cases import CORE, NO_PROFILE, case
from tests.conformance.csms import Csms
from tests.conformance.states import booted
from tests.conformance.station import Fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

OFFLINE_THRESHOLD: Final = ("OCPPCommCtrlr", "OfflineThreshold", None)
AUTHORIZE_REMOTE: Final = ("AuthCtrlr", "AuthorizeRemoteStart", None)
ITEMS_OF_READS: Final = ("DeviceDataCtrlr", "ItemsPerMessage", "GetVariables")
OF_DEVICE_DATA: Final = (
    ("DeviceDataCtrlr", "ItemsPerMessage", "GetReport"),
    ITEMS_OF_READS,
    ("DeviceDataCtrlr", "BytesPerMessage", "GetReport"),
    ("DeviceDataCtrlr", "BytesPerMessage", "GetVariables"),
)
VALUES: Final = {OFFLINE_THRESHOLD: "60", AUTHORIZE_REMOTE: "true", ITEMS_OF_READS: "4"}
"""What the station holds; anything else is 1."""

Name = tuple[str, str, str | None]


def in_api(name: Name) -> dict[str, Any]:
    """A variable as the API names it."""
    component, variable, instance = name
    return {"component": {"name": component}, "name": variable, "instance": instance}


def name_of(item: Fields) -> Name:
    """The variable that a station is asked about."""
    variable = item["variable"]
    return item["component"]["name"], variable["name"], variable.get("instance")


def read_values(asked: Fields) -> Fields:
    """The station tells what it holds."""
    return {
        "getVariableResult": [
            {
                **item,
                "attributeStatus": "Accepted",
                "attributeValue": VALUES.get(name_of(item), "1"),
            }
            for item in asked["getVariableData"]
        ]
    }


def asks_about(*names: Name) -> Callable[[Fields], bool]:
    """Whether a request to read or write is about these variables, and no other."""

    def is_meant(asked: Fields) -> bool:
        items = asked.get("getVariableData") or asked.get("setVariableData") or []
        return {name_of(item) for item in items} == set(names)

    return is_meant


async def read(csms: Csms, station_id: str, *names: Name) -> dict[Name, str]:
    """An operator reads variables; return what is told of each."""
    queries = [{"variable": in_api(name)} for name in names]
    outcome = await csms.command(station_id, "read_variables", variables=queries)
    assert outcome["status"] == "accepted"
    return {name_of_result(result): result["value"] for result in outcome["results"]}


def name_of_result(result: dict[str, Any]) -> Name:
    """The variable of which the API tells."""
    variable = result["variable"]
    return variable["component"]["name"], variable["name"], variable.get("instance")


async def write(csms: Csms, station_id: str, **values: str) -> list[bool]:
    """An operator writes variables, by their names; return for each whether it was taken."""
    named = {name[1]: name for name in (OFFLINE_THRESHOLD, AUTHORIZE_REMOTE)}
    wanted = [{"variable": in_api(named[name]), "value": text} for name, text in values.items()]
    outcome = await csms.command(station_id, "write_variables", variables=wanted)
    assert outcome["status"] == "accepted"
    return [result["is_accepted"] for result in outcome["results"]]


def values_in(asked: Fields) -> dict[str, str]:
    """What a station is asked to hold, of the actual values, by the variables' names."""
    items = asked["setVariableData"]
    assert {item.get("attributeType", "Actual") for item in items} == {"Actual"}
    return {item["variable"]["name"]: item["attributeValue"] for item in items}


@case("TC_B_06", CORE)
async def test_tc_b_06_one_variable_is_read(csms: Csms) -> None:
    """B06: the operator is told what the station holds."""
    async with booted(csms, GetVariables=read_values) as (station_id, station):
        assert await read(csms, station_id, OFFLINE_THRESHOLD) == {OFFLINE_THRESHOLD: "60"}
        asked = await station.asked_for("GetVariables", where=asks_about(OFFLINE_THRESHOLD))
        (item,) = asked["getVariableData"]
        assert item.get("attributeType", "Actual") == "Actual"


@case("TC_B_07", CORE)
async def test_tc_b_07_two_variables_are_read(csms: Csms) -> None:
    """B06: one message asks for both, and the operator is told both."""
    names = (OFFLINE_THRESHOLD, AUTHORIZE_REMOTE)
    async with booted(csms, GetVariables=read_values) as (station_id, station):
        told = await read(csms, station_id, *names)
        assert told == {OFFLINE_THRESHOLD: "60", AUTHORIZE_REMOTE: "true"}
        asked = await station.asked_for("GetVariables", where=asks_about(*names))
        assert {item.get("attributeType", "Actual") for item in asked["getVariableData"]} == {
            "Actual"
        }


@case("TC_B_08", NO_PROFILE)
async def test_tc_b_08_more_variables_are_read_than_one_message_may_ask_for(csms: Csms) -> None:
    """B06: the station takes four at once, so that five are asked for by two messages."""
    names = (*OF_DEVICE_DATA, AUTHORIZE_REMOTE)
    async with booted(csms, GetVariables=read_values) as (station_id, station):
        assert await read(csms, station_id, ITEMS_OF_READS) == {ITEMS_OF_READS: "4"}
        asked_before = len(station.asked["GetVariables"])
        told = await read(csms, station_id, *names)
        assert (set(told), told[AUTHORIZE_REMOTE]) == (set(names), "true")
        asked = station.asked["GetVariables"][asked_before:]
        assert sorted(len(one["getVariableData"]) for one in asked) == [1, 4]


@case("TC_B_09", CORE)
async def test_tc_b_09_one_variable_is_written(csms: Csms) -> None:
    """B05: the operator is told that the station has taken the value."""
    async with booted(csms) as (station_id, station):
        assert await write(csms, station_id, OfflineThreshold="123") == [True]
        asked = await station.asked_for("SetVariables", where=asks_about(OFFLINE_THRESHOLD))
        assert values_in(asked) == {"OfflineThreshold": "123"}


@case("TC_B_10", CORE)
async def test_tc_b_10_two_variables_are_written(csms: Csms) -> None:
    """B05: one message holds both values, and the operator is told what came of each."""
    values = {"OfflineThreshold": "123", "AuthorizeRemoteStart": "false"}
    async with booted(csms) as (station_id, station):
        assert await write(csms, station_id, **values) == [True, True]
        about_both = asks_about(OFFLINE_THRESHOLD, AUTHORIZE_REMOTE)
        assert values_in(await station.asked_for("SetVariables", where=about_both)) == values
