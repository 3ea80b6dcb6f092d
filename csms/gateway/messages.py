"""Messages out of WebSocket frames (RFC 6455 §5.4, §5.6, §8.1)."""

from typing import TypeAlias

from websockets.frames import Frame, Opcode

Message: TypeAlias = str | bytes
"""Text, or bytes if it was a binary one."""


class Fragments:
    """The frames of one message so far; their total length is limited where they are parsed."""

    __slots__ = ("_opcode", "_payload")

    def __init__(self) -> None:
        self._opcode = Opcode.CONT
        self._payload = bytearray()

    def add(self, frame: Frame) -> None:
        """Add the next frame; the first says what kind of message it is."""
        if frame.opcode is not Opcode.CONT:
            self._opcode = frame.opcode
        self._payload += frame.data  # an empty one takes no memory

    def join(self) -> Message:
        """Make the message of them.

        Raises:
            UnicodeDecodeError: It is a text, and not UTF-8.
        """
        return _decode(self._opcode, self._payload)


def read_whole(frame: Frame) -> Message:
    """Make a message of the one frame that it is.

    Raises:
        UnicodeDecodeError: It is a text, and not UTF-8.
    """
    return _decode(frame.opcode, frame.data)


def _decode(opcode: Opcode, payload: bytes | bytearray | memoryview) -> Message:
    return str(payload, "utf-8") if opcode is Opcode.TEXT else bytes(payload)
