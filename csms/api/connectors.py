"""The operator's word on one connector: its limit, and that its vehicle is charged first."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, status
from pydantic import BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.api.errors import PROBLEM_ANSWER
from csms.domain.connector_limit import ConnectorLimit
from csms.domain.identity import EvseId
from csms.service.instant import Instant

router = APIRouter(prefix="/stations/{station_id}/evses/{evse_number}", tags=["connectors"])

EvseNumber = Annotated[int, Path(ge=1, le=99)]
Recent = Annotated[
    bool, Query(alias="recent", description="Of what was drawn, only what is answered at once")
]


class WantedConnectorLimit(BaseModel):
    """What a connector is to be limited to, from now on."""

    model_config = ConfigDict(extra="forbid")

    amps: float = Field(
        ge=0, le=1000, description="Per line; below the least current of vehicles (6 A): it pauses"
    )
    until_at: Instant | None = Field(
        default=None, alias="until", description="When it ends by itself; null: when it is released"
    )
    words: str = Field(default="", max_length=200, description="Why")


class ConnectorLimitState(BaseModel):
    """The operator's limit of a connector."""

    station_id: str
    evse_number: int
    amps: float = Field(description="Per line")
    from_at: datetime = Field(serialization_alias="from")
    until_at: datetime | None = Field(serialization_alias="until")
    words: str


class GivenConnectorLimit(ConnectorLimitState):
    """The same, and what the connector may draw all the same."""

    least_a: float = Field(description="Its standing fallback: no charger is lowered below that")
    warning: str = Field(
        description="What a limit below that means, or one that no vehicle can use; else empty"
    )


class PowerCourse(BaseModel):
    """Power from instants on, until the next one."""

    model_config = ConfigDict(from_attributes=True)

    t: list[float] = Field(description="Seconds since 1970")
    w: list[float | None] = Field(description="W; null: not known")


class PriceCourse(BaseModel):
    """The price of a kWh from instants on, until the next one."""

    model_config = ConfigDict(from_attributes=True)

    unit: str
    t: list[float] = Field(description="Seconds since 1970")
    per_kwh: list[float | None]
    is_assumed: list[bool] = Field(description="Whether it is that of a day before")


class ConnectorCourseState(BaseModel):
    """How a connector came to what it has, and how it goes on."""

    model_config = ConfigDict(from_attributes=True)

    begins_at: datetime
    now: datetime
    ends_at: datetime
    drawn: PowerCourse = Field(description="As its meter told, by minutes")
    drawn_from: datetime = Field(
        description="From when on that is told: `begins_at`, unless only what is recent was wanted"
    )
    planned: PowerCourse = Field(description="What it was let draw; from now on what is planned")
    prices: PriceCourse | None


@router.get("/limit")
async def read_connector_limit(
    context: Context, station_id: str, evse_number: EvseNumber
) -> ConnectorLimitState:
    """The operator's limit of a connector; 404 if there is none."""
    limit = context.connectors.limit_of(EvseId(station_id, evse_number))
    return ConnectorLimitState.model_validate(_fields(limit))


@router.put("/limit")
async def limit_connector(
    context: Context, station_id: str, evse_number: EvseNumber, wanted: WantedConnectorLimit
) -> GivenConnectorLimit:
    """Limit one connector, in place of the limit that the operator had given it.

    It is one more bound on every plan. What is above it is lowered at once, without a plan; nobody
    is lowered below the standing fallback. It survives vehicles, transactions and restarts.
    """
    given = await context.connectors.limit(
        EvseId(station_id, evse_number), wanted.amps, wanted.until_at, wanted.words
    )
    more = {"least_a": given.least_a, "warning": given.warning}
    return GivenConnectorLimit.model_validate({**_fields(given.limit), **more})


@router.delete("/limit", status_code=status.HTTP_204_NO_CONTENT)
async def release_connector(context: Context, station_id: str, evse_number: EvseNumber) -> None:
    """Take the operator's limit off a connector; a new plan follows at once."""
    await context.connectors.release(EvseId(station_id, evse_number))


@router.put(
    "/boost",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={status.HTTP_409_CONFLICT: PROBLEM_ANSWER},
)
async def boost_connector(context: Context, station_id: str, evse_number: EvseNumber) -> None:
    """Charge the vehicle that is there before all others, as fast as all limits allow.

    It ends with its transaction. Where room is short others wait meanwhile; no limit is exceeded.
    """
    await context.connectors.boost(EvseId(station_id, evse_number))


@router.delete("/boost", status_code=status.HTTP_204_NO_CONTENT)
async def end_boost(context: Context, station_id: str, evse_number: EvseNumber) -> None:
    """Charge the vehicle that is there as all others are."""
    await context.connectors.end_boost(EvseId(station_id, evse_number))


@router.get("/course")
async def read_course(
    context: Context, station_id: str, evse_number: EvseNumber, *, is_recent: Recent = False
) -> ConnectorCourseState:
    """What a connector drew and was let draw since its vehicle came, and what is planned for it.

    At most the last 12 h, or 2 h where nothing charges; ahead until the vehicle leaves. Prices are
    those of the site, where it has any. What was drawn lately is answered at once; what has moved
    to files takes seconds, unless only `recent` is wanted.
    """
    course = await context.courses.of(EvseId(station_id, evse_number), is_recent=is_recent)
    return ConnectorCourseState.model_validate(course)


def _fields(limit: ConnectorLimit) -> dict[str, object]:
    return {
        "station_id": limit.evse.station_id,
        "evse_number": limit.evse.number,
        "amps": limit.amps,
        "from_at": limit.from_at,
        "until_at": limit.until_at,
        "words": limit.words,
    }
