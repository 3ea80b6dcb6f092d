"""Currents, watts and uncontrolled loads of a site, worked out by hand."""

import math
from dataclasses import replace
from datetime import time as day_time
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from csms.domain.site import AmpereSchedule, EvsePlace, PhaseAmps, Site, Window
from csms.domain.vehicle import VehicleHabits
from csms.service.electrics import (
    expected_uncontrolled,
    feeder_inputs,
    measured_taps,
    near_s,
    phases_of,
    tap_of,
    watts_per_ampere,
)
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON, after, with_control
from tests.service.sites import evse_of, it_site, with_meter

LEAD = complex(math.cos(math.pi / 6), 0.5)
LAG = complex(math.cos(math.pi / 6), -0.5)
DC: dict[str, Any] = {"is_dc": True, "efficiency": 0.95}


@pytest.mark.parametrize(
    ("wired", "current_a", "taps"),
    [
        ((1, 2, 3), (16.0, 16.0, 0.0), [((LEAD, LAG, 0), 16.0)]),
        ((1, 2, 3), (0.0, 15.8, 16.0), [((0, LEAD, LAG), 16.0)]),
        ((2, 3, 1), (16.0, 0.1, 16.0), [((LEAD, LAG, 0), 16.0)]),
        ((1, 2, 3), (16.0, 15.9, 15.8), [((1, 1, 1), 16.0)]),
        ((2, 3, 1), (16.0, 0.0, 0.0), [((0, LEAD, LAG), 16.0)]),  # tells one conductor alone
        ((3, 1), (16.0, 0.0, 0.0), [((LAG, 0, LEAD), 16.0)]),
        ((3, 1), (16.0, 16.0, 16.0), [((LAG, 0, LEAD), 16.0)]),
    ],
)
def test_current_in_an_it_grid_flows_between_the_conductors_that_carry_it(
    wired: tuple[int, ...],
    current_a: PhaseAmps,
    taps: list[tuple[tuple[complex, ...], float]],
) -> None:
    live, evse = seen(it_site(at(*wired)), None)
    found = list(measured_taps(live, evse, current_a))
    assert [amps for _, amps in found] == [amps for _, amps in taps]
    for (tap, _), (phasors, _) in zip(found, taps, strict=True):
        assert tap.phasors == pytest.approx(phasors)


@pytest.mark.parametrize(
    ("wired", "current_a", "taps"),
    [
        ((2, 3, 1), (16.0, 6.0, 0.0), [((0, 1, 0), 16.0), ((0, 0, 1), 6.0), ((1, 0, 0), 0.0)]),
        ((3,), (16.0, 16.0, 16.0), [((0, 0, 1), 16.0)]),
    ],
)
def test_current_in_a_tn_grid_flows_on_each_line_as_measured(
    wired: tuple[int, ...],
    current_a: PhaseAmps,
    taps: list[tuple[tuple[complex, ...], float]],
) -> None:
    live, evse = seen(small_site(at(*wired)), None)
    found = [(tap.phasors, amps) for tap, amps in measured_taps(live, evse, current_a)]
    assert found == taps


def seen(site: Site, line_count: int | None, **place_fields: Any) -> tuple[LiveSite, LiveEvse]:
    """A site's first EVSE, whose vehicle uses so many lines; None: not known."""
    live = LiveSite(site)
    evse = evse_of(live, "G-01")
    evse.place = replace(evse.place, **place_fields)
    evse.habits = VehicleHabits(line_count=line_count)
    return live, evse


def at(*lines: int) -> EvsePlace:
    return place("G-01", "level-1", 0.0, lines)


@pytest.mark.parametrize(
    ("wired", "used", "phasors"),
    [
        ((1, 2, 3), None, (1, 1, 1)),
        ((2, 3, 1), None, (1, 1, 1)),
        ((2, 3, 1), 1, (0, 1, 0)),
        ((2, 3, 1), 2, (0, 1, 1)),
        ((2, 3, 1), 3, (1, 1, 1)),
        ((3,), None, (0, 0, 1)),
        ((3,), 1, (0, 0, 1)),
    ],
)
def test_vehicle_in_a_tn_grid_loads_the_first_lines_that_its_station_is_wired_to(
    wired: tuple[int, ...], used: int | None, phasors: tuple[complex, ...]
) -> None:
    tap = tap_of(*seen(small_site(at(*wired)), used))
    assert (tap.phasors, tap.is_angle_known) == (phasors, True)


