"""The planning problem: a tree of feeders, EVSEs and stores in it, and what vehicles need.

Time is cut into slots of any length; every quantity that changes over time is given per slot.
A problem checks itself when it is made.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate

from smart_charging.check import check_evses, check_problem
from smart_charging.columns import EvseColumns, columns_of
from smart_charging.feed_limit import FeedLimit, check_feed_limits
from smart_charging.feeder import Feeder
from smart_charging.policy import Policy
from smart_charging.resources import Evse, PowerModule, Reservation, Store
from smart_charging.target import Target, check_targets
from smart_charging.tariff import Tariff


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChargingProblem:
    """Everything that a plan depends on.

    Attributes:
        starts_at: Start of the first slot.
        slots_s: Length of each slot.
        committed: How many of the first slots are about to be sent, and so must be exact.
        columns: The EVSEs' numbers as columns, made from the above.
    """

    starts_at: datetime
    slots_s: tuple[int, ...]
    feeders: tuple[Feeder, ...]
    evses: tuple[Evse, ...]
    reservations: tuple[Reservation, ...] = ()
    modules: tuple[PowerModule, ...] = ()
    stores: tuple[Store, ...] = ()
    committed: int = 1
    policy: Policy = field(default_factory=Policy)
    tariff: Tariff | None = None
    targets: tuple[Target, ...] = ()
    feed_limits: tuple[FeedLimit, ...] = ()
    columns: EvseColumns = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_problem(self)
        known = {one.key for one in self.feeders}
        check_targets(self.targets, known, len(self.slots_s))
        check_feed_limits(self.feed_limits, known, len(self.slots_s))
        columns = columns_of(self.evses, self.starts_at)
        check_evses(self.evses, columns)
        object.__setattr__(self, "columns", columns)

    @property
    def edges(self) -> tuple[datetime, ...]:
        """Start of every slot, and the end of the last."""
        return slot_edges(self.starts_at, self.slots_s)


def slot_edges(starts_at: datetime, slots_s: tuple[int, ...]) -> tuple[datetime, ...]:
    """Start of every slot, and the end of the last."""
    return tuple(starts_at + timedelta(seconds=s) for s in accumulate(slots_s, initial=0))
