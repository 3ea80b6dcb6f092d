"""What people and programs may do: state needs, report loads, command stations."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from csms.clock import Clock
from csms.domain.altered import altered
from csms.domain.commands import ClearProfiles, Command, Outcome
from csms.domain.errors import InvalidInputError, NoTransactionError, UnknownStationError
from csms.domain.identity import EvseId, FeederId, SiteId, StationId
from csms.domain.transaction import StatedNeed
from csms.service.grid_guard import is_overcommitted
from csms.service.ports import OpenUnitOfWork, StationGateway
from csms.service.sites import Sites

OutcomeT = TypeVar("OutcomeT", bound=Outcome)

_MOST_A: Final = 10_000.0
_LINES: Final = 3
_CLOCK_SLACK: Final = timedelta(minutes=1)
_MOST_WH: Final = 2_000_000.0


class Operations:
    """The use cases behind the API and the command line.

    Args:
        sites: All sites.
        gateway: Delivers commands.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self, sites: Sites, gateway: StationGateway, open_uow: OpenUnitOfWork, clock: Clock
    ) -> None:
        self._sites = sites
        self._gateway = gateway
        self._open_uow = open_uow
        self._clock = clock

    async def state_need(self, evse_id: EvseId, need: StatedNeed) -> None:
        """Keep what a driver or fleet says that the vehicle at an EVSE needs.

        Raises:
            UnknownStationError: There is no such station.
            UnknownEvseError: The station has no such EVSE.
            NoTransactionError: Nothing is charging there.
            InvalidInputError: The need cannot be true.
        """
        live, evse = self._sites.evse(evse_id)
        if evse.transaction is None:
            raise NoTransactionError(str(evse_id))
        if need.energy_wh is not None and not 0 < need.energy_wh <= _MOST_WH:
            raise InvalidInputError("energy_wh", f"expected above 0 and at most {_MOST_WH:g} Wh")
        if need.departs_at is not None and need.departs_at <= self._clock.now():
            raise InvalidInputError("departs_at", "expected an instant in the future")
        async with self._open_uow() as uow:
            await uow.transactions.state_need(evse.transaction.number, need)
            await uow.commit()
        live.transaction_changed(altered(evse.transaction, need=need), self._clock.now())

    def report_feeder_load(
        self, site_id: SiteId, feeder_id: FeederId, current_a: Sequence[float], at: datetime | None
    ) -> None:
        """Take a measurement of a feeder's uncontrolled load.

        Args:
            site_id: Which site.
            feeder_id: Which feeder.
            current_a: By line.
            at: When it was measured; None: just now.

        Raises:
            UnknownSiteError: There is no such site.
            UnknownFeederError: The site has no such feeder.
            InvalidInputError: The feeder has no metered load, or the reading cannot be true.
        """
        live = self._sites.live(site_id)
        feeder = live.site.feeder(feeder_id)
        if feeder.uncontrolled is None or not feeder.uncontrolled.is_metered:
            message = "expected a feeder whose uncontrolled load is metered, by the site file"
            raise InvalidInputError("feeder_id", message)
        if len(current_a) != _LINES:
            raise InvalidInputError("current_a", f"expected 3 lines, got {len(current_a)}")
        if not all(math.isfinite(amps) and 0 <= amps <= _MOST_A for amps in current_a):
            raise InvalidInputError("current_a", f"expected 0 to {_MOST_A:g} A on every line")
        now = self._clock.now()
        if at is not None and not now - timedelta(hours=1) < at < now + _CLOCK_SLACK:
            message = f"expected the last hour, got {at.isoformat()} at {now.isoformat()}"
            raise InvalidInputError("at", message)
        first, second, third = current_a
        live.read_feeder(feeder_id, min(at or now, now), (first, second, third))
        if is_overcommitted(live, now):
            live.alarm()

    async def remove_guest(self, station_id: StationId) -> None:
        """Take the place of a guest away that is offline; what it has charged is kept.

        Raises:
            UnknownStationError: There is no such station.
            StationStaysError: It is connected, or is in the site file.
        """
        await self._sites.remove_guest(station_id)

    async def command(self, station_id: StationId, command: Command[OutcomeT]) -> OutcomeT:
        """Send a command to a station and wait for what comes of it.

        Raises:
            UnknownStationError: There is no such station.
            InvalidInputError: The command would lift the limits of a vehicle that is charging.
        """
        live = self._sites.of_station(station_id)
        if live is None:
            raise UnknownStationError(station_id)
        if isinstance(command, ClearProfiles):
            if any(evse.transaction for evse in live.evses_of(station_id)):
                message = "expected no running transaction: its limits would be lifted"
                raise InvalidInputError("command", message)
            async with self._open_uow() as uow:
                await self._sites.note_doubt(uow, station_id, self._clock.now())
                await uow.commit()
            live.profiles_in_doubt(station_id)
        return await self._gateway.send(station_id, command)
