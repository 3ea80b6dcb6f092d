"""What goes out without a plan: cuts in proportion, and room that is free."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from csms.domain.altered import altered
from csms.domain.identity import EvseId
from csms.domain.limits import Standing
from csms.domain.ramp import RampCause
from csms.domain.site import EvsePlace, Site
from csms.domain.site_policy import Aim
from csms.service.at_once import cuts, first_limits
from csms.service.dispatch import Target
from csms.service.grid_guard import is_overcommitted
from csms.service.live_site import LiveSite
from csms.service.ramping import begin_ramps
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON
from tests.service.sites import connect, evse_of, hold, it_site, plug_in, with_meter

A = EvseId("A", 1)
B = EvseId("B", 1)


def charging(site: Site, **held_a: float) -> LiveSite:
    """A site of which all charge who are named, under the limits that they hold."""
    live = LiveSite(site)
    connect(live, *live.stations)
    for number, (name, amps) in enumerate(held_a.items(), start=1):
        hold(plug_in(live, name, number=number), amps)
    live.newcomers.clear()
    return live


def firsts(targets: list[Target]) -> dict[str, float]:
    """The first step of every limit."""
    return {target.evse.station_id: target.limit.steps[0][1] for target in targets}


def two(fallback_a: float = 6.0, **more: Any) -> Site:
    places = (place(name, "level-1", fallback_a, **more) for name in ("A", "B"))
    return with_meter(small_site(*places), flat(50.0), step_a=0.0)


def measured(live: LiveSite, amps: float) -> LiveSite:
    """The building draws so much on every line."""
    live.read_feeder("intake", NOON, (amps,) * 3)
    return live


def accepted(live: LiveSite, targets: list[Target]) -> None:
    for target in targets:
        evse = live.evses[target.evse]
        evse.allowance = replace(evse.allowance, accepted=target.limit)


def test_all_are_lowered_by_the_same_share_of_what_is_above_their_fallbacks() -> None:
    live = measured(charging(two(), A=26.0, B=14.0), 37.0)  # 26 A are left, 14 A above fallbacks
    lowered = cuts(live, NOON)
    assert firsts(lowered) == {"A": 16.0, "B": 10.0}
    accepted(live, lowered)
    assert not is_overcommitted(live, NOON)


def test_nobody_is_lowered_where_all_fits() -> None:
    assert cuts(measured(charging(two(), A=26.0, B=14.0), 23.0), NOON) == []


def test_nobody_is_lowered_below_the_fallback() -> None:
    live = measured(charging(two(), A=26.0, B=14.0), 60.0)
    assert firsts(cuts(live, NOON)) == {"A": 6.0, "B": 6.0}


def test_who_is_on_trial_is_cut_to_its_fallback_where_its_rating_does_not_fit_any_more() -> None:
    live = measured(charging(two(fallback_a=0.0), A=6.0, B=8.0), 40.0)  # 23 A are left
    tried = evse_of(live, "A")
    tried.allowance = replace(tried.allowance, is_on_trial=True)  # it counts at 32 A
    lowered = cuts(live, NOON)
    assert firsts(lowered) == {"A": 0.0, "B": 7.0}
    accepted(live, lowered)  # it counts at 32 A all the same, and is not told twice
    assert "A" not in firsts(cuts(live, NOON))


def test_all_are_left_the_least_current_before_anybody_has_more() -> None:
    live = measured(charging(two(fallback_a=0.0), A=20.0, B=8.0), 40.0)  # 23 A are left
    assert firsts(cuts(live, NOON)) == {"A": 15.0, "B": 7.0}
    assert firsts(cuts(measured(live, 51.0), NOON)) == {"A": 6.0, "B": 6.0}


def test_where_the_least_of_all_is_too_much_who_has_got_the_most_falls_to_the_fallback() -> None:
    live = charging(two(fallback_a=0.0), A=20.0, B=8.0)
    for name, energy_wh in (("A", 1000.0), ("B", 2000.0)):
        evse = evse_of(live, name)
        assert evse.transaction is not None
        evse.transaction = altered(evse.transaction, energy_wh=energy_wh)
    assert firsts(cuts(measured(live, 52.0), NOON)) == {"A": 9.0, "B": 0.0}  # 11 A are left
    assert firsts(cuts(measured(live, 58.0), NOON)) == {"A": 0.0, "B": 0.0}


def test_only_who_hangs_below_the_line_that_carries_too_much_is_lowered() -> None:
    site = small_site(
        place("A", "level-1", 6.0, (1,)),
        place("B", "level-1", 6.0, (2,)),
        place("C", "level-2", 6.0, (1,)),
    )
    live = charging(site, A=16.0, B=32.0, C=16.0)
    level, others = live.site.feeders[1], live.site.feeders
    lower = replace(level, limit=flat(10.0))
    live.site = replace(live.site, feeders=(others[0], lower, others[2]))
    assert firsts(cuts(live, NOON)) == {"A": 10.0, "B": 10.0}
    lower = replace(level, limit=flat(20.0))
    live.site = replace(live.site, feeders=(others[0], lower, others[2]))
    assert firsts(cuts(live, NOON)) == {"B": 20.0}


def test_cut_lowers_what_is_held_for_its_whole_life_and_raises_it_at_no_time() -> None:
    live = measured(charging(two(), A=26.0, B=14.0), 37.0)
    held = evse_of(live, "A").allowance
    [first, _] = cuts(live, NOON)
    assert first.limit.ends_at == NOON + timedelta(seconds=900)
    for minute in range(20):
        at = NOON + timedelta(minutes=minute)
        assert replace(held, accepted=first.limit).now_a(at) <= held.now_a(at)


def test_who_cannot_be_steered_is_not_lowered_and_the_others_are_lowered_more() -> None:
    live = measured(charging(two(), A=26.0, B=14.0), 37.0)
    live.station_disconnected("B")
    assert firsts(cuts(live, NOON)) == {"A": 12.0}
    evse_of(live, "A").retry_at = NOON + timedelta(seconds=1)
    assert cuts(live, NOON) == []


def test_who_was_told_and_has_not_answered_is_not_told_the_same_again() -> None:
    live = measured(charging(two(), A=26.0, B=14.0), 37.0)
    for target in cuts(live, NOON):
        evse = live.evses[target.evse]
        evse.allowance = evse.allowance.sent(target.limit)
    assert is_overcommitted(live, NOON)
    assert cuts(live, NOON) == []
    assert firsts(cuts(measured(live, 41.0), NOON)) == {"A": 13.0, "B": 8.0}


@pytest.mark.parametrize("lines", [(1, 2), (1, 2, 3)])
def test_in_a_grid_without_neutral_what_is_left_after_a_cut_fits(lines: tuple[int, ...]) -> None:
    places: list[EvsePlace] = [
        place("A", "level-1", 6.0, lines),
        place("B", "level-1", 6.0, (2, 3)),
        place("C", "level-2", 6.0, (1, 3)),
    ]
    live = charging(with_meter(it_site(*places), flat(50.0), step_a=0.0), A=26.0, B=14.0, C=32.0)
    measured(live, 40.0)
    assert is_overcommitted(live, NOON)
    accepted(live, cuts(live, NOON))
    assert not is_overcommitted(live, NOON)


def newcomer(live: LiveSite, *names: str) -> LiveSite:
    for number, name in enumerate(names, start=10):
        plug_in(live, name, number=number)
    return live


def test_newcomer_gets_what_nobody_else_may_draw_until_the_next_plans_come() -> None:
    live = newcomer(measured(charging(two(), A=16.0), 0.0), "B")
    [given] = first_limits(live, live.newcomers, NOON)
    assert (given.evse, given.limit.steps) == (B, ((0, 24.0),))  # level 1 carries 40 A
    assert given.limit.ends_at == NOON + timedelta(seconds=360)


def test_room_is_given_away_once_and_to_who_came_first() -> None:
    live = newcomer(measured(charging(two()), 20.0), "B", "A")
    given = firsts(first_limits(live, live.newcomers, NOON))
    assert given == {"B": 32.0, "A": 8.0}


def test_who_would_get_no_more_than_the_fallback_waits_for_the_plan() -> None:
    live = newcomer(measured(charging(two(), A=32.0), 0.0), "B")
    assert firsts(first_limits(live, {B}, NOON)) == {"B": 8.0}
    assert first_limits(measured(live, 25.0), {B}, NOON) == []


def test_who_has_a_limit_or_cannot_be_given_one_is_passed_over() -> None:
    live = newcomer(measured(charging(two(), A=16.0), 0.0), "B")
    assert first_limits(live, {A, EvseId("gone", 1)}, NOON) == []
    evse_of(live, "B").allowance = evse_of(live, "B").allowance.restanding(Standing.UNKNOWN)
    assert first_limits(live, {B}, NOON) == []


def test_site_that_wants_a_low_peak_leaves_newcomers_to_the_plan() -> None:
    site = two()
    live = LiveSite(replace(site, policy=replace(site.policy, aim=Aim.LEVEL)))
    connect(live, "A", "B")
    assert first_limits(newcomer(measured(live, 0.0), "B"), {B}, NOON) == []


def test_newcomer_gets_no_more_than_what_has_come_back() -> None:
    live = measured(charging(two(), A=10.0), 10.0)
    begin_ramps(live, ("level-1",), RampCause.LIMIT_OVER, NOON)  # from 16 A, 8 A more a minute
    newcomer(live, "B")
    later = NOON + timedelta(seconds=75)
    assert firsts(first_limits(live, {B}, later)) == {"B": 16.0}


def test_who_has_come_back_with_many_others_waits_for_the_plan() -> None:
    live = newcomer(measured(charging(two(), A=10.0), 10.0), "B")
    evse_of(live, "B").return_delay_s = 40
    assert first_limits(live, {B}, NOON) == []
