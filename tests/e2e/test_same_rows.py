"""The same transaction, told in either version of OCPP, leaves the same rows in the database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.conformance import states
from tests.conformance.csms import Csms, running_csms, site_of
from tests.conformance.station import Fields, Station, connected, time_of
from tests.conformance.v16 import states as states16

BEGAN_AT: Final = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
TAG: Final = "04A2B3C4D5"
COLUMNS: Final = {
    "charging_transaction": "evse_number, connector_number, id_token, started_at, meter_start_wh, "
    "energy_wh, needed_wh, departs_at, need_by, ended_at, meter_stop_wh, stop_reason, closed_by, "
    "total_cost",
    "meter_reading": "at, evse_number, digest, samples",
}
"""What both versions tell: not what stations are called, how reports are numbered, and what only
2.0.1 has words for (what a vehicle does, and why a report comes)."""


def at(minutes: int) -> str:
    return time_of(BEGAN_AT + timedelta(minutes=minutes))


def measured(register_wh: float, amps: float, minutes: int) -> Fields:
    """A meter's values; 1.6 writes numbers as texts and has the unit beside them."""
    return {
        "timestamp": at(minutes),
        "sampledValue": [
            {"value": register_wh, "measurand": "Energy.Active.Import.Register"},
            {"value": amps, "measurand": "Current.Import", "phase": "L1"},
            {"value": 61.5, "measurand": "SoC", "location": "EV"},
        ],
    }


def register(register_wh: float, context: str, minutes: int) -> Fields:
    return {
        "timestamp": at(minutes),
        "sampledValue": [{"value": register_wh, "context": context}],
    }


def in_1_6(values: Fields) -> Fields:
    samples = [{**one, "value": str(one["value"])} for one in values["sampledValue"]]
    return {**values, "sampledValue": samples}


async def told_in_1_6(station: Station) -> None:
    """Start, two readings, the first of them twice, and an end that is sent twice."""
    await states16.boot(station)
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": at(0)}
    await station.call("StatusNotification", status)
    start = {"connectorId": 1, "idTag": TAG, "meterStart": 1000, "timestamp": at(0)}
    started = await station.call("StartTransaction", start)
    number = started["transactionId"]
    assert (await station.call("StartTransaction", start))["transactionId"] == number
    for values in (measured(2500, 16.1, 10), measured(2500, 16.1, 10), measured(4000, 15.9, 20)):
        call = {"connectorId": 1, "transactionId": number, "meterValue": [in_1_6(values)]}
        await station.call("MeterValues", call)
    stop = {
        "transactionId": number,
        "idTag": TAG,
        "meterStop": 5000,
        "timestamp": at(30),
        "reason": "Local",
    }
    await station.call("StopTransaction", stop)
    await station.call("StopTransaction", stop)


async def told_in_2_0_1(station: Station) -> None:
    """The same."""
    await states.boot(station)
    status = {"evseId": 1, "connectorId": 1, "connectorStatus": "Occupied", "timestamp": at(0)}
    await station.call("StatusNotification", status)
    common = {"transactionInfo": {"transactionId": "aa-1"}}
    events: list[Fields] = [
        {
            "eventType": "Started",
            "timestamp": at(0),
            "triggerReason": "Authorized",
            "seqNo": 0,
            "evse": {"id": 1, "connectorId": 1},
            "idToken": {"idToken": TAG, "type": "Central"},
            "meterValue": [register(1000, "Transaction.Begin", 0)],
        },
        {
            "eventType": "Updated",
            "timestamp": at(10),
            "triggerReason": "MeterValuePeriodic",
            "seqNo": 1,
            "meterValue": [measured(2500, 16.1, 10)],
        },
        {
            "eventType": "Updated",
            "timestamp": at(20),
            "triggerReason": "MeterValuePeriodic",
            "seqNo": 2,
            "meterValue": [measured(4000, 15.9, 20)],
        },
        {
            "eventType": "Ended",
            "timestamp": at(30),
            "triggerReason": "StopAuthorized",
            "seqNo": 3,
            "idToken": {"idToken": TAG, "type": "Central"},
            "transactionInfo": {"transactionId": "aa-1", "stoppedReason": "Local"},
            "meterValue": [register(5000, "Transaction.End", 30)],
        },
    ]
    for event in (events[0], *events[:3], *events[3:], events[3]):
        await station.call("TransactionEvent", {**common, **event})


STORIES: Final[dict[str, Callable[[Station], Awaitable[None]]]] = {
    "1.6": told_in_1_6,
    "2.0.1": told_in_2_0_1,
}
OBEDIENT: Final = {"1.6": states16.OBEDIENT, "2.0.1": states.OBEDIENT}


async def rows_after(csms: Csms, version: str) -> dict[str, list[tuple[Any, ...]]]:
    """What the database holds of a station that has told the story."""
    station_id = csms.fresh_station()
    async with connected(csms.ocpp_url, station_id, version, OBEDIENT[version]) as station:
        await STORIES[version](station)
    return {
        table: csms.kept.rows(
            f"SELECT {columns} FROM {table} WHERE station_id = ? ORDER BY 1, 2",  # noqa: S608
            station_id,
        )
        for table, columns in COLUMNS.items()
    }


async def test_the_same_story_leaves_the_same_rows(tmp_path: Path) -> None:
    async with running_csms(tmp_path, sites=(site_of(stations=2),)) as csms:
        in_16, in_201 = await asyncio.gather(rows_after(csms, "1.6"), rows_after(csms, "2.0.1"))
    (transaction,) = in_16["charging_transaction"]
    assert (*transaction[:3], *transaction[4:6]) == (1, 1, TAG, 1000.0, 4000.0)
    assert len(in_16["meter_reading"]) == 4
    assert in_16 == in_201
