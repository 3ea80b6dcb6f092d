"""Stations that have tried to connect and were not let in: adopted, refused, forgotten."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from csms.api.dependencies import Context
from csms.api.paging import PAGED, Cursor, Page, read_cursor, write_cursor
from csms.api.readers import TOLD_IN
from csms.domain.attempt import Attempt
from csms.domain.identity import is_proper_id
from csms.domain.password import LONGEST, SHORTEST
from csms.language.reader import spoken
from csms.service.adoption import Adoption
from csms.service.attempts import MOST_KEPT

router = APIRouter(tags=["unknown stations"])


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class UnknownStation(_Model):
    """A station that was not let in, or waits to be adopted."""

    station_id: str = Field(description="Who it says to be; where it names no one, its path")
    cause: str = Field(description="Why it was not let in the last time")
    address: str
    offered: list[str] = Field(description="Subprotocols that it speaks")
    profile: int = Field(description="The OCPP security profile that it tried")
    first_at: datetime
    last_at: datetime
    count: int
    is_waiting: bool = Field(description="It is connected; its boots are answered with Pending")
    is_refused: bool = Field(description="An operator has refused it")
    site_id: str | None = Field(description="The site that knows it, so that it needs no adoption")
    can_be_adopted: bool
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None


class WantedAdoption(_Model):
    """Where a station is to belong."""

    site_id: str = Field(description="It becomes a guest there: at the feeder that its file names")
    password: Annotated[SecretStr, Field(min_length=SHORTEST, max_length=LONGEST)] | None = Field(
        default=None,
        description="The one that it has; null: one is made if it needs one, and told this once",
    )


class AdoptedStation(_Model):
    """A station that belongs to a site from now on."""

    station_id: str
    site_id: str
    profile: int = Field(description="The lowest security profile that it is let in with")
    password: str | None = Field(
        description="Made for it, and told this once: to be entered at the station; null: none was"
    )


@router.get("/unknown-stations", dependencies=[TOLD_IN], responses=PAGED)
async def list_unknown_stations(
    context: Context,
    page: Page,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=MOST_KEPT)] = MOST_KEPT,
) -> list[UnknownStation]:
    """Stations that have tried to connect and were not let in, the last one first."""
    adoption, after = context.adoption, read_cursor(cursor, (datetime, str)) if cursor else None
    known = sorted(adoption.attempts.newest_first(), key=_from_newest_on)
    rest = [one for one in known if after is None or _from_newest_on(one) > _key(*after)]
    told = rest[:limit]
    if told:
        page.link_next(told, limit, cursor=write_cursor(told[-1].last_at, told[-1].station_id))
    return [_unknown(adoption, one) for one in told]


@router.post(
    "/unknown-stations/{station_id:path}/adoption",
)
async def adopt_station(
    context: Context, station_id: str, wanted: WantedAdoption, response: Response
) -> AdoptedStation:
    """Let a station belong to a site as its guest; it is served at its next boot.

    It need not have tried to connect. What a guest may draw stands in the site file.
    """
    password = wanted.password.get_secret_value() if wanted.password else None
    adopted = await context.adoption.adopt(station_id, wanted.site_id, password)
    response.headers["cache-control"] = "no-store"  # it may hold a password
    return AdoptedStation.model_validate(adopted)


@router.put("/unknown-stations/{station_id:path}/refusal", status_code=status.HTTP_204_NO_CONTENT)
async def refuse_station(context: Context, station_id: str) -> None:
    """Turn a station away from now on, whatever becomes of other strangers."""
    await context.adoption.refuse(station_id)


@router.delete("/unknown-stations/{station_id:path}", status_code=status.HTTP_204_NO_CONTENT)
async def forget_station(context: Context, station_id: str) -> None:
    """Forget a station's attempts, and that it was refused. What it tries next is listed anew."""
    await context.adoption.forget(station_id)


def _from_newest_on(attempt: Attempt) -> tuple[float, str]:
    return _key(attempt.last_at, attempt.station_id)


def _key(last_at: datetime, station_id: str) -> tuple[float, str]:
    return -last_at.timestamp(), station_id


def _unknown(adoption: Adoption, attempt: Attempt) -> UnknownStation:
    site_id, model = adoption.site_of(attempt.station_id), attempt.model
    return UnknownStation(
        station_id=attempt.station_id,
        cause=spoken(attempt.cause),
        address=attempt.address,
        offered=list(attempt.offered),
        profile=attempt.profile,
        first_at=attempt.first_at,
        last_at=attempt.last_at,
        count=attempt.count,
        is_waiting=adoption.attempts.is_held(attempt.station_id),
        is_refused=attempt.is_refused,
        site_id=site_id,
        can_be_adopted=site_id is None and _names_a_station(attempt),
        vendor=model.vendor if model else None,
        model=model.model if model else None,
        serial=model.serial if model else None,
        firmware=model.firmware if model else None,
    )


def _names_a_station(attempt: Attempt) -> bool:
    """Whether an entry is a station's, and not the path of somebody who has named none."""
    return is_proper_id(attempt.station_id) and not attempt.station_id.startswith("/")
