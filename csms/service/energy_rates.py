"""What a kilowatt-hour costs at an instant, and what it brings about: a port, and the flat one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class EnergyRates(Protocol):
    """Tells what energy costs and brings about. Asked for every reading: it takes no time."""

    def price_per_kwh(self, at: datetime) -> float | None:
        """The price at an instant, in the site's currency; None: it is not known."""
        ...

    def co2_g_per_kwh(self, at: datetime) -> float | None:
        """CO2 of the energy at an instant; None: it is not known."""
        ...


@dataclass(frozen=True, slots=True)
class FlatRates:
    """The same at any time.

    Attributes:
        price: Per kWh; None: not known.
    """

    price: float | None = None

    def price_per_kwh(self, at: datetime) -> float | None:  # noqa: ARG002 - always the same
        """The price."""
        return self.price

    def co2_g_per_kwh(self, at: datetime) -> float | None:  # noqa: ARG002 - nobody tells it
        """Not known."""
        return None
