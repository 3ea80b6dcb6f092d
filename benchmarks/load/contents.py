"""What stands in a station's messages: ids, times, meter readings, each time another."""

import math
import time
from datetime import UTC, datetime
from typing import Final

from benchmarks.load.dialect import VOLTS
from benchmarks.load.template import Template

_FIRST_REGISTER_WH: Final = 1_000_000


class Timestamps:
    """Writes instants as stations do."""

    def __init__(self) -> None:
        self._second = -1
        self._text = b""

    def write(self, at_ms: int) -> bytes:
        """Write milliseconds since 1970."""
        second, rest_ms = divmod(at_ms, 1000)
        if second != self._second:
            self._second = second
            text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self._text = text.encode()
        return b"%b.%03dZ" % (self._text, rest_ms)


class Contents:
    """The contents of one station's messages.

    No two messages have the same time, so that each reading is one of its own.

    Args:
        number: Of the station.
        timestamps: Shared by all stations.

    Attributes:
        message_id: Of the newest message.
    """

    def __init__(self, number: int, timestamps: Timestamps) -> None:
        self.message_id = b""
        self._timestamps = timestamps
        self._messages = 0
        self._seq_no = 0
        self._register_wh = _FIRST_REGISTER_WH
        self._last_ms = 0
        self._drawn_a = math.nan
        self._fields = {"token": b"TAG%07d" % number, "transaction": b""}

    @property
    def transaction(self) -> str:
        """The id of the transaction that runs, empty if none does."""
        return self._fields["transaction"].decode()

    @transaction.setter
    def transaction(self, name: str) -> None:
        self._fields["transaction"] = name.encode()

    def begin_transaction(self) -> str:
        """Begin a transaction; return the id that a station gives it (2.0.1)."""
        own = f"00000000-0000-4000-8000-{time.time_ns() // 1_000_000 % 10**12:012}"
        self.transaction, self._seq_no = own, 0
        return own

    def write(self, template: Template, drawn_a: float) -> bytes:
        """Write a message of this instant.

        Args:
            template: Of the message.
            drawn_a: What the vehicle draws.
        """
        self._messages += 1
        self._register_wh += 1
        self.message_id = b"%010d" % self._messages
        self._last_ms = max(self._last_ms + 1, time.time_ns() // 1_000_000)
        if drawn_a != self._drawn_a:
            self._draw(drawn_a)
        fields = self._fields
        fields["id"] = self.message_id
        fields["at"] = self._timestamps.write(self._last_ms)
        fields["seq_no"] = b"%d" % self._seq_no
        fields["register_wh"] = b"%d" % self._register_wh
        self._seq_no += "seq_no" in template.fields
        return template.write(fields)

    def _draw(self, amps: float) -> None:
        self._drawn_a = amps
        self._fields["current_a"] = b"%.1f" % amps
        self._fields["power_w"] = b"%.1f" % (VOLTS * amps)
