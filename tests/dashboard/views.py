"""A site to look at: an intake with two rows of chargers below it, at one in the afternoon."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from csms.domain.imposed_limit import LimitParty
from csms.domain.need import NeedSource
from csms.service.site_view import (
    EvseState,
    EvseView,
    FeederView,
    ImposedView,
    Level,
    NeedView,
    PlanView,
    ReasonCode,
    ReasonView,
    SiteView,
)

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
"""In Oslo it is one o'clock then, on a Wednesday."""


def after(minutes: float) -> datetime:
    """So many minutes after noon in UTC."""
    return NOON + timedelta(minutes=minutes)


def feeder(name: str, parent_id: str | None = "intake", **more: Any) -> FeederView:
    """A feeder with 10 A of 40 A on every line."""
    fields: dict[str, Any] = {
        "limit_a": (40.0, 40.0, 40.0),
        "load_a": (10.0, 10.0, 10.0),
        "uncontrolled_a": (0.0, 0.0, 0.0),
        "allowed_a": (16.0, 16.0, 16.0),
        "headroom_a": (24.0, 24.0, 24.0),
        "level": Level.OK,
        "uncontrolled_source": None,
    }
    return FeederView(name=name, parent_id=parent_id, **{**fields, **more})


def imposed(party: LimitParty = LimitParty.OPERATOR, **more: Any) -> ImposedView:
    """A limit of 20 A, in force since noon until it is lifted."""
    fields: dict[str, Any] = {
        "amps": (20.0, 20.0, 20.0),
        "from_at": NOON,
        "until_at": None,
        "words": "",
    }
    return ImposedView(party=party, **{**fields, **more})


def evse(station_id: str, number: int = 1, **more: Any) -> EvseView:
    """A connector without a vehicle."""
    fields: dict[str, Any] = {
        "feeder_id": "row-a",
        "lines": (1, 2, 3),
        "protocol": "2.0.1",
        "security_profile": 0,
        "waiting": 0,
        "state": EvseState.AVAILABLE,
        "power_w": 0.0,
        "current_a": None,
        "limit_a": 0.0,
        "fallback_a": 6.0,
        "max_a": 32.0,
        "energy_wh": None,
        "soc_pct": None,
        "id_token": None,
        "since": None,
        "need": None,
        "closed": None,
        "reason": ReasonView(code=ReasonCode.NO_VEHICLE, text="No vehicle is charging"),
    }
    return EvseView(station_id=station_id, number=number, **{**fields, **more})


INTAKE: Final = feeder(
    "Intake",
    None,
    limit_a=(63.0, 63.0, 63.0),
    load_a=(50.4, 31.0, 20.0),
    uncontrolled_a=(12.6, 12.0, 12.0),
    allowed_a=(62.5, 40.0, 28.0),
    headroom_a=(0.5, 23.0, 35.0),
    level=Level.TIGHT,
    uncontrolled_source="measured",
)
CHARGING: Final = evse(
    "A-1",
    state=EvseState.CHARGING,
    power_w=11_040.0,
    current_a=(16.0, 15.9, 15.8),
    limit_a=16.0,
    fallback_from=after(7),
    energy_wh=5_240.0,
    soc_pct=41.6,
    id_token="04…C4",  # noqa: S106 - an id token, masked
    since=after(-45),
    need=NeedView(energy_wh=20_000.0, departs_at=after(240), source=NeedSource.STATED),
    reason=ReasonView(
        code=ReasonCode.FEEDER,
        text="Intake is full on L1 until 14:30",
        feeder_id="intake",
        line=1,
        until=after(90),
    ),
)
PAUSED: Final = evse(
    "B-1",
    2,
    feeder_id="row-b",
    lines=(2, 3, 1),
    protocol="1.6",
    state=EvseState.PAUSED,
    current_a=(0.0, 0.0, 0.0),
    energy_wh=0.0,
    since=after(-5),
    need=NeedView(energy_wh=7_000.0, departs_at=after(24 * 60), source=NeedSource.ASSUMED),
    reason=ReasonView(
        code=ReasonCode.OTHERS_FIRST, text="Waits for its turn until 15:00: Intake is full on L1"
    ),
)
PLAN: Final = PlanView(
    made_at=after(-1),
    is_heuristic=False,
    detail="",
    solve_ms=37.0,
    next_at=after(4),
    expected_wh=23_772.0,
    short_wh=947.0,
)


def site_view(**more: Any) -> SiteView:
    """The site; what is given replaces fields."""
    fields: dict[str, Any] = {
        "site_id": "yard",
        "name": "North yard",
        "timezone": "Europe/Oslo",
        "now": NOON,
        "clock_rate": 1.0,
        "level": Level.TIGHT,
        "headline": "1 of 4 connectors charging with 11.0 kW. Intake is given out to the full",
        "power_w": 11_040.0,
        "energy_today_wh": 48_260.0,
        "counts": {EvseState.CHARGING: 1, EvseState.PAUSED: 1, EvseState.AVAILABLE: 2},
        "plan": PLAN,
        "feeders": {"intake": INTAKE, "row-a": feeder("Row A"), "row-b": feeder("Row B")},
        "evses": {
            "A-1/1": CHARGING,
            "A-2/1": evse("A-2"),
            "B-1/1": evse("B-1", feeder_id="row-b"),
            "B-1/2": PAUSED,
        },
    }
    return SiteView(**{**fields, **more})


def bare_view() -> SiteView:
    """The site before its first charger has come."""
    idle = feeder("Intake", None)
    return site_view(
        level=Level.OK,
        headline="0 of 0 connectors charging with 0.0 kW. All have room",
        power_w=0.0,
        energy_today_wh=0.0,
        counts={},
        plan=None,
        feeders={"intake": idle},
        evses={},
    )


def with_evse(view: SiteView, key: str, **changes: Any) -> SiteView:
    """The same site with one connector changed."""
    return replace(view, evses={**view.evses, key: replace(view.evses[key], **changes)})


def with_feeder(view: SiteView, key: str, **changes: Any) -> SiteView:
    """The same site with one feeder changed."""
    return replace(view, feeders={**view.feeders, key: replace(view.feeders[key], **changes)})
