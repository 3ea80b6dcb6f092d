"""What a study found, beside what others make of the same populations."""

from collections.abc import Sequence
from dataclasses import dataclass

from smart_charging.study.capacity import Goal
from smart_charging.study.confidence import Estimate, estimate, estimate_ratio
from smart_charging.study.policies import PolicyName
from smart_charging.study.task import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A policy's hosting capacity in a scenario.

    Attributes:
        users: Served, by population.
        capacity: Their mean.
        beside: Over the capacities of others in the same scenario, as far as these were studied.
        silent_share: Of the energy wanted, what is delivered to as many users with silent
            chargers, on average; None where that was not tried.
        silent_over_as: Ampere-seconds above the limit in that, over all populations.
        over_as: Likewise with all chargers reached.
    """

    scenario: str
    policy: PolicyName
    goal: Goal
    users: tuple[int, ...]
    capacity: Estimate
    beside: dict[PolicyName, Estimate]
    silent_share: float | None
    silent_over_as: float
    over_as: float


BESIDE = (PolicyName.UNCONTROLLED, PolicyName.EQUAL, PolicyName.FORESIGHT)


def summarise(found: Sequence[Found]) -> list[Row]:
    """Lay out what was found, in its order; a goal after the other."""
    known = {(one.scenario, one.policy): one for one in found}
    return [
        _row(one, goal, [known.get((one.scenario, other)) for other in BESIDE])
        for goal in Goal
        for one in found
        if goal in one.users
    ]


def _row(one: Found, goal: Goal, others: Sequence[Found | None]) -> Row:
    users = one.users[goal]
    beside = {
        other.policy: estimate_ratio(users, other.users[goal])
        for other in others
        if other is not None and any(users > 0 for users in other.users.get(goal, ()))
    }
    silent = [served.share for served in one.with_silence]
    return Row(
        scenario=one.scenario,
        policy=one.policy,
        goal=goal,
        users=users,
        capacity=estimate(users),
        beside=beside,
        silent_share=sum(silent) / len(silent) if silent else None,
        silent_over_as=sum(served.over_as for served in one.with_silence),
        over_as=sum(served.over_as for served in one.at_edge),
    )
