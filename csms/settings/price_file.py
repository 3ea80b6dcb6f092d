"""Prices and tariffs as site files write them, and what is wrong with them."""

from collections.abc import Iterator
from datetime import time
from itertools import pairwise
from math import inf
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.errors import Fault, InvalidInputError
from csms.domain.json_path import JsonPath
from csms.domain.price_source import (
    DayText,
    FilePlace,
    HttpPlace,
    PricePlace,
    PriceShape,
    PriceSource,
    PriceUnit,
    SitePricing,
    column,
)
from csms.domain.prices import PriceKind, unit_of
from csms.domain.site_policy import Aim
from csms.domain.tariff import (
    CapacityFee,
    CapacitySteps,
    DemandCharge,
    EnergyFee,
    FeeWindow,
    Tariff,
)
from csms.settings.header_file import read_headers
from csms.settings.price_schema import (
    CapacityModel,
    EnergyFeeModel,
    FeeWindowModel,
    PricesModel,
    PriceSourceModel,
    TariffModel,
)
from csms.settings.site_schema import SiteModel
from csms.settings.time_schema import DAYS, MONTHS
from csms.settings.yaml_source import KeyPath, YamlSource

_W_PER_KW: Final = 1000.0
_TOMORROW_FROM: Final = {PriceKind.ENERGY: time(13), PriceKind.CO2: time(0)}
_HTTP_EVERY_S: Final = 3600
_FILE_EVERY_S: Final = 30
_NEEDED: Final = ("time", "value")
_PATHS: Final = (*_NEEDED, "until")


def site_pricing(source: YamlSource, model: SiteModel) -> SitePricing | None:
    """Turn what is written of prices into sources.

    Raises:
        SettingsError: A file of headers cannot be used.
    """
    prices = model.prices
    if prices is None:
        return None
    written = {kind: one for kind in PriceKind if (one := _source_of(prices, kind)) is not None}
    return SitePricing(
        currency=prices.currency,
        zone=ZoneInfo(prices.zone or model.timezone),
        sources={
            kind: _source(source, ("prices", str(kind)), one, prices.currency)
            for kind, one in written.items()
        },
        plan_by=PriceKind(prices.plan_by),
    )


def site_tariff(model: SiteModel) -> Tariff | None:
    """Turn what is written of the tariff into one."""
    tariff = model.tariff
    if tariff is None:
        return None
    return Tariff(
        markup_per_kwh=tariff.markup_per_kwh,
        vat_share=tariff.vat_pct / 100.0,
        energy=_energy_fee(tariff.energy_per_kwh),
        capacity=_capacity(tariff.capacity),
        fed_markup_per_kwh=tariff.fed_markup_per_kwh,
    )


def wrong_prices(source: YamlSource, model: SiteModel) -> Iterator[Fault]:
    """What keys about prices and the tariff say that cannot be."""
    prices, tariff = model.prices, model.tariff
    if model.policy.aim is Aim.CHEAP and prices is None and tariff is None:
        yield source.fault(("policy", "aim"), "expected prices or tariff in this file, for cheap")
    if prices is not None:
        if prices.energy is None and prices.co2 is None:
            yield source.fault(("prices",), "expected energy or co2")
        elif _source_of(prices, PriceKind(prices.plan_by)) is None:
            yield source.fault(("prices", "plan_by"), f"expected {prices.plan_by} beside it")
        for kind in PriceKind:
            one = _source_of(prices, kind)
            if one is not None:
                yield from _wrong_source(source, ("prices", str(kind)), one, prices, kind)
    if tariff is not None and tariff.capacity is not None:
        yield from _wrong_capacity(source, tariff)


def _source_of(prices: PricesModel, kind: PriceKind) -> PriceSourceModel | None:
    return prices.energy if kind is PriceKind.ENERGY else prices.co2


def _wrong_source(
    source: YamlSource,
    key: KeyPath,
    model: PriceSourceModel,
    prices: PricesModel,
    kind: PriceKind,
) -> Iterator[Fault]:
    if model.http and model.file:
        yield source.fault((*key, "file"), "expected either http or file")
    if not model.http and not model.file:
        for name in sorted(model.model_fields_set - {"tomorrow_from"}):
            yield source.fault((*key, name), "expected http or file beside it")
        return
    if model.headers_file and not model.http:
        yield source.fault((*key, "headers_file"), "expected http beside it")
    for name in _NEEDED:
        if getattr(model, name) is None:
            yield source.fault((*key, name), "expected this key, it is missing")
    for name in _PATHS:
        if (text := getattr(model, name)) is not None:
            yield from _wrong_path(source, (*key, name), text, is_csv=model.format == "csv")
    yield from _wrong_unit(source, key, model, unit_of(kind, prices.currency))


