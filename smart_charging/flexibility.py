"""How much less, or more, a feeder can carry for how long, with all that was promised delivered.

Found by planning and not by adding up: the plan is made again with a lower limit for the time in
question, and what it still delivers is compared with the plan that stands.

    base     the plan that stands: P_base(t) at the feeder
    shed     the lowest limit in all of D seconds, between the least that anybody may hold
             (share 0) and the most that the base plan carries above it (share 1), with which no
             vehicle lacks more of its promised energy than by the base plan
    absorb   the plan that takes everything as early as it can: what that draws more in D seconds
    rebound  what either does to the other times

The search asks for plans and is given them, so whoever drives it decides where they are made.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from smart_charging.arrays import Array
from smart_charging.currents import line_currents
from smart_charging.plan import ChargingPlan, Method
from smart_charging.planned_loads import least_loads, planned_loads
from smart_charging.policy import Aim
from smart_charging.problem import ChargingProblem

_STEPS: Final = 16
"""Of what may be possible; finer it is not looked for."""
_SHORT_WH: Final = 50.0
"""Less than that is missing from nobody."""
_S_PER_H: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a feeder can do for a while.

    Attributes:
        duration_s: For how long.
        base_a: What the plan that stands carries at most, by line.
        base_w: What its vehicles and stores draw by the plan that stands, on the mean.
        power_w: What they would draw instead, on the mean.
        limit_a: The limit of the feeder that makes it so, by line, for all that it carries: the
            highest of the time; None: none is needed.
        rebound_wh: What they draw more at other times, mostly afterwards; below 0: less.
        rebound_w: By how much more, at its highest.
        lost_wh: What is delivered less in all, beyond what was promised.
        cost: What it costs by the prices of energy and peak, in currency; None without prices.
    """

    duration_s: float
    base_a: tuple[float, float, float]
    base_w: float
    power_w: float
    limit_a: tuple[float, float, float] | None
    rebound_wh: float
    rebound_w: float
    lost_wh: float
    cost: float | None

    @property
    def change_w(self) -> float:
        """How much more is drawn; below 0: less."""
        return self.power_w - self.base_w


@dataclass(frozen=True, slots=True)
class Envelope:
    """What can be shed, and what can be taken, each for several durations."""

    shed: tuple[Offer, ...]
    absorb: tuple[Offer, ...]


Window: TypeAlias = NDArray[np.bool_]
"""Which slots: [slot]."""
Search: TypeAlias = Generator[ChargingProblem, ChargingPlan, Envelope]
"""Asks for plans, is given them, and returns what is found."""


def find_envelope(
    problem: ChargingProblem,
    base: ChargingPlan,
    feeder: str,
    durations_s: Sequence[float],
    starts_s: float = 0.0,
) -> Search:
    """Find what a feeder can shed and take for several durations.

    Args:
        problem: What was planned.
        base: The plan that stands.
        feeder: Which feeder.
        durations_s: Rising; slots count that begin before they are over.
        starts_s: When they begin, after the plan's start.
    """
    view = _View(problem, base, feeder, starts_s)
    shed = []
    for duration_s in durations_s:
        plan, share = yield from _lowest(view, view.window(duration_s))
        shed.append(view.offer(plan, duration_s, share / _STEPS))
    early = yield view.as_early_as_possible()
    if not view.keeps_promises(early):
        early = base
    return Envelope(tuple(shed), tuple(view.offer(early, one, None) for one in durations_s))


def _lowest(
    view: "_View", window: Window
) -> Generator[ChargingProblem, ChargingPlan, tuple[ChargingPlan, int]]:
    """The lowest share, in steps, with which every promise is kept; none at all is tried first."""
    found, low, high, share = (view.base, _STEPS), 0, _STEPS, 0
    while low < high:
        plan = yield view.lowered(window, share / _STEPS)
        if view.keeps_promises(plan):
            found, high = (plan, share), share
        else:
            low = share + 1
        share = (low + high) // 2
    return found


