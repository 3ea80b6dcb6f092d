"""What can go wrong, how often, and the plan of all that does on one day.

A rate is per station-hour for what happens to stations, per day for what happens to the site, and
a share of the stations for what is wrong with a station all day long.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from types import MappingProxyType
from typing import Final

BEGIN_AFTER: Final = timedelta(minutes=15)
"""Of a day: by then stations have come and hold their fallbacks. A site is not put into operation
while its network fails."""


class FaultKind(StrEnum):
    """What can go wrong."""

    LINK_CUT = "link_cut"
    """The connection ends for both, and the station cannot come back for a while."""
    HALF_OPEN = "half_open"
    """Nothing passes any more, and nobody is told."""
    LOST_ANSWER = "lost_answer"
    """The same, as soon as a station has taken a higher limit, and before the server knows."""
    DELAY = "delay"
    """Messages of one or both directions are late for a while."""
    DUPLICATE = "duplicate"
    """Messages of both directions come twice for a while."""
    REJECT = "reject"
    """For a while every second command is rejected."""
    CALL_ERROR = "call_error"
    """For a while every second command is answered with an error, done or not."""
    NO_ANSWER = "no_answer"
    """For a while every second command is not answered, done or not."""
    REBOOT = "reboot"
    """A station restarts, holds its profiles, and is back after a while: so is its router."""
    PROFILE_LOSS = "profile_loss"
    """A station restarts without its profiles."""
    STOPS_OBEYING = "stops_obeying"
    """A station that has kept to its limits keeps to none for a while."""
    CLOCK_JUMP = "clock_jump"
    METER_OUTAGE = "meter_outage"
    METER_NONSENSE = "meter_nonsense"
    """What cannot be true is told of a feeder's meter as well."""
    BROKER_DEATH = "broker_death"
    """The MQTT broker that brings all readings and setpoints dies, and comes back with old ones."""
    LOAD_STEP = "load_step"
    """The building switches on as much at once as was said that it would."""
    LOAD_CLIMB = "load_climb"
    """The building rises as far and as fast as was said that it may, and stays there."""
    SUDDEN_STEP = "sudden_step"
    """The building switches on more than was said."""
    LIMIT_CUT = "limit_cut"
    """The grid company lowers a feeder's limit."""
    DATABASE_LOCK = "database_lock"
    KILL = "kill"
    """The server is killed, and started again."""
    KILL_SENDING = "kill_sending"
    """The same, as soon as a station has taken a higher limit, and before the server knows."""
    WRONG_CLOCK = "wrong_clock"
    IGNORES_LIMITS = "ignores_limits"
    IGNORES_TX_PROFILE = "ignores_tx_profile"
    REFUSES_TX_PROFILE = "refuses_tx_profile"
    REFUSES_VALIDITY = "refuses_validity"
    ONE_PERIOD = "one_period"
    WHOLE_NUMBERS = "whole_numbers"
    LYING_COMPOSITE = "lying_composite"
    LYING_METER = "lying_meter"
    RESOURCE_DISOBEYS = "resource_disobeys"
    """A battery, heat or a load draws all that it can for a while, whatever it is told."""
    RESOURCE_SILENT = "resource_silent"
    """Nothing is told of it for a while; it goes on."""
    RESOURCE_DEAF = "resource_deaf"
    """No setpoint reaches it for a while; it keeps to the last one until that lapses."""
    RESOURCE_NONSENSE = "resource_nonsense"
    """What cannot be true is told of it as well."""


ALL: Final = frozenset(FaultKind)

