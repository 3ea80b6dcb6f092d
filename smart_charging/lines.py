"""Constraint family (1) of the model: no line carries more than its limit.

|r + sum_u c_u x_u| + U <= L is asked for in directions across the sector in which the phasors
c_u and r lie: Re(r conj(d)) + sum_u max(0, Re(c_u conj(d))) x_u + reach U <= reach L, where each
direction d stands for a chord and reach is the cosine of half its width. Up to 150 loads chords are
up to 7.5 degrees wide and give away up to 0.22 % of the limit, more loads get 15 and 0.86 %.

Where phasors lie far apart, as behind a delta-wye transformer, what is fed back may add to what is
drawn: there both are looked at together as well, in chords all round.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, hstack

from smart_charging.arrays import Array, ComplexArray, Flags, Indices
from smart_charging.basis import Kind, names_of
from smart_charging.draft import NOT_THERE, Draft, Flow, Lines
from smart_charging.fixed import Fixed
from smart_charging.network import KEPT, Incidence
from smart_charging.sparse import entries_in, entries_of, matrix_by_column

_FINE_RAD, _COARSE_RAD = np.deg2rad(7.5), np.deg2rad(15.0)
_FEW: Final = 150
"""Up to this many loads chords are fine; more are less often bound by a chord's end."""
FAR_RAD: Final = np.pi / 3 + 1e-9
"""As long as what is drawn lies that close together, what is fed back is at least 120 degrees from
it, and both together are never more than the larger of the two."""
_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Sectors:
    """The directions across which each line's phasors lie.

    Attributes:
        from_rad: Where each sector begins: [row].
        chord_rad: How wide its chords are, 0 where all phasors are parallel: [row].
        chords: How many it has: [row].
    """

    from_rad: Array
    chord_rad: Array
    chords: Indices

    @property
    def reach(self) -> Array:
        """What an ampere of the limit is worth on a chord: [row]."""
        return np.asarray(np.cos(self.chord_rad / 2))

    @property
    def width_rad(self) -> Array:
        """How wide they are: [row]."""
        return self.chord_rad * self.chords

    @property
    def written(self) -> tuple[bytes, bytes, bytes]:
        """All of it as bytes, which can be compared."""
        return self.from_rad.tobytes(), self.chord_rad.tobytes(), self.chords.tobytes()

    @classmethod
    def read(cls, written: tuple[bytes, bytes, bytes]) -> "Sectors":
        """Read what was written."""
        from_rad, chord_rad, chords = written
        return cls(np.frombuffer(from_rad), np.frombuffer(chord_rad), np.frombuffer(chords, int))

    def of(self, rows: Indices) -> "Sectors":
        """Those of some lines, in this order."""
        return Sectors(self.from_rad[rows], self.chord_rad[rows], self.chords[rows])

    def only(self, on: Flags) -> "Sectors":
        """No chords on all other lines: [row]."""
        return replace(self, chords=np.where(on, self.chords, 0))

    def direction(self, number: int | Indices) -> ComplexArray:
        """The middle of a chord, of length 1: [row]."""
        turn_rad = self.from_rad + (number + 0.5) * self.chord_rad
        return np.asarray(np.exp(1j * turn_rad))


def add_lines(draft: Draft) -> None:
    """No line carries more than its limit, none feeds back more, and nor do both together.

    A line that carries more in any case may be fed back as much: that is no more than without.
    """
    network = draft.network
    drawn = _side_by_side([flow.loads for flow in draft.drawn])
    sectors = sectors_of(drawn, network.fixed)
    beside = Beside(network.limit_a - network.unknown_a, network.fixed)
    _add_lines(draft, draft.drawn, beside, sectors)
    if not draft.fed:
        return
    fed = _side_by_side([flow.loads for flow in draft.fed])
    nothing = network.fixed.turned(np.zeros(network.fixed.count, dtype=bool))
    most_a = np.maximum(network.limit_a, network.unknown_a)
    _add_lines(draft, draft.fed, Beside(most_a, nothing), sectors_of(fed, nothing))
    mixed = np.zeros(network.fixed.count, dtype=bool)
    mixed[entries_of(fed.known)[0]] = True
    mixed &= sectors.width_rad > FAR_RAD
    if mixed.any():
        both = [*draft.drawn, *(flow.turned() for flow in draft.fed)]
        _add_lines(draft, both, beside, _all_round(mixed, drawn.known.shape[1]))


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """What lines are left with beside the loads that are looked at.

    Attributes:
        room_a: Their limits, less load of unknown angle: [row, slot].
        fixed: See `Network`.
    """

    room_a: Array
    fixed: Fixed


