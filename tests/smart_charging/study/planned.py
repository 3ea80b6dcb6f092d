"""The planner as a policy of a study: a problem for every step of one case, the first slot done."""

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from smart_charging.arrays import Array, Indices
from smart_charging.feeder import Feeder
from smart_charging.plan import Method
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Fairness, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.study.drawing import STEP_S
from smart_charging.study.engine import Dealing, Instant
from smart_charging.study.grid import Grid
from smart_charging.study.ours import HORIZON
from smart_charging.study.sharing import fits
from smart_charging.vehicle import Demand

NOON: Final = datetime(2024, 1, 1, 12, tzinfo=UTC)
FINE_A: Final = 0.01
MOST_ENERGY_READY: Final = Policy(fairness=Fairness.ENERGY, aim=Aim.READY)


def by_planner(grid: Grid) -> Dealing:
    """Plan every step by the linear program; where all fit there is nothing to plan."""

    def deal(instant: Instant) -> Array:
        loads = grid.wiring.coefficients
        if fits(instant.wanted_a, instant.way, instant.room_a, loads)[0]:
            return instant.wanted_a
        there = np.flatnonzero(instant.wanted_a[0] > 1e-6)
        plan = make_plan(problem_of(grid, instant, there), 20.0)
        assert plan.method is Method.LINEAR_PROGRAM
        given_a = np.zeros(instant.wanted_a.shape)
        given_a[0, there] = [planned.limits_a[0] for planned in plan.evses]
        return np.minimum(given_a, instant.wanted_a)

    return deal


def problem_of(grid: Grid, instant: Instant, there: Indices) -> ChargingProblem:
    """What the planner is told: who is there, what they lack, when they leave."""
    later_a = grid.expected_room_a(instant.step, HORIZON - 1)
    room_a = np.concatenate([instant.room_a[0][:, None], later_a], axis=1)
    taps = grid.wiring.taps()
    evses = tuple(
        Evse(
            key=str(i),
            feeder="main",
            tap=taps[instant.way[0, i]],
            w_per_a=float(instant.w_per_a[0, i]),
            max_a=float(instant.max_a[0, i]),
            min_a=FINE_A,
            step_a=FINE_A,
            demand=Demand(
                energy_wh=float(instant.left_wh[0, i]),
                served_wh=float(instant.got_wh[0, i]),
                departs_at=NOON + timedelta(seconds=float(instant.left[0, i]) * STEP_S),
            ),
        )
        for i in there.tolist()
    )
    feeder = Feeder(key="main", parent=None, limit_a=room_a, uncontrolled_a=np.zeros(room_a.shape))
    return ChargingProblem(
        starts_at=NOON,
        slots_s=(STEP_S,) * HORIZON,
        feeders=(feeder,),
        evses=evses,
        policy=MOST_ENERGY_READY,
    )


def most_energy_wh(grid: Grid, instant: Instant, held_a: Array | None = None) -> float:
    """The most that those who are there can get within the horizon, by a program of its own.

    Args:
        grid: The feeder; of later steps what is expected counts.
        instant: Who is there.
        held_a: What each has in the first step, if that is fixed: [vehicle].
    """
    there = np.flatnonzero(instant.wanted_a[0] > 1e-6)
    if not len(there):
        return 1.0
    wiring, way, max_a = grid.wiring, instant.way[0, there], instant.max_a[0, there]
    lasts = np.minimum(instant.left[0, there], HORIZON).astype(int)
    one = np.repeat(np.arange(len(there)), lasts)
    step = np.concatenate([np.arange(count) for count in lasts])
    later_a = grid.expected_room_a(instant.step, HORIZON - 1)
    room_a = np.concatenate([instant.room_a[0][:, None], later_a], axis=1)
    energy = csr_array((np.ones(len(one)), (one, np.arange(len(one)))))
    lines = [
        csr_array(
            (wiring.coefficients[line, way[one]], (step, np.arange(len(one)))),
            shape=(HORIZON, len(one)),
        )
        for line in range(3)
    ]
    low, high = np.zeros(len(one)), max_a[one]
    if held_a is not None:
        low = np.where(step == 0, held_a[there][one], low)
        high = np.where(step == 0, held_a[there][one] + 1e-9, high)
    most = np.concatenate([instant.need[0, there] * max_a + 1e-8, room_a.ravel() + 1e-7])
    solved = milp(
        -wiring.w_per_a[way][one] / 4,
        constraints=LinearConstraint(vstack([energy, *lines]), -np.inf, most),
        bounds=Bounds(low, high),
    )
    assert solved.status == 0, solved.message
    return -float(solved.fun)
