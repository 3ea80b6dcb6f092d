"""Whole text frames (RFC 6455 §5.2), pings and pongs: nearly all that stations and we send.

They are read and written here in a fifth of the time. Everything else (longer texts, pieces,
compressed and other control frames, whatever is wrong) is for `websockets` to read and write.
"""

from typing import Final

from websockets.frames import apply_mask  # type: ignore[attr-defined] # the fastest there is

_FINAL_TEXT: Final = 0x81
_MASKED: Final = 0x80
_TWO_BYTES: Final = 126
"""Stands for a length that follows in two bytes; what is less is the length."""
PING: Final = b"\x89\x00"
"""A server's ping without a payload."""
_PONG_HEAD: Final = b"\x8a\x80"
"""A client's pong without a payload, before the mask's four bytes."""
_SHORT_HEAD, _LONG_HEAD = 6, 8
"""Bytes before the payload: opcode, length, and the mask's four."""


def read_text_frame(chunk: bytes) -> str | None:
    """The text in a client's frame; None if the chunk is anything but one such frame."""
    if len(chunk) < _LONG_HEAD or chunk[0] != _FINAL_TEXT:
        return None
    begin, length = _SHORT_HEAD, chunk[1] - _MASKED
    if length == _TWO_BYTES:
        begin, length = _LONG_HEAD, chunk[2] << 8 | chunk[3]
    elif length > _TWO_BYTES:
        return None
    if len(chunk) != begin + length:
        return None
    try:
        return str(apply_mask(chunk[begin:], chunk[begin - 4 : begin]), "utf-8")
    except UnicodeDecodeError:
        return None


def is_pong(chunk: bytes) -> bool:
    """Whether a chunk is a client's answer to `PING`, and nothing else."""
    return len(chunk) == _SHORT_HEAD and chunk.startswith(_PONG_HEAD)


def write_text_frame(text: bytes) -> bytes | None:
    """A server's frame with a short text; None for a longer one."""
    length = len(text)
    return bytes((_FINAL_TEXT, length)) + text if length < _TWO_BYTES else None
