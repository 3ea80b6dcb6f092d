"""A site as the simulators read it: own reading of the file, so that a fault cannot cancel out.

It takes a valid file; the system under test is what checks them.

    SiteFileError      a file that cannot be understood
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import yaml

from simulators import yaml_text
from simulators.stations.outlet import Amps, OutletModel
from simulators.supply import Earthing, Supply

Node: TypeAlias = Mapping[str, Any]
"""A mapping in a YAML file."""

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ALL_LINES: Final = (1, 2, 3)
_W_PER_KW: Final = 1000.0
_ROUNDS: Final = 4
"""Within so many rounds of the chargers' meters a load rises by its largest step at most, where
its feeder's meter shows chargers as well."""


class SiteFileError(Exception):
    """A site file that cannot be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of some days in which other amps hold, in minutes after local midnight."""

    weekdays: frozenset[int]
    opens_min: int
    closes_min: int
    amps: Amps

    def is_open(self, local: datetime) -> bool:
        """Whether it is open at a local time; one that closes early does so on the next day."""
        minute = local.hour * 60 + local.minute
        today, yesterday = local.weekday(), (local.weekday() - 1) % 7
        if self.closes_min > self.opens_min:
            return today in self.weekdays and self.opens_min <= minute < self.closes_min
        has_opened = today in self.weekdays and minute >= self.opens_min
        is_left_over = yesterday in self.weekdays and minute < self.closes_min
        return has_opened or is_left_over


@dataclass(frozen=True, slots=True)
class AmpsOverTime:
    """Amps by line: a default, and windows of which the last open one counts."""

    default: Amps
    windows: tuple[Window, ...] = ()

    def most(self) -> Amps:
        """The most of each line at any time."""
        every = [self.default, *(window.amps for window in self.windows)]
        return (max(a[0] for a in every), max(a[1] for a in every), max(a[2] for a in every))

    def least(self) -> Amps:
        """The least of each line at any time."""
        every = [self.default, *(window.amps for window in self.windows)]
        return (min(a[0] for a in every), min(a[1] for a in every), min(a[2] for a in every))

    def at(self, local: datetime) -> Amps:
        """What holds at a local time."""
        amps = self.default
        for window in self.windows:
            if window.is_open(local):
                amps = window.amps
        return amps


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncontrolled:
    """Load at a feeder that nobody steers.

    Attributes:
        has_total_meter: Whether its meter shows all that the feeder carries.
    """

    worst_case: AmpsOverTime
    largest_step_a: float
    is_metered: bool
    has_total_meter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeder:
    """A node of the electrical tree."""

    feeder_id: str
    parent_id: str | None
    limit: AmpsOverTime
    uncontrolled: Uncontrolled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An EVSE, and how it is wired.

    Attributes:
        lines: The site's lines that the station's L1, L2, L3 are on.
        fallback_a: What it keeps to by itself.
    """

    station_id: str
    feeder_id: str
    lines: tuple[int, ...]
    model: OutletModel
    fallback_a: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site.

    Attributes:
        feeders: Parents before their children.
        places: The EVSEs that are installed.
        resources: What draws beside chargers and can be steered, each as if it were an EVSE of the
            number 0: by its rating, and what it may draw unsteered as its fallback.
        sources: Those that stand by and draw nothing.
        meter_every_s: How often chargers report their meters.
        plan_every_s: How often its limits are planned anew.
    """

    site_id: str
    zone: ZoneInfo
    supply: Supply
    feeders: tuple[Feeder, ...]
    places: tuple[Place, ...]
    resources: tuple[Place, ...] = ()
    sources: tuple[str, ...] = ()
    meter_every_s: float = 60.0
    plan_every_s: float = 300.0

    def told_apart_within_s(self, feeder_id: str) -> float:
        """How long it takes at most to tell a feeder's own load from chargers: 0 if none is."""
        loads = {feeder.feeder_id: feeder.uncontrolled for feeder in self.feeders}
        load = loads[feeder_id]
        return _ROUNDS * self.meter_every_s if load and load.has_total_meter else 0.0

    def least_a(self, feeder_id: str) -> float:
        """What a feeder's fullest line may carry at worst: all fallbacks, and all worst cases."""
        names = [one.feeder_id for one in self.feeders]
        below = {name for name in names if feeder_id in self.path_up(name)}
        loads = [one.uncontrolled for one in self.feeders if one.feeder_id in below]
        every = (*self.places, *self.resources)
        places = [place for place in every if place.feeder_id in below]
        return max(
            sum(load.worst_case.most()[line] for load in loads if load)
            + sum(place.fallback_a for place in places if line + 1 in place.lines)
            for line in range(3)
        )

    def has_room_for(self, place: Place) -> bool:
        """Whether an EVSE may draw all that it can at any time, if others keep to fallbacks."""
        limits = {feeder.feeder_id: min(feeder.limit.least()) for feeder in self.feeders}
        return all(
            self.least_a(name) - place.fallback_a + place.model.max_a <= limits[name]
            for name in self.path_up(place.feeder_id)
        )

    def path_up(self, feeder_id: str) -> list[str]:
        """A feeder and all that feed it, up to the root."""
        parents = {feeder.feeder_id: feeder.parent_id for feeder in self.feeders}
        path: list[str] = []
        above: str | None = feeder_id
        while above is not None:
            path.append(above)
            above = parents[above]
        return path

    def places_below(self, feeder_id: str) -> list[Place]:
        """The EVSEs that a feeder feeds, directly or through others."""
        return [place for place in self.places if feeder_id in self.path_up(place.feeder_id)]


