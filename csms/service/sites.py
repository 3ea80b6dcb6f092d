"""All sites, and which of them a station belongs to."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from datetime import datetime

from csms.clock import Clock
from csms.domain.errors import UnknownEvseError, UnknownSiteError, UnknownStationError
from csms.domain.identity import EvseId, SiteId, StationId
from csms.domain.limits import Standing
from csms.domain.site import EvsePlace, Site
from csms.service.live_site import LiveEvse, LiveSite
from csms.service.ports import OpenUnitOfWork, UnitOfWork

logger = logging.getLogger(__name__)


class Sites:
    """All sites as they are now; also admits stations, and learns of their connections.

    Args:
        sites: As their files describe them.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, sites: Iterable[Site], open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._live_sites = {site.site_id: LiveSite(site) for site in sites}
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
        for live in self._live_sites.values():
            if station_id in live.stations:
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
            for live in self._live_sites.values():
                await uow.sites.put(live.site)
                for station_id in await uow.stations.guests_of(live.site.site_id):
                    if place := _guest_place(live, station_id):
                        live.add_place(place)
                for station_id in list(live.stations):
                    await self._load_station(uow, live, station_id)
                await self._load_energy(uow, live)
            await uow.commit()

    async def admit(self, station_id: StationId) -> bool:
        """Whether a station may connect: it is in a site file, or a guest finds a place."""
        if self.of_station(station_id) is not None:
            return True
        async with self._placing:
            return await self._adopt(station_id)

    async def connected(self, station_id: StationId, protocol: str) -> None:
        """A station has connected, speaking that version."""
        now = self._clock.now()
        async with self._open_uow() as uow:
            await uow.stations.note_connected(station_id, protocol, now)
            await uow.commit()
        live = self.of_station(station_id)
        if live is not None:
            live.station_connected(station_id, protocol, now)

    async def disconnected(self, station_id: StationId) -> None:
        """A station's connection has ended."""
        live = self.of_station(station_id)
        if live is not None:
            live.station_disconnected(station_id)

    async def note_doubt(self, uow: UnitOfWork, station_id: StationId, now: datetime) -> None:
        """Keep that a station may have lost its profiles: its fallback has to be made sure."""
        live = self.of_station(station_id)
        for evse in live.evses_of(station_id) if live else ():
            place = evse.place
            await uow.stations.note_standing(place.evse, Standing.UNKNOWN, place.fallback_a, now)

    async def _adopt(self, station_id: StationId) -> bool:
        """Keep a guest, then give it its place; return False if there is none."""
        if self.of_station(station_id) is not None:  # it has come twice at once
            return True
        for live in self._live_sites.values():
            if place := _guest_place(live, station_id):
                async with self._open_uow() as uow:
                    await uow.stations.adopt(station_id, live.site.site_id)
                    await uow.commit()
                live.add_place(place)
                logger.info("guest %s joins site %s", station_id, live.site.site_id)
                return True
        return False

    async def _load_station(self, uow: UnitOfWork, live: LiveSite, station_id: StationId) -> None:
        """Fill in what the database knows of a station."""
        live.stations[station_id].protocol = await uow.stations.protocol_of(station_id)
        standings = await uow.stations.standings_of(station_id)
        connectors = await uow.stations.connectors_of(station_id)
        for evse in live.evses_of(station_id):
            number = evse.place.evse.number
            standing, fallback_a = standings.get(number, (Standing.UNKNOWN, 0.0))
            if standing is Standing.HELD and fallback_a != evse.place.fallback_a:
                standing = Standing.UNKNOWN  # the file has another fallback now
            evse.allowance = evse.allowance.restanding(standing)
            evse.status, evse.charging_state = connectors.get(number, (None, None))
            await self._load_transaction(uow, live, evse)

    async def _load_energy(self, uow: UnitOfWork, live: LiveSite) -> None:
        now = self._clock.now()
        local = now.astimezone(live.site.timezone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        energy_wh = await uow.transactions.energy_since(live.site.site_id, midnight)
        live.count_energy(energy_wh, now)

    async def _load_transaction(self, uow: UnitOfWork, live: LiveSite, evse: LiveEvse) -> None:
        running = await uow.transactions.open_at(evse.place.evse)
        if not running:
            return
        transaction = running[-1]
        past = (
            await uow.transactions.history_of(transaction.id_token) if transaction.id_token else []
        )
        now = self._clock.now()
        live.transaction_changed(transaction, now, tuple(past))
        limits = await uow.control.limits_alive(evse.place.evse, transaction.transaction, now)
        for limit, verdict in limits:
            evse.allowance = evse.allowance.sent(limit).settled(limit, verdict)


def _guest_place(live: LiveSite, station_id: StationId) -> EvsePlace | None:
    """A guest's place in the tree, None if the site has none left."""
    guests = live.site.guests
    placed = live.site.station_ids
    if guests is None or station_id in placed:
        return None
    if len(placed - live.listed_stations) >= guests.max_stations:
        return None
    return EvsePlace(
        evse=EvseId(station_id, 1),
        feeder_id=guests.feeder_id,
        lines=guests.lines,
        max_a=guests.max_a,
        fallback_a=guests.fallback_a,
    )
