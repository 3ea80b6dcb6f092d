"""The port for keeping what sites are expected to need."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from csms.domain.demand import DemandForecast, DemandScore
from csms.domain.identity import SiteId


class DemandStore(Protocol):
    """Keeps forecasts of what sites need, and how they came out."""

    async def put(self, site_id: SiteId, forecasts: Sequence[DemandForecast]) -> None:
        """Keep forecasts in place of earlier ones of the same days."""
        ...

    async def put_scores(self, site_id: SiteId, scores: Sequence[DemandScore]) -> None:
        """Keep how forecasts have come out."""
        ...

    async def since(self, site_id: SiteId, first: date) -> list[DemandForecast]:
        """Forecasts of a site's days from one on, in order of days and series."""
        ...

    async def scores(self, site_id: SiteId, first: date) -> list[DemandScore]:
        """How forecasts have come out, in order of days and series."""
        ...

    async def drop(self, before: date) -> None:
        """Forget forecasts of days before one."""
        ...