@dataclass(frozen=True, slots=True, eq=False)
class Chords:
    """Lines as linear limits: sum of parts <= limit.

    Attributes:
        parts: [chord, load]
        rows: The line of each chord.
        reach: What an ampere of the line's limit is worth on it: [chord].
        limit: What is left beside what is fixed: [chord, slot].
    """

    parts: csc_matrix
    rows: Indices
    reach: Array
    limit: Array


def chords_of(loads: Incidence, beside: Beside, sectors: Sectors) -> Chords:
    """Write lines as chords, each with its loads' parts in its direction."""
    spread = _Spread(sectors.chords)
    laid = _laid_out(loads, sectors.written)
    limit = laid.reach[:, None] * beside.room_a[laid.rows]
    fixed = beside.fixed
    if len(fixed.row):
        chord, entry = spread.over(fixed.row)
        along = _along(fixed.direction[entry], laid.direction[chord])
        taken = csr_matrix((along, (chord, entry)), shape=(len(laid.rows), len(fixed.row)))
        limit = limit - taken @ fixed.amps
    return Chords(parts=laid.parts, rows=laid.rows, reach=laid.reach, limit=np.asarray(limit))


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """Chords as they are whatever the limits; see `Chords`."""

    parts: csc_matrix
    rows: Indices
    reach: Array
    direction: ComplexArray


@lru_cache(maxsize=KEPT)
def _laid_out(loads: Incidence, written: tuple[bytes, bytes, bytes]) -> _Laid:
    """The chords of lines; plan by plan loads and sectors are the same."""
    sectors = Sectors.read(written)
    rows = np.repeat(np.arange(len(sectors.chords)), sectors.chords)
    spread = _Spread(sectors.chords)
    each = sectors.of(rows)
    direction, reach = each.direction(np.arange(len(rows)) - spread.first[rows]), each.reach
    row, load, phasor = entries_of(loads.known)
    also_row, also_load, size = entries_of(loads.unknown)
    chord, entry = spread.over(row)
    also, other = spread.over(also_row)
    along = np.concatenate([_along(phasor[entry], direction[chord]), reach[also] * size[other]])
    chords, members = np.concatenate([chord, also]), np.concatenate([load[entry], also_load[other]])
    some = np.flatnonzero(along > _NOTHING)
    shape = (len(rows), loads.known.shape[1])
    parts = matrix_by_column(along[some], chords[some], members[some], shape)
    return _Laid(parts, rows, reach, direction)


class _Spread:
    """From entries on lines to entries on the chords of those lines.

    Args:
        count: How many chords each line has: [row].
    """

    def __init__(self, count: Indices) -> None:
        self._count = count
        self.first: Indices = np.cumsum(count) - count

    def over(self, rows: Indices) -> tuple[Indices, Indices]:
        """Each entry of a line, once for each of its chords: chord, entry."""
        times = self._count[rows]
        entry = np.repeat(np.arange(len(rows)), times)
        number = np.arange(len(entry)) - np.repeat(np.cumsum(times) - times, times)
        return self.first[rows[entry]] + number, entry


def _along(phasors: ComplexArray, directions: ComplexArray) -> Array:
    """What phasors have in a direction; nothing if they point away, as they may be absent."""
    return np.asarray(np.maximum((phasors * directions.conjugate()).real, 0.0))


def _add_lines(draft: Draft, flows: Sequence[Flow], beside: Beside, sectors: Sectors) -> None:
    loads = _side_by_side([flow.loads for flow in flows])
    columns = np.concatenate([flow.columns for flow in flows])
    least_a = np.concatenate([flow.least_a for flow in flows])
    most_a = np.concatenate([flow.most_a for flow in flows])
    most_a = np.where(columns != NOT_THERE, most_a, least_a)
    at_most = loads.sizes @ most_a + beside.fixed.magnitude()
    may_bind = at_most > np.maximum(beside.room_a, 0.0) + _NOTHING
    chords = chords_of(loads, beside, sectors)
    on_chord = np.asarray(chords.parts @ most_a) > np.maximum(chords.limit, 0.0) + _NOTHING
    may_bind = may_bind[chords.rows] & on_chord
    constraints = _add_chords(draft, chords, may_bind, columns, least_a)
    draft.lines.append(Lines(constraints=constraints, rows=chords.rows, reach=chords.reach))


