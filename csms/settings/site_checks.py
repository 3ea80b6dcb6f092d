"""What a site file may not say: parts that contradict each other, or fit no charger."""

from collections.abc import Iterator
from typing import Final

from csms.domain.commands import SettingName
from csms.domain.errors import Fault
from csms.domain.fallback import Excess, overcommitted_fallbacks
from csms.domain.site import Earthing, Site
from csms.settings.meter_file import wrong_meters
from csms.settings.price_file import wrong_prices
from csms.settings.resource_file import wrong_below_total_meters, wrong_resources
from csms.settings.site_schema import (
    ChargerModel,
    DcModel,
    EvseModel,
    FeederModel,
    SiteModel,
    evses_of,
)
from csms.settings.weather_file import wrong_weather
from csms.settings.yaml_source import KeyPath, YamlSource

_NOT_IN_FILES: Final = "a secret that no file holds: the API sets it"
_ELSEWHERE: Final = {
    SettingName.METER_INTERVAL_S: "control.meter_every_s",
    "metervaluesampleinterval": "control.meter_every_s",
    "sampleddatactrlr.txupdatedinterval": "control.meter_every_s",
    "authorizationkey": _NOT_IN_FILES,
    "securityctrlr.basicauthpassword": _NOT_IN_FILES,
}
"""Settings that are not for a site file's list."""


def contradictions(source: YamlSource, model: SiteModel, site: Site) -> Iterator[Fault]:
    """What single keys cannot show: doubled names, missing feeders, ratings, unsafe fallbacks."""
    yield from _doubled_names(source, model)
    names = [feeder.feeder_id for feeder in site.feeders]
    for key, evse in _written_evses(model):
        if evse.feeder not in names:
            yield _unknown_feeder(source, (*key, "feeder"), evse.feeder, names)
        yield from _wrong_wiring(source, key, evse, site)
    for i, charger in enumerate(model.chargers):
        if (charger.feeder is None) == (not charger.evses):
            yield source.fault(("chargers", i), "expected either feeder or evses")
        yield from _misplaced_keys(source, ("chargers", i), charger)
    yield from _unsafe_fallbacks(source, model, site)
    for key, feeder in _written_feeders(model.feeders, ("feeders",)):
        if feeder.uncontrolled is not None:
            yield from wrong_meters(source, (*key, "uncontrolled"), feeder.uncontrolled)
        yield from wrong_resources(source, key, feeder, model.grid.earthing)
        yield from wrong_below_total_meters(source, key, feeder)
    yield from _wrong_settings(source, model)
    yield from wrong_prices(source, model)
    yield from wrong_weather(source, model.weather)
    if model.control.min_gap_s > model.control.plan_every_s:
        yield source.fault(("control", "min_gap_s"), "expected at most plan_every_s")
    if model.control.limits_live_s < 2 * model.control.plan_every_s:
        yield source.fault(
            ("control", "limits_live_s"), "expected at least twice plan_every_s, to renew in time"
        )


def _wrong_settings(source: YamlSource, model: SiteModel) -> Iterator[Fault]:
    """Settings that have another place, and chargers that the file does not list."""
    chargers = {charger.id for charger in model.chargers}
    for i, setting in enumerate(model.settings):
        place = _ELSEWHERE.get(setting.name.casefold())
        if place is not None:
            yield source.fault(("settings", i, "name"), f"expected {place} instead")
        for j, charger in enumerate(setting.chargers):
            if charger not in chargers:
                message = f"expected a charger of this file, got {charger!r}"
                yield source.fault(("settings", i, "chargers", j), message)


def _unsafe_fallbacks(source: YamlSource, model: SiteModel, site: Site) -> Iterator[Fault]:
    """Load that would not fit under a feeder if we were gone, on the line where it is worst."""
    keys = {name: key for key, name in _feeder_names(model.feeders, ("feeders",))}
    worst: dict[str, Excess] = {}
    for excess in overcommitted_fallbacks(site):
        known = worst.setdefault(excess.feeder_id, excess)
        if excess.over_a > known.over_a:
            worst[excess.feeder_id] = excess
    for name, excess in worst.items():
        yield source.fault((*keys[name][:-1], "limit_a"), _expected_room(excess))


def _expected_room(excess: Excess) -> str:
    if excess.fallback_a == 0.0:
        return (
            f"expected at least {excess.uncontrolled_a:g} A on L{excess.line}, the worst case of "
            f"the uncontrolled load below, got {excess.limit_a:g} A"
        )
    return (
        f"expected room for the standing fallbacks below: {excess.fallback_a:g} A and "
        f"{excess.uncontrolled_a:g} A uncontrolled on L{excess.line} are more than the "
        f"limit of {excess.limit_a:g} A"
    )


