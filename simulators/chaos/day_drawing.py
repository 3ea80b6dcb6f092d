"""Draws a day from a seed: the site, who comes to it, what goes wrong."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from simulators.building import ExtraLoad, Habits, promised_s
from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.fault_tables import AT_SOURCES
from simulators.chaos.faults import Fault, Stage, draw_faults
from simulators.chaos.resource_drawing import add_resources
from simulators.chaos.site_drawing import draw_site
from simulators.chaos.source_drawing import add_source
from simulators.placement import Placement, place
from simulators.scenario import Scenario
from simulators.sessions.population import generate, read_population
from simulators.sessions.session import Session
from simulators.site import Site, read_site
from simulators.stations.manners import POLITE, Composite, Manners

_FIRST_DAY: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - local, wherever the site is
_DAYS: Final = 365
_DAYS_BEFORE: Final = 1
_POPULATIONS: Final = ("norway-residential", "norway-residential", "jpl-workplace", "depot")
_BUSY_FROM_H: Final = {"norway-residential": 15, "jpl-workplace": 7, "depot": 15}
"""A short day begins there; one of all hours begins at any."""
_SHORT_H: Final = 20
_FRIDAY: Final = 4
_QUARTER: Final = timedelta(minutes=15)
_WAYS: Final[dict[FaultKind, dict[str, Any]]] = {
    FaultKind.IGNORES_LIMITS: {"ignores_limits": True},
    FaultKind.IGNORES_TX_PROFILE: {"ignores_tx_profile": True},
    FaultKind.REFUSES_TX_PROFILE: {"refuses_tx_profile": True},
    FaultKind.REFUSES_VALIDITY: {"refuses_validity": True},
    FaultKind.ONE_PERIOD: {"one_period": True},
    FaultKind.WHOLE_NUMBERS: {"whole_numbers": True},
}
_LIES: Final = (
    Composite.REFUSED,
    Composite.EMPTY,
    Composite.NEGATIVE,
    Composite.HARDWARE,
    Composite.PRETENDED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What day is wanted.

    Attributes:
        populations: Where the files of populations are.
        kinds: What may go wrong.
        faulty_share: Share of the stations that anything goes wrong with.
        rate: How many times as often as usual anything goes wrong.
        demand: How many times as many users as usual there are: more than one or two for each EVSE
            leave hardly any of them empty.
        stay: How many times as long as usual vehicles stay.
        has_resources: Whether the site has more than chargers; a source that stands by is among it
            where anything may go wrong with it.
    """

    seed: int
    stations: int
    hours: float
    populations: Path
    kinds: frozenset[FaultKind]
    faulty_share: float = 1.0
    rate: float = 1.0
    demand: float = 1.0
    stay: float = 1.0
    has_resources: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosDay:
    """A day, ready to be run.

    Attributes:
        faults: All that goes wrong, in order of time.
        meter_every_s: How often the feeders' meters report.
        plan_every_s: How often the system plans: what was refused is tried again by then.
    """

    scenario: Scenario
    faults: tuple[Fault, ...]
    meter_every_s: float
    plan_every_s: float


def draw_day(wanted: Wanted, folder: Path) -> ChaosDay:
    """Draw a day.

    Args:
        wanted: What day.
        folder: Where its site file is written.
    """
    rng = Random(f"{wanted.seed} day")  # noqa: S311 - a simulation
    site_path = folder / f"chaos-{wanted.seed}.yaml"
    text = draw_site(wanted.seed, wanted.stations)
    if wanted.has_resources:
        text = add_resources(wanted.seed, text)
        if wanted.kinds & {*AT_SOURCES, FaultKind.DEEP_CUT}:
            text = add_source(wanted.seed, text)
    site_path.write_text(text, encoding="utf-8")
    site = read_site(site_path)
    population = rng.choice(_POPULATIONS)
    local = _start(rng, population, wanted.hours)
    starts_at = local.replace(tzinfo=site.zone).astimezone(UTC)
    ends_at = starts_at + timedelta(hours=wanted.hours)
    placed = _placed(wanted, rng, site, (starts_at, ends_at), population)
    meter_every_s = rng.choice((30.0, 45.0, 60.0))
    faults = draw_faults(_stage(wanted, site, starts_at, ends_at), wanted.kinds)
    scenario = Scenario(
        name=f"chaos {wanted.seed}",
        site_path=site_path,
        site=site,
        starts_at=starts_at,
        length_s=wanted.hours * 3600,
        visits=placed.visits,
        moved=placed.moved,
        dropped=placed.dropped,
        source=f"population {population}",
        v201=_speakers_of_v201(rng, site),
        manners=_manners(wanted.seed, faults),
        habits=_habits(site, faults, meter_every_s),
        seed=wanted.seed,
    )
    return ChaosDay(
        scenario=scenario,
        faults=faults,
        meter_every_s=meter_every_s,
        plan_every_s=site.plan_every_s,
    )


def _start(rng: Random, population: str, hours: float) -> datetime:
    """A local time; on a working day where nobody comes on others."""
    hour = rng.randrange(24)
    day = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
    while population != "norway-residential" and day.weekday() > _FRIDAY:
        day -= timedelta(days=1)
    return day.replace(hour=hour if hours >= _SHORT_H else _BUSY_FROM_H[population])


