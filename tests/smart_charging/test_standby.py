"""Sources that stand by, solved by hand.

Slots are hours, everything hangs on L1: an ampere carries 230 Wh in each.
"""

from typing import Any

import numpy as np
import pytest

from smart_charging.currents import Load
from smart_charging.errors import PlanViolation, ProblemError
from smart_charging.flexible import Place, Source, source_store
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Store
from smart_charging.standby import beyond_limits_a
from smart_charging.verify import verify
from tests.smart_charging.problems import L1, THREE, evse, feeder, plan_of, problem, store, tariff
from tests.smart_charging.solved import judged, relaxed

HOUR_S = 3600


def generator(relief_a: float | list[float] = 0.0, **more: Any) -> Store:
    """10 A, at least 4 of them; a kWh costs 3 of currency."""
    usual = {"power_w": 2_300.0, "least_w": 920.0, "per_kwh": 3.0, **more}
    place = Place(feeder="main", tap=L1, w_per_a=230.0)
    relief = np.broadcast_to(np.array(relief_a, dtype=float), 4)
    return source_store("generator", place, Source(relief_a=relief, **usual), (HOUR_S,) * 4)


def site(*stores: Store, prices: tuple[float, ...] = (1.0,) * 4, **more: Any) -> ChargingProblem:
    usual = {"limit_a": 99.0, "uncontrolled_a": 5.0, "evses": (), "aim": Aim.CHEAP, **more}
    return problem(
        feeder("main", usual["limit_a"], uncontrolled_a=[usual["uncontrolled_a"], 0.0, 0.0]),
        *usual["evses"],
        slots_s=(HOUR_S,) * 4,
        stores=stores,
        policy=Policy(aim=usual["aim"]),
        committed=4,
        tariff=tariff(prices, base_w=5 * 230.0, fed_per_kwh=np.zeros(4)),
    )


def given(asked: ChargingProblem) -> list[float]:
    """What the first store gives, in a plan that passes."""
    plan = make_plan(asked)
    verify(asked, plan)
    assert plan.detail == ""
    return [round(-a, 3) + 0.0 for a in plan.stores[0].amps]


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ((1.0, 2.9, 1.0, 1.0), [0.0, 0.0, 0.0, 0.0]),
        # dearer than fuel in the second hour: it gives what the house draws, as nothing is paid
        # for what would leave the site
        ((1.0, 3.2, 1.0, 1.0), [0.0, 5.0, 0.0, 0.0]),
    ],
)
def test_it_runs_where_energy_is_dearer_than_its_fuel(
    prices: tuple[float, ...], expected: list[float]
) -> None:
    assert given(site(generator(), prices=prices)) == expected


def test_a_start_has_to_be_earned_as_well() -> None:
    # a start costs 1, which is 1 / 2.3 kWh = 0.43 on each kWh of the least that it runs
    dear = generator(per_start=1.0, min_run_s=3600)
    assert given(site(dear, prices=(1.0, 3.4, 1.0, 1.0))) == [0.0] * 4
    assert given(site(dear, prices=(1.0, 3.5, 1.0, 1.0))) == [0.0, 5.0, 0.0, 0.0]


def test_it_does_not_start_for_less_time_than_it_has_to_run() -> None:
    # two hours at 5 A and 0 A would be 2.5 A on the mean, below its least of 4
    assert given(site(generator(min_run_s=7200), prices=(1.0, 3.2, 1.0, 1.0))) == [0.0] * 4


def test_once_it_runs_it_runs_on_at_its_least() -> None:
    assert given(site(generator(min_run_s=7200, runs_s=1800))) == [4.0, 4.0, 0.0, 0.0]


def test_it_gives_nothing_before_it_has_come_up() -> None:
    slow = generator(starts_s=HOUR_S)
    assert given(site(slow, prices=(3.2, 3.2, 1.0, 1.0))) == [0.0, 5.0, 0.0, 0.0]


@pytest.mark.parametrize("aim", list(Aim))
def test_it_relieves_a_line_that_carries_too_much_in_any_case_whatever_it_costs(aim: Aim) -> None:
    # the house draws 15 A of 9: 6 too much, at a tenth of what the fuel costs
    asked = site(
        generator([0.0, 6.0, 2.0, 0.0]),
        prices=(0.3,) * 4,
        limit_a=9.0,
        uncontrolled_a=15.0,
        evses=(evse("car", L1),),
        aim=aim,
    )
    assert given(asked) == [0.0, 6.0, 4.0, 0.0]
    by_hand = plan_by_heuristic(asked, "no solver")
    verify(asked, by_hand)
    assert by_hand.stores[0].amps[1] == -6.0


