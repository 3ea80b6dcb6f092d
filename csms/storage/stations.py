"""Sites, feeders, stations, EVSEs, connectors and tokens."""

from collections import defaultdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Exists, RowMapping, Table, delete, exists, or_, select, update

from csms.domain.authorization import IdToken, TokenRecord, TokenStatus
from csms.domain.dialect import StationMake, make_of
from csms.domain.events import StatusChanged
from csms.domain.identity import EvseId, SiteId, StationId
from csms.domain.known_station import KnownStation
from csms.domain.limits import Standing
from csms.domain.site import Site
from csms.domain.standing import HeldFallback, parse_held
from csms.domain.station import (
    ChargingState,
    ConnectorStatus,
    Registration,
    StationModel,
)
from csms.storage.bulk import changed_rows, new_rows, put_rows
from csms.storage.statements import Repository, stations_at
from csms.storage.tables import (
    ConnectorRow,
    EvseRow,
    FeederRow,
    IdTokenRow,
    SentLimitRow,
    SiteRow,
    StationRow,
    TransactionRow,
    table_of,
)

_site = table_of(SiteRow)
_feeder = table_of(FeederRow)
_station = table_of(StationRow)
_evse = table_of(EvseRow)
_connector = table_of(ConnectorRow)
_token = table_of(IdTokenRow)
_KNOWN: Final = tuple(
    _station.c[name]
    for name in (
        *("id", "protocol", "registration", "booted_at", "is_expected"),
        *("vendor", "model", "firmware"),
    )
)
_HISTORY: Final = tuple(table_of(row) for row in (TransactionRow, SentLimitRow))
"""What stays of a station that is gone, beside its meter's readings."""

_FEEDERS: Final = new_rows(FeederRow, "site_id", "id", "name", "parent_id", "position")
_LISTED: Final = put_rows(
    StationRow, ("id", "site_id", "is_guest"), overwritten=("site_id", "is_guest")
)
_EVSES: Final = new_rows(EvseRow, "station_id", "number", "standing")
_SEEN: Final = changed_rows(StationRow, "id", "seen_at")
_CONNECTED: Final = changed_rows(StationRow, "id", "protocol", "seen_at")
_BOOTED: Final = changed_rows(
    StationRow, "id", *("vendor", "model", "serial", "firmware", "booted_at", "seen_at")
)
_STATUS: Final = put_rows(
    ConnectorRow,
    (
        "station_id",
        "evse_number",
        "number",
        "status",
        "charging_state",
        "error_code",
        "detail",
        "at",
    ),
    overwritten=("status", "charging_state", "error_code", "detail", "at"),
)
_STANDING: Final = put_rows(
    EvseRow,
    ("station_id", "number", "standing", "fallback_a", "standing_at", "held"),
    overwritten=("standing", "fallback_a", "standing_at", "held"),
)
_SHOWN: Final = put_rows(
    IdTokenRow,
    ("key", "value", "kind", "status", "is_listed", "seen_at"),
    overwritten=("seen_at",),
)


class SiteRepository(Repository):
    """Sites as their files describe them."""

    async def put(self, site: Site) -> None:
        """Keep a site, its feeders and its stations."""
        await self._put(
            SiteRow,
            {
                "id": site.site_id,
                "name": site.name,
                "timezone": str(site.timezone),
                "earthing": str(site.earthing),
                "voltage_v": site.voltage_v,
            },
        )
        await self._unit.execute(delete(_feeder).where(_feeder.c.site_id == site.site_id))
        for position, feeder in enumerate(site.feeders):
            told = (feeder.feeder_id, feeder.name, feeder.parent_id, position)
            self._unit.put_down((_FEEDERS, site.site_id, *told))
        for station_id in sorted(site.station_ids):
            self._unit.put_down((_LISTED, station_id, site.site_id, False))
        for place in site.places:
            key = (place.evse.station_id, place.evse.number)
            self._unit.put_down((_EVSES, *key, Standing.UNKNOWN.value))


