"""From problems and plans to JSON documents, and the plan's schema."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue

from smart_charging.errors import ProblemError
from smart_charging.feeder import Feeder
from smart_charging.plan import Cause, ChargingPlan, Method, Reason
from smart_charging.problem import ChargingProblem
from smart_charging.problem_json import (
    DemandChargeJson,
    DemandJson,
    DischargeJson,
    EvseJson,
    FeederJson,
    ForecastJson,
    ModuleJson,
    OutcomeJson,
    PolicyJson,
    ProblemJson,
    ReservationJson,
    StepFeeJson,
    StoreJson,
    TaperJson,
    TariffJson,
    TransformerJson,
)
from smart_charging.resources import Evse
from smart_charging.schedule import to_steps
from smart_charging.taps import Tap, pair_tap, unknown_tap, wye_tap
from smart_charging.tariff import DemandCharge, StepFee, Tariff
from smart_charging.vehicle import Demand

_LINES = (1, 2, 3)


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


def write_problem(problem: ChargingProblem) -> dict[str, Any]:
    """Write a problem as JSON values that `read_problem` makes the same problem of.

    Raises:
        ProblemError: A tap is none of those that have a name.
    """
    document = ProblemJson(
        starts_at=problem.starts_at,
        slots_s=list(problem.slots_s),
        committed=problem.committed,
        policy=PolicyJson(
            fairness=problem.policy.fairness, aim=problem.policy.aim, risk=problem.policy.risk
        ),
        tariff=_tariff(problem.tariff) if problem.tariff else None,
        feeders=[_feeder(feeder) for feeder in problem.feeders],
        modules=[ModuleJson(key=one.key, max_w=one.max_w) for one in problem.modules],
        evses=[_evse(evse) for evse in problem.evses],
        stores=[
            StoreJson(
                key=store.key,
                feeder=store.feeder,
                w_per_a=store.w_per_a,
                charge_a=store.charge_a,
                discharge_a=store.discharge_a,
                stored_wh=store.stored_wh,
                least_wh=store.least_wh.tolist(),
                most_wh=store.most_wh.tolist(),
                drain_w=store.drain_w.tolist(),
                efficiency=store.efficiency,
                **_wiring(f"stores[{store.key}]", store.tap),
            )
            for store in problem.stores
        ],
        reservations=[
            ReservationJson(
                key=one.key,
                feeder=one.feeder,
                amps=one.amps.tolist(),
                **_wiring(f"reservations[{one.key}]", one.tap),
            )
            for one in problem.reservations
        ],
    )
    written: dict[str, Any] = document.model_dump(mode="json", exclude={"slot_s", "slots"})
    return written


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


def _feeder(feeder: Feeder) -> FeederJson:
    forecast, turns = feeder.forecast, feeder.transformer
    return FeederJson(
        key=feeder.key,
        parent=feeder.parent,
        limit_a=feeder.limit_a.tolist(),
        uncontrolled_a=feeder.uncontrolled_a.tolist(),
        forecast=ForecastJson(levels=list(forecast.levels), amps=forecast.amps.tolist())
        if forecast
        else None,
        transformer=TransformerJson(ratio=turns.ratio, is_delta_wye=turns.is_delta_wye)
        if turns
        else None,
    )


def _evse(evse: Evse) -> EvseJson:
    taper, discharge = evse.taper, evse.discharge
    same = ("key", "feeder", "w_per_a", "max_a", "min_a", "floor_a", "step_a", "held_a", "on_s")
    also = ("off_s", "steady_s", "is_idle", "can_pause", "max_periods", "module")
    return EvseJson(
        **{name: getattr(evse, name) for name in (*same, *also)},
        levels_a=list(evse.levels_a),
        taper=TaperJson(begins_wh=taper.begins_wh, missing_wh=taper.missing_wh) if taper else None,
        discharge=DischargeJson(
            max_a=discharge.max_a,
            available_wh=discharge.available_wh,
            efficiency=discharge.efficiency,
        )
        if discharge
        else None,
        demand=_demand(evse.demand),
        **_wiring(f"evses[{evse.key}]", evse.tap),
    )


def _demand(demand: Demand) -> DemandJson:
    names = ("energy_wh", "departs_at", "arrives_at", "extra_wh", "served_wh", "weight", "urgency")
    return DemandJson(
        **{name: getattr(demand, name) for name in names},
        outcomes=[
            OutcomeJson(
                probability=one.probability, departs_at=one.departs_at, energy_wh=one.energy_wh
            )
            for one in demand.outcomes
        ],
    )


def _tariff(tariff: Tariff) -> TariffJson:
    fee = tariff.capacity
    capacity: DemandChargeJson | StepFeeJson | None = None
    if isinstance(fee, StepFee):
        capacity = StepFeeJson(
            steps=list(fee.steps),
            day_peaks_w=list(fee.day_peaks_w),
            peak_today_w=fee.peak_today_w,
            count=fee.count,
        )
    elif isinstance(fee, DemandCharge):
        capacity = DemandChargeJson(per_kw=fee.per_kw, peak_w=fee.peak_w)
    return TariffJson(
        per_kwh=tariff.per_kwh.tolist(), base_w=tariff.base_w.tolist(), capacity=capacity
    )


def _wiring(where: str, tap: Tap) -> dict[str, Any]:
    """The name of a tap."""
    lines = [line for line, phasor in zip(_LINES, tap.phasors, strict=True) if phasor != 0]
    makers = {"wye": wye_tap, "unknown": unknown_tap}
    if len(lines) == 2 and tap == pair_tap(lines[0], lines[1]):
        return {"lines": lines, "wiring": "pair"}
    for wiring, make in makers.items():
        if tap == make(tuple(lines)):
            return {"lines": lines, "wiring": wiring}
    raise ProblemError(f"{where}.tap", "expected a tap of wiring wye, pair or unknown")
