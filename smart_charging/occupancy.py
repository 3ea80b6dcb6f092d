"""What the lines of all feeders carry in one slot, as EVSEs are raised one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, vstack

from smart_charging.arrays import Array, ComplexArray, Flags, Indices
from smart_charging.fixed import Fixed
from smart_charging.lines import FAR_RAD, Beside, chords_of, sectors_of
from smart_charging.network import KEPT, Incidence, Network
from smart_charging.problem import ChargingProblem
from smart_charging.sparse import (
    entries_in,
    entries_of,
    is_another,
    matrix_by_column,
    running_sums,
)

_WIDE_RAD: Final = np.pi / 2 + 1e-9
_EPSILON_A: Final = 1e-9
_FITS_A: Final = 1e-7
NO_LINE: Final = -1
ALL: Final = -2


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """What an ampere of each EVSE puts on everything that has a limit.

    Attributes:
        phasors: On lines whose phasors lie within 90 degrees of each other: [row, evse].
        magnitudes: Of EVSEs whose angle is not known, on the same lines: [row, evse].
        parts: On everything else, which is linear: power modules, and the chords of lines whose
            phasors lie further apart, where a load that is absent may be the worst: [part, evse].
        part_row: The line that each part belongs to; NO_LINE for modules, and ALL for the power of
            all EVSEs, where that has a fee: [part].
        part_limit: [part, slot]
        fixed: The sum of what is not planned: [row, slot].
        network: The lines.
    """

    phasors: csc_matrix
    magnitudes: csc_matrix
    parts: csc_matrix
    part_row: Indices
    part_limit: Array
    fixed: ComplexArray
    network: Network


def paths_of(
    problem: ChargingProblem,
    network: Network,
    store_a: Array | None = None,
    fed_a: Array | None = None,
) -> Paths:
    """Lay out what has a limit.

    Args:
        problem: What is planned.
        network: Its lines.
        store_a: What stores take, below 0 give: [store, slot].
        fed_a: What vehicles feed back: [evse, slot].
    """
    fed = []
    if problem.stores and store_a is not None:
        network = network.beside(network.stores, np.maximum(store_a, 0.0))
        fed.append((network.stores, np.maximum(-store_a, 0.0)))
    if fed_a is not None and fed_a.any():
        fed.append((network.evses, fed_a))
    network = _beside_fed(network, fed) if fed else network
    sectors = sectors_of(network.evses, network.fixed)
    is_wide: Flags = sectors.width_rad > _WIDE_RAD
    phasors, magnitudes = _near(network.evses, is_wide.tobytes())
    room_a = np.maximum(network.limit_a - network.unknown_a, 0.0)
    beside = Beside(room_a, network.fixed)
    chords = chords_of(network.evses, beside, sectors.only(is_wide))
    slots = len(problem.slots_s)
    watts = [module_watts(problem)] if problem.modules else []
    power = [csc_matrix(problem.columns.w_per_a[None, :])] if _has_fee(problem) else []
    most_w = np.array([*(module.max_w for module in problem.modules), *([np.inf] * len(power))])
    others = [NO_LINE] * len(problem.modules) + [ALL] * len(power)
    return Paths(
        phasors=phasors,
        magnitudes=magnitudes,
        parts=_stacked([chords.parts, *watts, *power]),
        part_row=np.concatenate([chords.rows, np.array(others, dtype=int)]),
        part_limit=np.concatenate([chords.limit, np.repeat(most_w[:, None], slots, axis=1)]),
        fixed=network.fixed.total(),
        network=network,
    )


@lru_cache(maxsize=KEPT)
def _near(loads: Incidence, wide: bytes) -> tuple[csc_matrix, csc_matrix]:
    """Phasors and magnitudes on the lines that are not wide; plan by plan they are the same."""
    rows: Flags = ~np.frombuffer(wide, dtype=bool)
    return _on(rows, loads.known), _on(rows, loads.unknown)


def _on(rows: Flags, matrix: csr_matrix) -> csc_matrix:
    """A matrix with some of its rows only."""
    row, column, value = entries_of(matrix)
    some = rows[row]
    return matrix_by_column(value[some], row[some], column[some], matrix.shape)


def _stacked(matrices: Sequence[csc_matrix]) -> csc_matrix:
    """One above the other."""
    return csc_matrix(vstack(matrices)) if len(matrices) > 1 else matrices[0]


def _has_fee(problem: ChargingProblem) -> bool:
    """Whether the power of all EVSEs together has a fee."""
    return problem.tariff is not None and problem.tariff.capacity is not None


def _beside_fed(network: Network, fed: Sequence[tuple[Incidence, Array]]) -> Network:
    """The network beside what is fed back: that never makes room, and may take some (`lines`)."""
    is_far = sectors_of(network.evses, network.fixed).width_rad > FAR_RAD
    for loads, amps in fed if is_far.any() else ():
        turned = Fixed.of(loads.known, amps).turned(is_far)
        unknown_a = (loads.unknown @ amps) * is_far[:, None]
        network = replace(
            network, fixed=network.fixed.beside(turned), unknown_a=network.unknown_a + unknown_a
        )
    return network


def module_watts(problem: ChargingProblem) -> csc_matrix:
    """What an ampere of each EVSE takes of its power module: [module, evse]."""
    shape = (len(problem.modules), len(problem.evses))
    number = {module.key: k for k, module in enumerate(problem.modules)}
    members = [i for i, evse in enumerate(problem.evses) if evse.module is not None]
    modules = [number[problem.evses[i].module or ""] for i in members]
    watts = problem.columns.w_per_a[members]
    return csc_matrix((watts, (modules, members)), shape=shape)


class Occupancy:
    """What everything that has a limit carries in one slot.

    Args:
        paths: What the EVSEs load.
        slot: Which slot.
    """

    def __init__(self, paths: Paths, slot: int) -> None:
        network = paths.network
        self._paths = paths
        self._phasors = paths.fixed[:, slot].copy()
        self._magnitudes = network.unknown_a[:, slot].copy()
        self._limit_a = network.limit_a[:, slot]
        self._parts = np.zeros(len(paths.part_row))
        self._part_limit = paths.part_limit[:, slot].copy()

    def hold_power(self, most_w: float) -> None:
        """Let all EVSEs together draw no more than that from now on, where power has a fee."""
        self._part_limit[self._paths.part_row == ALL] = most_w

    def add(self, evses: Indices, amps: Array) -> None:
        """Let EVSEs draw more (or less, below 0)."""
        paths = self._paths
        for matrix, carried in (
            (paths.phasors, self._phasors),
            (paths.magnitudes, self._magnitudes),
            (paths.parts, self._parts),
        ):
            owner, row, value = entries_in(matrix, evses)
            np.add.at(carried, row, value * amps[owner])

    def room_a(self, evses: Indices) -> Array:
        """How much more each of these could draw, if none of the others does."""
        room_a = np.full(len(evses), np.inf)
        for owner, room, _ in self._rooms(evses):
            np.minimum.at(room_a, owner, room)
        return room_a

    def tightest(self, evses: Indices) -> tuple[Array, Indices]:
        """How much more each could draw if none of the others does, and the line that ends it.

        Returns:
            Amperes, not below 0: [evse]; row of the line, NO_LINE where it is none: [evse].
        """
        room_a, row_of = self.room_a(evses), np.full(len(evses), NO_LINE)
        for owner, room, rows in reversed(self._rooms(evses)):
            ends = np.flatnonzero(room <= room_a[owner])[::-1]
            row_of[owner[ends]] = rows[ends]
        return room_a, row_of

    def fitting(self, evses: Indices, amps: Array) -> Flags:
        """Who fits if all who come before are raised as well.

        Args:
            evses: In order.
            amps: By how much each is raised: [evse].
        """
        fits = np.ones(len(evses), dtype=bool)
        owner, row, value = entries_in(self._paths.phasors, evses)
        also, also_row, size = entries_in(self._paths.magnitudes, evses)
        phasors = np.concatenate([value * amps[owner], np.zeros(len(also))])
        magnitudes = np.concatenate([np.zeros(len(owner)), size * amps[also]])
        rows, owners = np.concatenate([row, also_row]), np.concatenate([owner, also])
        order = np.lexsort((owners, rows))
        rows, owners = rows[order], owners[order]
        is_first = is_another(rows)
        carried = np.abs(self._phasors[rows] + running_sums(phasors[order], is_first))
        carried += self._magnitudes[rows] + running_sums(magnitudes[order], is_first)
        fits[owners[carried > self._limit_a[rows] + _FITS_A]] = False
        owner, part, share = entries_in(self._paths.parts, evses)
        order = np.lexsort((owner, part))
        owner, part = owner[order], part[order]
        taken = self._parts[part] + running_sums(share[order] * amps[owner], is_another(part))
        fits[owner[taken > self._part_limit[part] + _FITS_A]] = False
        return fits

    def _rooms(self, evses: Indices) -> tuple[tuple[Indices, Array, Indices], ...]:
        """How much more each could draw for the sake of each of its limits.

        On each line |p + c a| + m <= L is solved for a, where p is the sum of phasors, c the
        EVSE's own, m the magnitudes and L the limit.

        Returns:
            For each kind of limit: place of the EVSE, amperes, not below 0, row of the line.
        """
        paths = self._paths
        one, row, phasor = entries_in(paths.phasors, evses)
        other, other_row, size = entries_in(paths.magnitudes, evses)
        third, part, share = entries_in(paths.parts, evses)
        rows = np.maximum(paths.part_row[part], NO_LINE)
        return (
            (one, np.maximum(self._room_of_phasor(row, phasor), 0.0), row),
            (other, np.maximum(self._room_of_magnitude(other_row, size), 0.0), other_row),
            (third, np.maximum(self._room_of_part(part, share), 0.0), rows),
        )

    def _room_of_phasor(self, rows: Indices, own: ComplexArray) -> Array:
        left = self._limit_a[rows] - self._magnitudes[rows]
        size = np.abs(own)
        along = (self._phasors[rows] * own.conjugate()).real / size
        inside = left**2 - np.abs(self._phasors[rows]) ** 2
        roots = (np.sqrt(np.maximum(along**2 + inside, 0.0)) - along) / size
        return np.where((left > 0) & (inside > 0), roots, 0.0)

    def _room_of_magnitude(self, rows: Indices, own: Array) -> Array:
        left: Array = self._limit_a[rows] - self._magnitudes[rows] - np.abs(self._phasors[rows])
        return left / own

    def _room_of_part(self, parts: Indices, own: Array) -> Array:
        left: Array = (self._part_limit[parts] - self._parts[parts]) / own
        return left
