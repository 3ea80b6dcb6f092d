"""What an operator sees of a station's security, and sets."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from csms.clock import Clock
from csms.domain.errors import InvalidInputError
from csms.domain.identity import StationId
from csms.domain.password import check_password
from csms.domain.security import (
    Cause,
    ClientCertificate,
    Credentials,
    Entry,
    SecurityProfile,
    judge_entry,
)
from csms.domain.security_event import Origin, OwnEvent, SecurityEvent
from csms.language.said import Said
from csms.service.attempts import Attempts
from csms.service.credentials_desk import CredentialsDesk
from csms.service.door import Door
from csms.service.password_check import PasswordCheck
from csms.service.password_guard import PasswordGuard
from csms.service.ports import OpenConnections
from csms.service.proof_judge import ProofJudge
from csms.service.requirements import Requirements, SecurityPolicy
from csms.service.security_journal import SecurityJournal
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 60.0
_LOOKS_A_DAY: Final = 24 * 60
_NAMED: Final = 5
"""No more stations than these are named in a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityState:
    """How a station stands. Holds no secrets.

    Attributes:
        required: The lowest profile that it is let in with.
        filed: What the files say.
        set_by_operator: What an operator has set for it; None: nothing.
        reached: The highest one that it has come with.
        has_password: Whether a password has been set for it.
        has_next_password: Whether it was sent another one that it has not yet come with.
        changed_at: When any of this was changed last; None: never.
    """

    required: SecurityProfile
    filed: SecurityProfile
    set_by_operator: SecurityProfile | None
    reached: SecurityProfile
    has_password: bool
    has_next_password: bool
    changed_at: datetime | None


class StationSecurity:
    """All that has to do with stations' security, built and ready.

    Args:
        sites: All sites.
        policy: What holds for all stations.
        open_uow: Opens units of work.
        clock: The time.
        connections: Those that are open; None: there are none in this process.

    Attributes:
        door: Decides who may connect.
        journal: Where attempts are written down.
        desk: All credentials.
        passwords: Compares passwords.
        attempts: Remembers who was not let in.
    """

    def __init__(
        self,
        sites: Sites,
        policy: SecurityPolicy,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        connections: OpenConnections | None = None,
    ) -> None:
        self._connections = connections
        self._sites = sites
        self._policy = policy
        self._clock = clock
        self.journal = SecurityJournal(open_uow, clock)
        self.passwords = PasswordCheck()
        self.desk = CredentialsDesk(open_uow, clock)
        self._requirements = Requirements(sites, policy, self.desk)
        guard = PasswordGuard(self.desk, self.passwords, clock)
        judge = ProofJudge(self._requirements, self.desk, guard, self.journal, clock)
        self.attempts = Attempts()
        self.door = Door(sites, self._requirements, judge, self.journal, self.attempts, clock)

    async def load(self) -> None:
        """Read what is kept, and say aloud which stations have to prove nothing."""
        await self.desk.catch_up()
        for live in self._sites:
            believed = [one for one in sorted(live.stations) if not self.required(one)]
            if believed:
                logger.warning(
                    "site %s: whoever connects under the name of %s is believed (security profile "
                    "0)",
                    live.site.site_id,
                    _some(believed),
                )
            if live.site.guests and not self._requirements.of_guests(live.site):
                logger.warning(
                    "site %s: any guest is believed (security profile 0)", live.site.site_id
                )

    async def look_after(self) -> None:
        """Take over what others have changed, and forget old events, until cancelled."""
        looks = 0
        while True:
            await self._clock.sleep(_LOOK_EVERY_S)
            try:
                await self._expel(await self.desk.catch_up())
                if looks % _LOOKS_A_DAY == 0:
                    await self.journal.drop_old()
            except Exception:  # what is known counts on, and is looked at again
                logger.exception("could not look after the stations' credentials")
            looks += 1

    def required(self, station_id: StationId) -> SecurityProfile:
        """The lowest profile that a station is let in with."""
        return self._requirements.of(station_id)

    def state(self, station_id: StationId) -> SecurityState:
        """How a station stands."""
        credentials = self.desk.of(station_id)
        known = credentials or Credentials(station_id=station_id, changed_at=self._clock.now())
        return SecurityState(
            required=self.required(station_id),
            filed=self._requirements.filed(station_id),
            set_by_operator=known.profile,
            reached=known.reached,
            has_password=known.password_hash is not None,
            has_next_password=known.next_hash is not None,
            changed_at=credentials.changed_at if credentials else None,
        )

    async def set_profile(self, station_id: StationId, profile: SecurityProfile | None) -> None:
        """Set the lowest profile of a station. What it has come with before counts no more.

        Args:
            station_id: Whose.
            profile: Above 0, which only files can say; None: as the files say.

        Raises:
            InvalidInputError: There is no such profile here.
        """
        if profile is not None and not SecurityProfile.NONE < profile <= self._policy.most:
            parts = {"most": int(self._policy.most), "came": int(profile)}
            message = Said("expected 1 to %(most)s, got %(came)s", **parts)
            if profile is SecurityProfile.NONE:
                message = Said(
                    "expected 1 to %(most)s, got %(came)s: only a site file or the settings can "
                    "say that nothing is to be proved",
                    **parts,
                )
            raise InvalidInputError("profile", message)
        await self.desk.change(station_id, profile=profile, reached=SecurityProfile.NONE)
        words = "what the files say" if profile is None else f"{profile:d}"
        await self.note_change(station_id, f"security profile set to {words}")
        await self._expel({station_id})

    async def set_password(self, station_id: StationId, password: str) -> None:
        """Set the password that a station has, in place of any other.

        Raises:
            InvalidInputError: It cannot be a station's.
        """
        check_password(password)
        hashed = await self.passwords.hash(password)
        await self.desk.change(station_id, password_hash=hashed, next_hash=None, is_next_sure=False)
        await self.note_change(station_id, "password set")
        await self._expel({station_id})

    async def forget(self, station_id: StationId) -> None:
        """Forget a station's password and profile: it is a stranger again."""
        if self.desk.of(station_id) is not None:
            blank = Credentials(station_id=station_id, changed_at=self._clock.now())
            await self.desk.alter(station_id, lambda _: blank)
            await self.note_change(station_id, "password and security profile forgotten")
            await self._expel({station_id})

    def shown_certificates(self) -> dict[StationId, ClientCertificate]:
        """The certificates by which stations have come that are connected."""
        return self._connections.shown() if self._connections else {}

    async def _expel(self, station_ids: Collection[StationId]) -> None:
        """Close connections of stations that would not be let in any more as they were."""
        if self._connections is None or not station_ids:
            return

        def judge(station_id: StationId, entry: Entry) -> Cause | None:
            if station_id not in station_ids:
                return None
            return judge_entry(entry, self.desk.of(station_id), self.required(station_id))

        for station_id, cause in self._connections.expel(judge).items():
            await self.door.expelled(station_id, cause)

    async def note_change(self, station_id: StationId, what: str) -> None:
        """Write down what an operator has changed."""
        logger.info("%r: %s", station_id, what)
        event = SecurityEvent(
            station_id=station_id,
            kind=OwnEvent.RECONFIGURED,
            at=self._clock.now(),
            detail=what,
            origin=Origin.CSMS,
        )
        await self.journal.note_security_event(event)


def _some(names: Sequence[StationId]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
