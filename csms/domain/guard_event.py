"""What the guard of a site's limits has done or seen, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from csms.domain.identity import FeederId, StationId


class GuardEventKind(StrEnum):
    """What the guard has done or seen."""

    OVER_LIMIT = "over_limit"
    """A current was measured above a limit."""
    CUT = "cut"
    """Limits were lowered at once, without a plan."""
    RESTORED = "restored"
    """What was cut has been given back."""
    LIMIT_IMPOSED = "limit_imposed"
    """Somebody has limited a feeder."""
    FED_CUT = "fed_cut"
    """A feeder fed in more than it may: less is given at once, without a plan."""
    LIMIT_LIFTED = "limit_lifted"
    """A feeder is no longer limited by somebody."""
    GRID_SILENT = "grid_silent"
    """Nothing is heard of a grid company: its fallback blocks count."""
    GRID_BACK = "grid_back"
    METER_STALE = "meter_stale"
    """A feeder's meter has fallen silent: its worst case counts."""
    METER_BACK = "meter_back"
    METER_REFUSED = "meter_refused"
    """A reading of a feeder's meter was refused, as it cannot be true or cannot be understood."""
    BROKER_LOST = "broker_lost"
    """There is no connection to the MQTT broker that brings the readings of meters."""
    BROKER_BACK = "broker_back"
    PRICES_SILENT = "prices_silent"
    """Prices that should be there are missing: those of a day before are assumed."""
    PRICES_BACK = "prices_back"
    RETURN = "return"
    """Many stations have come back at once: what they may draw rises in steps."""
    UNSTEERABLE = "unsteerable"
    """A station is budgeted at the most that its hardware can draw."""
    CAPACITY = "capacity"
    """A feeder is likely full within the next day."""
    DEMAND_DRIFT = "demand_drift"
    """Forecasts of a site's demand miss more than they should: the baseline is used."""
    DEMAND_HOLDS = "demand_holds"
    """They hold again."""
    FORECASTS_DRIFT = "forecasts_drift"
    """Forecasts of stays miss more than they should: the baseline answers."""
    FORECASTS_HOLD = "forecasts_hold"
    """They hold again: the model answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardEvent:
    """One thing that the guard has done or seen.

    Attributes:
        at: When it was, or began.
        cause: Why, in words for an operator.
        feeder_id: Where; None: at a station, or at the whole site.
        line: 1 to 3; None: it is not about one of them.
        station_id: Whose; None: nobody's.
        amps: The current that it is about, at its highest.
        limit_a: What was allowed then.
        lasted_s: How long; None: it is about an instant.
    """

    kind: GuardEventKind
    at: datetime
    cause: str
    feeder_id: FeederId | None = None
    line: int | None = None
    station_id: StationId | None = None
    amps: float | None = None
    limit_a: float | None = None
    lasted_s: float | None = None


@dataclass(frozen=True, slots=True)
class KeptGuardEvent:
    """An event that is kept, under a number that counts up."""

    number: int
    event: GuardEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardEventsWanted:
    """Which events are looked for; None: any.

    Attributes:
        since: They were, or began, then or later.
        until: They were, or began, before that.
        before: Their numbers are smaller: the last one of the page before.
    """

    kind: GuardEventKind | None = None
    feeder_id: FeederId | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
