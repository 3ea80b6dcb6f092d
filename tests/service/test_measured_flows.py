"""Sums of what meters show, worked out by hand."""

import pytest

from csms.domain.altered import altered
from csms.domain.identity import EvseId
from csms.domain.metering import Reading
from csms.domain.vehicle import VehicleHabits
from csms.service.grid_guard import keep_books
from csms.service.live_site import LiveSite
from csms.service.measured_flows import (
    is_uncontrolled_measured,
    measured_load,
    measured_uncontrolled,
)
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import (
    connect,
    draw,
    evse_of,
    hold,
    it_site,
    live_level,
    plug_in,
    transaction,
    with_meter,
)


def test_measured_load_is_what_the_meters_show() -> None:
    live = live_level((2, 3, 1), (2,))
    for name in ("A", "B"):
        evse_of(live, name).habits = VehicleHabits(line_count=1)
    draw(evse_of(live, "A"), 12.0)
    draw(evse_of(live, "B"), 5.0)
    assert measured_load(live, NOON)["intake"] == (0.0, 17.0, 0.0)


def test_vehicle_in_a_tn_grid_loads_the_lines_of_the_conductors_that_carry_its_current() -> None:
    live = live_level((2, 3, 1))
    draw(evse_of(live, "A"), 16.0, 12.0, 0.0)
    assert measured_load(live, NOON)["intake"] == (0.0, 16.0, 12.0)


def test_first_reading_on_two_conductors_in_an_it_grid_is_a_load_between_their_lines() -> None:
    live = LiveSite(it_site(place("A", "level-1", 0.0), place("B", "level-1", 0.0, (2, 3, 1))))
    for name in ("A", "B"):
        connect(live, name)
        hold(plug_in(live, name), 32.0)
    draw(evse_of(live, "A"), 16.0, 16.0, 0.0)
    assert measured_load(live, NOON)["intake"] == pytest.approx((16.0, 16.0, 0.0))
    draw(evse_of(live, "B"), 16.0, 16.0, 0.0)
    assert measured_load(live, NOON)["intake"] == pytest.approx((16.0, 27.713, 16.0), abs=0.001)


def test_limit_counts_until_the_meter_reports_under_it() -> None:
    live = live_level((2,))
    hold(evse_of(live, "A"), 16.0)
    draw(evse_of(live, "A"), 16.0, at=NOON)
    hold(evse_of(live, "A"), 6.0, starts_at=after(1))
    assert measured_load(live, after(1))["intake"] == (0.0, 6.0, 0.0)
    draw(evse_of(live, "A"), 7.0, at=after(2))
    assert measured_load(live, after(2))["intake"] == (0.0, 7.0, 0.0)


def test_what_is_proven_gives_a_vehicle_the_time_to_follow() -> None:
    live = live_level((1, 2, 3))
    evse = evse_of(live, "A")
    hold(evse, 16.0, after(-5))
    draw(evse, 16.0, 16.0, 16.0)
    hold(evse, 10.0)
    assert measured_load(live, NOON)["level-1"] == (10.0, 10.0, 10.0)
    proven = measured_load(live, NOON, is_proven=True)
    assert proven["level-1"] == (16.0, 16.0, 16.0)
    proven = measured_load(live, after(0.1), is_proven=True)  # it has 6 s
    assert proven["level-1"] == (10.0, 10.0, 10.0)


def test_uncontrolled_load_that_is_only_reckoned_with_is_not_proven() -> None:
    site = with_meter(small_site(level_load=(1.0, 2.0, 3.0)), flat(20.0))
    live = LiveSite(site)
    assert measured_uncontrolled(live, NOON, is_proven=True)["intake"] == (0.0, 0.0, 0.0)
    live.read_feeder("intake", NOON, (7.0, 8.0, 9.0))
    assert measured_uncontrolled(live, NOON, is_proven=True)["intake"] == (7.0, 8.0, 9.0)
    assert measured_load(live, NOON, is_proven=True)["level-1"] == (0.0, 0.0, 0.0)


def test_uncontrolled_load_is_measured_where_it_is_and_else_reckoned_up_the_tree() -> None:
    site = with_meter(small_site(level_load=(8.0, 8.0, 8.0)), flat(30.0), step_a=6.0)
    live = LiveSite(site)
    live.read_feeder("intake", NOON, (4.0, 5.0, 6.0))
    assert measured_uncontrolled(live, NOON) == {
        "intake": (12.0, 13.0, 14.0),
        "level-1": (8.0, 8.0, 8.0),
        "level-2": (0.0, 0.0, 0.0),
    }
    told = [is_uncontrolled_measured(live, name, NOON) for name in ("intake", "level-1", "level-2")]
    assert told == [False, False, None]


def test_meter_of_a_charger_that_is_gone_shows_nothing() -> None:
    live = live_level((1, 2, 3))
    draw(evse_of(live, "A"), 12.0, 12.0, 12.0)
    live.station_disconnected("A")
    assert measured_load(live, NOON)["intake"] == (0.0, 0.0, 0.0)


def test_vehicle_at_an_evse_that_the_file_does_not_know_is_on_its_stations_feeder() -> None:
    live = live_level((1, 2, 3))
    hold(evse_of(live, "A"), 0.0)
    at_two = altered(transaction("A", number=9), evse=EvseId("A", 2))
    live.transaction_changed(at_two, NOON)
    allowed_a = keep_books(live, NOON).allowed_a["level-1"]
    assert allowed_a[:, 0].tolist() == [32.0, 32.0, 32.0]
    live.read(EvseId("A", 2), Reading(at=NOON, current_a=(20.0, 19.0, 18.0)), NOON)
    assert measured_load(live, NOON)["level-1"] == (20.0, 19.0, 18.0)
