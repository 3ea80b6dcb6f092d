"""What is counted of a site in a day, and the key figures that follow from such counts."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Final

_PERCENT: Final = 100.0


@dataclass(slots=True, kw_only=True)
class SiteDay:
    """What has been counted of a site, on one local day or on several.

    It is counted up while the day lasts.

    Attributes:
        day: The local day; of several, the last one.
        energy_wh: Energy into vehicles, counted when it was told.
        peak_w: The highest power into all vehicles at an instant.
        peak_quarter_w: The highest mean of a quarter of the hour.
        evse_s: Time for which EVSEs were watched, of all of them together.
        usable_s: Of that, time in which they were connected and in order.
        plugged_s: Of that, time in which a vehicle was there.
        charging_s: Of that, time in which one took energy.
        plug_ins: Vehicles that came and charged, left by choice, or could not charge.
        plug_in_failures: Of those, those that could not, by a fault or a refusal.
        departures: Transactions that have ended.
        told: Of those, those whose need somebody had told.
        told_wh: What those needed.
        unmet: Of those, those that got less and would have taken more.
        unmet_wh: By how much.
        cost: Of the energy of which the price is known.
        priced_wh: That energy.
        co2_g: Of the energy of which it is known.
        co2_wh: That energy.
        energy_forecasts: Departed vehicles whose energy was expected, and not told.
        energy_error_wh: By how much that was wrong, of all of them.
        energy_bias_wh: By how much it was too high.
        stay_forecasts: Departed vehicles whose departure was expected, and not told.
        stay_error_s: By how much that was wrong, of all of them.
        stay_bias_s: By how much it was too late.
    """

    day: date
    energy_wh: float = 0.0
    peak_w: float = 0.0
    peak_quarter_w: float = 0.0
    evse_s: float = 0.0
    usable_s: float = 0.0
    plugged_s: float = 0.0
    charging_s: float = 0.0
    plug_ins: int = 0
    plug_in_failures: int = 0
    departures: int = 0
    told: int = 0
    told_wh: float = 0.0
    unmet: int = 0
    unmet_wh: float = 0.0
    cost: float = 0.0
    priced_wh: float = 0.0
    co2_g: float = 0.0
    co2_wh: float = 0.0
    energy_forecasts: int = 0
    energy_error_wh: float = 0.0
    energy_bias_wh: float = 0.0
    stay_forecasts: int = 0
    stay_error_s: float = 0.0
    stay_bias_s: float = 0.0


_PEAKS: Final = ("peak_w", "peak_quarter_w")
_SUMS: Final = tuple(one.name for one in fields(SiteDay) if one.name not in ("day", *_PEAKS))


def total(days: Iterable[SiteDay]) -> SiteDay:
    """What was counted on several days, one or more: sums, and the highest peaks."""
    listed = list(days)
    whole = SiteDay(day=max(one.day for one in listed))
    for name in _SUMS:
        setattr(whole, name, sum(getattr(one, name) for one in listed))
    for name in _PEAKS:
        setattr(whole, name, max(getattr(one, name) for one in listed))
    return whole


@dataclass(slots=True, kw_only=True)
class CountMark:
    """Up to where transactions have been counted: how much of the energy of which.

    Attributes:
        until: The highest number of those that are counted and not listed here.
        running: Energy that was counted of those that run, by number.
        ended: Energy of those that have ended lately.
    """

    until: int = 0
    running: dict[int, float] = field(default_factory=dict)
    ended: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigures:
    """The key figures of a site over some days; None: there was nothing to reckon it from.

    Attributes:
        energy_wh: Energy into vehicles.
        peak_w: The highest power into all vehicles at an instant.
        peak_quarter_w: The highest mean of a quarter of the hour.
        plugged_pct: Share of the time of all EVSEs in which a vehicle was there.
        charging_pct: Share in which one took energy.
        availability_pct: Share in which they were connected and in order.
        plug_ins: Vehicles that came.
        plug_in_success_pct: Share of those that were not kept from charging.
        departures: Vehicles that have left.
        told: Of those, those whose need was told.
        unmet: Of those, those that got less and would have taken more.
        unmet_wh: By how much.
        met_pct: Share of the energy told that was delivered.
        cost: Of the energy of which the price is known.
        co2_g: Likewise.
        energy_error_wh: By how much the energy of a vehicle was mistaken, on average.
        energy_bias_wh: By how much it was too high, on average.
        stay_error_s: By how much its departure was mistaken, on average.
        stay_bias_s: By how much it was too late, on average.
    """

    energy_wh: float
    peak_w: float
    peak_quarter_w: float
    plugged_pct: float | None
    charging_pct: float | None
    availability_pct: float | None
    plug_ins: int
    plug_in_success_pct: float | None
    departures: int
    told: int
    unmet: int
    unmet_wh: float
    met_pct: float | None
    cost: float | None
    co2_g: float | None
    energy_error_wh: float | None
    energy_bias_wh: float | None
    stay_error_s: float | None
    stay_bias_s: float | None


def figures_of(counted: SiteDay) -> KeyFigures:
    """The key figures that follow from what was counted."""
    one = counted
    return KeyFigures(
        energy_wh=one.energy_wh,
        peak_w=one.peak_w,
        peak_quarter_w=one.peak_quarter_w,
        plugged_pct=_pct(one.plugged_s, one.evse_s),
        charging_pct=_pct(one.charging_s, one.evse_s),
        availability_pct=_pct(one.usable_s, one.evse_s),
        plug_ins=one.plug_ins,
        plug_in_success_pct=_pct(one.plug_ins - one.plug_in_failures, one.plug_ins),
        departures=one.departures,
        told=one.told,
        unmet=one.unmet,
        unmet_wh=one.unmet_wh,
        met_pct=_pct(one.told_wh - one.unmet_wh, one.told_wh),
        cost=one.cost if one.priced_wh else None,
        co2_g=one.co2_g if one.co2_wh else None,
        energy_error_wh=_mean(one.energy_error_wh, one.energy_forecasts),
        energy_bias_wh=_mean(one.energy_bias_wh, one.energy_forecasts),
        stay_error_s=_mean(one.stay_error_s, one.stay_forecasts),
        stay_bias_s=_mean(one.stay_bias_s, one.stay_forecasts),
    )


def _pct(part: float, whole: float) -> float | None:
    return _PERCENT * part / whole if whole else None


def _mean(added_up: float, count: int) -> float | None:
    return added_up / count if count else None
