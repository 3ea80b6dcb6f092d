"""What a station shows to drivers (OCPP 2.0.1 O)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from csms.domain.device_model import Component
from csms.domain.identity import TransactionId


class DisplayPriority(StrEnum):
    """Which message goes before others."""

    ALWAYS_FRONT = "always_front"
    IN_FRONT = "in_front"
    NORMAL_CYCLE = "normal_cycle"


class DisplayState(StrEnum):
    """In which state of the station a message is shown."""

    CHARGING = "charging"
    FAULTED = "faulted"
    IDLE = "idle"
    UNAVAILABLE = "unavailable"


class TextFormat(StrEnum):
    """How a text is written."""

    ASCII = "ASCII"
    HTML = "HTML"
    URI = "URI"
    UTF8 = "UTF8"


class DisplayText(msgspec.Struct, frozen=True, kw_only=True):
    """A text for drivers; its language by RFC 5646."""

    content: Annotated[str, Meta(max_length=512)]
    format: TextFormat = TextFormat.UTF8
    language: Annotated[str, Meta(max_length=8)] | None = None


class DisplayMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message on a station's display.

    Attributes:
        message_id: The same id replaces it (2.0.1 O06).
        state: None: in every state.
        transaction: Shown as long as that runs.
        display: Which of several displays.
    """

    message_id: int
    text: DisplayText
    priority: DisplayPriority = DisplayPriority.NORMAL_CYCLE
    state: DisplayState | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    transaction: TransactionId | None = None
    display: Component | None = None
