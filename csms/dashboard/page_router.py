"""What the routes of all pages share."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from csms.dashboard.printer import Printer
from csms.domain.errors import UnknownSiteError
from csms.language.reader import say


def page_router(printer: Printer) -> APIRouter:
    """Build a router for pages, on which a site that is not there is a page that says so."""

    class PageRoute(APIRoute):
        """Explains what is asked for and is not there."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            """The route's handler, with that explanation."""
            handle = super().get_route_handler()

            async def handle_or_explain(request: Request) -> Response:
                try:
                    return await handle(request)
                except UnknownSiteError as error:
                    text = say("There is no site called “%(site)s”.", site=error.site_id)
                    return printer.error(HTTPStatus.NOT_FOUND, text)

            return handle_or_explain

    return APIRouter(
        include_in_schema=False, default_response_class=HTMLResponse, route_class=PageRoute
    )
