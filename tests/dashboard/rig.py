"""A page on a real server and in a real browser; what it shows is what a test says."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page, async_playwright

from csms.api.app import Mount, Visitors, create_api
from csms.api.dependencies import ApiContext, ReadSide
from csms.api.server import bind, serve_http
from csms.dashboard.chargers import ChargerDesk
from csms.dashboard.connector_acts import ConnectorDesk
from csms.dashboard.desk import Reads, Sources, desk_pages
from csms.dashboard.forecast_page import ForecastOf
from csms.dashboard.printer import STATIC_PATH, Printer, static_files
from csms.domain.access import AccessMode
from csms.domain.audit import AuditEntry
from csms.domain.authorization import AdmissionPolicy, IdToken, TokenRecord
from csms.domain.commands import Command, CommandStatus, Outcome
from csms.domain.errors import ChargeFlexError, UnknownSiteError, UnknownTokenError
from csms.domain.export_wanted import FileFormat, Wanted
from csms.domain.guard_event import GuardEventsWanted, KeptGuardEvent
from csms.domain.identity import EvseId, FeederId, SiteId, StationId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.limit_errors import NoWhatIfError
from csms.domain.security import SecurityProfile
from csms.domain.settings import SettingState
from csms.domain.site_version import SiteVersion
from csms.domain.transaction import StatedNeed
from csms.service.access_side import AccessSide
from csms.service.adoption import Adopted, Adoption
from csms.service.answers import Answers
from csms.service.attempts import Attempts
from csms.service.certificate_renewal import CertificateRenewal
from csms.service.command_desk import CommandDesk, Sent
from csms.service.connector_acts import ConnectorActs
from csms.service.connector_courses import ConnectorCourses
from csms.service.connector_orders import ConnectorOrders
from csms.service.control_room import ControlRoom
from csms.service.demand_board import DemandBoard
from csms.service.dialect_view import DialectView
from csms.service.forecasts import Forecasts
from csms.service.grid_desk import GridDesk
from csms.service.grid_parties import Party
from csms.service.imposed_limits import Imposed, ImposedLimits
from csms.service.live_feed import LiveFeed
from csms.service.live_site import LiveSite
from csms.service.offer_desk import OfferDesk
from csms.service.operations import Operations
from csms.service.own_charging import OwnCharging
from csms.service.password_rotation import PasswordRotation
from csms.service.plan_outlook import PlanOutlook
from csms.service.ports import MessageJournal
from csms.service.pricing import Pricing
from csms.service.site_editing import SiteApplied, SiteEditor, SiteFile, SitePreview
from csms.service.site_view import SiteView
from csms.service.station_certificates import StationCertificates
from csms.service.station_security import StationSecurity
from csms.service.timetables import Timetables
from csms.service.tokens import Tokens
from csms.service.wanted_limits import WantedLimit
from csms.service.what_if import LimitRange, WhatIf, WhatIfDesk
from tests.dashboard.connectors import FakeConnectors
from tests.dashboard.views import NOON
from tests.domain.sites import small_site

_TICK_S: Final = 0.01
_HOST: Final = "127.0.0.1"
_BROWSER_OPTIONS: Final = ["--no-sandbox", "--disable-dev-shm-usage"]


class FakeRoom:
    """Shows sites as a test says.

    Attributes:
        fault: Raised in place of every view.
        adoption: Who has tried to connect.
        guard_events: What the guard has noted, the last first.
        limits: What feeders are limited to.
        needs: What vehicles are said to need.
        exports: Files of readings.
        site: With the feeder that events are about.
        chargers: How chargers stand.
        desk: Sends commands.
        admission: Who may charge whose token is not listed.
        tokens: The operator's list.
        parties: Grid companies.
        planned: What the newest plan has ahead.
        what_if: What other limits would do.
        site_files: The file of the site.
    """

    def __init__(self, *views: SiteView) -> None:
        self.site = LiveSite(small_site())
        self.adoption = FakeAdoption()
        self.guard_events: list[KeptGuardEvent] = []
        self.limits = FakeLimits()
        self.needs = FakeNeeds()
        self.connectors = FakeConnectors()
        self.exports = FakeExports()
        self.chargers = FakeChargers()
        self.desk = FakeDesk()
        self.admission = AdmissionPolicy.EVERYONE
        self.tokens = FakeTokens()
        self.parties: list[Party] = []
        self.planned: PlanOutlook | None = None
        self.what_if = FakeWhatIf()
        self.site_files = FakeSiteFiles()
        self.fault: ChargeFlexError | None = None
        self.board = DemandBoard(view.site_id for view in views)
        self._views = {view.site_id: view for view in views}
        self._changed = {site_id: asyncio.Event() for site_id in self._views}
        self.feeds = {site_id: LiveFeed(self, site_id, _TICK_S) for site_id in self._views}

    def site_ids(self) -> tuple[SiteId, ...]:
        """All sites."""
        return tuple(self._views)

    def view(self, site_id: SiteId) -> SiteView:
        """What the test says that there is to see."""
        return self.quick_view(site_id)

    def quick_view(self, site_id: SiteId) -> SiteView:
        """The same."""
        if self.fault:
            raise self.fault
        if site_id not in self._views:
            raise UnknownSiteError(site_id)
        return self._views[site_id]

    def changed(self, site_id: SiteId) -> asyncio.Event:
        """Set when the test shows something new."""
        return self._changed[site_id]

    def feed(self, site_id: SiteId) -> LiveFeed:
        """The real feed of what is shown."""
        return self.feeds[site_id]

    def live(self, site_id: SiteId) -> LiveSite:
        """The same for all."""
        return self.site

    def outlook(self, site_id: SiteId) -> dict[str, list[float]]:
        """30 A planned for the next two hours, then 20 A."""
        starts = [NOON + timedelta(hours=hour) for hour in range(5)]
        return {
            "t": [start.timestamp() for start in starts],
            "load_a": [30.0, 30.0, 20.0, 20.0, 12.0],
            "limit_a": [63.0] * 5,
            "uncontrolled_a": [12.0] * 5,
        }

    def plan_outlook(self, site_id: SiteId) -> PlanOutlook | None:
        """What the test says that the newest plan has ahead."""
        return self.planned

    def show(self, view: SiteView) -> None:
        """Let a site look otherwise from now on."""
        self._views[view.site_id] = view
        self._changed[view.site_id].set()


class FakeReads:
    """Remembers an hour of the intake's load: 40 A, minute by minute.

    Args:
        guard_events: What the guard has noted, the last first.
        files: The file of the site.
    """

    def __init__(self, guard_events: list[KeptGuardEvent], files: "FakeSiteFiles") -> None:
        self._guard_events = guard_events
        self.site_version = files.site_version

    async def guard_events(
        self, site_id: str, wanted: GuardEventsWanted, limit: int
    ) -> list[KeptGuardEvent]:
        """What the guard has noted."""
        return [
            one for one in self._guard_events if wanted.before is None or one.number < wanted.before
        ][:limit]

    async def feeder_load(
        self, site_id: str, feeder_id: str, since: datetime
    ) -> list[dict[str, Any]]:
        """What the feeder carried."""
        return [
            {
                "at": NOON - timedelta(minutes=minutes),
                "load_a": (40.0, 30.0, 20.0),
                "limit_a": (63.0, 63.0, 63.0),
                "uncontrolled_a": (10.0, 10.0, 10.0),
            }
            for minutes in range(60, 0, -1)
        ]


class FakeAdoption:
    """Adopts whoever a test says has come, with a password that it makes.

    Attributes:
        attempts: The real list of who has tried to connect.
        adopted: Who was adopted, and by which site.
        fault: Raised in place of an adoption.
    """

    def __init__(self) -> None:
        self.attempts = Attempts()
        self.adopted: list[tuple[str, str]] = []
        self.fault: ChargeFlexError | None = None

    def site_of(self, _station_id: str) -> str | None:
        """No site knows who has tried to connect."""
        return None

    async def adopt(self, station_id: str, site_id: str, _password: str | None) -> Adopted:
        """Let a station belong to a site."""
        if self.fault:
            raise self.fault
        self.adopted.append((station_id, site_id))
        self.attempts.forget(station_id)
        return Adopted(
            station_id=station_id,
            site_id=site_id,
            profile=SecurityProfile.PASSWORD,
            password="made-for-it",  # noqa: S106
        )

    async def refuse(self, station_id: str) -> None:
        """Turn a station away."""
        self.attempts.refuse(station_id)

    async def forget(self, station_id: str) -> None:
        """Forget a station."""
        self.attempts.forget(station_id)


class FakeLimits:
    """Notes what was asked for, and answers as a test says.

    Attributes:
        asked: What was imposed: feeder, amperes, end, words; or lifted: feeder, party, start.
        warning: What is said of the next limit.
        fault: Raised in place of an answer.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.warning = ""
        self.fault: ChargeFlexError | None = None

    async def impose(
        self, _site_id: str, feeder_id: str, party: LimitParty, wanted: Sequence[WantedLimit]
    ) -> list[Imposed]:
        """Limit a feeder."""
        if self.fault:
            raise self.fault
        [one] = wanted
        self.asked.append((feeder_id, tuple(one.amps), one.until_at, one.words))
        limit = ImposedLimit(
            feeder_id=feeder_id, party=party, amps=(20.0, 20.0, 20.0), from_at=NOON
        )
        return [Imposed(limit=limit, least_a=(6.0, 6.0, 6.0), warning=self.warning)]

    async def lift(
        self, _site_id: str, feeder_id: str, party: LimitParty, from_at: datetime | None
    ) -> None:
        """Lift a limit."""
        self.asked.append((feeder_id, party, from_at))


