"""Messages that have come and are not taken yet: of too many, the oldest is worth least."""

import asyncio

from aiomqtt import Message

_MOST = 10_000


class Inbox(asyncio.Queue[Message]):
    """A queue that is never full: it forgets its oldest messages."""

    def __init__(self, maxsize: int = 0) -> None:
        super().__init__(maxsize or _MOST)

    def put_nowait(self, item: Message) -> None:
        """Put a message in."""
        while self.full():
            self.get_nowait()
        super().put_nowait(item)
