"""When feeders are likely full, by what is forecast and the limits in force."""

from datetime import timedelta

import pytest

from csms.domain.demand import feeder_series
from csms.domain.errors import UnknownSiteError
from csms.domain.guard_event import GuardEventKind
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.service.demand_board import DemandBoard, SiteDemand, full_stretches
from csms.service.demand_watch import DemandWatch, stretch_words
from csms.service.live_site import LiveSite
from tests.domain.sites import flat, place, small_site
from tests.service.demands import MIDNIGHT, TODAY, by_hours, forecast, score, spread
from tests.service.rig import NOON, after
from tests.service.sites import with_meter

SITE = small_site(place("A", "level-1", 6.0))
"""Its level 1 has 40 A."""


@pytest.fixture
def live() -> LiveSite:
    return LiveSite(SITE)


def demand_of(*forecasts: object) -> SiteDemand:
    demand = SiteDemand()
    demand.take(forecasts, ())  # type: ignore[arg-type]
    return demand


def test_feeder_is_full_where_its_load_nears_the_limit(live: LiveSite) -> None:
    [one] = full_stretches(live, demand_of(forecast()), NOON)
    assert (one.begins_at, one.ends_at) == (after(4 * 60), after(6 * 60))
    assert (one.feeder_id, one.load_a, one.room_a) == ("level-1", 39.0, 40.0)
    assert one.chance == pytest.approx(1 - (0.1 + 0.15 * 0.56 / 0.78))  # of 38 A, 95 % of 40
    assert stretch_words(live, one).startswith("from 17:00 to 19:00, ")


def test_what_is_over_is_not_told(live: LiveSite) -> None:
    demand = demand_of(forecast())
    assert full_stretches(live, demand, after(7 * 60)) == []
    assert full_stretches(live, demand, after(5 * 60))[0].begins_at == after(5 * 60)


def test_imposed_limit_makes_a_feeder_full_at_once(live: LiveSite) -> None:
    demand = demand_of(forecast(values=spread(by_hours((0, 24, 20.0)))))
    assert full_stretches(live, demand, NOON) == []
    live.imposed["level-1", LimitParty.GRID_COMPANY] = (
        ImposedLimit(
            feeder_id="level-1",
            party=LimitParty.GRID_COMPANY,
            amps=(16.0, 16.0, 16.0),
            from_at=after(120),
            until_at=after(180),
        ),
    )
    [one] = full_stretches(live, demand, NOON)
    assert one.begins_at <= after(120)
    assert one.ends_at == after(180)
    assert one.room_a == 16.0


def test_stretches_that_go_on_after_midnight_are_one(live: LiveSite) -> None:
    late = forecast(values=spread(by_hours((23, 24, 40.0))))
    early = forecast(
        day=TODAY + timedelta(days=1),
        begins_at=MIDNIGHT + timedelta(days=1),
        values=spread(by_hours((0, 1, 40.0))),
    )
    [one] = full_stretches(live, demand_of(late, early), NOON)
    assert (one.begins_at, one.ends_at) == (after(10 * 60), after(12 * 60))


def test_root_that_is_metered_is_held_against_its_whole_limit() -> None:
    live = LiveSite(with_meter(SITE, flat(30.0)))
    values = spread(by_hours((17, 18, 50.0)))
    demand = demand_of(forecast(feeder_series("intake"), values=values))
    assert full_stretches(live, demand, NOON) == []  # 50 of 63 A
    level = LiveSite(small_site(*SITE.places, level_load=(30.0, 30.0, 30.0)))
    few = spread(by_hours((17, 18, 10.0)))
    [one] = full_stretches(level, demand_of(forecast(values=few)), NOON)
    assert one.room_a == 10.0  # the rest is the building's


def test_feeder_is_warned_of_once_a_day(live: LiveSite) -> None:
    board = DemandBoard(["fjordgata"])
    board.of("fjordgata").take([forecast()], ())
    watch = DemandWatch(board)
    watch.look(live, NOON)
    DemandWatch(board).look(live, after(15))  # also after a restart
    [event] = live.guard.take()
    assert (event.kind, event.feeder_id) == (GuardEventKind.CAPACITY, "level-1")
    assert event.cause.startswith("Likely full from 17:00 to 19:00, ")
    assert (event.amps, event.limit_a) == (39.0, 40.0)


def test_drift_is_told_when_it_begins_and_when_it_ends(live: LiveSite) -> None:
    board = DemandBoard(["fjordgata"])
    demand, watch = board.of("fjordgata"), DemandWatch(board)
    demand.take((), [score(day, 40.0) for day in range(1, 8)])
    watch.look(live, NOON)
    watch.look(live, NOON)
    demand.take((), [score(day, 80.0) for day in range(8, 23)])
    watch.look(live, NOON)
    events = live.guard.take()
    assert [one.kind for one in events] == [
        GuardEventKind.DEMAND_DRIFT,
        GuardEventKind.DEMAND_HOLDS,
    ]
    assert events[0].cause == (
        "Forecasts of vehicles' power: the baseline is used until they hold again"
    )


def test_site_is_due_until_today_was_forecast_from_its_midnight() -> None:
    demand = SiteDemand()
    assert demand.is_due(TODAY)
    demand.take([forecast(made_at=MIDNIGHT - timedelta(days=1))], ())
    assert demand.is_due(TODAY)
    demand.take([forecast()], ())
    assert not demand.is_due(TODAY)
    demand.forget(TODAY + timedelta(days=1))
    assert demand.ahead(NOON) == []


def test_site_that_there_is_not_has_no_demand() -> None:
    with pytest.raises(UnknownSiteError):
        DemandBoard([]).of("fjordgata")
