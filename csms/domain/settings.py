"""Settings of stations as an operator wants them, beside what a station says of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from csms.domain.identity import StationId


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSetting:
    """How a setting should be.

    Attributes:
        name: A well-known one (`SettingName`), or the stations' own name of it.
        protocol: For stations that speak this version only, None: for all.
        stations: For these only; empty: for all.
    """

    name: str
    value: str
    protocol: str | None = None
    stations: frozenset[StationId] = frozenset()

    def is_for(self, station_id: StationId, protocol: str | None) -> bool:
        """Whether a station should have it."""
        is_version = self.protocol is None or self.protocol == protocol
        return is_version and (not self.stations or station_id in self.stations)


class SettingVerdict(StrEnum):
    """How a station's setting stands to what is wanted."""

    SAME = "same"
    WRITTEN = "written"
    AFTER_RESTART = "after_restart"
    """Taken, but it counts only once the station has restarted."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The station knows no such setting."""
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingState:
    """A setting as it is wanted, and as the station has it.

    Attributes:
        told: What the station said before anything was written, None if it did not say.
        at: When that was found out.
    """

    name: str
    wanted: str
    told: str | None
    verdict: SettingVerdict
    detail: str = ""
    at: datetime


def is_same(one: str, other: str) -> bool:
    """Whether two values of a setting mean the same: numbers, words and lists in any order."""
    return _meaning(one) == _meaning(other)


def _meaning(value: str) -> object:
    words = [word.strip().casefold() for word in value.split(",")]
    if len(words) > 1:
        return sorted(words)
    try:
        return float(words[0])
    except ValueError:
        return words[0]
