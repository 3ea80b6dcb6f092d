"""Stations that charge one vehicle after the other, and tell again what was not answered.

They write their frames themselves: nothing of the server's own translation is used.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from itertools import count
from typing import Any, Final, TypeAlias

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

Payload: TypeAlias = dict[str, Any]

_BEGAN_AT: Final = datetime(2026, 1, 14, tzinfo=UTC)
_EVERY: Final = timedelta(minutes=10)
_READINGS: Final = 6
WH_A_MINUTE: Final = 100
"""What every vehicle takes."""
_RETRY_S: Final = 0.02
_CALL, _RESULT = 2, 3


class Kind(Enum):
    """What a message tells."""

    START = auto()
    METER = auto()
    STOP = auto()


@dataclass(slots=True)
class Told:
    """A message, and what came of it.

    Attributes:
        transaction: Which one of its station, counted from 0.
        seq_no: Which message of its transaction, counted from 0.
        at: Its own time; no two messages of a station have the same.
        register_wh: What the meter shows.
        answer: None until it is acknowledged.
        tries: How often it was sent.
    """

    kind: Kind
    transaction: int
    seq_no: int
    at: datetime
    register_wh: int
    answer: Payload | None = None
    tries: int = 0


@dataclass
class Station:
    """A station. `told` has all that it ever sent, in order."""

    station_id: str
    port: int
    told: list[Told] = field(default_factory=list)
    _socket: ClientConnection | None = None
    _ids: Iterator[int] = field(default_factory=count)
    _transaction_id: int = 0

    subprotocol = "ocpp1.6"

    async def run(self) -> None:
        """Charge until cancelled."""
        for message in _messages():
            self.told.append(message)
            while message.answer is None:
                try:
                    message.answer = await self._send(message)
                except (OSError, WebSocketException):
                    self._socket = None
                    await asyncio.sleep(_RETRY_S)

    def frame(self, message: Told) -> tuple[str, Payload]:
        """Write a message: its action and its payload."""
        stamp = message.at.isoformat()
        match message.kind:
            case Kind.START:
                told = {"idTag": self.station_id, "meterStart": message.register_wh}
                return "StartTransaction", {"connectorId": 1, "timestamp": stamp, **told}
            case Kind.METER:
                value = {"value": str(message.register_wh), "unit": "Wh"}
                meter = [{"timestamp": stamp, "sampledValue": [value]}]
                told = {"transactionId": self._transaction_id, "meterValue": meter}
                return "MeterValues", {"connectorId": 1, **told}
            case Kind.STOP:
                told = {"transactionId": self._transaction_id, "meterStop": message.register_wh}
                return "StopTransaction", {"timestamp": stamp, **told}

    async def _send(self, message: Told) -> Payload:
        message.tries += 1
        answer = await self._call(*self.frame(message))
        if "transactionId" in answer:
            self._transaction_id = answer["transactionId"]
        return answer

    async def _call(self, action: str, payload: Payload) -> Payload:
        if self._socket is None:
            self._socket = await connect(
                f"ws://127.0.0.1:{self.port}/ocpp/{self.station_id}",
                subprotocols=[Subprotocol(self.subprotocol)],
                compression=None,
                proxy=None,
            )
        message_id = str(next(self._ids))
        await self._socket.send(json.dumps([_CALL, message_id, action, payload]))
        while True:
            frame = json.loads(await self._socket.recv())
            if frame[0] == _CALL:  # this station can do nothing else
                await self._socket.send(json.dumps([4, frame[1], "NotSupported", "", {}]))
            elif frame[1] == message_id:
                if frame[0] != _RESULT:
                    raise RuntimeError(f"{self.station_id}: {action} was answered by {frame}")
                answer: Payload = frame[2]
                return answer


class StationV201(Station):
    """A station that names its transactions itself, and numbers its reports."""

    subprotocol = "ocpp2.0.1"

    def frame(self, message: Told) -> tuple[str, Payload]:
        """Write a message: its action and its payload."""
        kind, trigger = _EVENTS[message.kind]
        stamp = message.at.isoformat()
        value = {"value": message.register_wh, "measurand": "Energy.Active.Import.Register"}
        payload: Payload = {
            "eventType": kind,
            "timestamp": stamp,
            "triggerReason": trigger,
            "seqNo": message.seq_no,
            "transactionInfo": {"transactionId": f"{self.station_id}-{message.transaction}"},
            "meterValue": [{"timestamp": stamp, "sampledValue": [value]}],
        }
        if message.kind is Kind.START:
            payload["evse"] = {"id": 1, "connectorId": 1}
        return "TransactionEvent", payload


_EVENTS: Final = {
    Kind.START: ("Started", "CablePluggedIn"),
    Kind.METER: ("Updated", "MeterValuePeriodic"),
    Kind.STOP: ("Ended", "EVDeparted"),
}


def _messages() -> Iterator[Told]:
    """What a station has to tell, for ever."""
    kinds = (Kind.START, *[Kind.METER] * _READINGS, Kind.STOP)
    for transaction in count():
        for seq_no, kind in enumerate(kinds):
            at = _BEGAN_AT + transaction * _EVERY + timedelta(minutes=seq_no)
            yield Told(kind, transaction, seq_no, at, seq_no * WH_A_MINUTE)
