import pytest

from csms.domain.commands import (
    Command,
    CommandStatus,
    CompositeOutcome,
    Outcome,
    ReadCompositeSchedule,
    ReadSettings,
    ResetKind,
    ResetStation,
    SettingsOutcome,
)
from csms.domain.errors import CallRefusedError
from csms.domain.events import DataReply
from csms.ocpp.adapter import Adapter, NotExpressibleError
from csms.ocpp.frames import Call, CallError, ErrorCode, FrameError, JsonObject
from csms.ocpp.schemas import SchemaError
from csms.ocpp.versions import load_adapters
from tests.ocpp.golden import V16, V201

ADAPTERS = load_adapters()
each_version = pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
RESET = ResetStation(ResetKind.SOFT)


def call(action: str, payload: JsonObject | None = None) -> Call:
    return Call(message_id="7", action=action, payload=payload or {})


def refusal_of(adapter: Adapter, action: str, payload: JsonObject | None = None) -> tuple[str, str]:
    with pytest.raises(CallRefusedError) as caught:
        adapter.decode_call("G-01", call(action, payload))
    return caught.value.code, str(caught.value)


@each_version
@pytest.mark.parametrize("action", ["Reboot", "heartbeat", "HeartbeatRequest", "", "Ünknown 🔌"])
def test_unknown_action_is_not_implemented(adapter: Adapter, action: str) -> None:
    assert refusal_of(adapter, action) == (
        "NotImplemented",
        f"OCPP {adapter.name} has no action called {action!r}",
    )


@each_version
def test_name_of_an_unknown_action_is_repeated_in_part(adapter: Adapter) -> None:
    code, said = refusal_of(adapter, "x" * 100_000)
    assert code == "NotImplemented"
    assert said == f"OCPP {adapter.name} has no action called {'x' * 50!r}"


@pytest.mark.parametrize(
    ("adapter", "action"),
    [
        (V16, "GetLog"),
        (V16, "Reset"),
        (V201, "GetReport"),
        (V201, "Reset"),
    ],
)
def test_action_that_is_known_but_not_served_is_not_supported(
    adapter: Adapter, action: str
) -> None:
    assert refusal_of(adapter, action) == ("NotSupported", f"{action} is not served here")


@pytest.mark.parametrize("action", ["StartTransaction", "StopTransaction"])
def test_action_of_the_other_version_is_not_implemented(action: str) -> None:
    assert refusal_of(V201, action)[0] == "NotImplemented"
    assert refusal_of(V16, "TransactionEvent")[0] == "NotImplemented"


@pytest.mark.parametrize(
    ("payload", "code_16", "code_201"),
    [
        ({}, "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
        ({"vendorId": 7}, "TypeConstraintViolation", "TypeConstraintViolation"),
        ({"vendorId": "x" * 256}, "TypeConstraintViolation", "TypeConstraintViolation"),
        ({"vendorId": "V", "extra": 1}, "FormationViolation", "FormatViolation"),
    ],
)
def test_violation_of_a_schema_is_spelled_as_the_version_does(
    payload: JsonObject, code_16: str, code_201: str
) -> None:
    assert refusal_of(V16, "DataTransfer", payload)[0] == code_16
    assert refusal_of(V201, "DataTransfer", payload)[0] == code_201


@pytest.mark.parametrize(
    ("adapter", "payload"),
    [
        (V16, {"connectorId": 1, "errorCode": "NoError", "status": "Broken"}),
        (
            V201,
            {
                "timestamp": "2026-01-14T12:00:00Z",
                "connectorStatus": "Broken",
                "evseId": 1,
                "connectorId": 1,
            },
        ),
    ],
)
def test_unknown_word_is_a_violation_of_the_property(adapter: Adapter, payload: JsonObject) -> None:
    assert refusal_of(adapter, "StatusNotification", payload)[0] == "PropertyConstraintViolation"


@each_version
def test_reply_that_does_not_fit_is_our_own_fault(adapter: Adapter) -> None:
    incoming = adapter.decode_call("G-01", call("DataTransfer", {"vendorId": "V"}))
    with pytest.raises(SchemaError):
        incoming.encode_reply(DataReply(is_vendor_known="perhaps", data=object()))  # type: ignore[arg-type]


class Dance(Command[Outcome], frozen=True, tag="dance"):
    """A command that no version of OCPP has words for."""


@each_version
def test_command_without_words_is_not_expressible(adapter: Adapter) -> None:
    with pytest.raises(NotExpressibleError, match=f"OCPP {adapter.name} has no Dance"):
        adapter.encode_command(Dance())


@each_version
@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"status": "Perhaps"},
        {"status": 1},
        {"status": None},
        {"status": "Accepted", "extra": True},
        {"state": "Accepted"},
    ],
)
def test_answer_that_does_not_fit_leaves_it_open_what_was_done(
    adapter: Adapter, answer: JsonObject
) -> None:
    outcome = adapter.encode_command(RESET).decode_result(answer)
    assert type(outcome) is Outcome
    assert outcome.status is CommandStatus.FAILED
    assert not outcome.is_certain
    assert outcome.detail.startswith("the answer to Reset does not fit: ")


