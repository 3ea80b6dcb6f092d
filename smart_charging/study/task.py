"""One task of a study: a policy's hosting capacity in a scenario."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeAlias

import numpy as np

from smart_charging.arrays import Array
from smart_charging.study import policies
from smart_charging.study.capacity import Goal, find_capacity
from smart_charging.study.drawing import Population, draw_population
from smart_charging.study.engine import Case, Dealing, Served, Setting, Weeks
from smart_charging.study.expectation import Assumed, Medians, OwnPast, Predictor
from smart_charging.study.foresight import foresee
from smart_charging.study.grid import Grid
from smart_charging.study.outlook import Caution, look_ahead
from smart_charging.study.policies import PolicyName
from smart_charging.study.risk import Foretelling, weigh_risks
from smart_charging.study.scenario import Scenario
from smart_charging.study.sharing import by_way
from smart_charging.study.silence import Silence
from smart_charging.study.users import Stay, User

Remembered: TypeAlias = Callable[[str, Sequence[Case]], Mapping[Case, Served]]
Work: TypeAlias = Callable[[Sequence[Case]], Mapping[Case, Served]]
Among: TypeAlias = Callable[[Sequence[Case]], Dealing]
Keep: TypeAlias = Callable[[str, Mapping[Case, Served]], None]

MakePredictor: TypeAlias = Callable[[Sequence[User]], Predictor]

_MOST_AT_ONCE: Final = 60
_NOTHING_KNOWN: Final = "assumed"


def _past_of(users: Sequence[User]) -> tuple[Stay, ...]:
    """All that ended before the study; where that is nothing, all that there is."""
    stays = [stay for user in users for stay in user.stays]
    before = tuple(stay for stay in stays if stay.departs_s <= 0)
    return before or tuple(stays)


def _learned(users: Sequence[User], *, hindsight: bool = False) -> Predictor:
    from smart_charging.study.learned import learn  # noqa: PLC0415 - scikit-learn takes seconds

    return learn(users, hindsight=hindsight)


PREDICTORS: Final[Mapping[str, MakePredictor]] = {
    "learned": _learned,
    "hindsight": partial(_learned, hindsight=True),
    "assumed": lambda _: Assumed(),
    "own-past": lambda _: OwnPast(Assumed()),
    "population-median": lambda users: Medians(_past_of(users)),
    "user-median": lambda users: Medians(_past_of(users), of_user=True),
}
"""What may be asked for PREDICTED, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be found out.

    Attributes:
        seeds: How many populations.
        predictor: Which of `PREDICTORS` serves PREDICTED.
        caution: Which of its quantiles are planned with.
        silent_share: Of the chargers, those that cannot be reached in the second look.
    """

    scenario: Scenario
    policy: PolicyName
    seeds: int
    predictor: str = "learned"
    caution: Caution = field(default_factory=Caution)
    silent_share: float = 0.05

    @property
    def key(self) -> str:
        """Under which its cells are kept."""
        words = [self.scenario.fingerprint(), str(self.policy)]
        if self.policy in (PolicyName.BLIND, PolicyName.PREDICTED):
            words += [self.predictor if self.policy is PolicyName.PREDICTED else _NOTHING_KNOWN]
            words += [f"{self.caution.stay_level:g}/{self.caution.energy_level:g}"]
        return " ".join(words)

    @property
    def silent_key(self) -> str:
        """Under which those with silent chargers are kept."""
        return f"{self.key} silent {self.silent_share:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A policy's hosting capacity.

    Attributes:
        scenario: Its name.
        users: Largest number served, by goal and seed.
        at_edge: What came of those of the first goal: [seed].
        with_silence: The same users with silent chargers: [seed]; empty where nobody steers.
    """

    scenario: str
    policy: PolicyName
    users: Mapping[Goal, tuple[int, ...]]
    at_edge: tuple[Served, ...]
    with_silence: tuple[Served, ...]


