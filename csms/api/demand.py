"""What a site is expected to need, step by step, and when its feeders are likely full."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.domain.demand import STEP_S, DemandForecast, FullStretch, feeder_of
from csms.service.demand_board import FULL_SHARE, Rooms, SiteDemand, chances, full_stretches
from csms.service.live_site import LiveSite
from csms.service.shed_now import shed_now

router = APIRouter(prefix="/sites", tags=["forecasts"])

_Values = Annotated[list[float], Field(description="A figure for each quarter of an hour")]
_ROOM_TEXT = "What a feeder has room for, A on the line with least; null: it is no feeder's"


class Full(BaseModel):
    """A stretch of time in which a feeder is likely full."""

    feeder_id: str
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    chance: float = Field(description="The highest within, 0.5 to 1")
    load_a: float = Field(description="Its median then, on the most loaded line")
    room_a: float = Field(description="What there is room for then")


class DayAhead(BaseModel):
    """What is expected of one series on one local day."""

    series: str = Field(
        description="`vehicles` (power, W), `arrivals` (how many begin to charge), or "
        "`feeder:` and its id (A on its most loaded line)"
    )
    unit: Literal["W", "A", "vehicles"]
    day: date
    begins_at: AwareDatetime
    step_s: int
    made_at: AwareDatetime
    method: str = Field(description="`same weekdays` is the baseline")
    is_baseline: bool
    q10: _Values
    q25: _Values
    q50: _Values
    q75: _Values
    q90: _Values
    low: _Values = Field(description="Eight in ten outcomes are expected above this, and")
    high: _Values = Field(description="below this")
    room_a: list[float] | None = Field(description=_ROOM_TEXT)
    chance_full: list[float] | None = Field(
        description=f"How likely the feeder carries {FULL_SHARE:.0%} of that; null likewise"
    )


class SeriesCalibration(BaseModel):
    """How forecasts of a series have come out on the last days, four weeks at most."""

    model_config = ConfigDict(from_attributes=True)

    days: int
    coverage_pct: float | None = Field(description="Steps between `low` and `high`; 80 is meant")
    pinball_pct: float | None = Field(description="Mean loss of the quantiles, of what there was")
    naive_pinball_pct: float | None = Field(description="The same of the baseline")
    bias_pct: float | None = Field(description="By how much medians were too high, of that")
    is_drifting: bool = Field(description="They miss so much that the baseline is used")


class Shed(BaseModel):
    """How much of what vehicles draw could be shed just now."""

    model_config = ConfigDict(from_attributes=True)

    drawn_w: float = Field(description="What all vehicles draw")
    now_w: float = Field(description="Of that, above the fallbacks of chargers that can be steered")
    hour_w: float = Field(description="Of that, what could wait for an hour and be made up for")


class Demand(BaseModel):
    """What a site is expected to need."""

    full: list[Full]
    shed_now: Shed
    calibration: dict[str, SeriesCalibration] = Field(description="By series")
    forecasts: list[DayAhead] = Field(description="Of days that are not over; none: none is made")


@router.get("/{site_id}/demand")
async def read_demand(context: Context, site_id: str) -> Demand:
    """What a site is expected to need today and tomorrow, how sure that is, and what could be shed.

    Forecasts are made soon after the site's midnight, once there is a week of its past. When
    feeders are likely full is reckoned with the limits in force now.
    """
    live, now = context.room.live(site_id), context.room.now()
    demand = context.demand.of(site_id)
    rooms = Rooms(live, now)
    return Demand(
        full=[_full(one) for one in full_stretches(live, demand, now)],
        shed_now=Shed.model_validate(shed_now(live, now)),
        calibration=_calibration(demand),
        forecasts=[_day(live, rooms, one) for one in demand.ahead(now)],
    )


def _calibration(demand: SiteDemand) -> dict[str, SeriesCalibration]:
    return {
        series: SeriesCalibration.model_validate(demand.calibration(series))
        for series, scores in sorted(demand.scores.items())
        if scores
    }


def _full(one: FullStretch) -> Full:
    return Full(
        feeder_id=one.feeder_id,
        begins_at=one.begins_at,
        ends_at=one.ends_at,
        chance=round(one.chance, 3),
        load_a=round(one.load_a, 1),
        room_a=round(one.room_a, 1),
    )


def _day(live: LiveSite, rooms: Rooms, one: DemandForecast) -> DayAhead:
    feeder_id = feeder_of(one.series)
    known = feeder_id in {feeder.feeder_id for feeder in live.site.feeders}
    room_a = rooms.of(one) if known else None
    units: dict[str, Literal["W", "A", "vehicles"]] = {"vehicles": "W", "arrivals": "vehicles"}
    return DayAhead(
        series=one.series,
        unit=units.get(one.series, "A"),
        day=one.day,
        begins_at=one.begins_at,
        step_s=STEP_S,
        made_at=one.made_at,
        method=one.method,
        is_baseline=one.is_naive,
        room_a=room_a and [round(value, 1) for value in room_a],
        chance_full=room_a and [round(value, 3) for value in chances(one, room_a)],
        **{name: list(values) for name, values in one.values.items()},
    )
