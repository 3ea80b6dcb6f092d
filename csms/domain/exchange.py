"""Calls and their answers as they went over the wire, and what is looked for among them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

import msgspec

Caller: TypeAlias = Literal["station", "csms"]
NOTHING: Final = msgspec.Raw(b"null")


class Exchange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call and its answer, for the journal.

    Attributes:
        is_from_station: Who has called.
        version: Of OCPP: `1.6`.
        action: What was called; empty: the text was no call.
        message_id: As it was written; empty: the text was no call.
        call: The payload as it was written, or the whole text if it was no call.
        answer: The whole frame that answered it, None if none came or went.
        error: The code of a CALLERROR, or why there was no answer; None: all went well.
    """

    station_id: str
    is_from_station: bool
    version: str
    action: str
    message_id: str
    called_at: datetime
    call: msgspec.Raw | str
    answered_at: datetime | None = None
    answer: str | None = None
    error: str | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One line of the journal.

    Attributes:
        at: When it was called.
        by: Who has called.
        message_id: None: the text was no call.
        call: The frame, or the text that was no call.
        answer: The frame, left out if there was none.
        took_ms: Until the answer.
        error: The code of a CALLERROR, or why there was no answer.
    """

    at: datetime
    station_id: str
    by: Caller
    version: str
    action: str
    message_id: str = ""
    call: msgspec.Raw
    answer: msgspec.Raw = NOTHING
    took_ms: float | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; None: any.

    Attributes:
        stations: Of any of these stations.
        since: Called then or later.
        until: Called before then.
        text: Stands anywhere in the call or the answer.
        is_error: Whether it went wrong.
        before: The cursor of the last one of the page before.
    """

    station_id: str | None = None
    stations: frozenset[str] | None = None
    action: str | None = None
    by: Caller | None = None
    message_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    is_error: bool | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A message, and where it stands."""

    cursor: str
    entry: Entry
