"""What the page of forecasts says of what a site needs, and its charts."""

from datetime import timedelta

import httpx2
import pytest

from csms.dashboard.demand_chart import Chart, Course, Tick, draw
from csms.dashboard.demand_section import present_demand
from csms.domain.demand import ARRIVALS, VEHICLES
from csms.service.demand_board import SiteDemand
from csms.service.forecast_view import SiteForecast
from csms.service.live_site import LiveSite
from tests.dashboard.rig import FakeRoom, dashboard_app
from tests.domain.sites import OSLO, place, small_site
from tests.service.demands import MIDNIGHT, forecast, score
from tests.service.rig import NOON

OFF = SiteForecast(site_id="yard", is_on=False, model=None, calibrations={})


def drawn(**more: object) -> Chart:
    """Two quarters of an hour from noon on: 10 to 30, then 20 to 40."""
    fields = {
        "begins_at": NOON,
        "low": (10.0, 20.0),
        "high": (30.0, 40.0),
        "q25": (15.0, 25.0),
        "q75": (25.0, 35.0),
        "q50": (20.0, 30.0),
        **more,
    }
    return draw(Course(**fields), (), NOON, OSLO)  # type: ignore[arg-type]


def test_steps_go_from_left_to_right_and_figures_from_the_bottom_up() -> None:
    chart = drawn()
    assert chart.across == (
        Tick(at=196.0, word="0"),
        Tick(at=149.5, word="10"),
        Tick(at=103.0, word="20"),
        Tick(at=56.5, word="30"),
        Tick(at=10.0, word="40"),
    )
    assert chart.median == "M48 103 L500 103 L500 56.5 L952 56.5"
    assert chart.outer == (
        "M48 56.5 L500 56.5 L500 10 L952 10 L952 103 L500 103 L500 149.5 L48 149.5 Z"
    )
    assert (chart.room, chart.now, chart.along) == ("", 48.0, ())


def test_room_above_all_that_is_expected_is_on_the_chart() -> None:
    chart = drawn(room=(63.0, 63.0))
    assert chart.across[-1] == Tick(at=10.0, word="80")
    assert chart.room.startswith("M48 49.5")


def test_times_are_the_sites_and_midnight_is_called_by_its_day() -> None:
    flat = (1.0,) * 96
    course = Course(begins_at=MIDNIGHT, low=flat, high=flat, q25=flat, q75=flat, q50=flat)
    full = [(MIDNIGHT + timedelta(hours=6), MIDNIGHT + timedelta(hours=12))]
    chart = draw(course, full, MIDNIGHT - timedelta(hours=1), OSLO)
    assert [(one.at, one.word) for one in chart.along] == [
        (48.0, "Wed 14"),
        (274.0, "06:00"),
        (500.0, "12:00"),
        (726.0, "18:00"),
    ]
    assert (chart.full, chart.now) == (((274.0, 226.0),), None)


def test_nothing_expected_is_a_line_at_the_bottom() -> None:
    none = (0.0, 0.0)
    chart = drawn(low=none, high=none, q25=none, q75=none, q50=none)
    assert chart.median == "M48 196 L500 196 L500 196 L952 196"


@pytest.fixture
def live() -> LiveSite:
    return LiveSite(small_site(place("A", "level-1", 6.0)))


def test_page_says_when_feeders_are_full_and_how_forecasts_came_out(live: LiveSite) -> None:
    demand = SiteDemand()
    naive = forecast(ARRIVALS, is_naive=True, method="same weekdays")
    demand.take(
        [forecast(), forecast(VEHICLES), naive],
        [score(day, 81.0) for day in range(10, 14)],
    )
    found = present_demand(live, demand, NOON)
    assert found.missing == ""
    assert found.full == ("Level 1 is likely full from 17:00 to 19:00, 79 %, 39 of 40 A",)
    assert found.shed.startswith("Of 0.0 kW that vehicles draw, 0.0 kW could be shed at once")
    assert [one.title for one in found.charts] == [
        "Power into vehicles, kW",
        "Vehicles that come, in a quarter of an hour",
        "Level 1, A on its most loaded line",
    ]
    assert found.charts[0].came_out == (
        "Last 4 days: 81 % held of 80 %, loss 10 % of the mean, the baseline's 20 %, bias 5 %"
    )
    assert found.charts[1].method.startswith("By the baseline, quantiles of the eight same")
    assert [one.has_room for one in found.charts] == [False, False, True]


def test_feeder_that_the_site_has_no_longer_is_not_shown(live: LiveSite) -> None:
    demand = SiteDemand()
    demand.take([forecast("feeder:gone")], ())
    assert present_demand(live, demand, NOON).charts == ()


def test_site_without_a_past_says_so(live: LiveSite) -> None:
    found = present_demand(live, SiteDemand(), NOON)
    assert found.missing == "Nothing is forecast yet: that takes a week of the site's past."


async def test_charts_are_printed(room: FakeRoom) -> None:
    room.board.of("yard").take([forecast()], ())
    transport = httpx2.ASGITransport(app=dashboard_app(room, None, lambda _: OFF))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        response = await client.get("/sites/yard/forecast", headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert "Level 1 is likely full from 17:00 to 19:00" in response.text
    assert response.text.count('<path class="demand-median"') == 1
