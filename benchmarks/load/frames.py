"""WebSocket as a client speaks it, with no more work than counting needs (RFC 6455).

A client has to mask its frames, but any key will do, also one of zeros: such a frame holds its
payload as it is, and can be written once and sent many times.
"""

from typing import Final

TEXT: Final = 0x1
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

_FINAL: Final = 0x80
_MASKED: Final = 0x80
_OPCODE: Final = 0x0F
_ZERO_KEY: Final = bytes(4)
_TWO_BYTES: Final = 126
_EIGHT_BYTES: Final = 127
_HANDSHAKE_KEY: Final = "Q2hhcmdlRmxleCBsb2FkIQ=="


class ProtocolError(Exception):
    """The server sent what this client does not understand."""


def frame_head(length: int, opcode: int = TEXT) -> bytes:
    """Write what stands before a payload of so many bytes (§5.2)."""
    if length < _TWO_BYTES:
        size = bytes((_MASKED | length,))
    elif length < 1 << 16:
        size = bytes((_MASKED | _TWO_BYTES,)) + length.to_bytes(2, "big")
    else:
        size = bytes((_MASKED | _EIGHT_BYTES,)) + length.to_bytes(8, "big")
    return bytes((_FINAL | opcode,)) + size + _ZERO_KEY


def client_frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """Write a frame."""
    return frame_head(len(payload), opcode) + payload


class FrameReader:
    """Cuts what a server sends into frames, wherever the chunks of TCP end."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[tuple[int, bytes]]:
        """Take a chunk; return the opcode and payload of every frame that is whole now.

        Raises:
            ProtocolError: A message in several frames, which OCPP servers do not send.
        """
        found = []
        pending = self._rest + chunk if self._rest else chunk
        begin, size = 0, len(pending)
        while size - begin >= 2:
            first, length, body = pending[begin], pending[begin + 1], begin + 2
            if length >= _TWO_BYTES:
                body += 2 if length == _TWO_BYTES else 8
                if size < body:
                    break
                length = int.from_bytes(pending[begin + 2 : body], "big")
            if size < body + length:
                break
            if not first & _FINAL:
                raise ProtocolError("expected every message in a single frame")
            begin = body + length
            found.append((first & _OPCODE, pending[body:begin]))
        self._rest = pending[begin:]
        return found


def handshake_request(host: str, path: str, subprotocol: str) -> bytes:
    """Write the request that opens a connection (§4.1)."""
    return (
        f"GET {path} HTTP/1.1\r\n"
        f"Host: {host}\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {_HANDSHAKE_KEY}\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {subprotocol}\r\n"
        "\r\n"
    ).encode("ascii")


def split_response(received: bytes) -> tuple[int, bytes] | None:
    """The status of the answer to a handshake and the bytes that follow it, None if not whole yet.

    Raises:
        ProtocolError: It is no answer.
    """
    head, end, rest = received.partition(b"\r\n\r\n")
    if not end:
        return None
    words = head.split(b" ", 2)
    if not words[0].startswith(b"HTTP/1.1") or not words[1].isdigit():
        raise ProtocolError(f"expected an answer to the handshake, got {head[:80]!r}")
    return int(words[1]), rest
