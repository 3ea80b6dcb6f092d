"""What a station has to tell the CSMS, in order, across losses of the connection."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from csms.ocpp.frames import JsonObject

_MAX_MESSAGES: Final = 4096


@dataclass(slots=True, kw_only=True)
class Message:
    """A call that is to be made.

    Attributes:
        payload: Builds the payload when it is sent: a 1.6 transaction has its number only then.
        is_kept: Whether it must arrive, however long that takes (1.6 §3.7, E04.FR.01).
        is_sample: Whether it may be left out when memory runs low (E04.FR.07).
        on_result: What to do with the answer.
        failures: How often the CSMS has failed to process it.
    """

    action: str
    payload: Callable[[], JsonObject]
    is_kept: bool = False
    is_sample: bool = False
    on_result: Callable[[JsonObject], None] | None = None
    failures: int = 0


class Outbox:
    """A bounded queue whose first message stays until it is delivered.

    Attributes:
        is_empty: Set while there is nothing to deliver.
    """

    def __init__(self) -> None:
        self.is_empty = asyncio.Event()
        self.is_empty.set()
        self._is_filled = asyncio.Event()
        self._messages: deque[Message] = deque()

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: Message) -> None:
        """Add a message at the end, making room among the samples if need be."""
        if len(self._messages) >= _MAX_MESSAGES:
            self._thin_out()
        self._messages.append(message)
        self.is_empty.clear()
        self._is_filled.set()

    async def first(self) -> Message:
        """The message that is to be delivered next; it stays in the queue."""
        await self._is_filled.wait()
        return self._messages[0]

    def remove(self, message: Message) -> None:
        """A message has been delivered, or is given up."""
        if self._messages and self._messages[0] is message:
            self._messages.popleft()
            self._mark()

    def forget_passing(self) -> None:
        """Forget what is of no use after the connection was lost."""
        self._messages = deque(m for m in self._messages if m.is_kept)
        self._mark()

    def _thin_out(self) -> None:
        """Drop every second sample (E04.FR.08); the beginning and end of transactions stay."""
        kept: deque[Message] = deque()
        drops_next = True
        for i, message in enumerate(self._messages):
            if message.is_sample and i > 0:  # the first may be on its way
                drops_next = not drops_next
                if not drops_next:
                    continue
            kept.append(message)
        self._messages = kept

    def _mark(self) -> None:
        if not self._messages:
            self.is_empty.set()
            self._is_filled.clear()
