"""Quarters of an hour of a feeder, put together."""

from datetime import datetime, timedelta, timezone

from csms.domain.grid_proof import Measured, ProofQuarter, over_seconds, quarter_of
from tests.service.rig import NOON, after


def part(limit_a: float, whose: str, load_a: float | None, seconds: float = 5.0) -> ProofQuarter:
    measured = None
    if load_a is not None:
        measured = Measured(
            seconds=seconds,
            load_as=(load_a * seconds, 0.0, 0.0),
            peak_a=(load_a, 0.0, 0.0),
            margin_a=limit_a - load_a,
        )
    return ProofQuarter(
        feeder_id="main",
        starts_at=NOON,
        limited_by=whose,
        limit_a=(limit_a, limit_a, limit_a),
        measured=measured,
    )


def test_lowest_limit_and_its_owner_count() -> None:
    whole = part(63, "the site file", 10).joined(part(20, "Nett AS", 20)).joined(part(30, "x", 12))
    assert (whole.limit_a, whole.limited_by) == ((20.0, 20.0, 20.0), "Nett AS")


def test_means_count_by_how_long_they_lasted() -> None:
    whole = part(63, "a", 10, 30).joined(part(63, "a", 40, 10))
    assert whole.measured is not None
    assert whole.measured.mean_a == (17.5, 0.0, 0.0)
    assert whole.measured.peak_a == (40.0, 0.0, 0.0)
    assert (whole.measured.seconds, whole.measured.margin_a) == (40.0, 23.0)


def test_margin_is_that_of_the_worst_moment_and_not_of_the_lowest_limit() -> None:
    whole = part(63, "a", 60).joined(part(20, "b", 10))
    assert whole.measured is not None
    assert whole.measured.margin_a == 3.0


def test_what_is_not_measured_changes_no_mean() -> None:
    for whole in (part(63, "a", None).joined(part(63, "a", 8)), part(63, "a", 8)):
        assert whole.measured is not None
        assert whole.measured.mean_a == (8.0, 0.0, 0.0)
    assert part(63, "a", None).joined(part(63, "a", None)).measured is None


def test_each_second_above_a_limit_counts_once_in_its_quarter() -> None:
    quarters = [part(63, "a", None), part(63, "a", None).joined(part(63, "a", None))]
    later = ProofQuarter(
        feeder_id="main", starts_at=after(15), limited_by="a", limit_a=(63, 63, 63), measured=None
    )
    spans = [
        (after(14), after(16)),  # over both quarters
        (after(14.5), after(15)),  # another line at the same time
        (after(-1), after(0.5)),
        (after(31), after(32)),
    ]
    assert over_seconds([quarters[0], later], spans) == [90.0, 60.0]
    assert over_seconds([], spans) == []


def test_quarter_is_that_of_utc() -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    instant = datetime(2026, 1, 14, 17, 59, 59, 5, kathmandu)
    assert quarter_of(instant) == after(0) == NOON
    assert quarter_of(after(14.99)) == NOON
    assert quarter_of(after(15)) == after(15)
