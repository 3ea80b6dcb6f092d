"""Exchanges as lines of JSON, in which calls and answers stand word for word."""

from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from csms.domain.exchange import NOTHING, Entry, Exchange
from csms.journal.redaction import redact

_ENCODER: Final = msgspec.json.Encoder()


_DECODER: Final = msgspec.json.Decoder(Entry)


class Line(NamedTuple):
    """An exchange as it is kept, and what the index has to know of it."""

    called_at: datetime
    station_id: str
    text: bytes


def line_of(exchange: Exchange) -> Line:
    """An exchange as it is kept."""
    return Line(exchange.called_at, exchange.station_id, write_line(exchange))


def write_line(exchange: Exchange) -> bytes:
    """Write an exchange as a line, without what is secret in it."""
    took_ms = None
    if exchange.answered_at is not None:
        took_ms = round((exchange.answered_at - exchange.called_at).total_seconds() * 1000, 3)
    entry = Entry(
        at=exchange.called_at,
        station_id=exchange.station_id,
        by="station" if exchange.is_from_station else "csms",
        version=exchange.version,
        action=exchange.action,
        message_id=exchange.message_id,
        call=_call(exchange),
        answer=_answer(exchange),
        took_ms=took_ms,
        error=exchange.error,
    )
    return _ENCODER.encode(entry)


def read_line(line: bytes) -> Entry:
    """Read a line."""
    return _DECODER.decode(line)


def _call(exchange: Exchange) -> msgspec.Raw:
    call = exchange.call
    text = call if isinstance(call, str) else bytes(call).decode()
    if not exchange.action:
        return msgspec.Raw(_ENCODER.encode(text))
    payload = redact(exchange.action, text)
    head = _ENCODER.encode([2, exchange.message_id, exchange.action])[:-1]
    return _raw(f"{head.decode()},{payload}]")


def _answer(exchange: Exchange) -> msgspec.Raw:
    if exchange.answer is None:
        return NOTHING
    return _raw(redact(exchange.action, exchange.answer))


def _raw(text: str) -> msgspec.Raw:
    """JSON on one line."""
    if "\n" in text or "\r" in text:
        text = msgspec.json.format(text, indent=-1)
    return msgspec.Raw(text.encode())
