"""Users' passwords: hashed with Argon2, and compared without stopping everything else."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_TIME_COST: Final = 2
_MEMORY_KIB: Final = 19 * 1024
_AT_ONCE: Final = 2
_MOST_WAITING: Final = 50
"""Some seconds' worth; who comes then is told to come again."""


class BusyError(Exception):
    """So many passwords wait to be compared that another would come too late."""


class UserPasswords:
    """Makes hashes of passwords, and compares passwords with them."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(_TIME_COST, _MEMORY_KIB, parallelism=1)
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0
        self._nobodys = ""

    async def hash(self, password: str) -> str:
        """Make the hash of a password to be kept, with a salt of its own."""
        return await asyncio.to_thread(self._hasher.hash, password)

    async def is_of(self, known: str | None, password: str) -> bool:
        """Whether a password belongs to a hash; None takes as long, and is never right.

        Raises:
            BusyError: It would come too late.
        """
        if self._waiting >= _MOST_WAITING:
            raise BusyError
        self._waiting += 1
        try:
            async with self._places:
                if not self._nobodys:
                    self._nobodys = await self.hash("nobody's password")
                is_right = await asyncio.to_thread(self._verify, known or self._nobodys, password)
                return is_right and known is not None
        finally:
            self._waiting -= 1

    def _verify(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False
