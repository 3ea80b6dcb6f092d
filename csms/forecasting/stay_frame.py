"""Stays out of the database as the library takes them: id tokens hashed, some drivers left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from csms.service.forecast_store import StandingVehicle
from smart_charging.forecast.calendar import Calendar, public_holidays
from smart_charging.forecast.token_hash import token_hash

_COLUMNS: Final = (
    *("number", "token", "station", "site"),
    *("plugged_in_at", "unplugged_at", "energy_wh", "power_w", "draws"),
)
_AHEAD: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Turns id tokens into hashes, and knows whose stays are not looked at.

    Attributes:
        key: What they are hashed with.
        exclusions: Up to when stays do not count, by hash; None: none ever.
    """

    key: bytes
    exclusions: Mapping[str, datetime | None]

    def hashed(self, token: str | None) -> str | None:
        """What stands for a token; None where nobody knows it."""
        return None if token is None else token_hash(token, self.key)

    def counts(self, hashed: str | None, came_at: datetime) -> bool:
        """Whether a stay is looked at."""
        if hashed is None or hashed not in self.exclusions:
            return True
        until_at = self.exclusions[hashed]
        return until_at is not None and came_at >= until_at


def past_frame(rows: Iterable[Sequence[Any]], tokens: Tokens) -> pd.DataFrame:
    """Stays that are over, from rows as `past_stays.COLUMNS`."""
    found = []
    for number, station, site, token, came_at, left_at, energy_wh in rows:
        hashed = tokens.hashed(token)
        if tokens.counts(hashed, came_at):
            stay = (number, hashed, station, site, came_at, left_at, energy_wh, None, False)
            found.append(stay)
    return _frame(found)


def standing_frame(
    vehicles: Iterable[StandingVehicle], token_of: Mapping[int, str | None], tokens: Tokens
) -> pd.DataFrame:
    """Stays that go on; those of drivers who are left out are not among them."""
    found: list[tuple[Any, ...]] = []
    for one in vehicles:
        hashed = tokens.hashed(token_of.get(one.number))
        if tokens.counts(hashed, one.came_at):
            place = (one.number, hashed, one.station_id, one.site_id)
            found.append((*place, one.came_at, None, one.energy_wh, None, one.draws))
    return _frame(found)


def joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Several tables as one; a stay that is in several of them is there once."""
    some = [frame for frame in frames if len(frame)]
    whole = pd.concat(some) if some else frames[0]
    return whole[~whole.index.duplicated()]


def calendar_of(zone: str, country: str | None, first: date, last: date) -> Calendar:
    """The calendar of a time zone, from the first stay to some days after the last."""
    if country is None:
        return Calendar(ZoneInfo(zone))
    return Calendar(ZoneInfo(zone), public_holidays(country, first, last + _AHEAD))


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    for name in ("plugged_in_at", "unplugged_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    for name in ("energy_wh", "power_w"):
        frame[name] = frame[name].astype(float)
    frame["draws"] = frame["draws"].astype(bool)
    return frame.set_index("number")
