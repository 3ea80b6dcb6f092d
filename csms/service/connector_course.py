"""How one connector came to what it has: drawn against planned, past and ahead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from csms.domain.charging_profile import ProfilePurpose
from csms.service.electrics import watts_per_ampere
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.plan_outlook import PlanOutlook, PriceOutlook
from csms.service.price_words import price_course

_LONGEST: Final = timedelta(hours=12)
"""So much of the past is told at most."""
_IDLE: Final = timedelta(hours=2)
"""And so much where nothing charges: what is older has left the database, and takes long."""
_TAKEN: Final = "accepted"
_FALLBACKS: Final = (ProfilePurpose.TX_DEFAULT, ProfilePurpose.STATION_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerSteps:
    """Power in W from instants on, in seconds since 1970; None: not known."""

    t: tuple[float, ...]
    w: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPower:
    """What a connector drew, by minutes, from an instant on."""

    since: datetime
    steps: PowerSteps


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorCourse:
    """What a connector drew, was let draw, and is planned to get.

    Attributes:
        drawn: As its meter told, by minutes.
        drawn_from: From when on that is told.
        planned: What it was let draw, and from now on what the newest plan has for it.
        prices: None: there are none.
    """

    begins_at: datetime
    now: datetime
    ends_at: datetime
    drawn: PowerSteps
    drawn_from: datetime
    planned: PowerSteps
    prices: PriceOutlook | None


def begins_at(evse: LiveEvse, now: datetime) -> datetime:
    """From when on the course of a connector is told."""
    if evse.transaction is None:
        return now - _IDLE
    return max(evse.transaction.started_at, now - _LONGEST)


def course_of(
    live: LiveSite,
    evse: LiveEvse,
    outlook: PlanOutlook | None,
    limits: Iterable[Mapping[str, Any]],
    drawn: DrawnPower,
    now: datetime,
) -> ConnectorCourse:
    """Put together the course of a connector.

    Args:
        live: Its site.
        evse: The connector.
        outlook: What the newest plan has ahead; None: there is none.
        limits: What its station was sent, the newest first.
        drawn: What it drew.
        now: The present instant.
    """
    begin, w_per_a = begins_at(evse, now), watts_per_ampere(live, evse)
    past = _past_steps(evse, limits, begin, now)
    ahead, end = _ahead_steps(evse, outlook, now)
    steps = [*past, *ahead]
    return ConnectorCourse(
        begins_at=begin,
        now=now,
        ends_at=end,
        drawn=drawn.steps,
        drawn_from=drawn.since,
        planned=PowerSteps(
            t=tuple(at.timestamp() for at, _ in steps),
            w=tuple(round(amps * w_per_a) for _, amps in steps),
        ),
        prices=_prices(live, begin, end),
    )


def _prices(live: LiveSite, begin: datetime, end: datetime) -> PriceOutlook | None:
    course = price_course(live, begin, end)
    if course is None:
        return None
    return PriceOutlook(
        unit=course["unit"],
        t=tuple(course["t"]),
        per_kwh=tuple(course["per_kwh"]),
        is_assumed=tuple(course["is_assumed"]),
    )


def _past_steps(
    evse: LiveEvse, limits: Iterable[Mapping[str, Any]], begin: datetime, now: datetime
) -> list[tuple[datetime, float]]:
    """What the limits that a connector has taken let it draw, from an instant until now."""
    number, fallback_a = evse.place.evse.number, evse.place.fallback_a
    taken = [
        row
        for row in limits
        if row["evse_number"] == number
        and row["verdict"] == _TAKEN
        and (row["ends_at"] is not None or row["purpose"] not in _FALLBACKS)
    ]
    steps: list[tuple[datetime, float]] = [(begin, fallback_a)]
    for row in reversed(taken):
        since = max(row["starts_at"], row["settled_at"] or row["sent_at"])
        steps = [step for step in steps if step[0] < since]
        before = [(row["starts_at"] + timedelta(seconds=at), amps) for at, amps in row["steps"]]
        steps += [(max(at, since), amps) for at, amps in _in_force(before, since)]
        if row["ends_at"] is not None:
            steps = [step for step in steps if step[0] < row["ends_at"]]
            steps.append((row["ends_at"], fallback_a))
    held = [step for step in steps if step[0] <= begin][-1:]
    return [(begin, amps) for _, amps in held] + [one for one in steps if begin < one[0] < now]


def _in_force(
    steps: Sequence[tuple[datetime, float]], since: datetime
) -> list[tuple[datetime, float]]:
    """The step that holds at an instant, and those after it."""
    passed = sum(at <= since for at, _ in steps)
    return list(steps[max(0, passed - 1) :])


def _ahead_steps(
    evse: LiveEvse, outlook: PlanOutlook | None, now: datetime
) -> tuple[list[tuple[datetime, float]], datetime]:
    """What is planned from now on, and until when that is told."""
    planned = None if outlook is None else outlook.evses.get(str(evse.place.evse))
    if outlook is None or planned is None:
        end = now + timedelta(hours=1)
        amps = evse.allowance.now_a(now) if evse.is_occupied else 0.0
        return [(now, amps), (end, amps)], end
    edges = [datetime.fromtimestamp(edge, UTC) for edge in outlook.edges]
    end = min(edges[-1], max(planned.departs_at, now + timedelta(hours=1)))
    slots = list(zip(edges, planned.limits_a, strict=False))
    steps = [(max(at, now), amps) for at, amps in _in_force(slots, now) if at < end]
    return [*steps, (end, steps[-1][1])], end
