"""The steps of a message's way, each as something that can be done again and again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from benchmarks.codec.messages import NOON, Message
from benchmarks.load.frames import client_frame
from benchmarks.store.desk import city
from csms.clock import SystemClock
from csms.domain.altered import altered
from csms.domain.exchange import Exchange, Found, Wanted
from csms.domain.identity import EvseId
from csms.domain.metering import Reading, gather_reading
from csms.domain.transaction import Transaction
from csms.gateway.tap import Tap
from csms.gateway.whole_frames import read_text_frame, write_text_frame
from csms.journal.lines import line_of
from csms.ocpp.frames import CallResult, format_frame, parse_envelope
from csms.ocpp.versions import load_adapters
from csms.service.live_site import LiveSite
from csms.storage.readings import write_readings

Step: TypeAlias = Callable[[], object]

_STATION: Final = "CP-00001"
_EVSE: Final = EvseId(_STATION, 1)
_EVERY: Final = timedelta(milliseconds=100)


async def steps_of(message: Message) -> dict[str, Step]:
    """All steps of a message, in order."""
    adapter = next(one for one in load_adapters() if one.name == message.version)
    frame = client_frame(message.text.encode())
    call: Any = parse_envelope(message.text)
    incoming = adapter.decode_call(_STATION, call)
    event: Any = incoming.event
    reading = gather_reading(event.samples)
    assert reading is not None  # noqa: S101 - the messages have samples
    text = format_frame(CallResult(call.message_id, incoming.encode_reply(message.reply)))
    tap = Tap(_Lines(), SystemClock(), _STATION, message.version)
    state = _State(message.version, reading)
    return {
        "frame read": lambda: read_text_frame(frame),
        "envelope": lambda: parse_envelope(message.text),
        "payload read, checked, translated": lambda: adapter.decode_call(_STATION, call),
        "reading gathered": lambda: gather_reading(event.samples),
        "reading made a row": lambda: list(write_readings(event.samples)),
        "site's state brought up to date": state.follow,
        "answer": lambda: format_frame(
            CallResult(call.message_id, incoming.encode_reply(message.reply))
        ),
        "frame written": lambda: write_text_frame(text.encode()),
        "noted in the journal": lambda: tap.served(call, NOON, text, None),
    }


class _State:
    """A site where a vehicle charges whose meter shows a little more every time."""

    def __init__(self, version: str, reading: Reading) -> None:
        station_ids = [f"CP-{number:05}" for number in range(100)]
        self._now: datetime = NOON
        self._energy_wh = 0.0
        self._reading = reading
        self._live = LiveSite(city(station_ids))
        for station_id in station_ids:
            self._live.station_connected(station_id, version, NOON)
        self._transaction = Transaction(
            number=1,
            station_id=_STATION,
            transaction="1",
            evse=_EVSE,
            id_token=None,
            started_at=NOON,
            meter_start_wh=0.0,
        )
        self._live.transaction_changed(self._transaction, NOON, ())

    def follow(self) -> None:
        """Take the next report."""
        self._now += _EVERY
        self._energy_wh += 1.0
        reading = altered(self._reading, at=self._now)
        transaction = altered(self._transaction, energy_wh=self._energy_wh)
        self._live.clock_seen(_STATION, self._now, self._now)
        self._live.transaction_changed(transaction, self._now, reading=reading)


class _Lines:
    """A journal that writes its lines, and lets them go."""

    def note(self, exchange: Exchange) -> None:
        """Write a line."""
        line_of(exchange)

    async def find(self, _wanted: Wanted, _limit: int) -> list[Found]:
        """There is nothing left."""
        return []
