"""One transaction, as a station of each version tells it: from 10:00 to 12:00 UTC, 15 kWh."""

from datetime import datetime
from typing import Any, Final, Protocol, TypeAlias

from csms.ocpp.adapter import Adapter
from csms.ocpp.frames import JsonObject
from tests.service.rig import V16, V201

Told: TypeAlias = tuple[str, JsonObject]
"""An action and its payload."""

TOKEN: Final = "04A2B3C4"  # noqa: S105 - a card's number
BEGIN_WH: Final = 1_234_500
MIDDLE_WH: Final = 1_239_500
END_WH: Final = 1_249_500


def stamp(instant: datetime) -> str:
    """A time as stations write it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


class Teller(Protocol):
    """Tells of a transaction at EVSE 1."""

    adapter: Adapter

    def starts(self, at: datetime, token: str = TOKEN, register_wh: int = BEGIN_WH) -> Told:
        """It begins."""
        ...

    def measures(
        self, at: datetime, register_wh: int = MIDDLE_WH, amps: tuple[float, ...] = (16, 15, 14)
    ) -> Told:
        """Its meter shows this."""
        ...

    def stops(self, at: datetime, register_wh: int = END_WH) -> Told:
        """It ends."""
        ...

    def learns(self, answer: JsonObject) -> None:
        """The start is answered."""
        ...


class TellerV16:
    """A 1.6 station learns the transaction's id from the answer to its start."""

    adapter = V16

    def __init__(self) -> None:
        self.transaction = -1

    def starts(self, at: datetime, token: str = TOKEN, register_wh: int = BEGIN_WH) -> Told:
        return "StartTransaction", {
            "connectorId": 1,
            "idTag": token,
            "meterStart": register_wh,
            "timestamp": stamp(at),
        }

    def measures(
        self, at: datetime, register_wh: int = MIDDLE_WH, amps: tuple[float, ...] = (16, 15, 14)
    ) -> Told:
        currents = [
            {"value": str(a), "measurand": "Current.Import", "phase": f"L{line}", "unit": "A"}
            for line, a in enumerate(amps, start=1)
        ]
        register = {"value": str(register_wh / 1000), "unit": "kWh"}
        values = [{"timestamp": stamp(at), "sampledValue": [register, *currents]}]
        payload = {"connectorId": 1, "transactionId": self.transaction, "meterValue": values}
        return "MeterValues", payload

    def stops(self, at: datetime, register_wh: int = END_WH) -> Told:
        return "StopTransaction", {
            "transactionId": self.transaction,
            "meterStop": register_wh,
            "timestamp": stamp(at),
            "reason": "EVDisconnected",
        }

    def learns(self, answer: JsonObject) -> None:
        self.transaction = answer["transactionId"]


class TellerV201:
    """A 2.0.1 station names and numbers its reports itself."""

    adapter = V201

    def __init__(self, transaction: str = "tx-1") -> None:
        self.transaction = transaction
        self._seq_no = 0

    def starts(self, at: datetime, token: str = TOKEN, register_wh: int = BEGIN_WH) -> Told:
        told = self._event("Started", at, "Authorized")
        told |= {"evse": {"id": 1, "connectorId": 1}}
        told |= {"idToken": {"idToken": token, "type": "ISO14443"}}
        told |= {"meterValue": [_register(at, register_wh, "Transaction.Begin")]}
        return "TransactionEvent", told

    def measures(
        self, at: datetime, register_wh: int = MIDDLE_WH, amps: tuple[float, ...] = (16, 15, 14)
    ) -> Told:
        currents = [
            {"value": a, "measurand": "Current.Import", "phase": f"L{line}"}
            for line, a in enumerate(amps, start=1)
        ]
        meter = _register(at, register_wh, "Sample.Periodic")
        meter["sampledValue"] += currents
        told = self._event("Updated", at, "MeterValuePeriodic") | {"meterValue": [meter]}
        return "TransactionEvent", told

    def stops(self, at: datetime, register_wh: int = END_WH) -> Told:
        told = self._event("Ended", at, "EVDeparted")
        told["transactionInfo"]["stoppedReason"] = "EVDisconnected"
        told |= {"meterValue": [_register(at, register_wh, "Transaction.End")]}
        return "TransactionEvent", told

    def learns(self, answer: JsonObject) -> None:
        """The station has its own id."""

    def _event(self, kind: str, at: datetime, trigger: str) -> dict[str, Any]:
        number, self._seq_no = self._seq_no, self._seq_no + 1
        return {
            "eventType": kind,
            "timestamp": stamp(at),
            "triggerReason": trigger,
            "seqNo": number,
            "transactionInfo": {"transactionId": self.transaction},
        }


def _register(at: datetime, register_wh: int, context: str) -> dict[str, Any]:
    value = {"value": register_wh, "context": context}
    return {"timestamp": stamp(at), "sampledValue": [value]}