@pytest.mark.parametrize(
    ("wired", "used", "phasors"),
    [
        ((1, 2), None, (LEAD, LAG, 0)),
        ((3, 1), None, (LAG, 0, LEAD)),
        ((2, 3, 1), 1, (0, LEAD, LAG)),
        ((2, 3, 1), 2, (0, LEAD, LAG)),
        ((2, 3, 1), 3, (1, 1, 1)),
    ],
)
def test_single_phase_vehicle_in_an_it_grid_hangs_between_two_lines(
    wired: tuple[int, ...], used: int | None, phasors: tuple[complex, ...]
) -> None:
    tap = tap_of(*seen(it_site(at(*wired)), used))
    assert tap.phasors == pytest.approx(phasors)
    assert tap.is_angle_known


def test_unknown_vehicle_at_three_lines_of_an_it_grid_may_load_all_at_any_angle() -> None:
    tap = tap_of(*seen(it_site(at(1, 2, 3)), None))
    assert (tap.magnitudes, tap.is_angle_known) == ((1.0, 1.0, 1.0), False)


@pytest.mark.parametrize("make", [small_site, it_site])
def test_dc_charger_is_a_balanced_load_whatever_its_meter_shows(make: Any) -> None:
    for used in (None, 1, 2, 3):
        tap = tap_of(*seen(make(at(1, 2, 3)), used, **DC))
        assert (tap.phasors, tap.is_angle_known) == ((1, 1, 1), True)


@pytest.mark.parametrize(
    ("make", "wired", "used", "watts"),
    [
        (small_site, (1, 2, 3), None, 690.0),
        (small_site, (1, 2, 3), 1, 230.0),
        (small_site, (1, 2, 3), 2, 460.0),
        (small_site, (2,), 3, 230.0),
        (it_site, (1, 2, 3), None, 398.37),
        (it_site, (1, 2, 3), 3, 398.37),
        (it_site, (1, 2, 3), 1, 230.0),
        (it_site, (1, 2, 3), 2, 230.0),
        (it_site, (1, 2), None, 230.0),
    ],
)
def test_watts_of_an_ampere(
    make: Any, wired: tuple[int, ...], used: int | None, watts: float
) -> None:
    found = watts_per_ampere(*seen(make(at(*wired)), used))
    assert found == pytest.approx(watts, abs=0.01)


def test_dc_charger_gives_what_its_efficiency_leaves() -> None:
    live, evse = seen(small_site(at(1, 2, 3)), 1, **DC)
    assert watts_per_ampere(live, evse) == pytest.approx(655.5)


@pytest.mark.parametrize(("wired", "phases"), [((1, 2, 3), 3), ((2,), 1), ((3, 1), 1)])
def test_phases_that_a_limit_is_meant_for(wired: tuple[int, ...], phases: int) -> None:
    assert phases_of(seen(small_site(at(*wired)), None)[1]) == phases


def test_limit_of_a_dc_charger_is_meant_for_no_phases() -> None:
    assert phases_of(seen(small_site(at(1, 2, 3)), None, **DC)[1]) is None


def test_measurements_count_until_the_plan_after_the_next_is_in_force() -> None:
    assert near_s(LiveSite(with_control(small_site(), plan_every_s=300, min_gap_s=10))) == 360
    assert near_s(LiveSite(with_control(small_site(), plan_every_s=60, min_gap_s=50))) == 160


def metered(worst_a: float = 40.0) -> LiveSite:
    return LiveSite(with_meter(small_site(), flat(worst_a)))


def expected(live: LiveSite, from_min: float = 0.0, to_min: float = 6.0) -> tuple[float, ...]:
    intake = live.site.feeders[0]
    return expected_uncontrolled(live, intake, after(from_min), after(to_min), NOON)


