from typing import Any

import pytest

from csms.domain.commands import (
    ClearMessage,
    Command,
    CommandStatus,
    Outcome,
    RequestMessages,
    ShowMessage,
)
from csms.domain.device_model import Component
from csms.domain.display import (
    DisplayMessage,
    DisplayPriority,
    DisplayState,
    DisplayText,
    TextFormat,
)
from csms.domain.events import Acknowledged, StationEvent
from csms.domain.notices import MessagesTold
from tests.ocpp.golden import exchange
from tests.ocpp.v201.exchanges import (
    ACCEPTED,
    NOON,
    TRANSACTION,
    TWO,
    UNKNOWN,
    assert_not_expressible,
    assert_refused,
    assert_sent,
    assert_told,
    told,
    written,
)

GREETING = DisplayMessage(message_id=4, text=DisplayText(content="Hei"))
DETAILED = DisplayMessage(
    message_id=3,
    text=DisplayText(content="<b>Hei</b>", format=TextFormat.HTML, language="nb-NO"),
    priority=DisplayPriority.IN_FRONT,
    state=DisplayState.CHARGING,
    starts_at=NOON,
    ends_at=TWO,
    transaction=TRANSACTION,
    display=Component(name="DisplayCtrlr", evse_number=1),
)

SENT: list[tuple[str, Command[Any], Outcome]] = [
    (
        "SetDisplayMessage",
        ShowMessage(DETAILED),
        Outcome(status=CommandStatus.REJECTED, answer="NotSupportedPriority"),
    ),
    ("SetDisplayMessage.bare", ShowMessage(GREETING), ACCEPTED),
    (
        "GetDisplayMessages",
        RequestMessages(
            request_id=51,
            message_ids=(3, 4),
            priority=DisplayPriority.ALWAYS_FRONT,
            state=DisplayState.FAULTED,
        ),
        ACCEPTED,
    ),
    ("GetDisplayMessages.all", RequestMessages(request_id=52), UNKNOWN),
    ("ClearDisplayMessage", ClearMessage(3), UNKNOWN),
]

TOLD: list[tuple[str, StationEvent[Any], Any]] = [
    (
        "NotifyDisplayMessages",
        MessagesTold(
            station_id="G-01", request_id=51, messages=(DETAILED, GREETING), has_more=True
        ),
        Acknowledged(),
    ),
    (
        "NotifyDisplayMessages.none",
        MessagesTold(station_id="G-01", request_id=52, messages=()),
        Acknowledged(),
    ),
]


@pytest.mark.parametrize(("name", "command", "outcome"), SENT, ids=[one[0] for one in SENT])
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_sent(name, command, outcome)


@pytest.mark.parametrize(("name", "event", "reply"), TOLD, ids=[one[0] for one in TOLD])
def test_call_is_understood_and_answered(name: str, event: StationEvent[Any], reply: Any) -> None:
    assert_told(name, event, reply)


def with_first(**changes: Any) -> DisplayMessage:
    """The first message of a report, told with some fields changed."""
    first = exchange("v201", "NotifyDisplayMessages").call.payload["messageInfo"][0]
    event = told("NotifyDisplayMessages", messageInfo=[{**first, **changes}])
    message: DisplayMessage = event.messages[0]
    return message


@pytest.mark.parametrize(
    ("priority", "word"),
    [
        (DisplayPriority.ALWAYS_FRONT, "AlwaysFront"),
        (DisplayPriority.IN_FRONT, "InFront"),
        (DisplayPriority.NORMAL_CYCLE, "NormalCycle"),
    ],
)
def test_every_priority_has_a_word(priority: DisplayPriority, word: str) -> None:
    assert written(RequestMessages(request_id=1, priority=priority))["priority"] == word
    assert with_first(priority=word).priority is priority


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (DisplayState.CHARGING, "Charging"),
        (DisplayState.FAULTED, "Faulted"),
        (DisplayState.IDLE, "Idle"),
        (DisplayState.UNAVAILABLE, "Unavailable"),
    ],
)
def test_every_state_has_a_word(state: DisplayState, word: str) -> None:
    assert written(RequestMessages(request_id=1, state=state))["state"] == word
    assert with_first(state=word).state is state


@pytest.mark.parametrize("text_format", TextFormat)
def test_every_format_has_a_word(text_format: TextFormat) -> None:
    text = DisplayText(content="Hei", format=text_format)
    shown = written(ShowMessage(DisplayMessage(message_id=1, text=text)))["message"]["message"]
    assert shown == {"format": text_format.value, "content": "Hei"}
    assert with_first(message=shown).text == text


def test_request_without_its_number_is_not_sent() -> None:
    why = "expected a request_id, which the sender gives, got none"
    assert_not_expressible(RequestMessages(), why)


def test_text_that_is_too_long_is_not_sent() -> None:
    text = DisplayText(content="x" * 513)
    command = ShowMessage(DisplayMessage(message_id=1, text=text))
    assert_not_expressible(command, "SetDisplayMessage: message/message/content: ")


@pytest.mark.parametrize("field", ["startDateTime", "endDateTime"])
def test_message_at_a_time_that_is_none_is_refused(field: str) -> None:
    first = exchange("v201", "NotifyDisplayMessages").call.payload["messageInfo"][0]
    why = "expected a time in RFC 3339, got 'soon'"
    assert_refused("NotifyDisplayMessages", why, messageInfo=[{**first, field: "soon"}])
