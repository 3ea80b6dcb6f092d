"""What a site file would change: line by line in words, and what of it a running server can take.

Taken at once are limits and names of feeders, chargers that are new, and how the site is planned
and shared. All else is built at the start (meters, prices, wiring, what a feeder hangs on), and
waits for the next one. A file is taken whole: with one line that waits, all of it waits.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import time
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.identity import StationId
from csms.domain.site import AmpereSchedule, EvsePlace, Feeder, PhaseAmps, Site, Window
from csms.language.said import Said

_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_DASH: Final = "\N{EN DASH}"
_ARROW: Final = "→"
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_AT_ONCE: Final = frozenset(
    {"name", "policy", "assumed"}
    | {f"control.{name}" for name in ("plan_every_s", "min_gap_s", "limits_live_s")}
    | {f"control.{name}" for name in ("ramp_a_per_min", "return_delay_s")}
)
"""Keys that are looked up whenever they are needed."""
_APART: Final = frozenset({"site_id", "feeders", "places", "resources"})


@dataclass(frozen=True, slots=True)
class SiteChange:
    """One thing that would be otherwise.

    Attributes:
        text: What, in words.
        needs_restart: Whether it waits for the server's next start.
    """

    text: str
    needs_restart: bool = False


def compare_sites(
    old: Site, new: Site, guests: Collection[StationId] = frozenset()
) -> tuple[SiteChange, ...]:
    """Tell what would change if a site were another; nothing: they are the same.

    Args:
        old: As it runs.
        new: As its file would say.
        guests: Stations that are there without being in the file.
    """
    return (
        *_feeder_changes(old, new),
        *_place_changes(old, new, guests),
        *_resource_changes(old, new),
        *_plain_changes(old, new),
    )


def changed_limits(old: Site, new: Site) -> dict[str, tuple[AmpereSchedule, AmpereSchedule]]:
    """The limits of feeders in both that would be others: before and after, by feeder."""
    before = {feeder.feeder_id: feeder.limit for feeder in old.feeders}
    return {
        feeder.feeder_id: (before[feeder.feeder_id], feeder.limit)
        for feeder in new.feeders
        if before.get(feeder.feeder_id, feeder.limit) != feeder.limit
    }


def schedule_words(schedule: AmpereSchedule) -> str:
    """Amps per line over time, in words."""
    windows = [f"{_amps(window.amps)} {_when(window)}" for window in schedule.windows]
    return "; ".join((_amps(schedule.default), *windows))


def _feeder_changes(old: Site, new: Site) -> Iterator[SiteChange]:
    before = {feeder.feeder_id: feeder for feeder in old.feeders}
    after = {feeder.feeder_id: feeder for feeder in new.feeders}
    for key in sorted(before.keys() - after.keys()):
        yield SiteChange(
            Said("Feeder %(feeder)s is gone", feeder=before[key].name), needs_restart=True
        )
    for key, feeder in after.items():
        if key not in before:
            yield SiteChange(
                Said("Feeder %(feeder)s is new", feeder=feeder.name), needs_restart=True
            )
        else:
            yield from _feeder_change(before[key], feeder, before, after)


def _feeder_change(
    one: Feeder, other: Feeder, before: Mapping[str, Feeder], after: Mapping[str, Feeder]
) -> Iterator[SiteChange]:
    if one.name != other.name:
        yield SiteChange(Said("%(before)s is called %(after)s", before=one.name, after=other.name))
    if one.limit != other.limit:
        yield SiteChange(
            Said(
                "Limit of %(feeder)s: %(before)s → %(after)s",
                feeder=other.name,
                before=schedule_words(one.limit),
                after=schedule_words(other.limit),
            )
        )
    if one.parent_id != other.parent_id:
        hangs: list[str] = [
            feeders[key].name if key else Said("the grid")
            for feeders, key in ((before, one.parent_id), (after, other.parent_id))
        ]
        moved = Said(
            "%(feeder)s hangs on %(after)s, no longer on %(before)s",
            feeder=other.name,
            before=hangs[0],
            after=hangs[1],
        )
        yield SiteChange(moved, needs_restart=True)
    for text in _differences(f"{other.name}: uncontrolled", one.uncontrolled, other.uncontrolled):
        yield SiteChange(text, needs_restart=True)


def _place_changes(old: Site, new: Site, guests: Collection[StationId]) -> Iterator[SiteChange]:
    before = {place.evse: place for place in old.places}
    after = {place.evse: place for place in new.places}
    names = {feeder.feeder_id: feeder.name for feeder in (*old.feeders, *new.feeders)}
    for key in sorted(before.keys() - after.keys(), key=str):
        yield SiteChange(
            Said("Connector %(connector)s is gone", connector=str(key)), needs_restart=True
        )
    for key, place in after.items():
        if key in before:
            for text in _differences(str(key), before[key], place):
                yield SiteChange(text, needs_restart=True)
            continue
        station_id = key.station_id
        is_known = station_id in old.station_ids or station_id in guests
        text = Said(
            "Connector %(connector)s is new: %(place)s",
            connector=str(key),
            place=_place_words(place, names),
        )
        if station_id in guests:
            text = Said("%(new)s; it is here as a guest", new=text)
        yield SiteChange(text, needs_restart=is_known)


def _place_words(place: EvsePlace, names: Mapping[str, str]) -> str:
    lines = ", ".join(f"L{line}" for line in place.lines)
    return Said(
        "up to %(most)g A on %(lines)s below %(feeder)s, %(fallback)g A without us",
        most=place.max_a,
        lines=lines,
        feeder=names[place.feeder_id],
        fallback=place.fallback_a,
    )


def _resource_changes(old: Site, new: Site) -> Iterator[SiteChange]:
    before = {one.resource_id: one for one in old.resources}
    after = {one.resource_id: one for one in new.resources}
    for key in sorted(before.keys() | after.keys()):
        if key not in after:
            yield SiteChange(Said("%(name)s is gone", name=str(key)), needs_restart=True)
        elif key not in before:
            yield SiteChange(Said("%(name)s is new", name=str(key)), needs_restart=True)
        else:
            for text in _differences(str(key), before[key], after[key]):
                yield SiteChange(text, needs_restart=True)


def _plain_changes(old: Site, new: Site) -> Iterator[SiteChange]:
    """All keys of the site itself."""
    for one in fields(Site):
        if one.name in _APART:
            continue
        for path, text in _walk(one.name, getattr(old, one.name), getattr(new, one.name)):
            is_at_once = path in _AT_ONCE or path.partition(".")[0] in _AT_ONCE
            yield SiteChange(text, needs_restart=not is_at_once)


def _differences(path: str, old: object, new: object) -> Iterable[str]:
    return (text for _, text in _walk(path, old, new))


def _walk(path: str, old: object, new: object) -> Iterator[tuple[str, str]]:
    """Where two values differ: the key, and the words for it."""
    if old == new:
        return
    if isinstance(old, AmpereSchedule) and isinstance(new, AmpereSchedule):
        yield path, _other(path, schedule_words(old), schedule_words(new))
    elif is_dataclass(old) and type(old) is type(new):
        for one in fields(old):
            if one.compare:
                inner = (getattr(old, one.name), getattr(new, one.name))
                yield from _walk(f"{path}.{one.name}", *inner)
    elif _is_plain(old) and _is_plain(new):
        yield path, _other(path, _words(old), _words(new))
    else:
        yield path, Said("%(key)s is another", key=path)


def _other(path: str, old: str, new: str) -> str:
    return f"{path}: {old} {_ARROW} {new}"


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | Enum | time | ZoneInfo)


def _words(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _amps(amps: PhaseAmps) -> str:
    figures = [f"{one:g}" for one in amps]
    return f"3 {_TIMES} {figures[0]} A" if len(set(figures)) == 1 else f"{' / '.join(figures)} A"


def _when(window: Window) -> str:
    days = "" if len(window.weekdays) == len(_DAYS) else f"{_day_words(window.weekdays)} "
    return f"{days}{window.from_time:%H:%M}{_DASH}{window.to_time:%H:%M}"


def _day_words(weekdays: Iterable[int]) -> str:
    return ", ".join(_DAYS[day] for day in sorted(weekdays))
