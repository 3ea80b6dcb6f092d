"""The quick look at what meters show: never less than it is."""

import pytest

from csms.domain.resource import Quantity
from csms.service.live_site import LiveSite
from csms.service.load_bound import most_measured
from tests.domain.resources import BATTERY, HEAT_PUMP, with_resources
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, draw, evse_of, hold, it_site, with_meter


def test_currents_add_up_line_by_line_and_up_the_tree() -> None:
    places = (
        place("A", "level-1", 0.0),
        place("B", "level-1", 0.0, (2, 3, 1)),
        place("C", "level-2", 0.0, (3,)),
        place("D", "level-2", 0.0),
    )
    live = LiveSite(with_meter(small_site(*places), flat(50.0)))
    connect(live, "A", "B", "C", "D")
    draw(evse_of(live, "A"), 10.0, 11.0, 12.0)
    draw(evse_of(live, "B"), 1.0, 2.0, 3.0)
    draw(evse_of(live, "C"), 20.0)
    live.read_feeder("intake", NOON, (5.0, 6.0, 7.0))
    assert most_measured(live, NOON) == {
        "intake": (18.0, 18.0, 41.0),
        "level-1": (13.0, 12.0, 14.0),
        "level-2": (0.0, 0.0, 20.0),
    }
    assert most_measured(live, after(4))["intake"] == (13.0, 12.0, 34.0)  # the meter is silent
    live.station_disconnected("C")
    assert most_measured(live, NOON)["level-2"] == (0.0, 0.0, 0.0)


def test_without_neutral_the_highest_conductor_counts_on_all_lines() -> None:
    live = LiveSite(it_site(place("A", "level-1", 0.0), place("B", "level-1", 0.0, (1, 2))))
    connect(live, "A", "B")
    draw(evse_of(live, "A"), 25.0, 24.0, 0.0)
    draw(evse_of(live, "B"), 20.0)
    assert most_measured(live, NOON)["level-1"] == (45.0, 45.0, 25.0)


def test_reading_from_before_a_lower_limit_counts_in_full() -> None:
    live = LiveSite(small_site(place("A", "level-1", 0.0)))
    connect(live, "A")
    draw(evse_of(live, "A"), 25.0)
    hold(evse_of(live, "A"), 6.0, after(1))
    assert most_measured(live, after(1))["level-1"] == (25.0, 0.0, 0.0)


def test_what_resources_draw_is_added_and_what_they_give_is_not() -> None:
    site = with_resources(small_site(place("A", "level-1", 0.0)), BATTERY, HEAT_PUMP)
    live = LiveSite(site)
    live.resources["battery"].read(Quantity.POWER_W, -6_900.0, NOON)
    live.resources["heat-pump"].read(Quantity.POWER_W, 2_760.0, NOON)  # 4 A at 3 x 230 V
    assert most_measured(live, NOON)["level-1"] == pytest.approx((4.0, 4.0, 4.0))
    assert most_measured(live, NOON)["intake"] == pytest.approx((4.0, 4.0, 4.0))
