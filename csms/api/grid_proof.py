"""How feeders kept to their limits: for grid companies, and for whoever runs the site."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from csms.api.csv_text import CSV, both_times, plain, written
from csms.api.dependencies import ApiContext, Context
from csms.api.grid import REFUSALS, Company
from csms.domain.errors import InvalidInputError
from csms.domain.grid_company import FeederRef
from csms.domain.grid_proof import FedIn, ProofQuarter, ProofWanted, over_seconds
from csms.domain.guard_event import GuardEvent
from csms.domain.site import PhaseAmps, Site
from csms.service.grid_parties import check_reach
from csms.service.instant import Instant

router = APIRouter()

_LONGEST: Final = timedelta(days=32)
_USUAL: Final = timedelta(days=1)
_LINES: Final = (1, 2, 3)
_COLUMNS: Final = (
    *("site", "feeder", "starts_at", "local_time", "limited_by"),
    *(f"{name}_l{line}_a" for name in ("limit", "mean", "peak") for line in _LINES),
    *("margin_a", "measured_s", "over_s"),
    *("fed_limited_by", "fed_limit_w", "fed_peak_w", "fed_over_s"),
)
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {CSV: {}}, "description": "JSON, or CSV where that is asked for"}
}


class ProofQuery(BaseModel):
    """Of which time, and how."""

    model_config = ConfigDict(extra="forbid")

    since: Instant | None = Field(
        default=None, alias="from", description="Default: a day before `to`"
    )
    until: Instant | None = Field(
        default=None, alias="to", description="Not included; default: now"
    )
    format: Literal["json", "csv"] | None = Field(
        default=None, description="In place of the header `Accept`"
    )

    def wanted(self, ref: FeederRef, now: datetime) -> ProofWanted:
        """As it is looked for.

        Raises:
            InvalidInputError: It ends before it begins, or is too long.
        """
        until = (self.until or now).astimezone(UTC)
        since = (self.since or until - _USUAL).astimezone(UTC)
        if not timedelta(0) < until - since <= _LONGEST:
            came = f"{since.isoformat()} to {until.isoformat()}"
            message = f"expected an instant before `to`, by at most {_LONGEST.days} days"
            raise InvalidInputError("from", f"{message}, got {came}")
        return ProofWanted(site_id=ref.site_id, feeder_id=ref.feeder_id, since=since, until=until)


class Fed(BaseModel):
    """What a feeder fed in while that was limited."""

    limited_by: str = Field(description="Whose limit it was; of several, the lowest one's")
    limit_w: float = Field(
        description="The lowest of the quarter, of all lines together; of one, three times that"
    )
    peak_w: float | None = Field(description="The most; null: nothing was measured")
    over_s: float = Field(description="In so many seconds more was fed in than a limit")


class Quarter(BaseModel):
    """A quarter of an hour of a feeder; currents by line."""

    starts_at: Instant
    limited_by: str = Field(description="Whose limit it was; of several, the lowest one's")
    limit_a: PhaseAmps = Field(description="The lowest of the quarter")
    mean_a: PhaseAmps | None = Field(description="Null: nothing was measured")
    peak_a: PhaseAmps | None
    margin_a: float | None = Field(
        description="The least that was left on any line; below 0: so much was above the limit"
    )
    measured_s: float = Field(description="In so many seconds all of it was measured")
    over_s: float = Field(description="In so many seconds a line was above its limit")
    fed: Fed | None = Field(description="Null: nobody limited what is fed in")


class Breach(BaseModel):
    """A current that was measured above a limit."""

    at: Instant
    lasted_s: float | None
    line: int | None
    amps: float | None = Field(description="At its highest")
    limit_a: float | None
    cause: str = Field(description="Why, in words")


class Proof(BaseModel):
    """How a feeder kept to its limits."""

    site_id: str
    feeder_id: str
    quarters: list[Quarter]
    breaches: list[Breach]


@router.get(
    "/sites/{site_id}/feeders/{feeder_id}/proof",
    response_model=Proof,
    responses=_ANSWERS,
    tags=["limits"],
)
async def read_proof(
    context: Context,
    site_id: str,
    feeder_id: str,
    query: Annotated[ProofQuery, Query()],
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Any:  # noqa: ANN401 - an object, or a file
    """How a feeder that grid companies may limit kept to its limits, by quarters of an hour."""
    return await _answer(context, FeederRef(site_id, feeder_id), query, accept)


@router.get(
    "/grid/sites/{site_id}/feeders/{feeder_id}/proof",
    response_model=Proof,
    responses={**REFUSALS, **_ANSWERS},
    tags=["grid companies"],
)
async def read_own_proof(
    context: Context,
    company: Company,
    site_id: str,
    feeder_id: str,
    query: Annotated[ProofQuery, Query()],
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Any:  # noqa: ANN401 - an object, or a file
    """How a feeder of the grid company kept to its limits, by quarters of an hour."""
    ref = FeederRef(site_id, feeder_id)
    check_reach(company, ref)
    return await _answer(context, ref, query, accept)


async def _answer(
    context: ApiContext, ref: FeederRef, query: ProofQuery, accept: str
) -> Proof | Response:
    site = context.room.live(ref.site_id).site
    site.feeder(ref.feeder_id)
    record = await context.reads.proof(query.wanted(ref, context.grid.now()))
    spans = [(one.at, _ends(one)) for one in record.breaches]
    over_s = over_seconds(record.quarters, spans)
    quarters = [_quarter(one, s) for one, s in zip(record.quarters, over_s, strict=True)]
    if query.format == "csv" or (query.format is None and CSV in accept):
        return _file([_COLUMNS, *(_row(site, ref, one) for one in quarters)])
    return Proof(
        site_id=ref.site_id,
        feeder_id=ref.feeder_id,
        quarters=quarters,
        breaches=[_breach(one) for one in record.breaches],
    )


def _file(rows: Iterable[tuple[object, ...]]) -> Response:
    headers = {"content-disposition": 'attachment; filename="proof.csv"', "vary": "accept"}
    return Response(written(rows), media_type=f"{CSV}; charset=utf-8", headers=headers)


def _row(site: Site, ref: FeederRef, quarter: Quarter) -> tuple[object, ...]:
    nothing, fed = (None, None, None), quarter.fed
    return (
        plain(ref.site_id),
        plain(ref.feeder_id),
        *both_times(quarter.starts_at, site.timezone),
        plain(quarter.limited_by),
        *quarter.limit_a,
        *(quarter.mean_a or nothing),
        *(quarter.peak_a or nothing),
        quarter.margin_a,
        quarter.measured_s,
        quarter.over_s,
        *((fed.limited_by, fed.limit_w, fed.peak_w, fed.over_s) if fed else (None,) * 4),
    )


def _quarter(quarter: ProofQuarter, over_s: float) -> Quarter:
    measured = quarter.measured
    return Quarter(
        starts_at=quarter.starts_at,
        limited_by=quarter.limited_by,
        limit_a=quarter.limit_a,
        mean_a=_tenths(measured.mean_a) if measured else None,
        peak_a=_tenths(measured.peak_a) if measured else None,
        margin_a=round(measured.margin_a, 1) if measured else None,
        measured_s=round(measured.seconds, 1) if measured else 0.0,
        over_s=round(over_s, 1),
        fed=_fed(quarter.fed) if quarter.fed else None,
    )


def _fed(fed: FedIn) -> Fed:
    return Fed(
        limited_by=fed.limited_by,
        limit_w=round(fed.limit_w),
        peak_w=None if fed.peak_w is None else round(fed.peak_w),
        over_s=round(fed.over_s, 1),
    )


def _breach(event: GuardEvent) -> Breach:
    return Breach(
        at=event.at,
        lasted_s=None if event.lasted_s is None else round(event.lasted_s, 1),
        line=event.line,
        amps=event.amps,
        limit_a=event.limit_a,
        cause=event.cause,
    )


def _ends(event: GuardEvent) -> datetime:
    return event.at + timedelta(seconds=event.lasted_s or 0.0)


def _tenths(amps: PhaseAmps) -> PhaseAmps:
    first, second, third = (round(one, 1) for one in amps)
    return (first, second, third)
