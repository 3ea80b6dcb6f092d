"""Functional block N: events of a station itself, and what an operator reads of them."""

from typing import Any, Final

import pytest

from tests.conformance.cases import ADVANCED_DEVICES, NO_PROFILE, case
from tests.conformance.csms import Csms
from tests.conformance.states import boot, booted, linked
from tests.conformance.station import Fields, Station, time_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

POWER: Final = {"component": {"name": "ChargingStation"}, "variable": {"name": "Power"}}
TEMPERATURE: Final = {
    "component": {"name": "Connector", "evse": {"id": 1, "connectorId": 1}},
    "variable": {"name": "Temperature"},
}


def event(address: Fields, trigger: str, value: str, **fields: Any) -> Fields:
    """An event as a station tells it: of a monitor, if nothing else is said."""
    return {
        "eventId": 7,
        "timestamp": time_of(),
        "trigger": trigger,
        "actualValue": value,
        "eventNotificationType": "CustomMonitor",
        **address,
        **fields,
    }


async def notify(station: Station, *events: Fields) -> None:
    """Tell events in one message; the answer has no fields."""
    told = {"generatedAt": time_of(), "seqNo": 0, "eventData": list(events)}
    assert await station.call("NotifyEvent", told) == {}


async def alerts_of(csms: Csms, station_id: str) -> list[dict[str, Any]]:
    """All events that are kept of a station, the oldest first."""
    notices = await csms.notices(station_id, "alerts")
    return [alert for notice in notices for alert in notice["body"]["alerts"]]


@case("TC_N_21", ADVANCED_DEVICES)
async def test_tc_n_21_an_event_that_is_wired_in(csms: Csms) -> None:
    """N07: no monitor was set for it, and it is kept with its cause and details."""
    async with booted(csms) as (station_id, station):
        wired = {"eventNotificationType": "HardWiredNotification", "techCode": "E17"}
        await notify(station, event(TEMPERATURE, "Alerting", "95", **wired))
        (alert,) = await alerts_of(csms, station_id)
        component = alert["variable"]["component"]
        assert (component["name"], component["evse_number"]) == ("Connector", 1)
        assert (alert["variable"]["name"], alert["value"]) == ("Temperature", "95")
        assert (alert["origin"], alert["trigger"]) == ("hard_wired_notification", "alerting")
        assert (alert["monitor_id"], alert["code"]) == (None, "E17")


@case("TC_N_24", ADVANCED_DEVICES)
async def test_tc_n_24_a_value_told_again_and_again(csms: Csms) -> None:
    """N08: every event is acknowledged and kept, in the order in which they came."""
    async with booted(csms) as (station_id, station):
        for number, value in enumerate(("1000", "2000", "1500"), start=1):
            told = event(POWER, "Periodic", value, eventId=number, variableMonitoringId=5)
            await notify(station, told)
        alerts = await alerts_of(csms, station_id)
        assert [(one["alert_id"], one["value"]) for one in alerts] == [
            (1, "1000"),
            (2, "2000"),
            (3, "1500"),
        ]
        assert {(one["trigger"], one["monitor_id"]) for one in alerts} == {("periodic", 5)}


@case("TC_N_48", NO_PROFILE)
async def test_tc_n_48_a_value_that_nobody_may_read(csms: Csms) -> None:
    """N07: the variable can only be written, so that its event comes without a value."""
    async with booted(csms) as (station_id, station):
        secret = {
            "component": {"name": "SecurityCtrlr"},
            "variable": {"name": "BasicAuthPassword"},
        }
        await notify(station, event(secret, "Delta", "", variableMonitoringId=6))
        (alert,) = await alerts_of(csms, station_id)
        assert (alert["variable"]["name"], alert["value"]) == ("BasicAuthPassword", "")
        assert (alert["trigger"], alert["monitor_id"]) == ("delta", 6)


@case("TC_N_49", ADVANCED_DEVICES)
async def test_tc_n_49_two_thresholds_are_kept_again_after_a_restart(csms: Csms) -> None:
    """N07: a value was too high and another too low; after a restart neither is."""
    high = {"variableMonitoringId": 8, "eventId": 1}
    low = {"variableMonitoringId": 9, "eventId": 2}
    async with booted(csms) as (station_id, station):
        await notify(
            station,
            event(TEMPERATURE, "Alerting", "95", **high),
            event(POWER, "Alerting", "0", **low),
        )
        assert [one["is_cleared"] for one in await alerts_of(csms, station_id)] == [False, False]
    async with linked(csms, station_id) as station:
        await boot(station)
        await notify(
            station,
            event(TEMPERATURE, "Alerting", "20", cleared=True, **high),
            event(POWER, "Alerting", "500", cleared=True, **low),
        )
        cleared = [one for one in await alerts_of(csms, station_id) if one["is_cleared"]]
        assert [(one["monitor_id"], one["value"]) for one in cleared] == [(8, "20"), (9, "500")]


@case("TC_N_50", ADVANCED_DEVICES)
async def test_tc_n_50_a_value_told_because_it_is_time(csms: Csms) -> None:
    """N07: an event that comes by the clock is told from an alert."""
    async with booted(csms) as (station_id, station):
        await notify(station, event(POWER, "Periodic", "1000", variableMonitoringId=5))
        (alert,) = await alerts_of(csms, station_id)
        assert (alert["trigger"], alert["origin"]) == ("periodic", "custom_monitor")
        assert (alert["value"], alert["is_cleared"]) == ("1000", False)
