"""What stores hold over time: from what they take and give, with losses and what is drained."""

from dataclasses import dataclass

import numpy as np

from smart_charging.arrays import Array
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Store
from smart_charging.worth import hours_of, may_feed


@dataclass(frozen=True, slots=True, eq=False)
class Dynamics:
    """What a slot does to what a store holds.

    Attributes:
        taken_wh: Stored for an ampere taken: [slot].
        given_wh: Lost for an ampere given back: [slot].
        keeps: The share of what it held before that is left: [slot].
        drain_wh: What is drained: [slot].
    """

    taken_wh: Array
    given_wh: Array
    keeps: Array
    drain_wh: Array

    def after(self, held_wh: float, amps: float, slot: int) -> float:
        """What it holds at the end of a slot.

        Args:
            held_wh: What it held before.
            amps: What it takes; below 0: gives.
            slot: Which slot.
        """
        per_a = self.taken_wh[slot] if amps > 0 else self.given_wh[slot]
        return float(self.keeps[slot] * held_wh + amps * per_a - self.drain_wh[slot])

    def course_wh(self, start_wh: float, amps: Array) -> Array:
        """What it holds at the end of each slot: [slot]."""
        held_wh, course = start_wh, np.zeros(len(amps))
        for slot, flow_a in enumerate(amps.tolist()):
            course[slot] = held_wh = self.after(held_wh, flow_a, slot)
        return course


def dynamics_of(store: Store, hours: Array) -> Dynamics:
    """Reckon what a slot does to a store.

    Args:
        store: Which one.
        hours: Length of each slot: [slot].
    """
    wh = store.w_per_a * hours
    return Dynamics(
        taken_wh=wh * (store.efficiency if store.gain is None else store.gain),
        given_wh=wh / store.efficiency,
        keeps=np.exp(-store.loss_per_h * hours),
        drain_wh=store.drain_w * hours,
    )


def may_take(store: Store, problem: ChargingProblem) -> Array:
    """1 in the slots in which a store may take anything, 0 while it has to stay off: [slot]."""
    begins_s = np.cumsum(problem.slots_s) - np.array(problem.slots_s)
    switching = store.switching
    if switching is None or switching.off_s <= 0:
        return np.ones(len(begins_s))
    return np.where(switching.off_s + begins_s < switching.min_off_s, 0.0, 1.0)


def may_give(store: Store, problem: ChargingProblem) -> Array:
    """1 in the slots in which a store may give anything, 0 in all others: [slot].

    A source that stands may from the slot on in which it comes up. It takes nothing, so it cannot
    take and give at once, whatever the price is.
    """
    standby = store.standby
    if standby is None:
        return may_feed(problem)
    ends_s = np.cumsum(problem.slots_s)
    return np.where((standby.on_s > 0) | (ends_s > standby.starts_s), 1.0, 0.0)


def stored_wh(problem: ChargingProblem, store_a: Array) -> Array:
    """What each store holds at the end of each slot, from what it takes: [store, slot]."""
    hours, held_wh = hours_of(problem), np.zeros(store_a.shape)
    for k, store in enumerate(problem.stores):
        held_wh[k] = dynamics_of(store, hours).course_wh(store.stored_wh, store_a[k])
    return held_wh
