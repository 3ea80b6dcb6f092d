"""What a plan must keep, reckoned here in plain numbers: nothing of the code under test.

Currents are in `oracle_currents`: absolute phasors, and every subset of the loads.
"""

import math
from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate

import numpy as np

from smart_charging.arrays import Array
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse, Store, Switching
from tests.smart_charging.oracle_currents import Draw, worst_a

_S_PER_H = 3600.0
_SLACK_WH = 0.2
_SLACK_A = 2e-6


def current_a(
    asked: ChargingProblem, limits_a: list[float], feeder_key: str, line: int, slot: int
) -> float:
    """The current of a line (0 to 2) of a feeder, if every EVSE draws its limit in a slot."""
    draws = [
        Draw(one.feeder, one.tap, np.full(len(asked.slots_s), limit))
        for one, limit in zip(asked.evses, limits_a, strict=True)
    ]
    return float(worst_a(asked, [*draws, *_reserved(asked)])[feeder_key][line, slot])


def faults(asked: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    """Everything that is wrong with a plan."""
    if [one.key for one in plan.evses] != [one.key for one in asked.evses]:
        yield "other EVSEs"
        return
    if [one.key for one in plan.stores] != [one.key for one in asked.stores]:
        yield "other stores"
        return
    yield from _overloads(asked, plan)
    yield from _out_of_bounds(asked, plan)
    yield from _overloaded_modules(asked, plan)
    yield from _drained_vehicles(asked, plan)
    yield from _broken_stores(asked, plan)
    yield from _cold_stores(asked, plan)
    yield from _wrong_sources(asked, plan)


def _overloads(asked: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    slots = len(asked.slots_s)
    limits = np.array([one.limits_a for one in plan.evses]).reshape(-1, slots)
    store = np.array([one.amps for one in plan.stores]).reshape(-1, slots)
    floors = np.array([[one.floor_a] * slots for one in asked.evses]).reshape(-1, slots)
    drawn = _evses(asked, limits.clip(min=0.0)) + _stores(asked, store.clip(min=0.0))
    fed = _evses(asked, (-limits).clip(min=0.0)) + _stores(asked, (-store).clip(min=0.0))
    least = worst_a(asked, _evses(asked, floors) + _reserved(asked))
    carried = worst_a(asked, drawn + _reserved(asked))
    given_back = worst_a(asked, fed, with_background=False)
    back = [Draw(one.feeder, one.tap, -one.amps) for one in fed]
    known = [one for one in (*drawn, *_reserved(asked), *back) if one.tap.is_angle_known]
    together = worst_a(asked, known, with_background=False)
    for one in asked.feeders:
        most_a = np.maximum(one.limit_a, least[one.key])
        yield from _above(f"{one.key} draws", carried[one.key], most_a)
        yield from _above(f"{one.key} feeds back", given_back[one.key], most_a)
        yield from _above(f"{one.key} does both", together[one.key], most_a)


def _above(where: str, carried_a: Array, most_a: Array) -> Iterator[str]:
    for line, slot in np.argwhere(carried_a > most_a + _SLACK_A):
        carried, most = carried_a[line, slot], most_a[line, slot]
        yield f"{where} L{line + 1} slot {slot}: {carried} of {most}"


def _evses(asked: ChargingProblem, amps: Array) -> list[Draw]:
    return [Draw(one.feeder, one.tap, row) for one, row in zip(asked.evses, amps, strict=True)]


def _stores(asked: ChargingProblem, amps: Array) -> list[Draw]:
    return [Draw(one.feeder, one.tap, row) for one, row in zip(asked.stores, amps, strict=True)]


def _reserved(asked: ChargingProblem) -> list[Draw]:
    return [Draw(one.feeder, one.tap, one.amps) for one in asked.reservations]


def _out_of_bounds(asked: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    begins_s = [0, *accumulate(asked.slots_s)]
    for one, planned in zip(asked.evses, plan.evses, strict=True):
        least_a = one.floor_a
        if one.discharge is not None and one.discharge.max_a > 0:
            least_a = -one.discharge.max_a
        for slot, limit in enumerate(planned.limits_a):
            most_a = max(one.max_a, one.floor_a)
            if begins_s[slot] < one.steady_s:
                most_a = min(most_a, max(one.held_a, one.floor_a))
            if not least_a - 1e-6 <= limit <= most_a + 1e-6:
                yield f"{one.key} slot {slot}: {limit} is not in {least_a} to {most_a}"
            if slot < asked.committed and not _can_be_sent(one, limit):
                yield f"{one.key} slot {slot}: {limit} cannot be sent"


def _can_be_sent(one: Evse, limit: float) -> bool:
    """0 or less, or at least the minimum in steps or levels, or just the maximum or the floor."""
    if limit <= 0 or min(abs(limit - one.max_a), abs(limit - one.floor_a)) < 1e-6:
        return True
    if one.levels_a:
        is_known = min(abs(limit - level) for level in one.levels_a) < 1e-6
    else:
        steps = limit / one.step_a
        is_known = abs(steps - round(steps)) < 1e-4
    return limit >= one.min_a - 1e-6 and is_known


def _overloaded_modules(asked: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    for module in asked.modules:
        fed = [i for i, one in enumerate(asked.evses) if one.module == module.key]
        least_w = sum(asked.evses[i].floor_a * asked.evses[i].w_per_a for i in fed)
        for slot in range(len(asked.slots_s)):
            power_w = sum(
                max(plan.evses[i].limits_a[slot], 0.0) * asked.evses[i].w_per_a for i in fed
            )
            if power_w > max(module.max_w, least_w) + 0.2:
                yield f"{module.key} slot {slot}: {power_w} W of {module.max_w}"


def _drained_vehicles(asked: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    for one, planned in zip(asked.evses, plan.evses, strict=True):
        if one.discharge is None or min(planned.limits_a) >= 0:
            continue
        held_wh = 0.0
        for limit, there_s in zip(planned.limits_a, _there_s(asked, one), strict=True):
            flow = limit if limit > 0 else limit / one.discharge.efficiency
            held_wh += flow * one.w_per_a * there_s / _S_PER_H
            if held_wh < -one.discharge.available_wh - _SLACK_WH:
                yield f"{one.key} is without {-held_wh} of {one.discharge.available_wh} Wh"


def _there_s(asked: ChargingProblem, one: Evse) -> Iterator[float]:
    """For how long of each slot the vehicle is there."""
    begins_at = asked.starts_at
    for slot_s in asked.slots_s:
        ends_at = begins_at + timedelta(seconds=slot_s)
        comes_at = max(begins_at, one.demand.arrives_at or begins_at)
        yield max((min(ends_at, one.demand.departs_at) - comes_at).total_seconds(), 0.0)
        begins_at = ends_at


def _broken_stores(asked: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    for one, planned in zip(asked.stores, plan.stores, strict=True):
        held_wh = one.stored_wh
        for slot, (flow_a, slot_s) in enumerate(zip(planned.amps, asked.slots_s, strict=True)):
            hours = slot_s / _S_PER_H
            share = _gain(one, slot) if flow_a > 0 else 1.0 / one.efficiency
            flow_wh = flow_a * one.w_per_a * hours
            held_wh *= math.exp(-one.loss_per_h * hours)
            held_wh += flow_wh * share - float(one.drain_w[slot]) * hours
            is_low = held_wh < one.least_wh[slot] - _SLACK_WH and flow_wh < -_SLACK_WH
            is_high = held_wh > one.most_wh[slot] + _SLACK_WH and flow_wh > _SLACK_WH
            if is_low or is_high:
                yield f"{one.key} holds {held_wh} Wh after slot {slot}"
            if not -one.discharge_a - 1e-6 <= flow_a <= one.charge_a + 1e-6:
                yield f"{one.key} slot {slot}: {flow_a} A"


def _gain(one: Store, slot: int) -> float:
    return one.efficiency if one.gain is None else float(one.gain[slot])


def _wrong_sources(asked: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    """Sources that stand by: nothing before they are up, and then nothing or their least."""
    for k, (one, planned) in enumerate(zip(asked.stores, plan.stores, strict=True)):
        if one.standby is None:
            continue
        on_s = one.standby.on_s
        for slot, end_s in enumerate(accumulate(asked.slots_s)):
            given_a = max(-planned.amps[slot], 0.0)
            is_up = one.standby.on_s > 0 or end_s > one.standby.starts_s
            if given_a > 1e-6 and not is_up:
                yield f"{one.key} gives in slot {slot} though it is not up"
            if slot >= asked.committed:
                continue
            least_a = one.standby.min_a
            if 1e-6 < given_a < least_a - 1e-6:
                yield f"{one.key} gives {given_a} in slot {slot}"
            needed_a = min(one.standby.relief_a[slot], one.discharge_a)
            runs_on = 0 < on_s < one.standby.min_on_s
            wanted_a = max(needed_a, least_a) if runs_on else needed_a
            if is_up and given_a < wanted_a - 1e-6:
                more_a = -max(wanted_a, least_a)
                if _may_give(asked, plan, k, slot, more_a):
                    yield f"{one.key} gives {given_a} in slot {slot}, and should give more"
            on_s = on_s + asked.slots_s[slot] if given_a > 1e-6 else 0.0


def _may_give(asked: ChargingProblem, plan: ChargingPlan, k: int, slot: int, amps: float) -> bool:
    """Whether all lines may be fed what a source would give in a slot, as they carry as much."""
    slots = len(asked.slots_s)
    limits = np.array([one.limits_a for one in plan.evses]).reshape(-1, slots)
    store = np.array([one.amps for one in plan.stores]).reshape(-1, slots)
    store[k, slot] = amps
    floors = np.array([[one.floor_a] * slots for one in asked.evses]).reshape(-1, slots)
    fed = _evses(asked, (-limits).clip(min=0.0)) + _stores(asked, (-store).clip(min=0.0))
    drawn = _evses(asked, np.maximum(limits, floors)) + _stores(asked, store.clip(min=0.0))
    drawn += _reserved(asked)
    fed_a = worst_a(asked, fed, with_background=False)
    least_a = worst_a(asked, _evses(asked, floors) + _reserved(asked))
    known = [one for one in drawn if one.tap.is_angle_known]
    back = [one for one in fed if one.tap.is_angle_known]
    turned = [Draw(one.feeder, one.tap, -one.amps) for one in back]
    both_a = worst_a(asked, known + turned, with_background=False)
    drawn_a = worst_a(asked, known, with_background=False)
    back_a = worst_a(asked, back, with_background=False)
    for one in asked.feeders:
        most_a = np.maximum(one.limit_a, least_a[one.key])[:, slot]
        alone_a = np.maximum(drawn_a[one.key], back_a[one.key])[:, slot]
        if (fed_a[one.key][:, slot] > most_a).any():
            return False
        if (both_a[one.key][:, slot] > alone_a + 1e-9).any():
            return False
    return True


def _cold_stores(asked: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    """Stores that hold too little, and take nothing or little though there is room."""
    for k, (one, planned) in enumerate(zip(asked.stores, plan.stores, strict=True)):
        held_wh, switching = one.stored_wh, one.switching or Switching(min_a=0.0)
        off_s, on_s = switching.off_s, switching.on_s
        for slot, (flow_a, slot_s) in enumerate(zip(planned.amps, asked.slots_s, strict=True)):
            hours = slot_s / _S_PER_H
            share = _gain(one, slot) if flow_a > 0 else 1.0 / one.efficiency
            held_wh *= math.exp(-one.loss_per_h * hours)
            held_wh += flow_a * one.w_per_a * hours * share - float(one.drain_w[slot]) * hours
            has_to_wait = 0 < off_s < switching.min_off_s
            if slot < plan.committed and one.switching:
                runs = 0 < on_s < switching.min_on_s
                yield from _switched(asked, plan, (k, slot), (held_wh, has_to_wait, runs))
            if flow_a >= 0 and not has_to_wait:
                yield from _cold(asked, plan, (k, slot), held_wh)
            off_s, on_s = (0.0, on_s + slot_s) if flow_a > 1e-6 else (off_s + slot_s, 0.0)


def _switched(
    asked: ChargingProblem,
    plan: ChargingPlan,
    where: tuple[int, int],
    state: tuple[float, bool, bool],
) -> Iterator[str]:
    (k, slot), (held_wh, has_to_wait, runs) = where, state
    one, flow_a = asked.stores[k], plan.stores[k].amps[slot]
    min_a = one.switching.min_a if one.switching else 0.0
    if flow_a > 1e-6 and has_to_wait:
        yield f"{one.key} is on too early in slot {slot}"
    if 1e-6 < flow_a < min_a - 1e-6:
        yield f"{one.key} takes too little in slot {slot}"
    is_full = held_wh + _brings_wh(asked, where, min_a) > one.most_wh[slot]
    if flow_a <= 1e-6 and runs and not is_full and _has_room(asked, plan, where, min_a):
        yield f"{one.key} is off too early in slot {slot}"


def _cold(
    asked: ChargingProblem, plan: ChargingPlan, where: tuple[int, int], held_wh: float
) -> Iterator[str]:
    (k, slot) = where
    one, flow_a = asked.stores[k], plan.stores[k].amps[slot]
    lacks_wh, per_a = float(one.least_wh[slot]) - held_wh, _brings_wh(asked, where, 1.0)
    if lacks_wh <= 0.1:
        return
    starts_a = one.switching.min_a if one.switching and flow_a <= 1e-6 else 0.0
    more_a = max(min(one.charge_a - flow_a, lacks_wh / per_a), starts_a)
    is_too_much = held_wh + more_a * per_a > one.most_wh[slot] + 0.1
    is_worth_it = more_a * per_a > 0.1 and not is_too_much
    if is_worth_it and _has_room(asked, plan, where, flow_a + more_a):
        yield f"{one.key} could have more in slot {slot}"


def _brings_wh(asked: ChargingProblem, where: tuple[int, int], amps: float) -> float:
    one = asked.stores[where[0]]
    return amps * one.w_per_a * _gain(one, where[1]) * asked.slots_s[where[1]] / _S_PER_H


def _has_room(
    asked: ChargingProblem, plan: ChargingPlan, where: tuple[int, int], amps: float
) -> bool:
    """Whether all lines would be at most 98 % full if a store took so much in a slot."""
    (k, slot), slots = where, len(asked.slots_s)
    limits = np.array([one.limits_a for one in plan.evses]).reshape(-1, slots)
    floors = np.array([[one.floor_a] * slots for one in asked.evses]).reshape(-1, slots)
    store = np.array([one.amps for one in plan.stores]).reshape(-1, slots).clip(min=0.0)
    store[k, slot] = amps
    drawn = _evses(asked, np.maximum(limits, floors)) + _stores(asked, store) + _reserved(asked)
    carried = worst_a(asked, drawn)
    return all((carried[f.key][:, slot] <= 0.98 * f.limit_a[:, slot]).all() for f in asked.feeders)
