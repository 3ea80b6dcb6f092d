"""How the EVSEs of a charger were lately: an SVG of coloured bands along the hours."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.evse_state import BandChange, EvseBand
from csms.domain.identity import EvseId, StationId
from csms.language.reader import say, spoken
from csms.language.said import Said, joined

SPAN: Final = timedelta(hours=24)
BAND_WORDS: Final[Mapping[EvseBand, str]] = {
    EvseBand.CHARGING: Said("Charging"),
    EvseBand.OCCUPIED: Said("Occupied"),
    EvseBand.AVAILABLE: Said("Available"),
    EvseBand.UNAVAILABLE: Said("Unavailable"),
    EvseBand.FAULTED: Said("Faulted"),
    EvseBand.OFFLINE: Said("Offline"),
    EvseBand.UNKNOWN: Said("Not known"),
}
_WIDE: Final = 1000.0
"""Units of the drawing from a day ago until now."""
_TICK_EVERY_H: Final = 6
_EDGE: Final = 60.0
"""A time so near to an edge would be cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """How an EVSE was for a while; `x` and `width` lie on the drawing."""

    band: EvseBand
    x: str
    width: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """An EVSE over the hours.

    Attributes:
        text: What it comes to, in a sentence.
    """

    number: int
    text: str
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class HourTick:
    """A time of day below the bands."""

    at: str
    word: str


def strips_of(
    changes: Iterable[BandChange], now: datetime, zone: ZoneInfo
) -> dict[StationId, tuple[Strip, ...]]:
    """The EVSEs of all stations over the last day.

    Args:
        changes: Since then, and the last ones before, in the order in which they came.
        now: The present instant.
        zone: The site's.
    """
    by_evse: dict[EvseId, list[BandChange]] = defaultdict(list)
    for change in changes:
        by_evse[change.evse].append(change)
    strips: dict[StationId, list[Strip]] = defaultdict(list)
    for evse_id in sorted(by_evse, key=lambda one: (one.station_id, one.number)):
        strips[evse_id.station_id].append(_strip(evse_id.number, by_evse[evse_id], now, zone))
    return {station_id: tuple(found) for station_id, found in strips.items()}


def hour_ticks(now: datetime, zone: ZoneInfo) -> tuple[HourTick, ...]:
    """The full hours below the bands."""
    local = now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    at = local - timedelta(hours=local.hour % _TICK_EVERY_H)
    ticks = []
    while at > now - SPAN:
        along = _along(at, now)
        if _EDGE < along < _WIDE - _EDGE:
            ticks.append(HourTick(f"{along:.1f}", at.strftime("%H:%M")))
        at -= timedelta(hours=_TICK_EVERY_H)
    return tuple(reversed(ticks))


def _strip(number: int, changes: list[BandChange], now: datetime, zone: ZoneInfo) -> Strip:
    begins_at = now - SPAN
    lasts: dict[EvseBand, timedelta] = defaultdict(timedelta)
    bands = []
    ends = [*(change.at for change in changes[1:]), now]
    for change, ends_at in zip(changes, ends, strict=True):
        from_at, until_at = max(change.at, begins_at), min(ends_at, now)
        if until_at <= from_at:
            continue
        lasts[change.band] += until_at - from_at
        x, end = _along(from_at, now), _along(until_at, now)
        bands.append(
            Band(
                band=change.band,
                x=f"{x:.1f}",
                width=f"{end - x:.1f}",
                text=say(
                    "%(state)s, %(from)s to %(until)s",
                    state=BAND_WORDS[change.band],
                    **{"from": _minute(from_at, zone), "until": _minute(until_at, zone)},
                ),
            )
        )
    return Strip(number=number, text=_sum(lasts), bands=tuple(bands))


def _sum(lasts: Mapping[EvseBand, timedelta]) -> str:
    """How long it was how, in shares of the time that is known."""
    known = sum((lasted for band, lasted in lasts.items()), timedelta())
    parts = [
        Said("%(state)s %(pct).0f %%", state=BAND_WORDS[band], pct=100 * (lasts[band] / known))
        for band in BAND_WORDS
        if band in lasts
    ]
    return spoken(joined(parts)) if parts else say("Nothing is known")


def _along(at: datetime, now: datetime) -> float:
    return _WIDE * (1 - (now - at) / SPAN)


def _minute(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")
