"""Drivers whose stays are not looked at: neither by models, nor as their own past."""

from collections.abc import Mapping
from datetime import datetime

from csms.domain.authorization import IdToken
from csms.domain.transaction import Transaction
from smart_charging.forecast.token_hash import token_hash


class LeftOut:
    """Knows who wants to be left out, by the hashes of id tokens. All sites share it."""

    def __init__(self) -> None:
        self._key = b""
        self._until: dict[str, datetime | None] = {}

    def fill(self, key: bytes, until: Mapping[str, datetime | None]) -> None:
        """Take over what is kept.

        Args:
            key: What id tokens are hashed with.
            until: Up to when stays do not count, by hash; None: none ever.
        """
        self._key, self._until = key, dict(until)

    def leave_out(self, token: IdToken, until: datetime | None) -> str:
        """A driver's stays do not count up to an instant; None: none ever. Returns the hash."""
        hashed = self._hash(token)
        self._until[hashed] = until
        return hashed

    def take_in(self, token: IdToken) -> str:
        """A driver's stays count again. Returns the hash."""
        hashed = self._hash(token)
        self._until.pop(hashed, None)
        return hashed

    def counts(self, token: IdToken | None, came_at: datetime) -> bool:
        """Whether a stay is looked at."""
        if token is None or not self._until:
            return True
        hashed = self._hash(token)
        if hashed not in self._until:
            return True
        until = self._until[hashed]
        return until is not None and came_at >= until

    def remembered(self, past: tuple[Transaction, ...]) -> tuple[Transaction, ...]:
        """Of past transactions those that are looked at."""
        if not self._until:
            return past
        return tuple(one for one in past if self.counts(one.id_token, one.started_at))

    def _hash(self, token: IdToken) -> str:
        return token_hash(token.key, self._key)
