"""Sums of what may flow, worked out by hand."""

from dataclasses import replace

import pytest

from csms.domain.limits import Standing
from csms.service.feeder_limits import limits_now
from csms.service.grid_guard import (
    Ledger,
    LineFlow,
    adds_to_overload,
    fullest_line,
    is_overcommitted,
    keep_books,
)
from csms.service.live_site import LiveSite
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import (
    connect,
    evse_of,
    hold,
    it_site,
    limit,
    live_level,
    plug_in,
    with_meter,
)


def test_books_add_up_what_may_flow_line_by_line_and_up_the_tree() -> None:
    live = live_level((1, 2, 3), (2,), (3,))
    for name, amps in (("A", 10.0), ("B", 6.0), ("C", 20.0)):
        hold(evse_of(live, name), amps)
    books = keep_books(live, NOON)
    for feeder in ("level-1", "intake"):
        assert books.allowed_a[feeder][:, 0].tolist() == [10.0, 16.0, 30.0]
    assert books.allowed_a["level-2"][:, 0].tolist() == [0.0, 0.0, 0.0]
    assert books.limit_a["level-1"][:, 0].tolist() == [40.0, 40.0, 40.0]


def test_books_see_limits_rise_and_lapse() -> None:
    live = live_level((1, 2, 3), fallback_a=6.0)
    rising = limit((0, 8.0), (300, 20.0))
    evse = evse_of(live, "A")
    evse.allowance = replace(evse.allowance, accepted=rising)
    books = keep_books(live, NOON)
    course = dict(zip(books.edges, books.allowed_a["level-1"][0].tolist(), strict=False))
    assert (course[NOON], course[after(5)], course[after(15)]) == (8.0, 20.0, 6.0)


def test_loads_between_two_lines_add_up_as_vectors() -> None:
    live = LiveSite(it_site(place("A", "level-1", 0.0, (1, 2)), place("B", "level-1", 0.0, (3, 1))))
    for name in ("A", "B"):
        connect(live, name)
        hold(plug_in(live, name), 32.0)
    allowed = keep_books(live, NOON).allowed_a["level-1"][:, 0].tolist()
    assert allowed == pytest.approx([55.426, 32.0, 32.0], abs=0.001)


def test_everything_that_may_be_in_force_counts_at_its_highest() -> None:
    live = live_level((1, 2, 3))
    evse = evse_of(live, "A")
    hold(evse, 10.0)
    evse.allowance = evse.allowance.sent(limit((0, 20.0))).sent(limit((0, 6.0)))
    assert keep_books(live, NOON).allowed_a["level-1"][0, 0] == 20.0
    evse.allowance = replace(evse.allowance, is_disobeyed=True)
    assert keep_books(live, NOON).allowed_a["level-1"][0, 0] == 32.0


def test_charger_that_is_only_planned_draws_nothing() -> None:
    live = LiveSite(small_site(place("A", "level-1", 6.0, is_installed=False)))
    assert keep_books(live, NOON).allowed_a["level-1"][0, 0] == 0.0


def test_site_may_be_given_out_to_the_full_and_not_beyond() -> None:
    live = live_level((1, 2, 3), (1, 2, 3))
    for name in ("A", "B"):
        hold(evse_of(live, name), 20.0)
    assert not is_overcommitted(live, NOON)
    hold(evse_of(live, "B"), 20.1)
    assert is_overcommitted(live, NOON)


def test_charger_that_nobody_has_heard_of_may_overcommit_a_site() -> None:
    live = live_level((1, 2, 3), (1, 2, 3))
    for name in ("A", "B"):
        evse = evse_of(live, name)
        evse.allowance = evse.allowance.restanding(Standing.UNKNOWN)
    assert is_overcommitted(live, NOON)


def raises(live: LiveSite, name: str, *steps: tuple[int, float]) -> bool:
    """Whether a limit on top of what a charger holds would overload anything."""
    evse = evse_of(live, name)
    return adds_to_overload(live, NOON, {evse.place.evse: evse.allowance.sent(limit(*steps))})


def test_increase_may_take_the_last_of_the_room_now_and_later() -> None:
    live = live_level((1, 2, 3), (1, 2, 3))
    hold(evse_of(live, "A"), 20.0)
    assert not raises(live, "B", (0, 20.0))
    assert raises(live, "B", (0, 20.1))
    assert not raises(live, "B", (0, 6.0), (600, 20.0))
    assert raises(live, "B", (0, 6.0), (600, 21.0))


def test_limits_that_are_proposed_one_after_the_other_are_judged_each_for_itself() -> None:
    live = live_level((1, 2, 3), (1, 2, 3))
    hold(evse_of(live, "A"), 20.0)
    evse, ledger = evse_of(live, "B"), Ledger(live, NOON)

    def adds(*steps: tuple[int, float]) -> bool:
        return ledger.adds_to_overload({evse.place.evse: evse.allowance.sent(limit(*steps))})

    assert [adds((0, 20.0)), adds((0, 20.1)), adds((0, 20.0))] == [False, True, False]
    assert [adds((0, 6.0), (600, 20.0)), adds((0, 6.0), (600, 21.0))] == [False, True]
    assert [adds((0, 6.0), (300, 21.0)), adds((0, 20.0))] == [True, False]


def test_nothing_may_be_added_where_a_line_is_over_its_limit_already() -> None:
    live = live_level((1,), (1,), (2,))
    hold(evse_of(live, "A"), 32.0)
    hold(evse_of(live, "B"), 20.0)
    assert raises(live, "B", (0, 20.1))
    assert not raises(live, "B", (0, 19.0))  # it adds nothing
    assert not raises(live, "C", (0, 32.0))  # it is on another line


def test_uncontrolled_load_takes_its_room_first() -> None:
    live = LiveSite(with_meter(small_site(place("A", "level-1", 0.0)), flat(60.0), step_a=2.0))
    connect(live, "A")
    plug_in(live, "A")
    assert raises(live, "A", (0, 6.0))
    live.read_feeder("intake", NOON, (50.0, 50.0, 50.0))
    assert not is_overcommitted(live, NOON)
    assert raises(live, "A", (0, 12.0))  # 50 + 2 + 12 are more than 63


def test_fullest_line_is_the_one_with_most_above_its_limit_or_least_below() -> None:
    live = live_level((1, 2, 3), (2,))
    for name, amps in (("A", 24.0), ("B", 20.0)):
        hold(evse_of(live, name), amps)
    assert fullest_line(live, NOON) == LineFlow(
        feeder_id="level-1", line=2, amps=44.0, limit_a=40.0
    )
    hold(evse_of(live, "B"), 6.0)
    assert fullest_line(live, NOON) == LineFlow(
        feeder_id="level-1", line=2, amps=30.0, limit_a=40.0
    )


def test_limits_of_this_instant_are_told_line_by_line() -> None:
    limits = limits_now(live_level((1, 2, 3)), NOON)
    assert limits == {
        "intake": (63.0, 63.0, 63.0),
        "level-1": (40.0, 40.0, 40.0),
        "level-2": (40.0, 40.0, 40.0),
    }
