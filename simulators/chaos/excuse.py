"""What is excused of an excess, and the step of a building that is a cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

EvseKey: TypeAlias = tuple[str, int]
"""A station, and the number of its EVSE; or a resource, and 0."""
LineKey: TypeAlias = tuple[str, int]
"""A feeder, and a line from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """What is excused of an excess, in terms of what EVSEs draw.

    Attributes:
        is_whole: All of it.
        beyond_a: What would not be too much if these drew no more than so.
        unavoidable_a: What would be too much even if these drew no more than so; None: nothing.
        fallback_a: The same, beside either: all are there, and the limit is lower than they are.
    """

    is_whole: bool = False
    beyond_a: Mapping[EvseKey, float] = field(default_factory=dict)
    unavoidable_a: Mapping[EvseKey, float] | None = None
    fallback_a: Mapping[EvseKey, float] | None = None


@dataclass(slots=True, kw_only=True)
class SuddenStep:
    """A building draws more than was promised.

    Attributes:
        feeder_id: Where.
        starts_at: From when.
        ends_at: Until when.
        told_apart_at: From when on it is known in full.
        answered_at: When it has been answered; None: its meter has not shown it yet.
        again: The same by line, of an excess that began later.
    """

    feeder_id: str
    starts_at: datetime
    ends_at: datetime
    told_apart_at: datetime
    answered_at: datetime | None = None
    again: dict[LineKey, datetime | None] = field(default_factory=dict)

    def answered_on(self, key: LineKey) -> datetime | None:
        """When it has been answered on a line."""
        if self.answered_at is None:
            return None
        return self.again.get(key, self.answered_at)
