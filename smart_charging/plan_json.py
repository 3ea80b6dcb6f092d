"""Plans as JSON documents, and their schema."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue

from smart_charging.plan import Cause, ChargingPlan, Method, Reason
from smart_charging.problem import ChargingProblem
from smart_charging.schedule import to_steps


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReasonJson(_Model):
    """Why a limit is what it is; the feeder and line that bind, until when, and at what price."""

    cause: Cause
    feeder: str | None
    line: int | None
    until: AwareDatetime | None
    gain_per_a: float


class EvsePlanJson(_Model):
    """Limits of an EVSE by slot, what they lead to, and why the first is what it is.

    `profile` is the same in as few periods as its station takes, never above the limits: seconds
    from the plan's start, and amperes.
    """

    key: str
    limits_a: list[float]
    profile: list[tuple[int, float]]
    expected_wh: float
    short_wh: float
    risk: float
    reason: ReasonJson
    reasons: list[ReasonJson] | None = None


class StorePlanJson(_Model):
    """What a store takes by slot; below 0 it gives back."""

    key: str
    amps: list[float]


class ObjectiveJson(_Model):
    """What the plan is worth, by aim."""

    promised: float
    extra: float
    cost: float
    peak_kw: float
    total: float
    bound: float | None
    gap: float | None


class PlanJson(_Model):
    """A plan."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    slots_s: list[int]
    committed: int
    method: Method
    detail: str
    objective: ObjectiveJson | None
    evses: list[EvsePlanJson]
    stores: list[StorePlanJson]


def plan_schema() -> dict[str, JsonValue]:
    """The JSON Schema of plans."""
    schema: dict[str, Any] = PlanJson.model_json_schema()
    return schema


def write_plan(
    problem: ChargingProblem, plan: ChargingPlan, *, all_reasons: bool = False
) -> dict[str, Any]:
    """Write a plan as JSON values.

    Args:
        problem: What was planned.
        plan: What is written.
        all_reasons: Whether every slot's reason is told, not only the first's.
    """
    document = PlanJson(
        starts_at=plan.starts_at,
        ends_at=plan.edges[-1],
        slots_s=list(plan.slots_s),
        committed=plan.committed,
        method=plan.method,
        detail=plan.detail,
        objective=_objective(plan),
        evses=[
            _evse_plan(plan, i, evse.max_periods, all_reasons=all_reasons)
            for i, evse in enumerate(problem.evses)
        ],
        stores=[StorePlanJson(key=store.key, amps=_shown(store.amps)) for store in plan.stores],
    )
    written: dict[str, Any] = document.model_dump(mode="json")
    return written


def _evse_plan(plan: ChargingPlan, i: int, max_periods: int, *, all_reasons: bool) -> EvsePlanJson:
    planned, table, slots = plan.evses[i], plan.reasons, range(len(plan.slots_s))
    limits_a = _shown(planned.limits_a)
    each = [_reason(table.at(i, slot)) for slot in slots] if table and all_reasons else None
    return EvsePlanJson(
        key=planned.key,
        limits_a=limits_a,
        profile=list(to_steps(limits_a, plan.slots_s, sum(plan.slots_s), max_periods)),
        expected_wh=round(planned.expected_wh, 1),
        short_wh=round(planned.short_wh, 1),
        risk=round(planned.risk, 6),
        reason=_reason(planned.reason),
        reasons=each,
    )


def _shown(amps: Iterable[float]) -> list[float]:
    return [round(one, 3) for one in amps]


def _objective(plan: ChargingPlan) -> ObjectiveJson | None:
    worth = plan.objective
    if worth is None:
        return None
    return ObjectiveJson(
        promised=worth.promised,
        extra=worth.extra,
        cost=worth.cost,
        peak_kw=worth.peak_kw,
        total=worth.total,
        bound=worth.bound,
        gap=worth.gap,
    )


def _reason(reason: Reason) -> ReasonJson:
    until: datetime | None = reason.until
    return ReasonJson(
        cause=reason.cause,
        feeder=reason.feeder,
        line=reason.line,
        until=until,
        gain_per_a=round(reason.gain_per_a, 6),
    )