def test_what_it_gives_makes_no_room_for_vehicles() -> None:
    car = evse("car", L1, 99_000.0)
    plan = make_plan(site(generator(), prices=(5.0,) * 4, limit_a=12.0, evses=(car,)))
    assert plan.evses[0].limits_a == pytest.approx((7.0,) * 4, abs=0.01)
    assert plan.stores[0].amps[0] < 0


def test_it_gives_nothing_where_a_line_may_not_be_fed_its_least() -> None:
    # cut off to 0 A; the house draws 3 A and could be relieved, but the least is 4 A
    asked = site(generator(3.0), limit_a=0.0, uncontrolled_a=3.0)
    assert given(asked) == [0.0] * 4


def test_an_island_is_carried() -> None:
    asked = site(generator(5.0), limit_a=0.0, uncontrolled_a=5.0)
    assert given(asked) == [5.0] * 4


def test_the_judge_finds_what_the_program_says() -> None:
    asked = site(
        generator([0.0, 6.0, 2.0, 0.0], per_start=1.0, min_run_s=3600),
        store("battery", L1, charge_a=2.0, discharge_a=2.0),
        prices=(1.0, 3.6, 1.0, 1.0),
        limit_a=9.0,
        uncontrolled_a=15.0,
    )
    best = relaxed(asked)
    assert judged(asked, best).total == pytest.approx(best.objective, rel=1e-6)


@pytest.mark.parametrize(
    ("amps", "told"),
    [
        ((-6.0, -2.0, -4.0, 0.0), "gives 2 A in slot 1, neither 0 nor 4"),
        ((0.0, -4.0, 0.0, 0.0), "gives 0 A in slot 0, not 6 A"),
        ((-6.0, 0.0, 0.0, 0.0), "gives 0 A in slot 1, not 4 A"),
        ((-11.0, -4.0, 0.0, 0.0), "gives more than its 10 A"),
    ],
)
def test_the_verifier_refuses(amps: tuple[float, ...], told: str) -> None:
    source = generator([6.0, 0.0, 0.0, 0.0], min_run_s=2 * HOUR_S, runs_s=900)
    asked = site(source, limit_a=12.0)
    with pytest.raises(PlanViolation) as refused:
        verify(asked, plan_of(asked, store_a=[amps]))
    assert any(told in one for one in refused.value.violations)


def test_the_verifier_refuses_what_is_given_before_it_has_come_up() -> None:
    asked = site(generator(starts_s=HOUR_S))
    with pytest.raises(PlanViolation, match="gives in slot 0, before it has come up"):
        verify(asked, plan_of(asked, store_a=[(-5.0, -5.0, 0.0, 0.0)]))


def test_relief_is_what_the_fullest_line_on_the_way_up_carries_too_much() -> None:
    feeders = (
        feeder("main", 20.0, uncontrolled_a=[12.0, 3.0, 3.0]),
        feeder("below", [9.0, 6.0, 99.0], parent="main", uncontrolled_a=[8.0, 7.0, 7.0]),
    )
    load = [Load("main", THREE, np.array([0.0, 1.0, 0.0, 0.0]))]
    whole = beyond_limits_a(feeders, load, "below", THREE, 0.01)
    assert whole == pytest.approx([1.0, 1.0, 1.0, 1.0])  # L2 below
    alone = beyond_limits_a(feeders, load, "below", L1, 0.01)
    assert alone == pytest.approx([0.0, 1.0, 0.0, 0.0])  # L1 above, with what is drawn there


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"least_w": 2_400.0}, "min_a"),
        ({"least_w": 0.0}, "min_a"),
        ({"starts_s": -1.0}, "starts_s"),
        ({"min_run_s": float("inf")}, "min_on_s"),
    ],
)
def test_a_source_that_contradicts_itself_is_refused(more: dict[str, Any], field: str) -> None:
    with pytest.raises(ProblemError, match=field):
        site(generator(**more))
