"""What the process that is asked for forecasts is told, and what it answers in place of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from csms.forecasting.settings import ForecastSettings
from csms.service.forecast_store import StandingVehicle
from csms.storage.database import DatabaseSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What the process is told first."""

    database: DatabaseSettings
    settings: ForecastSettings


@dataclass(frozen=True, slots=True)
class Question:
    """Which vehicles stand, now."""

    vehicles: Sequence[StandingVehicle]
    now: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """Why nothing is said."""

    detail: str
