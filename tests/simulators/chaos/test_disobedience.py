"""How long it takes to find a resource that draws more than it was told."""

from datetime import UTC, datetime, timedelta

import pytest

from simulators.chaos.disobedience import Disobedience, slack_w

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
SETTLED = timedelta(seconds=6)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def read(one: Disobedience, seconds: float) -> None:
    one.read(after(seconds), after(seconds) + SETTLED)


def drawing(drawn_a: float, told_a: float) -> Disobedience:
    one = Disobedience(slack_a=0.5, settled=SETTLED)
    one.look(drawn_a, told_a)
    return one


@pytest.mark.parametrize(("rated_w", "slack"), [(1_000.0, 100.0), (6_000.0, 300.0)])
def test_a_twentieth_of_its_rating_or_a_hundred_watts_are_not_noticed(
    rated_w: float, slack: float
) -> None:
    assert slack_w(rated_w) == slack


def test_one_reading_finds_it_and_then_others_make_room() -> None:
    one = drawing(10.0, 4.0)
    assert one.is_over(after(3))
    assert one.answered_at(after(3)) is None
    read(one, 10)
    read(one, 20)  # it is not found twice
    assert one.answered_at(after(20)) == after(16)


def test_what_no_reading_shows_is_never_found() -> None:
    one = drawing(4.4, 4.0)
    read(one, 10)
    assert one.is_over(after(10))
    assert one.answered_at(after(1_000)) is None


def test_it_is_missed_when_its_readings_count_no_more() -> None:
    one = drawing(4.0, 4.0)
    read(one, 10)
    one.look(10.0, 4.0)
    assert one.answered_at(after(195)) is None
    # 180 s after it was heard last; that is seen 6 s later at most, and answered by 6 s after that
    assert one.answered_at(after(196)) == after(202)


def test_it_has_to_be_found_anew_after_it_has_obeyed_or_its_server_has_restarted() -> None:
    one = drawing(10.0, 4.0)
    read(one, 10)
    one.look(4.0, 4.0)
    one.look(10.0, 4.0)
    assert one.answered_at(after(12)) is None
    read(one, 20)
    assert one.answered_at(after(20)) == after(26)
    one.begin_anew()
    assert one.answered_at(after(30)) is None
