"""From amperes that a linear program may give to limits that a station can be sent.

In the committed slots a limit is 0 or at least the EVSE's minimum, in whole steps, and still fits
under every feeder. Slot by slot:

1. everybody has their floor;
2. in the order of claims, whoever was given at least the minimum gets that, rounded down to steps;
3. in the same order, the others are raised to their minimum while there is room;
4. what is left over goes, in equal bites, to whoever can use it;
5. and what nobody can use lets idle vehicles have their minimum, in case they want again.

A claim is what the program gave, with a bonus for going on (a vehicle is not paused that has not
charged for its turn) and one for having waited: so turns are taken when not all fit at 6 A.
"""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from smart_charging.currents import ancestors
from smart_charging.problem import Array, ChargingProblem, Evse
from smart_charging.solver import TURN_S

_STAY_BONUS_A: Final = 3.0
_WAIT_BONUS_A: Final = 6.0
_BITE_A: Final = 1.0
_EPSILON_A: Final = 1e-9


class Occupancy:
    """What the lines of all feeders carry in one slot, as EVSEs are raised one by one."""

    def __init__(self, problem: ChargingProblem, slot: int) -> None:
        feeders = problem.feeders
        self._index = {feeder.key: i for i, feeder in enumerate(feeders)}
        ways = ancestors(feeders)
        self._way = {key: np.array([self._index[k] for k in way]) for key, way in ways.items()}
        self._phasors = np.zeros((len(feeders), 3), dtype=complex)
        self._limits = np.array([feeder.limit_a[:, slot] for feeder in feeders])
        self._magnitudes = np.zeros((len(feeders), 3))
        for feeder in feeders:
            self._magnitudes[self._way[feeder.key]] += feeder.uncontrolled_a[:, slot]
        for reservation in problem.reservations:
            amps = float(reservation.amps[slot])
            self._put(
                reservation.feeder, reservation.tap.phasors, amps, reservation.tap.is_angle_known
            )

    def add(self, evse: Evse, amps: float) -> None:
        """Let an EVSE draw more (or less, below 0)."""
        self._put(evse.feeder, evse.tap.phasors, amps, evse.tap.is_angle_known)

    def room_a(self, evse: Evse) -> tuple[float, int, int]:
        """How much more an EVSE could draw, and the feeder and line that end it.

        On each line |p + c a| + m <= L is solved for a, where p is the sum of phasors, c the
        EVSE's own, m the magnitudes and L the limit.

        Returns:
            Amperes, not below 0; index of the feeder; line, 0 to 2.
        """
        way = self._way[evse.feeder]
        own = np.array(evse.tap.phasors)
        phasors, magnitudes = self._phasors[way], self._magnitudes[way]
        left = self._limits[way] - magnitudes
        if evse.tap.is_angle_known:
            along = (phasors * own.conjugate()).real
            inside = left**2 - np.abs(phasors) ** 2
            roots = np.sqrt(np.maximum(along**2 + inside, 0.0)) - along
            room = np.where((left > 0) & (inside > 0), roots, 0.0)
        else:
            room = left - np.abs(phasors)
        room = np.where(np.abs(own) > 0, room, math.inf)
        nearest = int(np.argmin(room))
        feeder, line = divmod(nearest, 3)
        return max(0.0, float(room.flat[nearest])), int(way[feeder]), line

    def _put(
        self,
        feeder: str,
        phasors: tuple[complex, ...],
        amps: float,
        is_angle_known: bool,  # noqa: FBT001
    ) -> None:
        way = self._way[feeder]
        if is_angle_known:
            self._phasors[way] += np.array(phasors) * amps
        else:
            self._magnitudes[way] += np.abs(np.array(phasors)) * amps


def round_slot(
    problem: ChargingProblem, slot: int, wanted_a: Array, most_a: Array
) -> tuple[Array, Occupancy]:
    """Round one slot.

    Args:
        problem: What is planned.
        slot: Which slot.
        wanted_a: What the program gave: [evse].
        most_a: What the vehicle can use in the slot: [evse].

    Returns:
        Limits: [evse]; and what the feeders then carry.
    """
    evses = problem.evses
    occupancy = Occupancy(problem, slot)
    given = np.array([evse.floor_a for evse in evses])
    for evse in evses:
        occupancy.add(evse, evse.floor_a)
    ceiling = np.minimum(most_a, [evse.max_a for evse in evses])
    least_a = np.array([evse.least_a for evse in evses])
    in_turn = list(_by_claim(evses, wanted_a))
    for i in in_turn:
        if wanted_a[i] >= least_a[i] - _EPSILON_A:
            _raise(occupancy, evses[i], given, i, min(wanted_a[i], ceiling[i]))
    for i in in_turn:
        if wanted_a[i] > _EPSILON_A:
            _raise(occupancy, evses[i], given, i, min(least_a[i], ceiling[i]))
    _hand_out_rest(occupancy, evses, given, ceiling)
    for i in sorted(range(len(evses)), key=lambda i: -evses[i].held_a):
        if evses[i].is_idle:
            _raise(occupancy, evses[i], given, i, least_a[i])
    return given, occupancy


def _by_claim(evses: tuple[Evse, ...], wanted_a: Array) -> Iterator[int]:
    claims = np.array(
        [_claim_a(evse, wanted) for evse, wanted in zip(evses, wanted_a, strict=True)]
    )
    yield from (int(i) for i in np.argsort(-claims, kind="stable"))


def _claim_a(evse: Evse, wanted_a: float) -> float:
    claim_a = wanted_a * evse.demand.weight
    if evse.held_a >= evse.min_a and evse.on_s < TURN_S:
        claim_a += _STAY_BONUS_A
    return claim_a + _WAIT_BONUS_A * min(evse.off_s / TURN_S, 2.0)


def _raise(occupancy: Occupancy, evse: Evse, given: Array, i: int, target_a: float) -> bool:
    """Raise an EVSE towards a target as far as room and steps allow; return whether it moved."""
    if target_a <= given[i] + _EPSILON_A:
        return False
    room, _, _ = occupancy.room_a(evse)
    reach = min(target_a, given[i] + room)
    stepped = evse.max_a if reach >= evse.max_a - _EPSILON_A else _floor_to_step(reach, evse.step_a)
    if stepped < evse.min_a - _EPSILON_A or stepped <= given[i] + _EPSILON_A:
        return False
    occupancy.add(evse, stepped - given[i])
    given[i] = stepped
    return True


def _hand_out_rest(
    occupancy: Occupancy, evses: tuple[Evse, ...], given: Array, ceiling: Array
) -> None:
    """Step 4: equal bites, the least served first, until nobody can take one."""
    open_to_more = [i for i in range(len(evses)) if ceiling[i] > given[i] + _EPSILON_A]
    while open_to_more:
        open_to_more.sort(key=lambda i: given[i])
        open_to_more = [
            i
            for i in open_to_more
            if _raise(
                occupancy,
                evses[i],
                given,
                i,
                min(ceiling[i], max(given[i] + _BITE_A, evses[i].least_a)),
            )
        ]


def _floor_to_step(amps: float, step_a: float) -> float:
    return round(math.floor(amps / step_a + 1e-6) * step_a, 6)
