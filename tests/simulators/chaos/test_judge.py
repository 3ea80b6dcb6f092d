"""Excesses, worked by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulators.chaos.judge import StrictJudge
from simulators.grid import Load
from tests.simulators.sites import small_site

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)  # row-a may carry 40 A, main 100 A


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def draw(judge: StrictJudge, at_s: float, station: str, amps: float) -> None:
    judge.observe_vehicle(after(at_s), Load(station, 1, (amps, amps, amps)))


def judge_of(folder: Path) -> StrictJudge:
    judge = StrictJudge(small_site(folder))
    judge.observe_uncontrolled(NOON, {})
    return judge


def test_excess_has_a_beginning_an_end_and_an_amount(tmp_path: Path) -> None:
    judge = judge_of(tmp_path)
    draw(judge, 10, "A-1", 30)
    draw(judge, 20, "A-2", 16)  # 46 A on every line of row-a
    draw(judge, 22, "A-2", 12)  # 42 A
    draw(judge, 25.5, "A-2", 10)
    judge.pass_time(after(60))
    assert judge.over_as == pytest.approx(3 * (6 * 2 + 2 * 3.5))
    assert len(judge.excesses) == 3
    first = judge.first
    assert first is not None
    assert (first.feeder_id, first.line, first.amps, first.limit_a) == ("row-a", 1, 46, 40)
    assert (first.began_at, first.ended_at) == (after(20), after(25.5))


def test_an_excess_is_counted_once_however_often_it_is_looked_at(tmp_path: Path) -> None:
    judge = judge_of(tmp_path)
    draw(judge, 10, "A-1", 42)
    judge.look_again(after(20))
    judge.look_again(after(12))
    judge.look_again(after(30))
    assert judge.over_as == pytest.approx(3 * 2 * 20)
    assert max(one.over_as for one in judge.verdicts()) == pytest.approx(2 * 20)


def test_an_excess_that_lasts_no_time_is_none(tmp_path: Path) -> None:
    judge = judge_of(tmp_path)
    draw(judge, 10, "A-1", 30)
    draw(judge, 20, "A-2", 16)
    draw(judge, 20, "A-1", 20)
    judge.pass_time(after(60))
    assert judge.over_as == 0.0
    assert judge.first is None


def test_load_that_nobody_steers_explains_what_it_exceeds_alone(tmp_path: Path) -> None:
    judge = judge_of(tmp_path)
    draw(judge, 0, "B-1", 10)
    judge.observe_uncontrolled(after(10), {"row-b": (45.0, 0.0, 0.0)})
    judge.pass_time(after(20))
    assert judge.over_as == pytest.approx(10 * 10)  # 55 A, of which 5 A above 40 A are the load's


def test_digest_tells_courses_apart(tmp_path: Path) -> None:
    first, same, other = (judge_of(tmp_path) for _ in range(3))
    for judge, amps in ((first, 10.0), (same, 10.0), (other, 10.000001)):
        draw(judge, 5, "A-1", amps)
    assert first.digest == same.digest
    assert first.digest != other.digest


def test_whoever_asks_is_told_of_a_feeder_that_carries_too_much(tmp_path: Path) -> None:
    judge = judge_of(tmp_path)
    told: list[str] = []
    judge.on_over = told.append
    draw(judge, 5, "A-1", 39)
    assert told == []
    draw(judge, 6, "A-1", 41)
    assert set(told) == {"row-a"}
    assert judge.is_over("row-a")
    assert not judge.is_over("main")


def test_imposed_limit_holds_from_and_until_and_takes_the_place_of_the_last_one(
    tmp_path: Path,
) -> None:
    judge = judge_of(tmp_path)
    judge.impose("row-a", (after(10), after(100), 20.0), after(0))
    draw(judge, 5, "A-1", 30)
    judge.observe_uncontrolled(after(10), {})
    assert judge.over_as == 0.0
    judge.impose("row-a", (after(50), after(60), 25.0), after(30))
    for seconds in (30, 50, 60, 120):
        judge.observe_uncontrolled(after(seconds), {})
    first, second = 3 * 10 * 20, 3 * 5 * 10  # from 10 s to 30 s, from 50 s to 60 s
    assert judge.over_as == pytest.approx(first + second)