PER_STATION_HOUR: Final[Mapping[FaultKind, float]] = MappingProxyType(
    {
        FaultKind.LINK_CUT: 0.04,
        FaultKind.HALF_OPEN: 0.02,
        FaultKind.LOST_ANSWER: 0.02,
        FaultKind.DELAY: 0.04,
        FaultKind.DUPLICATE: 0.02,
        FaultKind.REJECT: 0.02,
        FaultKind.CALL_ERROR: 0.02,
        FaultKind.NO_ANSWER: 0.02,
        FaultKind.REBOOT: 0.01,
        FaultKind.PROFILE_LOSS: 0.002,
        FaultKind.CLOCK_JUMP: 0.002,
        FaultKind.STOPS_OBEYING: 0.002,
    }
)
PER_DAY: Final[Mapping[FaultKind, float]] = MappingProxyType(
    {
        FaultKind.METER_OUTAGE: 3,
        FaultKind.METER_NONSENSE: 6,
        FaultKind.BROKER_DEATH: 4,
        FaultKind.LOAD_STEP: 30,
        FaultKind.LOAD_CLIMB: 2,
        FaultKind.SUDDEN_STEP: 4,
        FaultKind.LIMIT_CUT: 2,
        FaultKind.DATABASE_LOCK: 6,
        FaultKind.KILL: 5,
        FaultKind.KILL_SENDING: 2,
        FaultKind.RESOURCE_DISOBEYS: 6,
        FaultKind.RESOURCE_SILENT: 6,
        FaultKind.RESOURCE_DEAF: 6,
        FaultKind.RESOURCE_NONSENSE: 12,
    }
)
AT_RESOURCES: Final = frozenset(
    {
        FaultKind.RESOURCE_DISOBEYS,
        FaultKind.RESOURCE_SILENT,
        FaultKind.RESOURCE_DEAF,
        FaultKind.RESOURCE_NONSENSE,
    }
)
"""What goes wrong with resources; where there are none, nothing does."""
AT_METERS: Final = frozenset(
    {FaultKind.METER_OUTAGE, FaultKind.METER_NONSENSE, FaultKind.BROKER_DEATH}
)
"""What goes wrong with feeders' meters, and with what brings their readings."""
SHARE_OF_STATIONS: Final[Mapping[FaultKind, float]] = MappingProxyType(
    {
        FaultKind.WRONG_CLOCK: 0.01,
        FaultKind.IGNORES_LIMITS: 0.005,
        FaultKind.IGNORES_TX_PROFILE: 0.007,
        FaultKind.REFUSES_TX_PROFILE: 0.01,
        FaultKind.REFUSES_VALIDITY: 0.01,
        FaultKind.ONE_PERIOD: 0.007,
        FaultKind.WHOLE_NUMBERS: 0.007,
        FaultKind.LYING_COMPOSITE: 0.007,
        FaultKind.LYING_METER: 0.007,
    }
)
_OBEY_NOTHING: Final = frozenset({FaultKind.IGNORES_LIMITS, FaultKind.STOPS_OBEYING})
AT_STATIONS: Final = frozenset((*PER_STATION_HOUR, *SHARE_OF_STATIONS)) - _OBEY_NOTHING
"""What goes wrong with stations that obey, and with nothing else."""

