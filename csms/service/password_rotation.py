"""Giving a station another password, by way of the station itself (OCPP 2.0.1 A01)."""

import logging
import secrets
from dataclasses import replace
from typing import Final

from csms.domain.commands import CommandStatus, Outcome, SettingName, WriteSetting
from csms.domain.errors import PasswordInDoubtError
from csms.domain.identity import StationId
from csms.domain.password import check_password
from csms.domain.security import Credentials
from csms.service.ports import StationGateway
from csms.service.station_security import StationSecurity

logger = logging.getLogger(__name__)

_MADE_BYTES: Final = 20
"""In hexadecimal digits that is the longest password which stations of both versions take."""


def make_password() -> str:
    """A new password, by the operating system's random numbers (A01.FR.07)."""
    return secrets.token_hex(_MADE_BYTES)


class PasswordRotation:
    """Sends stations new passwords.

    The new one is kept before it is sent, so nothing that happens in between locks the station out.
    From its answer `Accepted` on the old one counts no more (A01.FR.03). Where it has to start anew
    first, or gives no answer, both count until it has come with one of them.

    Args:
        security: Keeps passwords.
        gateway: Delivers commands.
    """

    def __init__(self, security: StationSecurity, gateway: StationGateway) -> None:
        self._security = security
        self._gateway = gateway
        self._under_way: set[StationId] = set()

    async def rotate(self, station_id: StationId, password: str | None = None) -> Outcome:
        """Send a station a new password, and wait for what comes of it.

        Args:
            station_id: Who gets it; it has to be connected.
            password: The new one; None: one is made, which nobody needs to know.

        Raises:
            InvalidInputError: It cannot be a station's.
            PasswordInDoubtError: It is not known whether the station has taken the last one.
        """
        password = make_password() if password is None else password
        check_password(password)
        known = self._security.desk.of(station_id)
        is_in_doubt = known is not None and known.next_hash and not known.is_next_sure
        if is_in_doubt or station_id in self._under_way:
            raise PasswordInDoubtError(station_id)
        self._under_way.add(station_id)
        try:
            return await self._send(station_id, password)
        finally:
            self._under_way.discard(station_id)

    async def _send(self, station_id: StationId, password: str) -> Outcome:
        new = await self._security.passwords.hash(password)
        alter = self._security.desk.alter
        await alter(station_id, lambda known: _prepared(known, new))
        command = WriteSetting(SettingName.BASIC_AUTH_PASSWORD, password)
        outcome = await self._gateway.send(station_id, command)
        if outcome.is_accepted:
            is_in_force = outcome.status is CommandStatus.ACCEPTED
            change = _in_force if is_in_force else _taken
            await alter(station_id, lambda known: change(known, new))
            await self._security.note_change(station_id, "was sent a new password")
        elif outcome.is_certain:
            await alter(station_id, lambda known: _refused(known, new))
        logger.info("new password sent to %r: %s %s", station_id, outcome.status, outcome.detail)
        return outcome


def _prepared(known: Credentials, new: str) -> Credentials:
    """A password that is about to be sent counts; one that was taken before replaces the first."""
    current = known.next_hash if known.next_hash and known.is_next_sure else known.password_hash
    return replace(known, password_hash=current, next_hash=new, is_next_sure=False)


def _in_force(known: Credentials, new: str) -> Credentials:
    """The old one counts no more, from the station's answer on (A01.FR.03)."""
    return replace(known, password_hash=new, next_hash=None, is_next_sure=False)


def _taken(known: Credentials, new: str) -> Credentials:
    """The station has to start anew first; until it comes with the new one, both count."""
    if known.password_hash == new:
        return known  # it has come with it already
    return replace(known, next_hash=new, is_next_sure=True)


def _refused(known: Credentials, new: str) -> Credentials:
    """The old one stays (A01.FR.04)."""
    return replace(known, next_hash=None) if known.next_hash == new else known
