"""A fleet whose every ampere is watched, on a day in which much goes wrong."""

from simulators.chaos.judge import StrictJudge
from simulators.chaos.watch import Watch
from simulators.clock import Clock
from simulators.fleet import Announce, Fleet
from simulators.scenario import Scenario
from simulators.stations.link import Connect


class WatchedFleet(Fleet):
    """Runs a scenario; the judge learns of every change when it happens.

    Attributes:
        judge: What the feeders really carried.
    """

    judge: StrictJudge

    def __init__(
        self, scenario: Scenario, clock: Clock, connect: Connect, announce: Announce
    ) -> None:
        super().__init__(scenario, clock, connect, announce=announce)
        self.judge = StrictJudge(scenario.site)
        self._watch = Watch(self.stations.values(), clock, self.judge)

    def close(self) -> None:
        """Watch no more."""
        self._watch.close()

    def _tick(self) -> None:
        now = self._clock.now()
        for name in dict.fromkeys(station_id for station_id, _ in self._plugged):
            self.stations[name].advance()
        uncontrolled = {name: b.currents_at(now) for name, b in self.buildings.items()}
        self.judge.observe_uncontrolled(now, uncontrolled)
