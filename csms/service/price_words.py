"""Prices as people see them: in words, and as the course that charts draw."""

from datetime import datetime, timedelta
from typing import Any, Final

from csms.domain.prices import PriceSeries, PriceSlot
from csms.domain.site_policy import Aim
from csms.domain.tariff import Tariff
from csms.language.said import Said, joined
from csms.service.live_site import LiveSite
from csms.service.site_view import FigureView

_AHEAD: Final = timedelta(hours=24)
_NOTICEABLE: Final = 0.02
"""A price is lower from here on, as a share of the one now."""


def words_of_waiting(live: LiveSite, until: datetime | None, now: datetime) -> str:
    """Why a vehicle waits where energy or power has a price; empty: not for that.

    Args:
        live: The site.
        until: When it is planned to get more; None: it is not.
        now: The present instant.
    """
    if live.site.policy.aim is not Aim.CHEAP or until is None or not live.prices.is_kept:
        return ""
    at = until.astimezone(live.site.timezone)
    here, there = live.prices.planned_at(now), live.prices.planned_at(until)
    if here is not None and there is not None and there < here - _NOTICEABLE * abs(here):
        unit = live.prices.planned_unit
        return Said(
            "Waits for the cheap hours from %(at)s: %(there)s for %(here)s %(unit)s",
            at=at,
            there=amount(there, unit),
            here=amount(here, unit),
            unit=unit,
        )
    if _has_fee(live.site.tariff):
        return Said("Spread out until %(at)s, as high power has its price", at=at)
    return ""


def price_figures(live: LiveSite, now: datetime) -> tuple[FigureView, ...]:
    """The price of this instant, and up to when it is known; none where there are no prices."""
    prices = live.prices
    if not prices.kinds:
        return ()
    [*slots] = prices.planned(now, now + _AHEAD).slots
    unit = prices.planned_unit
    here = next((one for one in slots if one.starts_at <= now < one.ends_at), None)
    return (
        FigureView(
            key="price",
            title=Said("CO2 now") if unit.startswith("g/") else Said("Price now"),
            today="\N{EN DASH}"
            if here is None
            else joined([amount(here.per_kwh, unit), unit], " "),
            month=_what_comes(live, slots, here, now),
        ),
    )


def price_course(live: LiveSite, start_at: datetime, end_at: datetime) -> dict[str, Any] | None:
    """What counts as the price between two instants, as charts draw it; None: nothing does."""
    if not live.prices.is_kept:
        return None
    slots = _joined(live.prices.planned(start_at, end_at))
    return {
        "unit": live.prices.planned_unit,
        "t": [starts_at.timestamp() for starts_at, _, _ in slots],
        "per_kwh": [None if value is None else round(value, 5) for _, value, _ in slots],
        "is_assumed": [is_assumed for _, _, is_assumed in slots],
    }


def amount(per_kwh: float, unit: str) -> str:
    """A price without its unit, as people write it."""
    if unit.startswith("g/"):
        return Said("%(price).0f", price=per_kwh)
    return Said("%(price).2f", price=per_kwh)


def _what_comes(
    live: LiveSite, slots: list[PriceSlot], here: PriceSlot | None, now: datetime
) -> str:
    is_assumed = here is not None and here.is_assumed
    if live.prices.planned_kind in live.prices.silences:
        if is_assumed:
            return Said("assumed, as its source is silent")
        return Said("its source is silent")
    if is_assumed:
        return Said("assumed, as on a day before")
    if not slots:
        return Said("not known")
    lowest = min(slots, key=lambda one: one.per_kwh)
    at = max(lowest.starts_at, now).astimezone(live.site.timezone)
    price = amount(lowest.per_kwh, live.prices.planned_unit)
    if lowest.is_assumed:
        return Said("assumed %(price)s at %(at)s", price=price, at=at)
    return Said("lowest %(price)s at %(at)s", price=price, at=at)


def _has_fee(tariff: Tariff | None) -> bool:
    return tariff is not None and tariff.capacity is not None


def _joined(series: PriceSeries) -> list[tuple[datetime, float | None, bool]]:
    """Where the price changes, to what, and whether it is assumed; None where a gap begins."""
    steps: list[tuple[datetime, float | None, bool]] = []
    ends_at: datetime | None = None
    for slot in series.slots:
        if ends_at is not None and slot.starts_at > ends_at:
            steps.append((ends_at, None, False))
        if not steps or steps[-1][1:] != (slot.per_kwh, slot.is_assumed):
            steps.append((slot.starts_at, slot.per_kwh, slot.is_assumed))
        ends_at = slot.ends_at
    return steps if ends_at is None else [*steps, (ends_at, None, False)]
