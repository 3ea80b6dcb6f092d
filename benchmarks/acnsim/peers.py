"""The peers: schedulers of acnportal, and adacharge's model predictive control."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from acnportal.algorithms import (  # type: ignore[import-not-found]
    RoundRobin,
    SimpleRampdown,
    SortedSchedulingAlgo,
    earliest_deadline_first,
    first_come_first_served,
    least_laxity_first,
    preprocessing,
    sorted_algorithms,
)

from benchmarks.acnsim import foreign
from benchmarks.acnsim.cases import Case, Scheduler, Setting, Variant
from benchmarks.acnsim.foreign import Array, Infrastructure, Session

_SORTS: Final = {
    Scheduler.FCFS: (SortedSchedulingAlgo, first_come_first_served),
    Scheduler.EDF: (SortedSchedulingAlgo, earliest_deadline_first),
    Scheduler.LLF: (SortedSchedulingAlgo, least_laxity_first),
    Scheduler.ROUND_ROBIN: (RoundRobin, first_come_first_served),
}
_MPC_EVERY: Final = 12
_EQUAL_SHARE: Final = 1e-12
_COMPARED_EVERY: Final = 97


class FeasibilityError(Exception):
    """The faster check of limits differs from the simulator's."""


class Rampdown(SimpleRampdown):  # type: ignore[misc]
    """The peers' estimator of what vehicles take, found again by whoever asks for it.

    In acnportal 0.3.3 it files its estimates by session, and they are looked up by station: they
    are never found, and it has no effect.
    """

    def get_maximum_rates(self, sessions: list[Session]) -> dict[str, float]:
        """Estimates by session, and by station."""
        estimates = super().get_maximum_rates(sessions)
        by_station = {one.station_id: estimates[one.session_id] for one in sessions}
        return {**estimates, **by_station}


def peer_of(case: Case) -> foreign.Scheduler:
    """A peer as its authors would use it."""
    has_estimator = case.variant is not Variant.STOCK
    estimates = {
        "estimate_max_rate": has_estimator,
        "max_rate_estimator": Rampdown() if has_estimator else None,
        "uninterrupted_charging": case.variant is Variant.MINIMUM,
    }
    if case.scheduler is Scheduler.MPC:
        return _mpc(case, estimates)
    kind, order = _SORTS[case.scheduler]
    return kind(order, **estimates)


def _mpc(case: Case, estimates: dict[str, Any]) -> foreign.Scheduler:
    """Adacharge, told to charge quickly and, where that leaves a choice, evenly.

    It plans at events and at least once an hour. It is given the stock simulator, as its processor
    time is compared.
    """
    import adacharge  # type: ignore[import-not-found]  # noqa: PLC0415 - only if there is one

    is_real = case.setting is Setting.REAL
    scheduler = adacharge.AdaptiveSchedulingAlgorithm(
        [
            adacharge.ObjectiveComponent(adacharge.quick_charge),
            adacharge.ObjectiveComponent(adacharge.equal_share, _EQUAL_SHARE),
        ],
        solver="CLARABEL",
        quantize=is_real,
        reallocate=is_real,
        **estimates,
    )
    scheduler.max_recompute = _MPC_EVERY
    return scheduler


def speed_up_feasibility() -> None:
    """Let sorted schedulers check limits by one product of matrices instead of a loop.

    Now and then the original is asked as well.

    Raises:
        FeasibilityError: It says something else.
    """
    stock = sorted_algorithms.infrastructure_constraints_feasible
    fast = _Feasibility(stock)
    sorted_algorithms.infrastructure_constraints_feasible = fast
    preprocessing.infrastructure_constraints_feasible = fast


class _Feasibility:
    def __init__(self, stock: Callable[..., bool]) -> None:
        self._stock = stock
        self._limits: Array | None = None
        self._phasors = np.zeros((0, 0), dtype=complex)
        self._most_a = np.zeros(0)
        self._asked = 0

    def __call__(self, rates: Array, infrastructure: Infrastructure) -> bool:
        if infrastructure.constraint_limits is not self._limits:
            self._limits = infrastructure.constraint_limits
            turn = np.exp(1j * np.deg2rad(infrastructure.phases.astype(float)))
            self._phasors = infrastructure.constraint_matrix.astype(float) * turn
            self._most_a = self._limits + np.maximum(1e-5, 1e-7 * self._limits)
        fits = bool((np.abs(self._phasors @ rates) <= self._most_a).all())
        self._asked += 1
        if self._asked % _COMPARED_EVERY == 0:
            stock = self._stock(rates, infrastructure)
            if fits != stock:
                raise FeasibilityError(f"expected {stock} for {rates} A as in the stock check")
        return fits