def test_feeder_without_uncontrolled_load_carries_none() -> None:
    live = LiveSite(small_site())
    assert expected(live) == (0.0, 0.0, 0.0)


def test_without_a_measurement_the_worst_case_counts() -> None:
    assert expected(metered()) == (40.0, 40.0, 40.0)


def test_fresh_measurement_and_the_largest_step_count_in_half_amperes_upward() -> None:
    live = metered()
    live.read_feeder("intake", NOON, (10.0, 10.2, 10.6))
    assert expected(live) == (16.0, 16.5, 17.0)


def test_step_is_reckoned_with_up_to_the_worst_case_unless_more_was_measured_than_that() -> None:
    live = metered(worst_a=16.0)
    live.read_feeder("intake", NOON, (2.0, 12.0, 30.0))
    assert expected(live) == (8.0, 16.0, 36.0)


def test_every_reading_that_is_missing_lets_the_load_rise_by_another_step() -> None:
    live = metered()
    for second in (-70, -60, -50, -40, -30, -20):
        live.read_feeder("intake", NOON + timedelta(seconds=second), (10.0, 10.0, 10.0))
    assert expected(live) == (22.0, 22.0, 22.0)  # that of ten seconds ago has not come


def test_highest_of_the_last_plans_measurements_counts() -> None:
    live = metered()
    for minutes, amps in ((-5.1, 30.0), (-4.9, 20.0), (-1.0, 5.0)):
        live.read_feeder("intake", after(minutes), (amps, amps, amps))
    assert expected(live) == (26.0, 26.0, 26.0)


def test_stale_meter_means_the_worst_case() -> None:
    live = metered()
    live.read_feeder("intake", NOON - timedelta(seconds=180), (5.0, 5.0, 5.0))
    assert expected(live) == (11.0, 11.0, 11.0)
    live = metered()
    live.read_feeder("intake", NOON - timedelta(seconds=181), (5.0, 5.0, 5.0))
    assert expected(live) == (40.0, 40.0, 40.0)


def test_measurement_says_nothing_of_what_is_further_ahead() -> None:
    live = metered()
    live.read_feeder("intake", NOON, (5.0, 5.0, 5.0))
    assert expected(live, to_min=6.1) == (40.0, 40.0, 40.0)


def test_measurement_of_a_load_that_is_not_metered_by_the_file_does_not_count() -> None:
    live = LiveSite(small_site(intake_load=flat(40.0)))
    live.read_feeder("intake", NOON, (5.0, 5.0, 5.0))
    assert expected(live) == (40.0, 40.0, 40.0)


def window(amps: float) -> AmpereSchedule:
    """20 A, but other amps from 13:30 to 14:00 in Oslo, half past noon in UTC."""
    opened = Window(
        weekdays=frozenset(range(7)),
        from_time=day_time(13, 30),
        to_time=day_time(14, 0),
        amps=(amps, 20.0, 20.0),
    )
    return AmpereSchedule((20.0, 20.0, 20.0), (opened,))


def test_every_slot_has_the_lowest_limit_and_the_highest_load_within_it() -> None:
    site = small_site(intake=window(10.0), intake_load=window(30.0))
    edges = [NOON, after(15), after(45), after(60), after(75)]
    intake, level_1, level_2 = feeder_inputs(LiveSite(site), edges, NOON)
    assert (intake.key, intake.parent) == ("intake", None)
    assert [(one.key, one.parent) for one in (level_1, level_2)] == [
        ("level-1", "intake"),
        ("level-2", "intake"),
    ]
    assert intake.limit_a[0].tolist() == [20.0, 10.0, 10.0, 20.0]
    assert intake.limit_a[1].tolist() == [20.0] * 4
    assert intake.uncontrolled_a[0].tolist() == [20.0, 30.0, 30.0, 20.0]
    assert np.array_equal(level_1.limit_a, np.full((3, 4), 40.0))
    assert np.array_equal(level_1.uncontrolled_a, np.zeros((3, 4)))