class StationRepository(Repository):
    """Stations and what is on them."""

    async def adopt(
        self, station_id: StationId, site_id: SiteId, *, is_expected: bool = False
    ) -> None:
        """Keep a guest; an operator may expect it."""
        row = {"id": station_id, "site_id": site_id, "is_guest": True, "is_expected": is_expected}
        await self._put(StationRow, row)
        evse = {"station_id": station_id, "number": 1, "standing": str(Standing.UNKNOWN)}
        await self._insert_new(EvseRow, [evse])

    async def add(self, station_id: StationId, site_id: SiteId | None) -> bool:
        """Keep a station that an operator names; return False if it was known."""
        row = {"id": station_id, "site_id": site_id, "is_guest": False}
        return await self._insert_one(StationRow, row) is not None

    async def guests_of(self, site_id: SiteId) -> list[StationId]:
        """Guests of a site, in the order of their names."""
        query = select(_station.c.id).where(_station.c.site_id == site_id, _station.c.is_guest)
        return sorted((await self._unit.execute(query)).scalars())

    async def drop_guest(self, station_id: StationId) -> None:
        """Forget a guest. Its row stays, without a site, if something it did refers to it."""
        for table in (_connector, _evse):
            await self._unit.execute(delete(table).where(table.c.station_id == station_id))
        this = _station.c.id == station_id
        of_it = (_has_rows(table) for table in _HISTORY)
        did = select(_station.c.id).where(this, or_(_station.c.metered_at.is_not(None), *of_it))
        if (await self._unit.execute(did)).first() is not None:
            statement = (
                update(_station).where(this).values(site_id=None, is_guest=False, is_expected=None)
            )
            await self._unit.execute(statement)
        else:
            await self._unit.execute(delete(_station).where(this))

    async def known_at(self, site_id: SiteId) -> dict[StationId, KnownStation]:
        """All stations of a site."""
        told = [_station.c.booted_at.is_not(None), _station.c.metered_at.is_not(None)]
        of_it = [_has_rows(table) for table in (_connector, *_HISTORY)]
        has_reported = or_(*told, *of_it).label("has_reported")
        query = select(*_KNOWN, has_reported).where(_station.c.site_id == site_id)
        rows = (await self._unit.execute(query)).mappings()
        standings, held = await self._standings_at(site_id)
        connectors = await self._connectors_at(site_id)
        return {
            row["id"]: KnownStation(
                protocol=row["protocol"],
                has_reported=bool(row["has_reported"]),
                standings=standings.get(row["id"], {}),
                connectors=connectors.get(row["id"], {}),
                registration=Registration(row["registration"]) if row["registration"] else None,
                booted_at=row["booted_at"],
                is_expected=bool(row["is_expected"]),
                make=_make(row),
                held=held.get(row["id"], {}),
            )
            for row in rows
        }

    async def put_registration(
        self, station_id: StationId, registration: Registration | None
    ) -> None:
        """Keep what an operator wants a station's boots to be answered."""
        statement = update(_station).where(_station.c.id == station_id)
        await self._unit.execute(statement.values(registration=registration and str(registration)))

    async def is_known(self, station_id: StationId) -> bool:
        """Whether a station has been named or seen."""
        query = select(_station.c.id).where(_station.c.id == station_id)
        return (await self._unit.execute(query)).first() is not None

    async def note_connected(self, station_id: StationId, protocol: str, at: datetime) -> None:
        """Keep that a station has connected."""
        self._unit.put_down((_CONNECTED, station_id, protocol, at))

    async def note_boot(self, station_id: StationId, model: StationModel, at: datetime) -> None:
        """Keep how a station introduced itself."""
        row = (station_id, model.vendor, model.model, model.serial, model.firmware, at, at)
        self._unit.put_down((_BOOTED, *row))

    async def note_seen(self, station_id: StationId, at: datetime) -> None:
        """Keep that a station has called."""
        self._unit.put_down((_SEEN, station_id, at))

    async def note_status(self, event: StatusChanged, at: datetime) -> None:
        """Keep a connector's status."""
        row = (
            event.station_id,
            event.evse_number,
            event.connector_number,
            event.status.value,
            event.charging_state and event.charging_state.value,
            event.error_code,
            event.detail,
            event.at or at,
        )
        self._unit.put_down((_STATUS, *row))

    async def note_standing(
        self,
        evse: EvseId,
        standing: Standing,
        fallback_a: float,
        at: datetime,
        held: HeldFallback | None = None,
    ) -> None:
        """Keep whether an EVSE holds its standing fallback, and in which form."""
        form = None if held is None else str(held)
        row = (evse.station_id, evse.number, standing.value, fallback_a, at, form)
        self._unit.put_down((_STANDING, *row))

    async def _standings_at(
        self, site_id: SiteId
    ) -> tuple[
        dict[StationId, dict[int, tuple[Standing, float]]],
        dict[StationId, dict[int, HeldFallback]],
    ]:
        standings: defaultdict[StationId, dict[int, tuple[Standing, float]]] = defaultdict(dict)
        held: defaultdict[StationId, dict[int, HeldFallback]] = defaultdict(dict)
        query = select(_evse).where(_evse.c.station_id.in_(stations_at(site_id)))
        for row in (await self._unit.execute(query)).mappings():
            standing = (Standing(row["standing"]), row["fallback_a"] or 0.0)
            standings[row["station_id"]][row["number"]] = standing
            if row["held"]:
                held[row["station_id"]][row["number"]] = parse_held(row["held"])
        return standings, held

    async def _connectors_at(
        self, site_id: SiteId
    ) -> dict[StationId, dict[int, tuple[ConnectorStatus, ChargingState | None]]]:
        connectors: defaultdict[StationId, dict[int, tuple[ConnectorStatus, ChargingState | None]]]
        connectors = defaultdict(dict)
        query = select(_connector).where(_connector.c.station_id.in_(stations_at(site_id)))
        last_first = query.order_by(_connector.c.number.desc())
        for row in (await self._unit.execute(last_first)).mappings():
            state = row["charging_state"]
            status = (ConnectorStatus(row["status"]), ChargingState(state) if state else None)
            connectors[row["station_id"]][row["evse_number"]] = status
        return connectors


