"""Commands about what a station shows to drivers (OCPP 2.0.1 O)."""

from csms.domain.commands.outcome import Command, Job, Outcome
from csms.domain.display import DisplayMessage, DisplayPriority, DisplayState


class ShowMessage(Command[Outcome], frozen=True, tag="show_message"):
    """Have a message shown (2.0.1 O01, O02, O06)."""

    message: DisplayMessage


class RequestMessages(Job[Outcome], frozen=True, kw_only=True, tag="request_messages"):
    """Ask for messages that match; they come as `MessagesTold` (2.0.1 O03, O04)."""

    message_ids: tuple[int, ...] = ()
    priority: DisplayPriority | None = None
    state: DisplayState | None = None


class ClearMessage(Command[Outcome], frozen=True, tag="clear_message"):
    """Have a message shown no longer (2.0.1 O05)."""

    message_id: int
