"""Who is connected. The newest connection of a station wins."""

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any, Final, TypeVar

from csms.domain.commands import Command, CommandStatus, Outcome
from csms.domain.identity import StationId
from csms.domain.security import Cause, ClientCertificate, Entry
from csms.gateway.connection import StationConnection
from csms.tally import Traffic

logger = logging.getLogger(__name__)

OutcomeT = TypeVar("OutcomeT", bound=Outcome)

_POLICY_VIOLATION: Final = 1008


class ConnectionRegistry:
    """All connections, by station; delivers commands.

    Attributes:
        traffic: What has gone over them.
    """

    def __init__(self) -> None:
        self.traffic = Traffic()
        self._connections: dict[StationId, StationConnection] = {}

    def __len__(self) -> int:
        return len(self._connections)

    def add(self, connection: StationConnection) -> StationConnection | None:
        """Enter a connection; return the one that it replaces."""
        replaced = self._connections.get(connection.station_id)
        self._connections[connection.station_id] = connection
        self.traffic.opened[connection.adapter.name] += 1
        self.traffic.connected[connection.adapter.name] += 1
        if replaced:
            self.traffic.connected[replaced.adapter.name] -= 1
        return replaced

    def remove(self, connection: StationConnection) -> bool:
        """Take a connection out; return False if a newer one has taken its place."""
        if self._connections.get(connection.station_id) is not connection:
            return False
        del self._connections[connection.station_id]
        self.traffic.connected[connection.adapter.name] -= 1
        return True

    def expel(self, judge: Callable[[StationId, Entry], Cause | None]) -> dict[StationId, Cause]:
        """Close connections that are not to stay; tell whose, and why."""
        expelled = {}
        for station_id, connection in tuple(self._connections.items()):
            cause = judge(station_id, connection.entry)
            if cause is not None:
                expelled[station_id] = cause
                connection.close(_POLICY_VIOLATION, str(cause))
        return expelled

    def shown(self) -> dict[StationId, ClientCertificate]:
        """The certificates that connections were made by."""
        return {
            station_id: connection.entry.certificate
            for station_id, connection in self._connections.items()
            if connection.entry.certificate is not None
        }

    def is_connected(self, station_id: StationId) -> bool:
        """Whether a station is connected."""
        return station_id in self._connections

    async def send(self, station_id: StationId, command: Command[OutcomeT]) -> OutcomeT:
        """Send a command to a station and wait for what comes of it."""
        connection = self._connections.get(station_id)
        if connection is None:
            return command.unanswered(CommandStatus.NOT_SENT, "the station is not connected")
        began_s = perf_counter()
        outcome = await connection.send(command)
        kind = (connection.adapter.name, type(command).__name__, str(outcome.status))
        self.traffic.commands[kind].add(perf_counter() - began_s)
        return outcome

    def size_of(self, station_id: StationId, command: Command[Any]) -> int | None:
        """How many bytes a command is as a message to a station; None: it cannot be sent."""
        connection = self._connections.get(station_id)
        return None if connection is None else connection.size_of(command)


def dismiss(connection: StationConnection) -> None:
    """Close a connection that a newer one of the same station has replaced."""
    logger.info("replaced by a newer connection")
    connection.close(_POLICY_VIOLATION, "a newer connection of this station took over")
