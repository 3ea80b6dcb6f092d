"""Messages that are written once, with fields of fixed width that are patched for every sending."""

import re
from collections.abc import Mapping
from typing import Final

from benchmarks.load.frames import frame_head

_FIELD: Final = re.compile(r'"<#(?P<bare>\w+):(?P<bare_width>\d+)>"|<(?P<name>\w+):(?P<width>\d+)>')


class Template:
    """A message as a frame of a client.

    Args:
        text: With fields as `<name:width>` inside a string, or `"<#name:width>"` for a number.
            A narrower value is filled up with zeros in a string, and with the blanks that JSON
            allows before a number.

    Attributes:
        fields: The names of its fields.
        payload_bytes: Its length without the frame.
    """

    def __init__(self, text: str) -> None:
        payload = bytearray()
        places: list[tuple[str, int, int, bytes]] = []
        begin = 0
        for found in _FIELD.finditer(text):
            payload += text[begin : found.start()].encode()
            width = int(found["width"] or found["bare_width"])
            fill = b"0" if found["name"] else b" "
            places.append((found["name"] or found["bare"], len(payload), width, fill))
            payload += fill * width
            begin = found.end()
        payload += text[begin:].encode()
        head = frame_head(len(payload))
        self.fields = frozenset(name for name, *_ in places)
        self.payload_bytes = len(payload)
        self._frame = bytearray(head + payload)
        self._places = tuple(
            (name, len(head) + offset, width, fill) for name, offset, width, fill in places
        )

    def write(self, fields: Mapping[str, bytes]) -> bytes:
        """Write the frame with these fields; what it has no place for is left out.

        Raises:
            ValueError: A value is wider than its field.
        """
        frame = self._frame
        for name, offset, width, fill in self._places:
            value = fields[name]
            if len(value) > width:
                raise ValueError(f"expected at most {width} bytes as {name}, got {value!r}")
            frame[offset : offset + width] = value.rjust(width, fill)
        return bytes(frame)
