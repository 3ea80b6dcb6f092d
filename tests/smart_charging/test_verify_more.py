"""The verifier on what holds over time and on what is shared: each rule broken by hand."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from smart_charging.problem import ChargingProblem
from smart_charging.resources import PowerModule, Store, Switching
from smart_charging.taps import Transformer, pair_tap
from smart_charging.vehicle import Discharge
from tests.smart_charging.problems import L1, L2, L3, evse, feeder, plan_of, problem, store
from tests.smart_charging.test_verify_lines import always, found_in, violations

HOURS = (3600,) * 4
BACK = Discharge(max_a=10.0, available_wh=2_300.0, efficiency=1.0)


@pytest.mark.parametrize(("slot", "is_early"), [(0, True), (1, True), (2, False), (3, False)])
def test_limit_that_rises_too_early_is_named(slot: int, *, is_early: bool) -> None:
    # the second quarter begins before 1000 s are over, the third one does not
    asked = problem(feeder("main", 99.0), evse("a", held_a=10.0, steady_s=1000.0))
    limits_a = [10.0] * 4
    limits_a[slot] = 10.5
    expected = ["a rises before 1000 s are over"] if is_early else []
    assert violations(asked, tuple(limits_a)) == expected
    assert violations(asked, (10.0, 6.0, 32.0, 32.0)) == []


def test_limit_may_be_as_high_as_the_floor_at_any_time() -> None:
    asked = problem(feeder("main", 99.0), evse("a", floor_a=7.0, steady_s=1e6))
    assert violations(asked, always(7.0)) == []
    assert violations(asked, (7.0, 7.0, 7.0, 7.5)) == ["a rises before 1e+06 s are over"]


@pytest.mark.parametrize("limit_a", [0.0, 6.0, 13.0, 32.0])
def test_known_level_passes_and_the_maximum_too(limit_a: float) -> None:
    asked = problem(feeder("main", 99.0), evse("a", levels_a=(6.0, 13.0), step_a=1.0))
    assert violations(asked, (limit_a, 0.0, 7.0, 8.5)) == []


@pytest.mark.parametrize("limit_a", [7.0, 12.9, 26.0])
def test_limit_between_two_levels_is_named(limit_a: float) -> None:
    asked = problem(feeder("main", 99.0), evse("a", levels_a=(6.0, 13.0)))
    assert violations(asked, (limit_a, 0.0, 7.0, 8.5)) == [
        f"a gets {limit_a:g} A in slot 0, not in steps of 0.1"
    ]


def charger(*floors_a: float, max_w: float = 20_000.0) -> ChargingProblem:
    outlets = [
        evse(f"{i}", w_per_a=500.0, max_a=60.0, floor_a=floor_a, module="m")
        for i, floor_a in enumerate(floors_a)
    ]
    alone = evse("alone", w_per_a=500.0, max_a=60.0)
    modules = (PowerModule(key="m", max_w=max_w), PowerModule(key="other", max_w=0.0))
    return problem(feeder("main", 500.0), *outlets, alone, modules=modules)


def test_module_that_gives_more_than_it_has_is_named() -> None:
    asked = charger(0.0, 0.0)
    assert violations(asked, always(10.0), always(30.0), always(60.0)) == []
    assert violations(asked, always(10.0), (30.0, 30.5, 30.0, 0.0), always(60.0)) == [
        "m gives 20250 W in slot 1, it has 20000"
    ]


def test_module_may_give_its_floors_and_nothing_on_top() -> None:
    asked = charger(20.0, 30.0)
    assert violations(asked, always(20.0), always(30.0), always(0.0)) == []
    assert violations(asked, (20.0, 20.0, 20.0, 21.0), always(30.0), always(0.0)) == [
        "m gives 25500 W in slot 3, it has 25000"
    ]


def test_vehicle_that_cannot_feed_back_is_not_asked_to() -> None:
    for discharge in (None, replace(BACK, max_a=0.0)):
        asked = problem(feeder("main", 99.0), evse("a", L1, discharge=discharge))
        assert violations(asked, (0.0, -1.0, 0.0, 0.0)) == ["a gets less than its floor of 0 A"]


def test_more_than_a_vehicle_feeds_back_at_most_is_refused() -> None:
    asked = problem(feeder("main", 99.0), evse("a", L1, discharge=BACK))
    assert violations(asked, (0.0, -10.0, 0.0, 0.0)) == []
    assert violations(asked, (0.0, -10.1, 0.0, 0.0)) == ["a gets less than its floor of 0 A"]


@pytest.mark.parametrize(
    ("limits_a", "efficiency", "is_kept"),
    [
        ((-10.0, 0.0, 0.0, 0.0), 1.0, True),
        ((-5.0, -5.0, 0.0, 0.0), 1.0, True),
        ((-10.0, 0.0, 0.0, -0.1), 1.0, False),
        ((-5.0, -5.1, 32.0, 32.0), 1.0, False),
        ((6.0, -10.0, -6.0, 0.0), 1.0, True),
        ((6.0, -10.0, -6.1, 0.0), 1.0, False),
        ((-9.0, 0.0, 0.0, 0.0), 0.9, True),
        ((-9.1, 0.0, 0.0, 0.0), 0.9, False),
    ],
)
def test_vehicle_that_feeds_back_more_than_it_may_be_without_is_named(
    limits_a: tuple[float, ...], efficiency: float, *, is_kept: bool
) -> None:
    one = evse("a", L1, discharge=replace(BACK, efficiency=efficiency))
    asked = problem(feeder("main", 99.0), one, slots_s=HOURS)
    expected = [] if is_kept else ["a feeds back more than the 2300 Wh it may"]
    assert violations(asked, limits_a) == expected


def test_what_is_fed_back_keeps_the_limits_too() -> None:
    asked = problem(feeder("main", 8.0), evse("a", L2, discharge=BACK))
    assert violations(asked, (0.0, -8.0, 0.0, 0.0)) == []
    assert violations(asked, (0.0, -8.5, 0.0, 0.0)) == [
        "main L2 carries 8.500 A in slot 1, 0.500 A too much"
    ]


def test_what_is_fed_back_makes_no_room() -> None:
    asked = problem(feeder("main", 20.0), evse("a", L1, discharge=BACK), evse("b", L1))
    assert violations(asked, (-10.0, 0.0, 0.0, 0.0), always(20.0)) == []
    assert violations(asked, (-10.0, 0.0, 0.0, 0.0), (21.0, 20.0, 20.0, 20.0)) == [
        "main L1 carries 21.000 A in slot 0, 1.000 A too much"
    ]


def test_current_fed_back_and_current_drawn_may_add_up_behind_a_transformer() -> None:
    # on L1 they lie 120 degrees apart: 10 A one way and 10 A the other are 17.321 A
    main = feeder("main", [17.3, 99.0, 99.0], transformer=Transformer(is_delta_wye=True))
    one = evse("a", pair_tap(1, 2), w_per_a=230.0, discharge=BACK)
    asked = problem(main, one, evse("b", pair_tap(2, 3), w_per_a=230.0))
    assert violations(asked, (-10.0, 0.0, 0.0, 0.0), (9.9, 10.0, 10.0, 10.0)) == []
    assert violations(asked, (-10.0, 0.0, 0.0, 0.0), (10.0, 10.0, 10.0, 10.0)) == [
        "main L1 carries 17.321 A in slot 0, 0.021 A too much"
    ]


def test_vehicle_is_not_credited_with_what_it_cannot_draw_while_it_is_away() -> None:
    # its floor in the first hour charges nobody: it comes in the second one
    late = evse("a", L1, floor_a=6.0, discharge=BACK)
    late = replace(late, demand=replace(late.demand, arrives_at=problem(()).edges[4]))
    asked = problem(feeder("main", 99.0), late, slots_s=HOURS)
    assert violations(asked, (6.0, -10.0, 0.0, 0.0)) == []
    assert violations(asked, (6.0, -10.0, -6.0, 0.0)) == [
        "a feeds back more than the 2300 Wh it may"
    ]


def with_store(**more: Any) -> ChargingProblem:
    """A battery of 10 A on L1, of which an ampere is 230 Wh in an hour; 10 A h are in it."""
    usual = {"charge_a": 10.0, "discharge_a": 8.0, "stored_wh": 2_300.0, "most_wh": 4_600.0}
    one: Store = store("battery", L1, **{**usual, **more})
    return problem(feeder("main", 30.0), evse("a", L1), slots_s=HOURS, stores=(one,))


def stored(asked: ChargingProblem, *taken_a: float) -> list[str]:
    """What is found where the battery takes this and the vehicle 20 A."""
    return found_in(asked, plan_of(asked, always(20.0), store_a=[taken_a]))


def test_store_within_its_bounds_passes() -> None:
    assert stored(with_store(), 10.0, -8.0, -8.0, 6.0) == []
    assert stored(with_store(), 0.0, 0.0, 0.0, 0.0) == []


@pytest.mark.parametrize(
    ("taken_a", "said"),
    [
        ((10.1, 0.0, 0.0, 0.0), "battery takes more than its 10 A"),
        ((0.0, -8.1, 0.0, 0.0), "battery gives more than its 8 A"),
        ((10.0, 0.1, 0.0, 0.0), "battery takes in slot 1 until it holds 4623 Wh"),
        ((-8.0, 0.0, -2.1, 1.0), "battery gives in slot 2 until it holds -23 Wh"),
    ],
)
def test_store_out_of_its_bounds_is_named(taken_a: tuple[float, ...], said: str) -> None:
    assert said in stored(with_store(), *taken_a)
    assert stored(with_store(), *taken_a)[0].startswith("main L1") == (taken_a[0] == 10.1)


def test_bounds_of_a_store_are_those_of_each_slot() -> None:
    asked = with_store(least_wh=[0.0, 0.0, 3_450.0, 0.0])
    assert stored(asked, 0.0, 5.5, -0.5, -5.0) == []
    assert stored(asked, 0.0, 5.0, -0.1, 0.0) == ["battery gives in slot 2 until it holds 3427 Wh"]


def test_store_that_holds_too_little_or_too_much_anyway_is_not_made_worse() -> None:
    asked = with_store(least_wh=3_450.0, charge_a=0.0)
    assert stored(asked, 0.0, 0.0, 0.0, 0.0) == []
    assert stored(asked, -0.1, 0.0, 0.0, 0.0) == ["battery gives in slot 0 until it holds 2277 Wh"]
    asked = with_store(most_wh=1_150.0)
    assert stored(asked, 0.0, 0.0, 0.0, 0.0) == []
    assert stored(asked, -4.0, 0.0, 0.0, 0.0) == []
    assert stored(asked, 0.1, 0.0, 0.0, 0.0) == ["battery takes in slot 0 until it holds 2323 Wh"]


def test_store_that_holds_too_little_takes_what_there_is_room_for() -> None:
    # 5 A h are missing; 9.4 A are free, as 98 % of 30 A are looked at
    asked = with_store(least_wh=3_450.0)
    assert stored(asked, 5.0, 0.0, 0.0, 0.0) == []
    assert stored(asked, 4.0, 1.0, 0.0, 0.0) == [
        "battery holds 3220 Wh in slot 0, and could have more"
    ]
    full = replace(asked, feeders=(feeder("main", 20.1),))
    assert stored(full, 0.0, 0.0, 0.0, 0.0) == []


def test_store_that_is_switched_takes_its_least_or_nothing() -> None:
    asked = with_store(switching=Switching(min_a=6.0))
    assert stored(asked, 6.0, 1.0, 0.0, 0.0) == []  # the second hour is not committed
    assert stored(asked, 5.0, 1.0, 0.0, 0.0) == ["battery takes 5 A in slot 0, neither 0 nor 6"]


def test_store_stays_off_as_long_as_it_has_to() -> None:
    switching = Switching(min_a=6.0, off_s=60.0, min_off_s=600.0)
    asked = with_store(switching=switching, least_wh=3_450.0)
    assert stored(asked, 6.0, 0.0, 0.0, 0.0) == ["battery is on in slot 0, off for 60 s only"]
    assert stored(asked, 0.0, 6.0, 0.0, 0.0) == []


def test_store_stays_on_unless_it_would_be_too_full_or_lines_have_no_room() -> None:
    switching = Switching(min_a=6.0, on_s=60.0, min_on_s=600.0)
    asked = with_store(switching=switching)
    said = ["battery is off in slot 0, on for 60 s only"]
    assert stored(asked, 0.0, 0.0, 0.0, 0.0) == said
    assert stored(asked, 6.0, 0.0, 0.0, 0.0) == []
    assert stored(with_store(switching=switching, most_wh=3_000.0), 0.0, 0.0, 0.0, 0.0) == []
    full = replace(asked, feeders=(feeder("main", 25.0),))
    assert stored(full, 0.0, 0.0, 0.0, 0.0) == []


def test_heat_is_lost_and_a_heat_pump_gains_more_than_it_takes() -> None:
    # of 10 A h half is left after an hour, and 2 A bring 6: 11 A h
    asked = with_store(
        discharge_a=0.0,
        gain=np.full(4, 3.0),
        loss_per_h=math.log(2.0),
        most_wh=11 * 230.0,
        stored_wh=10 * 230.0,
    )
    assert stored(asked, 2.0, 0.0, 0.0, 0.0) == []
    assert stored(asked, 2.01, 0.0, 0.0, 0.0) == ["battery takes in slot 0 until it holds 2537 Wh"]


def test_losses_of_a_store_count_on_both_ways() -> None:
    # 10 A h in it; 8 A out take 10 of them; 10 A in bring 8
    asked = with_store(efficiency=0.8)
    assert stored(asked, -8.0, 10.0, 0.0, 0.0) == []
    assert stored(asked, -8.0, -0.1, 10.0, 0.0) == ["battery gives in slot 1 until it holds -29 Wh"]
    assert stored(asked, 10.0, 2.4, 0.0, 0.0) == []
    assert stored(asked, 10.0, 2.6, 0.0, 0.0) == ["battery takes in slot 1 until it holds 4618 Wh"]


def test_what_is_taken_from_a_store_leaves_less_in_it() -> None:
    asked = with_store(drain_w=[0.0, 2_300.0, 230.0, 0.0])
    assert stored(asked, 0.0, 2.0, -1.0, 0.0) == []
    assert stored(asked, 0.0, 2.0, -1.5, 0.5) == ["battery gives in slot 2 until it holds -115 Wh"]


def test_store_loads_the_lines_and_makes_no_room() -> None:
    asked = with_store()
    beside = replace(asked, feeders=(feeder("main", 29.9),))
    assert stored(beside, 10.0, 0.0, 0.0, 0.0) == [
        "main L1 carries 30.000 A in slot 0, 0.100 A too much"
    ]
    full = replace(asked, feeders=(feeder("main", 19.9),))
    assert stored(full, -8.0, 0.0, 0.0, 0.0) == [
        f"main L1 carries 20.000 A in slot {slot}, 0.100 A too much" for slot in range(4)
    ]


def test_what_a_store_gives_back_keeps_the_limits_too() -> None:
    asked = replace(with_store(), feeders=(feeder("main", 7.9),))
    plan = plan_of(asked, always(0.0), store_a=[(0.0, -8.0, 0.0, 0.0)])
    assert found_in(asked, plan) == ["main L1 carries 8.000 A in slot 1, 0.100 A too much"]


def test_plan_has_every_store_once_with_a_figure_for_each_slot() -> None:
    asked = with_store()
    plan = plan_of(asked, always(20.0), store_a=[always(0.0)])
    other = ["the plan has other stores than the problem"]
    assert found_in(asked, replace(plan, stores=())) == other
    assert found_in(asked, replace(plan, stores=plan.stores * 2)) == other
    renamed = replace(plan.stores[0], key="b")
    assert found_in(asked, replace(plan, stores=(renamed,))) == other
    assert stored(asked, 0.0, 0.0) == ["battery has 2 limits"]
    assert stored(asked, 0.0, float("nan"), 0.0, 0.0) == ["battery has a limit that is not finite"]


def test_absent_load_may_be_the_worst_behind_a_transformer() -> None:
    # L1: 10 A at 60 degrees and 6 A at -60 are 8.7 A together, and 10 A if the second is absent
    main = feeder("main", [9.9, 99.0, 99.0], transformer=Transformer(is_delta_wye=True))
    pairs = [evse("a", pair_tap(1, 2)), evse("b", pair_tap(2, 3))]
    asked = problem(main, *pairs)
    assert violations(asked, always(9.9), always(6.0)) == []
    assert violations(asked, (10.0, 9.9, 9.9, 9.9), always(6.0)) == [
        "main L1 carries 10.000 A in slot 0, 0.100 A too much"
    ]


def test_primary_lines_carry_what_the_ratio_makes_of_it() -> None:
    # 16 A on L3 are 4 A on L3 and L1 of the primary side
    turns = Transformer(ratio=4.0, is_delta_wye=True)
    tree = (feeder("main", [4.0, 0.0, 4.0], transformer=turns), feeder("leaf", 16.0, "main"))
    asked = problem(tree, evse("a", L3, feeder="leaf"))
    assert violations(asked, always(16.0)) == []
    tight = replace(asked, feeders=(feeder("main", [3.9, 0.0, 4.0], transformer=turns), tree[1]))
    assert violations(tight, (16.0, 15.6, 15.6, 15.6)) == [
        "main L1 carries 4.000 A in slot 0, 0.100 A too much"
    ]