def _doubled_names(source: YamlSource, model: SiteModel) -> Iterator[Fault]:
    named: list[tuple[KeyPath, str]] = list(_feeder_names(model.feeders, ("feeders",)))
    chargers = [(("chargers", i, "id"), c.id) for i, c in enumerate(model.chargers)]
    resources = list(_resource_names(model.feeders))
    for group in (named, chargers, resources):
        seen: set[str] = set()
        for key, name in group:
            if name in seen:
                yield source.fault(key, f"expected a name of its own, {name!r} is taken")
            seen.add(name)
    for i, charger in enumerate(model.chargers):
        numbers = [evse.number for evse in charger.evses]
        if len(set(numbers)) != len(numbers):
            yield source.fault(("chargers", i, "evses"), "expected each EVSE number once")


def _feeder_names(models: list[FeederModel], key: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    for place, model in _written_feeders(models, key):
        yield (*place, "id"), model.id


def _resource_names(models: list[FeederModel]) -> Iterator[tuple[KeyPath, str]]:
    for place, feeder in _written_feeders(models, ("feeders",)):
        for i, resource in enumerate(feeder.resources):
            yield (*place, "resources", i, "id"), resource.id


def _written_feeders(
    models: list[FeederModel], key: KeyPath
) -> Iterator[tuple[KeyPath, FeederModel]]:
    for i, model in enumerate(models):
        yield (*key, i), model
        yield from _written_feeders(model.feeders, (*key, i, "feeders"))


def _written_evses(model: SiteModel) -> Iterator[tuple[KeyPath, EvseModel]]:
    for i, charger in enumerate(model.chargers):
        for k, evse in enumerate(evses_of(charger)):
            yield ("chargers", i, "evses", k) if charger.evses else ("chargers", i), evse
    if model.guests:
        guests = model.guests.model_dump(exclude={"max_chargers"})
        yield ("guests",), EvseModel(number=1, **guests)


def _unknown_feeder(source: YamlSource, key: KeyPath, name: str, names: list[str]) -> Fault:
    return source.fault(key, f"expected one of {', '.join(names)}, got {name!r}")


def _misplaced_keys(source: YamlSource, key: KeyPath, charger: ChargerModel) -> Iterator[Fault]:
    if charger.evses:
        for name in sorted(charger.model_fields_set & (EvseModel.model_fields.keys() - {"feeder"})):
            yield source.fault((*key, name), "expected within each of evses, not beside them")


def _wrong_wiring(source: YamlSource, key: KeyPath, evse: EvseModel, site: Site) -> Iterator[Fault]:
    allowed = (1, 3) if site.earthing is Earthing.TN else (2, 3)
    if len(set(evse.lines)) != len(evse.lines) or len(evse.lines) not in allowed:
        yield source.fault(
            (*key, "lines"),
            f"expected {allowed[0]} or 3 different lines in a {site.earthing} grid, "
            f"got {evse.lines}",
        )
    if (evse.max_a is None) == (evse.dc is None):
        yield source.fault(key, "expected either max_a or dc")
    elif evse.dc is not None:
        yield from _wrong_dc(source, key, evse, evse.dc)
    elif evse.max_a is not None:
        yield from _wrong_ratings(source, key, evse, evse.max_a)


def _wrong_ratings(
    source: YamlSource, key: KeyPath, evse: EvseModel, max_a: float
) -> Iterator[Fault]:
    if max_a < evse.min_a:
        yield source.fault((*key, "max_a"), f"expected at least min_a ({evse.min_a:g} A)")
    if evse.fallback_a != 0 and not evse.min_a <= evse.fallback_a <= max_a:
        yield source.fault(
            (*key, "fallback_a"), f"expected 0 (pause) or {evse.min_a:g} to {max_a:g} A"
        )


def _wrong_dc(source: YamlSource, key: KeyPath, evse: EvseModel, dc: DcModel) -> Iterator[Fault]:
    if evse.fallback_a:
        yield source.fault((*key, "fallback_a"), "expected dc.fallback_kw instead, for dc")
    if dc.max_kw < dc.min_kw:
        yield source.fault((*key, "dc", "max_kw"), f"expected at least min_kw ({dc.min_kw:g})")
    if dc.fallback_kw != 0 and not dc.min_kw <= dc.fallback_kw <= dc.max_kw:
        yield source.fault(
            (*key, "dc", "fallback_kw"),
            f"expected 0 (pause) or {dc.min_kw:g} to {dc.max_kw:g} kW",
        )
