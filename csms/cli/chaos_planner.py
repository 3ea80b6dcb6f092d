"""Plans in place, always alike, and thriftily: a day of chaos makes a thousand plans.

What `make_plan` does beyond the linear program and its rounding is left out. It makes plans a
little better, and searches for whole numbers until a time of the machine's is over: a loaded
machine would make another day of the same seed. Most plans are made from the one before. What time
they take is drawn: much happens while a plan is being made.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from csms.clock import Clock
from csms.service.ports import TimedPlan
from smart_charging.case import Case, lay_out_case
from smart_charging.cohorts import relax_again
from smart_charging.committing import round_committed
from smart_charging.counting import count
from smart_charging.errors import PlanViolation, SolverError
from smart_charging.model import Relaxed, relax
from smart_charging.plan import ChargingPlan, Method
from smart_charging.planner import plan_by_heuristic
from smart_charging.policy import without_first
from smart_charging.problem import ChargingProblem
from smart_charging.verify import verify

_NO_LIMIT_S: Final = 600.0
_FROM_LAST_FOR: Final = timedelta(minutes=10)
_TAKES_S: Final = (0.02, 5.0)
"""Short times are as usual as long ones."""


class ThriftyPlanner:
    """Plans by linear program now and then, and from the last plan in between.

    Args:
        clock: In whose time plans take theirs.
        rng: Draws how long each takes.

    Attributes:
        count: How many plans were made.
    """

    def __init__(self, clock: Clock, rng: Random) -> None:
        self.count = 0
        self._clock = clock
        self._rng = rng
        self._solved_at: datetime | None = None

    async def plan(self, problem: ChargingProblem, last: ChargingPlan | None = None) -> TimedPlan:
        """Make a verified plan."""
        self.count += 1
        plan = self._plan(problem, last)
        least_s, most_s = _TAKES_S
        takes_s = least_s * (most_s / least_s) ** self._rng.random()
        await self._clock.sleep(takes_s)
        return TimedPlan(plan, takes_s)

    def _plan(self, problem: ChargingProblem, last: ChargingPlan | None) -> ChargingPlan:
        case = lay_out_case(problem)
        try:
            relaxed, method = self._relax(case, last)
            if method is not Method.LINEAR_PROGRAM:
                case = replace(case, weights=without_first(case.weights))
            plan = count(case, relaxed, round_committed(case, relaxed), method, "")
            verify(problem, plan)
        except (SolverError, PlanViolation) as error:
            return plan_by_heuristic(problem, str(error))
        return plan

    def _relax(self, case: Case, last: ChargingPlan | None) -> tuple[Relaxed, Method]:
        now = case.problem.starts_at
        is_fresh = self._solved_at is not None and now < self._solved_at + _FROM_LAST_FOR
        if last and is_fresh and not case.problem.stores:  # a plan from the last has none for them
            return relax_again(case, last, _NO_LIMIT_S), Method.FROM_LAST
        self._solved_at = now
        relaxed = relax(case.problem, case.network, case.units, case.weights, _NO_LIMIT_S)
        return relaxed, Method.LINEAR_PROGRAM
