"""Puts together what is served over HTTP: the API, its metrics, and the pages beside it."""

from fastapi import FastAPI

from csms.api.app import Mount, Visitors, create_api
from csms.api.demand_metrics import DemandMetrics
from csms.api.dependencies import ApiContext
from csms.api.forecast_metrics import ForecastMetrics
from csms.api.metrics import metrics_renderer
from csms.api.process_metrics import Tallies
from csms.app_settings import AppSettings
from csms.dashboard.connector_acts import ConnectorDesk
from csms.dashboard.desk import Sources, desk_pages
from csms.dashboard.printer import STATIC_PATH, Printer, static_files


def create_web(context: ApiContext, settings: AppSettings, tallies: Tallies) -> FastAPI:
    """Create the web application, whose pages ask what its API asks."""
    gateway, http = settings.gateway, settings.http
    printer = Printer(f"ws://{gateway.host}:{gateway.port}{gateway.prefixes[0]}")
    forecast_of = context.forecasts.of_site
    return create_api(
        context,
        render_metrics=metrics_renderer(
            context.room,
            tallies,
            ForecastMetrics(context.room.site_ids, forecast_of),
            DemandMetrics(context.room, context.demand),
        ),
        pages=desk_pages(
            Sources(
                sites=context.room,
                what_if=context.what_if,
                site_files=context.site_editor,
                reads=context.reads,
                chargers=context.operations,
                admission=settings.tokens.admission,
                parties=context.grid.parties,
                journal=context.journal,
                forecast_of=forecast_of,
                board=context.demand,
                access=context.access,
                own=context.own,
                grid=context.grid,
                connectors=ConnectorDesk(
                    acts=context.acts,
                    orders=context.connectors,
                    needs=context.operations,
                    journal=context.journal,
                ),
            ),
            printer,
        ),
        mounts=(Mount(STATIC_PATH, static_files()),),
        print_error=printer.error,
        visitors=Visitors(
            hosts=(http.host, *http.hosts),
            language=http.language,
            rate=http.rate,
            mode=settings.access,
        ),
    )
