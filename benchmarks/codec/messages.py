"""The messages that are measured: texts as stations send them, and what they are answered with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from csms.domain.authorization import Authorization, TokenStatus
from csms.domain.events import Acknowledged, TimeReply, TransactionReply

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
_AT: Final = "2026-01-14T12:00:00Z"
_SAMPLES: Final = (
    ("Current.Import", "L1", "16.12", "A"),
    ("Current.Import", "L2", "15.87", "A"),
    ("Current.Import", "L3", "16.04", "A"),
    ("Voltage", "L1-N", "230.4", "V"),
    ("Voltage", "L2-N", "231.1", "V"),
    ("Voltage", "L3-N", "229.8", "V"),
    ("Power.Active.Import", "L1", "3714", "W"),
    ("Power.Active.Import", "L2", "3667", "W"),
    ("Power.Active.Import", "L3", "3686", "W"),
    ("Power.Active.Import", None, "11067", "W"),
    ("Energy.Active.Import.Register", None, "12345", "Wh"),
    ("SoC", None, "61", "Percent"),
)
"""Measurand, phase, value, unit of twelve samples: three phases and the totals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One kind of message.

    Attributes:
        text: The call, as it comes through the socket.
        reply: What our side answers with.
        has_samples: Whether our handler gathers a reading from it.
    """

    name: str
    version: str
    text: str
    reply: Any
    has_samples: bool = False


def load_messages() -> tuple[Message, ...]:
    """All of them, small to large."""
    return (
        Message(
            name="Heartbeat",
            version="1.6",
            text=_call("Heartbeat", {}),
            reply=TimeReply(NOON),
        ),
        Message(
            name="StartTransaction",
            version="1.6",
            text=_call(
                "StartTransaction",
                {
                    "connectorId": 1,
                    "idTag": "04A2B3C4D5E6F7809182",
                    "meterStart": 12345,
                    "timestamp": _AT,
                },
            ),
            reply=TransactionReply(
                transaction="7", verdict=Authorization(status=TokenStatus.ACCEPTED)
            ),
        ),
        Message(
            name="MeterValues",
            version="1.6",
            text=_call("MeterValues", _meter_values()),
            reply=Acknowledged(),
            has_samples=True,
        ),
        Message(
            name="TransactionEvent",
            version="2.0.1",
            text=_call("TransactionEvent", _transaction_event()),
            reply=TransactionReply(transaction="9a5b7c1e-4d2f-4b1a-9c3e-0a1b2c3d4e5f"),
            has_samples=True,
        ),
    )


def _call(action: str, payload: Mapping[str, object]) -> str:
    return json.dumps([2, "19223201", action, payload], separators=(",", ":"))


def _meter_values() -> dict[str, object]:
    samples = [
        {
            "value": value,
            "context": "Sample.Periodic",
            "format": "Raw",
            "measurand": measurand,
            **({"phase": phase} if phase else {}),
            "location": "EV" if measurand == "SoC" else "Outlet",
            "unit": unit,
        }
        for measurand, phase, value, unit in _SAMPLES
    ]
    meter_value = {"timestamp": _AT, "sampledValue": samples}
    return {"connectorId": 1, "transactionId": 4711, "meterValue": [meter_value]}


def _transaction_event() -> dict[str, object]:
    samples = [
        {
            "value": float(value),
            "context": "Sample.Periodic",
            "measurand": measurand,
            **({"phase": phase} if phase else {}),
            "location": "EV" if measurand == "SoC" else "Outlet",
            "unitOfMeasure": {"unit": unit},
        }
        for measurand, phase, value, unit in _SAMPLES
    ]
    return {
        "eventType": "Updated",
        "timestamp": _AT,
        "triggerReason": "MeterValuePeriodic",
        "seqNo": 7,
        "offline": False,
        "transactionInfo": {
            "transactionId": "9a5b7c1e-4d2f-4b1a-9c3e-0a1b2c3d4e5f",
            "chargingState": "Charging",
        },
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [{"timestamp": _AT, "sampledValue": samples}],
    }
