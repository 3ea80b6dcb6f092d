"""How simulated resources and meters reach a server that can be killed: by its API, if it is up."""

import json
from collections.abc import Mapping
from typing import Any

from csms.cli.chaos_server import MortalServer
from csms.cli.plant_player import setpoints_of
from simulators.resources.plant import Told


class ServerLink:
    """Brings setpoints and readings.

    Args:
        server: Who is asked and told.
        site_id: Whose resources.
    """

    def __init__(self, server: MortalServer, site_id: str) -> None:
        self._server = server
        self._path = f"/api/v1/sites/{site_id}/resources"

    async def ask(self) -> Told:
        """Bring setpoints; none if nobody answers."""
        response = await self._server.ask("GET", self._path)
        states: list[dict[str, Any]] = response.json() if response and response.is_success else []
        return setpoints_of(states)

    async def tell(self, name: str, values: Mapping[str, object]) -> bool | None:
        """Tell of a resource; return whether that was taken, None if nobody answers.

        What is no JSON, such as NaN, is sent all the same.
        """
        path = f"{self._path}/{name}/reading"
        response = await self._server.ask("PUT", path, json.dumps(dict(values)))
        return None if response is None else response.is_success


class MeterLink:
    """Brings anything that is said of feeders' meters.

    Args:
        server: Who is told.
        site_id: Whose meters.
    """

    def __init__(self, server: MortalServer, site_id: str) -> None:
        self._server = server
        self._path = f"/api/v1/sites/{site_id}/feeders"

    async def tell(self, feeder_id: str, body: Mapping[str, object]) -> bool | None:
        """Tell of a meter; return whether that was taken, None if nobody answers."""
        path = f"{self._path}/{feeder_id}/load"
        response = await self._server.ask("PUT", path, json.dumps(dict(body)))
        return None if response is None else response.is_success
