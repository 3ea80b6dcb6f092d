"""Tells the judge of every change of a vehicle's current at the instant at which it happens.

A vehicle's current is constant between changes, and it is known when the next one comes by itself:
so nothing is sampled, and no excess is too short to be seen.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

from simulators.clock import Clock
from simulators.grid import Judge, Load
from simulators.stations.charging_profiles import FOREVER
from simulators.stations.outlet import Outlet
from simulators.stations.station import Station

_JUST_AFTER_S: Final = 2e-6
"""Instants are kept in microseconds, and a vehicle's seconds are not."""


class Watch:
    """Watches all outlets of some stations.

    Args:
        stations: Whose outlets.
        clock: Simulated time, on a loop whose seconds are its own.
        judge: Who is told.
    """

    def __init__(self, stations: Iterable[Station], clock: Clock, judge: Judge) -> None:
        self._clock = clock
        self._judge = judge
        self._loop = asyncio.get_running_loop()
        self._timers: dict[Outlet, asyncio.TimerHandle] = {}
        self._names: dict[Outlet, tuple[str, int]] = {}
        for station in stations:
            for number, outlet in station.outlets.items():
                self._names[outlet] = (station.station_id, number)
                outlet.on_change = self._look_at

    def close(self) -> None:
        """Watch no more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _look_at(self, outlet: Outlet) -> None:
        timer = self._timers.pop(outlet, None)
        if timer is not None:
            timer.cancel()
        now = self._clock.now()
        self._judge.observe_vehicle(now, Load(*self._names[outlet], outlet.currents))
        changes_at = outlet.changes_at
        if changes_at is not None and changes_at != FOREVER:
            wait_s = max(0.0, (changes_at - now).total_seconds()) + _JUST_AFTER_S
            self._timers[outlet] = self._loop.call_later(wait_s, self._pass_time, outlet)

    def _pass_time(self, outlet: Outlet) -> None:
        del self._timers[outlet]
        outlet.advance(self._clock.now())
        if outlet not in self._timers:  # otherwise its limit has changed, and that was looked at
            self._look_at(outlet)