class _View:
    """A feeder in a problem, and the plan that stands."""

    def __init__(
        self, problem: ChargingProblem, base: ChargingPlan, feeder: str, starts_s: float
    ) -> None:
        self._problem = problem
        self.base = base
        self._feeder = feeder
        self._starts_s = starts_s
        self._below = _below(problem, feeder)
        self._slots_h = np.array(problem.slots_s) / _S_PER_H
        self._base_w = self._power_w(base)
        self._base_a = line_currents(problem.feeders, planned_loads(problem, base))[feeder]
        self._least_a = line_currents(problem.feeders, least_loads(problem))[feeder]

    def window(self, duration_s: float) -> Window:
        """Which slots begin within a duration: [slot], true or false."""
        begins_s = np.cumsum((0, *self._problem.slots_s[:-1]))
        window: Window = (begins_s >= self._starts_s) & (begins_s < self._starts_s + duration_s)
        return window

    def lowered(self, window: Window, share: float) -> ChargingProblem:
        """The problem with a lower limit for a while, see `_limit_a`."""
        lowered_a = self._limit_a(window, share)
        feeders = tuple(
            replace(one, limit_a=np.where(window, np.minimum(one.limit_a, lowered_a), one.limit_a))
            if one.key == self._feeder
            else one
            for one in self._problem.feeders
        )
        return replace(self._problem, feeders=feeders)

    def as_early_as_possible(self) -> ChargingProblem:
        """The problem in which energy is better taken now than later, whatever it costs."""
        return replace(
            self._problem,
            policy=replace(self._problem.policy, aim=Aim.EARLY),
            tariff=None,
            targets=(),
        )

    def keeps_promises(self, plan: ChargingPlan) -> bool:
        """Whether nobody lacks more promised energy than by the base plan."""
        if plan.method is Method.HEURISTIC and self.base.method is not Method.HEURISTIC:
            return False
        pairs = zip(plan.evses, self.base.evses, strict=True)
        return all(one.short_wh <= base.short_wh + _SHORT_WH for one, base in pairs)

    def offer(self, plan: ChargingPlan, duration_s: float, share: float | None) -> Offer:
        """What a plan offers for a duration."""
        window, power_w = self.window(duration_s), self._power_w(plan)
        within_h = self._slots_h[window]
        more_w = (power_w - self._base_w)[~window]
        limit_a = None if share is None else self._limit_a(window, share)[:, window].max(axis=1)
        return Offer(
            duration_s=duration_s,
            base_a=_three(self._base_a[:, window].max(axis=1)),
            base_w=float(np.average(self._base_w[window], weights=within_h)),
            power_w=float(np.average(power_w[window], weights=within_h)),
            limit_a=None if limit_a is None else _three(limit_a),
            rebound_wh=float(more_w @ self._slots_h[~window]),
            rebound_w=float(max(more_w.max(initial=0.0), 0.0)),
            lost_wh=_expected_wh(self.base) - _expected_wh(plan),
            cost=_cost(plan, self.base),
        )

    def _limit_a(self, window: Window, share: float) -> Array:
        """The least that anybody may hold, and a share of the most that the plan adds to it."""
        above_a = np.maximum(self._base_a - self._least_a, 0.0)[:, window].max(axis=1)
        limit_a: Array = self._least_a + share * above_a[:, np.newaxis]
        return limit_a

    def _power_w(self, plan: ChargingPlan) -> Array:
        """Power of all vehicles and stores below the feeder: [slot]."""
        power_w = np.zeros(len(self._problem.slots_s))
        for evse, planned in zip(self._problem.evses, plan.evses, strict=True):
            if evse.feeder in self._below:
                power_w += np.array(planned.limits_a) * evse.w_per_a
        for store, taken in zip(self._problem.stores, plan.stores, strict=True):
            if store.feeder in self._below:
                power_w += np.array(taken.amps) * store.w_per_a
        return power_w


def _three(amps: Array) -> tuple[float, float, float]:
    return (float(amps[0]), float(amps[1]), float(amps[2]))


def _below(problem: ChargingProblem, feeder: str) -> set[str]:
    below = {feeder}
    for one in problem.feeders:  # parents come before their children
        if one.parent in below:
            below.add(one.key)
    return below


def _expected_wh(plan: ChargingPlan) -> float:
    return sum(planned.expected_wh for planned in plan.evses)


def _cost(plan: ChargingPlan, base: ChargingPlan) -> float | None:
    if plan.objective is None or base.objective is None:
        return None
    return plan.objective.cost - base.objective.cost
