"""How long it takes to find an EVSE that draws more than it was told."""

from datetime import UTC, datetime, timedelta

from simulators.chaos.overdraw import Overdraw

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
ANSWERED_WITHIN = timedelta(seconds=6)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def read(overdraw: Overdraw, seconds: float) -> None:
    overdraw.read(after(seconds), after(seconds) + ANSWERED_WITHIN)


def drawing(drawn_a: float, told_a: float) -> Overdraw:
    overdraw = Overdraw()
    overdraw.look(drawn_a, told_a, NOON)
    return overdraw


def test_three_readings_in_a_row_find_it_and_then_others_make_room() -> None:
    overdraw = drawing(16.0, 10.0)
    read(overdraw, 60)
    read(overdraw, 120)
    assert overdraw.answered_at(after(120)) is None
    read(overdraw, 180)
    assert overdraw.answered_at(after(180)) == after(186)
    read(overdraw, 240)  # it is not found twice
    assert overdraw.answered_at(after(240)) == after(186)


def test_a_reading_within_what_it_was_told_begins_the_count_anew() -> None:
    overdraw = drawing(16.0, 10.0)
    read(overdraw, 60)
    read(overdraw, 120)
    overdraw.look(10.0, 10.0, after(150))
    read(overdraw, 180)
    overdraw.look(16.0, 10.0, after(200))
    read(overdraw, 240)
    assert overdraw.answered_at(after(240)) is None


def test_it_is_believed_again_after_three_readings_within_or_a_restart() -> None:
    kept, restarted = drawing(16.0, 10.0), drawing(16.0, 10.0)
    for seconds in (60, 120, 180):
        read(kept, seconds)
        read(restarted, seconds)
    restarted.begin_anew()
    assert restarted.answered_at(after(200)) is None
    kept.look(9.0, 10.0, after(200))
    for seconds in (240, 300, 360):
        read(kept, seconds)
    kept.look(16.0, 10.0, after(400))
    assert kept.answered_at(after(400)) is None
    for seconds in (420, 480, 540):
        read(kept, seconds)
    assert kept.answered_at(after(540)) == after(546)


def test_a_vehicle_has_five_seconds_to_follow() -> None:
    overdraw = drawing(16.0, 16.0)
    overdraw.look(16.0, 10.0, after(100))
    assert overdraw.told_a(after(104.9)) == 16.0
    assert not overdraw.is_over(after(104.9))
    assert overdraw.told_a(after(105)) == 10.0
    assert overdraw.is_over(after(105))


def test_less_than_an_ampere_may_be_rounding_and_is_never_found() -> None:
    overdraw = drawing(11.0, 10.0)
    for seconds in (60, 120, 180, 240):
        read(overdraw, seconds)
    assert overdraw.is_over(after(300))
    assert overdraw.answered_at(after(300)) is None
