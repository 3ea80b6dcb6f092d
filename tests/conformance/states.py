"""What a station tells on the way to the state in which a case begins."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from tests.conformance.csms import Csms
from tests.conformance.station import Answer, Fields, Station, connected, time_of

MODEL: Final = {"vendorName": "Proving Ground", "model": "PG-1", "firmwareVersion": "1.0"}
TOKEN: Final = {"idToken": "04A2B3C4D5", "type": "ISO14443"}
MASKED: Final = "04…D5"
"""That token as operators see it."""
UNKNOWN_TOKEN: Final = {"idToken": "0BADC0FFEE", "type": "ISO14443"}
ACCEPTED: Final = {"status": "Accepted"}
REJECTED: Final = {"status": "Rejected"}
SCHEDULED: Final = {"status": "Scheduled"}


def _variables(asked: Fields) -> Fields:
    """Every variable is known, and its value is 1; ten are taken at once."""
    return {
        "getVariableResult": [
            {
                **one,
                "attributeStatus": "Accepted",
                "attributeValue": "10" if one["variable"]["name"] == "ItemsPerMessage" else "1",
            }
            for one in asked["getVariableData"]
        ]
    }


def set_variables(status: str = "Accepted") -> Answer:
    """Every variable is set, or whatever else is to be said of each."""

    def answer(asked: Fields) -> Fields:
        return {
            "setVariableResult": [
                {
                    "component": one["component"],
                    "variable": one["variable"],
                    "attributeStatus": status,
                }
                for one in asked["setVariableData"]
            ]
        }

    return answer


OBEDIENT: Final[Mapping[str, Answer]] = {
    "GetVariables": _variables,
    "SetChargingProfile": ACCEPTED,
    "SetVariables": set_variables(),
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
        yield station_id, station


@asynccontextmanager
async def linked(csms: Csms, station_id: str, **answers: Answer) -> AsyncIterator[Station]:
    """A station that is connected, perhaps again, and has not said anything yet."""
    answers = {**OBEDIENT, **answers}
    async with connected(csms.ocpp_url, station_id, "2.0.1", answers) as station:
        yield station


async def boot(station: Station, reason: str = "PowerUp", model: Mapping[str, str] = MODEL) -> None:
    """Boot, and tell that both connectors are free."""
    await introduce(station, reason, model)
    for evse in (1, 2):
        await tell_status(station, "Available", evse)


async def introduce(
    station: Station, reason: str = "PowerUp", model: Mapping[str, str] = MODEL
) -> None:
    """Boot, and be accepted."""
    answer = await station.call("BootNotification", {"reason": reason, "chargingStation": model})
    assert answer["status"] == "Accepted"


async def tell_status(station: Station, status: str, evse: int = 1) -> None:
    """Tell a connector's status."""
    await station.call(
        "StatusNotification",
        {"timestamp": time_of(), "connectorStatus": status, "evseId": evse, "connectorId": 1},
    )


async def tell_status_by_event(station: Station, status: str, evse: int = 1) -> None:
    """Tell a connector's status as a change of a variable, as a station may (G01, alternative)."""
    connector = {"name": "Connector", "evse": {"id": evse, "connectorId": 1}}
    await tell_event(station, connector, "AvailabilityState", status)


async def tell_event(station: Station, component: Fields, variable: str, value: str) -> None:
    """Tell that a variable of a component has another value."""
    change = {
        "eventId": 7,
        "timestamp": time_of(),
        "trigger": "Delta",
        "actualValue": value,
        "eventNotificationType": "HardWiredNotification",
        "component": component,
        "variable": {"name": variable},
    }
    told = {"generatedAt": time_of(), "seqNo": 0, "eventData": [change]}
    assert await station.call("NotifyEvent", told) == {}


async def ask(station: Station, token: Fields) -> Fields:
    """Ask whether a token may charge; return the verdict."""
    answer = await station.call("Authorize", {"idToken": token})
    verdict: Fields = answer["idTokenInfo"]
    return verdict