class FakeWhatIf:
    """Answers what a test says, whatever limit is asked about.

    Attributes:
        asked: Feeders and limits.
        answers: What is told, or raised, one after the other.
        closed: Why nothing can be asked; empty: it can.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str | None, float]] = []
        self.answers: list[WhatIf | ChargeFlexError] = []
        self.closed = ""

    def ranges(self, site_id: SiteId) -> dict[FeederId, LimitRange]:
        """20 to 120 A at the intake."""
        if self.closed:
            raise NoWhatIfError(site_id, self.closed)
        return {"intake": LimitRange(least_a=20.0, now_a=40.0, most_a=120.0)}

    async def ask(self, _site_id: SiteId, feeder_id: FeederId | None, limit_a: float) -> WhatIf:
        """Tell what a limit would do."""
        self.asked.append((feeder_id, limit_a))
        answer = self.answers.pop(0)
        if isinstance(answer, ChargeFlexError):
            raise answer
        return answer


class FakeSiteFiles:
    """The file of a site, of which a test says what it would change.

    Attributes:
        file: What it says.
        preview_of: What each text would change, or why it cannot be used.
        applied: What it was told to say: text, digest of what it said, by whom.
        fault: Raised in place of the file.
        versions: What it has come to say, the newest first.
    """

    def __init__(self) -> None:
        self.file = SiteFile(path="/etc/yard.yaml", text="site: yard\n", digest="d1")
        self.preview_of: dict[str, SitePreview | ChargeFlexError] = {}
        self.applied: list[tuple[str, str, str]] = []
        self.fault: ChargeFlexError | None = None
        self.versions: list[SiteVersion] = []

    async def read(self, _site_id: SiteId) -> SiteFile:
        """What the file says."""
        if self.fault:
            raise self.fault
        return self.file

    async def preview(self, _site_id: SiteId, text: str) -> SitePreview:
        """What a text would change."""
        told = self.preview_of[text]
        if isinstance(told, ChargeFlexError):
            raise told
        return told

    async def apply(self, _site_id: SiteId, text: str, digest: str, who: str) -> SiteApplied:
        """Let the file say something else."""
        self.applied.append((text, digest, who))
        self.file = SiteFile(path=self.file.path, text=text, digest="d2")
        return SiteApplied(number=2, digest="d2", changes=(), needs_restart=False)

    async def site_versions(
        self, _site_id: SiteId, _before: int | None, limit: int
    ) -> list[SiteVersion]:
        """What the file has come to say."""
        return self.versions[:limit]

    async def site_version(self, _site_id: SiteId, number: int) -> SiteVersion | None:
        """One of them."""
        return next((one for one in self.versions if one.number == number), None)


class FakeDesk:
    """Notes what is sent, and lets stations answer as a test says.

    Attributes:
        sent: To whom, and what.
        answers: What each answers; who is not named accepts.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[tuple[StationId, ...], Command[Any]]] = []
        self.answers: dict[StationId, Sent[Outcome] | ChargeFlexError] = {}

    async def command_all(
        self, station_ids: Sequence[StationId], command: Command[Any], _order: object
    ) -> dict[StationId, Sent[Outcome] | ChargeFlexError]:
        """Send a command."""
        self.sent.append((tuple(station_ids), command))
        accepted: Sent[Outcome] = Sent(Outcome(status=CommandStatus.ACCEPTED), 7)
        return {one: self.answers.get(one, accepted) for one in station_ids}


