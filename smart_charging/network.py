"""The lines of all feeders as rows of matrices.

Row 3 f + l is line l + 1 of feeder f. What hangs below a feeder loads it as well, turned and
scaled by the transformers on the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from smart_charging.arrays import Array, ComplexArray, Indices
from smart_charging.feeder import Feeder
from smart_charging.fixed import Fixed
from smart_charging.resources import Evse, Reservation, Store
from smart_charging.sparse import matrix_by_row
from smart_charging.taps import Phasors, Tap, Transformer

LINES: Final = 3
KEPT: Final = 16
"""So many of the last sets of loads are not laid out again: plan by plan they are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """What an ampere of each load puts on each line: [row, load].

    Attributes:
        known: Phasors of loads whose angle is known.
        unknown: Magnitudes of loads whose angle is not.
    """

    known: csr_matrix
    unknown: csr_matrix

    @property
    def sizes(self) -> csr_matrix:
        """Magnitudes of all loads: [row, load]."""
        return _sizes_of(self)

    @property
    def sizes_by_load(self) -> csc_matrix:
        """The same, load by load."""
        return _sizes_by_load(self)


@lru_cache(maxsize=KEPT)
def _sizes_by_load(loads: Incidence) -> csc_matrix:
    return csc_matrix(loads.sizes)


@lru_cache(maxsize=KEPT)
def _sizes_of(loads: Incidence) -> csr_matrix:
    known = abs(loads.known)
    return known + loads.unknown if loads.unknown.nnz else known


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The lines of a tree of feeders.

    Attributes:
        limit_a: [row, slot]
        unknown_a: Load that is not planned and whose angle is not known: [row, slot].
        fixed: The other load that is not planned.
        evses: What the EVSEs load.
        stores: What the stores load.
    """

    limit_a: Array
    unknown_a: Array
    fixed: Fixed
    evses: Incidence
    stores: Incidence

    def beside(self, loads: Incidence, amps: Array) -> "Network":
        """The same, with loads that are not planned any more: [load, slot]."""
        return replace(
            self,
            unknown_a=self.unknown_a + loads.unknown @ amps,
            fixed=self.fixed.beside(Fixed.of(loads.known, amps)),
        )


@dataclass(frozen=True, slots=True)
class Loads:
    """Everything that hangs on the feeders."""

    evses: tuple[Evse, ...]
    stores: tuple[Store, ...]
    reservations: tuple[Reservation, ...]


def lay_out(feeders: Sequence[Feeder], loads: Loads, slots: int, risk: float) -> Network:
    """Lay out the lines of a tree of feeders.

    Args:
        feeders: Parents before their children.
        loads: What hangs on them.
        slots: Number of slots.
        risk: See `Policy`.
    """
    tree = tuple((feeder.key, feeder.parent, feeder.transformer) for feeder in feeders)
    rows = LINES * len(feeders)
    reserved = _incidence(tree, _places(loads.reservations))
    amps = np.array([one.amps for one in loads.reservations]).reshape(-1, slots)
    return Network(
        limit_a=np.array([feeder.limit_a for feeder in feeders]).reshape(rows, slots),
        unknown_a=_background(feeders, risk).reshape(rows, slots) + reserved.unknown @ amps,
        fixed=Fixed.of(reserved.known, amps),
        evses=_incidence(tree, _places(loads.evses)),
        stores=_incidence(tree, _places(loads.stores)),
    )


def _background(feeders: Sequence[Feeder], risk: float) -> Array:
    """What nobody steers, of unknown angle, added up the tree: [feeder, line, slot]."""
    index = {feeder.key: i for i, feeder in enumerate(feeders)}
    flows = np.array([feeder.background_a(risk) for feeder in feeders])
    for i, feeder in reversed(list(enumerate(feeders))):
        if feeder.transformer is not None:
            flows[i] = feeder.transformer.spread @ flows[i]
        if feeder.parent is not None:
            flows[index[feeder.parent]] += flows[i]
    return flows


_Tree: TypeAlias = tuple[tuple[str, str | None, Transformer | None], ...]
"""Feeders: key, parent, transformer."""
_Places: TypeAlias = tuple[tuple[str, Tap], ...]
"""Of loads: feeder, tap."""


def _places(loads: Sequence[Evse] | Sequence[Store] | Sequence[Reservation]) -> _Places:
    return tuple((one.feeder, one.tap) for one in loads)


@lru_cache(maxsize=KEPT)
def _incidence(tree: _Tree, loads: _Places) -> Incidence:
    """What each of these loads puts on each line."""
    shape = (LINES * len(tree), len(loads))
    if not loads:
        return Incidence(known=csr_matrix(shape), unknown=csr_matrix(shape))
    routes = _Routes(tree)
    found = [routes.of(*load) for load in loads]
    is_known = np.array([tap.is_angle_known for _, tap in loads], dtype=bool)
    counts = [len(rows) for rows, _ in found]
    members = np.repeat(np.arange(len(loads)), counts)
    rows = np.concatenate([np.zeros(0, dtype=int), *(rows for rows, _ in found)])
    phasors = np.concatenate([np.zeros(0, dtype=complex), *(one for _, one in found)])
    knows = np.repeat(is_known, counts)
    known = phasors[knows], rows[knows], members[knows]
    unknown = np.abs(phasors[~knows]), rows[~knows], members[~knows]
    return Incidence(known=matrix_by_row(*known, shape), unknown=matrix_by_row(*unknown, shape))


class _Routes:
    """From a load to all lines that it loads, up to the root."""

    def __init__(self, tree: _Tree) -> None:
        self._feeders = {key: (i, parent, turns) for i, (key, parent, turns) in enumerate(tree)}
        self._known: dict[tuple[str, Tap], tuple[Indices, ComplexArray]] = {}

    def of(self, key: str, tap: Tap) -> tuple[Indices, ComplexArray]:
        """The lines that a load at a feeder loads, and with what."""
        known = self._known.get((key, tap))
        if known is None:
            steps = list(self._steps(key, tap.phasors, tap.is_angle_known))
            rows = np.array([row for row, _ in steps], dtype=int)
            known = rows, np.array([phasor for _, phasor in steps], dtype=complex)
            self._known[key, tap] = known
        return known

    def _steps(
        self,
        key: str,
        phasors: Phasors,
        is_known: bool,  # noqa: FBT001
    ) -> Iterable[tuple[int, complex]]:
        at: str | None = key
        while at is not None:
            number, parent, turns = self._feeders[at]
            if turns is not None:
                phasors = turns.primary(phasors, is_angle_known=is_known)
            first = LINES * number
            yield from ((first + i, phasor) for i, phasor in enumerate(phasors) if phasor != 0)
            at = parent
