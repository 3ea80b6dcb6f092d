"""The whole desk, API and pages, on a real database: reached without a socket, or by a browser."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import httpx2
from fastapi import FastAPI

from csms.api.app import Mount, Visitors, create_api
from csms.api.server import bind, serve_http
from csms.dashboard.connector_acts import ConnectorDesk
from csms.dashboard.desk import Sources, desk_pages
from csms.dashboard.printer import STATIC_PATH, Printer, static_files
from csms.domain.access import AccessMode, Role
from csms.domain.authorization import AdmissionPolicy
from csms.domain.grid_company import FeederRef, GridCompany, hash_of
from csms.journal.journal import Journal, JournalSettings
from csms.service.access_side import AccessSide
from csms.service.accounts import Standing
from csms.service.logins import From
from tests.api.rig import Api, open_api
from tests.dashboard.rig import Server

SITE: Final = "fjordgata"
PASSWORD: Final = "sommersol-1234"  # noqa: S105
NETT_TOKEN: Final = "a token of the grid company"  # noqa: S105
NETT: Final = GridCompany(
    party_id="nett",
    name="Nett AS",
    token_hashes=(hash_of(NETT_TOKEN),),
    feeders=frozenset({FeederRef(SITE, "level-1")}),
)
STANDINGS: Final = {
    "ola": Standing(role=Role.ADMIN),
    "oda": Standing(role=Role.OPERATOR, sites=frozenset({SITE})),
    "vera": Standing(role=Role.VIEWER),
    "kari": Standing(role=Role.RESIDENT, tokens=("04A2B3C4",)),
    "nils": Standing(role=Role.GRID_COMPANY, party_id="nett"),
}
"""A user of each role."""


@dataclass
class Desk:
    """The application, and who is let in.

    Attributes:
        app: With all pages.
        api: What is behind it.
    """

    app: FastAPI
    api: Api

    @property
    def side(self) -> AccessSide:
        """Users, keys and the audit log."""
        return self.api.context.access

    async def add_users(self, *names: str) -> None:
        """Add users, of whose passwords all are the same."""
        for name in names:
            await self.side.accounts.add(name, PASSWORD, STANDINGS[name])

    async def cookie(self, name: str) -> str:
        """What the cookie of somebody holds who has logged in."""
        return await self.side.logins.log_in(name, PASSWORD, From("10.0.0.7", "Firefox"))

    def client(self, cookie: str = "", key: str = "") -> httpx2.AsyncClient:
        """A browser that is logged in, or a program with a key."""
        headers = {"origin": "http://csms", "accept": "text/html"} if not key else {}
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app),
            base_url="http://csms",
            headers={**headers, **({"authorization": f"Bearer {key}"} if key else {})},
            cookies={"chargeflex": cookie} if cookie else {},
        )

    async def browser(self, name: str) -> httpx2.AsyncClient:
        """The browser of somebody who has logged in."""
        return self.client(await self.cookie(name))


@asynccontextmanager
async def open_desk(
    path: Path,
    users: Iterable[str] = (),
    mode: AccessMode = AccessMode.LOGIN,
    journal: JournalSettings | None = None,
) -> AsyncIterator[Desk]:
    """Open the desk on a database, with some users."""
    async with open_api(path, companies=[NETT]) as api:
        kept = Journal(journal, api.office.clock) if journal else None
        context, printer = replace(api.context, journal=kept), _printer()
        sources = Sources(
            sites=context.room,
            what_if=context.what_if,
            site_files=context.site_editor,
            reads=api.queries,
            chargers=context.operations,
            admission=AdmissionPolicy.EVERYONE,
            parties=context.grid.parties,
            forecast_of=context.forecasts.of_site,
            board=context.demand,
            journal=kept,
            access=context.access,
            own=context.own,
            grid=context.grid,
            connectors=ConnectorDesk(
                acts=context.acts,
                orders=context.connectors,
                needs=context.operations,
                journal=kept,
            ),
        )
        app = create_api(
            context,
            render_metrics=lambda: b"figures",
            pages=desk_pages(sources, printer),
            mounts=(_files(),),
            print_error=printer.error,
            visitors=Visitors(mode=mode),
        )
        desk = Desk(app, replace(api, app=app, context=context))
        await desk.add_users(*users)
        yield desk


@cache
def _printer() -> Printer:
    """One for all tests: it reads all templates and scripts."""
    return Printer("ws://127.0.0.1:9000/ocpp")


@cache
def _files() -> Mount:
    return Mount(STATIC_PATH, static_files())


@asynccontextmanager
async def served(desk: Desk) -> AsyncIterator[Server]:
    """Serve a desk at a free port until this is left."""
    with bind("127.0.0.1", 0) as at:
        server = Server(at.getsockname()[1])
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve_http(desk.app, at, server.stop))
            try:
                yield server
            finally:
                server.stop.set()
