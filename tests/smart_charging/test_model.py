"""What the linear program gives: optima found on paper, and by another solver on TN sites."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from smart_charging.policy import MOST_ENERGY, Weights
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.taps import pair_tap, unknown_tap
from smart_charging.units import presence_of
from tests.smart_charging.examples import examples
from tests.smart_charging.phasors import IT_WIRINGS
from tests.smart_charging.problems import (
    L1,
    L2,
    after,
    evse,
    feeder,
    problem,
    reservation,
)
from tests.smart_charging.sites import LINES, Site, sites
from tests.smart_charging.solved import given_a, relaxed


def solved(
    limit_a: float | list[float], *evses: Evse, weights: Weights | None = None, **more: Any
) -> list[list[float]]:
    """Amperes under one feeder, in slots of an hour, to the milliampere: [evse, slot]."""
    slots = more.pop("slots", 1)
    main = feeder("main", limit_a, slots=slots)
    asked = problem(main, *evses, slots_s=(3600,) * slots, **more)
    return given_a(asked, weights)


def test_presence_is_the_share_of_each_slot() -> None:
    evses = (
        evse("stays"),
        evse("leaves", departs_at=after(1.25)),
        evse("comes", arrives_at=after(0.75)),
        evse("passes by", arrives_at=after(1.25), departs_at=after(1.5)),
        evse("has left", departs_at=after(-1)),
        evse("comes too late", arrives_at=after(9)),
        evse("leaves before it comes", arrives_at=after(2), departs_at=after(1)),
    )
    asked = problem(feeder("main", 32.0, slots=3), *evses, slots_s=(3600, 1800, 1800))
    assert presence_of(asked).tolist() == [
        [1.0, 1.0, 1.0],
        [1.0, 0.5, 0.0],
        [0.25, 1.0, 1.0],
        [0.0, 0.5, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
    ]


def test_energy_is_given_early_rather_than_late() -> None:
    # 8280 Wh are 12 A of three phases for an hour
    assert solved(32.0, evse("a", wh=8280.0, max_a=8.0), slots=3) == [[8.0, 4.0, 0.0]]


def test_equal_vehicles_share_the_first_slot() -> None:
    assert solved(20.0, evse("a"), evse("b")) == [[10.0], [10.0]]
    assert solved(48.0, evse("a"), evse("b"), evse("c")) == [[16.0], [16.0], [16.0]]


def test_whoever_has_got_less_of_the_whole_is_served_first() -> None:
    # a quarter of 20 kWh is 5 kWh, more than 16 A can carry in an hour on one line
    behind = evse("behind", L1, wh=20_000.0)
    ahead = evse("ahead", L1, wh=4_000.0, served_wh=8_000.0)
    assert solved(16.0, ahead, behind) == [[0.0], [16.0]]


def test_heavier_vehicle_is_served_first() -> None:
    assert solved(16.0, evse("a", L1), evse("b", L1, weight=1.5)) == [[0.0], [16.0]]


def test_what_was_promised_comes_before_what_a_vehicle_may_take_beyond() -> None:
    more = evse("more", L1, wh=0.0, extra_wh=20_000.0)
    promised = evse("promised", L1, wh=2300.0)  # 10 A for an hour
    assert solved(16.0, more, promised) == [[6.0], [10.0]]


def test_vehicle_that_has_waited_comes_before_one_whose_turn_is_over() -> None:
    waiting = evse("waiting", L1, off_s=3600.0)
    charging = evse("charging", L1, held_a=6.0, on_s=3600.0)
    assert solved(6.0, charging, waiting) == [[0.0], [6.0]]
    assert solved(6.0, replace(charging, on_s=0.0), replace(waiting, off_s=0.0)) == [[6.0], [0.0]]


def test_vehicle_that_is_away_has_its_floor() -> None:
    away = evse("away", departs_at=after(1), floor_a=7.0)
    here = evse("here")
    for weights in (None, MOST_ENERGY):
        [away_a, here_a] = solved(20.0, away, here, slots=2, weights=weights)
        assert (away_a[1], here_a[1]) == (7.0, 13.0)


def test_floor_over_the_limit_is_still_a_solution() -> None:
    evses = (evse("a", floor_a=8.0), evse("b", floor_a=8.0), evse("c"))
    assert solved(10.0, *evses) == [[8.0], [8.0], [0.0]]


def test_reserved_current_is_not_given_away() -> None:
    silent = reservation("main", L1, 20.0, slots=1)
    assert solved(32.0, evse("a", L1), evse("b", L2), reservations=(silent,)) == [[12.0], [32.0]]


def test_balanced_triangle_of_pairs_gets_the_limit_over_root_three() -> None:
    pairs = [evse(f"{i}", pair_tap(i, i % 3 + 1), wh=99_000.0) for i in (1, 2, 3)]
    rows = relaxed(
        problem(feeder("main", 32.0, slots=1), *pairs, slots_s=(3600,)), MOST_ENERGY
    ).amps
    # 32 A / sqrt 3 = 18.475 A each; chords may lose 0.86 % of that
    assert 55.426 * (1 - 0.0086) <= rows.sum() <= 55.426 + 1e-3


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
def test_chords_lose_less_than_stated_at_any_angle(share: float) -> None:
    # L1 carries |share * 32 at -30 degrees| already; the pair L1-L2 adds at +30 degrees
    main = feeder("main", [32.0, 99.0, 99.0], slots=1)
    silent = reservation("main", pair_tap(3, 1), 32.0 * share, slots=1)
    asked = problem(main, evse("a", pair_tap(1, 2)), slots_s=(3600,), reservations=(silent,))
    [[limit_a]] = given_a(asked)
    carried_a = 32.0 * abs(
        share * np.exp(-1j * np.pi / 6) + limit_a / 32.0 * np.exp(1j * np.pi / 6)
    )
    assert 32.0 * (1 - 0.0086) - 1e-3 <= carried_a <= 32.0 + 1e-3


def test_unknown_phases_take_their_whole_magnitude() -> None:
    silent = reservation("main", pair_tap(1, 2), 20.0, slots=1)
    [[limit_a]] = given_a(
        problem(
            feeder("main", 32.0, slots=1),
            evse("a", unknown_tap((1, 2, 3))),
            slots_s=(3600,),
            reservations=(silent,),
        )
    )
    assert limit_a == pytest.approx(12.0, abs=0.2)
    assert limit_a <= 12.0 + 1e-3


@examples(60)
@given(sites(cars_at_least=1), st.sampled_from([6.0, 20.0, 64.0]))
def test_no_line_of_any_site_carries_too_much(site: Site, most_a: float) -> None:
    asked = site.problem(np.full((len(site.parents), 3, len(site.slots)), most_a))
    amps = relaxed(asked).amps
    for feeder_at, line, slot in np.ndindex(len(site.parents), 3, len(site.slots)):
        drawn_a: list[float] = amps[:, slot].tolist()
        least_a = site.unavoidable_a(feeder_at, line + 1, slot)
        assert site.current_a(feeder_at, line + 1, slot, drawn_a) <= max(most_a, least_a) + 1e-4


@examples(60)
@given(sites(cars_at_least=1), st.sampled_from([6.0, 20.0, 64.0]), st.sampled_from([2e3, 9e4]))
def test_no_more_energy_could_be_delivered_on_a_tn_site(
    site: Site, most_a: float, wanted_wh: float
) -> None:
    cars = tuple(replace(car, floor_a=0.0) for car in site.cars if car.wiring not in IT_WIRINGS[1:])
    silent = tuple(car for car in site.silent if car.wiring not in IT_WIRINGS[1:])
    site = replace(site, cars=cars, silent=silent)
    asked = site.problem(np.full((len(site.parents), 3, len(site.slots)), most_a))
    wanting = [replace(one, demand=replace(one.demand, energy_wh=wanted_wh)) for one in asked.evses]
    asked = replace(asked, evses=tuple(wanting))
    amps = relaxed(asked, MOST_ENERGY).amps
    assert delivered_wh(asked, amps.sum(axis=1), wanted_wh) == pytest.approx(
        most_energy_wh(site, most_a, wanted_wh), rel=1e-5, abs=0.1
    )


def delivered_wh(asked: ChargingProblem, amps: Any, wanted_wh: float) -> float:
    return float(np.minimum(amps * 230.0 / 4, wanted_wh).sum())


def most_energy_wh(site: Site, most_a: float, wanted_wh: float) -> float:
    """The same optimum, written down anew for another solver: amperes of all cars in all slots."""
    cars, slots = len(site.cars), len(site.slots)
    if not cars:
        return 0.0
    coefficients, bounds = [], []
    for feeder_at in range(len(site.parents)):
        for line in LINES:
            for slot in site.slots:
                rest_a = site.current_a(feeder_at, line, slot, [0.0] * cars)
                row = np.zeros((cars, slots))
                for i in range(cars):
                    alone = [float(i == other) for other in range(cars)]
                    row[i, slot] = site.current_a(feeder_at, line, slot, alone) - rest_a
                coefficients.append(row.ravel())
                bounds.append(max(most_a - rest_a, 0.0))
    for i in range(cars):
        row = np.zeros((cars, slots))
        row[i] = 230.0 / 4
        coefficients.append(row.ravel())
        bounds.append(wanted_wh)
    found = linprog(
        -np.full(cars * slots, 230.0 / 4),
        A_ub=np.array(coefficients),
        b_ub=np.array(bounds),
        bounds=(0.0, 32.0),
    )
    return -float(found.fun or 0.0)
