"""What a generated vehicle draws while its limit goes on."""

from dataclasses import dataclass
from typing import Any, Final

import pytest

from benchmarks.load import station as stations
from benchmarks.load.contents import Timestamps
from benchmarks.load.station import Station
from benchmarks.load.v16 import v16

STEPS: Final = [{"startPeriod": 0, "limit": 16.0}, {"startPeriod": 120, "limit": 7.0}]


@dataclass
class Watch:
    """Shows what a test has set it to."""

    now_s: float = 1000.0

    def monotonic(self) -> float:
        """The present instant."""
        return self.now_s


def take(
    station: Station, at_s: float, purpose: str, periods: list[dict[str, float]], **more: Any
) -> None:
    """Let a station be told a limit."""
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": periods, **more}
    profile = {"chargingProfilePurpose": purpose, "chargingSchedule": schedule}
    station.called_at = at_s
    station._take_limit(station.dialect.read_limit({"csChargingProfiles": profile}))


def test_a_vehicle_follows_its_limit_from_step_to_step(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch()
    monkeypatch.setattr(stations, "time", watch)
    station = Station(0, v16(), Timestamps())
    station._contents.transaction = "1"
    drawn_a = [station.drawn_a]
    take(station, watch.now_s, "TxDefaultProfile", [{"startPeriod": 0, "limit": 8.0}])
    drawn_a.append(station.drawn_a)
    take(station, watch.now_s, "TxProfile", STEPS, duration=900)
    for watch.now_s in (1000.0, 1119.0, 1120.0, 1899.0, 1900.0):
        drawn_a.append(station.drawn_a)

    assert drawn_a == [16.0, 8.0, 16.0, 16.0, 7.0, 7.0, 8.0]
