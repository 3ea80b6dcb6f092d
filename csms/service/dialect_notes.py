"""Learning how makes of stations take charging profiles, and telling operators what is amiss."""

import logging
from dataclasses import replace
from typing import Any

from csms.clock import Clock
from csms.domain.dialect import Dialect
from csms.domain.identity import StationId
from csms.domain.notice_kinds import Notice, NoticeKind
from csms.domain.profile_form import ProfileForm
from csms.domain.station import Capabilities
from csms.service.dialects import Dialects
from csms.service.live_station import LiveStation
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)


class DialectNotes:
    """Notes what came of forms; keeps it where it says anything new of the make.

    Args:
        dialects: In memory.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, dialects: Dialects, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._dialects = dialects
        self._open_uow = open_uow
        self._clock = clock

    async def told(self, station: LiveStation, capabilities: Capabilities) -> None:
        """A station has told what it can do."""
        known = self._dialects.of(station)
        await self._learn(station, replace(known, told=capabilities))

    async def accepted(self, station: LiveStation, form: ProfileForm) -> None:
        """A station has taken a form."""
        station.refusals.pop(form, None)
        await self._learn(station, self._dialects.of(station).accepted(form))

    async def refused(self, station: LiveStation, form: ProfileForm, detail: str) -> None:
        """A station has refused a form."""
        known = self._dialects.of(station)
        if known.of(form).is_accepted:
            station.refusals[form] += 1
        await self._learn(station, known.refused(form, detail))

    async def followed(self, station: LiveStation, form: ProfileForm) -> None:
        """A station was seen to follow a form."""
        await self._learn(station, self._dialects.of(station).followed(form))

    async def ignored(self, station: LiveStation, form: ProfileForm) -> None:
        """A station has taken a form and does not follow it."""
        known = self._dialects.of(station)
        await self._learn(station, known.ignored(form, station.station_id))

    async def reads_back(self, station: LiveStation, *, is_able: bool) -> None:
        """A station's composite schedules can be believed, or not."""
        known = replace(self._dialects.of(station), reads_back=is_able)
        await self._learn(station, known if is_able else known.pardoned(station.station_id))

    async def keeps(self, station: LiveStation, *, is_able: bool) -> None:
        """A station was seen to keep its fallback over a boot, or not.

        One that has lost it once may lose it again.
        """
        known = self._dialects.of(station)
        if known.keeps is not False:
            await self._learn(station, replace(known, keeps=is_able))

    async def raise_notice(self, station_id: StationId, kind: NoticeKind, **facts: Any) -> None:  # noqa: ANN401
        """Tell operators that limits have not the effect that they should have."""
        logger.warning("%s: %s", kind, ", ".join(f"{name} {facts[name]}" for name in facts))
        notice = Notice(
            station_id=station_id,
            kind=kind,
            request_id=None,
            seq_no=None,
            at=None,
            received_at=self._clock.now(),
            body=facts,
        )
        async with self._open_uow() as uow:
            await uow.notices.add(notice)
            await uow.commit()

    async def _learn(self, station: LiveStation, dialect: Dialect) -> None:
        """Keep what is new; it counts at once, kept or not."""
        if dialect == self._dialects.of(station):
            return
        self._dialects.put(station, dialect)
        if station.make is None:
            return
        async with self._open_uow() as uow:
            await uow.dialects.put(station.make, dialect, self._clock.now())
            await uow.commit()
