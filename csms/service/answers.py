"""Answers to requests that name their order: kept for a day, and told again."""

from collections.abc import Iterator
from contextlib import contextmanager

from csms.clock import Clock
from csms.domain.kept_answer import KEPT_FOR, KeptAnswer
from csms.domain.request_errors import OrderUnderWayError, OrderUsedError
from csms.service.unit_of_work import OpenUnitOfWork


class Answers:
    """Keeps answers.

    Args:
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._under_way: set[str] = set()

    @contextmanager
    def turn(self, order: str) -> Iterator[None]:
        """Carry an order out, nobody else the same one.

        Raises:
            OrderUnderWayError: Somebody does.
        """
        if order in self._under_way:
            raise OrderUnderWayError
        self._under_way.add(order)
        try:
            yield
        finally:
            self._under_way.discard(order)

    async def find(self, order: str, asked: str) -> KeptAnswer | None:
        """What an order was answered, if that is not too long ago.

        Args:
            order: Who has given it, and its key.
            asked: A hash of all that is asked.

        Raises:
            OrderUsedError: It asked for something else then.
        """
        async with self._open_uow() as uow:
            kept = await uow.answers.find(order)
        if kept is None or kept.kept_at <= self._clock.now() - KEPT_FOR:
            return None
        if kept.asked != asked:
            raise OrderUsedError
        return kept

    async def keep(
        self, order: str, asked: str, status: int, media_type: str | None, body: bytes
    ) -> None:
        """Keep what an order was answered, and forget those that are too old."""
        now = self._clock.now()
        answer = KeptAnswer(
            asked=asked, status=status, media_type=media_type, body=body, kept_at=now
        )
        async with self._open_uow() as uow:
            await uow.answers.drop(now - KEPT_FOR)
            await uow.answers.put(order, answer)
            await uow.commit()
