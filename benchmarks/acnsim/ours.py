"""Our planner as a scheduler of ACN-Sim."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from acnportal.algorithms import BaseAlgorithm  # type: ignore[import-not-found]

from benchmarks.acnsim.foreign import Network, Session
from benchmarks.acnsim.observed import Observed
from benchmarks.acnsim.past import Alike, Past
from benchmarks.acnsim.stays import PERIOD_H, PERIOD_S, VOLTAGE_V
from benchmarks.acnsim.tree import check_tree, lines_of, tree_of
from smart_charging.plan import ChargingPlan
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Fairness, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.vehicle import Demand, Outcome, Taper

_GRID: Final = ((3, 1), (4, 3), (20, 12))
"""Three slots of one period, four of three, then of twelve."""
_SOONER: Final = 0.1
"""How likely it is that a vehicle leaves halfway: so whoever leaves first is served first, and
those stay who can use what is left later on."""
_LONG_S: Final = 60.0
"""The solver may take long, so that plans do not depend on what else the machine does."""
_PERIODS_PER_DAY: Final = 288
_FINE_A: Final = 0.001
"""The step of stations that take any current."""


def grid_of(periods: int) -> tuple[int, ...]:
    """Lengths of the slots up to a number of periods, in periods."""
    lengths: list[int] = []
    for count, length in _GRID:
        for _ in range(count):
            if sum(lengths) >= periods:
                return tuple(lengths)
            lengths.append(length)
    left = periods - sum(lengths)
    return (*lengths, left) if left > 0 else tuple(lengths)


class Ours(BaseAlgorithm):  # type: ignore[misc]
    """Plans every period anew.

    Args:
        starts_at: The simulator's first period.
        network: Its site.
        past: What is known of earlier stays, where drivers' departures are not to be relied on;
            None: departures are certain.
    """

    def __init__(self, starts_at: datetime, network: Network, past: Past | None) -> None:
        super().__init__()
        self.max_recompute = 1
        self._starts_at = starts_at
        self._past = past
        self._policy = Policy(
            fairness=Fairness.ENERGY, aim=Aim.READY if past is None else Aim.EARLY
        )
        self._alike: dict[str, Alike] = {}
        self._observed: dict[str, Observed] = {}
        self._last: ChargingPlan | None = None
        lines = lines_of(network)
        self._tree = tree_of(lines)
        check_tree(self._tree, lines)
        self._levels = {
            station: () if is_any else tuple(float(a) for a in levels if a > 0)
            for station, is_any, levels in zip(
                network.station_ids, network.is_continuous, network.allowable_rates, strict=True
            )
        }
        self._max_a = dict(zip(network.station_ids, network.max_pilot_signals, strict=True))

    def schedule(self, active_sessions: Sequence[Session]) -> dict[str, list[float]]:
        """Plan, and let the simulator have the first slot."""
        if not active_sessions:
            return {}
        self._observe(active_sessions)
        plan = self._last = make_plan(self._problem(active_sessions), _LONG_S, self._last)
        return {one.key: [one.limits_a[0]] for one in plan.evses}

    def _observe(self, sessions: Sequence[Session]) -> None:
        """Look at what every vehicle was allowed and what it took in the last period."""
        pilots_a = self.interface.last_applied_pilot_signals
        currents_a = self.interface.last_actual_charging_rate
        for session in sessions:
            key = session.session_id
            max_a = self._max_a[session.station_id]
            seen = self._observed.get(key) or Observed(max_a=max_a, ceiling_a=max_a)
            if key in pilots_a:
                seen = seen.observe(float(pilots_a[key]), float(currents_a[key]))
            self._observed[key] = seen

    def _problem(self, sessions: Sequence[Session]) -> ChargingProblem:
        now_at = self._at(self.interface.current_time)
        evses = tuple(self._evse(session) for session in sessions)
        ends_at = max(evse.demand.departs_at for evse in evses)
        slots = grid_of(ceil((ends_at - now_at) / timedelta(seconds=PERIOD_S)))
        return ChargingProblem(
            starts_at=now_at,
            slots_s=tuple(length * PERIOD_S for length in slots),
            feeders=self._tree.feeders(len(slots)),
            evses=evses,
            policy=self._policy,
        )

    def _evse(self, session: Session) -> Evse:
        """An EVSE; what its vehicle does not take is left to others."""
        station = session.station_id
        levels = self._levels[station]
        seen = self._observed[session.session_id]
        max_a = min((a for a in levels if a >= seen.ceiling_a), default=seen.max_a)
        is_whole = len(levels) > 1 and len(levels) == levels[-1] - levels[0] + 1
        return Evse(
            key=station,
            feeder=self._tree.feeder_of[station],
            tap=self._tree.tap_of[station],
            w_per_a=VOLTAGE_V,
            max_a=max_a,
            min_a=levels[0] if levels else 0.0,
            step_a=1.0 if is_whole else _FINE_A,
            levels_a=() if is_whole else levels,
            demand=self._demand(session),
            taper=_taper(seen, max_a),
        )

    def _demand(self, session: Session) -> Demand:
        energy_wh = 1000 * max(0.0, session.remaining_demand)
        chances = self._departures(session)
        return Demand(
            energy_wh=energy_wh,
            served_wh=1000 * session.energy_delivered,
            departs_at=self._at(max(chances)),
            outcomes=tuple(
                Outcome(probability=chance, departs_at=self._at(period), energy_wh=energy_wh)
                for period, chance in chances.items()
            ),
        )

    def _departures(self, session: Session) -> dict[int, float]:
        """In which periods the vehicle may leave, and how likely that is."""
        now = self.interface.current_time
        if self._past is None:
            halfway = now + (session.departure - now) // 2
            if halfway == now:
                return {session.departure: 1.0}
            return {halfway: _SOONER, session.departure: 1.0 - _SOONER}
        lengths_s = self._alike_of(session, self._past).after(PERIOD_S * (now - session.arrival))
        chances: dict[int, float] = {}
        for length_s in lengths_s:
            period = max(now + 1, session.arrival + round(length_s / PERIOD_S))
            chances[period] = chances.get(period, 0.0) + 1 / len(lengths_s)
        return chances

    def _alike_of(self, session: Session, past: Past) -> Alike:
        """Earlier stays like this one, by what its driver said when it came."""
        alike = self._alike.get(session.session_id)
        if alike is None:
            came_h = session.arrival % _PERIODS_PER_DAY * PERIOD_H
            stated_s = PERIOD_S * (session.departure - session.arrival)
            alike = past.alike(came_h, stated_s, 1000 * session.requested_energy)
            self._alike[session.session_id] = alike
        return alike

    def _at(self, period: int) -> datetime:
        return self._starts_at + timedelta(seconds=period * PERIOD_S)


def _taper(seen: Observed, max_a: float) -> Taper | None:
    """The same fall of the current, beginning where it comes below a lower maximum."""
    if seen.taper is None:
        return None
    return replace(seen.taper, begins_wh=seen.taper.begins_wh * max_a / seen.max_a)
