"""What counts as fast enough for a grid company's limit."""

import pytest

from benchmarks.grid_limit.__main__ import judge


def test_the_last_of_a_hundred_may_be_late(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge(1000, {"HTTP": [0.5] * 99 + [20.0], "MQTT": [1.0] * 99 + [20.0]}) == 0
    assert capsys.readouterr().out == (
        "grid-limit: 1,000 connectors, in force p99 0.50 s by HTTP, 1.00 s by MQTT (bar 10 s) "
        "PASS\n"
    )


@pytest.mark.parametrize(
    ("by_http_s", "by_mqtt_s"),
    [([10.0] * 100, [1.0] * 100), ([0.5] * 100, [1.0] * 98 + [10.0] * 2)],
)
def test_any_door_that_is_too_slow_fails(
    by_http_s: list[float], by_mqtt_s: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge(1000, {"HTTP": by_http_s, "MQTT": by_mqtt_s}) == 1
    assert capsys.readouterr().out.endswith("FAIL\n")
