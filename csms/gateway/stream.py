"""Bytes in both directions, in neither faster than the other end takes them."""

import asyncio
import ssl
from enum import IntFlag
from typing import Final, cast

from csms.gateway.keepalive import Waits

_WRITE_BUFFER_BYTES: Final = 32 * 1024
"""Writers wait while more than this is unsent."""


class Pause(IntFlag):
    """Why nothing is read just now."""

    NONE = 0
    UNDECIDED = 1
    """It says more before its request has been answered."""
    BUSY = 2
    """Too many calls wait for their answers."""
    CLOGGED = 4
    """It asks for more bytes, such as pongs, and does not read those that it was sent."""


class Stream(asyncio.Protocol):
    """A TCP connection. It has no task and no timer of its own.

    Args:
        waits: The waits of all connections.

    Attributes:
        fate: Why it was cut off, if it was.
    """

    __slots__ = ("_has_spoken", "_is_lost", "_pauses", "_room", "_transport", "_waits", "fate")

    _transport: asyncio.Transport

    def __init__(self, waits: Waits) -> None:
        self.fate = ""
        self._waits = waits
        self._pauses = Pause.NONE
        self._room: asyncio.Event | None = None
        self._has_spoken = True  # it has just connected
        self._is_lost = False

    @property
    def peer(self) -> object:
        """The address at the other end."""
        return self._transport.get_extra_info("peername")

    @property
    def address(self) -> str:
        """The host at the other end; empty for a Unix socket."""
        peer = self.peer
        return str(peer[0]) if isinstance(peer, tuple) else ""

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The encrypted connection, None if it is not encrypted."""
        return cast("ssl.SSLObject | None", self._transport.get_extra_info("ssl_object"))

    @property
    def is_clogged(self) -> bool:
        """Whether what was sent waits for the other end to read."""
        return self._room is not None

    async def drained(self) -> None:
        """Wait until there is room to send more, or the connection is lost."""
        if self._room:
            await self._room.wait()

    def pause(self, cause: Pause) -> None:
        """Read nothing until every cause to pause is gone."""
        if not self._pauses and not self._transport.is_closing():
            self._transport.pause_reading()
        self._pauses |= cause

    def resume(self, cause: Pause) -> None:
        """Read again, unless there is another cause to pause."""
        if self._pauses == cause and not self._transport.is_closing():
            self._transport.resume_reading()
        self._pauses &= ~cause

    def has_spoken(self) -> bool:
        """Whether anything has come since this was last asked; True if nothing was read."""
        has_spoken, self._has_spoken = self._has_spoken or bool(self._pauses), False
        return has_spoken

    def cut_off(self, cause: str) -> None:
        """End the connection at once."""
        if not self._is_lost:  # asyncio fails to abort a transport that is lost
            self.fate = cause
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(_WRITE_BUFFER_BYTES)

    def pause_writing(self) -> None:
        """Let writers wait, and the other end not take too long to read."""
        self._room = asyncio.Event()
        self._waits.writing.begin(self)

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._waits.writing.end(self)
        self._free_writers()
        self.resume(Pause.CLOGGED)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """End."""
        self._is_lost = True
        self._waits.writing.end(self)
        self._free_writers()

    def _free_writers(self) -> None:
        if self._room:
            self._room.set()
            self._room = None
