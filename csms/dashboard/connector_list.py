"""The connectors that a page is printed with: found, in order, so many at a time.

`static/js/filter.js` finds and orders them in the same way once scripts run, all of them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeAlias
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from csms.dashboard.words import NOTHING, STATE_WORDS, amps, energy_line, kilo, share, tenths
from csms.language.reader import say, spoken
from csms.service.site_view import EvseState, EvseView, SiteView

PER_PAGE: Final = 48
"""So many tiles fill a wall screen; more would have the first ones wait for what nobody sees."""
AT_REST: Final = frozenset(
    {EvseState.AVAILABLE, EvseState.RESERVED, EvseState.UNAVAILABLE, EvseState.NEVER_SEEN}
)
"""Nobody waits at a connector in one of these states: its tile is small."""
_RANK: Final = {state: rank for rank, state in enumerate(STATE_WORDS)}
_DIGITS: Final = re.compile(r"(\d+)")
_FAR: Final = "9999"
_REMEMBERED: Final = 20_000
"""Of so many connectors the place among all names is not found again."""


class Sort(StrEnum):
    """In which order connectors are listed; those at rest come last."""

    NAME = "name"
    STATE = "state"
    POWER = "power"
    DEPARTURE = "departure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which connectors are looked for.

    Attributes:
        states: Those in one of these states; empty: in any.
        text: Those that are known by it: station, token, feeder, state or reason.
        feeder: Those below it; empty: all.
        page: From 1 on; None: all of them.
    """

    states: frozenset[EvseState] = frozenset()
    text: str = ""
    feeder: str = ""
    sort: Sort = Sort.NAME
    page: int | None = 1

    def query(self, page: int | None) -> str:
        """The same question for another page, as an address asks it."""
        asked = [
            *(("state", state.value) for state in STATE_WORDS if state in self.states),
            ("text", self.text),
            ("feeder", self.feeder),
            ("sort", "" if self.sort is Sort.NAME else self.sort.value),
            ("page", "all" if page is None else str(page)),
        ]
        return urlencode([(name, value) for name, value in asked if value])


EVERYTHING: Final = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One connector."""

    key: str = ""
    name: str = ""
    state: EvseState = EvseState.AVAILABLE
    word: str = ""
    power: str = ""
    current: str = ""
    current_length: str = "0%"
    limit_length: str = "0%"
    energy: str = ""
    reason: str = ""

    @property
    def is_at_rest(self) -> bool:
        """Whether nobody waits here."""
        return self.state in AT_REST


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorList:
    """One page of the connectors that were found.

    Attributes:
        total: All that there are.
        found: Those that were looked for.
        feeder: The name of the feeder below which they were looked for; empty: anywhere.
        before: What asks for the page before; empty: there is none.
        after: Likewise, for the next one.
        all: Likewise, for all of them on one page; empty: they are.
    """

    tiles: tuple[Tile, ...]
    total: int
    found: int
    page: int
    pages: int
    wanted: Wanted
    feeder: str
    before: str
    after: str
    all: str


_Item: TypeAlias = tuple[str, EvseView]


def list_connectors(view: SiteView, wanted: Wanted, zone: ZoneInfo) -> ConnectorList:
    """Find the connectors that are wanted, and write those of the wanted page."""
    found = sorted(_found(view, wanted), key=_order(wanted.sort))
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(1, wanted.page or 1), pages)
    shown = found if wanted.page is None else found[PER_PAGE * (page - 1) : PER_PAGE * page]
    is_split = wanted.page is not None and pages > 1
    below = view.feeders.get(wanted.feeder)
    return ConnectorList(
        tiles=_tiles(view, shown, zone),
        total=len(view.evses),
        found=len(found),
        page=page,
        pages=pages if is_split else 1,
        wanted=wanted,
        feeder=below.name if below else "",
        before=wanted.query(page - 1) if is_split and page > 1 else "",
        after=wanted.query(page + 1) if is_split and page < pages else "",
        all=wanted.query(None) if is_split else "",
    )


def _found(view: SiteView, wanted: Wanted) -> Iterable[_Item]:
    below = _below(view, wanted.feeder)
    text = wanted.text.strip().lower()
    for key, evse in view.evses.items():
        if wanted.states and evse.state not in wanted.states:
            continue
        if below is not None and evse.feeder_id not in below:
            continue
        if not text or text in _searched(view, evse):
            yield key, evse


def _below(view: SiteView, feeder_id: str) -> set[str] | None:
    """A feeder and all below it; None: there is no such feeder, so all count."""
    if feeder_id not in view.feeders:
        return None
    below = {feeder_id}
    for key, feeder in view.feeders.items():  # parents come first
        if feeder.parent_id in below:
            below.add(key)
    return below


def _searched(view: SiteView, evse: EvseView) -> str:
    feeder = view.feeders[evse.feeder_id].name
    told = (evse.station_id, evse.id_token or "", feeder, evse.state, spoken(evse.reason.text))
    return "\n".join(told).lower()


def _order(sort: Sort) -> Callable[[_Item], tuple[object, ...]]:
    first = _ORDERS[sort]
    return lambda item: (item[1].state in AT_REST, first(item[1]), _natural(item[0]))


def _departure(evse: EvseView) -> str:
    return evse.need.departs_at.isoformat() if evse.need else _FAR


_ORDERS: Final[Mapping[Sort, Callable[[EvseView], object]]] = {
    Sort.NAME: lambda _evse: 0,
    Sort.STATE: lambda evse: _RANK[evse.state],
    Sort.POWER: lambda evse: -(evse.power_w or 0.0),
    Sort.DEPARTURE: _departure,
}


@lru_cache(_REMEMBERED)
def _natural(key: str) -> tuple[tuple[int, str], ...]:
    """Order of names in which 2 comes before 10."""
    parts = _DIGITS.split(key.casefold())
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def _tiles(view: SiteView, shown: Iterable[_Item], zone: ZoneInfo) -> tuple[Tile, ...]:
    numbers = Counter(evse.station_id for evse in view.evses.values())
    return tuple(
        Tile(
            key=key,
            name=f"{evse.station_id}/{evse.number}"
            if numbers[evse.station_id] > 1
            else evse.station_id,
            state=evse.state,
            word=spoken(STATE_WORDS[evse.state]),
            power=NOTHING if evse.power_w is None else kilo(evse.power_w),
            current=_current(evse),
            current_length=share(max(evse.current_a or (0.0,)), evse.max_a),
            limit_length=share(evse.limit_a, evse.max_a),
            energy=energy_line(evse, zone, view.now),
            reason=spoken(evse.reason.text),
        )
        for key, evse in shown
    )


def _current(evse: EvseView) -> str:
    measured = NOTHING if evse.current_a is None else tenths(max(evse.current_a))
    return say("%(amps)s of %(limit)s A", amps=measured, limit=amps(evse.limit_a))
