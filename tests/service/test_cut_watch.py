"""Cuts, and when what was cut has been given back."""

from typing import Any

import pytest

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.vehicle import VehicleHabits
from csms.service.cut_watch import CutWatch
from csms.service.dispatch import Target
from csms.service.grid_guard import LineFlow
from csms.service.live_site import LiveSite
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, evse_of, hold, limit, plug_in, transaction

OVER = LineFlow(feeder_id="intake", line=2, amps=70.24, limit_a=63.0)


@pytest.fixture
def live() -> LiveSite:
    """Two vehicles that charge with 32 A."""
    live = LiveSite(small_site(place("A", "level-1", 6.0), place("B", "level-2", 6.0)))
    connect(live, "A", "B")
    for number, name in enumerate(("A", "B"), start=1):
        hold(plug_in(live, name, number=number), 32.0)
    return live


@pytest.fixture
def watch(live: LiveSite) -> CutWatch:
    return CutWatch(live)


def cut(live: LiveSite, watch: CutWatch, minutes: float, *names: str, amps: float = 10.0) -> None:
    """Cut limits, which are accepted."""
    at = after(minutes)
    cuts = [
        Target(evse_of(live, name).place.evse, limit((0, amps), starts_at=at)) for name in names
    ]
    watch.cut(cuts, OVER, at)
    for name in names:
        hold(evse_of(live, name), amps, at)


def noted(live: LiveSite) -> list[tuple[Any, ...]]:
    return [(event.kind, event.at, event.cause) for event in live.guard.take()]


def test_cut_is_noted_with_the_line_and_how_many_are_lowered(
    live: LiveSite, watch: CutWatch
) -> None:
    cut(live, watch, 1, "A", "B")
    [event] = live.guard.take()
    assert event == GuardEvent(
        kind=GuardEventKind.CUT,
        at=after(1),
        cause="More may be drawn than the limit; 2 EVSEs are lowered at once",
        feeder_id="intake",
        line=2,
        amps=70.2,
        limit_a=63.0,
    )
    assert live.guard.cut == event
    assert watch.count == 1


def test_what_is_given_back_is_noted_once(live: LiveSite, watch: CutWatch) -> None:
    cut(live, watch, 1, "A", "B")
    watch.planned(after(2))
    assert live.guard.cut is not None
    hold(evse_of(live, "A"), 16.0, after(3))
    watch.planned(after(3))
    watch.planned(after(4))
    cuts, restored = live.guard.take()
    assert cuts.kind is GuardEventKind.CUT
    assert restored == GuardEvent(
        kind=GuardEventKind.RESTORED,
        at=after(3),
        cause="Vehicles may draw 6 A more again",
        feeder_id="intake",
        line=2,
        lasted_s=120.0,
    )
    assert live.guard.cut is None


def test_limit_that_is_only_prolonged_is_not_given_back(live: LiveSite, watch: CutWatch) -> None:
    cut(live, watch, 1, "A")
    hold(evse_of(live, "A"), 10.0, after(5))
    watch.planned(after(5))
    assert [kind for kind, _, _ in noted(live)] == [GuardEventKind.CUT]


def test_plan_that_only_deals_anew_what_the_cut_has_left_gives_nothing_back(
    live: LiveSite, watch: CutWatch
) -> None:
    cut(live, watch, 1, "A", "B")  # both have 10 A
    hold(evse_of(live, "A"), 16.0, after(2))
    hold(evse_of(live, "B"), 6.0, after(2))  # 2 A more in all: cuts are rounded down
    watch.planned(after(2))
    assert live.guard.cut is not None
    hold(evse_of(live, "B"), 7.0, after(3))
    watch.planned(after(3))
    assert live.guard.cut is None


def test_vehicle_that_was_not_cut_gives_nothing_back(live: LiveSite, watch: CutWatch) -> None:
    cut(live, watch, 1, "A")
    watch.planned(after(2))  # B still has its 32 A
    assert live.guard.cut is not None


def test_station_that_did_not_take_the_cut_gives_nothing_back(
    live: LiveSite, watch: CutWatch
) -> None:
    watch.cut([Target(evse_of(live, "A").place.evse, limit((0, 10.0)))], OVER, after(1))
    watch.planned(after(2))
    assert live.guard.cut is not None


def test_second_cut_lengthens_the_first(live: LiveSite, watch: CutWatch) -> None:
    cut(live, watch, 1, "A")
    cut(live, watch, 2, "A", amps=8.0)
    assert live.guard.cut is not None
    assert live.guard.cut.at == after(1)
    assert watch.count == 2
    hold(evse_of(live, "A"), 9.5, after(3))  # more than 8 A, to which it was cut last
    watch.planned(after(3))
    assert [kind for kind, _, _ in noted(live)] == [
        GuardEventKind.CUT,
        GuardEventKind.CUT,
        GuardEventKind.RESTORED,
    ]


def test_cut_ends_with_the_last_vehicle_that_was_cut(live: LiveSite, watch: CutWatch) -> None:
    cut(live, watch, 1, "A", "B")
    evse_of(live, "A").end()
    watch.planned(after(2))
    assert live.guard.cut is not None
    live.remove_station("B")
    watch.planned(after(3))
    assert noted(live)[-1] == (
        GuardEventKind.RESTORED,
        after(3),
        "No vehicle is left at what was cut",
    )


def test_plan_without_a_cut_is_nothing_to_note(live: LiveSite, watch: CutWatch) -> None:
    watch.planned(NOON)
    assert noted(live) == []


def test_vehicle_that_comes_where_one_was_cut_is_not_held_by_the_cut(
    live: LiveSite, watch: CutWatch
) -> None:
    cut(live, watch, 1, "A")
    evse_of(live, "A").transaction = transaction("A", number=3, started_at=after(2))
    watch.planned(after(3))
    assert noted(live)[-1][2] == "No vehicle is left at what was cut"


def test_vehicle_that_takes_nothing_holds_no_cut(live: LiveSite, watch: CutWatch) -> None:
    cut(live, watch, 1, "A", "B")
    evse_of(live, "A").habits = VehicleHabits(is_content=True)
    watch.planned(after(2))
    assert live.guard.cut is not None
    evse_of(live, "B").habits = VehicleHabits(is_content=True)
    watch.planned(after(3))
    assert live.guard.cut is None


def test_room_that_others_are_given_is_given_back(live: LiveSite, watch: CutWatch) -> None:
    cut(live, watch, 1, "A", "B")  # both have 10 A
    hold(evse_of(live, "A"), 0.0, after(2))
    hold(evse_of(live, "B"), 24.0, after(2))
    watch.planned(after(2))
    assert noted(live)[-1][2] == "Vehicles may draw 10 A more again"  # A falls back to 6 A
