from dataclasses import replace

import pytest

from benchmarks.load.figures import LoadFigures
from benchmarks.load.probe import Lag, ProbeFigures
from benchmarks.soak.__main__ import Soak, judge
from benchmarks.soak.watching import Log, Look

LOAD = LoadFigures(
    sent=6000,
    answered=6000,
    errors=0,
    in_time=6000,
    seconds=60.0,
    p50_ms=2.0,
    p99_ms=9.0,
    max_ms=40.0,
    late_p99_ms=1.0,
    generator_share=0.1,
)
PROBE = ProbeFigures(
    pings=500,
    ping_p50_ms=0.4,
    ping_p99_ms=5.0,
    ping_max_ms=150.0,
    heartbeat_p50_ms=3.0,
    heartbeat_p99_ms=9.0,
    heartbeat_max_ms=200.0,
    lags=(Lag(at=50.0, ms=150.0, busy_ms=120.0),),
)
FLAT = [Look(200.0, 5, 1050)] * 30
SOAK = Soak(Log(looks=FLAT), LOAD, PROBE)


def test_what_is_explained_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge(SOAK) == 0
    assert capsys.readouterr().out == (
        "soak: 100 messages/s, memory_mib +0.0 %, threads +0.0 %, files +0.0 %, 1 answers over "
        "100 ms, 0 unexplained (bar +5 %, 0) PASS\n"
    )


@pytest.mark.parametrize(
    "worse",
    [
        replace(SOAK, log=Log(looks=FLAT[:20] + [Look(220.0, 5, 1050)] * 10)),
        replace(SOAK, log=Log(looks=FLAT, tasks=[1000, 1100])),
        replace(SOAK, load=replace(LOAD, errors=1)),
        replace(SOAK, load=replace(LOAD, answered=5999)),
        replace(SOAK, probe=replace(PROBE, lags=(Lag(at=50.0, ms=150.0, busy_ms=20.0),))),
    ],
)
def test_a_bar_that_is_missed_fails(worse: Soak, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge(worse) == 1
    assert capsys.readouterr().out.endswith("FAIL\n")
