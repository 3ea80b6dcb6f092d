"""What hangs on a feeder beside chargers and can be steered, or gives: battery, sun, heat, loads.

A resource counts at the most that it may draw, as a charger does. What it gives never makes room.
"""

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from csms.domain.errors import InvalidInputError
from csms.domain.identity import FeederId
from csms.domain.meter_source import ValuePlace

ResourceId: TypeAlias = str

_TIMES_RATING: Final = 1.5
"""More than this times what a resource is made for is not believed: it is W for kW, or mW for W."""
_AND_W: Final = 500.0
_NOISE: Final = 0.05
"""Of its rating, what a meter may show the wrong way round."""
_FUTURE: Final = timedelta(minutes=1)
_OLDEST: Final = timedelta(hours=1)
_COLDEST_C: Final = -60.0
_HOTTEST_C: Final = 150.0


class Quantity(StrEnum):
    """What is told of a resource."""

    POWER_W = "power_w"
    """Drawn; below 0: given."""
    SOC_PCT = "soc_pct"
    TEMPERATURE_C = "temperature_c"
    SERVED_WH = "served_wh"
    """What a load has got of its run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A battery.

    Attributes:
        reserve_wh: What the plan never takes from it.
        efficiency: Energy stored over energy taken in; again on the way out.
        wear_per_kwh: What a kWh given back costs in wear, in currency.
    """

    capacity_wh: float
    charge_w: float
    discharge_w: float
    reserve_wh: float = 0.0
    efficiency: float = 0.95
    wear_per_kwh: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Photovoltaics:
    """Modules on a roof.

    Attributes:
        azimuth_deg: Where they look to: 90 east, 180 south.
    """

    peak_w: float
    latitude: float
    longitude: float
    tilt_deg: float = 30.0
    azimuth_deg: float = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermalLoad:
    """A heat pump or a rod, and the room or tank that it heats.

    Attributes:
        rated_w: The most that it draws.
        least_w: The least that it draws while it is on; 0: any power.
        band_c: The comfort band.
        wh_per_k: What it takes to warm it up by a kelvin.
        w_per_k: What is lost for each kelvin that it is warmer than around.
        around_c: How warm it is around it, as long as nobody says.
        gain: Heat over electricity.
        drawn_w: Heat that is drawn, on average.
        min_on_s: How long it stays on.
        min_off_s: How long it stays off.
    """

    rated_w: float
    band_c: tuple[float, float]
    wh_per_k: float
    w_per_k: float
    around_c: float
    least_w: float = 0.0
    gain: float = 1.0
    drawn_w: float = 0.0
    min_on_s: float = 0.0
    min_off_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferrableLoad:
    """Something that runs once a day.

    Attributes:
        energy_wh: What a whole run takes.
        earliest: Local time from which on it may run.
        done_by: Local time by which it has to be done; not after `earliest`: on the next day.
        is_interruptible: Whether it may be paused once it runs.
    """

    power_w: float
    energy_wh: float
    earliest: time
    done_by: time
    is_interruptible: bool = False