def status_of(answer: Fields) -> str:
    """The verdict in an answer on a transaction."""
    return str(answer["idTokenInfo"]["status"])


@dataclass
class Charging:
    """A transaction as its station tells of it.

    Attributes:
        token: Whose it is.
        seq_no: Of the last report.
    """

    station: Station
    evse: int = 1
    token: Fields = field(default_factory=lambda: TOKEN)
    transaction: str = field(default_factory=lambda: uuid4().hex)
    seq_no: int = -1
    is_plugged_in: bool = False
    is_authorized: bool = False

    async def tell(
        self, stage: str, trigger: str, state: str | None = None, **fields: Any
    ) -> Fields:
        """Report on the transaction; return the answer.

        Args:
            stage: `Started`, `Updated` or `Ended`.
            trigger: Why it is reported.
            state: What the vehicle does.
            fields: The rest of the request, or None for what is to be left out; `info` goes into
                transactionInfo.
        """
        self.seq_no += 1
        info = {"transactionId": self.transaction, **fields.pop("info", {})}
        if state:
            info["chargingState"] = state
        request = {
            "eventType": stage,
            "timestamp": time_of(),
            "triggerReason": trigger,
            "seqNo": self.seq_no,
            "transactionInfo": info,
            "evse": {"id": self.evse, "connectorId": 1},
            **fields,
        }
        return await self.station.call(
            "TransactionEvent", {name: told for name, told in request.items() if told is not None}
        )

    async def plug_in(self, **fields: Any) -> None:
        """The cable is plugged in."""
        await tell_status(self.station, "Occupied", self.evse)
        await self.tell(self._stage(), "CablePluggedIn", "EVConnected", **fields)
        self.is_plugged_in = True

    async def authorize(self, token: Fields | None = None) -> Fields:
        """A token is shown and accepted, before or after the cable is plugged in."""
        self.token = token or self.token
        assert (await ask(self.station, self.token))["status"] == "Accepted"
        place = {} if self.is_plugged_in else {"evse": None}
        answer = await self.tell(self._stage(), "Authorized", idToken=self.token, **place)
        assert status_of(answer) == "Accepted"
        self.is_authorized = True
        return answer

    async def begin(self) -> None:
        """Energy flows; what has not been done for that is done before."""
        if self.seq_no < 0:
            await self.plug_in()
        if not self.is_authorized:
            await self.authorize()
        if not self.is_plugged_in:
            await self.plug_in()
        await self.tell("Updated", "ChargingStateChanged", "Charging")

    async def suspend(self) -> None:
        """The vehicle takes no more."""
        await self.tell("Updated", "ChargingStateChanged", "SuspendedEV")

    async def authorize_stop(self, token: Fields | None = None) -> Fields:
        """A token is shown to stop, and accepted; return the answer."""
        answer = await self.tell("Updated", "StopAuthorized", idToken=token or self.token)
        assert status_of(answer) == "Accepted"
        return answer

    async def stop(self, token: Fields | None = None) -> Fields:
        """A token is shown to stop, and energy flows no more; return the answer to the token."""
        answer = await self.authorize_stop(token)
        await self.tell("Updated", "ChargingStateChanged", "EVConnected")
        return answer

    async def unplug(self, reason: str = "EVDisconnected", **fields: Any) -> Fields:
        """The cable is pulled, and the transaction ends; return the answer to that."""
        await tell_status(self.station, "Available", self.evse)
        return await self.end("EVCommunicationLost", reason, "Idle", **fields)

    async def stop_locally(self) -> None:
        """The token is shown again, and the cable is pulled."""
        await self.stop()
        await self.unplug("Local")

    async def end(
        self, trigger: str, reason: str, state: str | None = None, **fields: Any
    ) -> Fields:
        """The transaction ends for a reason; return the answer."""
        return await self.tell("Ended", trigger, state, info={"stoppedReason": reason}, **fields)

    def _stage(self) -> str:
        return "Started" if self.seq_no < 0 else "Updated"
