"""The journal of security: what is noticed of attempts, and no more of it than is useful."""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.identity import StationId
from csms.domain.security_event import KEPT_DAYS, Origin, OwnEvent, SecurityEvent
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_ONE_IN: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_MOST_AN_HOUR: Final = 1000
_MOST_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Lately:
    """When something was written down last, and how often it has happened since."""

    at: datetime
    unwritten: int = 0


class SecurityJournal:
    """Writes down what touches security.

    Of what this system itself notices, each kind is written once a minute for each station or
    address, and a thousand entries an hour in all: somebody who tries passwords all day fills no
    disk. How often it happened in between stands in the next entry.

    Args:
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._lately: OrderedDict[tuple[str, OwnEvent], _Lately] = OrderedDict()
        self._hour_began_at = clock.now()
        self._written_this_hour = 0

    async def note_security_event(self, event: SecurityEvent) -> None:
        """Keep an event, whoever noticed it. Returns after the commit."""
        async with self._open_uow() as uow:
            await uow.security.note_security_event(event)
            await uow.commit()

    async def notice(
        self, kind: OwnEvent, detail: str, *, station_id: StationId | None = None, address: str = ""
    ) -> None:
        """Keep something that this system has noticed, unless there is enough of it already.

        Args:
            kind: What has happened.
            detail: More of it, in words; holds no secrets.
            station_id: A station that is known; None: somebody at an address.
            address: Where it came from.
        """
        now = self._clock.now()
        unwritten = self._unwritten(station_id or address, kind, now)
        if unwritten is None:
            return
        words = [detail, *([f"from {address}"] if address else [])]
        if unwritten:
            words.append(f"and {unwritten} times since the entry before")
        text = ", ".join(words)
        logger.warning("%s: %s", kind, text)
        await self.note_security_event(
            SecurityEvent(station_id=station_id, kind=kind, at=now, detail=text, origin=Origin.CSMS)
        )

    async def drop_old(self) -> None:
        """Forget events that are too old."""
        async with self._open_uow() as uow:
            before = self._clock.now() - timedelta(days=KEPT_DAYS)
            await uow.security.drop_security_events(before)
            await uow.commit()

    def _unwritten(self, who: str, kind: OwnEvent, now: datetime) -> int | None:
        """How often it was passed over since the last entry; None: it is passed over again."""
        lately = self._lately.get((who, kind))
        if lately is not None and now - lately.at < _ONE_IN:
            lately.unwritten += 1
            return None
        if now - self._hour_began_at >= _HOUR:
            self._hour_began_at, self._written_this_hour = now, 0
        if self._written_this_hour >= _MOST_AN_HOUR:
            return None
        self._written_this_hour += 1
        self._lately.pop((who, kind), None)
        self._lately[who, kind] = _Lately(now)
        if len(self._lately) > _MOST_REMEMBERED:
            self._lately.popitem(last=False)
        return lately.unwritten if lately else 0