def test_answer_with_a_time_that_is_none_leaves_it_open() -> None:
    command = ReadCompositeSchedule(evse_number=1, duration_s=60)
    answer = {"status": "Accepted", "connectorId": 1, "scheduleStart": "soon"}
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": []}
    outcome = V16.encode_command(command).decode_result({**answer, "chargingSchedule": schedule})
    assert outcome == CompositeOutcome(
        status=CommandStatus.FAILED,
        detail="the answer to GetCompositeSchedule does not fit: "
        "expected a time in RFC 3339, got 'soon'",
    )


@each_version
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("NotImplemented", CommandStatus.NOT_SUPPORTED),
        ("NotSupported", CommandStatus.NOT_SUPPORTED),
        ("FormatViolation", CommandStatus.REJECTED),
        ("FormationViolation", CommandStatus.REJECTED),
        ("OccurenceConstraintViolation", CommandStatus.REJECTED),
        ("OccurrenceConstraintViolation", CommandStatus.REJECTED),
        ("PropertyConstraintViolation", CommandStatus.REJECTED),
        ("ProtocolError", CommandStatus.REJECTED),
        ("SecurityError", CommandStatus.REJECTED),
        ("TypeConstraintViolation", CommandStatus.REJECTED),
        # After these nobody knows what the station has done.
        ("InternalError", CommandStatus.FAILED),
        ("GenericError", CommandStatus.FAILED),
        ("", CommandStatus.FAILED),
        ("500", CommandStatus.FAILED),
    ],
)
def test_error_is_an_outcome(adapter: Adapter, code: str, status: CommandStatus) -> None:
    error = CallError(message_id="7", code=code, description="no")
    assert adapter.encode_command(RESET).decode_error(error) == Outcome(
        status=status, detail=f"{code}: no"
    )


@each_version
def test_error_without_a_description_is_told_by_its_code(adapter: Adapter) -> None:
    error = CallError(message_id="7", code="NotSupported")
    assert adapter.encode_command(RESET).decode_error(error).detail == "NotSupported"


def test_error_is_an_outcome_of_the_commands_own_type() -> None:
    error = CallError(message_id="7", code="NotSupported")
    outcome = V16.encode_command(ReadSettings(())).decode_error(error)
    assert outcome == SettingsOutcome(status=CommandStatus.NOT_SUPPORTED, detail="NotSupported")


@each_version
def test_fault_in_an_answer_is_not_answered(adapter: Adapter) -> None:
    assert adapter.answer_fault(FrameError(ErrorCode.FORMAT_VIOLATION, None, "why")) is None


@each_version
def test_internal_error_says_nothing_of_our_inside(adapter: Adapter) -> None:
    assert adapter.internal_error("7") == CallError(
        message_id="7", code="InternalError", description="the call could not be processed"
    )
