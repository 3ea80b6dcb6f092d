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
from smart_charging.sparse import Padded, entries_of, is_another, matrix_by_column, running_sums

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

    phasors: Padded
    magnitudes: Padded
    parts: Padded
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
        parts=Padded.of(_stacked([chords.parts, *watts, *power])),
        part_row=np.concatenate([chords.rows, np.array(others, dtype=int)]),
        part_limit=np.concatenate([chords.limit, np.repeat(most_w[:, None], slots, axis=1)]),
        fixed=network.fixed.total(),
        network=network,
    )


@lru_cache(maxsize=KEPT)
def _near(loads: Incidence, wide: bytes) -> tuple[Padded, Padded]:
    """Phasors and magnitudes on the lines that are not wide; plan by plan they are the same."""
    rows: Flags = ~np.frombuffer(wide, dtype=bool)
    return Padded.of(_on(rows, loads.known)), Padded.of(_on(rows, loads.unknown))


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
        self._phasors = np.append(paths.fixed[:, slot], 0.0)
        self._magnitudes = np.append(network.unknown_a[:, slot], 0.0)
        self._limit_a = np.append(network.limit_a[:, slot], np.inf)
        self._parts = np.zeros(len(paths.part_row) + 1)
        self._part_limit = np.append(paths.part_limit[:, slot], np.inf)

    def hold_power(self, most_w: float) -> None:
        """Let all EVSEs together draw no more than that from now on, where power has a fee."""
        self._part_limit[:-1][self._paths.part_row == ALL] = most_w

    def add(self, evses: Indices, amps: Array) -> None:
        """Let EVSEs draw more (or less, below 0)."""
        paths = self._paths
        for padded, carried in (
            (paths.phasors, self._phasors),
            (paths.magnitudes, self._magnitudes),
            (paths.parts, self._parts),
        ):
            np.add.at(carried, padded.rows[evses], padded.values[evses] * amps[:, None])

    def room_a(self, evses: Indices) -> Array:
        """How much more each of these could draw, if none of the others does."""
        room_a: Array = self._rooms(evses).min(axis=1, initial=np.inf)
        return room_a

    def tightest(self, evses: Indices) -> tuple[Array, Indices]:
        """How much more each could draw if none of the others does, and the line that ends it.

        Returns:
            Amperes, not below 0: [evse]; row of the line, NO_LINE where it is none: [evse].
        """
        paths, nothing = self._paths, np.full((len(evses), 1), NO_LINE)
        part_row = np.append(np.maximum(paths.part_row, NO_LINE), NO_LINE)
        rows = [paths.phasors.rows[evses], paths.magnitudes.rows[evses]]
        of_line = np.column_stack([*rows, part_row[paths.parts.rows[evses]], nothing])
        rooms = np.column_stack([self._rooms(evses), np.full(len(evses), np.inf)])
        every, first = np.arange(len(evses)), rooms.argmin(axis=1)
        room_a = rooms[every, first]
        return room_a, np.where(np.isfinite(room_a), of_line[every, first], NO_LINE)

    def fitting(self, evses: Indices, amps: Array) -> Flags:
        """Who fits if all who come before are raised as well.

        Args:
            evses: In order.
            amps: By how much each is raised: [evse].
        """
        paths = self._paths
        more = (paths.phasors, paths.magnitudes)
        rows = np.column_stack([one.rows[evses] for one in more])
        order, row, is_first = _by_row(rows)
        known, unknown = (one.values[evses] * amps[:, None] for one in more)
        phasors = np.column_stack([known, np.zeros(unknown.shape)]).ravel()[order]
        carried = np.abs(self._phasors[row] + running_sums(phasors, is_first))
        carried += self._magnitudes[row]
        if unknown.size:
            sizes = np.column_stack([np.zeros(known.shape), unknown]).ravel()[order]
            carried += running_sums(sizes, is_first)
        is_over = carried > self._limit_a[row] + _FITS_A
        fits = np.asarray(~_by_evse(is_over, order, rows).any(axis=1))
        rows = paths.parts.rows[evses]
        order, row, is_first = _by_row(rows)
        shares = (paths.parts.values[evses] * amps[:, None]).ravel()[order]
        taken = self._parts[row] + running_sums(shares, is_first)
        is_over = taken > self._part_limit[row] + _FITS_A
        also_fits = np.asarray(~_by_evse(is_over, order, rows).any(axis=1))
        return np.asarray(fits & also_fits)

    def _rooms(self, evses: Indices) -> Array:
        """How much more each could draw for the sake of each of its limits: [evse, limit].

        On each line |p + c a| + m <= L is solved for a, where p is the sum of phasors, c the
        EVSE's own, m the magnitudes and L the limit.
        """
        paths = self._paths
        rooms = (
            self._room_of_phasor(paths.phasors.rows[evses], paths.phasors.values[evses]),
            self._room_of_magnitude(paths.magnitudes.rows[evses], paths.magnitudes.values[evses]),
            self._room_of_part(paths.parts.rows[evses], paths.parts.values[evses]),
        )
        return np.maximum(np.concatenate(rooms, axis=1), 0.0)

    def _room_of_phasor(self, rows: Indices, own: ComplexArray) -> Array:
        left = self._limit_a[rows] - self._magnitudes[rows]
        size, carried = np.abs(own), self._phasors[rows]
        along = (carried * own.conjugate()).real / size
        inside = left**2 - np.abs(carried) ** 2
        roots = (np.sqrt(np.maximum(along**2 + inside, 0.0)) - along) / size
        return np.where((left > 0) & (inside > 0), roots, 0.0)

    def _room_of_magnitude(self, rows: Indices, own: Array) -> Array:
        left: Array = self._limit_a[rows] - self._magnitudes[rows] - np.abs(self._phasors[rows])
        return left / own

    def _room_of_part(self, parts: Indices, own: Array) -> Array:
        left: Array = (self._part_limit[parts] - self._parts[parts]) / own
        return left


def _by_row(rows: Indices) -> tuple[Indices, Indices, Flags]:
    """Entries row by row, the first EVSEs first: their order, rows, and where each row begins."""
    order = np.argsort(rows, axis=None, kind="stable")
    row = rows.ravel()[order]
    return order, row, is_another(row)


def _by_evse(flags: Flags, order: Indices, rows: Indices) -> Flags:
    """Flags of entries row by row, put back where the entries were: [evse, entry]."""
    back = np.zeros(rows.size, dtype=bool)
    back[order] = flags
    return back.reshape(rows.shape)