_NEED_ROOM: Final = frozenset(
    {FaultKind.PROFILE_LOSS, FaultKind.IGNORES_TX_PROFILE, FaultKind.IGNORES_LIMITS}
)
"""What leaves a station without any limit until that is known of its make."""
_S_PER_HOUR: Final = 3600.0
_HOURS_PER_DAY: Final = 24.0
_LASTS_S: Final[Mapping[FaultKind, tuple[float, float]]] = MappingProxyType(
    {
        FaultKind.LINK_CUT: (1, 1800),
        FaultKind.HALF_OPEN: (15, 300),
        FaultKind.LOST_ANSWER: (60, 900),
        FaultKind.DELAY: (60, 900),
        FaultKind.DUPLICATE: (60, 600),
        FaultKind.REJECT: (30, 900),
        FaultKind.CALL_ERROR: (30, 900),
        FaultKind.NO_ANSWER: (30, 900),
        FaultKind.REBOOT: (1, 600),
        FaultKind.PROFILE_LOSS: (1, 600),
        FaultKind.STOPS_OBEYING: (600, 4 * 3600),
        FaultKind.METER_OUTAGE: (120, 4 * 3600),
        FaultKind.METER_NONSENSE: (60, 1800),
        FaultKind.BROKER_DEATH: (5, 3600),
        FaultKind.LOAD_STEP: (60, 1800),
        FaultKind.LOAD_CLIMB: (600, 3600),
        FaultKind.SUDDEN_STEP: (60, 900),
        FaultKind.LIMIT_CUT: (1800, 7200),
        FaultKind.DATABASE_LOCK: (1, 10),
        FaultKind.KILL: (1, 60),
        FaultKind.KILL_SENDING: (1, 60),
        FaultKind.RESOURCE_DISOBEYS: (60, 3600),
        FaultKind.RESOURCE_SILENT: (30, 1800),
        FaultKind.RESOURCE_DEAF: (30, 1800),
        FaultKind.RESOURCE_NONSENSE: (60, 1800),
    }
)
"""From and to: how long a fault lasts; after a kill until the server starts again, after a restart
until the station can connect again."""
_SIZE: Final[Mapping[FaultKind, tuple[float, float]]] = MappingProxyType(
    {
        FaultKind.DELAY: (1, 20),  # seconds at most
        FaultKind.CLOCK_JUMP: (-600, 600),  # seconds
        FaultKind.WRONG_CLOCK: (-600, 600),
        FaultKind.LOAD_STEP: (0.8, 1.0),  # of the largest step
        FaultKind.LOAD_CLIMB: (3.0, 8.0),
        FaultKind.SUDDEN_STEP: (1.5, 3.0),
        FaultKind.LIMIT_CUT: (0.5, 0.9),  # of the limit
        FaultKind.KILL: (0, 500),  # turns of the event loop until it strikes
        FaultKind.LYING_METER: (0.3, 1.0),  # of what flows
    }
)
_AT_SERVER: Final = frozenset(
    {
        FaultKind.BROKER_DEATH,
        FaultKind.DATABASE_LOCK,
        FaultKind.KILL,
        FaultKind.KILL_SENDING,
    }
)
_VARIANTS: Final[Mapping[FaultKind, tuple[str, ...]]] = MappingProxyType(
    {
        FaultKind.DELAY: ("to the server", "to the station", "both ways"),
        FaultKind.LIMIT_CUT: ("at once", "announced"),
        FaultKind.REBOOT: ("ends its transactions", "resumes its transactions"),
        FaultKind.PROFILE_LOSS: ("ends its transactions", "resumes its transactions"),
        FaultKind.STOPS_OBEYING: ("and shows it", "and pretends to obey"),
    }
)
HEEDED_WITHIN: Final = timedelta(minutes=62)
"""Of a limit that the grid company imposes: stations that cannot be reached keep to what they have
until it lapses. One that is announced so long before has to be kept to from its first instant."""
_AFTER_OUTAGE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        place: The station, feeder or resource that it happens to; empty: the server, its database.
        lasts_s: How long; 0: only then, or, where it is the station's way, all day.
        size: What its kind measures: seconds, or a share.
        variant: Which of several ways.
    """

    at: datetime
    kind: FaultKind
    place: str = ""
    lasts_s: float = 0.0
    size: float = 0.0
    variant: str = ""

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.at + timedelta(seconds=self.lasts_s)

    def __str__(self) -> str:
        words = [str(self.kind), self.place, self.variant]
        if self.size:
            words.append(f"{self.size:.3g}")
        if self.lasts_s:
            words.append(f"for {self.lasts_s:.0f} s")
        return " ".join(word for word in words if word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What faults can happen to, and when.

    Attributes:
        stations: Those that anything goes wrong with.
        faulty_share: Which share of all stations these are.
        spared: Those of which a limit cannot be kept if nothing limits them: their rating alone is
            too much for a feeder. That they lose their fallback, or keep to no limit of a
            transaction, can be told only by what they draw then.
        root: The feeder that feeds all others.
        loaded_feeders: Those with uncontrolled load.
        metered_feeders: Of those, the ones whose load is measured.
        rate: How many times as often as usual anything goes wrong.
        resources: Those that draw anything.
    """

    seed: int
    starts_at: datetime
    ends_at: datetime
    stations: Sequence[str]
    root: str
    loaded_feeders: Sequence[str]
    metered_feeders: Sequence[str]
    faulty_share: float = 1.0
    rate: float = 1.0
    spared: frozenset[str] = frozenset()
    resources: Sequence[str] = ()


