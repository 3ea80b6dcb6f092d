"""What sites are expected to need, as it is kept."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, Select, delete, select, update

from csms.domain.demand import DemandForecast, DemandScore, read_values
from csms.domain.identity import SiteId
from csms.storage.demand_tables import DemandForecastRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_row = table_of(DemandForecastRow)


class DemandRepository(Repository):
    """Forecasts of what sites need."""

    async def put(self, site_id: SiteId, forecasts: Sequence[DemandForecast]) -> None:
        """Keep forecasts in place of earlier ones of the same days."""
        for one in forecasts:
            await self._put(DemandForecastRow, _written(site_id, one))

    async def put_scores(self, site_id: SiteId, scores: Sequence[DemandScore]) -> None:
        """Keep how forecasts have come out."""
        for one in scores:
            this = (_row.c.site_id == site_id, _row.c.series == one.series, _row.c.day == one.day)
            statement = update(_row).where(*this)
            await self._unit.execute(
                statement.values(
                    is_scored=True,
                    held_pct=one.held_pct,
                    pinball=one.pinball,
                    naive_pinball=one.naive_pinball,
                    bias=one.bias,
                    mean=one.mean,
                )
            )

    async def since(self, site_id: SiteId, first: date) -> list[DemandForecast]:
        """Forecasts of a site's days from one on, in order of days and series."""
        found = await self._unit.execute(select_demand(site_id, first))
        return [read_forecast(row) for row in found.mappings()]

    async def scores(self, site_id: SiteId, first: date) -> list[DemandScore]:
        """How forecasts have come out, in order of days and series."""
        found = await self._unit.execute(select_demand(site_id, first, is_scored=True))
        return [read_score(row) for row in found.mappings()]

    async def drop(self, before: date) -> None:
        """Forget forecasts of days before one."""
        await self._unit.execute(delete(_row).where(_row.c.day < before))


def select_demand(site_id: SiteId, first: date, *, is_scored: bool | None = None) -> Select[Any]:
    """Select forecasts of a site's days from one on, in order of days and series.

    Args:
        site_id: Which site.
        first: The first day.
        is_scored: Only those of which it is known how they came out, or only others; None: all.
    """
    query = select(_row).where(_row.c.site_id == site_id, _row.c.day >= first)
    if is_scored is not None:
        query = query.where(_row.c.is_scored.is_(is_scored))
    return query.order_by(_row.c.day, _row.c.series)


def _written(site_id: SiteId, one: DemandForecast) -> dict[str, Any]:
    return {
        "site_id": site_id,
        "day": one.day,
        "series": one.series,
        "begins_at": one.begins_at,
        "made_at": one.made_at,
        "method": one.method,
        "is_naive": one.is_naive,
        "content": {name: list(values) for name, values in one.values.items()},
        "is_scored": False,
    }


def read_forecast(row: RowMapping) -> DemandForecast:
    """A forecast from its row."""
    return DemandForecast(
        series=row["series"],
        day=row["day"],
        begins_at=row["begins_at"],
        made_at=row["made_at"],
        method=row["method"],
        is_naive=row["is_naive"],
        values=read_values(row["content"]),
    )


def read_score(row: RowMapping) -> DemandScore:
    """How a forecast came out, from its row."""
    return DemandScore(
        series=row["series"],
        day=row["day"],
        held_pct=row["held_pct"],
        pinball=row["pinball"],
        naive_pinball=row["naive_pinball"],
        bias=row["bias"],
        mean=row["mean"],
    )