class FakeTokens:
    """Keeps the list of tokens.

    Attributes:
        records: What is said of each, by its key.
    """

    def __init__(self) -> None:
        self.records: dict[str, TokenRecord] = {}

    async def put(self, *records: TokenRecord) -> None:
        """List tokens."""
        self.records.update({record.token.key: record for record in records})

    async def take_off(self, token: IdToken) -> None:
        """Take a token off the list."""
        if self.records.pop(token.key, None) is None:
            raise UnknownTokenError(token.value)

    async def tokens(self, *, begins: str | None, after: str | None, limit: int) -> list[Any]:
        """The list, as queries read it."""
        keys = sorted(key for key in self.records if key.startswith(begins or ""))
        return [self._row(key) for key in keys if after is None or key > after][:limit]

    def _row(self, key: str) -> dict[str, Any]:
        record = self.records[key]
        return {
            "key": key,
            "value": record.token.value,
            "kind": record.token.kind,
            "status": record.status.value,
            "group": record.group,
            "expires_at": record.expires_at,
            "seen_at": None,
        }


class FakeChargers:
    """Knows of chargers what a test says.

    Attributes:
        settings: How each one's settings stand.
        dialects: How each takes charging profiles.
    """

    def __init__(self) -> None:
        self.settings: dict[StationId, tuple[SettingState, ...]] = {}
        self.dialects: dict[StationId, DialectView] = {}

    def settings_of(self, station_id: StationId) -> tuple[SettingState, ...]:
        """How a charger's settings stand."""
        return self.settings.get(station_id, ())

    def dialect_of(self, station_id: StationId) -> DialectView | None:
        """How a charger takes charging profiles."""
        return self.dialects.get(station_id)


