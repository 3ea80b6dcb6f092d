"""What needs somebody's eyes at a site, wherever it is kept: in one list, the newest first."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.api.paging import PAGED, Page
from csms.domain.alert import COMMAND, GRAVE, NOTICED, SECURITY, AlertsFound, AlertsWanted
from csms.domain.errors import InvalidInputError
from csms.domain.guard_event import GuardEvent
from csms.service.instant import Instant

router = APIRouter(prefix="/sites", tags=["sites"])

_PAGE: Final = 500
_BACK: Final = timedelta(days=30)
_KINDS: Final = tuple(str(kind) for kind in (*GRAVE, *NOTICED, COMMAND, SECURITY))


class Alert(BaseModel):
    """Something that needs somebody's eyes."""

    cursor: str = Field(description="`cursor` of the next page, if this is the last one here")
    at: Instant = Field(description="When it was, or was told")
    kind: str = Field(description="Of what the guard noted, of notices, `command` or `security`")
    station_id: str | None
    feeder_id: str | None = None
    job: int | None = Field(default=None, description="The command that has failed")
    text: str = Field(default="", description="What is known of it; empty: its kind says all")
    told: dict[str, Any] | None = Field(default=None, description="All that a notice says")


class AlertsQuery(BaseModel):
    """Which alerts are wanted."""

    model_config = ConfigDict(extra="forbid")

    kind: str | None = Field(default=None, json_schema_extra={"enum": [*_KINDS, None]})
    station: str | None = None
    since: Instant | None = Field(
        default=None, alias="from", description=f"Default: {_BACK.days} days ago"
    )
    limit: Annotated[int, Field(ge=1, le=_PAGE)] = 100
    cursor: str | None = Field(default=None, description="The last cursor of the page before")


@dataclass(frozen=True, slots=True)
class _Cursor:
    """An instant, and how many alerts of that instant have been told."""

    at: datetime
    told: int

    @classmethod
    def read(cls, text: str) -> "_Cursor":
        """Read one as it was told.

        Raises:
            InvalidInputError: It is none.
        """
        instant, _, told = text.rpartition("/")
        with suppress(ValueError, OverflowError):
            at, number = datetime.fromisoformat(instant), int(told)
            if at.tzinfo is not None and 1 <= number <= _PAGE * _PAGE:
                return cls(at.astimezone(UTC), number)
        raise InvalidInputError("cursor", f"expected one that was told, got {text[:100]!r}")

    def __str__(self) -> str:
        return f"{self.at.isoformat()}/{self.told}"


@router.get("/{site_id}/alerts", responses=PAGED)
async def list_alerts(
    context: Context, page: Page, site_id: str, query: Annotated[AlertsQuery, Query()]
) -> list[Alert]:
    """What needs somebody's eyes, the newest first: excesses, cuts, failed commands, intruders."""
    now = context.room.view(site_id).now
    cursor = _Cursor.read(query.cursor) if query.cursor else None
    if query.kind is not None and query.kind not in _KINDS:
        raise InvalidInputError("kind", f"expected one of {', '.join(_KINDS)}, got {query.kind!r}")
    wanted = AlertsWanted(
        site_id=site_id,
        since=(query.since or now - _BACK).astimezone(UTC),
        until=cursor.at if cursor else None,
        kind=query.kind,
        station_id=query.station,
    )
    skipped = cursor.told if cursor else 0
    found = await context.reads.alerts(wanted, query.limit + skipped)
    alerts = _numbered(sorted(_all(found), key=lambda one: one.at, reverse=True))
    told = alerts[skipped : skipped + query.limit]
    if told:
        page.link_next(told, query.limit, cursor=told[-1].cursor)
    return told


def _numbered(alerts: list[Alert]) -> list[Alert]:
    """The same, each with its cursor."""
    numbered: list[Alert] = []
    told = 0
    for one in alerts:
        told = told + 1 if numbered and numbered[-1].at == one.at else 1
        numbered.append(one.model_copy(update={"cursor": str(_Cursor(one.at, told))}))
    return numbered


def _all(found: AlertsFound) -> Iterator[Alert]:
    yield from map(_of_guard, found.guard)
    yield from map(_of_notice, found.notices)
    yield from map(_of_command, found.commands)
    yield from map(_of_security, found.security)


def _of_guard(event: GuardEvent) -> Alert:
    return Alert(
        cursor="",
        at=event.at,
        kind=event.kind.value,
        station_id=event.station_id,
        feeder_id=event.feeder_id,
        text=str(event.cause),
    )


def _of_notice(row: Mapping[str, Any]) -> Alert:
    return Alert(
        cursor="",
        at=row["received_at"],
        kind=row["kind"],
        station_id=row["station_id"],
        told=row["body"],
    )


def _of_command(row: Mapping[str, Any]) -> Alert:
    said = (row["kind"], row["word"] or row["status"] or "", row["detail"])
    return Alert(
        cursor="",
        at=row["updated_at"],
        kind=COMMAND,
        station_id=row["station_id"],
        job=row["number"],
        text=": ".join(filter(None, said)),
    )


def _of_security(row: Mapping[str, Any]) -> Alert:
    said = (row["kind"], row["detail"])
    return Alert(
        cursor="",
        at=row["at"],
        kind=SECURITY,
        station_id=row["station_id"] or None,
        text=": ".join(filter(None, said)),
    )
