"""From JSON documents to problems."""

from typing import Any, Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.errors import ProblemError
from smart_charging.feed_limit import FeedLimit
from smart_charging.feeder import Feeder, LoadForecast
from smart_charging.policy import Policy
from smart_charging.problem import ChargingProblem
from smart_charging.problem_json import (
    DemandJson,
    EvseJson,
    FeederJson,
    FeedLimitJson,
    ProblemJson,
    ReservationJson,
    StandbyJson,
    StepFeeJson,
    StoreJson,
    TapJson,
    TargetJson,
    TariffJson,
)
from smart_charging.resources import Evse, PowerModule, Reservation, Standby, Store, Switching
from smart_charging.taps import Tap, Transformer, pair_tap, unknown_tap, wye_tap
from smart_charging.target import Target
from smart_charging.tariff import DemandCharge, StepFee, Tariff
from smart_charging.vehicle import Demand, Discharge, Outcome, Taper, energy_to_soc

_MOST: Final = 1e9
"""No site has more amperes, watts or watt-hours; figures beyond are slips of the pen."""


def read_problem(document: ProblemJson) -> ChargingProblem:
    """Build a problem from its JSON form.

    Raises:
        ProblemError: It contradicts itself; names the field.
    """
    slots_s = tuple(document.slots_s) or (document.slot_s,) * document.slots
    slots = len(slots_s)
    return ChargingProblem(
        starts_at=document.starts_at,
        slots_s=slots_s,
        committed=document.committed,
        policy=Policy(**document.policy.model_dump()),
        tariff=_tariff(document.tariff, slots) if document.tariff else None,
        feeders=tuple(_feeder(feeder, slots) for feeder in document.feeders),
        modules=tuple(PowerModule(**module.model_dump()) for module in document.modules),
        evses=tuple(_evse(evse) for evse in document.evses),
        stores=tuple(_store(store, slots) for store in document.stores),
        targets=tuple(_target(target, slots) for target in document.targets),
        feed_limits=tuple(_feed_limit(limit, slots) for limit in document.feed_limits),
        reservations=tuple(_reservation(one, slots) for one in document.reservations),
    )


def _feeder(feeder: FeederJson, slots: int) -> Feeder:
    where, forecast, transformer = f"feeders[{feeder.key}]", feeder.forecast, feeder.transformer
    return Feeder(
        key=feeder.key,
        parent=feeder.parent,
        limit_a=_by_line(f"{where}.limit_a", feeder.limit_a, slots),
        uncontrolled_a=_by_line(f"{where}.uncontrolled_a", feeder.uncontrolled_a, slots),
        transformer=Transformer(**transformer.model_dump()) if transformer else None,
        forecast=LoadForecast(
            levels=tuple(forecast.levels),
            amps=np.array([_by_line(f"{where}.forecast", a, slots) for a in forecast.amps]),
        )
        if forecast
        else None,
    )


def _evse(evse: EvseJson) -> Evse:
    if evse.min_a > evse.max_a:
        where, expected = f"evses[{evse.key}].min_a", f"expected no more than max_a, {evse.max_a:g}"
        raise ProblemError(where, expected)
    apart = {"demand", "lines", "wiring", "levels_a", "taper", "discharge"}
    return Evse(
        **evse.model_dump(exclude=apart),
        levels_a=tuple(evse.levels_a),
        tap=_tap(f"evses[{evse.key}]", evse),
        taper=Taper(**evse.taper.model_dump()) if evse.taper else None,
        discharge=Discharge(**evse.discharge.model_dump()) if evse.discharge else None,
        demand=_demand(f"evses[{evse.key}].demand", evse.demand),
    )


def _demand(where: str, demand: DemandJson) -> Demand:
    outcomes = tuple(Outcome(**outcome.model_dump()) for outcome in demand.outcomes)
    rest = demand.model_dump(exclude={"outcomes", "energy_wh", "to_soc"})
    return Demand(**rest, energy_wh=_energy_wh(where, demand), outcomes=outcomes)


def _energy_wh(where: str, demand: DemandJson) -> float:
    if demand.to_soc is None and demand.energy_wh is not None:
        return demand.energy_wh
    if demand.to_soc is not None and demand.energy_wh is None:
        return energy_to_soc(**demand.to_soc.model_dump())
    raise ProblemError(where, "expected either energy_wh or to_soc")


