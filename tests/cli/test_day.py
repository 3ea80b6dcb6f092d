"""A short day of the real system in virtual time, beside other policies."""

from datetime import timedelta

import pytest

from csms.cli.day import compare, run_day
from csms.cli.inputs import load_scenario
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
