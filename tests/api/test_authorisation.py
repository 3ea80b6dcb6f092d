"""Every role at every route of the application, at its own site and at another one.

What is expected stands in authorisation.txt, by hand. The guard, its rules and the application's
own routes are real; behind the guard nothing is done.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

import httpx2
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from csms.api.access_guard import Access, AccessGuard
from csms.api.dependencies import ApiContext
from csms.api.route_places import RoutePlaces
from csms.api.route_rules import RULES, RouteRules, UnruledRouteError
from csms.domain.access import AccessMode, Caller, CallerKind, Role
from csms.domain.user import User
from csms.service.audit_log import AuditLog
from tests.dashboard.rig import FakeAccess, FakeRoom, dashboard_app
from tests.dashboard.views import site_view
from tests.service.rig import NOON

HERE: Final = {"station": "G-01", "number": "1", "site": "fjordgata"}
THERE: Final = {"station": "X-01", "number": "2", "site": "elsewhere"}
LETTERS: Final = {
    "A": Role.ADMIN,
    "O": Role.OPERATOR,
    "V": Role.VIEWER,
    "R": Role.RESIDENT,
    "G": Role.GRID_COMPANY,
}
_PARAMETER: Final = re.compile(r"\{(\w+)(?::path)?\}")


@dataclass(frozen=True)
class Line:
    """A line of the table."""

    letters: str
    scope: str
    method: str
    path: str

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"

    def allows(self, role: Role) -> bool:
        return "*" in self.letters or role in [LETTERS[one] for one in self.letters]


def read_table() -> Iterator[Line]:
    text = (Path(__file__).parent / "authorisation.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            yield Line(*line.split())


TABLE: Final = list(read_table())


class ByName:
    """Believes a token that says a role, and `all` or `some` sites."""

    async def by_cookie(self, _cookie: str) -> Caller | None:
        return None

    async def by_bearer(self, token: str) -> Caller | None:
        role, _, sites = token.partition(" ")
        user = User(
            name=role,
            role=Role(role),
            password_hash="",
            made_at=NOON,
            sites=None if sites == "all" else frozenset({HERE["site"]}),
        )
        return replace(user.as_caller(), kind=CallerKind.KEY)


class Rows:
    """What is kept: transaction and job 1 are of this site, 2 of another one."""

    async def transaction(self, number: int) -> dict[str, Any] | None:
        return {"site_id": {1: HERE["site"], 2: THERE["site"]}.get(number)}

    async def job(self, number: int) -> dict[str, Any] | None:
        return {"station_id": {1: HERE["station"], 2: THERE["station"]}[number]}


def site_of(station_id: str) -> str | None:
    return {one["station"]: one["site"] for one in (HERE, THERE)}.get(station_id)


@pytest.fixture(scope="module")
def application() -> FastAPI:
    """All routes of the API and all pages."""
    return dashboard_app(FakeRoom(site_view()))


@pytest.fixture
async def client(application: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Reaches the guard, behind which everything is well."""
    rules = RouteRules()
    rules.learn(application.routes)
    context = SimpleNamespace(adoption=SimpleNamespace(site_of=site_of), reads=Rows())
    access = Access(mode=AccessMode.LOGIN, identify=ByName(), log=cast(AuditLog, FakeAccess()))
    places = RoutePlaces(cast(ApiContext, context))
    guard = AccessGuard(PlainTextResponse("done"), access, rules, places)
    transport = httpx2.ASGITransport(app=guard)
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as opened:
        yield opened


def filled(path: str, where: dict[str, str]) -> str:
    """A path whose parameters are of a site."""
    values = {"site_id": where["site"], "station_id": where["station"], "number": where["number"]}
    return _PARAMETER.sub(lambda found: values.get(found[1], "x"), path)


