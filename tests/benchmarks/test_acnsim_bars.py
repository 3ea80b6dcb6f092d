from dataclasses import replace
from datetime import date

import pytest

from benchmarks.acnsim.bars import judge
from benchmarks.acnsim.cases import Figures, Scheduler, Setting, Week
from benchmarks.acnsim.tables import Point, print_table


def figures(energy_pct: float, cpu_ms: float = 1.0) -> Figures:
    return Figures(
        energy_pct=energy_pct, served_pct=80.0, capacity_kw=78.0, cpu_ms=cpu_ms, busy_cpu_ms=9.0
    )


POINT = Point(
    week=Week(site="jpl", begins=date(2019, 6, 10)),
    setting=Setting.IDEAL,
    share_pct=30,
    ours=figures(90.0, cpu_ms=4.0),
    foresight=replace(figures(90.2), served_pct=None),
    peers={Scheduler.LLF: figures(84.0), Scheduler.MPC: figures(89.9, cpu_ms=100.0)},
)


def test_all_bars_are_held(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([POINT])

    said = capsys.readouterr().out
    assert "(a) 99.78 % of foresight (99.5)" in said
    assert "(a) +0.10 points to the best peer (0)" in said
    assert "(d) 1/25.0 of adacharge's time (1/20)" in said
    assert said.endswith("PASS\n")


@pytest.mark.parametrize(
    ("point", "missed"),
    [
        (replace(POINT, ours=figures(89.0)), "(a) 98.67 % of foresight (99.5) MISSED"),
        (
            replace(POINT, setting=Setting.DRIVERS, ours=figures(89.9, cpu_ms=4.0)),
            "(b) +0.00 points up to 50 % (above 0) MISSED",
        ),
        (
            replace(POINT, setting=Setting.REAL, ours=figures(85.0, cpu_ms=4.0)),
            "(c) 94.24 % of foresight (95.0) MISSED",
        ),
        (replace(POINT, ours=figures(90.0, cpu_ms=10.0)), "(d) 1/10.0 of adacharge's"),
        (
            replace(POINT, ours=replace(POINT.ours, overloads=1)),
            "1 periods over a limit (0) MISSED",
        ),
    ],
)
def test_a_bar_that_is_missed_is_named(
    point: Point, missed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not judge([point])

    said = capsys.readouterr().out
    assert missed in said
    assert said.endswith("FAIL\n")


def test_points_without_adacharge_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    judge([replace(POINT, peers={Scheduler.LLF: figures(84.0)})])

    said = capsys.readouterr().out
    assert "has not been run: JPL 2019-06-10 to 2019-06-14 ideal 30 %" in said
    assert "(d) not judged without adacharge" in said


def test_who_has_not_been_run_is_a_dash_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([POINT])

    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["FCFS", "-"] in rows
    assert ["LLF", "84.00", "/", "80.0"] in rows
    assert ["perfect", "foresight", "90.20"] in rows
