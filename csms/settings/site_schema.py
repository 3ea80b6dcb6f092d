"""What a site file may say, key by key. Its JSON Schema is made from these models."""

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field
from pydantic import Tag as Branch

from csms.domain.site_policy import Acceptance, Aim, Fairness
from csms.ocpp.versions import VERSION_NAMES
from csms.settings.meter_schema import MqttMeterModel
from csms.settings.price_schema import PricesModel, TariffModel
from csms.settings.resource_schema import ResourceModel
from csms.settings.site_types import Lines, Name
from csms.settings.time_schema import DAYS, Days, TimeOfDay, TimeZone
from csms.settings.weather_file import WeatherModel


def _spoken(version: str) -> str:
    if version not in VERSION_NAMES:
        raise ValueError(f"expected {' or '.join(VERSION_NAMES)}, got {version!r}")
    return version


def _line_branch(value: object) -> str:
    return "<each>" if isinstance(value, list) else "<all>"


def _amps_branch(value: object) -> str:
    return "<over>" if isinstance(value, dict) else _line_branch(value)


Amps: TypeAlias = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]
"""At 400 V, 10,000 A are 6.9 MVA, some three times the largest usual distribution transformer.
What is larger is fed at medium voltage by several transformers, each of which is a site of its own.
A higher bound would let a limit pass that was written in milliamperes (63,000), and then no limit
would hold."""
EachLine: TypeAlias = Annotated[list[Amps], Field(min_length=3, max_length=3)]
LineAmps: TypeAlias = Annotated[
    Annotated[Amps, Branch("<all>")] | Annotated[EachLine, Branch("<each>")],
    Discriminator(_line_branch),
]
Version: TypeAlias = Annotated[
    str, AfterValidator(_spoken), Field(json_schema_extra={"enum": list(VERSION_NAMES)})
]
Profile: TypeAlias = Annotated[int, Field(ge=0, le=3)]
"""An OCPP security profile."""
Seconds: TypeAlias = Annotated[int, Field(ge=1, le=86_400)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class WindowModel(_Model):
    """Other amps within a stretch of the day, site time."""

    days: Days = Field(default=list(DAYS), description="Days on which it opens; default all")
    from_time: TimeOfDay = Field(alias="from")
    to_time: TimeOfDay = Field(alias="to", description="Not after `from`: on the next day")
    amps: LineAmps


class AmpsOverTime(_Model):
    """A default, and windows in which other amps hold; the last one open counts."""

    default: LineAmps
    windows: list[WindowModel] = []


AmpsValue: TypeAlias = Annotated[
    Annotated[Amps, Branch("<all>")]
    | Annotated[EachLine, Branch("<each>")]
    | Annotated[AmpsOverTime, Branch("<over>")],
    Discriminator(_amps_branch),
]


class UncontrolledModel(_Model):
    """Load that nobody steers: flats, lifts, lighting."""

    worst_case_a: AmpsValue = Field(description="The most that it may draw, per line")
    largest_step_a: Amps = Field(
        default=0.0, description="Largest load that may switch on between two measurements"
    )
    metered: bool = Field(default=False, description="Whether measurements come in")
    meter_shows: Literal["uncontrolled", "all"] = Field(
        default="uncontrolled",
        description="What they show: this load only, or all that the feeder carries",
    )
    mqtt: MqttMeterModel | None = Field(
        default=None,
        description="Messages of others that they are read from; null: they come by the API, or by "
        "MQTT under this server's own topics",
    )


class FeederModel(_Model):
    """A node of the electrical tree."""

    id: Name
    name: str = ""
    limit_a: AmpsValue = Field(description="The most that each line may carry")
    uncontrolled: UncontrolledModel | None = None
    resources: list[ResourceModel] = Field(
        default=[], description="Batteries, sun, heat and loads that can wait, right at it"
    )
    feeders: list["FeederModel"] = Field(default=[], description="What this one feeds")


class DcModel(_Model):
    """Output of a DC charger."""

    max_kw: Annotated[float, Field(gt=0, le=4000)]
    min_kw: Annotated[float, Field(ge=0, le=400)] = 3.0
    fallback_kw: Annotated[float, Field(ge=0, le=4000)] = 0.0
    efficiency: Annotated[float, Field(gt=0.5, le=1)] = 0.94


class EvseModel(_Model):
    """An EVSE of a charger that has several."""

    number: Annotated[int, Field(ge=1, le=99)]
    feeder: Name
    lines: Lines = [1, 2, 3]
    max_a: Amps | None = None
    min_a: Amps = 6.0
    fallback_a: Amps = 0.0
    dc: DcModel | None = None


class ChargerModel(_Model):
    """A charger: one EVSE written in place, or several under `evses`."""

    id: Name
    feeder: Name | None = None
    lines: Lines = Field(default=[1, 2, 3], description="Site lines that its L1, L2, L3 are on")
    max_a: Amps | None = Field(default=None, description="Rating per line; not for `dc`")
    min_a: Amps = Field(default=6.0, description="Lowest current that is not a pause")
    fallback_a: Amps = Field(default=0.0, description="Standing limit that it keeps without us")
    dc: DcModel | None = None
    evses: list[EvseModel] = []
    installed: bool = Field(default=True, description="false: planned only, draws nothing")
    keeps_fallback: bool | None = Field(
        default=None,
        description="Whether it keeps its standing limit over a loss of power; null: found out",
    )
    keeps_limits: Literal[True] | None = Field(
        default=None, description="true: it was seen to keep to limits; null: found out"
    )
    security_profile: Profile | None = Field(
        default=None, description="The lowest OCPP security profile that it is let in with"
    )


class GuestModel(_Model):
    """Where chargers that this file does not list are placed and counted."""

    feeder: Name
    lines: Lines = [1, 2, 3]
    max_a: Amps
    fallback_a: Amps = 0.0
    max_chargers: Annotated[int, Field(ge=1, le=100)] = 4


class AssumedModel(_Model):
    """What is assumed of a vehicle of which nothing is known."""

    energy_kwh: Annotated[float, Field(gt=0, le=1000)] = 15.0
    stay_h: Annotated[float, Field(gt=0, le=240)] = 8.0
    leaves_by: TimeOfDay | None = Field(default=None, description="Of vehicles that stay overnight")


class ControlModel(_Model):
    """How often the site is planned, and how long a limit lives."""

    plan_every_s: Seconds = 300
    min_gap_s: Seconds = 10
    limits_live_s: Seconds = 900
    settle_s: Annotated[int, Field(ge=0, le=60)] = 6
    meter_every_s: Seconds = 60
    heartbeat_every_s: Seconds = 300
    reading_lives_s: Seconds = 180
    acceptance: Acceptance = Field(
        strict=False,
        default=Acceptance.AT_ONCE,
        description="When a station that boots is accepted",
    )
    proves_by_reset: bool = Field(
        default=True,
        description="Restart one idle charger of each make once, to see what it keeps",
    )
    ramp_a_per_min: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] | None = Field(
        default=None,
        description="How fast a feeder's lines rise after a limit, a mass return or a start; by "
        "default the whole limit within five minutes",
    )
    return_delay_s: Annotated[int, Field(ge=0, le=3_600)] = Field(
        default=60,
        description="After a mass return each EVSE waits another time up to this before it is "
        "raised",
    )


