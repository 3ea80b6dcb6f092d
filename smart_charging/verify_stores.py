"""The verifier's rules for stores, in the problem's own words (see `verify`)."""

import math
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import numpy as np

from smart_charging.arrays import Array
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Standby, Store

TOLERANCE_A: Final = 1e-6
TOLERANCE_WH: Final = 0.1
_S_PER_H: Final = 3600.0

Fits: TypeAlias = Callable[[Array, int], bool]
"""Whether in a slot the lines have room, and some to spare, if stores take that: [store, slot].
Of what stores give: whether the lines may be fed so much."""


def broken_stores(
    problem: ChargingProblem, store_a: Array, committed: int, fits: Fits, feeds: Fits
) -> Iterator[str]:
    """Rules (6) to (9) for stores.

    Args:
        problem: What is planned.
        store_a: What stores take; below 0: give: [store, slot].
        committed: How many slots are about to be sent.
        fits: Whether the lines have room for more.
        feeds: Whether the lines may be fed so much.
    """
    for k, store in enumerate(problem.stores):
        held_wh = _held_wh(problem, store, store_a[k])
        yield from _out_of_bounds(problem, store, store_a[k], held_wh)
        yield from _wrongly_switched(problem, k, store_a, (committed, held_wh, fits))
        yield from _left_short(problem, k, store_a, (held_wh, fits))
        if store.standby is not None:
            yield from _wrongly_run(problem, k, store_a, (committed, feeds))


def _held_wh(problem: ChargingProblem, store: Store, amps: Array) -> Array:
    """What a store holds at the end of each slot: [slot]."""
    held_wh, course = store.stored_wh, np.zeros(len(amps))
    gains = [store.efficiency] * len(amps) if store.gain is None else store.gain.tolist()
    for t, seconds in enumerate(problem.slots_s):
        hours = seconds / _S_PER_H
        flow_wh = float(amps[t]) * store.w_per_a * hours
        change_wh = flow_wh * gains[t] if flow_wh > 0 else flow_wh / store.efficiency
        held_wh *= math.exp(-store.loss_per_h * hours)
        course[t] = held_wh = held_wh + change_wh - float(store.drain_w[t]) * hours
    return course


def _out_of_bounds(
    problem: ChargingProblem, store: Store, amps: Array, held_wh: Array
) -> Iterator[str]:
    """Rule (6)."""
    if amps.max(initial=0.0) > store.charge_a + TOLERANCE_A:
        yield f"{store.key} takes more than its {store.charge_a:g} A"
    if amps.min(initial=0.0) < -store.discharge_a - TOLERANCE_A:
        yield f"{store.key} gives more than its {store.discharge_a:g} A"
    flow_wh = np.abs(amps) * store.w_per_a * np.array(problem.slots_s) / _S_PER_H
    given_wh = np.where(amps < 0, flow_wh / store.efficiency, 0.0)
    gain = store.efficiency if store.gain is None else store.gain
    taken_wh = np.where(amps > 0, flow_wh * gain, 0.0)
    gives = (held_wh < store.least_wh - TOLERANCE_WH) & (given_wh > TOLERANCE_WH)
    for slot in np.flatnonzero(gives):
        yield f"{store.key} gives in slot {slot} until it holds {held_wh[slot]:.0f} Wh"
    takes = (held_wh > store.most_wh + TOLERANCE_WH) & (taken_wh > TOLERANCE_WH)
    for slot in np.flatnonzero(takes):
        yield f"{store.key} takes in slot {slot} until it holds {held_wh[slot]:.0f} Wh"


def _wrongly_switched(
    problem: ChargingProblem, k: int, store_a: Array, state: tuple[int, Array, Fits]
) -> Iterator[str]:
    """Rule (7)."""
    store, (committed, held_wh, fits) = problem.stores[k], state
    switching = store.switching
    if switching is None:
        return
    on_s, off_s = switching.on_s, switching.off_s
    for slot in range(committed):
        amps = float(store_a[k, slot])
        if TOLERANCE_A < amps < switching.min_a - TOLERANCE_A:
            yield f"{store.key} takes {amps:g} A in slot {slot}, neither 0 nor {switching.min_a:g}"
        is_on = amps > TOLERANCE_A
        if is_on and 0 < off_s < switching.min_off_s:
            yield f"{store.key} is on in slot {slot}, off for {off_s:g} s only"
        if not is_on and 0 < on_s < switching.min_on_s:
            least = _with(store_a, k, slot, switching.min_a)
            gained_wh = _gained_wh(problem, store, slot, switching.min_a)
            is_too_full = held_wh[slot] + gained_wh > store.most_wh[slot]
            if not is_too_full and fits(least, slot):
                yield f"{store.key} is off in slot {slot}, on for {on_s:g} s only"
        lasts_s = problem.slots_s[slot]
        on_s, off_s = (on_s + lasts_s, 0.0) if is_on else (0.0, off_s + lasts_s)


