"""The lines of all feeders as rows of matrices.

Row 3 f + l is line l + 1 of feeder f. What hangs below a feeder loads it as well, turned and
scaled by the transformers on the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix

from smart_charging.arrays import Array, ComplexArray, Indices
from smart_charging.feeder import Feeder
from smart_charging.fixed import Fixed
from smart_charging.resources import Evse, Reservation, Store
from smart_charging.sparse import matrix_by_row
from smart_charging.taps import Phasors, Tap

LINES: Final = 3


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
        known = abs(self.known)
        return known + self.unknown if self.unknown.nnz else known


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
    routes = _Routes(feeders)
    rows = LINES * len(feeders)
    reserved = routes.incidence([(one.feeder, one.tap) for one in loads.reservations])
    amps = np.array([one.amps for one in loads.reservations]).reshape(-1, slots)
    return Network(
        limit_a=np.array([feeder.limit_a for feeder in feeders]).reshape(rows, slots),
        unknown_a=_background(feeders, risk).reshape(rows, slots) + reserved.unknown @ amps,
        fixed=Fixed.of(reserved.known, amps),
        evses=routes.incidence([(one.feeder, one.tap) for one in loads.evses]),
        stores=routes.incidence([(one.feeder, one.tap) for one in loads.stores]),
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


class _Routes:
    """From a load to all lines that it loads, up to the root."""

    def __init__(self, feeders: Sequence[Feeder]) -> None:
        self._feeders = {feeder.key: feeder for feeder in feeders}
        self._index = {feeder.key: i for i, feeder in enumerate(feeders)}
        self._known: dict[tuple[str, Tap], tuple[Indices, ComplexArray]] = {}

    def incidence(self, loads: Sequence[tuple[str, Tap]]) -> Incidence:
        """What each of these loads, given by feeder and tap, puts on each line."""
        if not loads:
            nothing = csr_matrix((LINES * len(self._index), 0))
            return Incidence(known=nothing, unknown=nothing)
        found = [self._route(*load) for load in loads]
        is_known = np.array([tap.is_angle_known for _, tap in loads], dtype=bool)
        counts = [len(rows) for rows, _ in found]
        members = np.repeat(np.arange(len(loads)), counts)
        rows = np.concatenate([np.zeros(0, dtype=int), *(rows for rows, _ in found)])
        phasors = np.concatenate([np.zeros(0, dtype=complex), *(one for _, one in found)])
        knows = np.repeat(is_known, counts)
        shape = (LINES * len(self._index), len(loads))
        known = phasors[knows], rows[knows], members[knows]
        unknown = np.abs(phasors[~knows]), rows[~knows], members[~knows]
        return Incidence(known=matrix_by_row(*known, shape), unknown=matrix_by_row(*unknown, shape))

    def _route(self, key: str, tap: Tap) -> tuple[Indices, ComplexArray]:
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
            feeder = self._feeders[at]
            if feeder.transformer is not None:
                phasors = feeder.transformer.primary(phasors, is_angle_known=is_known)
            first = LINES * self._index[at]
            yield from ((first + i, phasor) for i, phasor in enumerate(phasors) if phasor != 0)
            at = feeder.parent
