"""From problems to JSON documents."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from smart_charging.errors import ProblemError
from smart_charging.feed_limit import FeedLimit
from smart_charging.feeder import Feeder
from smart_charging.problem import ChargingProblem
from smart_charging.problem_json import (
    DemandChargeJson,
    DemandJson,
    DischargeJson,
    EvseJson,
    FeederJson,
    FeedLimitJson,
    ForecastJson,
    ModuleJson,
    OutcomeJson,
    PolicyJson,
    ProblemJson,
    ReservationJson,
    StandbyJson,
    StepFeeJson,
    StoreJson,
    SwitchingJson,
    TaperJson,
    TargetJson,
    TariffJson,
    TransformerJson,
)
from smart_charging.resources import Evse, Standby, Store
from smart_charging.taps import Tap, pair_tap, unknown_tap, wye_tap
from smart_charging.target import Target
from smart_charging.tariff import DemandCharge, StepFee, Tariff
from smart_charging.vehicle import Demand

_LINES = (1, 2, 3)


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
        stores=[_store(store) for store in problem.stores],
        targets=[_target(target) for target in problem.targets],
        feed_limits=[_feed_limit(limit) for limit in problem.feed_limits],
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


def _store(store: Store) -> StoreJson:
    return StoreJson(
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
        gain=None if store.gain is None else store.gain.tolist(),
        loss_per_h=store.loss_per_h,
        wear_per_kwh=store.wear_per_kwh,
        switching=SwitchingJson(**asdict(store.switching)) if store.switching else None,
        standby=_standby(store.standby) if store.standby else None,
        **_wiring(f"stores[{store.key}]", store.tap),
    )


def _target(target: Target) -> TargetJson:
    wanted = [None if np.isnan(watts) else watts for watts in target.wanted_w.tolist()]
    return TargetJson(
        feeder=target.feeder,
        wanted_w=wanted,
        base_w=target.base_w.tolist(),
        is_least=target.is_least,
    )


def _feed_limit(limit: FeedLimit) -> FeedLimitJson:
    most_w = [watts if np.isfinite(watts) else None for watts in limit.most_w.tolist()]
    return FeedLimitJson(
        feeder=limit.feeder, most_w=most_w, base_w=limit.base_w.tolist(), line=limit.line
    )


def _standby(standby: Standby) -> StandbyJson:
    rest = {name: getattr(standby, name) for name in ("min_a", "starts_s", "on_s", "min_on_s")}
    return StandbyJson(**rest, relief_a=standby.relief_a.tolist())


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
        per_kwh=tariff.per_kwh.tolist(),
        base_w=tariff.base_w.tolist(),
        fed_per_kwh=None if tariff.fed_per_kwh is None else tariff.fed_per_kwh.tolist(),
        capacity=capacity,
    )


def _wiring(where: str, tap: Tap) -> dict[str, Any]:
    """The name of a tap."""
    lines = [line for line, phasor in zip(_LINES, tap.phasors, strict=True) if phasor != 0]
    makers: dict[str, Callable[[tuple[int, ...]], Tap]] = {"wye": wye_tap, "unknown": unknown_tap}
    if len(lines) == 2 and tap == pair_tap(lines[0], lines[1]):
        return {"lines": lines, "wiring": "pair"}
    for wiring, make in makers.items():
        if tap == make(tuple(lines)):
            return {"lines": lines, "wiring": wiring}
    raise ProblemError(f"{where}.tap", "expected a tap of wiring wye, pair or unknown")