class SettingModel(_Model):
    """How a setting of the chargers should be."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="Well known (heartbeat_interval_s), or the chargers' own: a key of OCPP 1.6, "
        "or Component.Variable of 2.0.1"
    )
    value: Annotated[bool | int | float | str, Field(union_mode="left_to_right")]
    ocpp: Version | None = Field(
        default=None, description="For chargers that speak this version only"
    )
    chargers: list[Name] = Field(default=[], description="For these only")


class PolicyModel(_Model):
    """How the site shares what it has."""

    fairness: Fairness = Field(
        strict=False,
        default=Fairness.PROPORTIONAL,
        description="Who goes short when not all can be served",
    )
    aim: Aim = Field(
        strict=False, default=Aim.EARLY, description="What counts once everybody gets enough"
    )


class GridModel(_Model):
    """The grid that the site hangs on."""

    earthing: Literal["TN", "IT"]
    voltage_v: Annotated[float, Field(ge=100, le=1000)] = Field(
        default=230.0, description="Line to neutral (TN) or line to line (IT)"
    )


class SiteModel(_Model):
    """A site file."""

    site: Name
    name: str = ""
    timezone: TimeZone
    grid: GridModel
    feeders: Annotated[list[FeederModel], Field(min_length=1, max_length=1)]
    chargers: list[ChargerModel] = []
    guests: GuestModel | None = None
    assumed: AssumedModel = AssumedModel()
    control: ControlModel = ControlModel()
    policy: PolicyModel = PolicyModel()
    settings: list[SettingModel] = []
    price_per_kwh: Annotated[float, Field(ge=0, le=1_000)] | None = Field(
        default=None,
        description="What drivers pay, in the chargers' currency: told to those of OCPP 2.0.1 at "
        "the end, and kept with the transaction",
    )
    security_profile: Profile | None = Field(
        default=None,
        description="The lowest OCPP security profile that chargers are let in with, guests as "
        "well; 0: whoever connects is believed",
    )
    prices: PricesModel | None = Field(
        default=None, description="Where prices of energy come from; null: there are none"
    )
    tariff: TariffModel | None = Field(
        default=None, description="What the site pays beside them; null: nothing"
    )
    weather: WeatherModel | None = Field(
        default=None, description="Where outdoor temperatures come from; null: the API and MQTT"
    )


def evses_of(charger: ChargerModel) -> list[EvseModel]:
    """The EVSEs of a charger; the one written in place has number 1."""
    if charger.evses or charger.feeder is None:
        return charger.evses
    fields = {name: getattr(charger, name) for name in EvseModel.model_fields if name != "number"}
    return [EvseModel.model_construct(number=1, **fields)]
