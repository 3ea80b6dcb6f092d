"""Limits that people or the grid company put on a feeder, beside the one in the site file."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from csms.domain.identity import FeederId
from csms.domain.site import PhaseAmps


class LimitParty(StrEnum):
    """Who limits a feeder."""

    OPERATOR = "operator"
    GRID_COMPANY = "grid_company"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImposedLimit:
    """The most that a feeder may carry while this is in force; the lowest of all limits counts.

    A party may have several at a feeder, each with another start; they may overlap.

    Attributes:
        amps: By line.
        from_at: When it begins.
        until_at: When it ends by itself; None: it is in force until it is lifted.
        words: Why, in the party's words; may be empty.
        by: Which grid company's, by its name, where it comes of a capacity profile; else empty.
    """

    feeder_id: FeederId
    party: LimitParty
    amps: PhaseAmps
    from_at: datetime
    until_at: datetime | None = None
    words: str = ""
    by: str = ""

    def holds_within(self, start_at: datetime, end_at: datetime) -> bool:
        """Whether it is in force at any time between two instants."""
        return self.from_at < end_at and (self.until_at is None or self.until_at > start_at)
