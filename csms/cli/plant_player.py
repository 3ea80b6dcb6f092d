"""How the simulated battery, sun and heat of a site reach a server: through its API."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import httpx2

from simulators.clock import Clock
from simulators.resources.plant import Plant, Told, read_plant
from simulators.scenario import Scenario


def plant_of(scenario: Scenario, clock: Clock) -> Plant:
    """Make the resources of a scenario's site."""
    return read_plant(scenario.site_path, scenario.site, clock, scenario.starts_at, scenario.seed)


_WEATHER_EVERY: Final = timedelta(hours=1)
_FORECAST_H: Final = 26

PlayPlant: TypeAlias = Callable[[Plant, httpx2.AsyncClient], Coroutine[Any, Any, None]]
"""Lets simulated resources live beside a server, which is asked through a client."""


class PlantPlayer:
    """Brings setpoints to simulated resources, and their readings to a server.

    Args:
        plant: The resources.
        client: Asks the server's API.
    """

    def __init__(self, plant: Plant, client: httpx2.AsyncClient) -> None:
        self._plant = plant
        self._client = client
        self._path = f"/api/v1/sites/{plant.site.site_id}/resources"
        self._weather_path = f"/api/v1/sites/{plant.site.site_id}/weather"
        self._weather_due_at = datetime.min.replace(tzinfo=UTC)

    async def run(self) -> None:
        """Live until cancelled."""
        await self._plant.run(self.ask, self.report)

    async def ask(self) -> Told:
        """Ask for the setpoints."""
        await self._tell_weather()
        try:
            response = await self._client.get(self._path)
        except httpx2.TransportError:
            return {}
        states: list[dict[str, Any]] = response.json() if response.is_success else []
        return setpoints_of(states)

    async def _tell_weather(self) -> None:
        """Pass on a forecast now and then; it is right, as that of a good service is for a day."""
        now, weather = self._plant.clock.now(), self._plant.weather
        if weather is None or now < self._weather_due_at:
            return
        self._weather_due_at = now + _WEATHER_EVERY
        hours = [now + timedelta(hours=hour) for hour in range(_FORECAST_H + 1)]
        outdoor = [{"at": at.isoformat(), "celsius": weather.outdoor_c(at)} for at in hours]
        with suppress(httpx2.TransportError):
            await self._client.put(self._weather_path, json={"outdoor": outdoor})

    async def report(self, name: str, values: dict[str, float]) -> bool:
        """Pass on what a resource tells; return whether it was taken."""
        body = {**values, "at": self._plant.clock.now().isoformat()}
        try:
            response = await self._client.put(f"{self._path}/{name}/reading", json=body)
        except httpx2.TransportError:
            return False
        return response.is_success


async def play_plant(plant: Plant, client: httpx2.AsyncClient) -> None:
    """Let resources live as they should, until cancelled."""
    await PlantPlayer(plant, client).run()


def setpoints_of(states: list[dict[str, Any]]) -> Told:
    """Read the setpoints from what the server says of resources."""
    return {
        state["resource_id"]: _setpoint(state["setpoint"])
        for state in states
        if state["setpoint"] is not None
    }


def _setpoint(told: dict[str, Any]) -> tuple[float, datetime]:
    return told["watts"], datetime.fromisoformat(told["until"])
