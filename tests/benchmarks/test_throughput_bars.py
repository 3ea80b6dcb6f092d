from dataclasses import replace

import pytest

from benchmarks.load.figures import LoadFigures
from benchmarks.throughput.bars import judge
from benchmarks.throughput.rows import Row, Window


def load(rate: float, p99_ms: float = 10.0, answered: int = 1000) -> LoadFigures:
    return LoadFigures(
        sent=answered,
        answered=answered,
        errors=0,
        in_time=round(10 * rate),
        seconds=10.0,
        p50_ms=2.0,
        p99_ms=p99_ms,
        max_ms=2 * p99_ms,
        late_p99_ms=1.0,
        generator_share=0.3,
    )


def window(rate: float, server_s: float, database_s: float = 0.0) -> Window:
    return Window(load(rate), server_s, database_s, took_s=2.0)


PEER = Row(
    name="peer",
    message="MeterValues",
    stations=1000,
    windows=(window(900.0, 1.0), window(1000.0, 1.25)),
    rest=0.0,
    idle_kib=24.0,
    loaded_kib=40.0,
)
OURS = replace(
    PEER,
    name="postgresql",
    windows=(window(9_000.0, 0.04, 0.01), window(20_000.0, 0.04, 0.01)),
    peers=PEER.windows,
    half=load(6_000.0, p99_ms=40.0),
    kept=3000,
)
EVENTS = replace(OURS, message="TransactionEvent", windows=(window(9_000.0, 0.02),) * 2)


def test_messages_are_counted_by_processor_time_with_and_without_the_databases() -> None:
    assert OURS.per_server_s == 25_000.0
    assert OURS.per_processor_s == 20_000.0
    assert PEER.per_server_s == 900.0


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    assert OURS.ratio == pytest.approx((20.0 + 25.0) / 2)
    assert OURS.wall_ratio == pytest.approx((10.0 + 20.0) / 2)
    assert PEER.ratio is None


def silent(server_s: float) -> Window:
    return Window(replace(load(0.0, answered=0), sent=1000), server_s, 0.0, took_s=2.0)


def test_a_round_in_which_the_peer_answers_nothing_makes_no_ratio() -> None:
    row = replace(OURS, peers=(silent(2.0), PEER.windows[1]))
    assert row.ratio == pytest.approx(25.0)
    assert row.wall_ratio == pytest.approx(20.0)
    assert replace(OURS, peers=(silent(2.0),) * 2).ratio is None


def test_what_is_used_at_rest_is_no_message_s() -> None:
    assert OURS.alone_us == pytest.approx(50.0)
    at_rest = replace(OURS, rest=0.02)  # of 0.05 s in two seconds, 0.04 s
    assert at_rest.alone_us == pytest.approx(10.0)


def test_a_server_that_answers_nothing_is_at_fault() -> None:
    row = replace(OURS, windows=(silent(2.0),) * 2, kept=0)
    assert row.cost_us == float("inf")
    assert "postgresql MeterValues at 1,000: nothing answered" in row.faults


def test_all_bars_are_held(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([PEER, OURS, EVENTS])

    said = capsys.readouterr().out
    assert "postgresql MeterValues at 1,000 22.5x; " in said
    assert "postgresql TransactionEvent at 1,000 56.2x; " in said
    assert "p99 40 ms at half" in said
    assert "(bar 15x MeterValues, 30x TransactionEvent, p99 < 250 ms at half load, <= 20 ms" in said
    assert said.endswith("PASS\n")


SLOW = replace(OURS, windows=(window(9_000.0, 0.06, 0.02),) * 2)
LATE = replace(OURS, half=load(6_000.0, p99_ms=250.0))
STEADY = replace(OURS, stations=10_000, steady=load(1000.0, p99_ms=20.5))


@pytest.mark.parametrize(
    ("row", "missed"),
    [
        (SLOW, "MeterValues at 1,000 14.1x MISSED"),
        (replace(EVENTS, windows=OURS.windows), "TransactionEvent at 1,000 22.5x MISSED"),
        (LATE, "p99 250 ms at half MISSED"),
        (STEADY, "MeterValues at 10,000 p99 20.5 ms MISSED"),
        (replace(OURS, kept=2999), "2999 kept of 3000 acknowledged MISSED"),
        (replace(OURS, kept=3001), "3001 kept of 3000 acknowledged MISSED"),
        (replace(OURS, half=replace(load(1.0), errors=3)), "3 errors MISSED"),
        (replace(OURS, half=replace(load(1.0), sent=1002)), "2 not answered MISSED"),
    ],
)
def test_a_bar_that_is_missed_is_named(
    row: Row, missed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not judge([PEER, row])

    said = capsys.readouterr().out
    assert missed in said
    assert said.endswith("FAIL\n")


def test_what_was_sent_but_not_acknowledged_may_have_been_kept() -> None:
    row = replace(OURS, half=replace(load(1.0), sent=1002), kept=3001)

    assert [fault for fault in row.faults if "kept" in fault] == []


def test_without_a_thousand_stations_the_nearest_number_is_judged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    judge([replace(OURS, stations=100), replace(OURS, stations=500)])

    said = capsys.readouterr().out
    assert "at 500 22.5x" in said
    assert "at 100 " not in said


def test_the_peer_alone_is_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([PEER])
    assert capsys.readouterr().out == "throughput: nothing to judge\n"


def test_that_many_stations_were_not_measured_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([replace(STEADY, steady=load(1000.0, p99_ms=20.0), kept=4000)])
    assert "not measured" not in capsys.readouterr().out

    assert judge([OURS])
    assert "; 10,000 stations not measured (bar" in capsys.readouterr().out
