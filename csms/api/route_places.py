"""At which sites a request asks for something."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from starlette.types import Scope

from csms.api.dependencies import ApiContext
from csms.api.route_rules import Matched, Place
from csms.domain.identity import SiteId

_MOST_STATIONS: Final = 10_000
_STATION_FIELDS: Final = ("station_id", "station")
_LARGEST: Final = 2**63


class RoutePlaces:
    """Finds the sites of what a request names.

    Args:
        context: What the routes are given.
    """

    def __init__(self, context: ApiContext) -> None:
        self._context = context

    async def sites(self, matched: Matched, scope: Scope, body: bytes) -> frozenset[SiteId | None]:
        """The sites at which a permission is needed; None among them: it is needed at all."""
        params, place = matched.params, matched.rule.place
        match place:
            case Place.SITE:
                return frozenset({params["site_id"]})
            case Place.STATION:
                return frozenset({self._of_station(params["station_id"])})
            case Place.TRANSACTION | Place.JOB:
                return frozenset({await self._of_number(place, params["number"])})
            case Place.QUERY:
                return self._of_query(scope["query_string"])
            case Place.BODY:
                return self._of_body(body)
            case Place.NOWHERE | Place.EVERYWHERE:
                return frozenset({None})

    def _of_station(self, station_id: str) -> SiteId | None:
        return self._context.adoption.site_of(station_id)

    async def _of_number(self, place: Place, number: str) -> SiteId | None:
        if not number.isdecimal() or int(number) >= _LARGEST:
            return None
        if place is Place.TRANSACTION:
            row = await self._context.reads.transaction(int(number))
            site_id: SiteId | None = row["site_id"] if row else None
            return site_id
        row = await self._context.reads.job(int(number))
        return self._of_station(row["station_id"]) if row else None

    def _of_query(self, query: bytes) -> frozenset[SiteId | None]:
        """The framework takes one of several values of a name: here all count."""
        asked = parse_qs(query.decode("latin-1"))
        stations = [one for name in _STATION_FIELDS for one in asked.get(name, ())]
        found = {*asked.get("site_id", ()), *map(self._of_station, stations)}
        return frozenset(found or {None})

    def _of_body(self, body: bytes) -> frozenset[SiteId | None]:
        told = _object(body)
        stations = told.get("stations") or []
        if not isinstance(stations, list) or len(stations) > _MOST_STATIONS:
            return frozenset({None})
        found = {self._of_station(one) if isinstance(one, str) else None for one in stations}
        site_id = told.get("site")
        if site_id is not None:
            found.add(site_id if isinstance(site_id, str) else None)
        return frozenset(found or {None})


def _object(body: bytes) -> Mapping[str, Any]:
    """The fields of a JSON object, read as the route does; none, if it is no object."""
    try:
        told = msgspec.json.decode(body)
    except msgspec.MsgspecError:
        return {}
    return told if isinstance(told, dict) else {}
