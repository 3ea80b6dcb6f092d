"""Site files: the electrical tree, the chargers in it, and how the site is controlled.

`read_site` checks a file in two passes: every key by itself, then what keys say of each other.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from csms.domain.identity import EvseId
from csms.domain.resource import Resource
from csms.domain.security import SecurityProfile, SiteSecurity
from csms.domain.settings import WantedSetting
from csms.domain.site import (
    AmpereSchedule,
    AssumedNeed,
    Earthing,
    EvsePlace,
    Feeder,
    GuestPlace,
    MeterShows,
    PhaseAmps,
    Site,
    UncontrolledLoad,
    Window,
)
from csms.domain.site_policy import ControlPolicy, SharingPolicy
from csms.settings.meter_file import meter_source
from csms.settings.price_file import site_pricing, site_tariff
from csms.settings.resource_file import resources_of
from csms.settings.site_checks import contradictions
from csms.settings.site_schema import (
    AmpsOverTime,
    ChargerModel,
    EvseModel,
    FeederModel,
    GridModel,
    GuestModel,
    SettingModel,
    SiteModel,
    UncontrolledModel,
    evses_of,
)
from csms.settings.time_schema import DAYS
from csms.settings.weather_file import site_weather
from csms.settings.yaml_source import YamlSource, parse_yaml, read_yaml

_W_PER_KW: Final = 1000


def read_site(path: Path) -> Site:
    """Read and check a site file.

    Raises:
        SettingsError: Naming file, line, key and what was expected there.
    """
    return _site(read_yaml(path))


def site_of(path: Path, text: str) -> Site:
    """Check what a site file would say.

    Args:
        path: Where it would stand.
        text: What it would say.

    Raises:
        SettingsError: Naming file, line, key and what was expected there.
    """
    return _site(parse_yaml(path, text))


def site_schema() -> dict[str, Any]:
    """JSON Schema of site files, for editors."""
    return SiteModel.model_json_schema(by_alias=True)


def _site(source: YamlSource) -> Site:
    model = source.parse(SiteModel)
    site = _build(model)
    source.refuse(list(contradictions(source, model, site)))
    return replace(
        site,
        pricing=site_pricing(source, model),
        tariff=site_tariff(model),
        weather=site_weather(source, model.weather),
    )


def _build(model: SiteModel) -> Site:
    site = Site(
        site_id=model.site,
        name=model.name or model.site,
        timezone=ZoneInfo(model.timezone),
        earthing=Earthing(model.grid.earthing),
        voltage_v=model.grid.voltage_v,
        feeders=tuple(_feeders(model.feeders, None, model.grid)),
        places=(),
        resources=tuple(_resources(model.feeders)),
        guests=_guests(model.guests),
        assumed=AssumedNeed(
            energy_wh=model.assumed.energy_kwh * _W_PER_KW,
            stay_s=round(model.assumed.stay_h * 3600),
            leaves_by=model.assumed.leaves_by,
        ),
        control=ControlPolicy(**model.control.model_dump()),
        policy=SharingPolicy(**model.policy.model_dump()),
        settings=tuple(_setting(one) for one in model.settings),
        price_per_kwh=model.price_per_kwh,
        security=_security(model),
    )
    places = tuple(
        _place(charger, evse, site) for charger in model.chargers for evse in evses_of(charger)
    )
    return replace(site, places=places)


def _setting(model: SettingModel) -> WantedSetting:
    value = str(model.value)
    return WantedSetting(
        name=model.name,
        value=value.lower() if isinstance(model.value, bool) else value,
        protocol=model.ocpp,
        stations=frozenset(model.chargers),
    )


def _security(model: SiteModel) -> SiteSecurity:
    said = {one.id: one.security_profile for one in model.chargers}
    return SiteSecurity(
        profile=None if model.security_profile is None else SecurityProfile(model.security_profile),
        by_station={
            name: SecurityProfile(profile) for name, profile in said.items() if profile is not None
        },
    )


def _feeders(
    models: list[FeederModel], parent: FeederModel | None, grid: GridModel
) -> Iterator[Feeder]:
    for model in models:
        yield Feeder(
            feeder_id=model.id,
            name=model.name or model.id,
            parent_id=parent.id if parent else None,
            limit=_schedule(model.limit_a),
            uncontrolled=_uncontrolled(model.uncontrolled, grid),
        )
        yield from _feeders(model.feeders, model, grid)


def _resources(models: list[FeederModel]) -> Iterator[Resource]:
    for model in models:
        yield from resources_of(model)
        yield from _resources(model.feeders)


def _uncontrolled(model: UncontrolledModel | None, grid: GridModel) -> UncontrolledLoad | None:
    if model is None:
        return None
    return UncontrolledLoad(
        worst_case=_schedule(model.worst_case_a),
        largest_step_a=model.largest_step_a,
        is_metered=model.metered,
        meter_shows=MeterShows(model.meter_shows),
        source=meter_source(model.mqtt, grid),
    )


def _schedule(value: float | list[float] | AmpsOverTime) -> AmpereSchedule:
    if not isinstance(value, AmpsOverTime):
        return AmpereSchedule(_by_line(value))
    windows = tuple(
        Window(
            weekdays=frozenset(DAYS.index(day) for day in window.days),
            from_time=window.from_time,
            to_time=window.to_time,
            amps=_by_line(window.amps),
        )
        for window in value.windows
    )
    return AmpereSchedule(_by_line(value.default), windows)


def _by_line(value: float | list[float]) -> PhaseAmps:
    if isinstance(value, list):
        return (value[0], value[1], value[2])
    return (value, value, value)


def _guests(model: GuestModel | None) -> GuestPlace | None:
    if model is None:
        return None
    return GuestPlace(
        feeder_id=model.feeder,
        lines=tuple(model.lines),
        max_a=model.max_a,
        fallback_a=model.fallback_a,
        max_stations=model.max_chargers,
    )


def _place(charger: ChargerModel, evse: EvseModel, site: Site) -> EvsePlace:
    place = EvsePlace(
        evse=EvseId(charger.id, evse.number),
        feeder_id=evse.feeder,
        lines=tuple(evse.lines),
        max_a=evse.max_a or 0.0,
        min_a=evse.min_a,
        fallback_a=evse.fallback_a,
        is_installed=charger.installed,
        keeps_fallback=charger.keeps_fallback,
        keeps_limits=charger.keeps_limits,
    )
    if evse.dc is None:
        return place
    amps_per_kw = _W_PER_KW / (site.watts_per_ampere(len(evse.lines)) * evse.dc.efficiency)
    return replace(
        place,
        max_a=evse.dc.max_kw * amps_per_kw,
        min_a=evse.dc.min_kw * amps_per_kw,
        fallback_a=evse.dc.fallback_kw * amps_per_kw,
        is_dc=True,
        efficiency=evse.dc.efficiency,
    )
