"""Texts and messages for drivers: to the station and from it (O01 to O06)."""

from typing import Final

from csms.domain.commands import ClearMessage, RequestMessages, ShowMessage
from csms.domain.display import (
    DisplayMessage,
    DisplayPriority,
    DisplayState,
    DisplayText,
    TextFormat,
)
from csms.domain.identity import StationId
from csms.domain.notices import MessagesTold
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.components import read_component, write_component
from csms.ocpp.v201.requests import request_id
from csms.ocpp.wire import drop_absent, format_time, parse_time_if_told

_PRIORITY: Final = {
    DisplayPriority.ALWAYS_FRONT: "AlwaysFront",
    DisplayPriority.IN_FRONT: "InFront",
    DisplayPriority.NORMAL_CYCLE: "NormalCycle",
}
_STATE: Final = {
    DisplayState.CHARGING: "Charging",
    DisplayState.FAULTED: "Faulted",
    DisplayState.IDLE: "Idle",
    DisplayState.UNAVAILABLE: "Unavailable",
}
_PRIORITY_OF: Final = {word: priority for priority, word in _PRIORITY.items()}
_STATE_OF: Final = {word: state for state, word in _STATE.items()}


def encode_show(command: ShowMessage) -> JsonObject:
    """SetDisplayMessageRequest (O01, O02, O06)."""
    message = command.message
    written = {
        "id": message.message_id,
        "priority": _PRIORITY[message.priority],
        "state": message.state and _STATE[message.state],
        "startDateTime": message.starts_at and format_time(message.starts_at),
        "endDateTime": message.ends_at and format_time(message.ends_at),
        "transactionId": message.transaction,
        "message": write_text(message.text),
        "display": message.display and write_component(message.display),
    }
    return {"message": drop_absent(written)}


def encode_request_messages(command: RequestMessages) -> JsonObject:
    """GetDisplayMessagesRequest (O03, O04)."""
    return drop_absent(
        {
            "requestId": request_id(command),
            "id": list(command.message_ids) or None,
            "priority": command.priority and _PRIORITY[command.priority],
            "state": command.state and _STATE[command.state],
        }
    )


def encode_clear_message(command: ClearMessage) -> JsonObject:
    """ClearDisplayMessageRequest (O05)."""
    return {"id": command.message_id}


def decode_messages(station_id: StationId, call: Payload) -> MessagesTold:
    """NotifyDisplayMessagesRequest (O03, O04)."""
    return MessagesTold(
        station_id=station_id,
        request_id=call.requestId,
        messages=tuple(_read_message(written) for written in call.messageInfo or ()),
        has_more=call.tbc or False,
    )


def write_text(text: DisplayText) -> JsonObject:
    """A MessageContentType (part 2 §2.30)."""
    return drop_absent({"format": text.format, "language": text.language, "content": text.content})


def _read_message(written: Payload) -> DisplayMessage:
    text, state, display = written.message, written.state, written.display
    return DisplayMessage(
        message_id=written.id,
        text=DisplayText(
            content=text.content, format=TextFormat(text.format), language=text.language
        ),
        priority=_PRIORITY_OF[written.priority],
        state=state and _STATE_OF[state],
        starts_at=parse_time_if_told(written.startDateTime),
        ends_at=parse_time_if_told(written.endDateTime),
        transaction=written.transactionId,
        display=display and read_component(display),
    )
