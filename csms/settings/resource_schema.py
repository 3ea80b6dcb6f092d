"""What a site file may say of batteries, sun, heat, loads and sources, key by key."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from csms.settings.meter_schema import Path, Topic
from csms.settings.site_types import Lines, Name
from csms.settings.time_schema import TimeOfDay

Kilowatts: TypeAlias = Annotated[float, Field(gt=0, le=4000, allow_inf_nan=False)]
KilowattHours: TypeAlias = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
_Share: TypeAlias = Annotated[float, Field(gt=0, le=1)]
_Celsius: TypeAlias = Annotated[float, Field(ge=-60, le=150, allow_inf_nan=False)]
_Amount: TypeAlias = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
_Seconds: TypeAlias = Annotated[int, Field(ge=0, le=86_400)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ToldModel(_Model):
    """The MQTT messages of others that a quantity is read from."""

    topic: Topic = Field(description="Where it is told, without wildcards")
    path: Path = Field(default="$", description="Where in the message; a JSON path (RFC 9535)")
    scale: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] = Field(
        default=1.0, description="What makes W, %, °C or Wh of it: 1000 for kW"
    )
    sign: Literal[1, -1] = Field(default=1, description="-1: what is drawn is told as negative")


class CommandModel(_Model):
    """Where somebody else's device takes its setpoint."""

    topic: Topic
    key: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Key of the JSON object with the value; null: the value alone"
    )
    unit: Literal["W", "kW", "%"] = Field(default="W", description="%: of its power")
    sign: Literal[1, -1] = 1
    on: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="Sent in place of a value above 0"
    )
    off: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="Sent in place of 0"
    )


class BatteryModel(_Model):
    """A battery."""

    capacity_kwh: KilowattHours
    charge_kw: Kilowatts
    discharge_kw: Kilowatts
    reserve_pct: Annotated[float, Field(ge=0, le=100)] = Field(
        default=10.0, description="What the plan never takes from it"
    )
    efficiency: _Share = Field(default=0.95, description="Of each way")
    wear_per_kwh: _Amount = Field(default=0.0, description="Cost of a kWh given back, in currency")


class PvModel(_Model):
    """Modules on a roof."""

    peak_kw: Kilowatts
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    tilt_deg: Annotated[float, Field(ge=0, le=90)] = 30.0
    azimuth_deg: Annotated[float, Field(ge=0, le=360)] = Field(
        default=180.0, description="Where they look to: 90 east, 180 south"
    )


class HeatModel(_Model):
    """A heat pump or a rod, and the room or tank that it heats."""

    rated_kw: Kilowatts
    least_kw: Annotated[float, Field(ge=0, le=4000)] = Field(
        default=0.0, description="The least that it draws while it is on; 0: any power"
    )
    band_c: Annotated[list[_Celsius], Field(min_length=2, max_length=2)] = Field(
        description="The comfort band: the least and the most"
    )
    kwh_per_k: KilowattHours = Field(description="What it takes to warm it up by a kelvin")
    w_per_k: _Amount = Field(description="What is lost for each kelvin that it is warmer")
    around_c: _Celsius = Field(
        default=12.0, description="How warm it is around it; with `outdoor`, while nobody tells"
    )
    outdoor: bool = Field(
        default=False, description="true: it is as warm around it as outdoors, as the weather says"
    )
    gain_per_k: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.0, description="More of `gain` for each kelvin above `around_c`"
    )
    gain: Annotated[float, Field(gt=0, le=10)] = Field(
        default=1.0, description="Heat over electricity"
    )
    drawn_kw: Annotated[float, Field(ge=0, le=4000)] = Field(
        default=0.0, description="Heat that is drawn, on average"
    )
    min_on_s: _Seconds = 0
    min_off_s: _Seconds = 0


class LoadModel(_Model):
    """Something that runs once a day."""

    power_kw: Kilowatts
    energy_kwh: KilowattHours
    earliest: TimeOfDay
    done_by: TimeOfDay = Field(description="Not after `earliest`: on the next day")
    interruptible: bool = False


class StandbyModel(_Model):
    """A generator, or another source that stands by."""

    power_kw: Kilowatts = Field(description="The most that it gives")
    least_kw: Kilowatts = Field(description="The least that it gives while it runs")
    per_kwh: _Amount = Field(description="What a kWh of it costs, in currency")
    per_start: _Amount = Field(default=0.0, description="What a start costs, in currency")
    starts_s: Annotated[int, Field(ge=0, le=3600)] = Field(
        default=30, description="How long it takes from its start until it gives anything"
    )
    min_run_s: _Seconds = Field(default=0, description="How long it runs once it was started")


class ResourceModel(_Model):
    """A battery, sun, heat, a load that can wait, or a source that stands by: one of the five."""

    id: Name
    name: str = ""
    lines: Lines = [1, 2, 3]
    battery: BatteryModel | None = None
    pv: PvModel | None = None
    heat: HeatModel | None = None
    load: LoadModel | None = None
    standby: StandbyModel | None = None
    fallback_kw: Annotated[float, Field(ge=0, le=4000)] = Field(
        default=0.0, description="What it may draw once a setpoint has lapsed"
    )
    keeps_setpoints: bool = Field(
        default=False,
        description="true: it was seen to keep to setpoints, and to fall back when they lapse; "
        "false: it is not steered, and counts at its rating",
    )
    follows_within_s: Annotated[int, Field(ge=1, le=600)] = 30
    power: ToldModel | None = Field(default=None, description="Where its power is told")
    soc: ToldModel | None = Field(default=None, description="A battery's state of charge, in %")
    temperature: ToldModel | None = Field(default=None, description="Of a room or tank, in °C")
    served: ToldModel | None = Field(default=None, description="What a load has got, in Wh")
    command: CommandModel | None = Field(
        default=None, description="null: it listens to this server's own topic"
    )