def run(task: Task, remembered: Remembered, keep: Keep) -> Found:
    """Find a policy's hosting capacity.

    Args:
        task: What is to be found out.
        remembered: Gives what is known of some cases under a key.
        keep: Takes what has been worked out under a key.
    """
    scenario = task.scenario
    populations = [
        draw_population(scenario.users, scenario.drawing(), scenario.wiring, seed)
        for seed in range(task.seeds)
    ]
    setting = scenario.setting()
    silent = replace(setting, silence=Silence(share=task.silent_share))
    dealing = _dealing(task, populations, setting.grid)
    work = _worker(task, populations, (setting, dealing))
    again = _worker(task, populations, (silent, dealing))
    evaluate = _Memory(work, (task.key, remembered, keep))
    evaluate_silent = _Memory(again, (task.silent_key, remembered, keep))
    goals = [Goal.ENERGY] if task.policy in _ONE_GOAL else list(Goal)
    users = find_capacity(evaluate, task.seeds, scenario.most_users, goals)
    edges = [Case(seed, count) for seed, count in enumerate(users[Goal.ENERGY]) if count]
    at_edge = evaluate(edges)
    has_links = task.policy not in _ONE_GOAL and bool(edges) and task.silent_share > 0
    with_silence = evaluate_silent(edges) if has_links else {}
    return Found(
        scenario=scenario.name,
        policy=task.policy,
        users=users,
        at_edge=tuple(at_edge[case] for case in edges),
        with_silence=tuple(with_silence[case] for case in edges if with_silence),
    )


_ONE_GOAL: Final = (PolicyName.FORESIGHT, PolicyName.UNCONTROLLED)


class _Memory:
    """Works out only what is not known yet, some cases at a time.

    Args:
        work: Works out cases.
        kept: Under which key, and by what, they are remembered and kept.
    """

    def __init__(
        self,
        work: Work,
        kept: tuple[str, Remembered, Keep],
    ) -> None:
        self._work = work
        self._key, self._remembered, self._keep = kept

    def __call__(self, cases: Sequence[Case]) -> dict[Case, Served]:
        known = dict(self._remembered(self._key, cases))
        missing = [case for case in cases if case not in known]
        for first in range(0, len(missing), _MOST_AT_ONCE):
            done = self._work(missing[first : first + _MOST_AT_ONCE])
            self._keep(self._key, done)
            known.update(done)
        return known


def _worker(task: Task, populations: Sequence[Population], where: tuple[Setting, Among]) -> Work:
    """Make what works out cases."""
    setting, dealing = where
    if task.policy is PolicyName.FORESIGHT:
        return lambda cases: {
            case: foresee(setting.grid, populations[case.seed], case.users) for case in cases
        }

    def live(cases: Sequence[Case]) -> dict[Case, Served]:
        weeks = Weeks(setting, populations, cases)
        return dict(zip(cases, weeks.live(dealing(cases)), strict=True))

    return live


def _dealing(task: Task, populations: Sequence[Population], grid: Grid) -> Among:
    """Make what deals among the users of some cases; for a bound nobody does."""
    users = task.scenario.users
    if task.policy is PolicyName.STATIC:
        static = policies.static_share(grid)
        return lambda cases: static(_chargers(populations, cases))
    if task.policy in (PolicyName.BLIND, PolicyName.PREDICTED):
        name = _NOTHING_KNOWN if task.policy is PolicyName.BLIND else task.predictor
        planned = _with_forecast(PREDICTORS[name](users), task, populations, grid)
        return lambda _: planned
    deal = _KNOWING[task.policy](grid)
    return lambda _: deal


def _with_forecast(
    predictor: Predictor, task: Task, populations: Sequence[Population], grid: Grid
) -> Dealing:
    """Plan by risk where whole distributions are told, else with quantiles."""
    if isinstance(predictor, Foretelling):
        return policies.by_risk(grid, weigh_risks(predictor, populations))
    outlook = look_ahead(predictor, task.scenario.users, populations, task.caution)
    return policies.as_planned(grid, outlook)


_KNOWING: Final[Mapping[PolicyName, Callable[[Grid], Dealing]]] = {
    PolicyName.UNCONTROLLED: lambda _: policies.nobody_steers,
    PolicyName.EQUAL: policies.equal_share,
    PolicyName.FCFS: lambda grid: policies.one_by_one(grid, policies.arrival),
    PolicyName.EDF: lambda grid: policies.one_by_one(grid, policies.departure),
    PolicyName.LLF: lambda grid: policies.one_by_one(grid, policies.laxity),
    PolicyName.STATED: policies.as_planned,
    PolicyName.FORESIGHT: lambda _: policies.nobody_steers,
}


def _chargers(populations: Sequence[Population], cases: Sequence[Case]) -> Array:
    """How many chargers hang on the lines in each way: [case, way]."""
    ways = [populations[case.seed].way_of_user[None, : case.users] for case in cases]
    return np.concatenate([by_way(np.ones(way.shape), way) for way in ways])
