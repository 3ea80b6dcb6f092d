"""Resources in words, for the page: what each does just now, and why."""

from datetime import datetime
from typing import Final

from csms.domain.resource import Quantity
from csms.language.said import Said, joined
from csms.service.live_resource import LiveResource
from csms.service.live_site import LiveSite
from csms.service.site_view import FigureView

_NOTHING_W: Final = 50.0


def resource_figures(live: LiveSite, now: datetime) -> tuple[FigureView, ...]:
    """What each resource does, and what is planned for it or how it counts."""
    lives_s = live.site.control.reading_lives_s
    return tuple(
        FigureView(
            key=f"resource-{key}",
            title=one.resource.name,
            today=_does(one, now, lives_s),
            month=_why(one, now, lives_s),
        )
        for key, one in live.resources.items()
    )


def _does(one: LiveResource, now: datetime, lives_s: float) -> str:
    power_w = one.reading(Quantity.POWER_W, now, lives_s)
    if power_w is None:
        return Said("not heard")
    power = Said("%(kw).1f kW", kw=abs(power_w) / 1000)
    parts: list[str] = [power if abs(power_w) > _NOTHING_W else Said("off")]
    if power_w < -_NOTHING_W:
        parts = [Said("gives %(power)s", power=power)]
    soc_pct = one.reading(Quantity.SOC_PCT, now, lives_s)
    if soc_pct is not None:
        parts.append(Said("%(pct).0f %%", pct=soc_pct))
    temperature_c = one.reading(Quantity.TEMPERATURE_C, now, lives_s)
    if temperature_c is not None:
        parts.append(Said("%(temperature).0f °C", temperature=temperature_c))
    return joined(parts)


def _why(one: LiveResource, now: datetime, lives_s: float) -> str:
    newest = one.newest
    if one.is_steered(now, lives_s) and newest is not None and newest.until_at > now:
        return one.planned
    return one.why(now, lives_s)
