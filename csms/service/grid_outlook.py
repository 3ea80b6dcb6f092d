"""What a feeder is expected to draw, against what a grid company leaves to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np

from csms.domain.grid_profile import CapacityBlock
from csms.domain.identity import FeederId, SiteId
from csms.domain.site import PhaseAmps
from csms.service.charging_control import PlanMade
from csms.service.control_room import planned_loads
from csms.service.electrics import by_line
from csms.service.live_site import LiveSite
from csms.service.measured_flows import measured_uncontrolled
from smart_charging.arrays import Array
from smart_charging.currents import line_currents

NewestPlan: TypeAlias = Callable[[SiteId], PlanMade | None]
"""The newest plan of a site, None before the first one."""

_THREE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is expected within a block's time, as far as the newest plan reaches.

    Attributes:
        amps: The highest of each line.
        watts: The mean of all lines together.
    """

    amps: PhaseAmps
    watts: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outlook:
    """What a feeder is expected to carry: the newest plan's charging, and the building as now.

    Attributes:
        edges: Start of every slot of the plan, and the end of the last.
        charging_a: [line, slot].
        building_a: As measured, or as it is reckoned with where no fresh measurement is known.
        w_per_a: Power of one ampere on one line.
    """

    edges: tuple[datetime, ...]
    charging_a: Array
    building_a: PhaseAmps
    w_per_a: float

    def expected(self, block: CapacityBlock, limit_a: PhaseAmps | None) -> Expected | None:
        """What is expected while a block holds; None: no plan reaches so far.

        Args:
            block: The block.
            limit_a: What it leaves to each line, which the next plan keeps to; None: all.
        """
        within = [
            (slot, (end_at - start_at).total_seconds())
            for slot, (start_at, end_at) in enumerate(pairwise(self.edges))
            if block.holds_within(start_at, end_at)
        ]
        if not within:
            return None
        slots, lengths_s = zip(*within, strict=True)
        building_a = np.array(self.building_a).reshape(_THREE, 1)
        drawn_a = self.charging_a[:, slots] + building_a
        if limit_a is not None:
            most_a = np.maximum(np.array(limit_a).reshape(_THREE, 1), building_a)
            drawn_a = np.minimum(drawn_a, most_a)
        first, second, third = by_line(drawn_a.max(axis=1, keepdims=True).round(1))
        watts = np.average(drawn_a.sum(axis=0), weights=lengths_s) * self.w_per_a
        return Expected(amps=(first, second, third), watts=round(float(watts)))


def outlook_of(
    live: LiveSite, feeder_id: FeederId, newest: PlanMade | None, now: datetime
) -> Outlook | None:
    """What a feeder is expected to carry, None before the site's first plan."""
    if newest is None:
        return None
    charging = line_currents(newest.problem.feeders, planned_loads(newest), risk=None)
    return Outlook(
        edges=tuple(newest.plan.edges),
        charging_a=charging[feeder_id],
        building_a=measured_uncontrolled(live, now)[feeder_id],
        w_per_a=live.site.watts_per_ampere(_THREE) / _THREE,
    )