class TokenRepository(Repository):
    """Id tokens."""

    async def find(self, token: IdToken) -> TokenRecord | None:
        """What the operator has said of a token; None if it was never listed."""
        query = select(_token).where(_token.c.key == token.key, _token.c.is_listed)
        row = (await self._unit.execute(query)).mappings().first()
        if row is None:
            return None
        return TokenRecord(
            token=token,
            status=TokenStatus(row["status"]),
            group=row["group"],
            expires_at=row["expires_at"],
        )

    async def note_seen(self, token: IdToken, at: datetime) -> None:
        """Keep that a token was shown, listed or not."""
        row = (token.key, token.value, token.kind, TokenStatus.UNKNOWN.value, False, at)
        self._unit.put_down((_SHOWN, *row))

    async def put(self, *records: TokenRecord) -> None:
        """List tokens, or change what is said of them."""
        await self._put_all(IdTokenRow, [_listed(record) for record in records])

    async def take_off(self, token: IdToken) -> bool:
        """Take a token off the list; return False if it was not on it.

        That it was shown stays known.
        """
        statement = (
            update(_token)
            .where(_token.c.key == token.key, _token.c.is_listed)
            .values(is_listed=False, status=TokenStatus.UNKNOWN.value, group=None, expires_at=None)
        )
        return bool((await self._unit.execute(statement)).rowcount)


def _listed(record: TokenRecord) -> dict[str, Any]:
    return {
        "key": record.token.key,
        "value": record.token.value,
        "kind": record.token.kind,
        "status": str(record.status),
        "group": record.group,
        "expires_at": record.expires_at,
        "is_listed": True,
    }


def _has_rows(table: Table) -> Exists:
    """Whether a table has a row of the station that is looked at."""
    return exists().where(table.c.station_id == _station.c.id)


def _make(row: RowMapping) -> StationMake | None:
    if row["vendor"] is None or row["model"] is None:
        return None
    model = StationModel(vendor=row["vendor"], model=row["model"], firmware=row["firmware"])
    return make_of(model, row["protocol"])
