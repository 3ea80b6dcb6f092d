"""A meter of all that a feeder carries, at a site with chargers that tell of themselves."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from csms.domain.identity import EvseId
from csms.domain.metering import Reading
from csms.domain.site import PhaseAmps, Site, UncontrolledLoad
from csms.domain.station import ConnectorStatus
from csms.service.at_once import cuts
from csms.service.electrics import expected_uncontrolled
from csms.service.grid_guard import is_overcommitted
from csms.service.live_site import LiveSite
from csms.service.load_bound import most_measured
from csms.service.measured_flows import measured_load, measured_uncontrolled
from csms.service.total_reading import take_total
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON
from tests.service.sites import connect, evse_of, hold, it_site, plug_in, with_total_meter

STEP_A = 6.0


def at(second: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=second)


class Story:
    """Two chargers below a meter that shows all; a building of which nobody tells by itself.

    Attributes:
        building_a: What the building draws on every line.
        drawn_a: What vehicles draw on every line, by station.
    """

    def __init__(self, site: Site | None = None, worst_a: float = 50.0) -> None:
        site = site or small_site(place("A", "level-1", 6.0), place("B", "level-2", 6.0))
        self.live = LiveSite(with_total_meter(site, flat(worst_a), STEP_A))
        connect(self.live, *self.live.stations)
        self.building_a = 20.0
        self.drawn_a: dict[str, float] = {}

    def charge(self, name: str, limit_a: float, drawn_a: float, second: float = 0.0) -> None:
        """A vehicle comes, and draws so much below its limit."""
        if evse_of(self.live, name).transaction is None:
            plug_in(self.live, name, number=1 + len(self.drawn_a))
        hold(evse_of(self.live, name), limit_a, at(second))
        self.drawn_a[name] = drawn_a

    def tell(self, second: float, *names: str) -> None:
        """Stations report their meters."""
        for name in names:
            amps = self.drawn_a.get(name, 0.0)
            reading = Reading(at=at(second), current_a=(amps, amps, amps))
            self.live.read(EvseId(name, 1), reading, at(second))

    def total(self, second: float) -> None:
        """The meter reports."""
        amps = self.building_a + sum(self.drawn_a.values())
        take_total(self.live, "intake", at(second), (amps, amps, amps), at(second))

    def run(self, first: int, last: int, *tellers: str) -> None:
        """Ten seconds between totals, and a minute between what stations tell."""
        for second in range(first, last, 10):
            if second % 60 == 0:
                self.tell(second, *tellers)
            self.total(second)

    def known_a(self, second: float) -> float | None:
        """What nobody steers, by the newest reading."""
        found = self.live.meters["intake"].latest(at(second), 180.0)
        return None if found is None else found[0]

    def reckoned_a(self, second: float) -> float:
        """The most that nobody is reckoned to steer."""
        intake = self.live.site.feeders[0]
        now = at(second)
        return expected_uncontrolled(self.live, intake, now, now + timedelta(seconds=1), now)[0]


def charging() -> Story:
    """Two vehicles of 16 A have charged for some minutes beside a building of 20 A."""
    story = Story()
    story.charge("A", 16.0, 16.0)
    story.charge("B", 16.0, 16.0)
    story.run(0, 310, "A", "B")
    return story


def test_building_is_what_is_left_of_the_total() -> None:
    story = charging()
    assert story.known_a(300) == 20.0
    assert story.reckoned_a(300) == 26.0
    assert measured_uncontrolled(story.live, at(300))["intake"] == (20.0, 20.0, 20.0)


def test_meter_of_all_is_believed_of_what_its_feeder_carries() -> None:
    story = charging()
    story.building_a = 25.0
    story.total(310)
    assert measured_load(story.live, at(310))["intake"] == (57.0, 57.0, 57.0)
    assert most_measured(story.live, at(310))["intake"] == (57.0, 57.0, 57.0)
    assert measured_load(story.live, at(310))["level-1"] == (16.0, 16.0, 16.0)
    assert measured_load(story.live, at(310), is_proven=True)["intake"] == (57.0, 57.0, 57.0)


def test_vehicle_that_starts_cuts_nobody() -> None:
    story = Story()
    story.charge("A", 16.0, 16.0)
    story.run(0, 310, "A")
    story.charge("B", 16.0, 0.0, second=310)
    story.tell(310, "B")
    story.drawn_a["B"] = 16.0  # it begins, and will tell of it in a minute
    for second in range(320, 700, 10):
        if second % 60 == 0:
            story.tell(second, "A")
        if second % 60 == 10:
            story.tell(second, "B")
        story.total(second)
        assert story.reckoned_a(second) == 26.0
        assert not is_overcommitted(story.live, at(second))


def test_vehicle_that_stops_cuts_nobody() -> None:
    story = charging()
    story.run(310, 340, "A", "B")
    story.drawn_a["B"] = 0.0
    for second in range(340, 700, 10):
        if second % 60 == 0:
            story.tell(second, "A", "B")
        story.total(second)
        assert story.reckoned_a(second) == 26.0


def test_what_exceeds_the_limit_is_cut_with_the_total_that_shows_it() -> None:
    story = charging()
    assert not is_overcommitted(story.live, at(300))
    story.building_a = 40.0  # 72 of 63 A
    story.total(310)
    assert story.known_a(310) == 40.0
    assert is_overcommitted(story.live, at(310))
    lowered = cuts(story.live, at(310))
    assert {one.evse.station_id: one.limit.steps[0][1] for one in lowered} == {"A": 8.0, "B": 8.0}


def test_who_may_draw_more_than_it_does_hides_nothing_of_an_excess() -> None:
    story = Story()
    story.charge("A", 16.0, 16.0)
    story.charge("B", 16.0, 1.0)
    story.run(0, 310, "A", "B")
    story.building_a = 50.0  # 67 of 63 A: 35 A of it at the least is the building's
    story.total(310)
    assert story.known_a(310) == 50.0


def test_rise_that_chargers_do_not_explain_counts_at_once() -> None:
    story = charging()
    story.building_a = 25.0  # 57 of 63 A, of which chargers may draw 32 A
    story.total(310)
    assert story.known_a(310) == 25.0
    assert story.live.meters["intake"].read_at == at(290)
    assert story.reckoned_a(310) == 31.0


def test_rise_that_chargers_may_explain_waits_for_them() -> None:
    story = Story()
    story.charge("A", 16.0, 10.0)
    story.run(0, 310, "A")
    story.building_a = 25.0
    story.total(310)
    assert story.known_a(310) == 20.0
    story.run(320, 370, "A")
    assert story.known_a(360) == 25.0


def test_vehicle_that_has_just_been_lowered_may_still_draw_what_it_did() -> None:
    story = charging()
    hold(evse_of(story.live, "A"), 6.0, at(305))
    story.total(310)
    assert story.known_a(310) == 20.0
    story.drawn_a["A"] = 6.0
    for second in range(320, 700, 10):
        if second % 60 == 0:
            story.tell(second, "A", "B")
        story.total(second)
        assert story.reckoned_a(second) == 26.0


def test_charger_that_draws_more_than_it_may_is_seen_in_the_total() -> None:
    story = charging()
    hold(evse_of(story.live, "A"), 6.0, at(200))
    hold(evse_of(story.live, "B"), 6.0, at(200))
    story.run(310, 330)  # both draw 16 A, and say so only once a minute
    assert story.known_a(320) == 20.0
    assert evse_of(story.live, "A").reading is not None
    story.drawn_a["A"] = 20.0
    story.total(330)
    assert story.known_a(330) == 24.0


def test_charger_that_lies_makes_the_building_look_larger() -> None:
    story = Story()
    story.charge("A", 16.0, 8.0)
    for second in range(0, 310, 10):
        if second % 60 == 0:
            story.tell(second, "A")
        amps = 20.0 + 16.0
        take_total(story.live, "intake", at(second), (amps, amps, amps), at(second))
    assert story.known_a(300) == 28.0


def test_station_that_is_gone_has_drawn_nothing() -> None:
    story = charging()
    story.live.station_disconnected("A")
    story.run(310, 700, "B")
    assert story.known_a(690) == 36.0


def test_vehicle_that_is_gone_is_not_waited_for() -> None:
    story = charging()
    evse = evse_of(story.live, "B")
    evse.end()
    evse.status = ConnectorStatus.AVAILABLE
    story.drawn_a["B"] = 0.0
    story.run(310, 500, "A")
    assert story.known_a(490) == 20.0
    assert story.live.meters["intake"].read_at == at(470)


def test_nobody_there_means_the_total_is_the_building() -> None:
    story = Story()
    story.total(0)
    assert story.known_a(0) == 20.0


def test_after_a_start_the_worst_case_counts_until_chargers_have_told() -> None:
    story = Story()
    story.charge("A", 16.0, 16.0)
    story.total(5)
    assert story.known_a(5) is None
    assert story.reckoned_a(5) == 50.0


def test_meter_that_is_silent_means_the_worst_case() -> None:
    story = charging()
    assert story.reckoned_a(300 + 180) == 26.0
    assert story.reckoned_a(300 + 181) == 50.0


def test_more_than_the_worst_case_counts_though_no_charger_has_told() -> None:
    story = Story(worst_a=30.0)
    story.charge("A", 16.0, 16.0)
    story.building_a = 50.0
    story.total(5)
    assert story.reckoned_a(5) == 66.0
    assert is_overcommitted(story.live, at(5))


def test_load_of_a_feeder_below_is_counted_twice_unless_its_meter_shows_it() -> None:
    site = small_site(place("A", "level-1", 6.0))
    below = UncontrolledLoad(worst_case=flat(8.0), largest_step_a=2.0, is_metered=True)
    intake, level, other = site.feeders
    story = Story(replace(site, feeders=(intake, replace(level, uncontrolled=below), other)))
    story.building_a = 25.0  # 5 A of it at the level
    story.run(0, 140)
    assert story.known_a(130) == 25.0
    for second in range(140, 200, 10):
        story.live.read_feeder("level-1", at(second), (5.0, 5.0, 5.0))
        story.total(second)
    assert story.known_a(190) == 20.0


def test_late_total_of_the_past_raises_nothing_now() -> None:
    story = charging()
    amps: PhaseAmps = (60.0, 60.0, 60.0)
    take_total(story.live, "intake", at(100), amps, at(300))
    assert story.known_a(300) == 20.0


@pytest.mark.parametrize("seed", range(20))
def test_building_is_never_taken_for_less_than_it_is(seed: int) -> None:
    """Vehicles come, go, follow limits and tell of themselves at instants of their own."""
    rng = Random(seed)  # noqa: S311 - a simulation
    names = ("A", "B", "C")
    story = Story(small_site(*(place(name, "level-1", 6.0) for name in names)))
    true_a: dict[datetime, float] = {}
    rises_at: dict[str, float] = {}
    for second in range(0, 3600, 5):
        story.building_a = max(0.0, min(40.0, story.building_a + rng.gauss(0, 0.5)))
        for phase, name in enumerate(names):
            evse = evse_of(story.live, name)
            if rng.random() < 0.02:
                _change(story, name, second, rng)
                rises_at[name] = second + rng.uniform(5, 15)
            allowed_a = evse.allowance.now_a(at(second)) if evse.transaction else 0.0
            is_late = second < rises_at.get(name, 0.0)
            drawn_a = min(allowed_a, story.drawn_a.get(name, 0.0)) if is_late else allowed_a
            story.drawn_a[name] = drawn_a
            if second % 60 == 15 * phase:
                story.tell(second, name)
        if second % 10 == 0:
            true_a[at(second)] = story.building_a
            story.total(second)
    meter = story.live.meters["intake"]
    known = {instant: meter.around(instant) for instant in true_a}
    exact = {instant: pair[0][0] for instant, pair in known.items() if pair and pair[0] == pair[1]}
    assert len(exact) > 100
    assert all(amps >= true_a[instant] - 1e-6 for instant, amps in exact.items())


def _change(story: Story, name: str, second: int, rng: Random) -> None:
    """A vehicle comes, goes, or is given another limit."""
    evse = evse_of(story.live, name)
    if evse.transaction is None:
        story.charge(name, rng.choice((6.0, 10.0, 16.0)), 0.0, second)
    elif rng.random() < 0.3:
        evse.end()
        evse.status = ConnectorStatus.AVAILABLE
        story.drawn_a[name] = 0.0
    else:
        hold(evse, rng.choice((6.0, 10.0, 16.0)), at(second))


def test_without_neutral_the_building_is_taken_at_its_worst_angle() -> None:
    site = it_site(place("A", "level-1", 6.0), place("B", "level-2", 6.0))
    story = Story(site)
    story.charge("A", 16.0, 16.0)
    story.building_a = 20.0
    story.run(0, 310, "A")
    # 36 A, of which 16 A at up to 60 degrees: (sqrt(4 * 36² - 3 * 16²) - 16) / 2
    assert story.known_a(300) == pytest.approx(25.226, abs=0.001)
