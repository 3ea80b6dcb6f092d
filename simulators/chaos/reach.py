"""Which stations can be told what they may draw, by the true state of their links."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from simulators.chaos.commands import CommandTrouble
from simulators.chaos.network import FaultyNetwork
from simulators.stations.station import Station


class Reach:
    """Sees who can be told.

    Args:
        stations: All of them.
        network: Between them and the system.
        settled: How long after a station is back it has been set up and told.
        asked_again: How long after it has refused a limit it is told the next.

    Attributes:
        troubles: Of stations that do not do what they are told.
    """

    def __init__(
        self,
        stations: Mapping[str, Station],
        network: FaultyNetwork,
        settled: timedelta,
        asked_again: timedelta,
    ) -> None:
        self.troubles: Mapping[str, CommandTrouble] = {}
        self._stations = stations
        self._network = network
        self._settled = settled
        self._asked_again = asked_again

    def is_told(self, station_id: str, now: datetime) -> bool:
        """Whether a station can be told, and has had the time to follow."""
        station, network = self._stations[station_id], self._network
        uplink, trouble = station.uplink, self.troubles.get(station_id)
        if station.is_down or not uplink.is_online or network.is_dark(station_id):
            return False
        if now < uplink.online_at + self._settled:
            return False
        if network.is_late_for_s(station_id) > -self._settled.total_seconds():
            return False
        fails_s = trouble.ends_in_s() if trouble else -float("inf")
        return fails_s <= -self._asked_again.total_seconds()