Kind: TypeAlias = Battery | Photovoltaics | ThermalLoad | DeferrableLoad


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAt:
    """Where a quantity is told by somebody else.

    Attributes:
        per_unit: What one unit of it is in ours, with its sign.
    """

    place: ValuePlace
    per_unit: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedAt:
    """Where somebody else's device takes its setpoint.

    Attributes:
        key: The key of the JSON object that holds the value; None: the message is the value.
        per_w: What a watt is in its unit, with its sign.
        on: What is sent in place of a value above 0; None: the value.
        off: What is sent in place of 0.
    """

    topic: str
    key: str | None = None
    per_w: float = 1.0
    on: str | None = None
    off: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource.

    Attributes:
        lines: The site's lines that it hangs on.
        fallback_w: What it may draw without us: once a setpoint has lapsed.
        keeps_setpoints: Whether it was seen to keep to setpoints, and to fall back when they lapse,
            by whoever commissioned it. Otherwise it is not steered and counts at its rating.
        follows_within_s: How long it takes to follow.
        told_at: Where others tell of it, by quantity.
        ordered_at: Where somebody else's device takes its setpoint; None: at our own topic.
    """

    resource_id: ResourceId
    name: str
    feeder_id: FeederId
    lines: tuple[int, ...]
    kind: Kind
    fallback_w: float = 0.0
    keeps_setpoints: bool = False
    follows_within_s: float = 30.0
    told_at: tuple[tuple[Quantity, ToldAt], ...] = ()
    ordered_at: OrderedAt | None = None

    @property
    def rated_w(self) -> float:
        """The most that it can draw."""
        match self.kind:
            case Battery(charge_w=charge_w):
                return charge_w
            case Photovoltaics():
                return 0.0
            case ThermalLoad(rated_w=rated_w):
                return rated_w
            case DeferrableLoad(power_w=power_w):
                return power_w

    @property
    def gives_w(self) -> float:
        """The most that it can give."""
        match self.kind:
            case Battery(discharge_w=discharge_w):
                return discharge_w
            case Photovoltaics(peak_w=peak_w):
                return peak_w
        return 0.0

    @property
    def unsteered_w(self) -> float:
        """The most that it draws while nothing steers it."""
        return self.fallback_w if self.keeps_setpoints else self.rated_w

    @property
    def slack_w(self) -> float:
        """What it may draw more than it is told without that being noticed."""
        return max(0.05 * self.rated_w, 100.0)

    @property
    def quantities(self) -> frozenset[Quantity]:
        """What can be told of it."""
        match self.kind:
            case Battery():
                return frozenset({Quantity.POWER_W, Quantity.SOC_PCT})
            case Photovoltaics():
                return frozenset({Quantity.POWER_W})
            case ThermalLoad():
                return frozenset({Quantity.POWER_W, Quantity.TEMPERATURE_C})
            case DeferrableLoad():
                return frozenset({Quantity.POWER_W, Quantity.SERVED_WH})


@dataclass(frozen=True, slots=True)
class Setpoint:
    """What a resource is told: a power until an instant, below 0 to give."""

    watts: float
    told_at: datetime
    until_at: datetime


def check_reading(resource: Resource, quantity: Quantity, value: float) -> None:
    """Refuse what cannot be true.

    Raises:
        InvalidInputError: Naming the quantity.
    """
    if quantity not in resource.quantities:
        known = ", ".join(sorted(resource.quantities))
        raise InvalidInputError(quantity, f"expected one of {known} of {resource.resource_id}")
    if not math.isfinite(value):
        raise InvalidInputError(quantity, f"expected a finite number, got {value:g}")
    least, most, unit = _believed(resource, quantity)
    if not least <= value <= most:
        message = f"expected {least:g} to {most:g} {unit} of {resource.resource_id}, got {value:g}"
        raise InvalidInputError(quantity, message)


def check_instant(at: datetime, now: datetime) -> None:
    """Refuse a reading of the future, or of long ago.

    Raises:
        InvalidInputError: It is one.
    """
    if not now - _OLDEST < at < now + _FUTURE:
        message = f"expected the last hour, got {at.isoformat()} at {now.isoformat()}"
        raise InvalidInputError("at", message)


def _believed(resource: Resource, quantity: Quantity) -> tuple[float, float, str]:
    """The least and the most that is believed, and the unit."""
    match quantity:
        case Quantity.SOC_PCT:
            return 0.0, 100.0, "%"
        case Quantity.TEMPERATURE_C:
            return _COLDEST_C, _HOTTEST_C, "°C"
        case Quantity.SERVED_WH:
            most_wh = resource.kind.energy_wh if isinstance(resource.kind, DeferrableLoad) else 0.0
            return 0.0, _TIMES_RATING * most_wh, "Wh"
        case Quantity.POWER_W:
            noise_w = _NOISE * max(resource.rated_w, resource.gives_w)
            return (
                -_most_w(resource.gives_w) if resource.gives_w else -noise_w,
                _most_w(resource.rated_w) if resource.rated_w else noise_w,
                "W",
            )


def _most_w(rated_w: float) -> float:
    return _TIMES_RATING * rated_w + _AND_W
