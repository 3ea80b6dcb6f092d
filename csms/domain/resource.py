"""What hangs on a feeder beside chargers and can be steered, or gives.

A battery, sun, heat, loads that can wait, a source that stands by.

A resource counts at the most that it may draw, as a charger does. What it gives never makes room.
"""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import TypeAlias

from csms.domain.identity import FeederId
from csms.domain.meter_source import ValuePlace

ResourceId: TypeAlias = str


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
        gain: Heat over electricity, as warm as `around_c` says.
        is_outdoor: Whether it is as warm around it as outdoors, and what is told of that counts.
        gain_per_k: How much more `gain` is for each kelvin that it is warmer around it.
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
    is_outdoor: bool = False
    gain_per_k: float = 0.0


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StandbySource:
    """A generator, or another source that stands by.

    Attributes:
        power_w: The most that it gives.
        least_w: The least that it gives while it runs.
        per_kwh: What a kWh of it costs, in currency.
        per_start: What a start costs, in currency.
        starts_s: How long it takes from its start until it gives anything.
        min_run_s: How long it runs once it was started.
    """

    power_w: float
    least_w: float
    per_kwh: float
    per_start: float = 0.0
    starts_s: float = 0.0
    min_run_s: float = 0.0


Kind: TypeAlias = Battery | Photovoltaics | ThermalLoad | DeferrableLoad | StandbySource


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
            case Photovoltaics() | StandbySource():
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
            case StandbySource(power_w=power_w):
                return power_w
        return 0.0

    @property
    def unsteered_w(self) -> float:
        """The most that it draws while nothing steers it."""
        return self.fallback_w if self.keeps_setpoints else self.rated_w

    @property
    def slack_w(self) -> float:
        """What it may draw more, or give less, than it is told without that being noticed."""
        return max(0.05 * max(self.rated_w, self._stands_by_w), 100.0)

    @property
    def _stands_by_w(self) -> float:
        return self.kind.power_w if isinstance(self.kind, StandbySource) else 0.0

    @property
    def quantities(self) -> frozenset[Quantity]:
        """What can be told of it."""
        match self.kind:
            case Battery():
                return frozenset({Quantity.POWER_W, Quantity.SOC_PCT})
            case Photovoltaics() | StandbySource():
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
