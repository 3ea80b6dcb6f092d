"""Stations that take some forms of charging profiles and refuse others."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from csms.domain.charging_profile import ChargingProfile, ProfilePurpose
from csms.domain.commands import ClearProfiles, Command, CommandStatus, Outcome, SetProfile
from csms.domain.dialect import StationMake
from csms.domain.identity import StationId
from csms.domain.site import Site
from csms.service.station_setup import StationSetup
from simulators.clock import ScaledClock
from tests.service.rig import NOON, Office, accept, open_office

MAKE = StationMake(protocol="2.0.1", vendor="Acme", model="Post 22", firmware="1.0")

Rule = Callable[[int, ChargingProfile], bool]
"""Whether a profile for an EVSE (0: the station) is taken."""


@dataclass
class Stubborn:
    """Answers for stations, and holds what they have taken.

    Attributes:
        takes: What they take.
        status: What they answer to the rest.
        held: By station, EVSE and id, the profiles that they hold.
        offered: All profiles that were offered, in order.
    """

    takes: Rule = lambda _number, _profile: True
    status: CommandStatus = CommandStatus.REJECTED
    held: dict[tuple[StationId, int, int], ChargingProfile] = field(default_factory=dict)
    offered: list[tuple[int, ChargingProfile]] = field(default_factory=list)

    def __call__(self, station_id: StationId, command: Command[Any]) -> Outcome:
        """Answer a command."""
        if isinstance(command, SetProfile):
            return self._set(station_id, command)
        if isinstance(command, ClearProfiles):
            kept = {key: one for key, one in self.held.items() if not _is_meant(command, one)}
            status = CommandStatus.UNKNOWN if kept == self.held else CommandStatus.ACCEPTED
            self.held = kept
            return Outcome(status=status)
        return accept(station_id, command)

    def of(self, purpose: ProfilePurpose, number: int | None = None) -> list[ChargingProfile]:
        """The profiles of a purpose that are held, of all EVSEs or of one."""
        return [
            one
            for (_, at, _), one in self.held.items()
            if one.purpose is purpose and number in (None, at)
        ]

    def _set(self, station_id: StationId, command: SetProfile) -> Outcome:
        number, profile = command.evse_number, command.profile
        self.offered.append((number, profile))
        if not self.takes(number, profile):
            return Outcome(status=self.status, detail="no")
        self.held[station_id, number, profile.profile_id] = profile
        return Outcome(status=CommandStatus.ACCEPTED)


def refuses(*purposes: ProfilePurpose) -> Rule:
    """Take profiles of other purposes."""
    return lambda _number, profile: profile.purpose not in purposes


@asynccontextmanager
async def settled(path: Path, site: Site, stubborn: Stubborn) -> AsyncIterator[Office]:
    """A site whose stations are of one make, and are set up as they come."""
    async with open_office(path, site, clock=ScaledClock(NOON)) as office:
        office.gateway.reply = stubborn
        setup = StationSetup(office.access)
        running = asyncio.ensure_future(setup.run())
        try:
            yield office
        finally:
            running.cancel()
            await asyncio.wait({running})


async def come(office: Office, *station_ids: StationId, make: StationMake = MAKE) -> None:
    """Let stations come, boot, and be set up."""
    for station_id in station_ids:
        await office.sites.connected(station_id, make.protocol)
        office.live.stations[station_id].make = make
        office.live.station_booted(station_id)
    await asyncio.sleep(1)


def _is_meant(clear: ClearProfiles, profile: ChargingProfile) -> bool:
    return clear.profile_id in (None, profile.profile_id) and clear.purpose in (
        None,
        profile.purpose,
    )
