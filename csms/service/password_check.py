"""Stations' passwords: hashed with Argon2, and compared without stopping everything else."""

import asyncio
import hmac
import os
import secrets
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from csms.domain.identity import StationId
from csms.domain.password import canonical

_LONGEST_BYTES: Final = 200
"""What is longer is no station's password, and not looked at."""
_MOST_WAITING: Final = 500
"""Some ten seconds on two processors; stations give up not much later."""
_TIME_COST: Final = 2
_MEMORY_KIB: Final = 19 * 1024
"""A made password has 160 bits, which nobody guesses: this is for those that people choose."""


class TooManyWaitError(Exception):
    """So many passwords wait to be checked that another would come too late."""


class PasswordCheck:
    """Makes hashes of passwords, and finds the one that a password belongs to.

    A station that comes again with the password that it came with last costs no Argon2: its keyed
    BLAKE2 is remembered, in memory and under a key that ends with the process.

    Args:
        at_once: How many are reckoned at one time; None: as many as there are processors.

    Attributes:
        reckoned: How often a password was compared by Argon2.
    """

    def __init__(self, at_once: int | None = None) -> None:
        self.reckoned = 0
        self._hasher = PasswordHasher(_TIME_COST, _MEMORY_KIB, parallelism=1)
        self._places = asyncio.Semaphore(at_once or os.cpu_count() or 1)
        self._waiting = 0
        self._key = secrets.token_bytes(32)
        self._last: dict[StationId, bytes] = {}

    async def hash(self, password: str) -> str:
        """Make the hash of a password to be kept, with a salt of its own (A01.FR.08)."""
        return await asyncio.to_thread(self._hasher.hash, canonical(password.encode()))

    def recall(self, station_id: StationId, password: bytes, hashes: Iterable[str]) -> str | None:
        """The hash that a password belongs to, if the station came with it last."""
        last = self._last.get(station_id)
        if last is None:
            return None
        for one in hashes:
            if hmac.compare_digest(last, self._digest(one, password)):
                return one
        return None

    async def find(
        self, station_id: StationId, password: bytes, hashes: Iterable[str]
    ) -> str | None:
        """The hash that a password belongs to, None if there is none.

        Raises:
            TooManyWaitError: It would come too late.
        """
        if len(password) > _LONGEST_BYTES:
            return None
        for one in hashes:
            if await self._is_of(one, canonical(password)):
                self._last[station_id] = self._digest(one, password)
                return one
        return None

    async def _is_of(self, one: str, password: bytes) -> bool:
        if self._waiting >= _MOST_WAITING:
            raise TooManyWaitError
        self._waiting += 1
        try:
            async with self._places:
                self.reckoned += 1
                return await asyncio.to_thread(self._verify, one, password)
        finally:
            self._waiting -= 1

    def _verify(self, one: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(one, password)
        except (VerificationError, InvalidHashError):
            return False

    def _digest(self, one: str, password: bytes) -> bytes:
        mark = blake2b(one.encode(), key=self._key, digest_size=32)
        mark.update(b"\0" + canonical(password))
        return mark.digest()
