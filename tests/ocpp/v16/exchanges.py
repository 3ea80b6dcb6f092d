"""Golden frames of 1.6, beside what they mean."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from csms.domain.authorization import IdToken
from csms.domain.commands import Command, CommandStatus, Outcome
from csms.domain.events import StationEvent
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import Call, JsonObject
from tests.ocpp.golden import V16, exchange

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
TEN: Final = datetime(2026, 1, 14, 10, 0, tzinfo=UTC)
TWO: Final = datetime(2026, 1, 14, 14, 0, tzinfo=UTC)
TOKEN: Final = IdToken("04A2B3C4")
PEM: Final = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
ACCEPTED: Final = Outcome(status=CommandStatus.ACCEPTED)
REJECTED: Final = Outcome(status=CommandStatus.REJECTED)


def assert_written_and_understood(name: str, command: Command[Any], outcome: Outcome) -> None:
    """A command gives the call of a frame, and the frame's answer gives the outcome."""
    golden = exchange("v16", name)
    outgoing = V16.encode_command(command)
    assert outgoing.action == golden.call.action
    assert outgoing.payload == golden.call.payload
    assert outgoing.decode_result(golden.result.payload) == outcome


def assert_understood_and_answered(name: str, event: StationEvent[Any], reply: Any) -> None:
    """A frame's call gives the event, and the reply to it the frame's answer."""
    golden = exchange("v16", name)
    incoming = V16.decode_call("G-01", golden.call)
    assert incoming.event == event
    assert incoming.encode_reply(reply) == golden.result.payload


def decoded(action: str, payload: JsonObject) -> Any:
    """The event that a call becomes."""
    return V16.decode_call("G-01", Call(message_id="1", action=action, payload=payload)).event


def refusal(command: Command[Any]) -> str:
    """Why a command cannot be put into words."""
    with pytest.raises(NotExpressibleError) as caught:
        V16.encode_command(command)
    return str(caught.value)
