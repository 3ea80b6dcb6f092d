"""What a site file may say of prices and of its tariff, key by key."""

from datetime import time
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field
from pydantic import Tag as Branch

from csms.domain.errors import InvalidInputError
from csms.domain.price_source import DayText
from csms.settings.time_schema import DAYS, MONTHS, Days, Months, TimeOfDay, TimeZone


def _day_text(text: str) -> str:
    try:
        DayText(text)
    except InvalidInputError as error:
        raise ValueError(str(error).removeprefix("text: ")) from error
    return text


def _fee_branch(value: object) -> str:
    return "<over>" if isinstance(value, dict | BaseModel) else "<all>"


ForDay: TypeAlias = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_day_text)]
Url: TypeAlias = Annotated[ForDay, Field(pattern=r"^https?://[^\s@]+$")]
Place: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=500, examples=["$[*].time_start", "HourUTC"])
]
Money: TypeAlias = Annotated[float, Field(ge=-1_000, le=1_000, allow_inf_nan=False)]
Fee: TypeAlias = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PriceSourceModel(_Model):
    """Where prices of one kind come from; with neither `http` nor `file`: by the API or by MQTT."""

    http: Url | None = Field(
        default=None,
        description="Where they are asked for, by GET, with blanks for the day: {day:%Y-%m-%d}",
    )
    headers_file: Annotated[str, Field(min_length=1)] | None = Field(
        default=None,
        description="Lines `Name: value`, sent along, relative to this file; it may hold secrets",
    )
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 20.0
    file: ForDay | None = Field(
        default=None,
        description="A file, relative to this one; with blanks for the day: one for each; or a "
        "folder of files",
    )
    format: Literal["json", "csv"] = "json"
    time: Place | None = Field(
        default=None,
        description="Where it is told when each price begins: a JSON path (RFC 9535), or the "
        "heading of a column of a table",
    )
    until: Place | None = Field(
        default=None,
        description="When each ends; null: when the next one begins, after 1 h at most",
    )
    value: Place | None = Field(default=None, description="Where the prices stand, as many")
    unit: Annotated[str, Field(min_length=3, max_length=500)] | None = Field(
        default=None,
        description="EUR/MWh, g/kWh or the like; or the JSON path where it is told; default: the "
        "currency for a kWh, g/kWh for CO2",
    )
    factor: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] = Field(
        default=1.0, description="What values are multiplied by: what a EUR is in NOK for instance"
    )
    time_zone: TimeZone | None = Field(
        default=None, description="Of times that do not tell theirs; null: they are refused"
    )
    slot_min: Annotated[int, Field(ge=1, le=1440)] | None = Field(
        default=None, description="How long each price holds, where no end is told"
    )
    tomorrow_from: TimeOfDay | None = Field(
        default=None,
        description="From when on tomorrow's can be there, by the market's clock; default: 13:00, "
        "for CO2 00:00",
    )
    look_every_s: Annotated[int, Field(ge=5, le=86_400)] | None = Field(
        default=None,
        description="How often it is looked whether they have changed; default: 3600, a file 30",
    )


class PricesModel(_Model):
    """Where prices of energy come from."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = Field(
        description="Of prices and tariff: EUR, NOK, …"
    )
    zone: TimeZone | None = Field(
        default=None, description="Of the market, whose days prices are for; default: the site's"
    )
    energy: PriceSourceModel | None = Field(default=None, description="What a kWh costs")
    co2: PriceSourceModel | None = Field(
        default=None, description="How many g of CO2 a kWh stands for"
    )
    plan_by: Literal["energy", "co2"] = Field(
        default="energy", description="What is cheap where the site's aim is `cheap`"
    )


class FeeWindowModel(_Model):
    """Another fee within a stretch of the day, site time."""

    days: Days = Field(default=list(DAYS), description="Days on which it opens; default all")
    months: Months = Field(default=list(MONTHS), description="Default all")
    from_time: TimeOfDay = Field(alias="from", default=time(0))
    to_time: TimeOfDay = Field(
        alias="to", default=time(0), description="Not after `from`: on the next day"
    )
    per_kwh: Money


class EnergyFeeModel(_Model):
    """A default, and windows in which another fee holds; the last one open counts."""

    default: Money = 0.0
    windows: list[FeeWindowModel] = []


EnergyFeeValue: TypeAlias = Annotated[
    Annotated[Money, Branch("<all>")] | Annotated[EnergyFeeModel, Branch("<over>")],
    Discriminator(_fee_branch),
]


class StepModel(_Model):
    """A step of the fee on power."""

    up_to_kw: Annotated[float, Field(gt=0, le=1e6)] | None = Field(
        default=None, description="Up to and with this many kW; null: however many, the last step"
    )
    per_month: Fee


class CapacityModel(_Model):
    """The fee on power: either `steps`, or `per_kw` of the month's highest hour."""

    steps: Annotated[list[StepModel], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="By the mean of the highest hours of several different days"
    )
    days: Annotated[int, Field(ge=1, le=31)] = Field(
        default=3, description="How many days' highest hours are averaged, for `steps`"
    )
    per_kw: Fee | None = Field(default=None, description="For each kW of the highest hour")


class TariffModel(_Model):
    """What the site pays beside the market's price, in its currency."""

    markup_per_kwh: Money = Field(default=0.0, description="What the supplier adds, without VAT")
    vat_pct: Annotated[float, Field(ge=0, le=100)] = Field(
        default=0.0, description="Added to the market's price and the markup"
    )
    energy_per_kwh: EnergyFeeValue = Field(
        default=0.0, description="The grid's fee and taxes, with VAT; or over time"
    )
    capacity: CapacityModel | None = Field(default=None, description="null: there is none")
    fed_markup_per_kwh: Money = Field(
        default=0.0,
        description="What is added to the market's price for energy that is fed back; below 0: "
        "what is taken off",
    )
