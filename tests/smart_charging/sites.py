"""Whole sites with a plan each, whose currents are reckoned by `phasors` alone.

The limits of the feeders are set from those currents, so that a plan is known to keep or to break
them before the code under test has seen it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from hypothesis import strategies as st

from smart_charging.arrays import Array
from smart_charging.feeder import Feeder
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse, Reservation
from smart_charging.vehicle import Demand
from tests.smart_charging.phasors import IT_WIRINGS, TN_WIRINGS, Wiring, line_current_a
from tests.smart_charging.problems import NOON, QUARTER_S, after

LINES: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """A vehicle with what it is given in each slot."""

    feeder: int
    wiring: Wiring
    amps: tuple[float, ...]
    floor_a: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """A tree of feeders, the parent of each, and its own load: [feeder, line, slot]."""

    parents: tuple[int | None, ...]
    own_load_a: Array
    cars: tuple[Car, ...]
    silent: tuple[Car, ...]

    @property
    def slots(self) -> range:
        return range(self.own_load_a.shape[2])

    def current_a(self, feeder: int, line: int, slot: int, given_a: list[float]) -> float:
        """What a line carries if every car draws what it is given here."""
        below = self._below(feeder)
        draws = [
            (car.wiring, amps)
            for car, amps in zip(self.cars, given_a, strict=True)
            if car.feeder in below
        ]
        draws += [(car.wiring, car.amps[slot]) for car in self.silent if car.feeder in below]
        return line_current_a(draws, line) + sum(
            float(self.own_load_a[one, line - 1, slot]) for one in below
        )

    def planned_a(self, feeder: int, line: int, slot: int) -> float:
        """What a line carries if every car draws its plan."""
        return self.current_a(feeder, line, slot, [car.amps[slot] for car in self.cars])

    def unavoidable_a(self, feeder: int, line: int, slot: int) -> float:
        """What a line carries if every car draws its floor."""
        return self.current_a(feeder, line, slot, [car.floor_a for car in self.cars])

    def all_planned_a(self) -> Array:
        """What all lines carry under the plan: [feeder, line, slot]."""
        carried = [
            [[self.planned_a(feeder, line, slot) for slot in self.slots] for line in LINES]
            for feeder in range(len(self.parents))
        ]
        return np.array(carried)

    def problem(self, limit_a: Array, step_a: float = 0.1) -> ChargingProblem:
        """The site as a problem: limits are [feeder, line, slot]."""
        return ChargingProblem(
            starts_at=NOON,
            slots_s=(QUARTER_S,) * len(self.slots),
            feeders=tuple(
                Feeder(
                    key=f"f{i}",
                    parent=None if parent is None else f"f{parent}",
                    limit_a=limit_a[i],
                    uncontrolled_a=self.own_load_a[i],
                )
                for i, parent in enumerate(self.parents)
            ),
            evses=tuple(_evse(i, car, step_a) for i, car in enumerate(self.cars)),
            reservations=tuple(_reservation(i, car) for i, car in enumerate(self.silent)),
            committed=len(self.slots),
        )

    def _below(self, feeder: int) -> set[int]:
        below = {feeder}
        for i, parent in enumerate(self.parents):
            if parent in below:
                below.add(i)
        return below


def _evse(number: int, car: Car, step_a: float) -> Evse:
    return Evse(
        key=f"e{number}",
        feeder=f"f{car.feeder}",
        tap=car.wiring.tap,
        w_per_a=230.0,
        max_a=32.0,
        floor_a=car.floor_a,
        step_a=step_a,
        demand=Demand(energy_wh=50_000.0, departs_at=after(10)),
    )


def _reservation(number: int, car: Car) -> Reservation:
    return Reservation(
        key=f"r{number}",
        feeder=f"f{car.feeder}",
        tap=car.wiring.tap,
        amps=np.array(car.amps),
    )


@st.composite
def sites(draw: st.DrawFn, *, cars_at_least: int = 0, may_pause: bool = True) -> Site:
    """Any site of up to three feeders and six cars, TN or IT, with limits that may be sent."""
    slots = draw(st.integers(1, 3))
    parents = tuple(
        draw(st.sampled_from([None, *range(number)])) for number in range(draw(st.integers(1, 3)))
    )
    feeder = st.integers(0, len(parents) - 1)
    wiring = st.sampled_from(draw(st.sampled_from([TN_WIRINGS, IT_WIRINGS])))
    load = st.sampled_from([0.0, 0.0, 3.7, 25.0])
    flat = draw(
        st.lists(load, min_size=3 * slots * len(parents), max_size=3 * slots * len(parents))
    )
    charging = st.integers(60, 320).map(lambda tenths: tenths / 10)
    given_a = st.one_of(st.just(0.0), charging) if may_pause else charging
    cars = []
    for _ in range(draw(st.integers(cars_at_least, 4))):
        floor_a = draw(st.sampled_from([0.0, 0.0, 6.0]))
        amps = draw(st.lists(given_a, min_size=slots, max_size=slots))
        cars.append(
            Car(
                feeder=draw(feeder),
                wiring=draw(wiring),
                amps=tuple(max(one, floor_a) for one in amps),
                floor_a=floor_a,
            )
        )
    silent = tuple(
        Car(feeder=draw(feeder), wiring=draw(wiring), amps=(draw(charging),) * slots)
        for _ in range(draw(st.integers(0, 2)))
    )
    return Site(
        parents=parents,
        own_load_a=np.array(flat).reshape(len(parents), 3, slots),
        cars=tuple(cars),
        silent=silent,
    )
