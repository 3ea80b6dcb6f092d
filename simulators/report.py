"""What came of a scenario: who got how much, and whether every limit held."""

from dataclasses import dataclass
from datetime import datetime

from simulators.grid import LineVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOutcome:
    """What one session got.

    Attributes:
        wanted_wh: What its vehicle would take if time allowed.
        possible_wh: Of that, what its outlet could have given if nothing else had limited it.
        delivered_wh: What it got.
        has_left: Whether it is over.
    """

    session_id: str
    user: str
    station_id: str
    evse_number: int
    arrives_at: datetime
    departs_at: datetime
    wanted_wh: float
    possible_wh: float
    delivered_wh: float
    has_left: bool

    @property
    def served_pct(self) -> float:
        """Delivered of possible energy; 100 where nothing was to be had."""
        if self.possible_wh <= 0.0:
            return 100.0
        return min(100.0, 100.0 * self.delivered_wh / self.possible_wh)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetReport:
    """What came of a scenario up to an instant.

    Attributes:
        sessions: In order of arrival, those that have begun.
        lines: The judge's verdict on every line of every feeder.
        messages_sent: Calls that the stations made.
        moved: Sessions that found their own space taken.
        dropped: Sessions that found no space.
    """

    at: datetime
    sessions: tuple[SessionOutcome, ...]
    lines: tuple[LineVerdict, ...]
    messages_sent: int
    moved: int
    dropped: int

    @property
    def wanted_wh(self) -> float:
        """What all vehicles that have come would take."""
        return sum(session.wanted_wh for session in self.sessions)

    @property
    def possible_wh(self) -> float:
        """Of that, what their outlets could have given."""
        return sum(session.possible_wh for session in self.sessions)

    @property
    def delivered_wh(self) -> float:
        """What they have got."""
        return sum(session.delivered_wh for session in self.sessions)

    @property
    def left(self) -> tuple[SessionOutcome, ...]:
        """Sessions that are over."""
        return tuple(session for session in self.sessions if session.has_left)

    @property
    def peak_ratio(self) -> float:
        """The highest line current of any feeder, over its limit at that time."""
        return max((line.peak_ratio for line in self.lines), default=0.0)

    @property
    def over_as(self) -> float:
        """Ampere-seconds above any limit."""
        return sum(line.over_as for line in self.lines)

    @property
    def own_over_as(self) -> float:
        """Of those, what uncontrolled load alone does not explain."""
        return sum(line.own_over_as for line in self.lines)

    def count_served(self, least_pct: float) -> int:
        """How many sessions that are over got so much of what they could have had."""
        return sum(session.served_pct >= least_pct for session in self.left)
