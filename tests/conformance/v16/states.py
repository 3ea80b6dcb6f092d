"""What a station of OCPP 1.6 does: it boots, tells statuses, asks, starts and stops."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

from tests.conformance.csms import Csms
from tests.conformance.station import Answer, Fields, Station, connected, time_of

MODEL: Final = {
    "chargePointVendor": "Proving Ground",
    "chargePointModel": "PG-16",
    "chargePointSerialNumber": "PG-16-0001",
    "firmwareVersion": "1.0",
}
TAG: Final = "04A2B3C4D5"
ACCEPTED: Final = {"status": "Accepted"}
REJECTED: Final = {"status": "Rejected"}


def _settings(asked: Fields) -> Fields:
    """Every key is known, can be written, and its value is 1; lists may have two entries."""
    keys = asked.get("key", ["HeartbeatInterval"])
    values = {"SendLocalListMaxLength": "2"}
    return {
        "configurationKey": [
            {"key": key, "readonly": False, "value": values.get(key, "1")} for key in keys
        ]
    }


OBEDIENT: Final[Mapping[str, Answer]] = {
    "ChangeConfiguration": ACCEPTED,
    "GetConfiguration": _settings,
    "SetChargingProfile": ACCEPTED,
}
"""Answers of a station that does what it is set up to do."""


@asynccontextmanager
async def booted(csms: Csms, **answers: Answer) -> AsyncIterator[tuple[str, Station]]:
    """A new station that has booted, and whose connectors are free.

    Args:
        csms: The system under test.
        answers: What it answers beside what it needs to be set up, by action.
    """
    station_id = csms.fresh_station()
    async with linked(csms, station_id, **answers) as station:
        await boot(station)
        for connector in (0, 1, 2):
            await tell_status(station, "Available", connector)
        yield station_id, station


@asynccontextmanager
async def linked(csms: Csms, station_id: str, **answers: Answer) -> AsyncIterator[Station]:
    """A station that is connected, perhaps again, and has not said anything yet."""
    async with connected(csms.ocpp_url, station_id, "1.6", {**OBEDIENT, **answers}) as station:
        yield station


async def boot(station: Station, **fields: Any) -> Fields:
    """Boot, and be accepted; return the answer."""
    answer = await station.call("BootNotification", {**MODEL, **fields})
    assert answer["status"] == "Accepted"
    return answer


async def tell_status(station: Station, status: str, connector: int = 1, **fields: Any) -> None:
    """Tell a connector's status; without an error if none is given."""
    told = {"connectorId": connector, "status": status, "errorCode": "NoError", **fields}
    assert await station.call("StatusNotification", told) == {}


async def ask(station: Station, tag: str) -> Fields:
    """Ask whether a token may charge; return the verdict."""
    verdict: Fields = (await station.call("Authorize", {"idTag": tag}))["idTagInfo"]
    return verdict


async def start(
    station: Station,
    *,
    connector: int = 1,
    tag: str = TAG,
    meter_wh: int = 1000,
    at: datetime | None = None,
    **fields: Any,
) -> Fields:
    """Tell that a transaction has started, now if no instant is given; return the answer."""
    request = {
        "connectorId": connector,
        "idTag": tag,
        "meterStart": meter_wh,
        "timestamp": time_of(at),
        **fields,
    }
    return await station.call("StartTransaction", request)


async def begin(station: Station, **fields: Any) -> int:
    """Start a transaction that is accepted; return its number."""
    answer = await start(station, **fields)
    assert answer["idTagInfo"]["status"] == "Accepted"
    return int(answer["transactionId"])


async def stop(
    station: Station,
    transaction: int,
    *,
    meter_wh: int = 5000,
    at: datetime | None = None,
    **fields: Any,
) -> Fields:
    """Tell that a transaction has stopped, now if no instant is given; return the answer."""
    request = {
        "transactionId": transaction,
        "meterStop": meter_wh,
        "timestamp": time_of(at),
        **fields,
    }
    return await station.call("StopTransaction", request)


async def outcome_of(
    csms: Csms, action: str, answer: Answer, command: str, **fields: Any
) -> tuple[Fields, Fields]:
    """Have a station asked for something that nothing else asks of it.

    Args:
        csms: The system under test.
        action: What the station is asked for.
        answer: What it answers.
        command: What the operator sends, with its `fields`.

    Returns:
        What the operator is told, and what the station was asked.
    """
    async with booted(csms, **{action: answer}) as (station_id, station):
        outcome = await csms.command(station_id, command, **fields)
        return outcome, await station.asked_for(action)


def verdict_of(outcome: Fields) -> tuple[str, str]:
    """What came of a command, and the station's own word where that says more."""
    return str(outcome["status"]), str(outcome["answer"])
