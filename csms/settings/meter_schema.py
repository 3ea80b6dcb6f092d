"""What a site file may say of where a feeder's meter is read from, key by key."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field
from pydantic import Tag as Branch

from csms.domain.errors import InvalidInputError
from csms.domain.json_path import JsonPath

_WILDCARDS: Final = "+#\0"


def _path(text: str) -> str:
    try:
        JsonPath(text)
    except InvalidInputError as error:
        raise ValueError(str(error).removeprefix("path: ")) from error
    return text


def _topic(text: str) -> str:
    if any(sign in text for sign in _WILDCARDS):
        raise ValueError(f"expected one topic, without + and #, got {text!r}")
    return text


def _place_branch(value: object) -> str:
    return "<place>" if isinstance(value, dict) else "<path>"


Path: TypeAlias = Annotated[str, AfterValidator(_path), Field(examples=["$.ENERGY.Current[0]"])]
Topic: TypeAlias = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_topic)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PlaceModel(_Model):
    """A value that is told in messages of its own."""

    topic: Topic | None = Field(default=None, description="Default: the meter's")
    path: Path = Field(default="$", description="Default: the message is the value")


Place: TypeAlias = Annotated[
    Annotated[Path, Branch("<path>")] | Annotated[PlaceModel, Branch("<place>")],
    Discriminator(_place_branch),
]
"""A JSON path in the meter's messages; or in those of another topic."""


class MqttMeterModel(_Model):
    """The MQTT messages of others that a feeder's meter is read from."""

    topic: Topic | None = Field(default=None, description="Where it is told, without wildcards")
    lines: Annotated[list[Place], Field(min_length=3, max_length=3)] | None = Field(
        default=None, description="Where L1, L2 and L3 are told; JSON paths (RFC 9535)"
    )
    value: Path | None = Field(
        default=None,
        description="In place of `lines`: where a list of three stands, or one value that counts "
        "for every line",
    )
    unit: Literal["A", "W", "kW"] = "A"
    voltage_v: Annotated[float, Field(ge=50, le=1000)] | None = Field(
        default=None,
        description="What watts are divided by; default: the grid's voltage from line to earth",
    )
    scale: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] = Field(
        default=1.0, description="What values are multiplied by"
    )
    sign: Literal[1, -1] = Field(default=1, description="-1: the meter shows supply as negative")
    export: bool = Field(
        default=False,
        description="Whether values below 0 are true, of solar power for instance; they count as 0",
    )
    in_all: bool = Field(
        default=True,
        description="Whether every message has the values; false: those with none are passed over",
    )
    at: Path | None = Field(
        default=None,
        description="Where it is told when values were taken: RFC 3339, or seconds or milliseconds "
        "since 1970; default: when a message comes",
    )
