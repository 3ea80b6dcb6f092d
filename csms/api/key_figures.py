"""Key figures of sites: today, over a week, over a month, and day by day."""

from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.domain.site_day import KeyFigures, figures_of
from csms.service.site_tally import DAYS_KEPT

router = APIRouter(prefix="/sites", tags=["sites"])

_MOST_DAYS: Final = 400
_WEEK: Final = 7


class Figures(BaseModel):
    """Key figures over some days. Null: there was nothing to reckon it from."""

    model_config = ConfigDict(from_attributes=True)

    energy_wh: float = Field(description="Energy into vehicles, on the day on which it was told")
    peak_w: float = Field(description="The highest power into all vehicles at an instant")
    peak_quarter_w: float = Field(description="The highest mean of a quarter of the hour")
    plugged_pct: float | None = Field(
        description="Share of all connectors' time in which a vehicle was there"
    )
    charging_pct: float | None = Field(description="Share of it in which one took energy")
    availability_pct: float | None = Field(
        description="Share of it in which they were connected and in order"
    )
    plug_ins: int = Field(description="Vehicles that came, once it is seen what became of them")
    plug_in_success_pct: float | None = Field(
        description="Share of those that charged, or left by choice; a fault or a refusal is none"
    )
    departures: int = Field(description="Transactions that have ended")
    told: int = Field(description="Of those, those whose energy was stated or in the timetable")
    unmet: int = Field(description="Of those, those that got less and would have taken more")
    unmet_wh: float = Field(description="By how much less")
    met_pct: float | None = Field(description="Share of the energy told that was delivered")
    cost: float | None = Field(
        description="Of the energy whose price was known, in the currency of the price"
    )
    co2_g: float | None = Field(description="Of the energy whose CO2 was known")
    energy_error_wh: float | None = Field(
        description="By how much the energy of a vehicle was mistaken where nobody told it: mean"
    )
    energy_bias_wh: float | None = Field(description="By how much it was too high: mean")
    stay_error_s: float | None = Field(
        description="By how much its departure was mistaken where nobody told it: mean"
    )
    stay_bias_s: float | None = Field(description="By how much it was too late: mean")


class Day(Figures):
    """Key figures of one day."""

    day: date = Field(description="Local day of the site")


class SiteFigures(BaseModel):
    """Key figures of a site."""

    today: Figures = Field(description="Since local midnight")
    last_7_days: Figures = Field(description="Today and the six days before")
    last_30_days: Figures = Field(description="Today and the 29 days before")
    days: list[Day] = Field(
        description="Day by day, today last; days of which nothing is known are left out"
    )


@router.get("/{site_id}/key-figures")
async def read_key_figures(
    context: Context, site_id: str, days: Annotated[int, Query(ge=1, le=_MOST_DAYS)] = DAYS_KEPT
) -> SiteFigures:
    """How a site has done: energy, peaks, use, unmet needs, plug-ins, availability, cost.

    Figures of today are counted as it happens, and kept a few times an hour.
    """
    live = context.room.live(site_id)
    now = context.room.now()
    today = live.tally.today(now)
    since = today.day - timedelta(days=days - 1)
    before = [one for one in await context.reads.site_days(site_id, since) if one.day < today.day]
    return SiteFigures(
        today=_figures(live.tally.figures(1, now)),
        last_7_days=_figures(live.tally.figures(_WEEK, now)),
        last_30_days=_figures(live.tally.figures(DAYS_KEPT, now)),
        days=[Day(day=one.day, **_fields(figures_of(one))) for one in [*before, today]],
    )


def _figures(figures: KeyFigures) -> Figures:
    return Figures(**_fields(figures))


def _fields(figures: KeyFigures) -> dict[str, Any]:
    """Rounded as they are told."""
    named = {name: getattr(figures, name) for name in Figures.model_fields}
    return {
        name: round(value, 2) if isinstance(value, float) else value
        for name, value in named.items()
    }
