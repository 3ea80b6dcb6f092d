"""What every vehicle would do if it were alone: the optimum where no limit makes any of them wait.

Energy that comes earlier counts for every deadline that it would have counted for later, and is
worth no less by itself. So as long as nothing has a price, whoever is alone takes all it can from
its first slot on, until it has what it wants. Where all lines carry that, no plan is worth more:
without lines the program falls apart into one for each vehicle, and has this optimum.

That is not so simple where a battery's state counts (families (7) and (8) of the model), where
vehicles share something else than lines ((4), (6) and (9)), where an earlier deadline wants more
than the last one, or where floors bring energy later on in any case; then there is no answer.
"""

from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags
from smart_charging.lines import Beside, chords_of, sectors_of
from smart_charging.network import Network
from smart_charging.policy import Weights
from smart_charging.problem import ChargingProblem
from smart_charging.units import Units

_NOTHING: Final = 1e-9
_NOTHING_WH: Final = 1e-6


def each_alone(
    problem: ChargingProblem, network: Network, units: Units, weights: Weights
) -> Array | None:
    """The best amperes if no vehicle has to wait for another: [unit, slot].

    Returns:
        None where lines do not carry them, or where it is not as simple as that.
    """
    if not weights.is_eager or weights.least_share or not _is_simple(problem, units):
        return None
    wanted_wh = np.bincount(units.deadline, units.size_wh, len(units.owner))
    final_wh = np.zeros(units.count)
    final_wh[units.owner[units.is_final]] = wanted_wh[units.is_final]
    if (wanted_wh > final_wh[units.owner] + _NOTHING_WH).any():
        return None
    amps = _earliest(units, final_wh)
    return amps if _carries(network, units, amps) else None


def _is_simple(problem: ChargingProblem, units: Units) -> bool:
    if units.count != len(problem.evses) or problem.modules or problem.stores:
        return False
    if problem.feed_limits:
        return False
    if any(evse.taper is not None or evse.discharge is not None for evse in problem.evses):
        return False
    return not units.least_a.any()


def _earliest(units: Units, wanted_wh: Array) -> Array:
    """All that each can take from its first slot on until it has what it wants."""
    most_wh = units.most_a * units.wh_per_a
    before_wh = np.cumsum(most_wh, axis=1) - most_wh
    left_a = np.zeros(most_wh.shape)
    left_wh = np.maximum(wanted_wh[:, None] - before_wh, 0.0)
    np.divide(left_wh, units.wh_per_a, out=left_a, where=units.wh_per_a > 0)
    amps: Array = np.minimum(units.most_a, left_a)
    return amps


def _carries(network: Network, units: Units, amps: Array) -> bool:
    """Whether no line carries more than its limit: first by magnitudes, then by its chords."""
    room_a = network.limit_a - network.unknown_a
    carried_a = units.loads.sizes @ amps + network.fixed.magnitude()
    is_over: Flags = carried_a > np.maximum(room_a, 0.0) + _NOTHING
    if not is_over.any():
        return True
    sectors = sectors_of(units.loads, network.fixed)
    chords = chords_of(units.loads, Beside(room_a, network.fixed), sectors)
    is_over = is_over[chords.rows] & (
        chords.parts @ amps > np.maximum(chords.limit, 0.0) + _NOTHING
    )
    return not is_over.any()
