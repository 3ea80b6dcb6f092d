"""What the guard notes, until it is written down."""

from typing import Any

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.service.guard_record import GuardRecord
from tests.service.rig import after


def over(minutes: float, lasted_s: float, **more: Any) -> GuardEvent:
    """A line that was over its limit."""
    fields = {"feeder_id": "intake", "line": 1, "amps": 66.0, "limit_a": 63.0, **more}
    return GuardEvent(
        kind=GuardEventKind.OVER_LIMIT,
        at=after(minutes),
        cause="Vehicles had not yet followed",
        lasted_s=lasted_s,
        **fields,
    )


def cut(minutes: float) -> GuardEvent:
    return GuardEvent(kind=GuardEventKind.CUT, at=after(minutes), cause="Too much")


def test_what_is_noted_is_counted_and_waits_to_be_taken_once() -> None:
    record = GuardRecord()
    record.note(cut(0))
    record.note(over(1, 12.0))
    assert record.counts == {GuardEventKind.CUT: 1, GuardEventKind.OVER_LIMIT: 1}
    assert record.over_s == {"intake": 12.0}
    assert record.has_news.is_set()
    assert record.take() == [cut(0), over(1, 12.0)]
    assert not record.has_news.is_set()
    assert record.take() == []


def test_a_second_in_which_two_lines_are_over_counts_once() -> None:
    record = GuardRecord()
    record.note(over(0, 60.0))
    record.note(over(0.5, 60.0, line=2))  # 30 s of it are counted already
    assert record.over_s["intake"] == 90.0
    record.note(over(10, 5.0, line=3))
    record.note(over(9.5, 60.0))  # it began before the one that was noted before it
    assert record.over_s["intake"] == 150.0
    record.note(over(0, 60.0, feeder_id="level-1"))
    assert record.over_s == {"intake": 150.0, "level-1": 60.0}


def test_what_could_not_be_written_is_taken_again_before_what_came_later() -> None:
    record = GuardRecord()
    record.note(cut(0))
    record.note(cut(1))
    taken = record.take()
    record.note(cut(2))
    record.give_back(taken)
    assert record.has_news.is_set()
    assert record.take() == [cut(0), cut(1), cut(2)]
    record.give_back([])
    assert not record.has_news.is_set()


def test_of_too_many_the_oldest_are_forgotten() -> None:
    record = GuardRecord()
    for minute in range(1001):
        record.note(cut(minute))
    assert record.lost == 1
    taken = record.take()
    assert (taken[0], len(taken)) == (cut(1), 1000)
    record.note(cut(1001))
    record.give_back(taken)
    assert record.lost == 2
    taken = record.take()
    assert (taken[0], taken[-1], len(taken)) == (cut(2), cut(1001), 1000)


def test_the_last_events_are_known_the_newest_first() -> None:
    record = GuardRecord()
    record.remember([cut(-1), cut(-2)])
    record.note(cut(0))
    assert record.recent == (cut(0), cut(-1), cut(-2))
    for minute in range(1, 30):
        record.note(cut(minute))
    assert len(record.recent) == 20
    assert record.recent[0] == cut(29)
    record.take()
    assert len(record.recent) == 20
