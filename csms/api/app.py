"""The web application: routes, errors, health."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from csms.api.access_guard import Access, AccessGuard
from csms.api.all_routes import PREFIX, all_routes
from csms.api.browsers import PrintError, explain_to_browsers
from csms.api.dependencies import ApiContext
from csms.api.described_access import describe_access
from csms.api.description import complete
from csms.api.errors import EVERYWHERE, explain_errors
from csms.api.health import add_health
from csms.api.hosts import HostGuard
from csms.api.idempotency import IdempotentRequests
from csms.api.rate_limit import Rate, RateLimit
from csms.api.readers import Readers
from csms.api.route_places import RoutePlaces
from csms.api.route_rules import RouteRules
from csms.domain.access import AccessMode
from csms.language.languages import Language

_DESCRIPTION: Final = (
    "Sites, stations, plans and limits of a charging station management system. Units: A per "
    "line, W, Wh, s; instants in UTC."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    """Who comes.

    Attributes:
        hosts: Names under which the application may be reached, beside loopback and its own
            address.
        language: Of pages, where neither a reader nor the browser says one.
        rate: How many requests of the API each may send; None: any number.
        mode: Who is let in.
    """

    mode: AccessMode = AccessMode.LOGIN
    hosts: Iterable[str] = ()
    language: Language = Language.EN
    rate: Rate | None = None


@dataclass(frozen=True, slots=True)
class Mount:
    """Another application under a path."""

    path: str
    app: ASGIApp


def create_api(
    context: ApiContext,
    *,
    render_metrics: Callable[[], bytes],
    pages: tuple[APIRouter, ...] = (),
    mounts: tuple[Mount, ...] = (),
    print_error: PrintError | None = None,
    visitors: Visitors | None = None,
) -> FastAPI:
    """Create the web application.

    Args:
        context: What the routes are given.
        render_metrics: Writes all metrics in Prometheus' text format.
        pages: Routers of pages beside the API.
        mounts: Applications under other paths, such as static files.
        print_error: Prints errors for browsers; None: they are told what programs are.
        visitors: Who comes; None: users, by loopback, and told in English.

    Raises:
        UnruledRouteError: A route does not say what it needs.
    """
    app = _Application(
        title="ChargeFlex",
        version=version("chargeflex"),
        description=_DESCRIPTION,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # FastAPI's own pages load their scripts from elsewhere
        redoc_url=None,
        responses=EVERYWHERE,
    )
    app.state.context = context
    rules = RouteRules()
    _add_doors(app, context, visitors or Visitors(), rules, print_error)
    explain_errors(app)
    if print_error:
        explain_to_browsers(app, print_error)
    app.router.routes.extend(all_routes())
    for page in pages:
        app.include_router(page, include_in_schema=False)
    for mount in mounts:
        app.mount(mount.path, mount.app)
    add_health(app, context.reads, render_metrics)
    rules.learn(app.routes)
    return app


def _add_doors(
    app: FastAPI,
    context: ApiContext,
    visitors: Visitors,
    rules: RouteRules,
    print_error: PrintError | None,
) -> None:
    """Add what every request passes, the innermost first."""
    access = Access(
        mode=visitors.mode,
        identify=context.access.logins,
        log=context.access.log,
        print_error=print_error,
    )
    app.add_middleware(IdempotentRequests, answers=context.answers)
    app.add_middleware(AccessGuard, access=access, rules=rules, places=RoutePlaces(context))
    app.add_middleware(Readers, default=visitors.language)
    if visitors.rate:
        app.add_middleware(RateLimit, rate=visitors.rate, now=context.room.now)
    app.add_middleware(HostGuard, names=tuple(visitors.hosts))


class _Application(FastAPI):
    """Describes what the framework does not read itself."""

    def openapi(self) -> dict[str, Any]:
        """The description of all routes, commands and problems."""
        is_made = self.openapi_schema is not None
        document = super().openapi()
        if not is_made:
            complete(document)
            describe_access(document)
        return document
