"""Stores that are on or off, and what they hold: what is about to be sent is made exact here.

The linear program lets a heat pump run at a tenth of its least, and a slot of it may end a little
too warm or too cold by what was rounded before. Slot by slot, each store is switched, kept within
what it should hold, and given what it lacks, wherever the lines have room for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.currents import Load, currents_both_ways, line_currents
from smart_charging.feeder import Feeder
from smart_charging.holding import Dynamics, dynamics_of, may_give, may_take
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Store, Switching
from smart_charging.standby import running_a
from smart_charging.worth import hours_of

_LACKING_WH: Final = 0.05
"""Less than this is the solver's tolerance, and not worth a look at the lines."""
_FITS_A: Final = 1e-7
_DUST_A: Final = 1e-9


def keep_stores(
    problem: ChargingProblem, limits_a: Array, store_a: Array, decided: int = 0
) -> Array:
    """Switch stores in the committed slots, and keep all within what they should hold.

    Args:
        problem: What is planned.
        limits_a: What vehicles draw, or what of that cannot be taken from them: [evse, slot].
        store_a: What stores take; below 0: give: [store, slot].
        decided: So many of the first slots stay as they are.

    Returns:
        The same for stores, made exact: [store, slot].
    """
    if not problem.stores:
        return store_a
    kept_a, hours = store_a.copy(), hours_of(problem)
    states = [
        _State.of(store, problem, hours, amps)
        for store, amps in zip(problem.stores, store_a, strict=True)
    ]
    for slot in range(len(problem.slots_s)):
        room = _Room(problem, limits_a, kept_a, slot)
        for k, state in enumerate(states):
            if slot >= decided:
                kept_a[k, slot] = _amps(state, float(kept_a[k, slot]), slot, (room, k))
            state.go_on(float(kept_a[k, slot]), slot)
    return kept_a


@dataclass(slots=True, eq=False)
class _State:
    """A store while time goes by.

    Attributes:
        planned_a: What it was planned to take: [slot].
        planned_wh: What it was planned to hold at the end of each slot.
        held_wh: What it holds.
        on_s: For how long it has been on.
        off_s: For how long it has been off.
        has_to_switch: Whether it is on or off in a slot: in the committed ones.
    """

    store: Store
    does: Dynamics
    slots_s: tuple[int, ...]
    may_take: Array
    may_give: Array
    committed: int
    planned_a: Array
    planned_wh: Array
    held_wh: float
    on_s: float
    off_s: float

    @classmethod
    def of(cls, store: Store, problem: ChargingProblem, hours: Array, amps: Array) -> "_State":
        switching, does = store.switching or Switching(min_a=0.0), dynamics_of(store, hours)
        on_s = switching.on_s if store.standby is None else store.standby.on_s
        return cls(
            store=store,
            does=does,
            slots_s=problem.slots_s,
            may_take=may_take(store, problem),
            committed=problem.committed,
            may_give=may_give(store, problem),
            planned_a=amps,
            planned_wh=does.course_wh(store.stored_wh, amps),
            held_wh=store.stored_wh,
            on_s=on_s,
            off_s=switching.off_s,
        )

    def go_on(self, amps: float, slot: int) -> None:
        """Let a slot pass."""
        self.held_wh = self.does.after(self.held_wh, amps, slot)
        lasts_s = self.slots_s[slot]
        self.on_s, self.off_s = (
            (self.on_s + lasts_s, 0.0) if self._is_on(amps) else (0.0, self.off_s + lasts_s)
        )

    def _is_on(self, amps: float) -> bool:
        """Whether it runs; a source that stands by does while it gives."""
        return (-amps if self.store.standby is not None else amps) > _DUST_A

    def lacking_a(self, slot: int) -> float:
        """What it has to take, or may give at most (below 0), to hold the least at the end."""
        short_wh = float(self.store.least_wh[slot]) - self.does.after(self.held_wh, 0.0, slot)
        per_a = self.does.taken_wh if short_wh > 0 else self.does.given_wh
        if 0 < short_wh <= _LACKING_WH:
            return 0.0
        return short_wh / float(per_a[slot]) if per_a[slot] > 0 else 0.0

    def catching_up_a(self, slot: int) -> float:
        """What it has to take to hold what was planned, whatever was rounded before."""
        behind_wh = float(self.planned_wh[slot]) - self.does.after(self.held_wh, 0.0, slot)
        per_a = float(self.does.taken_wh[slot])
        return max(behind_wh, 0.0) / per_a if per_a > 0 else 0.0

    def most_a(self, slot: int) -> float:
        """The most that it may take without being too full."""
        spare_wh = float(self.store.most_wh[slot]) - self.does.after(self.held_wh, 0.0, slot)
        per_a = float(self.does.taken_wh[slot])
        room_a = max(spare_wh, 0.0) / per_a if per_a > 0 else 0.0
        return min(room_a, self.store.charge_a * float(self.may_take[slot]))

    @property
    def has_to_stay_on(self) -> bool:
        switching = self.store.switching
        return switching is not None and 0 < self.on_s < switching.min_on_s

    @property
    def has_to_stay_off(self) -> bool:
        switching = self.store.switching
        return switching is not None and 0 < self.off_s < switching.min_off_s

    def is_switched(self, slot: int) -> bool:
        return self.store.switching is not None and slot < self.committed

    def fills_up(self, slot: int) -> bool:
        """Whether it would be too full before it may be switched off again."""
        switching = self.store.switching
        if switching is None:
            return False
        run_s, held_wh = 0, self.held_wh
        for later in range(slot, len(self.slots_s)):
            if run_s >= switching.min_on_s:
                break
            held_wh = self.does.after(held_wh, switching.min_a, later)
            if held_wh > self.store.most_wh[later]:
                return True
            run_s += self.slots_s[later]
        return False


