"""What people and programs see of a site: one nested value, made anew and then compared."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from csms.domain.guard_event import GuardEventKind
from csms.domain.imposed_limit import LimitParty
from csms.domain.need import NeedSource

LineAmps: TypeAlias = tuple[float, float, float]
"""Current by line of the site: L1, L2, L3."""


class Level(StrEnum):
    """How much attention something needs."""

    OK = "ok"
    TIGHT = "tight"
    """Nearly all of a limit is given out: normal while many vehicles charge."""
    OVERCOMMITTED = "overcommitted"
    """More than a limit may be drawn, by somebody who cannot be lowered just now."""
    OVER = "over"
    """A limit is exceeded, by the meters."""


class EvseState(StrEnum):
    """The state of an EVSE in a word for people."""

    AVAILABLE = "available"
    PREPARING = "preparing"
    """A vehicle is there, no transaction yet."""
    CHARGING = "charging"
    PAUSED = "paused"
    """We hold it at zero; it is waiting for its turn."""
    WAITING = "waiting"
    """The vehicle takes nothing, or took nothing when it last might: full, or to charge later."""
    FINISHING = "finishing"
    """The transaction is over, the vehicle is still there."""
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"
    OFFLINE = "offline"
    NEVER_SEEN = "never_seen"


class ReasonCode(StrEnum):
    """Why an EVSE has the limit that it has."""

    FULL_SPEED = "full_speed"
    FEEDER = "feeder"
    """A feeder's line is full."""
    OTHERS_FIRST = "others_first"
    """Others need the room more urgently just now."""
    PRICE = "price"
    """Energy or power is cheaper later."""
    VEHICLE = "vehicle"
    """The vehicle takes less than it may."""
    EXTERNAL = "external"
    """Somebody else limits the station."""
    OPERATOR = "operator"
    """The operator limits this connector."""
    NEED_MET = "need_met"
    NO_VEHICLE = "no_vehicle"
    OFFLINE = "offline"
    """Counted at what it may draw without us."""
    NEVER_SEEN = "never_seen"
    NOT_IN_FILE = "not_in_file"
    """It charges at a connector that the site file does not know."""
    REFUSED = "refused"
    """The station did not take the limit."""
    STARTING = "starting"
    """The first limit is on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    """Why, in words, with the feeder and line that bind and until when, where that is known."""

    code: ReasonCode
    text: str
    feeder_id: str | None = None
    line: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedView:
    """What the vehicle is planned to get.

    Attributes:
        source: Where it is known from; of two sources the less sure one.
        energy_source: Where the energy is known from; None: from there.
        departure_source: Where the departure is known from; None: from there.
        energy_between_wh: Eight of ten such vehicles take so much; None: not known.
        departs_between: Eight of ten such vehicles leave in between; None: not known.
    """

    energy_wh: float
    departs_at: datetime
    source: NeedSource
    energy_source: NeedSource | None = None
    departure_source: NeedSource | None = None
    energy_between_wh: tuple[float, float] | None = None
    departs_between: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorLimitView:
    """What the operator limits a connector to; `until_at` None: until it is released."""

    amps: float
    until_at: datetime | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvseView:
    """One EVSE.

    Attributes:
        lines: Site lines that it is wired to.
        protocol: `1.6` or `2.0.1`, None while it has never connected.
        security_profile: The lowest one that its station is let in with.
        waiting: How many commands wait for its station.
        current_a: Measured, by line of the site; None: not measured.
        limit_a: What it may draw per line now.
        fallback_a: What it draws at most if it falls silent, once its limits have lapsed.
        fallback_from: Until when a limit holds that lets it draw more; None: none does.
        energy_wh: Of the running or last transaction.
        id_token: Masked.
        since: Start of the running transaction.
        closed: Why the last transaction was closed here, if its station told no end of it.
        operator_limit: None: the operator does not limit it.
        is_boosted: Whether its vehicle is charged as fast as all limits allow.
    """

    station_id: str
    number: int
    feeder_id: str
    lines: tuple[int, ...]
    protocol: str | None
    security_profile: int
    waiting: int
    state: EvseState
    power_w: float | None
    current_a: LineAmps | None
    limit_a: float
    fallback_a: float
    fallback_from: datetime | None = None
    max_a: float
    energy_wh: float | None
    soc_pct: float | None
    id_token: str | None
    since: datetime | None
    need: NeedView | None
    closed: str | None
    reason: ReasonView
    operator_limit: ConnectorLimitView | None = None
    is_boosted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImposedView:
    """What somebody limits a feeder to, now or later; `until_at` None: until it is lifted.

    Attributes:
        by: Which grid company, where it comes of its capacity profile; nobody else lifts it.
    """

    party: LimitParty
    amps: LineAmps
    from_at: datetime
    until_at: datetime | None
    words: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeederView:
    """One feeder, by line of the site.

    Attributes:
        load_a: Measured load of the EVSEs below, plus the uncontrolled load; where the feeder's
            own meter shows all that it carries, what that shows.
        uncontrolled_a: Load that nobody steers: measured, or as it is reckoned with.
        allowed_a: The most that the EVSEs below may draw, plus the uncontrolled load as it is
            reckoned with.
        headroom_a: Limit minus allowed.
        uncontrolled_source: `measured`, `reckoned` (some of it is not measured), or None where
            there is none.
        rising_a: Up to where vehicles are raised just now, while room comes back gradually; None:
            up to the limit.
        imposed: What others than the site file limit it to, now or later.
    """

    name: str
    parent_id: str | None
    limit_a: LineAmps
    load_a: LineAmps
    uncontrolled_a: LineAmps
    allowed_a: LineAmps
    headroom_a: LineAmps
    level: Level
    uncontrolled_source: str | None
    rising_a: LineAmps | None = None
    imposed: tuple[ImposedView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedView:
    """Vehicles that are still to come, for which a plan keeps room.

    Attributes:
        vehicles: How many are expected.
        until_at: By when they have come.
        energy_wh: What is kept free for them.
    """

    vehicles: int
    until_at: datetime
    energy_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """The newest plan.

    Attributes:
        reserved: For whom else it keeps room; None: for nobody.
    """

    made_at: datetime
    is_heuristic: bool
    detail: str
    solve_ms: float
    next_at: datetime
    expected_wh: float
    short_wh: float
    reserved: ReservedView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardEventView:
    """Something that the guard of the limits has done or seen.

    Attributes:
        at: When it was, or began.
        title: What it was, in a word or two.
        text: Where, how much of what was allowed, and for how long.
        cause: Why.
    """

    kind: GuardEventKind
    at: datetime
    title: str
    text: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardView:
    """What the guard of the limits does.

    Attributes:
        banner: What is wrong just now, in a sentence; None: nothing is.
        level: How much attention that needs.
        events: The last ones, the newest first.
    """

    banner: str | None = None
    level: Level = Level.OK
    events: tuple[GuardEventView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureView:
    """A key figure in words: of today, and of the last thirty days."""

    key: str
    title: str
    today: str
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """A whole site.

    Attributes:
        headline: How it stands, in a sentence.
        clock_rate: Seconds of the site's clock per second of the reader's; 1 but in a demo.
        feeders: By feeder id, parents first.
        evses: By `station/number`.
        figures: How it has done, as far as there is something to tell.
    """

    site_id: str
    name: str
    timezone: str
    now: datetime
    clock_rate: float
    level: Level
    headline: str
    power_w: float
    energy_today_wh: float
    counts: dict[EvseState, int]
    plan: PlanView | None
    feeders: dict[str, FeederView]
    evses: dict[str, EvseView]
    guard: GuardView = field(default_factory=GuardView)
    figures: tuple[FigureView, ...] = ()
