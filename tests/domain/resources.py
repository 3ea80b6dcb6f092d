"""Resources to start from."""

from dataclasses import replace
from datetime import time
from typing import Any

from csms.domain.resource import (
    Battery,
    DeferrableLoad,
    Photovoltaics,
    Resource,
    StandbySource,
    ThermalLoad,
)
from csms.domain.site import Site

BATTERY = Resource(
    resource_id="battery",
    name="Battery",
    feeder_id="intake",
    lines=(1, 2, 3),
    kind=Battery(capacity_wh=20_000.0, charge_w=6_900.0, discharge_w=6_900.0, reserve_wh=2_000.0),
    keeps_setpoints=True,
)
ROOF = Resource(
    resource_id="roof",
    name="Roof",
    feeder_id="intake",
    lines=(1, 2, 3),
    kind=Photovoltaics(peak_w=10_000.0, latitude=63.4, longitude=10.4),
)
HEAT_PUMP = Resource(
    resource_id="heat-pump",
    name="Heat pump",
    feeder_id="level-1",
    lines=(1, 2, 3),
    kind=ThermalLoad(
        rated_w=4_140.0,
        band_c=(19.0, 23.0),
        wh_per_k=2_000.0,
        w_per_k=100.0,
        around_c=0.0,
        gain=3.0,
    ),
    keeps_setpoints=True,
)

GENERATOR = Resource(
    resource_id="generator",
    name="Generator",
    feeder_id="intake",
    lines=(1, 2, 3),
    kind=StandbySource(
        power_w=8_280.0, least_w=2_070.0, per_kwh=5.5, per_start=4.0, starts_s=30.0, min_run_s=600.0
    ),
    keeps_setpoints=True,
)


def deferrable(**more: Any) -> DeferrableLoad:
    """A washing machine of 2 kW that runs for an hour between ten in the evening and six."""
    usual = {"power_w": 2_070.0, "energy_wh": 2_070.0, "earliest": time(22), "done_by": time(6)}
    return DeferrableLoad(**{**usual, **more})


def with_resources(site: Site, *resources: Resource) -> Site:
    """The site with these."""
    return replace(site, resources=resources)
