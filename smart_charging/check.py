"""Refusing problems that contradict themselves: every fault names its field."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Protocol

import numpy as np

from smart_charging.arrays import Array, Flags
from smart_charging.columns import EvseColumns
from smart_charging.errors import ProblemError
from smart_charging.feeder import Feeder, LoadForecast
from smart_charging.policy import Policy
from smart_charging.resources import Evse, PowerModule, Reservation, Standby, Store, Switching
from smart_charging.tariff import Tariff, check_tariff
from smart_charging.vehicle import Demand

_ABOVE_0: Final = ("w_per_a", "step_a")
_NOT_BELOW_0: Final = ("max_a", "min_a", "floor_a", "held_a", "on_s", "off_s", "steady_s")
_DEMAND: Final = ("energy_wh", "extra_wh", "served_wh", "weight")
_FINITE_ABOVE_0: Final = "expected a finite number above 0"
_FINITE: Final = "expected a finite number, not below 0"
_WHOLE: Final = 1e-6
_MOST: Final = 1e9
"""No EVSE has more amperes, watts or watt-hours; figures beyond are slips of the pen."""


class Problem(Protocol):
    """What is checked."""

    @property
    def starts_at(self) -> datetime: ...  # noqa: D102
    @property
    def slots_s(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def feeders(self) -> tuple[Feeder, ...]: ...  # noqa: D102
    @property
    def evses(self) -> tuple[Evse, ...]: ...  # noqa: D102
    @property
    def reservations(self) -> tuple[Reservation, ...]: ...  # noqa: D102
    @property
    def modules(self) -> tuple[PowerModule, ...]: ...  # noqa: D102
    @property
    def stores(self) -> tuple[Store, ...]: ...  # noqa: D102
    @property
    def committed(self) -> int: ...  # noqa: D102
    @property
    def policy(self) -> Policy: ...  # noqa: D102
    @property
    def tariff(self) -> Tariff | None: ...  # noqa: D102


def check_problem(problem: Problem) -> None:
    """Refuse what contradicts itself, all but the EVSEs' numbers.

    Raises:
        ProblemError: Naming the first field that is wrong.
    """
    slots = len(problem.slots_s)
    _check_frame(problem, slots)
    known: set[str] = set()
    for feeder in problem.feeders:
        _check_feeder(feeder, known, slots)
        known.add(feeder.key)
    for where, loads in _loads(problem):
        _check_names(where, [load.key for load in loads])
        _check_places(where, loads, known)
    _check_modules(problem)
    for reservation in problem.reservations:
        _check_amps(f"reservations[{reservation.key}].amps", reservation.amps, (slots,))
    for store in problem.stores:
        _check_store(store, slots)
    for evse in problem.evses:
        _check_instants(f"evses[{evse.key}].demand", evse.demand)
    if problem.tariff is not None:
        check_tariff(problem.tariff, slots)


def _check_frame(problem: Problem, slots: int) -> None:
    if slots == 0 or not all(slot_s > 0 for slot_s in problem.slots_s):
        raise ProblemError("slots_s", "expected at least one slot, each longer than 0 s")
    if not 1 <= problem.committed <= slots:
        raise ProblemError("committed", f"expected 1 to {slots}, got {problem.committed}")
    if problem.starts_at.tzinfo is None:
        raise ProblemError("starts_at", "expected an instant with a time zone")
    try:
        problem.starts_at + timedelta(seconds=sum(problem.slots_s))
    except OverflowError as error:
        expected = "expected slots that end before the year 10000"
        raise ProblemError("starts_at", expected) from error
    if not 0 <= problem.policy.risk < 1:
        raise ProblemError("policy.risk", f"expected 0 to below 1, got {problem.policy.risk}")


def _check_instants(where: str, demand: Demand) -> None:
    for name in ("arrives_at", "departs_at"):
        if _is_naive(getattr(demand, name)):
            raise ProblemError(f"{where}.{name}", "expected an instant with a time zone")


def check_evses(evses: Sequence[Evse], columns: EvseColumns) -> None:
    """Refuse numbers of EVSEs that make no sense.

    Raises:
        ProblemError: Naming the first field that is wrong.
    """
    if not _is_ordinary(columns):
        _check_columns(evses, columns)
    _refuse(evses, "demand.urgency", ~np.isfinite(columns.urgency), "expected a finite number")
    for evse in evses:
        _check_extras(evse)


def _is_ordinary(columns: EvseColumns) -> bool:
    """Whether no number can be wrong, by one look at all of them."""
    table = np.array([getattr(columns, name) for name in (*_ABOVE_0, *_NOT_BELOW_0, *_DEMAND)])
    return bool((table[: len(_ABOVE_0)] > 0).all() and ((table >= 0) & (table <= _MOST)).all())


def _check_columns(evses: Sequence[Evse], columns: EvseColumns) -> None:
    for name in _ABOVE_0:
        values = getattr(columns, name)
        _refuse(evses, name, ~((values > 0) & np.isfinite(values)), _FINITE_ABOVE_0)
    for name in (*_NOT_BELOW_0, *_DEMAND):
        values = getattr(columns, name)
        field = f"demand.{name}" if name in _DEMAND else name
        _refuse(evses, field, ~((values >= 0) & np.isfinite(values)), _FINITE)
        _refuse(evses, field, values > _MOST, f"expected no figure beyond {_MOST:g}")


def _refuse(evses: Sequence[Evse], field: str, is_wrong: Flags, expected: str) -> None:
    if is_wrong.any():
        raise ProblemError(f"evses[{evses[int(np.argmax(is_wrong))].key}].{field}", expected)


def _check_extras(evse: Evse) -> None:
    where = f"evses[{evse.key}]"
    if evse.levels_a and not _rises((0.0, *evse.levels_a)):
        raise ProblemError(f"{where}.levels_a", "expected rising limits above 0")
    if evse.max_periods < 1:
        raise ProblemError(f"{where}.max_periods", f"expected 1 or more, got {evse.max_periods}")
    if evse.demand.outcomes:
        _check_outcomes(f"{where}.demand.outcomes", evse.demand)
    if evse.taper is not None and not (
        0 < evse.taper.begins_wh < np.inf and 0 <= evse.taper.missing_wh < np.inf
    ):
        raise ProblemError(f"{where}.taper", "expected finite energies, begins_wh above 0")
    if evse.discharge is not None and not (
        0 <= evse.discharge.max_a < np.inf
        and 0 <= evse.discharge.available_wh < np.inf
        and 0 < evse.discharge.efficiency <= 1
    ):
        expected = "expected max_a and available_wh not below 0, efficiency above 0 and up to 1"
        raise ProblemError(f"{where}.discharge", expected)


def _check_outcomes(where: str, demand: Demand) -> None:
    for outcome in demand.outcomes:
        if _is_naive(outcome.departs_at):
            raise ProblemError(where, "expected instants with a time zone")
        if not (0 <= outcome.energy_wh <= demand.energy_wh + _WHOLE):
            raise ProblemError(where, "expected energies of 0 up to the demand's own")
        if outcome.departs_at > demand.departs_at:
            raise ProblemError(where, "expected nobody to stay longer than the demand says")
    chances = [outcome.probability for outcome in demand.outcomes]
    if not min(chances) >= 0 or not abs(sum(chances) - 1.0) <= _WHOLE:
        raise ProblemError(where, f"expected probabilities that add up to 1, got {sum(chances):g}")


def _check_feeder(feeder: Feeder, known: set[str], slots: int) -> None:
    where = f"feeders[{feeder.key}]"
    if feeder.key in known:
        raise ProblemError(where, "expected each feeder once")
    if feeder.parent is not None and feeder.parent not in known:
        raise ProblemError(f"{where}.parent", "expected a feeder that comes before this one")
    _check_amps(f"{where}.limit_a", feeder.limit_a, (3, slots))
    _check_amps(f"{where}.uncontrolled_a", feeder.uncontrolled_a, (3, slots))
    if feeder.transformer is not None and not 0 < feeder.transformer.ratio < np.inf:
        raise ProblemError(f"{where}.transformer.ratio", _FINITE_ABOVE_0)
    if feeder.forecast is not None:
        _check_forecast(f"{where}.forecast", feeder.forecast, slots)


def _check_forecast(where: str, forecast: LoadForecast, slots: int) -> None:
    if not forecast.levels or not _rises((0.0, *forecast.levels, 1.0 + _WHOLE)):
        raise ProblemError(f"{where}.levels", "expected rising probabilities between 0 and 1")
    _check_amps(f"{where}.amps", forecast.amps, (len(forecast.levels), 3, slots))
    if np.any(np.diff(forecast.amps, axis=0) < 0):
        raise ProblemError(f"{where}.amps", "expected loads that rise with the level")


def _check_modules(problem: Problem) -> None:
    known = {module.key for module in problem.modules}
    _check_names("modules", [module.key for module in problem.modules])
    for module in problem.modules:
        if not 0 <= module.max_w < np.inf:
            raise ProblemError(f"modules[{module.key}].max_w", _FINITE)
    for evse in problem.evses:
        if evse.module is not None and evse.module not in known:
            raise ProblemError(f"evses[{evse.key}].module", f"no module is called {evse.module!r}")


def _check_store(store: Store, slots: int) -> None:
    where = f"stores[{store.key}]"
    if not 0 < store.w_per_a < np.inf or not 0 < store.efficiency <= 1:
        raise ProblemError(where, "expected w_per_a above 0, efficiency above 0 and up to 1")
    for name in ("charge_a", "discharge_a", "stored_wh", "loss_per_h", "wear_per_kwh"):
        if not 0 <= getattr(store, name) < np.inf:
            raise ProblemError(f"{where}.{name}", _FINITE)
    for name in ("least_wh", "most_wh"):
        _check_amps(f"{where}.{name}", getattr(store, name), (slots,), "numbers")
    if store.gain is not None:
        _check_amps(f"{where}.gain", store.gain, (slots,), "numbers")
        if store.discharge_a > 0 and np.any(store.gain > 1):
            raise ProblemError(f"{where}.gain", "expected up to 1 for a store that gives back")
    _check_drain(f"{where}.drain_w", store.drain_w, slots)
    if store.switching is not None:
        _check_switching(f"{where}.switching", store.switching, store)
    if store.standby is not None:
        _check_standby(f"{where}.standby", store.standby, store, slots)
    if np.any(store.least_wh > store.most_wh):
        raise ProblemError(f"{where}.least_wh", "expected no more than most_wh")


def _check_drain(where: str, drain_w: Array, slots: int) -> None:
    """More may come in by itself than is drained."""
    if drain_w.shape != (slots,):
        raise ProblemError(where, f"expected the shape {(slots,)}, got {drain_w.shape}")
    if not np.all(np.isfinite(drain_w)):
        raise ProblemError(where, "expected finite numbers")


def _check_switching(where: str, switching: Switching, store: Store) -> None:
    for name in ("on_s", "off_s", "min_on_s", "min_off_s"):
        if not 0 <= getattr(switching, name) < np.inf:
            raise ProblemError(f"{where}.{name}", _FINITE)
    if not 0 < switching.min_a <= store.charge_a:
        expected = f"expected above 0 and up to charge_a, {store.charge_a:g}"
        raise ProblemError(f"{where}.min_a", expected)
    if switching.on_s > 0 and switching.off_s > 0:
        raise ProblemError(where, "expected either on_s or off_s, not both")


def _check_standby(where: str, standby: Standby, store: Store, slots: int) -> None:
    for name in ("starts_s", "on_s", "min_on_s"):
        if not 0 <= getattr(standby, name) < np.inf:
            raise ProblemError(f"{where}.{name}", _FINITE)
    if not 0 < standby.min_a <= store.discharge_a:
        expected = f"expected above 0 and up to discharge_a, {store.discharge_a:g}"
        raise ProblemError(f"{where}.min_a", expected)
    if store.charge_a > 0 or store.switching is not None:
        raise ProblemError(where, "expected a store that takes nothing, and has no switching")
    _check_amps(f"{where}.relief_a", standby.relief_a, (slots,))


def _loads(
    problem: Problem,
) -> Iterator[tuple[str, Sequence[Evse] | Sequence[Store] | Sequence[Reservation]]]:
    yield "evses", problem.evses
    yield "stores", problem.stores
    yield "reservations", problem.reservations


def _check_places(where: str, loads: Iterable[Evse | Store | Reservation], known: set[str]) -> None:
    for load in loads:
        if load.feeder not in known:
            message = f"no feeder is called {load.feeder!r}"
            raise ProblemError(f"{where}[{load.key}].feeder", message)
        if not any(load.tap.phasors):
            raise ProblemError(f"{where}[{load.key}].tap", "expected at least one line")
        if not np.all(np.isfinite(load.tap.phasors)):
            raise ProblemError(f"{where}[{load.key}].tap", "expected finite phasors")


def _check_amps(where: str, array: Array, shape: tuple[int, ...], unit: str = "amperes") -> None:
    if array.shape != shape:
        raise ProblemError(where, f"expected the shape {shape}, got {array.shape}")
    if not (array.min(initial=0.0) >= 0 and array.max(initial=0.0) < np.inf):
        raise ProblemError(where, f"expected finite {unit}, none below 0")


def _check_names(where: str, names: list[str]) -> None:
    for first, second in pairwise(sorted(names)):
        if first == second:
            raise ProblemError(where, f"expected each name once, got {first!r} twice")


def _rises(values: tuple[float, ...]) -> bool:
    return all(one < other for one, other in pairwise(values)) and np.isfinite(values[-1])


def _is_naive(instant: datetime | None) -> bool:
    return instant is not None and instant.tzinfo is None
