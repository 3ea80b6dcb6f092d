"""Where a site's outdoor temperatures are read from, and how what stands there becomes them."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from csms.domain.json_path import JsonPath
from csms.domain.price_source import FilePlace


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherShape:
    """How a document becomes temperatures.

    Attributes:
        time: Where it is told of which instants they are.
        value: Where they stand, in °C, as many.
        is_csv: It is a table, read as a list of rows by their headings.
        zone: Of times that do not tell theirs; None: they are refused.
    """

    time: JsonPath
    value: JsonPath
    is_csv: bool = False
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherSource:
    """Where temperatures come from, beside what is told by the API and by MQTT.

    Attributes:
        look_every_s: How often it is looked whether something has changed.
    """

    place: FilePlace
    shape: WeatherShape
    look_every_s: int = 60
