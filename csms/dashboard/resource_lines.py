"""What resources are planned to do, in words: now, and in all that the plan looks ahead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from csms.dashboard.words import NOTHING, kilo
from csms.language.reader import say, spoken
from csms.language.said import Said
from csms.service.plan_outlook import PlanOutlook
from csms.service.planned_resources import PlannedResource

_KINDS: Final[Mapping[str, str]] = {
    "battery": Said("Battery"),
    "photovoltaics": Said("Sun"),
    "thermal_load": Said("Heat"),
    "deferrable_load": Said("Load that can wait"),
    "standby_source": Said("Source that stands by"),
}
_S_PER_H: Final = 3600
_NOTHING_W: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLine:
    """What one resource is planned to do, in words."""

    name: str
    kind: str
    now: str
    draws: str
    gives: str
    why: str


def resource_lines(outlook: PlanOutlook) -> list[ResourceLine]:
    """Put the resources of a site in words."""
    slots_s = [end - begin for begin, end in zip(outlook.edges, outlook.edges[1:], strict=False)]
    return [_line(one, slots_s) for one in outlook.resources.values()]


def _line(one: PlannedResource, slots_s: list[float]) -> ResourceLine:
    courses = list(zip(one.power_w, slots_s, strict=False))
    draws_wh = sum(max(power_w, 0.0) * length for power_w, length in courses) / _S_PER_H
    gives_wh = sum(max(-power_w, 0.0) * length for power_w, length in courses) / _S_PER_H
    return ResourceLine(
        name=one.name,
        kind=spoken(_KINDS.get(one.kind, one.kind)),
        now=does_words(one.power_w[0]) if courses else say("not planned"),
        draws=f"{kilo(draws_wh)} kWh" if courses else NOTHING,
        gives=f"{kilo(gives_wh)} kWh" if courses else NOTHING,
        why=spoken(one.why),
    )


def does_words(power_w: float) -> str:
    """What something draws or gives."""
    if abs(power_w) < _NOTHING_W:
        return say("off")
    if power_w < 0:
        return say("gives %(kw)s kW", kw=kilo(-power_w))
    return say("draws %(kw)s kW", kw=kilo(power_w))