async def ask(client: httpx2.AsyncClient, line: Line, who: str, where: dict[str, str]) -> int:
    """Ask for a route at a site; return the status."""
    response = await client.request(
        line.method,
        filled(line.path, where),
        params={"site_id": where["site"]} if line.scope == "query" else None,
        json={"site": where["site"], "command": {}} if line.scope == "body" else None,
        headers={"authorization": f"Bearer {who}"} if who else {},
    )
    return response.status_code


def test_table_names_every_route_and_no_other(application: FastAPI) -> None:
    rules = RouteRules()
    rules.learn(application.routes)
    served = {f"{method} {route.path}" for route, methods, _ in rules._routes for method in methods}
    assert served == {line.route for line in TABLE}
    assert set(RULES) == served


def test_application_with_a_route_that_needs_nothing_is_not_built() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.get("/secrets")(lambda: "all of them")
    with pytest.raises(UnruledRouteError, match="GET /secrets needs a rule"):
        RouteRules().learn(app.routes)


@pytest.mark.parametrize("role", Role)
async def test_role_may_what_the_table_says_and_no_more(
    client: httpx2.AsyncClient, role: Role
) -> None:
    wrong = []
    for line in TABLE:
        may, is_free = line.allows(role), line.scope == "own"
        is_of_here = is_free or line.scope in ("site", "query", "body")
        expected = {
            ("all", "here"): may,
            ("all", "there"): may,
            ("some", "here"): may and is_of_here,
            ("some", "there"): may and is_free,
        }
        for (sites, where), is_allowed in expected.items():
            place = HERE if where == "here" else THERE
            status = await ask(client, line, f"{role} {sites}", place)
            if status != (200 if is_allowed else 403):
                wrong.append((line.route, sites, where, status))
    assert wrong == []


async def test_nobody_is_let_in_anywhere_but_at_the_door(client: httpx2.AsyncClient) -> None:
    for line in TABLE:
        assert await ask(client, line, "", HERE) == (200 if line.letters == "*" else 401), line


QUERIES: Final = [
    "",
    "?site_id=fjordgata&site_id=elsewhere",
    "?site_id=fjordgata&station_id=X-01",
    "?station_id=G-01&station_id=X-01",
    "?station_id=nobody",
    "?site%5Fid=elsewhere",
]


@pytest.mark.parametrize("query", QUERIES)
async def test_query_that_names_no_site_or_another_one_beside_is_refused(
    client: httpx2.AsyncClient, query: str
) -> None:
    headers = {"authorization": "Bearer operator some"}
    for path in ("/api/v1/transactions", "/api/v1/messages"):
        assert (await client.get(f"{path}{query}", headers=headers)).status_code == 403


BODIES: Final = [
    '{"stations": ["G-01", "X-01"]}',
    '{"stations": ["X-01"], "site": "fjordgata"}',
    '{"stations": ["G-01"], "stations": ["X-01"]}',
    '{"site": "fjordgata", "s\\u0069te": "elsewhere"}',
    '{"stations": []}',
    '{"stations": [7]}',
    '{"site": ["fjordgata"]}',
    "[]",
    "{",
    "",
]


@pytest.mark.parametrize("body", BODIES)
async def test_command_to_others_beside_ones_own_is_refused(
    client: httpx2.AsyncClient, body: str
) -> None:
    headers = {"authorization": "Bearer operator some", "content-type": "application/json"}
    response = await client.post("/api/v1/commands", content=body, headers=headers)
    assert response.status_code == 403


PATHS: Final = [
    "/api/v1/sites/elsewhere%00/view",
    "/api/v1/sites/FJORDGATA/view",
    "/api/v1/stations/G-01%20",
    "/api/v1/transactions/%2B2",
    "/api/v1/transactions/99999999999999999999",
    "/sites/elsewhere/chargers/G-01",
    "/sites/elsewhere%3Fsite_id=fjordgata/energy",
]


@pytest.mark.parametrize("path", PATHS)
async def test_path_that_names_another_place_in_disguise_is_refused(
    client: httpx2.AsyncClient, path: str
) -> None:
    headers = {"authorization": "Bearer viewer some"}
    assert (await client.get(path, headers=headers)).status_code == 403