class FakeExports:
    """Writes the file that a test says, whatever is wanted.

    Attributes:
        text: What stands in it.
        wanted: What was asked for.
    """

    def __init__(self) -> None:
        self.text = "starts_at,power_mean_w,energy_wh\n"
        self.wanted: list[Wanted] = []

    async def write(self, wanted: Wanted, form: FileFormat) -> Path:
        """Write the file."""
        self.wanted.append(wanted)
        folder = Path(tempfile.mkdtemp(prefix="chargeflex-export-"))
        path = folder / f"export.{form}"
        path.write_text(self.text)
        return path


class FakeNeeds:
    """Notes what vehicles are said to need, and answers as a test says.

    Attributes:
        stated: Where, and what.
        fault: Raised in place of an answer.
    """

    def __init__(self) -> None:
        self.stated: list[tuple[str, StatedNeed]] = []
        self.fault: ChargeFlexError | None = None

    async def state_need(self, evse_id: EvseId, need: StatedNeed) -> None:
        """Say what a vehicle needs."""
        if self.fault:
            raise self.fault
        self.stated.append((str(evse_id), need))


class FakeAccess:
    """Lets everybody do everything, and forgets it."""

    def __init__(self) -> None:
        self.logins = self
        self.log = self
        self.audits = self

    def now(self) -> datetime:
        """Always the same."""
        return NOON

    async def note(self, _entry: AuditEntry) -> None:
        """Forget what was done."""


