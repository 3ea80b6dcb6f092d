"""What can be set of forecasts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastSettings:
    """When models of stays are made, and of what; and of what past demand is forecast.

    Attributes:
        fit_every_h: How old a model gets before the next one is made.
        weeks: So much of the past is looked at.
        least_stays: With fewer stays in a time zone no model is made.
        holidays: The country whose public holidays count as Sundays; None: none do.
    """

    fit_every_h: float = 24.0
    weeks: int = 52
    least_stays: int = 100
    holidays: str | None = None
