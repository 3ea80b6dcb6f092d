"""What compression saves and costs, with and without windows that are kept between messages."""

from dataclasses import dataclass
from time import process_time
from typing import Final

from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from csms.gateway.handshake import OcppProtocol

_ANSWER: Final = b'[3,"7",{}]'
_ROUNDS: Final = 9
_MESSAGES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Compressed:
    """A message on the wire, and the processor time to read it and to write its answer."""

    size_bytes: int
    cost_s: float


def measure(text: bytes, *, is_deflated: bool, keeps_windows: bool = False) -> Compressed:
    """Measure one way to send a text. Times are the best of some rounds."""
    extensions = [_deflate(keeps_windows=keeps_windows)] if is_deflated else []
    protocol = OcppProtocol(state=State.OPEN)
    protocol.extensions = [_deflate(keeps_windows=keeps_windows)] if is_deflated else []
    costs_s = []
    frame = b""
    for _ in range(_ROUNDS):
        frames = [_write(text, extensions) for _ in range(_MESSAGES)]
        frame = frame or frames[0]
        costs_s.append(_take_all(protocol, frames))
    return Compressed(len(frame), min(costs_s))


def _take_all(protocol: OcppProtocol, frames: list[bytes]) -> float:
    began_s = process_time()
    for frame in frames:
        protocol.receive_data(frame)
        protocol.events_received()
        protocol.send_text(_ANSWER)
        protocol.data_to_send()
    return (process_time() - began_s) / len(frames)


def _write(text: bytes, extensions: list[Extension]) -> bytes:
    return Frame(Opcode.TEXT, text).serialize(mask=True, extensions=extensions)


def _deflate(*, keeps_windows: bool) -> Extension:
    return PerMessageDeflate(
        remote_no_context_takeover=not keeps_windows,
        local_no_context_takeover=not keeps_windows,
        remote_max_window_bits=12,
        local_max_window_bits=12,
        compress_settings={"memLevel": 5},
    )
