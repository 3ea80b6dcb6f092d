"""Timetables of fleets: kept, and planned with at once."""

from collections.abc import Sequence
from typing import Final

from csms.domain.errors import InvalidInputError
from csms.domain.identity import EvseId, SiteId
from csms.domain.timetable import Departure, Timetable
from csms.domain.transaction import MOST_WH
from csms.language.said import Said
from csms.service.live_site import LiveSite
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

MOST_LINES: Final = 10_000


class Timetables:
    """Keeps timetables of sites.

    Args:
        sites: All sites.
        open_uow: Opens units of work.
    """

    def __init__(self, sites: Sites, open_uow: OpenUnitOfWork) -> None:
        self._sites = sites
        self._open_uow = open_uow

    def lines(self, site_id: SiteId) -> tuple[Departure, ...]:
        """A site's timetable, in the order in which it was given.

        Raises:
            UnknownSiteError: There is no such site.
        """
        return self._sites.live(site_id).timetable.lines

    async def replace(self, site_id: SiteId, lines: Sequence[Departure]) -> None:
        """Keep a timetable in place of the last one; running transactions are planned by it.

        Raises:
            UnknownSiteError: There is no such site.
            InvalidInputError: A line cannot be true; it says which. Nothing is changed.
        """
        live = self._sites.live(site_id)
        if len(lines) > MOST_LINES:
            raise InvalidInputError(
                "lines",
                Said("expected at most %(most)s, got %(came)s", most=MOST_LINES, came=len(lines)),
            )
        for place, line in enumerate(lines):
            _check(live, f"lines/{place}", line)
        async with self._open_uow() as uow:
            await uow.timetables.replace(site_id, lines)
            await uow.commit()
        live.timetable = Timetable(lines)
        live.mark()


def _check(live: LiveSite, where: str, line: Departure) -> None:
    if isinstance(line.who, EvseId) and not live.has(line.who):
        raise InvalidInputError(
            f"{where}/evse", Said("expected an EVSE of the site, got %(came)s", came=str(line.who))
        )
    if line.energy_wh is not None and not 0 < line.energy_wh <= MOST_WH:
        most = Said("expected above 0 and at most %(most)g kWh", most=MOST_WH / 1000)
        raise InvalidInputError(f"{where}/energy_kwh", most)