def _add_chords(
    draft: Draft, chords: Chords, may_bind: Flags, columns: Indices, least_a: Array
) -> Indices:
    """One constraint for each chord and slot in which it could bind: [chord, slot].

    Those are told that are the line's own limit, and not what nobody can steer anyway: there an
    ampere more would gain nothing.
    """
    is_absent = (columns == NOT_THERE).astype(float)
    floors_a = np.asarray(chords.parts @ least_a)
    is_overdrawn = chords.limit < floors_a - _NOTHING
    absent_a = np.asarray(chords.parts @ (is_absent * least_a))
    upper = np.maximum(chords.limit, floors_a) - absent_a
    constraints = np.full(chords.limit.shape, NOT_THERE)
    chord, slot = np.nonzero(may_bind)
    names = names_of(Kind.LINE, chord, slot)
    constraints[chord, slot] = draft.rows.add(
        -np.inf, upper[may_bind], len(chord), names=names, is_rare=True
    )
    load, chord, part = entries_in(chords.parts, np.arange(len(columns)))
    at = (constraints[chord] != NOT_THERE) & (columns[load] != NOT_THERE)
    entry, slot = np.nonzero(at)
    draft.rows.put(constraints[chord[entry], slot], columns[load[entry], slot], part[entry])
    return np.where(is_overdrawn, NOT_THERE, constraints)


def _side_by_side(several: Sequence[Incidence]) -> Incidence:
    """All loads of several."""
    if len(several) == 1:
        return several[0]
    known = csr_matrix(hstack([loads.known for loads in several]))
    return Incidence(known, csr_matrix(hstack([loads.unknown for loads in several])))


def sectors_of(loads: Incidence, fixed: Fixed) -> Sectors:
    """The sector in which each line's phasors lie, measured from the line's own voltage."""
    flows = fixed.flows
    if not flows.any():
        return _sectors_of_loads(loads)
    return _sectors(loads, fixed.row[flows], fixed.direction[flows])


@lru_cache(maxsize=KEPT)
def _sectors_of_loads(loads: Incidence) -> Sectors:
    return _sectors(loads, np.zeros(0, dtype=int), np.zeros(0, dtype=complex))


def _sectors(loads: Incidence, also_row: Indices, also: ComplexArray) -> Sectors:
    """The same for loads and some other phasors."""
    count, members = loads.known.shape
    lowest, highest = np.full(count, np.inf), np.full(count, -np.inf)
    row, _, phasor = entries_of(loads.known)
    rows = np.concatenate([row, also_row])
    angles = np.angle(np.concatenate([phasor, also]))
    np.minimum.at(lowest, rows, angles)
    np.maximum.at(highest, rows, angles)
    is_empty = lowest > highest
    lowest, highest = np.where(is_empty, 0.0, lowest), np.where(is_empty, 0.0, highest)
    is_round = highest - lowest > np.pi - _NOTHING
    lowest = np.where(is_round, -np.pi, lowest)
    width = np.where(is_round, 2 * np.pi, highest - lowest)
    return _cut(lowest, width, members)


def _all_round(on: Flags, loads: int) -> Sectors:
    """All directions, on some lines only: [row]."""
    sectors = _cut(np.full(len(on), -np.pi), np.full(len(on), 2 * np.pi), loads)
    return sectors.only(on)


def _cut(from_rad: Array, width_rad: Array, loads: int) -> Sectors:
    """Cut sectors into chords of the same width, wider ones where there are many loads."""
    widest_rad = _FINE_RAD if loads <= _FEW else _COARSE_RAD
    chords = np.maximum(1, np.ceil(width_rad / widest_rad - _NOTHING).astype(int))
    return Sectors(from_rad=from_rad, chord_rad=width_rad / chords, chords=chords)
