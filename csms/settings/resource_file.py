"""Resources as site files write them, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from typing import Final

from csms.domain.errors import Fault
from csms.domain.json_path import JsonPath
from csms.domain.meter_source import ValuePlace
from csms.domain.resource import (
    Battery,
    DeferrableLoad,
    Kind,
    OrderedAt,
    Photovoltaics,
    Quantity,
    Resource,
    StandbySource,
    ThermalLoad,
    ToldAt,
)
from csms.settings.resource_schema import (
    BatteryModel,
    CommandModel,
    HeatModel,
    LoadModel,
    PvModel,
    ResourceModel,
    StandbyModel,
    ToldModel,
)
from csms.settings.site_schema import FeederModel
from csms.settings.yaml_source import KeyPath, YamlSource

_K: Final = 1000
_KINDS: Final = ("battery", "pv", "heat", "load", "standby")
_TOLD: Final[Mapping[str, Quantity]] = {
    "power": Quantity.POWER_W,
    "soc": Quantity.SOC_PCT,
    "temperature": Quantity.TEMPERATURE_C,
    "served": Quantity.SERVED_WH,
}


def resources_of(model: FeederModel) -> Iterator[Resource]:
    """The resources right at a feeder; those that are no kind, or several, are left out."""
    for one in model.resources:
        kind = _kind(one)
        if kind is not None:
            yield _resource(one, model.id, kind)


def wrong_resources(
    source: YamlSource, key: KeyPath, feeder: FeederModel, earthing: str
) -> Iterator[Fault]:
    """What keys about a feeder's resources say that cannot be.

    Args:
        source: The file.
        key: Where the feeder is written.
        feeder: What is written of it.
        earthing: Of the grid.
    """
    for i, model in enumerate(feeder.resources):
        yield from _wrong_resource(source, (*key, "resources", i), model, earthing)


def wrong_below_total_meters(
    source: YamlSource, key: KeyPath, feeder: FeederModel
) -> Iterator[Fault]:
    """Meters that show all would show less by what is given below, which may end at any moment."""
    load = feeder.uncontrolled
    if load is None or load.meter_shows != "all":
        return
    for name in _givers_below(feeder):
        message = f"expected uncontrolled, as {name} below may give, and what it gives is no room"
        yield source.fault((*key, "uncontrolled", "meter_shows"), message)


def _givers_below(feeder: FeederModel) -> Iterator[str]:
    yield from (one.id for one in feeder.resources if one.battery or one.pv or one.standby)
    for below in feeder.feeders:
        yield from _givers_below(below)


def _wrong_resource(
    source: YamlSource, key: KeyPath, model: ResourceModel, earthing: str
) -> Iterator[Fault]:
    written = [name for name in _KINDS if getattr(model, name) is not None]
    if len(written) != 1:
        yield source.fault(
            key, f"expected one of {', '.join(_KINDS)}, got {len(written) or 'none'}"
        )
        return
    allowed = (1, 3) if earthing == "TN" else (2, 3)
    if len(set(model.lines)) != len(model.lines) or len(model.lines) not in allowed:
        message = f"expected {allowed[0]} or 3 different lines in a {earthing} grid"
        yield source.fault((*key, "lines"), f"{message}, got {model.lines}")
    kind = _kind(model)
    if kind is None:
        return
    resource = _resource(model, "", kind)
    if resource.fallback_w > resource.rated_w:
        message = f"expected at most its power, {resource.rated_w / _K:g} kW"
        yield source.fault((*key, "fallback_kw"), message)
    for name, quantity in _TOLD.items():
        if getattr(model, name) is not None and quantity not in resource.quantities:
            yield source.fault((*key, name), f"expected no such key beside {written[0]}")
    yield from _wrong_heat(source, (*key, "heat"), model.heat)
    if model.standby is not None and model.standby.least_kw > model.standby.power_kw:
        message = f"expected at most power_kw ({model.standby.power_kw:g} kW)"
        yield source.fault((*key, "standby", "least_kw"), message)


def _wrong_heat(source: YamlSource, key: KeyPath, heat: HeatModel | None) -> Iterator[Fault]:
    if heat is None:
        return
    if heat.band_c[0] >= heat.band_c[1]:
        yield source.fault((*key, "band_c"), "expected the least below the most")
    if heat.least_kw > heat.rated_kw:
        yield source.fault((*key, "least_kw"), f"expected at most rated_kw ({heat.rated_kw:g} kW)")


def _resource(model: ResourceModel, feeder_id: str, kind: Kind) -> Resource:
    bare = Resource(
        resource_id=model.id,
        name=model.name or model.id,
        feeder_id=feeder_id,
        lines=tuple(model.lines),
        kind=kind,
    )
    told = {quantity: getattr(model, name) for name, quantity in _TOLD.items()}
    return Resource(
        resource_id=bare.resource_id,
        name=bare.name,
        feeder_id=feeder_id,
        lines=bare.lines,
        kind=kind,
        fallback_w=model.fallback_kw * _K,
        keeps_setpoints=model.keeps_setpoints,
        follows_within_s=model.follows_within_s,
        told_at=tuple((what, _told_at(where)) for what, where in told.items() if where),
        ordered_at=_ordered_at(model.command, max(bare.rated_w, bare.gives_w)),
    )


def _kind(model: ResourceModel) -> Kind | None:
    written: list[Kind] = []
    if model.battery is not None:
        written.append(_battery(model.battery))
    if model.pv is not None:
        written.append(_pv(model.pv))
    if model.heat is not None:
        written.append(_heat(model.heat))
    if model.load is not None:
        written.append(_load(model.load))
    if model.standby is not None:
        written.append(_standby(model.standby))
    return written[0] if len(written) == 1 else None


def _battery(model: BatteryModel) -> Battery:
    return Battery(
        capacity_wh=model.capacity_kwh * _K,
        charge_w=model.charge_kw * _K,
        discharge_w=model.discharge_kw * _K,
        reserve_wh=model.capacity_kwh * _K * model.reserve_pct / 100,
        efficiency=model.efficiency,
        wear_per_kwh=model.wear_per_kwh,
    )


def _pv(model: PvModel) -> Photovoltaics:
    return Photovoltaics(
        peak_w=model.peak_kw * _K,
        latitude=model.latitude,
        longitude=model.longitude,
        tilt_deg=model.tilt_deg,
        azimuth_deg=model.azimuth_deg,
    )


def _heat(model: HeatModel) -> ThermalLoad:
    return ThermalLoad(
        rated_w=model.rated_kw * _K,
        least_w=model.least_kw * _K,
        band_c=(model.band_c[0], model.band_c[1]),
        wh_per_k=model.kwh_per_k * _K,
        w_per_k=model.w_per_k,
        around_c=model.around_c,
        gain=model.gain,
        is_outdoor=model.outdoor,
        gain_per_k=model.gain_per_k,
        drawn_w=model.drawn_kw * _K,
        min_on_s=model.min_on_s,
        min_off_s=model.min_off_s,
    )


def _load(model: LoadModel) -> DeferrableLoad:
    return DeferrableLoad(
        power_w=model.power_kw * _K,
        energy_wh=model.energy_kwh * _K,
        earliest=model.earliest,
        done_by=model.done_by,
        is_interruptible=model.interruptible,
    )


def _standby(model: StandbyModel) -> StandbySource:
    return StandbySource(
        power_w=model.power_kw * _K,
        least_w=model.least_kw * _K,
        per_kwh=model.per_kwh,
        per_start=model.per_start,
        starts_s=model.starts_s,
        min_run_s=model.min_run_s,
    )


def _told_at(model: ToldModel) -> ToldAt:
    place = ValuePlace(model.topic, JsonPath(model.path))
    return ToldAt(place=place, per_unit=model.sign * model.scale)


def _ordered_at(model: CommandModel | None, most_w: float) -> OrderedAt | None:
    if model is None:
        return None
    per_w = {"W": 1.0, "kW": 1 / _K, "%": 100.0 / most_w}[model.unit]
    return OrderedAt(
        topic=model.topic, key=model.key, per_w=model.sign * per_w, on=model.on, off=model.off
    )
