"""What is asked of all EVSEs, as columns of numbers: an entry for each EVSE, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.resources import Evse

_EVSE: Final = ("w_per_a", "max_a", "min_a", "floor_a", "step_a", "held_a", "on_s", "off_s")
_ALSO: Final = ("steady_s", "is_idle", "can_pause")
_WHOLE: Final = 1e-6
_DEMAND: Final = ("energy_wh", "extra_wh", "served_wh", "weight", "urgency")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EvseColumns:
    """See `Evse` and `Demand`; instants are in seconds after the start."""

    w_per_a: Array
    max_a: Array
    min_a: Array
    floor_a: Array
    step_a: Array
    held_a: Array
    on_s: Array
    off_s: Array
    steady_s: Array
    is_idle: Array
    can_pause: Array
    least_a: Array
    energy_wh: Array
    extra_wh: Array
    served_wh: Array
    weight: Array
    urgency: Array
    departs_s: Array
    arrives_s: Array


def columns_of(evses: Sequence[Evse], starts_at: datetime) -> EvseColumns:
    """Read all EVSEs.

    Raises:
        TypeError: An instant has no time zone.
    """
    names = (*_EVSE, *_ALSO, *_DEMAND)
    read = attrgetter(*_EVSE, *_ALSO, *(f"demand.{name}" for name in _DEMAND))
    table = np.array([read(evse) for evse in evses], dtype=float).reshape(-1, len(names))
    demands = [evse.demand for evse in evses]
    return EvseColumns(
        **{name: table[:, i] for i, name in enumerate(names)},
        least_a=_least_a(evses, table[:, _EVSE.index("min_a")], table[:, _EVSE.index("step_a")]),
        departs_s=np.array([seconds_until(d.departs_at, starts_at) for d in demands], dtype=float),
        arrives_s=np.array([seconds_until(d.arrives_at, starts_at) for d in demands], dtype=float),
    )


def _least_a(evses: Sequence[Evse], min_a: Array, step_a: Array) -> Array:
    """The least limit that each station knows and that is not a pause."""
    with np.errstate(divide="ignore", invalid="ignore"):
        least_a: Array = np.round(np.ceil(min_a / step_a - _WHOLE) * step_a, 6)
    for i, evse in enumerate(evses):
        if evse.levels_a:
            enough = [a for a in evse.levels_a if a >= evse.min_a - _WHOLE]
            least_a[i] = min(enough, default=np.inf)
    return least_a


def seconds_until(instant: datetime | None, starts_at: datetime) -> float:
    """Seconds from the start to an instant; none is the start itself."""
    return 0.0 if instant is None else (instant - starts_at).total_seconds()
