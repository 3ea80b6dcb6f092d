"""What sources that stand by have to give: what lines carry too much whatever is planned."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.currents import Load
from smart_charging.feeder import Feeder
from smart_charging.resources import Evse, Reservation, Store
from smart_charging.standby import beyond_limits_a

_LEAST_A: Final = 0.1
"""No source is started for less."""


def with_relief(
    stores: Sequence[Store],
    feeders: Sequence[Feeder],
    unavoidable: Sequence[Load],
    timing: tuple[Sequence[int], float],
    risk: float,
) -> tuple[Store, ...]:
    """The same stores; those that stand by relieve lines that carry too much in any case.

    Args:
        stores: All stores.
        feeders: With the limits that are in force.
        unavoidable: What is drawn whatever is planned.
        timing: Length of each slot, and how often plans are made, in seconds: a source is told to
            start by the last plan after which it comes up in time.
        risk: See `line_currents`.
    """
    found = []
    for store in stores:
        if store.standby is None:
            found.append(store)
            continue
        needed_a = beyond_limits_a(feeders, unavoidable, store.feeder, store.tap, risk)
        needed_a[needed_a < _LEAST_A] = 0.0
        slots_s, plan_every_s = timing
        relief_a = _begun_in_time(needed_a, slots_s, plan_every_s + store.standby.starts_s)
        found.append(replace(store, standby=replace(store.standby, relief_a=relief_a)))
    return tuple(found)


def unavoidable_loads(
    evses: Sequence[Evse], reservations: Sequence[Reservation], slots: int
) -> list[Load]:
    """What is drawn whatever is planned: floors, and what cannot be steered."""
    floors = [Load(one.feeder, one.tap, np.full(slots, one.floor_a)) for one in evses]
    return floors + [Load(one.feeder, one.tap, one.amps) for one in reservations]


def _begun_in_time(needed_a: Array, slots_s: Sequence[int], lead_s: float) -> Array:
    """A slot that is no longer than that before another one needs relief gives it as well."""
    relief_a = needed_a.copy()
    for slot in reversed(range(len(slots_s) - 1)):
        if slots_s[slot] <= lead_s:
            relief_a[slot] = max(relief_a[slot], needed_a[slot + 1])
    return relief_a
