"""What readings of meters mean by conductor, and by line of the site."""

from dataclasses import replace

import pytest

from csms.domain.metering import Reading
from csms.domain.site import EvsePlace
from csms.service.live_evse import LiveEvse
from csms.service.readings import line_amps, sure_current, with_current
from tests.domain.sites import place, small_site
from tests.service.rig import NOON
from tests.service.sites import draw, it_site

SITE = small_site()


def at_lines(*lines: int, efficiency: float = 1.0) -> EvsePlace:
    return replace(place("G-01", "level-1", 6.0), lines=lines, efficiency=efficiency)


def drawing(where: EvsePlace, *amps: float) -> LiveEvse:
    evse = LiveEvse.placed(where)
    draw(evse, *amps)
    return evse


def test_currents_are_shown_on_the_sites_lines() -> None:
    assert line_amps(SITE, drawing(at_lines(2, 3, 1), 16.0, 10.0, 6.0)) == (6.0, 16.0, 10.0)
    assert line_amps(SITE, drawing(at_lines(3), 16.0)) == (0.0, 0.0, 16.0)


def test_nobody_knows_what_is_drawn_where_no_meter_was_read() -> None:
    evse = LiveEvse.placed(at_lines(1, 2, 3))
    assert line_amps(SITE, evse) is None
    evse.reading = Reading(at=NOON, soc_pct=50.0)
    assert line_amps(SITE, evse) is None


def test_current_between_two_lines_of_an_it_grid_flows_in_both() -> None:
    assert line_amps(it_site(), drawing(at_lines(3, 1), 16.0)) == (16.0, 0.0, 16.0)


@pytest.mark.parametrize(
    ("where", "amps"),
    [
        (at_lines(1, 2, 3), 10.0),
        (at_lines(2), 30.0),
        (at_lines(1, 2, 3, efficiency=0.8), 12.5),
    ],
)
def test_current_is_reckoned_from_power(where: EvsePlace, amps: float) -> None:
    reading = with_current(SITE, where, Reading(at=NOON, power_w=6_900.0))
    assert reading.current_a == pytest.approx((amps, amps, amps))


def test_current_that_is_told_stays_as_it_is() -> None:
    told = Reading(at=NOON, current_a=(16.0, 0.0, 0.0), power_w=6_900.0)
    assert with_current(SITE, at_lines(1, 2, 3), told) is told
    alone = Reading(at=NOON, soc_pct=50.0)
    assert with_current(SITE, at_lines(1, 2, 3), alone) is alone


@pytest.mark.parametrize(
    ("where", "reading", "sure_a"),
    [
        (at_lines(1, 2, 3), Reading(at=NOON, current_a=(16.0, 0.0, 0.0)), 16.0),
        (at_lines(1, 2, 3), Reading(at=NOON, current_a=(16.0,) * 3, is_one_for_all=True), 0.0),
        (
            at_lines(1, 2, 3),
            Reading(at=NOON, current_a=(16.0,) * 3, is_one_for_all=True, power_w=3680.0),
            0.0,
        ),
        (
            at_lines(1, 2, 3),
            Reading(at=NOON, current_a=(16.0,) * 3, is_one_for_all=True, power_w=10_900.0),
            16.0,
        ),
        (at_lines(1, 2, 3), Reading(at=NOON, power_w=11_040.0), 0.0),
        (at_lines(2), Reading(at=NOON, power_w=3680.0), 16.0),
        (replace(at_lines(1, 2, 3), is_dc=True), Reading(at=NOON, power_w=11_040.0), 16.0),
        (at_lines(1, 2, 3), Reading(at=NOON, soc_pct=50.0), 0.0),
    ],
)
def test_one_figure_for_all_conductors_is_sure_only_where_all_are_in_use(
    where: EvsePlace, reading: Reading, sure_a: float
) -> None:
    assert sure_current(SITE, where, reading)[0] == pytest.approx(sure_a)
