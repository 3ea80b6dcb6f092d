"""What programs send and are answered, by whichever way: the same JSON over HTTP and MQTT."""

from datetime import datetime
from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.resource import Quantity
from csms.domain.transaction import StatedNeed
from csms.service.imposed_limits import Imposed
from csms.service.instant import Instant
from csms.service.wanted_limits import MOST_LIMITS, WantedLimit

_FROM: Final = "When it begins"
_UNTIL: Final = "When it ends by itself; null: when it is lifted"
_WORDS: Final = "Why, in the party's words"


Current: TypeAlias = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]
_CURRENT: Final = TypeAdapter[float](Current)


def _by_line(amps: object) -> object:
    """One current for all lines, a number or one in text, as one for each; told once if wrong."""
    return [_CURRENT.validate_python(amps)] * 3 if isinstance(amps, int | float | str) else amps


_Three: TypeAlias = Annotated[list[Current], Field(min_length=3, max_length=3)]
LineCurrents: TypeAlias = Annotated[
    _Three, BeforeValidator(_by_line, json_schema_input_type=Current | _Three)
]
"""By line, from one current for all lines or one for each."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class FeederLoad(_Body):
    """What a feeder's meter shows: its uncontrolled load, or all that it carries."""

    current_a: _Three = Field(description="What the meter shows, by line: L1, L2, L3")
    at: Instant | None = Field(default=None, description="When measured; default now")


class OutdoorTemperature(_Body):
    """How warm it is outdoors at an instant."""

    at: Instant
    celsius: float


class WeatherReport(_Body):
    """How warm it is outdoors, now and as it is forecast."""

    outdoor: list[OutdoorTemperature] = Field(
        description="Up to 500, from the last hour to ten days ahead; they take the place of all "
        "that was told of later than the first of them"
    )

    @property
    def told(self) -> list[tuple[datetime, float]]:
        """What is told."""
        return [(one.at, one.celsius) for one in self.outdoor]


class ResourceReading(_Body):
    """What is told of a battery, sun, heat or a load that can wait: all of it, or some."""

    power_w: float | None = Field(default=None, description="What it draws; below 0: gives")
    soc_pct: float | None = Field(default=None, description="A battery's state of charge")
    temperature_c: float | None = Field(default=None, description="Of a room or a tank")
    served_wh: float | None = Field(default=None, description="What a load has got of its run")
    at: Instant | None = Field(default=None, description="When measured; default now")

    @property
    def values(self) -> dict[Quantity, float]:
        """What is told, by quantity."""
        told = {what: getattr(self, what.value) for what in Quantity}
        return {what: value for what, value in told.items() if value is not None}


class Need(_Body):
    """What a driver or fleet says that a vehicle needs."""

    energy_wh: float | None = Field(
        default=None, description="Energy wanted from the start of the transaction"
    )
    departs_at: Instant | None = Field(default=None, description="When the vehicle leaves")

    @property
    def stated(self) -> StatedNeed:
        """What is said."""
        return StatedNeed(energy_wh=self.energy_wh, departs_at=self.departs_at)


class WantedFeederLimit(_Body):
    """What a feeder is to be limited to; the lowest of all its limits counts."""

    amps: LineCurrents = Field(description="For all lines, or by line: L1, L2, L3")
    from_at: Instant | None = Field(
        default=None, alias="from", description=f"{_FROM}; null: at once"
    )
    until_at: Instant | None = Field(default=None, alias="until", description=_UNTIL)
    words: str = Field(default="", max_length=200, description=_WORDS)

    @property
    def wanted(self) -> WantedLimit:
        """What is wanted."""
        return WantedLimit(
            amps=self.amps, from_at=self.from_at, until_at=self.until_at, words=self.words
        )


class WantedSchedule(_Body):
    """All that a party limits a feeder to, now and later; each limit begins at another instant."""

    limits: list[WantedFeederLimit] = Field(min_length=1, max_length=MOST_LIMITS)

    @property
    def wanted(self) -> list[WantedLimit]:
        """What is wanted."""
        return [limit.wanted for limit in self.limits]


class FeederLimit(_Body):
    """A limit that somebody has put on a feeder, beside the one in the site file."""

    feeder_id: str
    party: LimitParty
    amps: tuple[float, float, float] = Field(description="By line: L1, L2, L3")
    from_at: datetime = Field(alias="from", description=_FROM)
    until_at: datetime | None = Field(alias="until", description=_UNTIL)
    words: str = Field(description=_WORDS)


class ImposedFeederLimit(FeederLimit):
    """The same, and what the feeder may carry all the same."""

    least_a: tuple[float, float, float] = Field(
        description="What the worst case of the building and the standing fallbacks below add up "
        "to, by line: no limit goes below that"
    )
    warning: str = Field(description="What that means, where the limit is lower; else empty")


def limit_body(limit: ImposedLimit) -> FeederLimit:
    """Write a limit."""
    return FeederLimit(**_fields(limit))


def imposed_body(imposed: Imposed) -> ImposedFeederLimit:
    """Write what has come of a wish for a limit."""
    return ImposedFeederLimit(
        **_fields(imposed.limit), least_a=imposed.least_a, warning=imposed.warning
    )


def _fields(limit: ImposedLimit) -> dict[str, object]:
    return {
        "feeder_id": limit.feeder_id,
        "party": limit.party,
        "amps": limit.amps,
        "from": limit.from_at,
        "until": limit.until_at,
        "words": limit.words,
    }