def _left_short(
    problem: ChargingProblem, k: int, store_a: Array, state: tuple[Array, Fits]
) -> Iterator[str]:
    """Rule (8)."""
    store, (held_wh, fits) = problem.stores[k], state
    off_s = store.switching.off_s if store.switching else 0.0
    for slot, amps in enumerate(store_a[k].tolist()):
        more_a = _more_a(problem, store, slot, (amps, float(held_wh[slot]), off_s))
        if more_a > 0 and fits(_with(store_a, k, slot, max(amps, 0.0) + more_a), slot):
            yield f"{store.key} holds {held_wh[slot]:.0f} Wh in slot {slot}, and could have more"
        off_s = 0.0 if amps > TOLERANCE_A else off_s + problem.slots_s[slot]


def _more_a(
    problem: ChargingProblem, store: Store, slot: int, state: tuple[float, float, float]
) -> float:
    """What a store should take more in a slot, as it holds too little and may; 0: nothing."""
    amps, held_wh, off_s = state
    lacking_wh = float(store.least_wh[slot]) - held_wh
    switching = store.switching
    has_to_wait = switching is not None and 0 < off_s < switching.min_off_s
    if lacking_wh <= TOLERANCE_WH or amps < 0 or has_to_wait:  # giving is another rule's
        return 0.0
    per_a = _gained_wh(problem, store, slot, 1.0)
    more_a = min(store.charge_a - max(amps, 0.0), lacking_wh / per_a if per_a > 0 else 0.0)
    if switching and amps < TOLERANCE_A:
        more_a = max(more_a, switching.min_a)
    gained_wh = more_a * per_a
    is_full = held_wh + gained_wh > float(store.most_wh[slot]) + TOLERANCE_WH
    return 0.0 if is_full or gained_wh <= TOLERANCE_WH else more_a


def _with(store_a: Array, k: int, slot: int, amps: float) -> Array:
    changed = store_a.copy()
    changed[k, slot] = amps
    return changed


def _gained_wh(problem: ChargingProblem, store: Store, slot: int, amps: float) -> float:
    gain = store.efficiency if store.gain is None else float(store.gain[slot])
    return amps * store.w_per_a * gain * problem.slots_s[slot] / _S_PER_H


def _wrongly_run(
    problem: ChargingProblem, k: int, store_a: Array, state: tuple[int, Fits]
) -> Iterator[str]:
    """Rule (9)."""
    store, (committed, feeds) = problem.stores[k], state
    standby = store.standby
    assert standby is not None  # noqa: S101 - it was looked at
    on_s, ends_s = standby.on_s, 0.0
    for slot, seconds in enumerate(problem.slots_s):
        ends_s += seconds
        given_a = abs(min(float(store_a[k, slot]), 0.0))
        is_up = standby.on_s > 0 or ends_s > standby.starts_s
        if given_a > TOLERANCE_A and not is_up:
            yield f"{store.key} gives in slot {slot}, before it has come up"
        if slot >= committed:
            continue
        if TOLERANCE_A < given_a < standby.min_a - TOLERANCE_A:
            yield f"{store.key} gives {given_a:g} A in slot {slot}, neither 0 nor {standby.min_a:g}"
        asked_a = _asked_of(store, standby, slot, on_s)
        if is_up and given_a < asked_a - TOLERANCE_A:
            least_a = max(asked_a, standby.min_a)
            if feeds(_with(store_a, k, slot, -least_a), slot):
                yield f"{store.key} gives {given_a:g} A in slot {slot}, not {asked_a:g} A"
        on_s = on_s + seconds if given_a > TOLERANCE_A else 0.0


def _asked_of(store: Store, standby: Standby, slot: int, on_s: float) -> float:
    """What a source has to give: what lines need of it, or its least while it has to run on."""
    needed_a = min(float(standby.relief_a[slot]), store.discharge_a)
    return max(needed_a, standby.min_a) if 0 < on_s < standby.min_on_s else needed_a
