"""What an operator does about stations that have tried to connect: adopt, refuse, forget."""

import logging
from dataclasses import dataclass
from typing import Final

from csms.clock import Clock
from csms.domain.attempt import Attempt
from csms.domain.errors import AdoptionRefusedError, InvalidInputError, UnknownStationError
from csms.domain.identity import LONGEST_ID, SiteId, StationId, is_proper_id
from csms.domain.password import check_password
from csms.domain.security import SecurityProfile
from csms.domain.station import Registration
from csms.language.said import Said
from csms.service.attempts import Attempts
from csms.service.password_rotation import make_password
from csms.service.sites import Sites
from csms.service.station_security import StationSecurity
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_KEEP_EVERY_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """A station that belongs to a site from now on.

    Attributes:
        profile: The lowest security profile that it is let in with.
        password: One that was made for it, to be entered there; None: none was.
    """

    station_id: StationId
    site_id: SiteId
    profile: SecurityProfile
    password: str | None


class Adoption:
    """Looks after attempts: keeps them, and does what an operator wants done about them.

    A station that is adopted is a guest of its site. One that is connected and waits belongs to it
    from its next boot on.

    Args:
        sites: All sites.
        security: Keeps passwords.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self, sites: Sites, security: StationSecurity, open_uow: OpenUnitOfWork, clock: Clock
    ) -> None:
        self._sites = sites
        self._security = security
        self._open_uow = open_uow
        self._clock = clock

    @property
    def attempts(self) -> Attempts:
        """Who has tried to connect."""
        return self._security.attempts

    async def load(self) -> None:
        """Read what was kept before the start."""
        async with self._open_uow() as uow:
            self.attempts.fill(await uow.attempts.all())

    async def run(self) -> None:
        """Keep what has changed, every few seconds, until cancelled."""
        while True:
            await self._clock.sleep(_KEEP_EVERY_S)
            try:
                await self.keep()
            except Exception:  # it is known all the same, and kept the next time
                logger.exception("could not keep who has tried to connect")

    async def keep(self) -> None:
        """Keep what has changed."""
        changes = self.attempts.take_changes()
        if not changes.changed and not changes.gone:
            return
        try:
            async with self._open_uow() as uow:
                await uow.attempts.put(changes.changed)
                await uow.attempts.drop(changes.gone)
                await uow.commit()
        except Exception:
            self.attempts.give_back(changes)
            raise

    def site_of(self, station_id: StationId) -> SiteId | None:
        """The site that knows a station, None if none does."""
        live = self._sites.of_station(station_id)
        return live.site.site_id if live else None

    async def adopt(
        self, station_id: StationId, site_id: SiteId, password: str | None = None
    ) -> Adopted:
        """Let a station belong to a site, as its guest, also after restarts.

        Args:
            station_id: Who it is; it need not have tried to connect.
            site_id: The site.
            password: One that it has already; None: one is made if it needs one and has none.

        Raises:
            UnknownSiteError: There is no such site.
            InvalidInputError: It can be no station's name, or no station's password.
            AdoptionRefusedError: A site knows it already, or the site has no place or room for it.
        """
        if not is_proper_id(station_id):
            expected = Said(
                "expected 1 to %(most)s printable characters, got %(came)s",
                most=LONGEST_ID,
                came=repr(station_id),
            )
            raise InvalidInputError("station_id", expected)
        if password is not None:
            check_password(password)
        self._check_place(station_id, site_id)
        admission = await self._sites.announce(station_id, site_id)
        if not admission.is_granted:
            raise AdoptionRefusedError(station_id, admission.cause)
        profile = self._security.required(station_id)
        made = None
        if password is None and self._needs_password(station_id, profile):
            password = made = make_password()
        if password is not None:
            await self._security.set_password(station_id, password)
        await self._security.note_change(station_id, f"adopted by site {site_id}")
        await self._let_in(station_id)
        self.attempts.forget(station_id)
        await self.keep()
        return Adopted(station_id=station_id, site_id=site_id, profile=profile, password=made)

    async def refuse(self, station_id: StationId) -> None:
        """Turn a stranger away from now on, whatever the policy is.

        Raises:
            UnknownStationError: It has not tried to connect.
        """
        self._check_known(station_id)
        self.attempts.refuse(station_id)
        await self.keep()

    async def forget(self, station_id: StationId) -> None:
        """Forget a station's attempts, and that it was refused.

        Raises:
            UnknownStationError: It has not tried to connect.
        """
        self._check_known(station_id)
        self.attempts.forget(station_id)
        await self.keep()

    def _check_known(self, station_id: StationId) -> Attempt:
        known = self.attempts.of(station_id)
        if known is None:
            raise UnknownStationError(station_id)
        return known

    def _check_place(self, station_id: StationId, site_id: SiteId) -> None:
        live = self._sites.live(site_id)
        known_at = self.site_of(station_id)
        if known_at is not None:
            raise AdoptionRefusedError(
                station_id,
                Said(
                    "site %(site)s knows it already; if its password is wrong, "
                    "PUT /api/v1/stations/…/security/password sets another one",
                    site=repr(known_at),
                ),
            )
        if live.site.guests is None:
            raise AdoptionRefusedError(
                station_id,
                Said(
                    "site %(site)s has no place for guests: list the station under `chargers` in "
                    "its site file, with feeder, lines and current, or add `guests` there",
                    site=repr(site_id),
                ),
            )

    def _needs_password(self, station_id: StationId, profile: SecurityProfile) -> bool:
        takes_one = profile in (SecurityProfile.PASSWORD, SecurityProfile.TLS_PASSWORD)
        return takes_one and not self._security.state(station_id).has_password

    async def _let_in(self, station_id: StationId) -> None:
        """A stranger that is connected and waits belongs to its site; it has to boot again."""
        protocol = self.attempts.release(station_id)
        if protocol is None:
            return
        live = self._sites.of_station(station_id)
        assert live is not None  # noqa: S101 - it was just adopted
        live.stations[station_id].registration = Registration.PENDING
        await self._sites.connected(station_id, protocol)
