"""How long sockets may take: for their request, for a sign of life, to read, to close."""

from dataclasses import dataclass
from typing import Protocol

from csms.gateway.deadlines import Deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketLimits:
    """What a socket is allowed.

    Attributes:
        message_bytes: Longest message, after decompression.
        open_s: For its request.
        ping_every_s: A ping this often; one that is not answered as long ends the connection.
        write_s: To read what was written to it.
        close_s: To close after a close frame.
    """

    message_bytes: int = 4 * 1024 * 1024
    open_s: float = 10.0
    ping_every_s: float = 20.0
    write_s: float = 30.0
    close_s: float = 10.0


class Awaited(Protocol):
    """A connection that something is awaited of."""

    def cut_off(self, cause: str) -> None:
        """End the connection at once."""
        ...


class Pinged(Awaited, Protocol):
    """A connection that signs of life are awaited of."""

    def has_spoken(self) -> bool:
        """Whether anything has come since this was last asked; True if nothing was read."""
        ...

    def ping(self) -> None:
        """Ask for a sign of life."""
        ...


class Waits:
    """The waits of all sockets of one port, each kind behind one timer.

    Args:
        limits: How long each kind may last.

    Attributes:
        opening: Sockets whose request has not come yet.
        pinging: Open ones. Whatever comes is a sign of life.
        writing: Those with more to read than they have read.
        closing: Those that were told to close, or that hung up before they had read everything.
    """

    def __init__(self, limits: SocketLimits) -> None:
        self._ping_every_s = limits.ping_every_s
        self.opening = _cutting_off(limits.open_s, "no request")
        self.pinging: Deadlines[Pinged] = Deadlines(limits.ping_every_s, self._look_after)
        self.writing = _cutting_off(limits.write_s, "it does not read")
        self.closing = _cutting_off(limits.close_s, "it did not close")

    def forget(self, socket: Pinged) -> None:
        """Look no more after a socket."""
        self.pinging.end(socket)
        for waits in (self.opening, self.writing, self.closing):
            waits.end(socket)

    def close(self) -> None:
        """Look no more after any."""
        self.pinging.close()
        for waits in (self.opening, self.writing, self.closing):
            waits.close()

    def _look_after(self, socket: Pinged) -> None:
        if not socket.has_spoken():
            socket.cut_off(f"no answer to a ping within {self._ping_every_s:g} s")
            return
        socket.ping()
        self.pinging.begin(socket)


def _cutting_off(wait_s: float, cause: str) -> Deadlines[Awaited]:
    return Deadlines(wait_s, lambda socket: socket.cut_off(f"{cause} within {wait_s:g} s"))
