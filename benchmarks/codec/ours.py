"""Our side: from the text of a call to the text of its answer, and the stages on the way."""

from collections.abc import Callable
from typing import Any

from benchmarks.codec.messages import Message
from csms.domain.metering import gather_reading
from csms.ocpp.adapter import Adapter
from csms.ocpp.frames import CallResult, format_frame, parse_envelope
from csms.ocpp.versions import load_adapters


class OurSide:
    """Calls answered by our adapters; no handler is asked, the reply is given."""

    def __init__(self) -> None:
        self._adapters = {adapter.name: adapter for adapter in load_adapters()}

    def answer(self, message: Message, times: int = 1) -> str:
        """Answer the same call so many times; returns the last answer."""
        adapter, answer = self._adapters[message.version], ""
        for _ in range(times):
            answer = _answer(adapter, message)
        return answer

    def stages(self, message: Message) -> dict[str, Callable[[], object]]:
        """Each stage of an answer by itself."""
        adapter = self._adapters[message.version]
        call: Any = parse_envelope(message.text)
        incoming = adapter.decode_call("G-01", call)
        event: Any = incoming.event
        answer = CallResult(call.message_id, incoming.encode_reply(message.reply))
        stages: dict[str, Callable[[], object]] = {
            "envelope": lambda: parse_envelope(message.text),
            "payload, check, event": lambda: adapter.decode_call("G-01", call),
            "reply, check": lambda: incoming.encode_reply(message.reply),
            "answer": lambda: format_frame(answer),
        }
        if message.has_samples:
            stages["reading"] = lambda: gather_reading(event.samples)
        return stages


def _answer(adapter: Adapter, message: Message) -> str:
    call: Any = parse_envelope(message.text)
    incoming = adapter.decode_call("G-01", call)
    event: Any = incoming.event
    if message.has_samples:  # as its handler does
        gather_reading(event.samples)
    return format_frame(CallResult(call.message_id, incoming.encode_reply(message.reply)))
