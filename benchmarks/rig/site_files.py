"""Site files for as many stations as are asked for, with a tree that carries them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.load.dialect import RATING_A
from benchmarks.load.station import station_name

_PER_PANEL: Final = 48
_LINES: Final = 3
_LOWEST_A: Final = 6.0
_MOST_A: Final = 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How stations are spread over sites.

    Attributes:
        stations: In all, with one single-phase connector each.
        per_site: At most so many belong to one site.
        control: Keys of the site files' `control`; what is not named is as the program has it.
        has_meter: Whether a metered load of the building stands beside the chargers, which leaves
            them no more than their fallbacks at its worst, and all that they can draw at its best.
    """

    stations: int
    per_site: int
    control: Mapping[str, int] = field(default_factory=dict)
    has_meter: bool = False

    @property
    def site_ids(self) -> tuple[str, ...]:
        """The names of all sites."""
        return tuple(f"site-{number}" for number in range(-(-self.stations // self.per_site)))


def write_sites(layout: Layout) -> Iterator[tuple[str, str]]:
    """Write every site's file: its id and the text."""
    for place, site_id in enumerate(layout.site_ids):
        first = place * layout.per_site
        numbers = range(first, min(first + layout.per_site, layout.stations))
        yield site_id, json.dumps(_site(layout, site_id, numbers), indent=1)


def worst_load_a(stations: int) -> float:
    """What the metered load of a site's building may draw at most, on every line."""
    return _per_line(stations) * (RATING_A - _LOWEST_A)


def least_load_a(stations: int) -> float:
    """What the fullest line carries if each connector draws no more than it has for good."""
    return _per_line(stations) * _LOWEST_A


def _site(layout: Layout, site_id: str, numbers: range) -> dict[str, Any]:
    per_line = _per_line(len(numbers))
    limit_a = min(_MOST_A, per_line * RATING_A)
    fallback_a = _LOWEST_A if per_line * _LOWEST_A <= limit_a else 0.0
    panels = -(-len(numbers) // _PER_PANEL)
    root: dict[str, Any] = {
        "id": "root",
        "limit_a": limit_a,
        "feeders": [
            {"id": f"panel-{panel}", "limit_a": _per_line(_PER_PANEL) * RATING_A}
            for panel in range(panels)
        ],
    }
    if layout.has_meter:
        root["uncontrolled"] = {"worst_case_a": worst_load_a(len(numbers)), "metered": True}
    return {
        "site": site_id,
        "timezone": "Etc/UTC",
        "grid": {"earthing": "TN"},
        "feeders": [root],
        "control": dict(layout.control),
        "assumed": {"energy_kwh": 80.0, "stay_h": 24.0},
        "chargers": [
            {
                "id": station_name(number),
                "feeder": f"panel-{place // _PER_PANEL}",
                "lines": [1 + place % _LINES],
                "max_a": RATING_A,
                "fallback_a": fallback_a,
            }
            for place, number in enumerate(numbers)
        ],
    }


def _per_line(stations: int) -> int:
    """How many of so many single-phase stations hang on the fullest line."""
    return -(-stations // _LINES)
