"""Limits of others: an upper bound of the plan, never a permission."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from csms.domain.altered import altered
from csms.domain.charging_profile import CompositeSchedule, LimitSource, ProfilePeriod
from csms.domain.external_limit import ExternalLimit
from csms.domain.identity import EvseId
from csms.domain.station import ConnectorStatus, RateUnit
from csms.service.at_once import first_limits
from csms.service.external_bounds import external_bound
from csms.service.kept_room import kept_rooms
from csms.service.live_site import LiveSite
from csms.service.problem_builder import build_problem
from csms.service.reason_text import explain_evse
from csms.service.site_view import ReasonCode
from smart_charging.plan import Cause, Reason
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, evse_of, plug_in, transaction


def schedule(*periods: tuple[int, float], **more: Any) -> CompositeSchedule:
    fields = {"evse_number": 1, "unit": RateUnit.AMPERE, "duration_s": 3600, **more}
    return CompositeSchedule(periods=tuple(ProfilePeriod(*one) for one in periods), **fields)


def told(*schedules: CompositeSchedule, **more: Any) -> ExternalLimit:
    fields = {
        "source": LimitSource.EMS,
        "evse_number": 1,
        "is_grid_critical": False,
        "told_at": NOON,
        **more,
    }
    return ExternalLimit(schedules=schedules, **fields)


@pytest.fixture
def live() -> LiveSite:
    """One station of 32 A with two EVSEs; a vehicle charges at the first."""
    second = replace(place("A", "level-1", 6.0), evse=EvseId("A", 2))
    site = LiveSite(small_site(place("A", "level-1", 6.0), second))
    connect(site, "A")
    plug_in(site, "A")
    return site


def bound_a(live: LiveSite, now: datetime = NOON, number: int = 1) -> float | None:
    bound = external_bound(live, live.evses[EvseId("A", number)], now)
    return None if bound is None else bound.amps


def test_evse_of_which_nobody_says_anything_is_not_bounded(live: LiveSite) -> None:
    assert bound_a(live) is None


def test_tightest_of_all_limits_counts(live: LiveSite) -> None:
    live.limit_told("A", told(schedule((0, 16.0))))
    live.limit_told("A", told(schedule((0, 10.0)), source=LimitSource.SO))
    assert bound_a(live) == 10.0
    assert bound_a(live, number=2) is None


@pytest.mark.parametrize(
    ("minutes", "amps"), [(-1, None), (0, 10.0), (9, 10.0), (10, 13.0), (59, 13.0), (60, None)]
)
def test_limit_counts_from_its_start_to_its_end(
    live: LiveSite, minutes: int, amps: float | None
) -> None:
    live.limit_told("A", told(schedule((0, 10.0), (600, 13.0), starts_at=NOON)))
    assert bound_a(live, after(minutes)) == amps


def test_limit_without_an_end_counts_until_it_is_released(live: LiveSite) -> None:
    live.limit_told("A", told(schedule((0, 10.0), duration_s=0, goes_on=True)))
    assert bound_a(live, after(10_000)) == 10.0
    live.limit_released("A", LimitSource.EMS, 1)
    assert bound_a(live, after(10_000)) is None


def test_times_of_a_limit_are_the_stations_own(live: LiveSite) -> None:
    hour = timedelta(hours=1)
    live.stations["A"].clock.see(NOON + hour, NOON)  # an hour fast
    live.limit_told("A", told(schedule((0, 10.0), starts_at=NOON + hour)))
    assert bound_a(live, after(1)) == 10.0
    assert bound_a(live, after(61)) is None


def test_watts_are_reckoned_by_the_lines_in_use(live: LiveSite) -> None:
    live.limit_told("A", told(schedule((0, 6900.0), unit=RateUnit.WATT)))
    assert bound_a(live) == pytest.approx(10.0)


def test_limit_of_the_station_is_shared_by_the_evses_that_charge(live: LiveSite) -> None:
    live.limit_told("A", told(schedule((0, 20.0)), evse_number=None))
    assert bound_a(live) == 20.0
    second = live.evses[EvseId("A", 2)]
    second.status = ConnectorStatus.OCCUPIED
    running = altered(transaction("A", 2), evse=EvseId("A", 2))
    live.transaction_changed(running, NOON, ())
    assert (bound_a(live), bound_a(live, number=2)) == (10.0, 10.0)


def test_our_own_limit_told_back_to_us_bounds_nothing(live: LiveSite) -> None:
    live.limit_told("A", told(schedule((0, 6.0)), source=LimitSource.CSO))
    assert bound_a(live) is None


def test_plan_gives_no_more_than_others_allow_and_wakes_for_it(live: LiveSite) -> None:
    [evse] = build_problem(live, NOON).evses
    assert evse.max_a == 32.0
    live.dirty.clear()
    live.limit_told("A", told(schedule((0, 10.0))))
    assert live.dirty.is_set()
    [evse] = build_problem(live, NOON).evses
    assert evse.max_a == 10.0
    live.dirty.clear()
    live.limit_released("A", LimitSource.EMS, None)
    assert live.dirty.is_set()


def test_limit_of_others_permits_nothing(live: LiveSite) -> None:
    live.limit_told("A", told(schedule((0, 100.0))))
    [evse] = build_problem(live, NOON).evses
    assert evse.max_a == 32.0
    assert evse_of(live, "A").allowance.now_a(NOON) == 6.0


def test_first_limit_of_a_vehicle_is_no_higher_either(live: LiveSite) -> None:
    live.limit_told("A", told(schedule((0, 10.0))))
    [target] = first_limits(live, [EvseId("A", 1)], NOON)
    assert target.limit.steps == ((0, 10.0),)


def test_vehicle_that_others_let_have_too_little_is_not_planned_for(live: LiveSite) -> None:
    live.limit_told("A", told(schedule((0, 4.0))))
    problem = build_problem(live, NOON)
    assert problem.evses == ()
    assert [one.key for one in problem.reservations] == ["A/1", "A/2"]
    assert first_limits(live, [EvseId("A", 1)], NOON) == []


@pytest.mark.parametrize(
    ("amps", "is_critical", "planned", "code", "text"),
    [
        (
            10.0,
            False,
            Cause.OWN_MAXIMUM,
            ReasonCode.EXTERNAL,
            "Limited to 10 A at the station by an energy management system",
        ),
        (
            4.0,
            True,
            None,
            ReasonCode.EXTERNAL,
            (
                "Limited to 4 A at the station by an energy management system, "
                "as the grid needs it, less than a vehicle takes"
            ),
        ),
        (10.0, False, Cause.NOTHING_WANTED, ReasonCode.NEED_MET, "Has what it came for"),
        (40.0, False, Cause.OWN_MAXIMUM, ReasonCode.FULL_SPEED, "As fast as the charger can"),
    ],
)
def test_reason_says_who_limits_where_that_binds(
    live: LiveSite,
    amps: float,
    is_critical: bool,
    planned: Cause | None,
    code: ReasonCode,
    text: str,
) -> None:
    live.limit_told("A", told(schedule((0, amps)), is_grid_critical=is_critical))
    reasons = {EvseId("A", 1): Reason(cause=planned)} if planned else {}
    view = explain_evse(live, evse_of(live, "A"), NOON, reasons, kept_rooms(live, NOON))
    assert (view.code, view.text) == (code, text)