def dashboard_app(
    room: FakeRoom,
    reads: object | None = None,
    forecast_of: ForecastOf | None = None,
    journal: MessageJournal | None = None,
) -> FastAPI:
    """The application as the whole system puts it together.

    Args:
        room: The sites.
        reads: Looks up what is stored; None: no test looks.
        forecast_of: What is known of forecasts; None: no test asks.
        journal: Keeps messages; None: they are not kept.
    """
    printer = Printer("ws://127.0.0.1:9000/ocpp/")
    context = ApiContext(
        room=cast(ControlRoom, room),
        operations=cast(Operations, room.needs),
        limits=cast(ImposedLimits, room.limits),
        connectors=cast(ConnectorOrders, room.connectors),
        courses=cast(ConnectorCourses, room.connectors),
        acts=cast(ConnectorActs, room.connectors),
        grid=cast(GridDesk, None),
        flexibility=cast(OfferDesk, None),
        timetables=cast(Timetables, None),
        pricing=cast(Pricing, None),
        what_if=cast(WhatIfDesk, room.what_if),
        site_editor=cast(SiteEditor, room.site_files),
        forecasts=cast(Forecasts, None),
        demand=room.board,
        desk=cast(CommandDesk, room.desk),
        answers=cast(Answers, None),
        tokens=cast(Tokens, room.tokens),
        security=cast(StationSecurity, None),
        rotation=cast(PasswordRotation, None),
        certificates=cast(StationCertificates, None),
        adoption=cast(Adoption, room.adoption),
        renewal=cast(CertificateRenewal, None),
        reload_certificates=cast(Any, None),
        reads=cast(ReadSide, FakeReads(room.guard_events, room.site_files)),
        access=cast(AccessSide, FakeAccess()),
        own=cast(OwnCharging, None),
        exports=room.exports,
    )
    return create_api(
        context,
        render_metrics=lambda: b"",
        pages=desk_pages(
            Sources(
                sites=room,
                what_if=room.what_if,
                site_files=room.site_files,
                reads=cast(Reads, reads),
                chargers=cast(ChargerDesk, room.chargers),
                admission=room.admission,
                parties=room.parties,
                forecast_of=cast(ForecastOf, forecast_of),
                board=room.board,
                journal=journal,
                access=context.access,
                own=context.own,
                grid=context.grid,
                connectors=ConnectorDesk(
                    acts=context.acts,
                    orders=context.connectors,
                    needs=context.operations,
                    journal=journal,
                ),
            ),
            printer,
        ),
        mounts=(Mount(STATIC_PATH, static_files()),),
        print_error=printer.error,
        visitors=Visitors(mode=AccessMode.OPEN),
    )


@dataclass
class Server:
    """A running server.

    Attributes:
        stop: Set to end it.
    """

    port: int
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where the first page is."""
        return f"http://{_HOST}:{self.port}"


@asynccontextmanager
async def serving(
    room: FakeRoom,
    port: int = 0,
    reads: object | None = None,
    journal: MessageJournal | None = None,
    forecast_of: ForecastOf | None = None,
) -> AsyncIterator[Server]:
    """Serve the pages at a free port, or at that one, until told to stop."""
    with bind(_HOST, port) as at:
        server = Server(at.getsockname()[1])
        async with asyncio.TaskGroup() as tasks:
            feeds = [tasks.create_task(feed.run()) for feed in room.feeds.values()]
            app = dashboard_app(room, reads, forecast_of, journal)
            tasks.create_task(serve_http(app, at, server.stop))
            try:
                yield server
            finally:
                server.stop.set()
                for feed in feeds:
                    feed.cancel()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start a browser, or skip the test; the one without windows does two thirds of the work."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.skip("no browser here: apt-get install chromium-headless-shell")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_BROWSER_OPTIONS)
        try:
            yield browser
        finally:
            await browser.close()


class Tab:
    """A browser's tab that remembers all that went wrong in it.

    Attributes:
        complaints: Errors and warnings of the console, exceptions, and answers of 400 and more.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))

    async def open(self, url: str) -> None:
        """Open an address and wait until the page is live."""
        await self.page.goto(url)
        await self.page.wait_for_selector('.link[data-link="live"]')

    async def text(self, selector: str) -> str:
        """What an element says, on one line."""
        return " ".join((await self.page.inner_text(selector)).split())

    async def says(self, selector: str, text: str) -> None:
        """Wait until an element says just that."""
        await self.page.wait_for_function(
            "([selector, text]) => document.querySelector(selector)"
            "?.innerText.replace(/\\s+/g, ' ').trim() === text",
            arg=[selector, text],
        )

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")


NewTab: TypeAlias = Callable[..., Awaitable[Tab]]
"""Opens a tab, given a browser context's options."""
