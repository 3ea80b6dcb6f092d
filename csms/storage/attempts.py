"""Stations that have tried to connect and were not let in."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import RowMapping, delete, select

from csms.domain.attempt import Attempt
from csms.domain.identity import StationId
from csms.domain.security import SecurityProfile
from csms.domain.station import StationModel
from csms.storage.bulk import Row, put_rows
from csms.storage.security_tables import StationAttemptRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_attempt = table_of(StationAttemptRow)
_TOLD: Final = (
    *("cause", "address", "offered", "profile", "first_at", "last_at", "count", "is_refused"),
    *("vendor", "model", "serial", "firmware"),
)
_ATTEMPTS: Final = put_rows(StationAttemptRow, ("station_id", *_TOLD), overwritten=_TOLD)
_AND: Final = " "
"""Between subprotocols, which have none in them."""


class AttemptRepository(Repository):
    """Attempts of stations to connect."""

    async def all(self) -> list[Attempt]:
        """All attempts, the one that was made longest ago first."""
        rows = await self._unit.execute(
            select(_attempt).order_by(_attempt.c.last_at, _attempt.c.station_id)
        )
        return [_read(row) for row in rows.mappings()]

    async def put(self, attempts: Iterable[Attempt]) -> None:
        """Keep attempts as they are now."""
        for attempt in attempts:
            self._unit.put_down((_ATTEMPTS, *_write(attempt)))

    async def drop(self, station_ids: Iterable[StationId]) -> None:
        """Forget attempts."""
        names = list(station_ids)
        if names:
            await self._unit.execute(delete(_attempt).where(_attempt.c.station_id.in_(names)))


def _write(attempt: Attempt) -> Row:
    model = attempt.model
    return (
        attempt.station_id,
        attempt.cause,
        attempt.address,
        _AND.join(attempt.offered),
        int(attempt.profile),
        attempt.first_at,
        attempt.last_at,
        attempt.count,
        attempt.is_refused,
        *((model.vendor, model.model, model.serial, model.firmware) if model else (None,) * 4),
    )


def _read(row: RowMapping) -> Attempt:
    model = None
    if row["vendor"] is not None:
        names = ("vendor", "model", "serial", "firmware")
        model = StationModel(**{name: row[name] for name in names})
    return Attempt(
        station_id=row["station_id"],
        cause=row["cause"],
        address=row["address"],
        offered=tuple(row["offered"].split(_AND)) if row["offered"] else (),
        profile=SecurityProfile(row["profile"]),
        first_at=row["first_at"],
        last_at=row["last_at"],
        count=row["count"],
        is_refused=row["is_refused"],
        model=model,
    )
