"""What each route needs: a permission, and where. The only place that says so.

A route that is not here cannot be served: the application is not built (`RouteRules`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount
from starlette.types import Scope

from csms.domain.access import Permission
from csms.domain.errors import ChargeFlexError

_API: Final = "/api/v1"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Place(StrEnum):
    """Where a permission is needed."""

    NOWHERE = "nowhere"
    """It is of no site, or the route shows callers what is their own."""
    EVERYWHERE = "everywhere"
    """At all sites."""
    SITE = "site"
    """At the site that the path names; so with those below."""
    STATION = "station"
    TRANSACTION = "transaction"
    JOB = "job"
    QUERY = "query"
    """At the sites that the query names, by themselves or by stations; at all, if it names none."""
    BODY = "body"
    """The same of the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a route needs.

    Attributes:
        permission: None: nothing; it is there for everybody.
        is_logged: Whether the audit log tells of it, if it changes anything.
    """

    permission: Permission | None
    place: Place = Place.NOWHERE
    is_logged: bool = True


class UnruledRouteError(ChargeFlexError):
    """A route has no rule, or a rule no route."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A route that a request goes to.

    Attributes:
        name: That of the function behind it.
        params: Of its path.
    """

    name: str
    rule: Rule
    params: Mapping[str, Any]


_PUBLIC: Final = Rule(permission=None, is_logged=False)


def _at(permission: Permission, place: Place, *routes: str) -> dict[str, Rule]:
    return dict.fromkeys(routes, Rule(permission=permission, place=place))


def _api(permission: Permission, place: Place, *routes: str) -> dict[str, Rule]:
    written = (f"{method} {_API}{path}" for method, path in map(str.split, routes))
    return _at(permission, place, *written)


def _unlogged(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """What is told all the time, and is kept elsewhere."""
    return {route: replace(rule, is_logged=False) for route, rule in rules.items()}


_CONNECTOR: Final = "/sites/{site_id}/connectors/{station_id:path}/{number}"
RULES: Final[Mapping[str, Rule]] = {
    **dict.fromkeys(
        (
            *("GET /healthz", "GET /readyz", "GET /static", f"GET {_API}/openapi.json"),
            *("GET /login", "POST /login", "GET /welcome", "POST /welcome"),
        ),
        _PUBLIC,
    ),
    **_at(Permission.VIEW_METRICS, Place.EVERYWHERE, "GET /metrics"),
    # pages
    **_at(
        Permission.USE_ACCOUNT,
        Place.NOWHERE,
        *("GET /", "GET /api/docs", "GET /account", "POST /account", "POST /logout"),
        "POST /account/language",
    ),
    **_at(
        Permission.MANAGE_USER,
        Place.EVERYWHERE,
        *("GET /users", "POST /users", "GET /users/{name}", "POST /users/{name}"),
    ),
    **_at(
        Permission.MAKE_KEY,
        Place.NOWHERE,
        *("GET /keys", "POST /keys", "POST /keys/{number}/revoke"),
    ),
    **_at(Permission.VIEW_AUDIT, Place.QUERY, "GET /audit"),
    **_at(
        Permission.USE_OWN,
        Place.NOWHERE,
        *("GET /own", "POST /own/{number}/need", "POST /own/{number}/stop"),
    ),
    **_at(Permission.USE_GRID, Place.NOWHERE, "GET /grid-company"),
    **_at(
        Permission.VIEW_SITE,
        Place.SITE,
        *("GET /sites/{site_id}", "GET /sites/{site_id}/energy", "GET /sites/{site_id}/grid"),
        *("GET /sites/{site_id}/forecast", "GET /sites/{site_id}/plan"),
    ),
    **_at(
        Permission.VIEW_STATION,
        Place.SITE,
        *("GET /sites/{site_id}/alerts", "GET /sites/{site_id}/chargers"),
        "GET /sites/{site_id}/chargers/{station_id:path}",
    ),
    **_at(
        Permission.VIEW_TRANSACTION,
        Place.SITE,
        *("GET /sites/{site_id}/transactions", "GET /sites/{site_id}/transactions/{number}"),
    ),
    **_at(Permission.VIEW_SITE, Place.SITE, f"GET {_CONNECTOR}"),
    **_at(
        Permission.SEND_COMMAND,
        Place.SITE,
        *(f"POST {_CONNECTOR}/start", f"POST {_CONNECTOR}/stop"),
    ),
    **_at(
        Permission.STATE_NEED,
        Place.SITE,
        *(f"POST {_CONNECTOR}/boost", f"POST {_CONNECTOR}/end-boost", f"POST {_CONNECTOR}/need"),
    ),
    **_at(
        Permission.IMPOSE_LIMIT,
        Place.SITE,
        *(f"POST {_CONNECTOR}/limit", f"POST {_CONNECTOR}/release"),
    ),
    **_at(Permission.VIEW_TOKEN, Place.EVERYWHERE, "GET /sites/{site_id}/tokens"),
    **_at(Permission.SEND_COMMAND, Place.SITE, "GET /sites/{site_id}/commands"),
    **_at(Permission.EDIT_SITE, Place.SITE, "GET /sites/{site_id}/site"),
    **_at(Permission.VIEW_MESSAGE, Place.SITE, "GET /sites/{site_id}/messages"),
    # sites
    **_api(Permission.VIEW_SITE, Place.NOWHERE, "GET /sites"),
    **_api(
        Permission.VIEW_SITE,
        Place.SITE,
        *("GET /sites/{site_id}/view", "GET /sites/{site_id}/live", "GET /sites/{site_id}/series"),
        *("GET /sites/{site_id}/plan", "GET /sites/{site_id}/plan/outlook"),
        "GET /sites/{site_id}/limits",
        *("GET /sites/{site_id}/feeders/{feeder_id}/proof", "GET /sites/{site_id}/prices"),
        "GET /sites/{site_id}/feeders/{feeder_id}/flexibility",
        *("GET /sites/{site_id}/timetable", "GET /sites/{site_id}/timetable.csv"),
        *("GET /sites/{site_id}/forecast", "GET /sites/{site_id}/demand"),
        "GET /sites/{site_id}/alerts",
        *("GET /sites/{site_id}/guard-events", "GET /sites/{site_id}/key-figures"),
        *("GET /sites/{site_id}/resources", "GET /sites/{site_id}/costs"),
    ),
    **_unlogged(  # it changes nothing
        _api(Permission.VIEW_SITE, Place.SITE, "POST /sites/{site_id}/plan/what-if")
    ),
    **_api(
        Permission.IMPOSE_LIMIT,
        Place.SITE,
        "PUT /sites/{site_id}/feeders/{feeder_id}/limits/{party}",
        "PUT /sites/{site_id}/feeders/{feeder_id}/limits/{party}/schedule",
        "DELETE /sites/{site_id}/feeders/{feeder_id}/limits/{party}",
    ),
    **_unlogged(
        _api(
            Permission.REPORT_READING,
            Place.SITE,
            "PUT /sites/{site_id}/feeders/{feeder_id}/load",
            "PUT /sites/{site_id}/resources/{resource_id}/reading",
            "PUT /sites/{site_id}/weather",
        )
    ),
    **_api(Permission.SET_PRICE, Place.SITE, "PUT /sites/{site_id}/prices"),
    **_api(
        Permission.SET_TIMETABLE,
        Place.SITE,
        *("PUT /sites/{site_id}/timetable", "PUT /sites/{site_id}/timetable.csv"),
    ),
    **_api(
        Permission.EDIT_SITE,
        Place.SITE,
        *("GET /sites/{site_id}/file", "PUT /sites/{site_id}/file"),
        *("GET /sites/{site_id}/file/versions", "GET /sites/{site_id}/file/versions/{number}"),
    ),
    **_unlogged(_api(Permission.EDIT_SITE, Place.SITE, "POST /sites/{site_id}/file/check")),
    **_api(Permission.EXPORT, Place.SITE, "GET /sites/{site_id}/export"),
    # transactions
    **_api(Permission.VIEW_TRANSACTION, Place.QUERY, "GET /transactions"),
    **_api(Permission.VIEW_TRANSACTION, Place.TRANSACTION, "GET /transactions/{number}"),
    **_api(Permission.VIEW_TRANSACTION, Place.SITE, "GET /sites/{site_id}/costs/transactions"),
    # stations
    **_api(Permission.VIEW_STATION, Place.NOWHERE, "GET /stations"),
    **_api(
        Permission.VIEW_STATION,
        Place.STATION,
        *("GET /stations/{station_id}", "GET /stations/{station_id}/limits"),
        *("GET /stations/{station_id}/settings", "GET /stations/{station_id}/jobs"),
        *("GET /stations/{station_id}/notices", "GET /stations/{station_id}/variables"),
        "GET /stations/{station_id}/timeline",
        *("GET /stations/{station_id}/evses/{evse_number}/limit",),
        *("GET /stations/{station_id}/evses/{evse_number}/course",),
        *("GET /stations/{station_id}/local-list", "GET /stations/{station_id}/external-limits"),
    ),
    **_api(Permission.VIEW_STATION, Place.JOB, "GET /jobs/{number}", "GET /jobs/{number}/report"),
    **_api(
        Permission.STATE_NEED,
        Place.STATION,
        "PUT /stations/{station_id}/evses/{evse_number}/need",
        "PUT /stations/{station_id}/evses/{evse_number}/boost",
        "DELETE /stations/{station_id}/evses/{evse_number}/boost",
    ),
    **_api(
        Permission.IMPOSE_LIMIT,
        Place.STATION,
        "PUT /stations/{station_id}/evses/{evse_number}/limit",
        "DELETE /stations/{station_id}/evses/{evse_number}/limit",
    ),
    **_api(
        Permission.MANAGE_STATION,
        Place.STATION,
        *("DELETE /stations/{station_id}", "DELETE /stations/{station_id}/dialect"),
        *("PUT /stations/{station_id}/registration", "POST /stations/{station_id}/settings"),
    ),
    **_api(
        Permission.MANAGE_STATION,
        Place.EVERYWHERE,
        *("GET /unknown-stations", "POST /unknown-stations/{station_id:path}/adoption"),
        "PUT /unknown-stations/{station_id:path}/refusal",
        "DELETE /unknown-stations/{station_id:path}",
    ),
    **_api(Permission.SEND_COMMAND, Place.STATION, "POST /stations/{station_id}/commands"),
    **_api(Permission.SEND_COMMAND, Place.BODY, "POST /commands"),
    **_api(Permission.SEND_COMMAND, Place.JOB, "DELETE /jobs/{number}"),
    **_api(Permission.VIEW_MESSAGE, Place.QUERY, "GET /messages", "GET /messages/export"),
    **_api(
        Permission.VIEW_SECURITY,
        Place.STATION,
        *("GET /stations/{station_id}/security", "GET /stations/{station_id}/certificates"),
        "GET /stations/{station_id}/security-events",
    ),
    **_api(Permission.VIEW_SECURITY, Place.QUERY, "GET /security-events"),
    **_api(Permission.VIEW_SECURITY, Place.EVERYWHERE, "GET /certificates/due"),
    **_api(
        Permission.MANAGE_SECURITY,
        Place.STATION,
        "PUT /stations/{station_id}/security",
        "PUT /stations/{station_id}/security/password",
        "POST /stations/{station_id}/security/password",
        "POST /stations/{station_id}/certificates/revoke",
    ),
    # id tokens: one list for all sites
    **_api(Permission.VIEW_TOKEN, Place.EVERYWHERE, "GET /tokens", "GET /tokens/{value:path}"),
    **_api(
        Permission.EDIT_TOKEN,
        Place.EVERYWHERE,
        *("POST /tokens/import", "PUT /tokens/{value:path}", "DELETE /tokens/{value:path}"),
        *("PUT /forecasts/drivers/{id_token}", "DELETE /forecasts/drivers/{id_token}"),
    ),
    # users and their keys
    **_api(Permission.USE_ACCOUNT, Place.NOWHERE, "GET /me", "PUT /me/language"),
    **_api(
        Permission.MANAGE_USER,
        Place.EVERYWHERE,
        *("GET /users", "POST /users", "GET /users/{name}", "PUT /users/{name}"),
        *("PUT /users/{name}/password", "POST /users/{name}/disable"),
        "POST /users/{name}/enable",
    ),
    **_api(
        Permission.MAKE_KEY,
        Place.NOWHERE,
        *("GET /keys", "POST /keys", "DELETE /keys/{number}"),
    ),
    **_api(Permission.VIEW_AUDIT, Place.QUERY, "GET /audit", "GET /audit/export"),
    **_api(
        Permission.USE_OWN,
        Place.NOWHERE,
        *("GET /own/charging", "PUT /own/charging/{number}/need"),
        *("POST /own/charging/{number}/stop", "GET /own/transactions"),
    ),
    # grid companies: each is shown its own feeders
    **_unlogged(_api(Permission.USE_GRID, Place.NOWHERE, "POST /grid/heartbeat")),
    **_api(
        Permission.USE_GRID,
        Place.NOWHERE,
        "GET /grid/profile",
        "PUT /grid/sites/{site_id}/feeders/{feeder_id}/blocks/{kind}",
        "PUT /grid/groups/{group_id}/blocks/{kind}",
        "GET /grid/sites/{site_id}/feeders/{feeder_id}/proof",
        "GET /grid/sites/{site_id}/feeders/{feeder_id}/flexibility",
        "GET /grid/sites/{site_id}/feeders/{feeder_id}/flexibility/agreements",
        "POST /grid/sites/{site_id}/feeders/{feeder_id}/flexibility/agreements",
    ),
}


class RouteRules:
    """Finds the rule of a request, by the application's own routes.

    Args:
        rules: By method and path.
    """

    def __init__(self, rules: Mapping[str, Rule] = RULES) -> None:
        self._rules = rules
        self._routes: list[tuple[Any, frozenset[str], Rule]] = []

    def learn(self, routes: Sequence[BaseRoute]) -> None:
        """Find the rules of all routes.

        Raises:
            UnruledRouteError: A route has none.
        """
        for route in iter_route_contexts(routes):
            for method in _methods(route):
                rule = self._rules.get(f"{method} {route.path}")
                if rule is None:
                    message = f"{method} {route.path} needs a rule in csms/api/route_rules.py"
                    raise UnruledRouteError(message)
                self._routes.append((route, frozenset({method}), rule))

    def find(self, scope: Scope) -> Matched | None:
        """Where a request goes, as the application finds it; None: to no route."""
        path, method = scope["path"], scope["method"]
        for route, methods, rule in self._routes:
            if method not in methods and not _is_mount(route):
                continue
            if (match := route.path_regex.match(path)) is not None:
                name = getattr(route.endpoint, "__name__", route.path)
                return Matched(name, rule, match.groupdict())
        return None


def _methods(route: Any) -> Iterator[str]:  # noqa: ANN401 - the framework's
    if _is_mount(route):
        yield "GET"
    else:
        yield from sorted(route.methods - {"HEAD"})


def _is_mount(route: Any) -> bool:  # noqa: ANN401
    return isinstance(route.original_route, Mount)