def _amps(state: _State, wanted_a: float, slot: int, at: "tuple[_Room, int]") -> float:
    """What a store takes in a slot."""
    if state.store.standby is not None and slot < state.committed:
        planned_a = state.planned_a * state.may_give
        given_a = running_a(state.store, planned_a, (slot, state.on_s), state.slots_s)
        room, number = at
        return -given_a if state.may_give[slot] and room.may_be_fed(number, given_a) else 0.0
    lacking_a, most_a = state.lacking_a(slot), state.most_a(slot)
    asked_a = state.catching_up_a(slot) if state.is_switched(slot) and wanted_a >= 0 else wanted_a
    amps = min(max(asked_a, lacking_a), most_a)
    if wanted_a < 0 and lacking_a <= 0:  # it gives no more than it has to spare
        amps = min(max(wanted_a, lacking_a), 0.0)
    if state.is_switched(slot):
        amps = _switched(state, amps, slot, is_lacking=lacking_a > _DUST_A)
    if amps <= wanted_a + _DUST_A:
        return amps
    room, number = at
    switching = state.store.switching
    choices = (amps, wanted_a)
    if switching is not None and state.is_switched(slot):
        choices = (amps, min(switching.min_a, amps))
    return next((one for one in choices if room.has(number, one)), min(wanted_a, 0.0))


def _switched(state: _State, amps: float, slot: int, *, is_lacking: bool) -> float:
    """On, at least at the least that it takes, or off."""
    switching = state.store.switching
    if switching is None or amps < 0:
        return amps
    min_a, is_on = switching.min_a, state.on_s > 0
    if min_a > state.most_a(slot) + _DUST_A or state.has_to_stay_off:
        return 0.0
    starts = not is_on and not is_lacking and state.fills_up(slot)
    if state.has_to_stay_on or is_lacking or (amps >= min_a / 2 and amps > 0 and not starts):
        return max(amps, min_a)
    return 0.0


class _Room:
    """What the lines have room for in a slot, beside what is planned for all others.

    Args:
        problem: What is planned.
        limits_a: What vehicles draw: [evse, slot].
        store_a: What stores take; it may change meanwhile: [store, slot].
        slot: Which slot.
    """

    def __init__(
        self, problem: ChargingProblem, limits_a: Array, store_a: Array, slot: int
    ) -> None:
        self._problem = problem
        self._limits_a, self._store_a = limits_a, store_a
        self._slot = slot
        self._fixed: tuple[tuple[Feeder, ...], list[Load]] | None = None

    def has(self, number: int, amps: float) -> bool:
        """Whether a store may take so much."""
        if amps <= 0:
            return True
        if self._fixed is None:
            self._fixed = _feeders_in(self._problem, self._slot), list(self._vehicles())
        feeders, loads = self._fixed
        taken = self._store_a[:, self._slot].copy()
        taken[number] = amps
        stores = zip(self._problem.stores, np.maximum(taken, 0.0), strict=True)
        loads = loads + [Load(s.feeder, s.tap, np.array([one])) for s, one in stores]
        carried = line_currents(feeders, loads, self._problem.policy.risk)
        return all(bool((carried[f.key] <= f.limit_a + _FITS_A).all()) for f in feeders)

    def may_be_fed(self, number: int, amps: float) -> bool:
        """Whether a source may give so much: within limits, or what lines carry in any case.

        Not where it would add to what is drawn.
        """
        if amps <= 0:
            return True
        problem, given = self._problem, -np.minimum(self._store_a[:, self._slot], 0.0)
        given[number] = amps
        feeders = _feeders_in(problem, self._slot)
        stores = zip(problem.stores, given, strict=True)
        fed = [Load(s.feeder, s.tap, np.array([a])) for s, a in stores]
        drawn, risk = list(self._vehicles()), problem.policy.risk
        fed_a = line_currents(feeders, fed, None)
        adds_a = currents_both_ways(feeders, drawn, fed, risk)
        least_a = line_currents(feeders, list(self._floors()), risk)
        most_a = {f.key: np.maximum(f.limit_a, least_a[f.key]) for f in feeders}
        return all(
            bool((fed_a[f.key] <= most_a[f.key]).all()) and not adds_a[f.key].any() for f in feeders
        )

    def _floors(self) -> Iterable[Load]:
        problem, slot = self._problem, slice(self._slot, self._slot + 1)
        for reserved in problem.reservations:
            yield Load(reserved.feeder, reserved.tap, reserved.amps[slot])
        for evse in problem.evses:
            yield Load(evse.feeder, evse.tap, np.array([evse.floor_a]))

    def _vehicles(self) -> Iterable[Load]:
        problem, slot = self._problem, slice(self._slot, self._slot + 1)
        for reserved in problem.reservations:
            yield Load(reserved.feeder, reserved.tap, reserved.amps[slot])
        for evse, row in zip(problem.evses, self._limits_a, strict=True):
            yield Load(evse.feeder, evse.tap, np.maximum(row[slot], evse.floor_a))


def _feeders_in(problem: ChargingProblem, slot: int) -> tuple[Feeder, ...]:
    """The feeders in one slot."""
    return tuple(_feeder_in(feeder, slice(slot, slot + 1)) for feeder in problem.feeders)


def _feeder_in(feeder: Feeder, slot: slice) -> Feeder:
    forecast = feeder.forecast
    return replace(
        feeder,
        limit_a=feeder.limit_a[:, slot],
        uncontrolled_a=feeder.uncontrolled_a[:, slot],
        forecast=forecast and replace(forecast, amps=forecast.amps[:, :, slot]),
    )
