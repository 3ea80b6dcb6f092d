"""The plan of all that goes wrong on one day."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.fault_tables import (
    AT_RESOURCES,
    AT_SERVER,
    AT_SOURCES,
    LASTS_S,
    NEED_ROOM,
    PER_DAY,
    PER_STATION_HOUR,
    SHARE_OF_STATIONS,
    SIZE,
    VARIANTS,
)

BEGIN_AFTER: Final = timedelta(minutes=15)
"""Of a day: by then stations have come and hold their fallbacks. A site is not put into operation
while its network fails."""
_S_PER_HOUR: Final = 3600.0
_HOURS_PER_DAY: Final = 24.0
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
        resources: Those that draw anything, and those that stand by.
        sources: Those that stand by.
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
    sources: Sequence[str] = ()


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
            if is_hit and not (kind in NEED_ROOM and station in stage.spared):
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
        case FaultKind.DEEP_CUT:
            return (stage.root,) if stage.sources else ()
        case kind if kind in AT_SERVER:
            return ("",)
        case _:
            return _at_things(stage, kind)


def _at_things(stage: Stage, kind: FaultKind) -> Sequence[str]:
    if kind in AT_SOURCES:
        return stage.sources
    return stage.resources if kind in AT_RESOURCES else _stations(stage, kind)


def _stations(stage: Stage, kind: FaultKind) -> Sequence[str]:
    if kind in NEED_ROOM:
        return [one for one in stage.stations if one not in stage.spared]
    return stage.stations


def _gap(rng: Random, per_hour: float) -> timedelta:
    """To whole milliseconds, so that an instant can be written down."""
    return timedelta(milliseconds=round(1000 * rng.expovariate(per_hour / _S_PER_HOUR)))


def _fault(rng: Random, at: datetime, kind: FaultKind, place: str) -> Fault:
    """Draw what a fault is like; short ones are as usual as long ones of ten times the length."""
    least_s, most_s = LASTS_S.get(kind, (0.0, 0.0))
    lasts_s = least_s * (most_s / least_s) ** rng.random() if least_s else 0.0
    size = rng.uniform(*SIZE[kind]) if kind in SIZE else 0.0
    return Fault(
        at=at,
        kind=kind,
        place=place,
        lasts_s=round(lasts_s, 3),
        size=round(size, 3),
        variant=rng.choice(VARIANTS[kind]) if kind in VARIANTS else "",
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
    return bool(hide) and any(
        other.kind in hide and other.place == fault.place for other in all_faults
    )
