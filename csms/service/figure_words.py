"""Key figures in words, as pages show them."""

from datetime import datetime
from typing import Final

from csms.domain.site_day import KeyFigures
from csms.language.said import Said
from csms.service.site_tally import DAYS_KEPT, SiteTally
from csms.service.site_view import FigureView

_NONE: Final = "\N{EN DASH}"


def view_figures(today: KeyFigures, month: KeyFigures) -> tuple[FigureView, ...]:
    """The figures that a site's page shows: of today, and of the last thirty days."""
    rows = (
        ("peak", Said("Highest quarter-hour"), _kilowatts, "peak_quarter_w"),
        ("plugged", Said("Connectors in use"), _share, "plugged_pct"),
        ("met", Said("Needs met"), _share, "met_pct"),
        ("plug_ins", Said("Plugged in and charged"), _share, "plug_in_success_pct"),
        ("availability", Said("Available"), _share, "availability_pct"),
        ("error", Said("Energy mistaken by"), _kilowatt_hours, "energy_error_wh"),
        ("cost", Said("Cost of energy"), _money, "cost"),
        ("co2", Said("CO2"), _kilograms, "co2_g"),
    )
    return tuple(
        FigureView(
            key=key,
            title=title,
            today=write(getattr(today, field)),
            month=Said(
                "%(figure)s in %(days)s days", figure=write(getattr(month, field)), days=DAYS_KEPT
            ),
        )
        for key, title, write, field in rows
        if getattr(month, field) is not None
    )


def figures_now(tally: SiteTally, now: datetime) -> tuple[FigureView, ...]:
    """What a site's page shows at this instant."""
    return view_figures(tally.figures(1, now), tally.figures(DAYS_KEPT, now))


def _kilowatts(watts: float) -> str:
    return Said("%(kw).1f kW", kw=watts / 1000)


def _kilowatt_hours(watt_hours: float | None) -> str:
    return _NONE if watt_hours is None else Said("%(kwh).1f kWh", kwh=watt_hours / 1000)


def _share(percent: float | None) -> str:
    return _NONE if percent is None else Said("%(pct).0f %%", pct=percent)


def _money(amount: float | None) -> str:
    return _NONE if amount is None else Said("%(amount).2f", amount=amount)


def _kilograms(grams: float | None) -> str:
    return _NONE if grams is None else Said("%(kg).1f kg", kg=grams / 1000)
