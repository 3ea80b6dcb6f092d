"""What resources are told: what is planned for them, within the room that is left to them.

A lower setpoint goes out with the plan, before limits are sent; a higher one afterwards, and no
higher than the books leave room for. Every setpoint lapses when measurements do not count any more
(`near_s`), unless the next plan renews it, or before that, in time for it to follow, where it is to
draw less from an instant on: when a cut begins that is known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Final

from csms.domain.fallback import ways_to_root
from csms.domain.resource import (
    Battery,
    DeferrableLoad,
    Quantity,
    ResourceId,
    Setpoint,
    StandbySource,
    ThermalLoad,
)
from csms.language.said import Said, joined
from csms.service.electrics import near_s
from csms.service.grid_guard import near_room
from csms.service.live_resource import LiveResource
from csms.service.live_site import LiveSite
from smart_charging.plan import ChargingPlan

_NOTHING_W: Final = 1.0
_MARGIN_A: Final = 0.01
_AFTER_START: Final = timedelta(minutes=1)
_SHORTEST_S: Final = 60.0
"""No setpoint is told for less."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What a resource is told, and for how long that holds."""

    watts: float
    lives_s: float


class ResourceOrders:
    """Tells a site's resources what is planned for them.

    Args:
        live: The site.
    """

    def __init__(self, live: LiveSite) -> None:
        self._live = live
        self._ways = ways_to_root(live.site)

    def begin(self, now: datetime) -> None:
        """The server has started: what was told before may be followed until it has lapsed."""
        lives = timedelta(seconds=near_s(self._live))
        for one in self._live.resources.values():
            if one.known_from is None:
                one.known_from = now + lives + _AFTER_START + one.follows

    def lower(self, plan: ChargingPlan, now: datetime) -> None:
        """Tell those who are to draw no more than they may already."""
        for one, order in self._planned(plan, now):
            if order.watts <= self._counts_w(one, now) + _NOTHING_W:
                self._tell(one, order, now)

    def raise_(self, plan: ChargingPlan, now: datetime) -> None:
        """Tell those who are to draw more, as far as there is room for it."""
        for one, order in self._planned(plan, now):
            counts_w = self._counts_w(one, now)
            if order.watts > counts_w + _NOTHING_W:
                watts = self._fitting_w(one, order.watts, counts_w, now)
                self._tell(one, replace(order, watts=watts), now)

    def _planned(self, plan: ChargingPlan, now: datetime) -> Iterator[tuple[LiveResource, _Order]]:
        passed_s, near = (now - plan.starts_at).total_seconds(), near_s(self._live)
        for store in plan.stores:
            one = self._live.resources.get(store.key)
            if one is not None:
                w_per_a = self._live.site.watts_per_ampere(len(one.resource.lines))
                course_w = [amps * w_per_a for amps in store.amps]
                follows_s = passed_s + one.resource.follows_within_s
                yield one, _order(course_w, plan.slots_s, near, follows_s)

    def _counts_w(self, one: LiveResource, now: datetime) -> float:
        until = now + timedelta(seconds=near_s(self._live))
        return one.most_w(now, until, now, self._live.site.control.reading_lives_s)

    def _fitting_w(self, one: LiveResource, watts: float, counts_w: float, now: datetime) -> float:
        """What it may draw: what it counts at, and the room on all lines up to the root."""
        room = near_room(self._live, now, {})
        lines = [line - 1 for line in one.resource.lines]
        ways = self._ways[one.resource.feeder_id]
        room_a = min(float(room[feeder_id][lines].min()) for feeder_id in ways) - _MARGIN_A
        w_per_a = self._live.site.watts_per_ampere(len(lines))
        fitting_w = min(watts, counts_w + max(room_a, 0.0) * w_per_a)
        is_too_little = fitting_w < watts - _NOTHING_W and fitting_w < _least_w(one)
        return min(counts_w, one.resource.fallback_w) if is_too_little else fitting_w

    def _tell(self, one: LiveResource, order: _Order, now: datetime) -> None:
        lives = timedelta(seconds=order.lives_s)
        one.tell(Setpoint(round(order.watts, 1) + 0.0, now, now + lives))
        one.planned = self._why(one, order.watts, now)
        self._live.setpoints_due[one.resource.resource_id] = None
        self._live.setpoints.set()

    def _why(self, one: LiveResource, watts: float, now: datetime) -> str:
        """What is planned, and why, in words."""
        lives_s, kind = self._live.site.control.reading_lives_s, one.resource.kind
        does = Said("Draws %(kw).1f kW", kw=watts / 1000)
        if watts < 0:
            does = Said("Gives %(kw).1f kW", kw=-watts / 1000)
        match kind:
            case Battery(capacity_wh=capacity_wh, reserve_wh=reserve_wh):
                soc = one.reading(Quantity.SOC_PCT, now, lives_s) or 0.0
                return Said(
                    "%(does)s: %(soc).0f %% full, keeps %(reserve).0f %%",
                    does=does,
                    soc=soc,
                    reserve=100 * reserve_wh / capacity_wh,
                )
            case ThermalLoad(band_c=(least_c, most_c)):
                now_c = one.reading(Quantity.TEMPERATURE_C, now, lives_s) or 0.0
                return Said(
                    "%(does)s: %(now).1f °C, kept between %(least)g and %(most)g °C",
                    does=does,
                    now=now_c,
                    least=least_c,
                    most=most_c,
                )
            case DeferrableLoad(done_by=done_by):
                return Said("%(does)s: has to be done by %(time)s", does=does, time=done_by)
            case StandbySource(per_kwh=per_kwh):
                return _why_source(watts, per_kwh, self._live.prices.price_per_kwh(now))
        return does


