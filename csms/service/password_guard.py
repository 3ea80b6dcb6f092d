"""Whether a password is a station's: few tries for who guesses, little work for who knows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from csms.clock import Clock
from csms.domain.identity import StationId
from csms.domain.security import Cause, Credentials
from csms.service.credentials_desk import CredentialsDesk
from csms.service.password_check import PasswordCheck, TooManyWaitError
from csms.service.try_budget import TryBudget
from csms.service.wrong_tries import WrongTries, network_of

_FREE_AT_STATION: Final = 5
_A_MINUTE_OF_ADDRESS: Final = 60
"""What the checks of wrong passwords may cost: two seconds of a processor."""


@dataclass(frozen=True, slots=True)
class Match:
    """A password is a station's.

    Attributes:
        password_hash: Which of its passwords it is.
    """

    password_hash: str = field(repr=False)


class PasswordGuard:
    """Compares stations' passwords with what is kept.

    Wrong ones make who tried wait longer and longer, counted for each station and address together
    so that nobody can lock a station out that comes from elsewhere. An address has a budget beside:
    many stations may share one, and all come with a wrong password after a mistake. A password that
    a station came with last is never made to wait.

    Args:
        desk: All credentials.
        passwords: Compares passwords.
        clock: The time.
    """

    def __init__(self, desk: CredentialsDesk, passwords: PasswordCheck, clock: Clock) -> None:
        self._desk = desk
        self._passwords = passwords
        self._clock = clock
        self._at_station = WrongTries(_FREE_AT_STATION)
        self._of_address = TryBudget(_A_MINUTE_OF_ADDRESS)

    def has_password(self, station_id: StationId) -> bool:
        """Whether a station has a password, as far as this process knows."""
        return bool(_hashes(self._desk.of(station_id)))

    async def judge(self, station_id: StationId, address: str, password: bytes) -> Cause | Match:
        """What is wrong with a password, or which one it is."""
        hashes = _hashes(self._desk.of(station_id))
        found = self._passwords.recall(station_id, password, hashes)
        if found is not None:
            await self._settle(station_id, found)
            return Match(found)
        network = network_of(address)
        pair = f"{network} {station_id}"
        now = self._clock.now()
        if self._at_station.wait(pair, now) or not self._of_address.has_left(network, now):
            return Cause.TOO_MANY_TRIES
        try:
            found = await self._find(station_id, password, hashes)
        except TooManyWaitError:
            return Cause.BUSY
        if found is None:
            self._at_station.note(pair, now)
            self._of_address.take(network, now)
            is_set = self.has_password(station_id)
            return Cause.WRONG_PASSWORD if is_set else Cause.NO_PASSWORD_SET
        self._at_station.forget(pair)
        await self._settle(station_id, found)
        return Match(found)

    async def _find(
        self, station_id: StationId, password: bytes, hashes: Sequence[str]
    ) -> str | None:
        """The hash of a password: among those that are known here, or that others have set."""
        found = await self._passwords.find(station_id, password, hashes)
        if found is not None:
            return found
        new = [one for one in _hashes(await self._desk.look_up(station_id)) if one not in hashes]
        return await self._passwords.find(station_id, password, new)

    async def _settle(self, station_id: StationId, found: str) -> None:
        """Forget one password of two, once a station shows which it has (A01)."""
        known = self._desk.of(station_id)
        if known is not None and _settled(known, found) != known:
            await self._desk.alter(station_id, lambda known: _settled(known, found))


def _hashes(credentials: Credentials | None) -> tuple[str, ...]:
    return credentials.hashes if credentials else ()


def _settled(known: Credentials, found: str) -> Credentials:
    """Who comes with the new one has it; who comes with the old one has not taken the new one.

    Unless it has said so: then it may want to start anew first.
    """
    if known.next_hash == found:
        return replace(known, password_hash=found, next_hash=None, is_next_sure=False)
    if known.next_hash and known.password_hash == found and not known.is_next_sure:
        return replace(known, next_hash=None)
    return known
