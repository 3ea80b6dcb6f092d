"""What the newest plan has ahead for each EVSE."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from csms.service.charging_control import PlanMade
from smart_charging.schedule import to_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCourse:
    """The limits that one EVSE is planned to get; what comes of it may be otherwise.

    Attributes:
        until_at: How far the plan reaches.
        steps: Instants, and amperes per line from then on.
    """

    made_at: datetime
    until_at: datetime
    steps: tuple[tuple[datetime, float], ...]


def plan_courses(newest: PlanMade | None) -> dict[str, PlanCourse]:
    """The courses of all EVSEs that a plan is for, by `station/number`; none before the first."""
    if newest is None:
        return {}
    plan = newest.plan
    length_s = sum(plan.slots_s)
    return {
        planned.key: PlanCourse(
            made_at=newest.made_at,
            until_at=plan.starts_at + timedelta(seconds=length_s),
            steps=tuple(
                (plan.starts_at + timedelta(seconds=begins_s), limit_a)
                for begins_s, limit_a in to_steps(
                    [round(limit_a, 1) for limit_a in planned.limits_a],
                    plan.slots_s,
                    length_s,
                    len(plan.slots_s),
                )
            ),
        )
        for planned in plan.evses
    }
