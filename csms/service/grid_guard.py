"""Whether what all EVSEs may draw fits under every feeder, now and until all limits have lapsed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from csms.domain.identity import EvseId, FeederId
from csms.domain.limits import Allowance, Standing
from csms.domain.site import PhaseAmps
from csms.service.electrics import added_up, by_line, feeder_inputs, near_s, tap_of
from csms.service.feeder_limits import turns, usable
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from smart_charging.arrays import Array
from smart_charging.currents import Load, line_currents
from smart_charging.feeder import Feeder
from smart_charging.taps import Tap

_TOLERANCE_A: Final = 1e-6
_INSTANT: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """The most that may flow on every line, slot by slot: [line, slot] by feeder.

    Attributes:
        edges: Start of every slot, and the end of the last.
        allowed_a: What may flow.
        limit_a: The limits in force.
        usable_a: Up to where limits may be raised: lower while room comes back gradually.
    """

    edges: tuple[datetime, ...]
    allowed_a: Mapping[FeederId, Array]
    limit_a: Mapping[FeederId, Array]
    usable_a: Mapping[FeederId, Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFlow:
    """What flows on a line of a feeder, or may, against its limit; lines are 1 to 3."""

    feeder_id: FeederId
    line: int
    amps: float
    limit_a: float


def keep_books(live: LiveSite, now: datetime, until: datetime | None = None) -> Books:
    """Add up the most that may flow on every line from now on, or until an instant only."""
    allowances = _present(live)
    edges = _edges(live, now, _instants(allowances.values()), until)
    feeders = feeder_inputs(live, edges, now)
    return Books(
        edges=tuple(edges),
        allowed_a=_allowed(live, edges, feeders, allowances),
        limit_a={feeder.key: feeder.limit_a for feeder in feeders},
        usable_a={feeder.key: feeder.limit_a for feeder in usable(live, feeders, edges)},
    )


def present_books(
    live: LiveSite, now: datetime, allowed: Iterable[tuple[FeederId, Tap, float]]
) -> Books:
    """The books of this instant alone, given what EVSEs may draw: feeder, tap, amperes.

    However many limits end in the hours to come, this costs the same.
    """
    edges = (now, now + _INSTANT)
    feeders = feeder_inputs(live, edges, now)
    return Books(
        edges=edges,
        allowed_a=line_currents(feeders, added_up(allowed)),
        limit_a={feeder.key: feeder.limit_a for feeder in feeders},
        usable_a={feeder.key: feeder.limit_a for feeder in usable(live, feeders, edges)},
    )


def is_overcommitted(live: LiveSite, now: datetime) -> bool:
    """Whether all that may be drawn just now, and all that nobody steers, exceeds any limit."""
    feeders, allowed = _flows_now(live, now)
    return any(np.any(allowed[feeder.key] > feeder.limit_a + _TOLERANCE_A) for feeder in feeders)


def near_room(
    live: LiveSite, now: datetime, changed: Mapping[EvseId, Allowance]
) -> Mapping[FeederId, Array]:
    """What would be left on every line until the next plans come, at the worst: [line].

    Args:
        live: The site.
        now: The present instant.
        changed: Allowances in place of the present ones.

    Returns:
        By feeder and line, in A; below 0 where it does not fit.
    """
    allowances = {**_present(live), **changed}
    until = now + timedelta(seconds=near_s(live))
    edges = _edges(live, now, _instants(allowances.values()), until)
    feeders = feeder_inputs(live, edges, now)
    allowed_a = _allowed(live, edges, feeders, allowances)
    return {feeder.key: (feeder.limit_a - allowed_a[feeder.key]).min(axis=1) for feeder in feeders}


def fullest_line(live: LiveSite, now: datetime) -> LineFlow:
    """The line of which most is allowed beyond its limit just now, or least is left."""
    feeders, allowed = _flows_now(live, now)
    flows = [
        LineFlow(
            feeder_id=feeder.key,
            line=line + 1,
            amps=float(allowed[feeder.key][line, 0]),
            limit_a=float(feeder.limit_a[line, 0]),
        )
        for feeder in feeders
        for line in range(3)
    ]
    return max(flows, key=lambda flow: flow.amps - flow.limit_a)


def allowed_charging(
    live: LiveSite, now: datetime, *, are_set_up: bool = False
) -> dict[FeederId, PhaseAmps]:
    """What all EVSEs below each feeder may draw just now, beside the uncontrolled load.

    Args:
        live: The site.
        now: The present instant.
        are_set_up: Count who is connected and about to be set up at what it will hold then.
    """
    feeders, allowed = _flows_now(live, now, are_set_up=are_set_up)
    alone = line_currents(feeders, [])
    return {feeder.key: by_line(allowed[feeder.key] - alone[feeder.key]) for feeder in feeders}


def room_for_charging(live: LiveSite, now: datetime) -> dict[FeederId, PhaseAmps]:
    """What the limits leave to EVSEs below each feeder just now, beside the uncontrolled load."""
    feeders = feeder_inputs(live, [now, now + _INSTANT], now)
    alone = line_currents(feeders, [])
    return {
        feeder.key: by_line(np.maximum(feeder.limit_a - alone[feeder.key], 0.0))
        for feeder in feeders
    }


def near_shares(
    live: LiveSite, now: datetime, lowered: Mapping[EvseId, Allowance]
) -> Mapping[FeederId, Array]:
    """How much of what is allowed above other allowances fits until the next plans come: [line].

    A current that changes in proportion to a share never exceeds the same mean of its extremes,
    whatever the angles, so the shares are exact for sums and on the safe side for vectors.

    Args:
        live: The site.
        now: The present instant.
        lowered: Allowances that are nowhere higher than the present ones.

    Returns:
        By feeder and line, from 0 to 1; 1 where all fits.
    """
    present = _present(live)
    edges = _edges(live, now, _instants(present.values()), now + timedelta(seconds=near_s(live)))
    feeders = feeder_inputs(live, edges, now)
    high_a = _allowed(live, edges, feeders, present)
    low_a = _allowed(live, edges, feeders, {**present, **lowered})
    return {
        feeder.key: _shares(low_a[feeder.key], high_a[feeder.key], feeder.limit_a)
        for feeder in feeders
    }


def adds_to_overload(
    live: LiveSite,
    now: datetime,
    proposed: Mapping[EvseId, Allowance],
    ledger: "Ledger | None" = None,
) -> bool:
    """Whether proposed allowances would take any line above its limit, or further above it.

    While room comes back gradually, the limit is what has come back.

    A line may be above its limit without our doing: uncontrolled load can rise at any time, and a
    station may turn out to ignore us. Nothing may be added to it then.

    Args:
        live: The site.
        now: The present instant.
        proposed: Allowances in place of the present ones.
        ledger: What was found when others were proposed at the same instant; None: nothing was.
    """
    return (ledger or Ledger(live, now)).adds_to_overload(proposed)


class Ledger:
    """What may flow at one instant, for allowances that are proposed one after the other.

    What was reckoned is kept for as long as the next proposal cuts time into the same slots, and is
    about the same allowances. So a ledger is of use only as long as nothing happens in between.

    Args:
        live: The site.
        now: The instant.
    """

    def __init__(self, live: LiveSite, now: datetime) -> None:
        self._live, self._now = live, now
        self._present = _present(live)
        self._instants = set(_instants(self._present.values()))
        self._edges: list[datetime] = []
        self._feeders: tuple[Feeder, ...] = ()
        self._loads: dict[EvseId, Load] = {}
        self._before: dict[FeederId, Array] | None = None
        self._proposed: dict[EvseId, tuple[Allowance, Load]] = {}

    def adds_to_overload(self, proposed: Mapping[EvseId, Allowance]) -> bool:
        """See `adds_to_overload`."""
        instants = self._instants.union(_instants(proposed.values()))
        edges = _edges(self._live, self._now, instants)
        if edges != self._edges:
            self._begin(edges)
        after = self._flows({**self._loads, **self._loads_of(proposed)})
        over = {key: limit_a for key, limit_a in self._limits() if np.any(after[key] > limit_a)}
        if not over:
            return False
        if self._before is None:
            self._before = self._flows(self._loads)
        before = self._before
        return any(
            np.any((after[key] > limit_a) & (after[key] > before[key] + _TOLERANCE_A))
            for key, limit_a in over.items()
        )

    def _begin(self, edges: list[datetime]) -> None:
        """Reckon in other slots."""
        self._edges = edges
        self._feeders = usable(self._live, feeder_inputs(self._live, edges, self._now), edges)
        self._loads = {key: self._load(key, one) for key, one in self._present.items()}
        self._before = None
        self._proposed.clear()

    def _loads_of(self, proposed: Mapping[EvseId, Allowance]) -> dict[EvseId, Load]:
        for key, allowance in proposed.items():
            known = self._proposed.get(key)
            if known is None or known[0] is not allowance:
                self._proposed[key] = (allowance, self._load(key, allowance))
        return {key: self._proposed[key][1] for key in proposed}

    def _load(self, key: EvseId, allowance: Allowance) -> Load:
        return _load(self._live, self._edges, key, allowance)

    def _limits(self) -> Iterator[tuple[FeederId, Array]]:
        """Above what a line carries too much, by feeder: [line, slot]."""
        return ((feeder.key, feeder.limit_a + _TOLERANCE_A) for feeder in self._feeders)

    def _flows(self, loads: Mapping[EvseId, Load]) -> dict[FeederId, Array]:
        return line_currents(self._feeders, loads.values())


def _flows_now(
    live: LiveSite, now: datetime, *, are_set_up: bool = False
) -> tuple[tuple[Feeder, ...], dict[FeederId, Array]]:
    """All feeders at this instant, and the most that may flow on their lines: [line, 1]."""
    feeders = feeder_inputs(live, [now, now + _INSTANT], now)
    loads = [
        Load(evse.place.feeder_id, tap_of(live, evse), np.array([amps]))
        for evse, amps in _allowed_now(live, now, are_set_up=are_set_up)
    ]
    return feeders, line_currents(feeders, loads)


def _present(live: LiveSite) -> dict[EvseId, Allowance]:
    return {key: evse.allowance for key, evse in live.evses.items() if evse.place.is_installed}


def _allowed(
    live: LiveSite,
    edges: list[datetime],
    feeders: tuple[Feeder, ...],
    allowances: Mapping[EvseId, Allowance],
) -> dict[FeederId, Array]:
    loads = [_load(live, edges, key, allowance) for key, allowance in allowances.items()]
    return line_currents(feeders, loads)


def _load(live: LiveSite, edges: list[datetime], key: EvseId, allowance: Allowance) -> Load:
    """The most that an EVSE may draw in each slot."""
    evse = live.evses[key]
    return Load(evse.place.feeder_id, tap_of(live, evse), np.array(allowance.course_a(edges)))


def _allowed_now(
    live: LiveSite, now: datetime, *, are_set_up: bool = False
) -> Iterable[tuple[LiveEvse, float]]:
    """What may be drawn at this instant, added up over EVSEs that load the same lines alike.

    Args:
        live: The site.
        now: The present instant.
        are_set_up: Count who is connected and about to be set up at its fallback.

    Returns:
        One EVSE of each sort, and the amperes of all of them.
    """
    sums: dict[tuple[object, ...], tuple[LiveEvse, float]] = {}
    for evse in live.evses.values():
        place = evse.place
        if place.is_installed:
            sort = (place.feeder_id, place.lines, place.is_dc, evse.habits.line_count)
            first, sum_a = sums.get(sort, (evse, 0.0))
            amps = evse.allowance.now_a(now)
            if are_set_up and _is_about_to_be_set_up(live, evse):
                amps = place.fallback_a
            sums[sort] = (first, sum_a + amps)
    return sums.values()


def _is_about_to_be_set_up(live: LiveSite, evse: LiveEvse) -> bool:
    station, allowance = live.stations[evse.place.evse.station_id], evse.allowance
    is_unknown = allowance.standing is Standing.UNKNOWN and not allowance.is_disobeyed
    return station.is_connected and not station.is_ready and is_unknown


def _shares(low_a: Array, high_a: Array, limit_a: Array) -> Array:
    """Of what lies between two currents, the least share that fits in any slot: [line]."""
    between_a = np.maximum(high_a - low_a, _TOLERANCE_A)
    fitting = np.clip((limit_a - low_a) / between_a, 0.0, 1.0)
    shares: Array = np.where(high_a > limit_a + _TOLERANCE_A, fitting, 1.0).min(axis=1)
    return shares


def _edges(
    live: LiveSite, now: datetime, instants: Iterable[datetime], until: datetime | None = None
) -> list[datetime]:
    """Now, every instant from then on at which an allowance or a limit may change, and the end.

    Args:
        live: The site.
        now: The present instant.
        instants: When allowances change.
        until: The end; None: once all have changed.
    """
    edges = {now, now + timedelta(seconds=near_s(live))}
    edges.update(instant for instant in instants if instant > now)
    edges.update(turns(live, now, max(edges)))
    if until is not None:
        return [*sorted(edge for edge in edges if edge < until), until]
    return [*sorted(edges), max(edges) + _INSTANT]


def _instants(allowances: Iterable[Allowance]) -> Iterator[datetime]:
    return (edge for allowance in allowances for edge in allowance.edges())
