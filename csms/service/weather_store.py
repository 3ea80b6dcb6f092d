"""Port for keeping outdoor temperatures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from csms.domain.identity import SiteId
from csms.domain.weather import Told


class WeatherStore(Protocol):
    """Keeps outdoor temperatures, by site."""

    async def replace(self, site_id: SiteId, told: Sequence[Told]) -> None:
        """Keep temperatures in place of all that was known of a site."""
        ...

    async def since(self, site_id: SiteId, instant: datetime) -> tuple[Told, ...]:
        """All of an instant and later, in the order of time."""
        ...
