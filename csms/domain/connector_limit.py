"""The operator's limit of one connector: one more bound on what it may be planned to draw."""

from dataclasses import dataclass
from datetime import datetime

from csms.domain.identity import EvseId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorLimit:
    """The most that a connector may draw while this is in force.

    Attributes:
        amps: Per line; below the least current of vehicles: it pauses.
        from_at: Since when it holds.
        until_at: When it ends by itself; None: it is in force until it is released.
        words: Why, in the operator's words; may be empty.
    """

    evse: EvseId
    amps: float
    from_at: datetime
    until_at: datetime | None = None
    words: str = ""

    def holds_at(self, instant: datetime) -> bool:
        """Whether it is in force at an instant."""
        return self.until_at is None or instant < self.until_at
