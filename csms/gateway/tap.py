"""Where the journal hears what is said: calls with their answers, and what was no call."""

from datetime import datetime

import msgspec

from csms.clock import Clock
from csms.domain.exchange import Exchange
from csms.domain.identity import StationId
from csms.gateway.messages import Message
from csms.ocpp.frames import Call, CallError, CallResult, UnreadCall, format_frame
from csms.service.ports import MessageJournal


class Tap:
    """Notes what goes over one connection.

    Args:
        journal: Where it is noted.
        clock: The time.
        station_id: Who is at the other end.
        version: Of OCPP.
    """

    __slots__ = ("_clock", "_journal", "_station_id", "_version")

    def __init__(
        self, journal: MessageJournal, clock: Clock, station_id: StationId, version: str
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._station_id = station_id
        self._version = version

    def now(self) -> datetime:
        """The present instant."""
        return self._clock.now()

    def served(
        self, call: Call | UnreadCall, called_at: datetime, answer: str, error: str | None
    ) -> None:
        """The station has called, and is answered."""
        self._note(call, called_at, answer, error, is_from_station=True)

    def asked(self, call: Call, called_at: datetime, answer: CallResult | CallError | str) -> None:
        """The station was called, and has answered; or a text says why it has not."""
        if isinstance(answer, str):
            self._note(call, called_at, None, answer, is_from_station=False)
            return
        error = answer.code if isinstance(answer, CallError) else None
        self._note(call, called_at, format_frame(answer), error, is_from_station=False)

    def heard(self, message: Message, fault: str, answer: CallError | None) -> None:
        """The station has sent what is no call and no answer."""
        now = self._clock.now()
        text = message if isinstance(message, str) else message.decode("utf-8", "backslashreplace")
        self._journal.note(
            Exchange(
                station_id=self._station_id,
                is_from_station=True,
                version=self._version,
                action="",
                message_id="",
                called_at=now,
                call=text,
                answered_at=now if answer else None,
                answer=format_frame(answer) if answer else None,
                error=fault,
            )
        )

    def _note(
        self,
        call: Call | UnreadCall,
        called_at: datetime,
        answer: str | None,
        error: str | None,
        *,
        is_from_station: bool,
    ) -> None:
        payload = call.payload
        if not isinstance(payload, msgspec.Raw):
            payload = msgspec.Raw(msgspec.json.encode(payload))
        self._journal.note(
            Exchange(
                station_id=self._station_id,
                is_from_station=is_from_station,
                version=self._version,
                action=call.action,
                message_id=call.message_id,
                called_at=called_at,
                call=payload,
                answered_at=None if answer is None else self._clock.now(),
                answer=answer,
                error=error,
            )
        )