def _store(store: StoreJson, slots: int) -> Store:
    where = f"stores[{store.key}]"
    over_time: dict[str, Any] = {
        name: _by_slot(f"{where}.{name}", getattr(store, name), slots)
        for name in ("least_wh", "most_wh", "drain_w", "gain")
        if getattr(store, name) is not None
    }
    rest = store.model_dump(exclude={"lines", "wiring", "gain", "switching", "standby", *over_time})
    switching = Switching(**store.switching.model_dump()) if store.switching else None
    standby = _standby(f"{where}.standby", store.standby, slots) if store.standby else None
    return Store(**rest, **over_time, switching=switching, standby=standby, tap=_tap(where, store))


def _target(target: TargetJson, slots: int) -> Target:
    where = f"targets[{target.feeder}]"
    return Target(
        feeder=target.feeder,
        wanted_w=_by_slot(f"{where}.wanted_w", target.wanted_w, slots),
        base_w=_by_slot(f"{where}.base_w", target.base_w, slots),
        is_least=target.is_least,
    )


def _feed_limit(limit: FeedLimitJson, slots: int) -> FeedLimit:
    where = f"feed_limits[{limit.feeder}]"
    if len(limit.most_w) != slots:
        raise ProblemError(f"{where}.most_w", f"expected a list of {slots}")
    most_w = np.array([np.inf if watts is None else watts for watts in limit.most_w])
    base_w = _by_slot(f"{where}.base_w", limit.base_w, slots)
    return FeedLimit(
        feeder=limit.feeder,
        most_w=most_w,
        base_w=base_w,
        line=limit.line,
    )


def _standby(where: str, standby: StandbyJson, slots: int) -> Standby:
    relief_a = _by_slot(f"{where}.relief_a", standby.relief_a, slots)
    return Standby(**standby.model_dump(exclude={"relief_a"}), relief_a=relief_a)


def _reservation(one: ReservationJson, slots: int) -> Reservation:
    where = f"reservations[{one.key}]"
    amps = _by_slot(f"{where}.amps", one.amps, slots)
    return Reservation(key=one.key, feeder=one.feeder, tap=_tap(where, one), amps=amps)


def _tariff(tariff: TariffJson, slots: int) -> Tariff:
    capacity = tariff.capacity
    fee: DemandCharge | StepFee | None = None
    if isinstance(capacity, StepFeeJson):
        fee = StepFee(
            steps=tuple(capacity.steps),
            day_peaks_w=tuple(capacity.day_peaks_w),
            peak_today_w=capacity.peak_today_w,
            count=capacity.count,
        )
    elif capacity is not None:
        fee = DemandCharge(per_kw=capacity.per_kw, peak_w=capacity.peak_w)
    return Tariff(
        per_kwh=_by_slot("tariff.per_kwh", tariff.per_kwh, slots),
        base_w=_by_slot("tariff.base_w", tariff.base_w, slots),
        fed_per_kwh=None
        if tariff.fed_per_kwh is None
        else _by_slot("tariff.fed_per_kwh", tariff.fed_per_kwh, slots),
        capacity=fee,
    )


def _tap(where: str, load: TapJson) -> Tap:
    lines = tuple(dict.fromkeys(load.lines))
    if load.wiring == "wye":
        return wye_tap(lines)
    if load.wiring == "unknown":
        return unknown_tap(lines)
    if len(lines) != 2:
        raise ProblemError(f"{where}.lines", "expected two lines for the wiring pair")
    return pair_tap(lines[0], lines[1])


def _by_line(where: str, value: Any, slots: int) -> Array:  # noqa: ANN401 - any short form
    try:
        array = np.array(value, dtype=float)
        if array.ndim == 1:
            array = array.reshape(-1, 1)
        return _bounded(where, np.array(np.broadcast_to(array, (3, slots))))
    except ValueError as error:
        expected = f"expected a number, three numbers, or 3 lists of {slots}"
        raise ProblemError(where, expected) from error


def _by_slot(where: str, value: Any, slots: int) -> Array:  # noqa: ANN401
    try:
        return _bounded(where, np.array(np.broadcast_to(np.array(value, dtype=float), (slots,))))
    except ValueError as error:
        raise ProblemError(where, f"expected a number, or a list of {slots}") from error


def _bounded(where: str, array: Array) -> Array:
    if np.abs(array).max(initial=0.0) > _MOST:
        raise ProblemError(where, f"expected no figure beyond {_MOST:g}")
    return array
