"""Finding out whether makes of stations keep their fallbacks while they are without power.

OCPP 2.0.1 demands it (K01.FR.27), 1.6 does not say. A station that loses its fallback charges
without any limit when it is up again, perhaps before it can be told one. So only makes that were
seen to keep it are counted at it while they are away: after a boot the composite schedule shows
what is still there, before the fallback is given anew. It is not waited for a loss of power: one
station of each make is restarted once, when nobody charges there.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from csms.domain.commands import ReadCompositeSchedule, ResetKind, ResetStation
from csms.domain.dialect import StationMake
from csms.domain.limits import Allowance, Standing
from csms.domain.station import RateUnit
from csms.service.dialect_notes import DialectNotes
from csms.service.live_evse import LiveEvse
from csms.service.live_station import LiveStation
from csms.service.read_back import find_excess, is_of_now, usable
from csms.service.site_access import SiteAccess

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 60.0
_ASKED_FOR_S: Final = 60
_AGAIN: Final = timedelta(hours=6)
"""A make whose restart has shown nothing is not restarted again before."""
_TELLING_A: Final = 2.0
"""A fallback so little below the rating says nothing."""


class Keeping:
    """Watches what stations hold after a boot, and restarts one of each make to see it.

    Args:
        access: The site, and how to reach its stations.
    """

    def __init__(self, access: SiteAccess) -> None:
        self._access, self._live = access, access.live
        self._notes = DialectNotes(access.live.dialects, access.open_uow, access.clock)
        self._restarted_at: dict[StationMake, datetime] = {}

    async def run(self) -> None:
        """Restart who has to show what it keeps, until cancelled."""
        while True:
            await self._access.clock.sleep(_LOOK_EVERY_S)
            try:
                await self.restart_one()
            except Exception:  # who was not seen to keep its fallback counts at its rating
                logger.exception("could not find out what a station keeps")

    async def restart_one(self) -> None:
        """Restart one idle station whose make has not shown yet what it keeps."""
        now = self._access.clock.now()
        for station in self._live.stations.values():
            if self._has_to_show(station, now):
                assert station.make is not None  # noqa: S101 - else it has nothing to show
                self._restarted_at[station.make] = now
                logger.info("%s is restarted to see what it keeps", station.station_id)
                await self._access.gateway.send(station.station_id, ResetStation(ResetKind.SOFT))
                return

    async def look(self, station: LiveStation, evses: Sequence[LiveEvse]) -> None:
        """Ask a station that has booted what it still holds, if its answers can be believed."""
        station.is_to_tell = False
        if self._live.dialects.of(station).reads_back is not True:
            return
        evse = next(self._telling(evses), None)
        if evse is None:
            return
        doubts, now = station.doubts, self._access.clock.now()
        command = ReadCompositeSchedule(
            evse_number=evse.place.evse.number,
            duration_s=_ASKED_FOR_S,
            unit=RateUnit.WATT if evse.place.is_dc else station.capabilities.rate_unit,
        )
        outcome = await self._access.gateway.send(station.station_id, command)
        schedule = usable(outcome)
        if schedule is None or station.doubts != doubts:
            return
        schedule = replace(schedule, duration_s=min(schedule.duration_s, _ASKED_FOR_S))
        if not is_of_now(self._live, evse, schedule, now):
            return
        excess = find_excess(self._live, evse, schedule, now, _still_held(evse))
        if excess is not None:
            logger.warning("has lost its fallback: %.1f A are shown", excess.shown_a)
        await self._notes.keeps(station, is_able=excess is None)

    def _has_to_show(self, station: LiveStation, now: datetime) -> bool:
        dialect, evses = self._live.dialects.of(station), self._evses(station)
        is_unknown = station.make is not None and dialect.keeps is None
        is_free = all(evse.transaction is None and evse.free_at is not None for evse in evses)
        return (
            self._live.site.control.proves_by_reset
            and is_unknown
            and dialect.reads_back is True
            and station.is_connected
            and station.is_ready
            and is_free
            and next(self._telling(evses), None) is not None
            and self._may_restart(station.make, now)
        )

    def _may_restart(self, make: StationMake | None, now: datetime) -> bool:
        last = self._restarted_at.get(make) if make else None
        return last is None or now - last >= _AGAIN

    def _evses(self, station: LiveStation) -> list[LiveEvse]:
        return [one for one in self._live.evses_of(station.station_id) if not one.is_stray]

    def _telling(self, evses: Sequence[LiveEvse]) -> Iterator[LiveEvse]:
        """EVSEs that held a fallback which can be told from none, and nobody vouches for."""
        for evse in evses:
            place = evse.place
            is_low = place.max_a - place.fallback_a > _TELLING_A
            if evse.held is not None and is_low and place.keeps_fallback is None:
                yield evse


def _still_held(evse: LiveEvse) -> Allowance:
    """What an EVSE may draw if it has kept all that it held."""
    return evse.allowance.restanding(Standing.HELD)
