"""The course of a connector, from limits and plans that are written out."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from csms.domain.errors import ExportFailedError
from csms.domain.export_wanted import FileFormat, Wanted
from csms.domain.identity import EvseId
from csms.service.connector_course import DrawnPower, PowerSteps, begins_at, course_of
from csms.service.drawn_power import DrawnPowers, MinutePower, RecentPower
from csms.service.live_site import LiveSite
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, evse_of, hold, plug_in

NOTHING = DrawnPower(since=NOON, steps=PowerSteps(t=(), w=()))
W_PER_A = 690.0
"""Three phases of 230 V."""


@pytest.fixture
def live() -> LiveSite:
    """A charger with a fallback of 6 A, at which a vehicle has charged since noon."""
    live = LiveSite(small_site(place("A", "level-1", 6.0)))
    connect(live, "A")
    hold(plug_in(live, "A"), 16.0)
    return live


def sent(minute: float, *steps: tuple[int, float], **more: Any) -> dict[str, Any]:
    """A limit of a quarter of an hour that was sent, and taken a second later."""
    return {
        "evse_number": 1,
        "purpose": "tx",
        "verdict": "accepted",
        "sent_at": after(minute),
        "settled_at": after(minute),
        "starts_at": after(minute),
        "ends_at": after(minute + 15),
        "steps": list(steps),
        **more,
    }


def planned(live: LiveSite, now: datetime, *limits: dict[str, Any]) -> list[tuple[float, float]]:
    """What was planned so far: minutes after noon, and A; the newest limit is told first."""
    evse = evse_of(live, "A")
    course = course_of(live, evse, None, reversed(limits), NOTHING, now)
    return [
        ((t - NOON.timestamp()) / 60, round((w or 0.0) / W_PER_A, 1))
        for t, w in zip(course.planned.t, course.planned.w, strict=True)
        if t < now.timestamp()
    ]


def test_limits_take_each_others_place(live: LiveSite) -> None:
    first, second = sent(1, (0, 10.0), (600, 20.0)), sent(5, (0, 16.0))
    assert planned(live, after(18), first, second) == [(0, 6.0), (1, 10.0), (5, 16.0)]


def test_a_limit_that_lapses_leaves_the_fallback(live: LiveSite) -> None:
    assert planned(live, after(30), sent(1, (0, 10.0))) == [(0, 6.0), (1, 10.0), (16, 6.0)]


def test_what_was_refused_or_is_another_s_counts_for_nothing(live: LiveSite) -> None:
    limits = (
        sent(1, (0, 10.0), verdict="refused"),
        sent(2, (0, 12.0), evse_number=2),
        sent(3, (0, 32.0), purpose="tx_default", ends_at=None),
    )
    assert planned(live, after(10), *limits) == [(0, 6.0)]


def test_a_limit_of_before_the_vehicle_holds_at_its_beginning(live: LiveSite) -> None:
    assert planned(live, after(10), sent(-5, (0, 10.0), (420, 12.0))) == [(0, 10.0), (2, 12.0)]


def test_without_a_plan_what_it_may_draw_goes_on_for_an_hour(live: LiveSite) -> None:
    course = course_of(live, evse_of(live, "A"), None, [], NOTHING, after(10))
    assert (course.begins_at, course.ends_at, course.prices) == (NOON, after(70), None)
    assert course.planned.w[-2:] == (11_040, 11_040)


class FakeExports:
    """Writes what a test says."""

    def __init__(self, folder: Path, text: str) -> None:
        self.path, self.text = folder / "one" / "export.csv", text
        self.asked: list[Wanted] = []

    async def write(self, wanted: Wanted, form: FileFormat) -> Path:
        """Write it."""
        if not self.text:
            raise ExportFailedError("a test wants it so")
        assert form is FileFormat.CSV
        self.asked.append(wanted)
        self.path.parent.mkdir()
        self.path.write_text(self.text)
        return self.path


class FakeRecent:
    """Knows two minutes, from an instant on."""

    def __init__(self, since_min: float) -> None:
        self.since = after(since_min)

    async def power(
        self, _site_id: str, _evse: EvseId, begin: datetime, _end: datetime
    ) -> RecentPower:
        """Tell them."""
        known = (MinutePower(after(6), 5000.0), MinutePower(after(7), None))
        return RecentPower(since=max(begin, self.since), minutes=known)


EVSE = EvseId("A/1", 2)
FILE = (
    "starts_at,power_mean_w,energy_wh\n"
    "2026-01-14 12:00:00+00,7000,100\n"
    "2026-01-14 12:01:00+00,,110\n"
    "2026-01-14 12:04:00+00,,\n"
)


def at(drawn: DrawnPower) -> list[float]:
    """When its steps begin, in minutes after noon."""
    return [(t - NOON.timestamp()) / 60 for t in drawn.steps.t]


async def test_what_is_older_is_read_from_files_and_what_is_recent_goes_on_from_there(
    tmp_path: Path,
) -> None:
    exports = FakeExports(tmp_path, FILE)
    powers = DrawnPowers(FakeRecent(5), exports)
    drawn = await powers.of("yard", EVSE, NOON, after(10), is_recent=False)
    assert drawn.since == NOON
    assert at(drawn) == [0, 1, 2, 4, 5, 6, 7, 8]  # a minute that is missing is a hole
    assert drawn.steps.w == (7000.0, 6600.0, None, None, None, 5000.0, None, None)
    [wanted] = exports.asked
    assert (wanted.station_id, wanted.evse_number, wanted.resolution) == ("A/1", 2, "1min")
    assert (wanted.begin, wanted.end) == (NOON.isoformat(), after(5).isoformat())
    assert not exports.path.parent.exists()


@pytest.mark.parametrize(("since_min", "is_recent"), [(5, True), (-60, False)])
async def test_no_file_is_written_for_what_is_known_at_once(
    tmp_path: Path, since_min: float, is_recent: bool
) -> None:
    exports = FakeExports(tmp_path, FILE)
    powers = DrawnPowers(FakeRecent(since_min), exports)
    drawn = await powers.of("yard", EVSE, NOON, after(10), is_recent=is_recent)
    assert drawn.since == after(max(since_min, 0))
    assert at(drawn) == [6, 7, 8]
    assert exports.asked == []


async def test_where_files_cannot_be_read_the_rest_is_told(tmp_path: Path) -> None:
    powers = DrawnPowers(FakeRecent(5), FakeExports(tmp_path, ""))
    drawn = await powers.of("yard", EVSE, NOON, after(10), is_recent=False)
    assert at(drawn) == [6, 7, 8]


def test_of_a_connector_at_which_nothing_charges_two_hours_are_told(live: LiveSite) -> None:
    evse = evse_of(live, "A")
    assert begins_at(evse, after(60)) == NOON
    evse.transaction = None
    assert begins_at(evse, after(60)) == after(-60)