def _wrong_path(source: YamlSource, key: KeyPath, text: str, *, is_csv: bool) -> Iterator[Fault]:
    try:
        _path(text, is_csv=is_csv)
    except InvalidInputError as error:
        yield source.fault(key, str(error).removeprefix("path: "))


def _wrong_unit(
    source: YamlSource, key: KeyPath, model: PriceSourceModel, wanted: str
) -> Iterator[Fault]:
    place = (*key, "unit")
    try:
        unit = _unit(model.unit or wanted)
    except InvalidInputError as error:
        yield source.fault(place, str(error).removeprefix("unit: ").removeprefix("path: "))
        return
    if isinstance(unit, JsonPath) or unit.currency == PriceUnit(wanted).currency:
        return
    if not unit.currency or not PriceUnit(wanted).currency:
        yield source.fault(place, f"expected a unit like {wanted}, got {unit.text!r}")
    elif model.factor == 1.0:
        currency = PriceUnit(wanted).currency
        message = f"expected factor beside it: what one {unit.currency} is in {currency}"
        yield source.fault(place, message)


def _wrong_capacity(source: YamlSource, tariff: TariffModel) -> Iterator[Fault]:
    capacity, key = tariff.capacity, ("tariff", "capacity")
    assert capacity is not None  # noqa: S101 - it is only asked of one that is there
    if (capacity.steps is None) == (capacity.per_kw is None):
        yield source.fault(key, "expected either steps or per_kw")
    steps = capacity.steps or []
    for i, (low, high) in enumerate(pairwise(steps), 1):
        place = (*key, "steps", i)
        if low.up_to_kw is None:
            yield source.fault((*key, "steps", i - 1), "expected up_to_kw, but in the last step")
        elif high.up_to_kw is not None and high.up_to_kw <= low.up_to_kw:
            yield source.fault(place, f"expected up_to_kw above {low.up_to_kw:g}")
        if high.per_month <= low.per_month:
            yield source.fault(place, f"expected per_month above {low.per_month:g}")


def _source(
    source: YamlSource, key: KeyPath, model: PriceSourceModel, currency: str
) -> PriceSource | None:
    if model.time is None or model.value is None:
        return None
    kind, is_csv = PriceKind(str(key[-1])), model.format == "csv"
    shape = PriceShape(
        begins=_path(model.time, is_csv=is_csv),
        value=_path(model.value, is_csv=is_csv),
        unit=_unit(model.unit or unit_of(kind, currency)),
        is_csv=is_csv,
        ends=_path(model.until, is_csv=is_csv) if model.until else None,
        factor=model.factor,
        zone=ZoneInfo(model.time_zone) if model.time_zone else None,
        slot_s=model.slot_min and 60 * model.slot_min,
    )
    every_s = model.look_every_s or (_HTTP_EVERY_S if model.http else _FILE_EVERY_S)
    return PriceSource(
        place=_place(source, key, model),
        shape=shape,
        tomorrow_from=model.tomorrow_from or _TOMORROW_FROM[kind],
        look_every_s=every_s,
    )


def _place(source: YamlSource, key: KeyPath, model: PriceSourceModel) -> PricePlace:
    beside = source.path.parent
    if model.http is None:
        return FilePlace(beside, DayText(model.file or ""))
    headers: dict[str, str] = {}
    if model.headers_file:
        try:
            headers = read_headers(beside / model.headers_file)
        except InvalidInputError as error:
            source.refuse([source.fault((*key, "headers_file"), str(error))])
    return HttpPlace(url=DayText(model.http), headers=headers, timeout_s=model.timeout_s)


def _path(text: str, *, is_csv: bool) -> JsonPath:
    """A JSON path; or for a table the heading of a column."""
    return column(text) if is_csv else JsonPath(text)


def _unit(text: str) -> PriceUnit | JsonPath:
    return JsonPath(text) if text.startswith("$") else PriceUnit(text)


def _energy_fee(written: float | EnergyFeeModel) -> EnergyFee:
    if not isinstance(written, EnergyFeeModel):
        return EnergyFee(written)
    return EnergyFee(written.default, tuple(map(_window, written.windows)))


def _window(model: FeeWindowModel) -> FeeWindow:
    return FeeWindow(
        weekdays=frozenset(DAYS.index(day) for day in model.days),
        months=frozenset(MONTHS.index(month) + 1 for month in model.months),
        from_time=model.from_time,
        to_time=model.to_time,
        per_kwh=model.per_kwh,
    )


def _capacity(model: CapacityModel | None) -> CapacityFee | None:
    if model is None:
        return None
    if model.per_kw is not None:
        return DemandCharge(per_kw=model.per_kw)
    steps = model.steps or []
    return CapacitySteps(
        steps=tuple(
            (inf if one.up_to_kw is None else one.up_to_kw * _W_PER_KW, one.per_month)
            for one in steps
        ),
        days=model.days,
    )