def _order(
    course_w: Sequence[float], slots_s: Sequence[int], near: float, follows_s: float
) -> _Order:
    """What to tell of a course: its first power, until it is to draw less.

    By then it has followed, as nobody hears what comes too late. Where that is too soon to be worth
    while, the least of the course is told for the whole time.

    Args:
        course_w: What is planned for each slot.
        slots_s: Length of each slot.
        near: For how many seconds a setpoint is told at most.
        follows_s: How long before it has to lapse.
    """
    begins_s = [0, *accumulate(slots_s)]
    soon_w = [max(w, 0.0) for w, begin_s in zip(course_w, begins_s, strict=False) if begin_s < near]
    lower = next((i for i, w in enumerate(soon_w) if w < soon_w[0] - _NOTHING_W), None)
    if lower is None:
        return _Order(course_w[0], near)
    lives_s = begins_s[lower] - follows_s
    if lives_s < _SHORTEST_S:
        return _Order(min(soon_w), near)
    return _Order(course_w[0], min(lives_s, near))


def _why_source(watts: float, per_kwh: float, price: float | None) -> str:
    """Why a source runs or stands, in words."""
    costs = Said("a kWh of it costs %(costs).2f", costs=per_kwh)
    if price is not None:
        costs = Said(
            "a kWh of it costs %(costs).2f, one of the grid %(price).2f", costs=per_kwh, price=price
        )
    if watts > -_NOTHING_W:
        return Said("Stands by: %(costs)s", costs=costs)
    gives = Said("Gives %(kw).1f kW", kw=-watts / 1000)
    if price is not None and price > per_kwh:
        return joined([gives, costs], ": ")
    why = Said("lines carry too much without it, or it was just started")
    return joined([gives, why], ": ")


def _least_w(one: LiveResource) -> float:
    """The least that is of any use to it while it is on."""
    match one.resource.kind:
        case ThermalLoad(least_w=least_w):
            return least_w
        case DeferrableLoad(power_w=power_w):
            return power_w
    return 0.0


def due_setpoints(live: LiveSite) -> list[tuple[ResourceId, Setpoint]]:
    """What is to be sent, the newest of each; it is forgotten by that."""
    due, live.setpoints_due = live.setpoints_due, {}
    live.setpoints.clear()
    found = ((key, live.resources[key].newest) for key in due)
    return [(key, setpoint) for key, setpoint in found if setpoint is not None]
