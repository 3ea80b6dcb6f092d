"""What a plan has for batteries, heat, loads that wait and sources that stand by; and the sun."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from csms.domain.identity import FeederId
from csms.domain.resource import Photovoltaics, Quantity, ResourceId
from csms.service.charging_control import PlanMade
from csms.service.live_resource import LiveResource
from csms.service.live_site import LiveSite
from csms.service.resource_view import KINDS
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedResource:
    """What one resource is planned to do, or expected to.

    Attributes:
        kind: As the API calls it: `battery`, `photovoltaics` ...
        power_w: What it draws, slot by slot; below 0: gives. Empty: it cannot be planned just now.
        most_w: The most that it draws or gives.
        why: What is planned for it and why, or how it counts.
    """

    name: str
    kind: str
    feeder_id: FeederId
    power_w: tuple[float, ...]
    most_w: float
    why: str


def planned_resources(live: LiveSite, newest: PlanMade) -> dict[ResourceId, PlannedResource]:
    """Tell what a plan has for each resource of a site.

    Args:
        live: The site.
        newest: Its newest plan.
    """
    powers = _store_powers(newest.problem, newest.plan)
    now, lives_s = newest.made_at, live.site.control.reading_lives_s
    found = {}
    for key, one in live.resources.items():
        kind = one.resource.kind
        power_w = powers.get(key, ())
        if isinstance(kind, Photovoltaics) and live.roofs.asked_at is not None:
            power_w = _sun_w(live, key, kind, newest.plan.edges, now)
        found[key] = PlannedResource(
            name=one.resource.name,
            kind=KINDS[type(kind).__name__],
            feeder_id=one.resource.feeder_id,
            power_w=power_w,
            most_w=max(one.resource.rated_w, one.resource.gives_w, 1.0),
            why=_why(one, now, lives_s, is_planned=key in powers),
        )
    return found


def _store_powers(
    problem: ChargingProblem, plan: ChargingPlan
) -> dict[ResourceId, tuple[float, ...]]:
    w_per_a = {store.key: store.w_per_a for store in problem.stores}
    return {
        store.key: tuple(round(amps * w_per_a[store.key]) for amps in store.amps)
        for store in plan.stores
    }


def _sun_w(
    live: LiveSite,
    key: ResourceId,
    kind: Photovoltaics,
    edges: Sequence[datetime],
    now: datetime,
) -> tuple[float, ...]:
    watts = live.resources[key].reading(Quantity.POWER_W, now, live.site.control.reading_lives_s)
    now_w = None if watts is None else max(-watts, 0.0)
    expected_w = live.roofs.expected_w(key, kind, edges, now_w)
    return tuple(-round(given) for given in expected_w.tolist())


def _why(one: LiveResource, now: datetime, lives_s: float, *, is_planned: bool) -> str:
    return one.planned if is_planned and one.planned else one.why(now, lives_s)
