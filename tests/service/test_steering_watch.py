"""Stations that are there and cannot be steered."""

import pytest

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import EvseId
from csms.domain.limits import Standing
from csms.domain.site import EvsePlace
from csms.service.live_site import LiveSite
from csms.service.steering_watch import SteeringWatch
from tests.domain.sites import place, small_site
from tests.service.rig import NOON
from tests.service.sites import connect, evse_of


@pytest.fixture
def live() -> LiveSite:
    second = EvsePlace(evse=EvseId("A", 2), feeder_id="level-1", lines=(1, 2, 3), max_a=32.0)
    live = LiveSite(small_site(place("A", "level-1", 6.0), second, place("B", "level-2", 6.0)))
    connect(live, "A", "B")
    return live


@pytest.fixture
def watch(live: LiveSite) -> SteeringWatch:
    return SteeringWatch(live)


def noted(live: LiveSite, watch: SteeringWatch) -> list[str]:
    """Stations and causes that a look notes."""
    watch.look(NOON)
    return [f"{event.station_id}: {event.cause}" for event in live.guard.take()]


def refuse(live: LiveSite, station_id: str, words: str) -> None:
    for evse in live.evses_of(station_id):
        evse.allowance = evse.allowance.restanding(Standing.REFUSED)
        evse.refusal = words


def test_station_that_obeys_is_nothing_to_note(live: LiveSite, watch: SteeringWatch) -> None:
    assert noted(live, watch) == []


def test_station_that_disobeys_is_noted_once(live: LiveSite, watch: SteeringWatch) -> None:
    evse_of(live, "B").distrust("Draws more than it was allowed")
    watch.look(NOON)
    watch.look(NOON)
    assert live.guard.take() == [
        GuardEvent(
            kind=GuardEventKind.UNSTEERABLE,
            at=NOON,
            cause="Draws more than it was allowed",
            feeder_id="level-2",
            station_id="B",
            amps=32.0,
        )
    ]


def test_station_that_refuses_its_fallback_is_noted_once_for_all_of_its_evses(
    live: LiveSite, watch: SteeringWatch
) -> None:
    refuse(live, "A", "PropertyConstraintViolation")
    assert noted(live, watch) == ["A: Refuses its standing limit: PropertyConstraintViolation"]
    refuse(live, "A", "NotSupported")
    assert noted(live, watch) == ["A: Refuses its standing limit: NotSupported"]


def test_station_that_obeys_again_is_noted_again_when_it_does_not(
    live: LiveSite, watch: SteeringWatch
) -> None:
    evse = evse_of(live, "B")
    evse.distrust("Draws more than it was allowed")
    assert len(noted(live, watch)) == 1
    evse.trust()
    assert noted(live, watch) == []
    evse.distrust("Draws more than it was allowed")
    assert len(noted(live, watch)) == 1


def test_station_that_is_away_or_being_set_up_is_not_noted(
    live: LiveSite, watch: SteeringWatch
) -> None:
    refuse(live, "A", "no")
    refuse(live, "B", "no")
    live.station_disconnected("A")
    live.stations["B"].is_ready = False
    assert noted(live, watch) == []
    live.stations["B"].is_ready = True
    assert noted(live, watch) == ["B: Refuses its standing limit: no"]


def test_station_that_comes_back_as_it_went_is_not_noted_again(
    live: LiveSite, watch: SteeringWatch
) -> None:
    refuse(live, "B", "no")
    assert len(noted(live, watch)) == 1
    live.station_disconnected("B")
    assert noted(live, watch) == []
    live.station_connected("B", "1.6", NOON)
    evse_of(live, "B").allowance = evse_of(live, "B").allowance.restanding(Standing.UNKNOWN)
    assert noted(live, watch) == []
    refuse(live, "B", "no")
    live.stations["B"].is_ready = True
    assert noted(live, watch) == []


def test_guest_that_is_gone_is_forgotten(live: LiveSite, watch: SteeringWatch) -> None:
    refuse(live, "B", "no")
    noted(live, watch)
    live.remove_station("B")
    assert noted(live, watch) == []
    live.add_place(place("B", "level-2", 6.0))
    connect(live, "B")
    refuse(live, "B", "no")
    assert len(noted(live, watch)) == 1
