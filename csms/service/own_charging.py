"""What residents see and steer: what their own id tokens charge, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass

from csms.domain.access import Caller
from csms.domain.access_errors import NotOwnError
from csms.domain.commands import Outcome
from csms.domain.commands.control import StopCharging
from csms.domain.identity import EvseId, SiteId
from csms.domain.transaction import StatedNeed, Transaction
from csms.service.command_desk import CommandDesk
from csms.service.control_room import ControlRoom
from csms.service.operations import Operations
from csms.service.site_view import EvseView


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCharge:
    """A vehicle of somebody's own that charges now."""

    site_id: SiteId
    site_name: str
    timezone: str
    transaction: Transaction
    evse_id: EvseId
    evse: EvseView


class OwnCharging:
    """The use cases of residents.

    Args:
        room: All sites.
        operations: States needs.
        desk: Sends commands.
    """

    def __init__(self, room: ControlRoom, operations: Operations, desk: CommandDesk) -> None:
        self._room = room
        self._operations = operations
        self._desk = desk

    def charges(self, caller: Caller) -> list[OwnCharge]:
        """What somebody's own tokens charge now."""
        found = (one for site_id in self._room.site_ids() for one in self._at(site_id, caller))
        return sorted(found, key=lambda one: one.transaction.number)

    async def state_need(self, caller: Caller, number: int, need: StatedNeed) -> None:
        """State what one's own vehicle needs.

        Raises:
            NotOwnError: It is nobody's transaction, or somebody else's, or has ended.
            InvalidInputError: The need cannot be true.
        """
        await self._operations.state_need(self._find(caller, number).evse_id, need)

    async def stop(self, caller: Caller, number: int) -> Outcome:
        """Ask the station to stop one's own transaction; return what it says.

        Raises:
            NotOwnError: It is nobody's transaction, or somebody else's, or has ended.
        """
        charge = self._find(caller, number)
        command = StopCharging(transaction=charge.transaction.transaction)
        sent = await self._desk.command(charge.evse_id.station_id, command)
        return sent.outcome

    def _find(self, caller: Caller, number: int) -> OwnCharge:
        for charge in self.charges(caller):
            if charge.transaction.number == number:
                return charge
        raise NotOwnError(number)

    def _at(self, site_id: SiteId, caller: Caller) -> Iterator[OwnCharge]:
        live, is_here = self._room.live(site_id), caller.sites is None or site_id in caller.sites
        own = {
            str(evse_id): transaction
            for evse_id, evse in live.evses.items()
            if is_here and (transaction := evse.transaction) and _is_own(transaction, caller)
        }
        if not own:
            return
        view = self._room.view(site_id)
        for key, transaction in own.items():
            evse = view.evses[key]
            yield OwnCharge(
                site_id=site_id,
                site_name=view.name,
                timezone=view.timezone,
                transaction=transaction,
                evse_id=EvseId(evse.station_id, evse.number),
                evse=evse,
            )


def _is_own(transaction: Transaction, caller: Caller) -> bool:
    return transaction.id_token is not None and transaction.id_token.key in caller.tokens
