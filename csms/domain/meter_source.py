"""Where a feeder's meter is read from, if that is a topic of somebody else's MQTT messages."""

from dataclasses import dataclass

from csms.domain.json_path import JsonPath


@dataclass(frozen=True, slots=True)
class ValuePlace:
    """Where a value is told: in which messages, and where in them."""

    topic: str
    path: JsonPath


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterSource:
    """How a meter's messages become a reading.

    Attributes:
        values: One place for each line; or one for all, where three values or one for every line
            are told.
        amps_per_unit: What one unit of a value is, with its sign: positive flows into the site.
        may_export: Whether less than nothing may flow, which counts as nothing; else a meter that
            says so is wrong.
        is_in_all: Whether every message of its topics has values; else those without are not about
            them.
        taken_at: Where a message tells when its values were taken; None: when it comes.
    """

    values: tuple[ValuePlace, ...]
    amps_per_unit: float = 1.0
    may_export: bool = False
    is_in_all: bool = True
    taken_at: JsonPath | None = None

    @property
    def topics(self) -> frozenset[str]:
        """All topics that its values are told in."""
        return frozenset(place.topic for place in self.values)
