"""Room that plans keep for vehicles that are still to come."""

from dataclasses import replace
from datetime import timedelta

import pytest

from csms.domain.demand import ARRIVALS, Coming
from csms.domain.site_policy import Aim, SharingPolicy
from csms.service.demand_board import SiteDemand
from csms.service.live_site import LiveSite
from csms.service.problem_builder import build_problem
from csms.service.reserve import expected_arrivals, reserve_of, with_reserve
from smart_charging.planner import make_plan
from smart_charging.resources import Evse
from tests.domain.sites import place, small_site
from tests.service.demands import by_hours, forecast, spread
from tests.service.rig import NOON, after
from tests.service.sites import connect, plug_in

LEVEL = SharingPolicy(aim=Aim.LEVEL)
SITE = replace(
    small_site(*(place(name, "level-1", 6.0) for name in ("A", "B", "C", "D"))), policy=LEVEL
)
SEVENTEEN = after(4 * 60)
"""In Oslo."""


def live_site(policy: SharingPolicy = LEVEL, per_quarter: float = 0.5) -> LiveSite:
    """A charges; from 17 to 18 o'clock two more are expected, 8 kWh and four hours each."""
    live = LiveSite(replace(SITE, policy=policy))
    connect(live, "A", "B", "C", "D")
    plug_in(live, "A")
    live.coming = tuple(
        Coming(
            begins_at=SEVENTEEN + timedelta(minutes=15 * quarter),
            count=per_quarter,
            energy_wh=8_000.0,
            stay_s=4 * 3600.0,
        )
        for quarter in range(4)
    )
    return live


def unit_of(live: LiveSite) -> Evse:
    return with_reserve(live, build_problem(live, NOON)).evses[-1]


def test_those_who_are_expected_are_one_more_vehicle_of_the_root() -> None:
    unit = unit_of(live_site())
    assert (unit.feeder, unit.w_per_a) == ("intake", 690.0)
    assert (unit.demand.arrives_at, unit.demand.departs_at) == (after(270), after(510))
    assert max(one.energy_wh for one in unit.demand.outcomes) == 4 * 8_000.0


def test_no_more_are_expected_than_there_are_chargers() -> None:
    live = live_site(per_quarter=5.0)
    [one] = expected_arrivals(live, build_problem(live, NOON))
    assert one.count == 4.0


@pytest.mark.parametrize("aim", [Aim.EARLY, Aim.CALM, Aim.READY, Aim.CHEAP])
def test_where_that_wins_nothing_no_room_is_kept(aim: Aim) -> None:
    live = live_site(SharingPolicy(aim=aim))
    problem = build_problem(live, NOON)
    assert with_reserve(live, problem) is problem


def test_plan_tells_for_whom_it_keeps_room() -> None:
    live = live_site()
    problem = build_problem(live, NOON)
    reserve = reserve_of(live, problem, make_plan(with_reserve(live, problem)))
    assert reserve is not None
    assert (reserve.count, reserve.until_at) == (2.0, after(5 * 60))
    assert reserve.energy_wh == pytest.approx(2 * 8_000.0)
    assert reserve_of(live, problem, make_plan(problem)) is None


def test_board_tells_who_comes_in_order_of_time() -> None:
    values = spread(by_hours((17, 18, 1.0)))
    coming = {
        "count": by_hours((17, 18, 0.5)),
        "energy_wh": (8_000.0,) * 96,
        "stay_s": (3_600.0,) * 96,
    }
    demand = SiteDemand()
    demand.take([forecast(), forecast(ARRIVALS, values={**values, **coming})], ())
    found = demand.coming()
    assert len(found) == 96
    assert found[17 * 4] == Coming(
        begins_at=SEVENTEEN, count=0.5, energy_wh=8_000.0, stay_s=3_600.0
    )
    silent = SiteDemand()
    silent.take([forecast(ARRIVALS)], ())
    assert silent.coming() == ()
