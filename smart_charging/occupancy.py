"""What the lines of all feeders carry in one slot, as EVSEs are raised one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.sparse import csc_matrix, diags, vstack

from smart_charging.arrays import Array, ComplexArray, Flags, Indices
from smart_charging.fixed import Fixed
from smart_charging.lines import FAR_RAD, Beside, chords_of, sectors_of
from smart_charging.network import Incidence, Network
from smart_charging.problem import ChargingProblem

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
    network = _beside_fed(network, fed)
    sectors = sectors_of(network.evses.known.tocoo(), network.fixed)
    is_wide = sectors.width_rad > _WIDE_RAD
    is_narrow = diags((~is_wide).astype(float))
    room_a = np.maximum(network.limit_a - network.unknown_a, 0.0)
    beside = Beside(room_a, network.fixed)
    chords = chords_of(network.evses, beside, sectors.only(is_wide))
    slots = len(problem.slots_s)
    watts, power = module_watts(problem), _all_watts(problem)
    most_w = np.array([*(module.max_w for module in problem.modules), *([np.inf] * power.shape[0])])
    others = [NO_LINE] * len(problem.modules) + [ALL] * power.shape[0]
    return Paths(
        phasors=csc_matrix(is_narrow @ network.evses.known),
        magnitudes=csc_matrix(is_narrow @ network.evses.unknown),
        parts=csc_matrix(vstack([chords.parts, watts, power])),
        part_row=np.concatenate([chords.rows, np.array(others, dtype=int)]),
        part_limit=np.concatenate([chords.limit, np.repeat(most_w[:, None], slots, axis=1)]),
        fixed=network.fixed.total(),
        network=network,
    )


def _all_watts(problem: ChargingProblem) -> csc_matrix:
    """What an ampere adds to the power of all EVSEs, where that has a fee: [0 or 1, evse]."""
    has_fee = problem.tariff is not None and problem.tariff.capacity is not None
    return csc_matrix(problem.columns.w_per_a[None, :][: int(has_fee)])


def _beside_fed(network: Network, fed: Sequence[tuple[Incidence, Array]]) -> Network:
    """The network beside what is fed back: that never makes room, and may take some (`lines`)."""
    is_far = sectors_of(network.evses.known.tocoo(), network.fixed).width_rad > FAR_RAD
    for loads, amps in fed if is_far.any() else ():
        turned = Fixed.of(loads.known, amps).turned(is_far)
        unknown_a = (loads.unknown @ amps) * is_far[:, None]
        network = replace(
            network, fixed=network.fixed.beside(turned), unknown_a=network.unknown_a + unknown_a
        )
    return network


def module_watts(problem: ChargingProblem) -> csc_matrix:
    """What an ampere of each EVSE takes of its power module: [module, evse]."""
    number = {module.key: k for k, module in enumerate(problem.modules)}
    members = [i for i, evse in enumerate(problem.evses) if evse.module is not None]
    modules = [number[problem.evses[i].module or ""] for i in members]
    watts = problem.columns.w_per_a[members]
    shape = (len(problem.modules), len(problem.evses))
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
        self._phasors += self._paths.phasors[:, evses] @ amps
        self._magnitudes += self._paths.magnitudes[:, evses] @ amps
        self._parts += self._paths.parts[:, evses] @ amps

    def room_a(self, evses: Indices) -> Array:
        """How much more each of these could draw, if none of the others does."""
        return self.tightest(evses)[0]

    def tightest(self, evses: Indices) -> tuple[Array, Indices]:
        """How much more each could draw if none of the others does, and the line that ends it.

        On each line |p + c a| + m <= L is solved for a, where p is the sum of phasors, c the
        EVSE's own, m the magnitudes and L the limit.

        Returns:
            Amperes, not below 0: [evse]; row of the line, NO_LINE where it is none: [evse].
        """
        paths = self._paths
        one, row, phasor = _entries(paths.phasors, evses)
        other, other_row, size = _entries(paths.magnitudes, evses)
        third, part, share = _entries(paths.parts, evses)
        rooms = (
            self._room_of_phasor(row, phasor),
            self._room_of_magnitude(other_row, size.real),
            self._room_of_part(part, share.real),
        )
        owner, room = np.concatenate([one, other, third]), np.maximum(np.concatenate(rooms), 0.0)
        rows = (row, other_row, np.maximum(paths.part_row[part], NO_LINE))
        order = np.lexsort((room, owner))
        first = order[np.unique(owner[order], return_index=True)[1]]
        room_a, row_of = np.full(len(evses), np.inf), np.full(len(evses), NO_LINE)
        room_a[owner[first]] = room[first]
        row_of[owner[first]] = np.concatenate(rows)[first]
        return room_a, row_of

    def fitting(self, evses: Indices, amps: Array) -> Flags:
        """Who fits if all who come before are raised as well.

        Args:
            evses: In order.
            amps: By how much each is raised: [evse].
        """
        fits = np.ones(len(evses), dtype=bool)
        owner, row, value = _entries(self._paths.phasors, evses)
        also, also_row, size = _entries(self._paths.magnitudes, evses)
        phasors = np.concatenate([value * amps[owner], np.zeros(len(also))])
        magnitudes = np.concatenate([np.zeros(len(owner)), size.real * amps[also]])
        rows, owners = np.concatenate([row, also_row]), np.concatenate([owner, also])
        order = np.lexsort((owners, rows))
        rows, owners = rows[order], owners[order]
        carried = np.abs(self._phasors[rows] + _running(phasors[order], rows))
        carried += self._magnitudes[rows] + _running(magnitudes[order], rows)
        fits[owners[carried > self._limit_a[rows] + _FITS_A]] = False
        owner, part, share = _entries(self._paths.parts, evses)
        order = np.lexsort((owner, part))
        owner, part = owner[order], part[order]
        taken = self._parts[part] + _running(share.real[order] * amps[owner], part)
        fits[owner[taken > self._part_limit[part] + _FITS_A]] = False
        return fits

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


def _entries(matrix: csc_matrix, evses: Indices) -> tuple[Indices, Indices, ComplexArray]:
    """Entries of some columns: place among those columns, row, value."""
    some = matrix[:, evses]
    owner = np.repeat(np.arange(len(evses)), np.diff(some.indptr))
    return owner, np.asarray(some.indices, dtype=int), np.asarray(some.data)


def _running(values: ComplexArray | Array, groups: Indices) -> ComplexArray | Array:
    """Running sums within groups, which are sorted."""
    sums = np.cumsum(values)
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    before = np.concatenate([[0.0], sums])[starts]
    running: ComplexArray | Array = sums - np.repeat(
        before, np.diff(np.append(starts, len(groups)))
    )
    return running
