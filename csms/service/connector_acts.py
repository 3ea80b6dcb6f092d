"""Starting and stopping at one connector, by whoever stands at the desk."""

from csms.domain.authorization import IdToken
from csms.domain.commands import Outcome, StartCharging, StopCharging
from csms.domain.errors import InvalidInputError, NoTransactionError
from csms.domain.identity import EvseId
from csms.domain.outbox import Order
from csms.service.command_desk import CommandDesk
from csms.service.sites import Sites


class ConnectorActs:
    """Asks stations to start and to stop.

    Args:
        sites: Finds connectors.
        desk: Sends commands.
    """

    def __init__(self, sites: Sites, desk: CommandDesk) -> None:
        self._sites = sites
        self._desk = desk

    async def start(self, evse_id: EvseId, token: str, order: str | None = None) -> Outcome:
        """Ask the station to start a transaction; return what it says.

        Args:
            evse_id: Where.
            token: On whose id token.
            order: Names the order: one that was given before is not carried out again.

        Raises:
            UnknownStationError: There is no such station.
            UnknownEvseError: The station has no such EVSE.
            InvalidInputError: The token cannot be one.
        """
        self._sites.evse(evse_id)
        if not token.strip():
            raise InvalidInputError("token", "expected an id token")
        command = StartCharging(id_token=IdToken(token.strip()), evse_number=evse_id.number)
        return (await self._desk.command(evse_id.station_id, command, Order(key=order))).outcome

    async def stop(self, evse_id: EvseId, order: str | None = None) -> Outcome:
        """Ask the station to stop the transaction that runs; return what it says.

        Args:
            evse_id: Where.
            order: Names the order: one that was given before is not carried out again.

        Raises:
            UnknownStationError: There is no such station.
            UnknownEvseError: The station has no such EVSE.
            NoTransactionError: Nothing is charging there.
        """
        _, evse = self._sites.evse(evse_id)
        if evse.transaction is None:
            raise NoTransactionError(str(evse_id))
        command = StopCharging(transaction=evse.transaction.transaction)
        return (await self._desk.command(evse_id.station_id, command, Order(key=order))).outcome
