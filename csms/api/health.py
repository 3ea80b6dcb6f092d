"""Whether the program runs and can do its work, and its metrics: outside of the API's versions."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI, Response
from pydantic import BaseModel

from csms.api.dependencies import ReadSide

_OK = "ok"


class Health(BaseModel):
    """Whether all is well with the program."""

    status: str


def add_health(app: FastAPI, reads: ReadSide, render_metrics: Callable[[], bytes]) -> None:
    """Add the routes.

    Args:
        app: The application.
        reads: Tells whether the database answers.
        render_metrics: Writes all metrics in Prometheus' text format.
    """

    @app.get("/healthz", tags=["health"])
    async def alive() -> Health:
        """Whether the program runs."""
        return Health(status=_OK)

    @app.get("/readyz", tags=["health"])
    async def ready(response: Response) -> Health:
        """Whether the program can do its work: its database answers."""
        if await reads.is_usable():
            return Health(status=_OK)
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return Health(status="the database does not answer")

    @app.get("/metrics", tags=["health"], response_class=Response)
    async def metrics() -> Response:
        """Metrics in Prometheus' text format."""
        return Response(render_metrics(), media_type="text/plain; version=0.0.4")
