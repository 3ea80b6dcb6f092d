import pytest

from benchmarks.latency.__main__ import judge


def test_the_last_of_a_hundred_may_be_late(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge(1000, [0.5] * 98 + [1.5, 9.0], [1.0] * 990 + [9.0] * 10) == 0
    assert capsys.readouterr().out == (
        "latency: 1,000 connectors, plug-in to limit p99 1.50 s, emergency to limit p99 1.00 s "
        "(bar 2 s, 3 s) PASS\n"
    )


@pytest.mark.parametrize(
    ("plug_ins_s", "emergencies_s"),
    [([0.5] * 98 + [2.0] * 2, [1.0] * 100), ([0.5] * 100, [1.0] * 98 + [3.0] * 2)],
)
def test_a_bar_that_is_missed_fails(
    plug_ins_s: list[float], emergencies_s: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge(1000, plug_ins_s, emergencies_s) == 1
    assert capsys.readouterr().out.endswith("FAIL\n")
