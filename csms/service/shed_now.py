"""How much of what vehicles draw could be shed just now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from csms.service.electrics import watts_per_ampere
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.problem_builder import can_be_steered, need_of

_HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShedNow:
    """What could be shed.

    Attributes:
        drawn_w: What all vehicles draw.
        now_w: Of that, what lies above the fallbacks of chargers that can be steered: a cut takes
            as much within seconds.
        hour_w: Of that, what could be left off for an hour and still be made up for: every vehicle
            gets what it is planned to need by the time it leaves, as far as its charger can do it.
    """

    drawn_w: float
    now_w: float
    hour_w: float


def shed_now(live: LiveSite, now: datetime) -> ShedNow:
    """Tell how much of what vehicles draw could be shed just now."""
    drawn_w = now_w = hour_w = 0.0
    for evse in live.evses.values():
        amps = evse.drawn_a(now, live.settled)
        if evse.transaction is None or amps is None:
            continue
        w_per_a = watts_per_ampere(live, evse)
        drawn_w += max(amps) * w_per_a
        if can_be_steered(live, evse):
            above_w = max(0.0, max(amps) - evse.allowance.standing_a) * w_per_a
            now_w += above_w
            hour_w += above_w if _can_wait(live, evse, w_per_a, now) else 0.0
    return ShedNow(drawn_w=round(drawn_w), now_w=round(now_w), hour_w=round(hour_w))


def _can_wait(live: LiveSite, evse: LiveEvse, w_per_a: float, now: datetime) -> bool:
    """Whether a vehicle gets all it is planned to need if it begins an hour from now."""
    need = need_of(live, evse, now)
    if need is None or evse.transaction is None:
        return False
    left_wh = max(0.0, need.energy_wh - evse.transaction.energy_wh)
    left_s = (need.departs_at - now).total_seconds() - _HOUR_S
    return left_s > 0 and left_wh <= evse.place.max_a * w_per_a * left_s / _HOUR_S
