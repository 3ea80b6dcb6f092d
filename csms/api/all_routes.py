"""All routes of the API, read once."""

from functools import cache
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from csms.api import (
    alerts,
    api_keys,
    audit,
    commands,
    connectors,
    demand,
    exports,
    flexibility,
    forecasts,
    grid,
    grid_proof,
    guard_events,
    key_figures,
    limits,
    messages,
    own,
    plans,
    prices,
    reports,
    resources,
    security,
    site_file,
    sites,
    stations,
    timetables,
    tokens,
    transactions,
    unknown_stations,
    users,
)
from csms.api.errors import EVERYWHERE
from csms.api.said_once import SAID_ONCE

PREFIX: Final = "/api/v1"
_ROUTERS: Final[tuple[APIRouter, ...]] = tuple(
    module.router
    for module in (
        *(sites, limits, grid, grid_proof, flexibility, timetables, prices),
        *(forecasts, demand, plans, site_file),
        *(alerts, guard_events, key_figures),
        *(stations, connectors, transactions, commands),
        *(reports, tokens, security, unknown_stations, messages, exports, resources),
        *(users, api_keys, audit, own),
    )
)
"""In the order of the description."""


@cache
def all_routes() -> tuple[BaseRoute, ...]:
    """The routes of the API, for any number of applications.

    They know no application: what they are given stands in its `state`. To read the parameters and
    answers of all of them takes the framework a quarter of a second.
    """
    bare = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, responses=EVERYWHERE)
    for router in _ROUTERS:
        bare.include_router(router, prefix=PREFIX, dependencies=[SAID_ONCE])
    return tuple(bare.routes)
