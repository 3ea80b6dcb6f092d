"""What can be true of a resource, and what cannot."""

import math
from datetime import datetime, timedelta
from typing import Final

from csms.domain.errors import InvalidInputError
from csms.domain.resource import DeferrableLoad, Quantity, Resource

_TIMES_RATING: Final = 1.5
"""More than this times what a resource is made for is not believed: it is W for kW, or mW for W."""
_AND_W: Final = 500.0
_NOISE: Final = 0.05
"""Of its rating, what a meter may show the wrong way round."""
_FUTURE: Final = timedelta(minutes=1)
_OLDEST: Final = timedelta(hours=1)
_COLDEST_C: Final = -60.0
_HOTTEST_C: Final = 150.0


def check_reading(resource: Resource, quantity: Quantity, value: float) -> None:
    """Refuse what cannot be true.

    Raises:
        InvalidInputError: Naming the quantity.
    """
    if quantity not in resource.quantities:
        known = ", ".join(sorted(resource.quantities))
        raise InvalidInputError(quantity, f"expected one of {known} of {resource.resource_id}")
    if not math.isfinite(value):
        raise InvalidInputError(quantity, f"expected a finite number, got {value:g}")
    least, most, unit = _believed(resource, quantity)
    if not least <= value <= most:
        message = f"expected {least:g} to {most:g} {unit} of {resource.resource_id}, got {value:g}"
        raise InvalidInputError(quantity, message)


def check_instant(at: datetime, now: datetime) -> None:
    """Refuse a reading of the future, or of long ago.

    Raises:
        InvalidInputError: It is one.
    """
    if not now - _OLDEST < at < now + _FUTURE:
        message = f"expected the last hour, got {at.isoformat()} at {now.isoformat()}"
        raise InvalidInputError("at", message)


def _believed(resource: Resource, quantity: Quantity) -> tuple[float, float, str]:
    """The least and the most that is believed, and the unit."""
    match quantity:
        case Quantity.SOC_PCT:
            return 0.0, 100.0, "%"
        case Quantity.TEMPERATURE_C:
            return _COLDEST_C, _HOTTEST_C, "°C"
        case Quantity.SERVED_WH:
            most_wh = resource.kind.energy_wh if isinstance(resource.kind, DeferrableLoad) else 0.0
            return 0.0, _TIMES_RATING * most_wh, "Wh"
        case Quantity.POWER_W:
            noise_w = _NOISE * max(resource.rated_w, resource.gives_w)
            return (
                -_most_w(resource.gives_w) if resource.gives_w else -noise_w,
                _most_w(resource.rated_w) if resource.rated_w else noise_w,
                "W",
            )


def _most_w(rated_w: float) -> float:
    return _TIMES_RATING * rated_w + _AND_W
