"""Where the weather comes from, as site files write it, and what is wrong with that."""

from collections.abc import Iterator
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from csms.domain.errors import Fault, InvalidInputError
from csms.domain.json_path import JsonPath
from csms.domain.price_source import DayText, FilePlace, column
from csms.domain.weather_source import WeatherShape, WeatherSource
from csms.settings.price_schema import ForDay, Place
from csms.settings.time_schema import TimeZone
from csms.settings.yaml_source import YamlSource


class WeatherModel(BaseModel):
    """Where outdoor temperatures come from, beside what is told by the API and by MQTT."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    file: ForDay = Field(
        description="A file, relative to this one; with blanks for the day, {day:%Y-%m-%d}: one "
        "for each; or a folder of files"
    )
    format: Literal["json", "csv"] = "json"
    time: Place = Field(
        description="Where its instants are told, of quarters of an hour or hours as a rule: a "
        "JSON path (RFC 9535), or the heading of a column of a table"
    )
    value: Place = Field(description="Where the temperatures stand, in °C, as many")
    time_zone: TimeZone | None = Field(
        default=None, description="Of times that do not tell theirs; null: they are refused"
    )
    look_every_s: Annotated[int, Field(ge=5, le=86_400)] = Field(
        default=60, description="How often it is looked whether they have changed"
    )


def site_weather(source: YamlSource, model: WeatherModel | None) -> WeatherSource | None:
    """Turn what is written of the weather into a source."""
    if model is None:
        return None
    is_csv = model.format == "csv"
    return WeatherSource(
        place=FilePlace(source.path.parent, DayText(model.file)),
        shape=WeatherShape(
            time=_path(model.time, is_csv=is_csv),
            value=_path(model.value, is_csv=is_csv),
            is_csv=is_csv,
            zone=ZoneInfo(model.time_zone) if model.time_zone else None,
        ),
        look_every_s=model.look_every_s,
    )


def wrong_weather(source: YamlSource, model: WeatherModel | None) -> Iterator[Fault]:
    """What keys about the weather say that cannot be."""
    if model is None:
        return
    for name in ("time", "value"):
        try:
            _path(getattr(model, name), is_csv=model.format == "csv")
        except InvalidInputError as error:
            yield source.fault(("weather", name), str(error).removeprefix("path: "))


def _path(text: str, *, is_csv: bool) -> JsonPath:
    """A JSON path; or for a table the heading of a column."""
    return column(text) if is_csv else JsonPath(text)
