"""Constraint family (1) of the model: no line carries more than its limit.

|r + sum_u c_u x_u| + U <= L is asked for in directions across the sector in which the phasors
c_u and r lie: Re(r conj(d)) + sum_u max(0, Re(c_u conj(d))) x_u + reach U <= reach L, where each
direction d stands for a chord and reach is the cosine of half its width. Up to 150 loads chords are
up to 7.5 degrees wide and give away up to 0.22 % of the limit, more loads get 15 and 0.86 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import coo_matrix, csc_matrix, csr_matrix, diags, hstack, vstack

from smart_charging.arrays import Array, ComplexArray, Flags, Indices
from smart_charging.draft import NOT_THERE, Chord, Draft, Flow
from smart_charging.network import Network

_FINE_RAD, _COARSE_RAD = np.deg2rad(7.5), np.deg2rad(15.0)
_FEW: Final = 150
"""Up to this many loads chords are fine; more are less often bound by a chord's end."""
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


def add_lines(draft: Draft) -> None:
    """No line carries more than its limit, and none feeds back more than that."""
    network = draft.network
    _add_lines(draft, draft.drawn, network.fixed, network.unknown_a)
    if draft.fed:
        _add_lines(draft, draft.fed, np.zeros_like(network.fixed), np.zeros_like(network.limit_a))


@dataclass(frozen=True, slots=True, eq=False)
class Chords:
    """Lines as linear limits: sum of parts <= limit.

    Attributes:
        parts: [chord, load]
        rows: The line of each chord.
        limit: What is left beside what is fixed: [chord, slot].
    """

    parts: csc_matrix
    rows: Indices
    limit: Array


def chords_of(network: Network, sectors: Sectors, is_asked: Flags) -> Chords:
    """Write some lines as chords, each with its loads' parts in its direction."""
    room_a = np.maximum(network.limit_a - network.unknown_a, 0.0)
    parts, rows, limits = [csr_matrix((0, network.evses.known.shape[1]))], [], []
    for number in range(int(sectors.chords[is_asked].max(initial=0))):
        asked = np.flatnonzero(is_asked & (number < sectors.chords))
        turn_rad = sectors.from_rad[asked] + (number + 0.5) * sectors.chord_rad[asked]
        turn, reach = np.exp(-1j * turn_rad), sectors.reach[asked, None]
        along = (diags(turn) @ network.evses.known[asked]).real.maximum(0.0)
        parts.append(along + diags(sectors.reach[asked]) @ network.evses.unknown[asked])
        limits.append(reach * room_a[asked] - (network.fixed[asked] * turn[:, None]).real)
        rows.append(asked)
    return Chords(
        parts=csc_matrix(vstack(parts)),
        rows=np.concatenate([np.zeros(0, dtype=int), *rows]),
        limit=np.concatenate([np.zeros((0, room_a.shape[1])), *limits]),
    )


def _add_lines(draft: Draft, flows: Sequence[Flow], fixed: ComplexArray, unknown_a: Array) -> None:
    known = coo_matrix(hstack([flow.loads.known for flow in flows]))
    unknown = coo_matrix(hstack([flow.loads.unknown for flow in flows]))
    columns = np.concatenate([flow.columns for flow in flows])
    least_a = np.concatenate([flow.least_a for flow in flows])
    most_a = np.concatenate([flow.most_a for flow in flows])
    most_a = np.where(columns != NOT_THERE, most_a, least_a)
    room_a = np.maximum(draft.network.limit_a - unknown_a, 0.0)
    at_most = abs(known) @ most_a + unknown @ most_a + np.abs(fixed)
    may_bind = at_most > room_a + _NOTHING
    sectors = sectors_of(known, fixed)
    rows = np.concatenate([known.row, unknown.row])
    members = np.concatenate([known.col, unknown.col])
    for number in range(int(sectors.chords.max(initial=0))):
        turn_rad = sectors.from_rad + (number + 0.5) * sectors.chord_rad
        direction = np.exp(-1j * turn_rad)
        reach = sectors.reach
        along = np.maximum((known.data * direction[known.row]).real, 0.0)
        coefficients = np.concatenate([along, unknown.data * reach[unknown.row]])
        room = reach[:, None] * room_a - (fixed * direction[:, None]).real
        entries = _Entries(rows, members, coefficients)
        chord = _add_chord(
            draft, entries, room, may_bind & (number < sectors.chords)[:, None], columns, least_a
        )
        draft.chords.append(Chord(constraints=chord, reach=reach))


@dataclass(frozen=True, slots=True, eq=False)
class _Entries:
    """Coefficients by line and load."""

    rows: Indices
    members: Indices
    coefficients: Array


def _add_chord(
    draft: Draft,
    entries: _Entries,
    room_a: Array,
    may_bind: Flags,
    columns: Indices,
    least_a: Array,
) -> Indices:
    """One constraint for each line and slot in which it could bind: [row, slot]."""
    shape = (len(room_a), len(least_a))
    matrix = coo_matrix((entries.coefficients, (entries.rows, entries.members)), shape=shape)
    is_absent = (columns == NOT_THERE).astype(float)
    floors_a = np.asarray(matrix @ least_a)
    absent_a = np.asarray(matrix @ (is_absent * least_a))
    upper = np.maximum(room_a, floors_a) - absent_a
    constraints = np.full(room_a.shape, NOT_THERE)
    constraints[may_bind] = draft.rows.add(-np.inf, upper[may_bind], int(may_bind.sum()))
    at = (constraints[entries.rows] != NOT_THERE) & (columns[entries.members] != NOT_THERE)
    at &= (entries.coefficients > _NOTHING)[:, None]
    entry, slot = np.nonzero(at)
    draft.rows.put(
        constraints[entries.rows[entry], slot],
        columns[entries.members[entry], slot],
        entries.coefficients[entry],
    )
    return constraints


def sectors_of(known: coo_matrix, fixed: ComplexArray) -> Sectors:
    """The sector in which each line's phasors lie, measured from the line's own voltage."""
    count = fixed.shape[0]
    lowest, highest = np.full(count, np.inf), np.full(count, -np.inf)
    angles = np.angle(known.data)
    np.minimum.at(lowest, known.row, angles)
    np.maximum.at(highest, known.row, angles)
    is_fixed = np.abs(fixed) > _NOTHING
    fixed_rad = np.angle(fixed)
    lowest = np.minimum(lowest, np.where(is_fixed, fixed_rad, np.inf).min(axis=1, initial=np.inf))
    highest = np.maximum(
        highest, np.where(is_fixed, fixed_rad, -np.inf).max(axis=1, initial=-np.inf)
    )
    is_empty = lowest > highest
    lowest, highest = np.where(is_empty, 0.0, lowest), np.where(is_empty, 0.0, highest)
    width = highest - lowest
    widest_rad = _FINE_RAD if known.shape[1] <= _FEW else _COARSE_RAD
    chords = np.maximum(1, np.ceil(width / widest_rad - _NOTHING).astype(int))
    return Sectors(from_rad=lowest, chord_rad=width / chords, chords=chords)
