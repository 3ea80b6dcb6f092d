"""How a resource stands, as programs see it."""

from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from csms.domain.resource import Quantity, Setpoint
from csms.service.live_resource import LiveResource
from csms.service.live_site import LiveSite

_SOON = timedelta(seconds=1)


class SetpointState(BaseModel):
    """What a resource is told."""

    watts: float = Field(description="What it is to draw; below 0: to give")
    told_at: datetime
    until: datetime = Field(description="It lapses then, unless another one comes")


class ResourceState(BaseModel):
    """How a resource stands."""

    resource_id: str
    name: str
    kind: str = Field(
        description="battery, photovoltaics, thermal_load, deferrable_load or standby_source"
    )
    feeder_id: str
    readings: dict[Quantity, float] = Field(description="What is told of it, as far as it is fresh")
    counts_w: float = Field(description="The most that it may draw just now, for the limits' sake")
    why: str = Field(description="Why it counts so")
    planned: str = Field(description="What is planned for it, and why")
    setpoint: SetpointState | None = Field(description="What it is told; null: nothing")


KINDS = {
    "Battery": "battery",
    "Photovoltaics": "photovoltaics",
    "ThermalLoad": "thermal_load",
    "DeferrableLoad": "deferrable_load",
    "StandbySource": "standby_source",
}
"""What the API calls kinds of resources."""


def states_of(live: LiveSite, now: datetime) -> list[ResourceState]:
    """Write how all resources of a site stand."""
    lives_s = live.site.control.reading_lives_s
    return [state_of(one, now, lives_s) for one in live.resources.values()]


def state_of(one: LiveResource, now: datetime, lives_s: float) -> ResourceState:
    """Write how a resource stands.

    Args:
        one: The resource.
        now: The present instant.
        lives_s: How long readings count.
    """
    told = {what: one.reading(what, now, lives_s) for what in one.resource.quantities}
    newest = one.newest if one.newest and one.newest.until_at > now else None
    return ResourceState(
        resource_id=one.resource.resource_id,
        name=one.resource.name,
        kind=KINDS[type(one.resource.kind).__name__],
        feeder_id=one.resource.feeder_id,
        readings={what: value for what, value in told.items() if value is not None},
        counts_w=one.most_w(now, now + _SOON, now, lives_s),
        why=one.why(now, lives_s),
        planned=one.planned,
        setpoint=_setpoint(newest) if newest else None,
    )


def _setpoint(setpoint: Setpoint) -> SetpointState:
    return SetpointState(watts=setpoint.watts, told_at=setpoint.told_at, until=setpoint.until_at)
