"""Tells the judge of every change of a vehicle's current at the instant at which it happens.

A vehicle's current is constant between changes, and it is known when the next one comes by itself:
so nothing is sampled, and no excess is too short to be seen.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from simulators.chaos.judge import StrictJudge
from simulators.clock import Clock
from simulators.grid import Load
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

    def __init__(self, stations: Iterable[Station], clock: Clock, judge: StrictJudge) -> None:
        self._clock = clock
        self._judge = judge
        self._loop = asyncio.get_running_loop()
        self._timers: dict[Outlet, asyncio.TimerHandle] = {}
        self._stations: dict[Outlet, Station] = {}
        for station in stations:
            for outlet in station.outlets.values():
                self._stations[outlet] = station
                outlet.on_change = self._look_at
                outlet.on_sample = self._sampled

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
        self._see_whether_it_obeys(outlet, now)
        key = (self._stations[outlet].station_id, outlet.model.number)
        self._judge.observe_vehicle(now, Load(*key, outlet.currents))
        changes_at = outlet.changes_at
        if changes_at is not None and changes_at != FOREVER:
            wait_s = max(0.0, (changes_at - now).total_seconds()) + _JUST_AFTER_S
            self._timers[outlet] = self._loop.call_later(wait_s, self._pass_time, outlet)

    def _see_whether_it_obeys(self, outlet: Outlet, now: datetime) -> None:
        station, number, excuses = self._stations[outlet], outlet.model.number, self._judge.excuses
        if excuses is None:
            return
        key = (station.station_id, number)
        if station.is_down:
            excuses.station_restarts(station.station_id)
        if station.limiter.is_ignoring(now):
            told_a = station.limiter.told_a(number, now)
            excuses.draws(key, max(outlet.currents), told_a, now)
        else:
            excuses.obeys(key, now)

    def _sampled(self, outlet: Outlet) -> None:
        if self._judge.excuses is not None:
            key = (self._stations[outlet].station_id, outlet.model.number)
            self._judge.excuses.told_current(key, self._clock.now())

    def _pass_time(self, outlet: Outlet) -> None:
        del self._timers[outlet]
        outlet.advance(self._clock.now())
        if outlet not in self._timers:  # otherwise its limit has changed, and that was looked at
            self._look_at(outlet)
