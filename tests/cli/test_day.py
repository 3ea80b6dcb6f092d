"""A short day of the real system in virtual time, beside other policies."""

from datetime import UTC, datetime, timedelta

import pytest

from csms.cli.day import DayFigures, compare, run_day
from csms.cli.inputs import load_scenario
from simulators.grid import LineVerdict
from simulators.report import FleetReport
from smart_charging.study import day as study
from tests.cli.rig import chargeflex


def test_hour_of_the_garage_keeps_every_limit_and_comes_out_the_same_again() -> None:
    hour = timedelta(hours=1)
    scenario = load_scenario("garage", hour)
    report = run_day(scenario, hour)
    assert report.at == scenario.starts_at + hour
    assert report.over_as == 0.0
    assert report.sessions
    assert report.delivered_wh > 0.0
    assert run_day(scenario, hour) == report
    figures = compare(scenario, report)
    assert figures.uncontrolled.delivered_wh > 0.0
    assert figures.share_of_foresight == pytest.approx(
        report.delivered_wh / figures.perfect_foresight.delivered_wh
    )


def test_headless_demo_prints_a_table_and_a_verdict() -> None:
    ran = chargeflex("demo", "--headless", "--until", "20m")
    assert (ran.code, ran.err) == (0, "")
    assert "48 stations" in ran.out
    for policy in ("ChargeFlex", "nobody steers", "equal shares", "perfect foresight"):
        assert policy in ran.out
    verdict = ran.out.splitlines()[-1]
    assert verdict == "PASS" or verdict.startswith("FAIL: ")


@pytest.mark.parametrize(
    ("is_shared", "over_as", "faults"),
    [(False, 0.0, 1), (True, 0.0, 0), (True, 26.0, 1), (False, 26.0, 2)],
)
def test_share_is_judged_where_vehicles_are_all_that_is_planned(
    is_shared: bool, over_as: float, faults: int
) -> None:
    verdict = LineVerdict(
        feeder_id="intake",
        line=1,
        peak_a=66.0,
        peak_ratio=1.05,
        over_as=over_as,
        over_s=10.0,
        own_over_as=over_as,
    )
    at = datetime(2026, 1, 14, 15, tzinfo=UTC)
    more = study.DayResult(
        wanted_wh=1000.0, delivered_wh=1000.0, peak_share=1.0, over_ah=0.0, well_served=1.0
    )
    figures = DayFigures(
        report=FleetReport(
            at=at, sessions=(), lines=(verdict,), messages_sent=0, moved=0, dropped=0
        ),
        uncontrolled=more,
        equal_share=more,
        perfect_foresight=more,
        is_shared=is_shared,
    )
    assert len(figures.faults) == faults
