"""Days on trees of feeders and on IT sites, worked out by hand."""

import pytest

from smart_charging.feeder import Feeder
from smart_charging.study.day import Day, Visit, equal_share, perfect_foresight, uncontrolled
from smart_charging.taps import Tap, pair_tap
from tests.smart_charging.problems import L1, NOON, after, feeder

HOUR = (900,) * 4


def visit(key: str, tap: Tap = L1, wh: float = 50_000.0, feeder_key: str = "main") -> Visit:
    """A single-phase vehicle of 16 A that stays for the hour."""
    return Visit(
        key=key,
        feeder=feeder_key,
        tap=tap,
        w_per_a=230.0,
        max_a=16.0,
        min_a=6.0,
        arrives_at=NOON,
        departs_at=after(1),
        energy_wh=wh,
    )


def day(feeders: tuple[Feeder, ...], *visits: Visit) -> Day:
    return Day(starts_at=NOON, slots_s=HOUR, feeders=feeders, visits=visits)


def test_every_feeder_that_is_over_its_limit_counts() -> None:
    feeders = (feeder("main", 24.0), feeder("left", 12.0, parent="main"))
    result = uncontrolled(day(feeders, visit("a"), visit("b", feeder_key="left")))
    # main carries 32 A of 24 A, left 16 A of 12 A, both for an hour
    assert result.peak_share == pytest.approx(32 / 24)
    assert result.over_ah == pytest.approx(8.0 + 4.0)
    assert result.delivered_wh == pytest.approx(2 * 16.0 * 230.0)


def test_branches_that_do_not_bind_leave_their_room_to_others() -> None:
    feeders = (feeder("main", 24.0), feeder("left", 8.0, parent="main"))
    visits = (visit("a"), visit("b", feeder_key="left"))
    for policy in (equal_share, perfect_foresight):
        result = policy(day(feeders, *visits))
        assert result.delivered_wh == pytest.approx(24.0 * 230.0, rel=1e-3)
        assert result.peak_share == pytest.approx(1.0, abs=1e-4)
        assert result.over_ah == pytest.approx(0.0, abs=1e-3)


def test_pairs_of_an_it_site_load_a_line_by_their_vector_sum() -> None:
    pairs = (visit("a", pair_tap(1, 2)), visit("b", pair_tap(3, 1)))
    result = uncontrolled(day((feeder("main", 20.0),), *pairs))
    # 16 A * sqrt 3 = 27.713 A on L1, 16 A on the others
    assert result.peak_share == pytest.approx(27.7128 / 20, abs=1e-5)
    assert result.over_ah == pytest.approx(7.7128, abs=1e-4)


def test_it_site_hosts_more_than_the_sum_of_magnitudes_would_allow() -> None:
    pairs = (visit("a", pair_tap(1, 2)), visit("b", pair_tap(3, 1)))
    tight = day((feeder("main", 20.0),), *pairs)
    # 20 A / sqrt 3 = 11.547 A each for an hour, where magnitudes would allow 10 A each
    most_wh = 2 * 11.547 * 230.0
    for policy in (equal_share, perfect_foresight):
        result = policy(tight)
        assert result.delivered_wh == pytest.approx(most_wh, rel=0.02)
        assert result.over_ah == pytest.approx(0.0, abs=1e-3)


def test_limit_that_falls_in_one_slot_is_kept_there() -> None:
    main = feeder("main", 16.0)
    main.limit_a[:, 2] = 6.0
    result = equal_share(day((main,), visit("a")))
    assert result.delivered_wh == pytest.approx((3 * 16.0 + 6.0) * 230.0 / 4)
    assert result.peak_share == pytest.approx(1.0)


@pytest.mark.parametrize(("share", "served"), [(0.79, 0.5), (0.81, 1.0)])
def test_vehicle_is_well_served_with_four_fifths(share: float, served: float) -> None:
    little, much = visit("a", wh=100.0), visit("b", wh=16.0 * 230.0 / share)
    result = uncontrolled(day((feeder("main", 63.0),), little, much))
    assert result.well_served == served
