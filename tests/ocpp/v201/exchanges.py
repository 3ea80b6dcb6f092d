"""What is said to a 2.0.1 station and by it, held against the golden frames."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from csms.domain.authorization import IdToken
from csms.domain.certificates import CertificateHash, HashAlgorithm
from csms.domain.commands import Command, CommandStatus, Outcome
from csms.domain.device_model import Component, VariableName
from csms.domain.errors import CallRefusedError
from csms.domain.events import StationEvent
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import Call, JsonObject
from tests.ocpp.golden import V201, exchange

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
FIVE_PAST: Final = datetime(2026, 1, 14, 12, 5, tzinfo=UTC)
TWO: Final = datetime(2026, 1, 14, 14, 0, tzinfo=UTC)
NEW_YEAR: Final = datetime(2027, 1, 1, tzinfo=UTC)
TRANSACTION: Final = "9a5b7c1e-0001"
TOKEN: Final = IdToken("04A2B3C4")
PEM: Final = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
HASH: Final = CertificateHash(
    algorithm=HashAlgorithm.SHA256, issuer_name="3f1a", issuer_key="77c0", serial="0a1b"
)
HASH_384: Final = CertificateHash(
    algorithm=HashAlgorithm.SHA384, issuer_name="51d2", issuer_key="90ee", serial="0c"
)
HASH_512: Final = CertificateHash(
    algorithm=HashAlgorithm.SHA512, issuer_name="6b03", issuer_key="a4f8", serial="0d"
)
TEMPERATURE: Final = VariableName(
    component=Component(name="ChargingStation"), name="Temperature", instance="inlet"
)
VEHICLE: Final = Component(name="ConnectedEV", instance="left", evse_number=1, connector_number=2)
ACCEPTED: Final = Outcome(status=CommandStatus.ACCEPTED)
REJECTED: Final = Outcome(status=CommandStatus.REJECTED)
UNKNOWN: Final = Outcome(status=CommandStatus.UNKNOWN)


def assert_sent(name: str, command: Command[Any], outcome: Outcome) -> None:
    """A command is the call of a golden frame, and its result means the outcome."""
    golden = exchange("v201", name)
    outgoing = V201.encode_command(command)
    assert outgoing.action == golden.call.action
    assert outgoing.payload == golden.call.payload
    assert outgoing.decode_result(golden.result.payload) == outcome


def assert_told(name: str, event: StationEvent[Any], reply: object) -> None:
    """The call of a golden frame is an event, and the reply to it is the frame's result."""
    golden = exchange("v201", name)
    incoming = V201.decode_call("G-01", golden.call)
    assert incoming.event == event
    assert incoming.encode_reply(reply) == golden.result.payload


def written(command: Command[Any]) -> JsonObject:
    """The payload of a command."""
    return V201.encode_command(command).payload


def decoded(action: str, payload: JsonObject) -> Any:
    """The event of a call."""
    return V201.decode_call("G-01", Call(message_id="1", action=action, payload=payload)).event


def told(name: str, **changes: Any) -> Any:
    """The event of a golden frame's call, some fields of which are others."""
    call = exchange("v201", name).call
    return decoded(call.action, {**call.payload, **changes})


def assert_refused(name: str, why: str, **changes: Any) -> None:
    """A golden frame's call is refused with some fields changed: they fit, and cannot be."""
    with pytest.raises(CallRefusedError) as caught:
        told(name, **changes)
    assert (caught.value.code, str(caught.value)) == ("PropertyConstraintViolation", why)


def assert_not_expressible(command: Command[Any], why: str) -> None:
    """2.0.1 has no words for a command."""
    with pytest.raises(NotExpressibleError) as caught:
        V201.encode_command(command)
    assert str(caught.value).startswith(why)
