"""What the guard has noted, in words."""

from datetime import timedelta
from typing import Any

import pytest

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.service.guard_record import Overload
from csms.service.guard_words import KIND_WORDS, banner, describe, lasting, view_event
from csms.service.live_site import LiveSite
from csms.service.site_view import GuardEventView
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after

SITE = small_site(place("A", "level-1", 6.0))


def event(kind: GuardEventKind = GuardEventKind.OVER_LIMIT, **more: Any) -> GuardEvent:
    return GuardEvent(kind=kind, at=NOON, cause="It is a test", **more)


def overload(line: int, amps: float, since: Any = NOON, **more: Any) -> Overload:
    fields = {"feeder_id": "intake", "limit_a": 63.0, "cause": "It is a test", **more}
    return Overload(line=line, amps=amps, since=since, **fields)


def live_with(*overloads: Overload) -> LiveSite:
    live = LiveSite(SITE)
    live.guard.overloads = {(one.feeder_id, one.line): one for one in overloads}
    return live


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"feeder_id": "intake", "line": 2, "amps": 66.2, "limit_a": 63.0, "lasted_s": 12.0},
            "Intake L2, 66.2 A of 63 A, for 12 s",
        ),
        ({"feeder_id": "level-1", "limit_a": 25.5}, "Level 1, limit 25.5 A"),
        ({"feeder_id": "level-1", "station_id": "A", "amps": 32.0}, "A, 32 A"),
        ({"feeder_id": "torn-down", "line": 1}, "torn-down L1"),
        ({"lasted_s": 90.0}, "for 1 min 30 s"),
        ({}, ""),
    ],
)
def test_event_says_what_it_knows(fields: dict[str, Any], text: str) -> None:
    assert describe(SITE, event(**fields)) == text


def test_every_kind_has_words() -> None:
    assert set(KIND_WORDS) == set(GuardEventKind)
    assert view_event(SITE, event(GuardEventKind.CUT, feeder_id="intake")) == GuardEventView(
        kind=GuardEventKind.CUT, at=NOON, title="Limits cut", text="Intake", cause="It is a test"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (90, "1 min 30 s"),
        (3_600, "1 h"),
        (3_630, "1 h"),
        (3_720, "1 h 2 min"),
        (100_000, "1 d 3 h"),
        (86_400 * 3, "3 d"),
    ],
)
def test_duration_is_told_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_nothing_that_is_wrong_is_no_banner() -> None:
    assert banner(LiveSite(SITE), NOON) is None


def test_banner_tells_the_worst_excess_and_how_many_more_there_are() -> None:
    live = live_with(overload(2, 66.2))
    now = NOON + timedelta(seconds=12)
    assert banner(live, now) == "Intake L2 carries 66.2 A of 63 A for 12 s: It is a test"
    live = live_with(overload(2, 66.2), overload(1, 70.0, now))
    assert banner(live, now) == (
        "Intake L1 carries 70 A of 63 A for 0 s: It is a test; 1 more line is over"
    )
    live = live_with(overload(1, 70.0), overload(2, 66.2), overload(3, 66.0))
    assert str(banner(live, now)).endswith("; 2 more lines are over")


def test_banner_tells_of_a_cut_unless_something_is_over() -> None:
    live = live_with()
    live.guard.cut = event(GuardEventKind.CUT, feeder_id="intake", line=1)
    assert banner(live, after(2)) == (
        "Intake L1: limits have been cut since 13:00:00, and are not given back yet"
    )
    live.guard.overloads["intake", 2] = overload(2, 66.2)
    assert str(banner(live, after(2))).startswith("Intake L2 carries")
