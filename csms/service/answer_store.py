"""The port for keeping answers to requests that name their order."""

from datetime import datetime
from typing import Protocol

from csms.domain.kept_answer import KeptAnswer


class AnswerStore(Protocol):
    """Keeps answers by their orders."""

    async def find(self, order: str) -> KeptAnswer | None:
        """What an order was answered."""
        ...

    async def put(self, order: str, answer: KeptAnswer) -> None:
        """Keep what an order was answered."""
        ...

    async def drop(self, before: datetime) -> None:
        """Forget answers that are as old as that."""
        ...
