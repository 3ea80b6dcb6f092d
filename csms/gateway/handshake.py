"""What OCPP asks of a WebSocket, without I/O: who connects, and which version is spoken."""

from collections.abc import Collection, Sequence
from typing import Final
from urllib.parse import unquote

from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from csms.domain.identity import StationId, is_proper_id

COMPRESSION: Final = ServerPerMessageDeflateFactory(
    server_no_context_takeover=True,
    client_no_context_takeover=True,
    server_max_window_bits=12,
    client_max_window_bits=12,
    compress_settings={"memLevel": 5},
)
"""permessage-deflate (RFC 7692) that keeps nothing from one message to the next.

With context takeover every connection would hold two windows all the time, some 50 KiB.
"""


class OcppProtocol(ServerProtocol):
    """The server's end of a WebSocket by `websockets`, with OCPP's way to choose a subprotocol.

    Attributes:
        is_between_messages: Whether what comes next begins a message.
        offered: What the other end speaks, until that is decided on.
    """

    is_between_messages = False
    offered: tuple[str, ...] = ()

    def receive_data(self, data: bytes | bytearray) -> None:
        """Take what has come from the network."""
        self.is_between_messages = False
        super().receive_data(data)

    def recv_frame(self, frame: Frame) -> None:
        """Take a frame that is whole."""
        super().recv_frame(frame)
        self.is_between_messages = self.current_size is None and not self.reader.buffer

    def select_subprotocol(self, subprotocols: Sequence[Subprotocol]) -> Subprotocol | None:
        """Our first choice of what is offered; None completes the handshake without any.

        OCPP-J 1.6 §3.2, 2.0.1 part 4 §3.2.
        """
        self.offered = tuple(subprotocols)
        spoken = self.available_subprotocols or ()
        return next((name for name in spoken if name in subprotocols), None)


def station_of(path: str, prefixes: Collection[str]) -> StationId | None:
    """The identity in a connection URL: its last segment, percent-decoded (part 4 §3.1.1).

    Args:
        path: As it was asked for, with its query.
        prefixes: Paths under which it may stand, without the slash at their end.
    """
    prefix, _, segment = path.partition("?")[0].rpartition("/")
    station_id = unquote(segment)
    return station_id if prefix in prefixes and is_proper_id(station_id) else None