def read_site(path: Path) -> Site:
    """Read a site file.

    Raises:
        SiteFileError: Naming file and cause.
    """
    try:
        node = yaml_text.parse(path.read_text(encoding="utf-8"))
        grid = node["grid"]
        supply = Supply(Earthing(grid["earthing"]), float(grid.get("voltage_v", 230.0)))
        return Site(
            site_id=node["site"],
            zone=ZoneInfo(node["timezone"]),
            supply=supply,
            feeders=tuple(_feeders(node["feeders"], None)),
            places=tuple(_places(node.get("chargers", []), supply)),
            resources=tuple(_resources(node["feeders"], supply)),
            sources=tuple(_sources(node["feeders"])),
            meter_every_s=float(node.get("control", {}).get("meter_every_s", 60.0)),
            plan_every_s=float(node.get("control", {}).get("plan_every_s", 300.0)),
        )
    except (OSError, yaml.YAMLError) as error:
        raise SiteFileError(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise SiteFileError(f"{path}: not a valid site file: {error!r}") from error


def _feeders(nodes: list[Node], parent_id: str | None) -> Iterator[Feeder]:
    for node in nodes:
        load = node.get("uncontrolled")
        yield Feeder(
            feeder_id=node["id"],
            parent_id=parent_id,
            limit=_amps_over_time(node["limit_a"]),
            uncontrolled=_uncontrolled(load) if load else None,
        )
        yield from _feeders(node.get("feeders", []), node["id"])


def _uncontrolled(node: Node) -> Uncontrolled:
    return Uncontrolled(
        worst_case=_amps_over_time(node["worst_case_a"]),
        largest_step_a=float(node.get("largest_step_a", 0.0)),
        is_metered=bool(node.get("metered", False)),
        has_total_meter=node.get("meter_shows") == "all",
    )


def _places(chargers: list[Node], supply: Supply) -> Iterator[Place]:
    for charger in chargers:
        if not charger.get("installed", True):
            continue
        for evse in charger.get("evses") or [{"number": 1, **charger}]:
            lines = tuple(evse.get("lines", _ALL_LINES))
            model = _outlet_model(evse, len(lines), supply)
            dc_kw = evse.get("dc", {}).get("fallback_kw", 0.0)
            yield Place(
                station_id=charger["id"],
                feeder_id=evse["feeder"],
                lines=lines,
                model=model,
                fallback_a=float(evse.get("fallback_a", dc_kw * _W_PER_KW / model.w_per_a)),
            )


def _resources(feeders: list[Node], supply: Supply) -> Iterator[Place]:
    for feeder in feeders:
        for node in feeder.get("resources", []):
            rated_w = _rated_kw(node) * _W_PER_KW
            if rated_w:
                yield _resource(node, feeder["id"], rated_w, supply)
        yield from _resources(feeder.get("feeders", []), supply)


def _sources(feeders: list[Node]) -> Iterator[str]:
    for feeder in feeders:
        yield from (one["id"] for one in feeder.get("resources", []) if "standby" in one)
        yield from _sources(feeder.get("feeders", []))


def _resource(node: Node, feeder_id: str, rated_w: float, supply: Supply) -> Place:
    lines = tuple(node.get("lines", _ALL_LINES))
    w_per_a = supply.watts_per_ampere(len(lines))
    fallback_w = float(node.get("fallback_kw", 0.0)) * _W_PER_KW
    unsteered_w = fallback_w if node.get("keeps_setpoints", False) else rated_w
    return Place(
        station_id=node["id"],
        feeder_id=feeder_id,
        lines=lines,
        model=OutletModel(
            number=0, supply=supply, line_count=len(lines), max_a=rated_w / w_per_a, min_a=0.0
        ),
        fallback_a=unsteered_w / w_per_a,
    )


def _rated_kw(node: Node) -> float:
    """The most that a resource draws; a roof draws nothing."""
    ratings = {"battery": "charge_kw", "heat": "rated_kw", "load": "power_kw"}
    return sum(float(node[kind][key]) for kind, key in ratings.items() if kind in node)


def _outlet_model(evse: Node, line_count: int, supply: Supply) -> OutletModel:
    number, dc = evse["number"], evse.get("dc")
    if dc is None:
        return OutletModel(
            number=number,
            supply=supply,
            line_count=line_count,
            max_a=float(evse["max_a"]),
            min_a=float(evse.get("min_a", 6.0)),
        )
    efficiency = float(dc.get("efficiency", 0.94))
    amps_per_kw = _W_PER_KW / (supply.watts_per_ampere(line_count) * efficiency)
    return OutletModel(
        number=number,
        supply=supply,
        line_count=line_count,
        max_a=dc["max_kw"] * amps_per_kw,
        min_a=dc.get("min_kw", 3.0) * amps_per_kw,
        is_dc=True,
        efficiency=efficiency,
    )


def _amps_over_time(value: object) -> AmpsOverTime:
    if not isinstance(value, dict):
        return AmpsOverTime(_by_line(value))
    windows = tuple(_window(node) for node in value.get("windows", []))
    return AmpsOverTime(_by_line(value["default"]), windows)


def _window(node: Node) -> Window:
    return Window(
        weekdays=_weekdays(node.get("days", list(_DAYS))),
        opens_min=_minute(node["from"]),
        closes_min=_minute(node["to"]),
        amps=_by_line(node["amps"]),
    )


def _by_line(value: object) -> Amps:
    if isinstance(value, list):
        first, second, third = value
        return (float(first), float(second), float(third))
    if not isinstance(value, int | float):
        raise TypeError(f"expected amperes, got {value!r}")
    return (float(value), float(value), float(value))


def _minute(value: object) -> int:
    """A time of day; without quotes YAML 1.1 already reads `16:00` as 960."""
    if isinstance(value, int):
        return value % (24 * 60)
    hours, minutes = str(value).split(":")[:2]
    return (int(hours) * 60 + int(minutes)) % (24 * 60)


def _weekdays(value: object) -> frozenset[int]:
    if isinstance(value, list):
        return frozenset(_DAYS.index(day) for day in value)
    first, _, last = str(value).partition("-")
    start, end = _DAYS.index(first), _DAYS.index(last or first)
    return frozenset((start + i) % 7 for i in range((end - start) % 7 + 1))
