"""Ports of forecasts: who makes them, and what keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from csms.domain.authorization import IdToken
from csms.domain.forecast_model import ModelNote
from csms.domain.identity import SiteId, StationId
from csms.domain.stay_outcome import StayAnswer, StayOutcome, ToldStay


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingVehicle:
    """A vehicle of which it is asked what it will draw, and when it leaves.

    Attributes:
        number: Of its transaction.
        energy_wh: What it has drawn so far.
        draws: Whether it still draws, or would if it might.
    """

    number: int
    site_id: SiteId
    station_id: StationId
    came_at: datetime
    energy_wh: float
    draws: bool


class Forecaster(Protocol):
    """Tells what vehicles will draw and when they leave, off the event loop."""

    async def forecast(
        self, vehicles: Sequence[StandingVehicle], now: datetime
    ) -> Mapping[int, StayAnswer] | None:
        """Say something of each vehicle that a model knows anything of, by its transaction.

        Always answers, within a minute.

        Returns:
            None where nobody could be asked: it is worth asking again soon.
        """
        ...


class ForecastStore(Protocol):
    """Keeps models of stays, what they said, and whose stays they do not look at."""

    async def key(self) -> bytes:
        """The key that id tokens are hashed with."""
        ...

    async def exclusions(self) -> dict[str, datetime | None]:
        """Whose stays do not count, by the hash of the token: up to when; None: none ever."""
        ...

    async def exclude(self, token_hash: str, until_at: datetime | None, now: datetime) -> None:
        """Have a driver's stays not looked at."""
        ...

    async def include(self, token_hash: str) -> None:
        """Have a driver's stays looked at again."""
        ...

    async def forget_said(self, token: IdToken) -> None:
        """Forget all that was said of a driver's stays."""
        ...

    async def models(self, limit: int, zone: str | None = None) -> list[ModelNote]:
        """The newest models, the newest first; only of a time zone, if one is named."""
        ...

    async def note_told(self, told: Sequence[ToldStay]) -> None:
        """Keep what was said of stays when they began; what was said first stays."""
        ...

    async def settle(self) -> set[SiteId]:
        """Keep what came of stays that are over; return the sites of which there is news."""
        ...

    async def outcomes_at(self, site_id: SiteId, limit: int) -> list[StayOutcome]:
        """What was said of a site's last stays that are over, and what came; the last first."""
        ...

    async def drop_said(self, before: datetime) -> None:
        """Forget what was said of stays that began earlier."""
        ...
