"""Makes outdoor temperatures of a document, in whatever shape its provider has them. No I/O."""

from itertools import pairwise

from csms.domain.errors import InvalidInputError
from csms.domain.told_documents import all_at, check_as_many, read_document, with_decimal_point
from csms.domain.told_values import instant_of, number_of
from csms.domain.weather import Told, check_celsius
from csms.domain.weather_source import WeatherShape


def read_outdoor(payload: bytes, shape: WeatherShape) -> list[Told]:
    """Read a document's temperatures, in the order of time; where it says null there is none.

    Args:
        payload: The document.
        shape: Where in it things stand.

    Raises:
        InvalidInputError: What should stand there does not, or cannot be true: with its place, and
            which of the values it is, from 1.
    """
    document = read_document(payload, is_csv=shape.is_csv)
    times, values = all_at(shape.time, document), all_at(shape.value, document)
    check_as_many(shape.value, values, times)
    told: list[Told] = []
    for number, (time, value) in enumerate(zip(times, values, strict=True), start=1):
        if value is None or (shape.is_csv and value == ""):
            continue
        figure = with_decimal_point(value) if shape.is_csv else value
        where = f"{shape.value.text}, value {number}"
        at = instant_of(f"{shape.time.text}, value {number}", time, shape.zone)
        told.append((at, check_celsius(where, number_of(where, figure))))
    told.sort()
    for (at, _), (after, _) in pairwise(told):
        if at == after:
            message = f"expected each instant once, got {at.isoformat()} again"
            raise InvalidInputError(shape.time.text, message)
    return told
