"""What grid companies would like best, solved by hand.

Slots are hours, everything hangs on L1: an ampere carries 230 Wh in each.
"""

from typing import Any

import numpy as np
import pytest

from smart_charging.errors import ProblemError
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.target import Target
from smart_charging.verify import verify
from tests.smart_charging.problems import L1, after, evse, feeder, problem, store, tariff
from tests.smart_charging.solved import given_a, judged, relaxed, stored_a

AH = 230.0
NOTHING = float("nan")


def wanted(*amps: float, base_a: float = 0.0, **more: Any) -> Target:
    """So many amperes of the main feeder in each hour, of which the house draws some."""
    watts = np.array(amps) * AH
    base_w = np.full(len(amps), base_a * AH)
    return Target(**{"feeder": "main", "wanted_w": watts, "base_w": base_w, **more})


def site(target: Target, *evses: Any, aim: Aim = Aim.CHEAP, **more: Any) -> ChargingProblem:
    prices = more.pop("prices", (1.0, 1.0, 1.0, 1.0))
    return problem(
        more.pop("feeders", feeder("main", 32.0)),
        *evses,
        slots_s=(3600,) * 4,
        policy=Policy(aim=aim),
        tariff=tariff(prices) if aim is Aim.CHEAP else None,
        targets=(target,),
        **more,
    )


def car(amp_hours: float, **more: Any) -> Any:
    return evse("car", L1, amp_hours * AH, **{"departs_at": after(4), "step_a": 1.0, **more})


@pytest.mark.parametrize("aim", [Aim.CHEAP, Aim.EARLY, Aim.LEVEL])
def test_charging_follows_the_optimum_whatever_the_aim(aim: Aim) -> None:
    # by price it would be the first hour, early as well, and level all four alike
    asked = site(wanted(2.0, 10.0, 8.0, 2.0, base_a=2.0), car(14.0), aim=aim)
    assert given_a(asked) == [[0.0, 8.0, 6.0, 0.0]]


def test_optimum_comes_before_cost() -> None:
    dear = (1.0, 9.0, 1.0, 1.0)
    assert given_a(site(wanted(0.0, 10.0, 0.0, 0.0), car(10.0), prices=dear)) == [
        [0.0, 10.0, 0.0, 0.0]
    ]


def test_promised_energy_comes_before_the_optimum() -> None:
    asked = site(wanted(0.0, 0.0, 0.0, 0.0), car(20.0))
    assert sum(given_a(asked)[0]) == pytest.approx(20.0)


def test_nothing_is_taken_beyond_the_promise_to_keep_away_from_the_optimum() -> None:
    # early on all would be taken that can be had
    asked = site(wanted(8.0, 8.0, 8.0, 8.0), car(24.0, extra_wh=40 * AH), aim=Aim.EARLY)
    assert given_a(asked) == [[8.0, 8.0, 8.0, 8.0]]


def test_where_nothing_is_wanted_cost_counts() -> None:
    asked = site(wanted(NOTHING, NOTHING, 4.0, NOTHING), car(10.0), prices=(3.0, 2.0, 5.0, 1.0))
    assert given_a(asked) == [[0.0, 0.0, 4.0, 6.0]]


def test_more_than_the_least_is_as_good() -> None:
    # 6 A at least in the dear second hour, all else when it is cheapest
    least = wanted(NOTHING, 6.0, NOTHING, 3.0, is_least=True)
    asked = site(least, car(20.0), prices=(2.0, 3.0, 2.0, 1.0))
    assert given_a(asked) == [[0.0, 6.0, 0.0, 14.0]]


def test_batteries_follow_the_optimum_too() -> None:
    battery = store("battery", L1, charge_a=5.0, discharge_a=5.0, stored_wh=10 * AH)
    asked = site(wanted(4.0, -2.0, 0.0, 0.0), stores=(battery,))
    assert stored_a(asked) == [[4.0, -2.0, 0.0, 0.0]]


def test_only_what_is_below_the_feeder_counts() -> None:
    feeders = (feeder("main", 99.0), feeder("one", 32.0, parent="main"))
    aside = evse("aside", L1, 10 * AH, departs_at=after(4))
    target = wanted(0.0, 0.0, 7.0, 0.0, feeder="one")
    asked = site(
        target, aside, car(7.0, feeder="one"), feeders=feeders, prices=(1.0, 2.0, 3.0, 4.0)
    )
    assert given_a(asked) == [[10.0, 0.0, 0.0, 0.0], [0.0, 0.0, 7.0, 0.0]]


def test_the_judge_finds_what_the_program_says_and_the_plan_passes() -> None:
    battery = store("battery", L1, charge_a=5.0, discharge_a=5.0, stored_wh=10 * AH)
    asked = site(wanted(2.0, 10.0, NOTHING, 2.0, base_a=2.0), car(14.0), stores=(battery,))
    best = relaxed(asked)
    assert judged(asked, best).total == pytest.approx(best.objective, rel=1e-6)
    plan = make_plan(asked)
    verify(asked, plan)
    assert plan.detail == ""


@pytest.mark.parametrize(
    ("target", "field"),
    [
        (wanted(1.0, 1.0, 1.0, 1.0, feeder="attic"), "no feeder is called 'attic'"),
        (wanted(1.0, 1.0, 1.0), "wanted_w"),
        (wanted(1.0, 1.0, 1.0, float("inf")), "finite"),
        (wanted(1.0, 1.0, 1.0, 1.0, base_a=NOTHING), "finite"),
    ],
)
def test_target_that_contradicts_itself_is_refused(target: Target, field: str) -> None:
    with pytest.raises(ProblemError, match=field):
        site(target)
