from dataclasses import replace

import pytest

from benchmarks.rig.site_files import Layout
from benchmarks.storm.__main__ import Storm, judge

LAYOUT = Layout(stations=5000, per_site=5000)
STORM = Storm(
    name="sqlite, first",
    arrived_s=20.0,
    served_s=31.0,
    refusals=0,
    unserved=0,
    plans=4,
    server_s=15.0,
    database_s=0.0,
    kib_per_station=22.0,
)


def test_the_worst_of_all_storms_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([STORM, replace(STORM, served_s=59.9, plans=10)], LAYOUT) == 0

    said = capsys.readouterr().out
    assert said == (
        "storm: 5,000 stations served in 59.9 s, 0 refused, 10 plans (bar 60 s, 0, 10) PASS\n"
    )


@pytest.mark.parametrize(
    "worse",
    [
        replace(STORM, served_s=60.0),
        replace(STORM, refusals=1),
        replace(STORM, unserved=1),
        replace(STORM, plans=11),
    ],
)
def test_a_bar_that_is_missed_fails(worse: Storm, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([STORM, worse], LAYOUT) == 1
    assert capsys.readouterr().out.endswith("FAIL\n")


def test_every_site_may_plan_as_often() -> None:
    assert judge([replace(STORM, plans=50)], Layout(stations=5000, per_site=1000)) == 0
