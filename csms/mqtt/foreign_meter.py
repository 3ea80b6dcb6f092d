"""Makes readings of what somebody else's meter tells, in whatever shape its messages have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from csms.domain.errors import InvalidInputError
from csms.domain.json_path import JsonPath
from csms.domain.meter_source import MeterSource
from csms.domain.site import PhaseAmps
from csms.domain.told_values import instant_of, number_of, one_of
from csms.mqtt.message import Told, read_json

_Found: TypeAlias = tuple[JsonPath, list[object]]
"""A path, and what a message tells there."""
_LINES: Final = 3
_NOISE_A: Final = 0.5
"""Meters show a little less than nothing where nothing flows."""


@dataclass(frozen=True, slots=True)
class MeterReading:
    """What a meter has shown.

    Attributes:
        at: When.
        current_a: By line.
    """

    at: datetime
    current_a: PhaseAmps


class ForeignMeter:
    """One meter.

    Lines that are told in messages of their own make a reading once all of them have come anew; it
    is as old as the oldest of them.

    Args:
        source: Where its values are told, and how they become amperes.
    """

    def __init__(self, source: MeterSource) -> None:
        self.source = source
        self._told: dict[int, tuple[datetime, float]] = {}

    def take(self, told: Told) -> MeterReading | None:
        """Take a message; return the reading that it completes, None if it completes none.

        Raises:
            InvalidInputError: What should stand there does not, or cannot be true, or it is not
                known of when it is.
        """
        document = read_json(told)
        found = {
            line: (place.path, place.path.find(document))
            for line, place in enumerate(self.source.values)
            if place.topic == told.topic
        }
        if not self.source.is_in_all and not any(values for _, values in found.values()):
            return None
        values = list(self._values(found))
        taken_at = self._taken_at(document, told)
        self._told.update((line, (taken_at, amps)) for line, amps in values)
        if len(self._told) < _LINES:
            return None
        (first_at, first), (second_at, second), (third_at, third) = (
            self._told[line] for line in range(_LINES)
        )
        self._told.clear()
        return MeterReading(min(first_at, second_at, third_at), (first, second, third))

    def _values(self, found: Mapping[int, _Found]) -> Iterator[tuple[int, float]]:
        """The currents in what a message tells, by line from 0."""
        if len(self.source.values) == 1:
            yield from enumerate(map(self._amps, _three(*found[0])))
            return
        for line, (path, values) in found.items():
            yield line, self._amps(number_of(path.text, one_of(path.text, values)))

    def _amps(self, value: float) -> float:
        amps = value * self.source.amps_per_unit
        if amps >= 0.0:
            return amps
        if amps >= -_NOISE_A or self.source.may_export:
            return 0.0
        message = (
            f"expected 0 A or more, got {amps:g} A: say `sign: -1` if the meter shows supply as "
            "negative, or `export: true` if the site may feed back"
        )
        raise InvalidInputError("current_a", message)

    def _taken_at(self, document: object, told: Told) -> datetime:
        path = self.source.taken_at
        if path is not None:
            return instant_of(path.text, one_of(path.text, path.find(document)))
        refuse_retained(told)
        return told.came_at


def number_at(path: JsonPath, document: object) -> float:
    """The number that stands at a path.

    Raises:
        InvalidInputError: None stands there, or several.
    """
    return number_of(path.text, one_of(path.text, path.find(document)))


def refuse_retained(told: Told) -> None:
    """Refuse a message that does not tell when it was, and was kept for nobody knows how long.

    Raises:
        InvalidInputError: It was.
    """
    if told.is_retained:
        message = "expected a message that tells when its values were taken, as it was retained"
        raise InvalidInputError("retained", message)


def _three(path: JsonPath, found: list[object]) -> tuple[float, float, float]:
    if len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    if len(found) not in (1, _LINES):
        message = f"expected a value or three, found {len(found)}"
        raise InvalidInputError(path.text, message)
    first, second, third = (number_of(path.text, one) for one in found * (_LINES // len(found)))
    return first, second, third
