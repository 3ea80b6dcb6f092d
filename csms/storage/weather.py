"""Outdoor temperatures as they were told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from csms.domain.identity import SiteId
from csms.domain.weather import Told
from csms.storage.statements import Repository
from csms.storage.tables import table_of
from csms.storage.weather_tables import OutdoorRow

_outdoor = table_of(OutdoorRow)


class WeatherRepository(Repository):
    """Outdoor temperatures, by site."""

    async def replace(self, site_id: SiteId, told: Sequence[Told]) -> None:
        """Keep temperatures in place of all that was known of a site."""
        await self._unit.execute(delete(_outdoor).where(_outdoor.c.site_id == site_id))
        if told:
            rows = [{"site_id": site_id, "at": at, "celsius": celsius} for at, celsius in told]
            await self._unit.execute(insert(_outdoor), rows)

    async def since(self, site_id: SiteId, instant: datetime) -> tuple[Told, ...]:
        """All of an instant and later, in the order of time."""
        query = select(_outdoor.c.at, _outdoor.c.celsius).where(
            _outdoor.c.site_id == site_id, _outdoor.c.at >= instant
        )
        found = await self._unit.execute(query.order_by(_outdoor.c.at))
        return tuple((row.at, row.celsius) for row in found)