def draw_faults(stage: Stage, kinds: Collection[FaultKind]) -> tuple[Fault, ...]:
    """Draw all that goes wrong on a day, in order of time.

    What is drawn of one kind does not depend on which others are; but no sudden step comes while
    its meter is out, and no station keeps to nothing whose meter lies.
    """
    drawn = [fault for kind in FaultKind if kind in kinds for fault in _draw(stage, kind)]
    faults = [
        fault for fault in drawn if not (_is_unseen(fault, drawn) or _is_hidden(fault, drawn))
    ]
    return tuple(sorted(faults, key=lambda fault: (fault.at, fault.kind, fault.place)))


def _draw(stage: Stage, kind: FaultKind) -> Iterator[Fault]:
    rng = Random(f"{stage.seed} {kind}")  # noqa: S311 - a simulation
    if kind in SHARE_OF_STATIONS:
        for station in stage.stations:
            is_hit = rng.random() * stage.faulty_share < stage.rate * SHARE_OF_STATIONS[kind]
            if is_hit and not (kind in _NEED_ROOM and station in stage.spared):
                yield _fault(rng, stage.starts_at, kind, station)
        return
    places = _places(stage, kind)
    per_hour = stage.rate * PER_DAY.get(kind, 0.0) / _HOURS_PER_DAY
    if kind in PER_STATION_HOUR:
        per_hour = stage.rate * PER_STATION_HOUR[kind] * len(places)
    if not places or per_hour <= 0.0:
        return
    at = stage.starts_at + BEGIN_AFTER
    while (at := at + _gap(rng, per_hour)) < stage.ends_at:
        yield _fault(rng, at, kind, rng.choice(places))


def _places(stage: Stage, kind: FaultKind) -> Sequence[str]:
    match kind:
        case FaultKind.METER_OUTAGE | FaultKind.METER_NONSENSE | FaultKind.SUDDEN_STEP:
            return stage.metered_feeders
        case FaultKind.LOAD_STEP | FaultKind.LOAD_CLIMB:
            return stage.loaded_feeders
        case FaultKind.LIMIT_CUT:
            return (stage.root,)
        case kind if kind in _AT_SERVER:
            return ("",)
        case _:
            return stage.resources if kind in AT_RESOURCES else _stations(stage, kind)


def _stations(stage: Stage, kind: FaultKind) -> Sequence[str]:
    if kind in _NEED_ROOM:
        return [one for one in stage.stations if one not in stage.spared]
    return stage.stations


def _gap(rng: Random, per_hour: float) -> timedelta:
    """To whole milliseconds, so that an instant can be written down."""
    return timedelta(milliseconds=round(1000 * rng.expovariate(per_hour / _S_PER_HOUR)))


def _fault(rng: Random, at: datetime, kind: FaultKind, place: str) -> Fault:
    """Draw what a fault is like; short ones are as usual as long ones of ten times the length."""
    least_s, most_s = _LASTS_S.get(kind, (0.0, 0.0))
    lasts_s = least_s * (most_s / least_s) ** rng.random() if least_s else 0.0
    size = rng.uniform(*_SIZE[kind]) if kind in _SIZE else 0.0
    return Fault(
        at=at,
        kind=kind,
        place=place,
        lasts_s=round(lasts_s, 3),
        size=round(size, 3),
        variant=rng.choice(_VARIANTS[kind]) if kind in _VARIANTS else "",
    )


def _is_unseen(fault: Fault, all_faults: Iterable[Fault]) -> bool:
    """Whether a sudden step comes while its meter is out: nobody could know of it."""
    return fault.kind is FaultKind.SUDDEN_STEP and any(
        (outage.kind, outage.place)
        in ((FaultKind.METER_OUTAGE, fault.place), (FaultKind.BROKER_DEATH, ""))
        and outage.at < fault.ends_at + _AFTER_OUTAGE
        and fault.at < outage.ends_at + _AFTER_OUTAGE
        for outage in all_faults
    )


def _is_hidden(fault: Fault, all_faults: Iterable[Fault]) -> bool:
    """Whether a station keeps to nothing, and nobody could know of it.

    Its meter lies; or, of one that begins to, it is of a make with ways of its own.
    """
    hide = {
        FaultKind.IGNORES_LIMITS: {FaultKind.LYING_METER},
        FaultKind.STOPS_OBEYING: {*SHARE_OF_STATIONS, FaultKind.PROFILE_LOSS},
    }.get(fault.kind, set())
    return any(other.kind in hide and other.place == fault.place for other in all_faults)