def _placed(
    wanted: Wanted, rng: Random, site: Site, span: tuple[datetime, datetime], name: str
) -> Placement:
    users = round(wanted.demand * len(site.places) * rng.uniform(0.8, 1.4))
    sessions = _sessions(wanted, site, span, name, users)
    if name != "depot":  # DC stations are for buses
        buses = round(wanted.demand * (wanted.stations // 3))
        others = _sessions(wanted, site, span, "depot", buses)
        sessions += [one for one in others if one.uses_dc]
        sessions.sort(key=lambda one: (one.arrives_at, one.user))
    told = [_stated(rng, one) for one in sessions]
    return place(told, site, *span, Random(f"{wanted.seed} places"))  # noqa: S311


def _sessions(
    wanted: Wanted, site: Site, span: tuple[datetime, datetime], name: str, users: int
) -> list[Session]:
    population = read_population(wanted.populations / f"{name}.yaml")
    first, last = (instant.astimezone(site.zone).date() for instant in span)
    first -= timedelta(days=_DAYS_BEFORE)
    sessions = generate(population, users, first, (last - first).days + 1, wanted.seed, site.zone)
    return [_staying(session, wanted.stay) for session in sessions]


def _staying(session: Session, share: float) -> Session:
    """The same vehicle, there for a share of its time; its driver knows."""
    arrives_at, stated_at = session.arrives_at, session.stated_departs_at
    return replace(
        session,
        departs_at=arrives_at + share * (session.departs_at - arrives_at),
        stated_departs_at=stated_at and arrives_at + share * (stated_at - arrives_at),
    )


def _stated(rng: Random, session: Session) -> Session:
    """Most drivers say what they will do, roughly; few say what is wrong."""
    if session.stated_departs_at is not None or rng.random() > 0.7:
        return session
    error = timedelta(hours=rng.gauss(0, 1.5)) if rng.random() < 0.2 else timedelta(0)
    departs_at = max(session.departs_at + error, session.arrives_at + 2 * _QUARTER)
    return replace(
        session,
        stated_departs_at=departs_at - (departs_at - _MIDNIGHT) % _QUARTER,
        stated_energy_wh=-(-session.energy_wh // 1000) * 1000,
    )


_MIDNIGHT: Final = datetime(2026, 1, 1, tzinfo=UTC)


def _speakers_of_v201(rng: Random, site: Site) -> frozenset[str]:
    share = rng.uniform(0.2, 0.8)
    names = list(dict.fromkeys(place.station_id for place in site.places))
    return frozenset(name for name in names if rng.random() < share)


def _stage(wanted: Wanted, site: Site, starts_at: datetime, ends_at: datetime) -> Stage:
    loads = {one.feeder_id: one.uncontrolled for one in site.feeders if one.uncontrolled}
    return Stage(
        seed=wanted.seed,
        starts_at=starts_at,
        ends_at=ends_at,
        stations=_faulty(wanted, site),
        faulty_share=wanted.faulty_share,
        rate=wanted.rate,
        spared=frozenset(one.station_id for one in site.places if not site.has_room_for(one)),
        root=site.feeders[0].feeder_id,
        loaded_feeders=tuple(loads),
        metered_feeders=tuple(name for name, load in loads.items() if load.is_metered),
        resources=(*(one.station_id for one in site.resources), *site.sources),
        sources=site.sources,
    )


def _faulty(wanted: Wanted, site: Site) -> tuple[str, ...]:
    """The stations that anything goes wrong with."""
    every = tuple(dict.fromkeys(place.station_id for place in site.places))
    if wanted.faulty_share >= 1.0:
        return every
    rng = Random(f"{wanted.seed} faulty")  # noqa: S311 - a simulation
    return tuple(rng.sample(every, round(wanted.faulty_share * len(every))))


def _manners(seed: int, faults: Iterable[Fault]) -> dict[str, Manners]:
    """The ways that stations have all day long."""
    manners: dict[str, Manners] = {}
    for fault in faults:
        changes = dict(_changes(seed, fault))
        if changes:
            known = manners.get(fault.place, POLITE)
            ways = [str(fault.kind)] if known is POLITE else [known.firmware, str(fault.kind)]
            changes["firmware"] = " ".join(ways)  # it is a make that has such ways, all of them
            manners[fault.place] = replace(known, **changes)
    return manners


def _changes(seed: int, fault: Fault) -> Iterator[tuple[str, Any]]:
    match fault.kind:
        case FaultKind.WRONG_CLOCK:
            yield "wrong_clock_s", fault.size
        case FaultKind.PROFILE_LOSS:  # it is a make that keeps nothing over a loss of power
            yield "forgets_profiles", True
        case FaultKind.LYING_METER:
            yield "reported_share", fault.size
        case FaultKind.LYING_COMPOSITE:
            rng = Random(f"{seed} {fault.place} composite")  # noqa: S311 - a simulation
            yield "composite", rng.choice(_LIES)
        case _:
            yield from _WAYS.get(fault.kind, {}).items()


def _habits(site: Site, faults: Collection[Fault], meter_every_s: float) -> dict[str, Habits]:
    """How buildings draw: what the site file promises of them holds."""
    return {
        feeder.feeder_id: Habits(
            rises_within_s=promised_s(site, feeder.feeder_id, meter_every_s),
            extras=tuple(_extras(feeder.feeder_id, faults)),
        )
        for feeder in site.feeders
        if feeder.uncontrolled is not None
    }


def _extras(feeder_id: str, faults: Iterable[Fault]) -> Iterator[ExtraLoad]:
    for fault in faults:
        if fault.place == feeder_id and fault.kind in _STEPS:
            yield ExtraLoad(
                starts_at=fault.at,
                lasts_s=fault.lasts_s,
                largest_steps=fault.size,
                is_promised=fault.kind is not FaultKind.SUDDEN_STEP,
            )


_STEPS: Final = frozenset({FaultKind.LOAD_STEP, FaultKind.LOAD_CLIMB, FaultKind.SUDDEN_STEP})
