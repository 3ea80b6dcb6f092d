"""All sites, and which of them a station belongs to."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from csms.clock import Clock
from csms.domain.errors import (
    StationStaysError,
    UnknownEvseError,
    UnknownSiteError,
    UnknownStationError,
)
from csms.domain.identity import EvseId, SiteId, StationId
from csms.domain.limits import Standing
from csms.domain.site import Site
from csms.language.said import Said
from csms.service.dialects import Dialects
from csms.service.grid_guard import is_overcommitted
from csms.service.guests import NOT_KNOWN, guest_place, has_only_passed_by, judge_guest
from csms.service.left_out import LeftOut
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.ports import Admission
from csms.service.site_loading import load_site
from csms.service.unit_of_work import OpenUnitOfWork, UnitOfWork

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 60.0


class Sites:
    """All sites as they are now; also admits stations, and learns of their connections.

    Args:
        sites: As their files describe them.
        open_uow: Opens units of work.
        clock: The time.
        clock_rate: Seconds of that clock per second of the machine's.

    Attributes:
        left_out: Drivers whose stays are not looked at.
    """

    def __init__(
        self,
        sites: Iterable[Site],
        open_uow: OpenUnitOfWork,
        clock: Clock,
        clock_rate: float = 1.0,
    ) -> None:
        self._dialects = Dialects()
        self.left_out = LeftOut()
        self._live_sites = {
            site.site_id: LiveSite(site, clock_rate, self._dialects, self.left_out)
            for site in sites
        }
        self._found_at: dict[StationId, LiveSite] = {}
        self._open_uow = open_uow
        self._clock = clock
        self._placing = asyncio.Lock()

    def __iter__(self) -> Iterator[LiveSite]:
        return iter(self._live_sites.values())

    def ids(self) -> tuple[SiteId, ...]:
        """All sites."""
        return tuple(self._live_sites)

    def live(self, site_id: SiteId) -> LiveSite:
        """A site as it is now.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        try:
            return self._live_sites[site_id]
        except KeyError:
            raise UnknownSiteError(site_id) from None

    def of_station(self, station_id: StationId) -> LiveSite | None:
        """The site that a station belongs to, None for one without a site."""
        live = self._found_at.get(station_id)
        if live is not None and station_id in live.stations:
            return live
        for live in self._live_sites.values():
            if station_id in live.stations:
                self._found_at[station_id] = live
                return live
        return None

    def evse(self, evse_id: EvseId) -> tuple[LiveSite, LiveEvse]:
        """An EVSE and its site.

        Raises:
            UnknownStationError: There is no such station.
            UnknownEvseError: The station has no such EVSE.
        """
        live = self.of_station(evse_id.station_id)
        if live is None:
            raise UnknownStationError(evse_id.station_id)
        try:
            return live, live.evses[evse_id]
        except KeyError:
            raise UnknownEvseError(evse_id.station_id, evse_id.number) from None

    async def load(self) -> None:
        """Keep all sites, and fill their states with what was known before the start."""
        async with self._open_uow() as uow:
            self._dialects.fill(await uow.dialects.all())
            for live in self._live_sites.values():
                await load_site(uow, live, self._clock.now())
            await uow.commit()

    async def admit(self, station_id: StationId) -> Admission:
        """Decide whether a station may connect: it is in a site file, or a guest finds room."""
        if self.of_station(station_id) is not None:
            return Admission()
        async with self._placing:
            return await self._adopt(station_id, self)

    async def announce(self, station_id: StationId, site_id: SiteId) -> Admission:
        """Let a guest join a site before it connects; it is waited for however long that takes.

        Raises:
            UnknownSiteError: There is no such site.
        """
        async with self._placing:
            return await self._adopt(station_id, (self.live(site_id),), is_expected=True)

    async def connected(self, station_id: StationId, protocol: str) -> None:
        """A station has connected, speaking that version."""
        live = self.of_station(station_id)
        if live is not None and not live.is_guest(station_id):
            await self._note_connected(live, station_id, protocol)
            return
        async with self._placing:
            await self._adopt(station_id, self)  # it may have been removed since it was let in
            live = self.of_station(station_id)
            await self._note_connected(live, station_id, protocol)
        if live is not None and is_overcommitted(live, self._clock.now()):
            live.alarm()  # it counts at its rating until it is set up, so that comes at once

    async def disconnected(self, station_id: StationId) -> None:
        """A station's connection has ended."""
        live = self.of_station(station_id)
        if live is not None:
            now = self._clock.now()
            live.station_disconnected(station_id)
            live.stations[station_id].gone_at = now
            live.look_at_all(station_id, now)

    def heard(self, station_id: StationId) -> None:
        """A station has told something."""
        live = self.of_station(station_id)
        if live is not None:
            station = live.stations[station_id]
            station.has_reported, station.heard_at = True, self._clock.now()

    async def remove_guest(self, station_id: StationId) -> None:
        """Take a guest's place away; what it has charged is kept.

        Raises:
            UnknownStationError: There is no such station.
            StationStaysError: It is connected, or is in the site file.
        """
        async with self._placing:
            live = self.of_station(station_id)
            if live is None:
                raise UnknownStationError(station_id)
            if not live.is_guest(station_id):
                raise StationStaysError(station_id, Said("it is in the site file"))
            if live.stations[station_id].is_connected:
                raise StationStaysError(station_id, Said("it is connected"))
            async with self._open_uow() as uow:
                await uow.stations.drop_guest(station_id)
                await uow.commit()
            live.remove_station(station_id)
        logger.info("guest %s is removed from site %s", station_id, live.site.site_id)

    async def look_after_guests(self) -> None:
        """Forget guests that have only passed by, until cancelled."""
        while True:
            await self._clock.sleep(_LOOK_EVERY_S)
            try:
                await self.forget_passers_by()
            except Exception:  # they stay counted as they were, and are looked at again
                logger.exception("could not look after the guests")

    async def forget_passers_by(self) -> None:
        """Forget guests that connected, never said a word, and are long gone."""
        now = self._clock.now()
        for live in self:
            for station_id in list(live.stations):
                if has_only_passed_by(live, station_id, now):
                    await self.remove_guest(station_id)

    async def note_doubt(self, uow: UnitOfWork, station_id: StationId, now: datetime) -> None:
        """Keep that a station may have lost its profiles: its fallback has to be made sure."""
        live = self.of_station(station_id)
        for evse in live.evses_of(station_id) if live else ():
            place = evse.place
            await uow.stations.note_standing(place.evse, Standing.UNKNOWN, place.fallback_a, now)

    async def _note_connected(
        self, live: LiveSite | None, station_id: StationId, protocol: str
    ) -> None:
        now = self._clock.now()
        async with self._open_uow() as uow:
            await uow.stations.note_connected(station_id, protocol, now)
            await uow.commit()
        if live is not None:
            live.station_connected(station_id, protocol, now)

    async def _adopt(
        self, station_id: StationId, sites: Iterable[LiveSite], *, is_expected: bool = False
    ) -> Admission:
        """Keep a guest and give it its place, or say why there is none."""
        if self.of_station(station_id) is not None:  # it has come twice at once
            return Admission()
        now, refusal = self._clock.now(), NOT_KNOWN
        for live in sites:
            admission = judge_guest(live, now)
            place = guest_place(live, station_id)
            if place is None or not admission.is_granted:
                refusal = refusal if admission is NOT_KNOWN else admission
                continue
            async with self._open_uow() as uow:
                await uow.stations.adopt(station_id, live.site.site_id, is_expected=is_expected)
                await uow.commit()
            live.add_place(place)
            station = live.stations[station_id]
            station.gone_at, station.is_expected = now, is_expected  # gone until its handshake ends
            logger.info("guest %s joins site %s", station_id, live.site.site_id)
            return admission
        return refusal
