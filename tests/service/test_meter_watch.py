"""Meters of feeders that fall silent and come back."""

from datetime import timedelta
from typing import Any

import pytest

from csms.domain.guard_event import GuardEventKind
from csms.service.live_site import LiveSite
from csms.service.meter_watch import MeterWatch
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON
from tests.service.sites import with_meter


@pytest.fixture
def live() -> LiveSite:
    """A site whose intake has a meter, of which readings live for 180 s."""
    return LiveSite(with_meter(small_site(place("A", "level-1", 6.0)), flat(60.0)))


def read(live: LiveSite, at_s: float) -> None:
    live.read_feeder("intake", NOON + timedelta(seconds=at_s), (10.0, 10.0, 10.0))


def seen(live: LiveSite, watch: MeterWatch, *at_s: float) -> list[tuple[Any, ...]]:
    """What is noted when somebody looks at these instants."""
    for one in at_s:
        watch.look(NOON + timedelta(seconds=one))
    return [
        (event.kind, event.feeder_id, (event.at - NOON).total_seconds(), event.lasted_s)
        for event in live.guard.take()
    ]


def test_silence_is_noted_once_and_so_is_its_end(live: LiveSite) -> None:
    watch = MeterWatch(live, NOON)
    read(live, 0)
    assert seen(live, watch, 5, 180) == []
    assert seen(live, watch, 185, 190) == [(GuardEventKind.METER_STALE, "intake", 185.0, 185.0)]
    read(live, 599)
    assert seen(live, watch, 600, 605) == [(GuardEventKind.METER_BACK, "intake", 600.0, 600.0)]
    assert seen(live, watch, 785) == [(GuardEventKind.METER_STALE, "intake", 785.0, 186.0)]


def test_cause_says_for_how_long_and_what_counts_instead(live: LiveSite) -> None:
    watch = MeterWatch(live, NOON)
    watch.look(NOON + timedelta(seconds=200))
    read(live, 3_700)
    watch.look(NOON + timedelta(seconds=3_725))
    assert [event.cause for event in live.guard.take()] == [
        "It has told nothing for 3 min 20 s; the site file's worst case counts",
        "It has told nothing for 1 h 2 min",
    ]


def test_meter_that_has_told_nothing_yet_counts_from_the_start(live: LiveSite) -> None:
    watch = MeterWatch(live, NOON)
    assert seen(live, watch, 180) == []
    assert seen(live, watch, 181) == [(GuardEventKind.METER_STALE, "intake", 181.0, 181.0)]


def test_reading_that_comes_late_brings_no_meter_back(live: LiveSite) -> None:
    watch = MeterWatch(live, NOON)
    seen(live, watch, 200)
    read(live, 10)
    assert seen(live, watch, 205) == []


def test_load_without_a_meter_is_never_silent() -> None:
    live = LiveSite(small_site(place("A", "level-1", 6.0), intake_load=flat(10.0)))
    assert seen(live, MeterWatch(live, NOON), 10_000) == []
