"""Times of day and days of the week, as people and YAML 1.1 write them."""

from datetime import time

import pytest
from pydantic import ValidationError

from csms.settings.site_schema import AssumedModel, WindowModel


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("16:30", time(16, 30)),
        (990, time(16, 30)),  # what YAML 1.1 makes of 16:30 without quotes
        (390, time(6, 30)),
        (60, time(1, 0)),
        ("00:00", time(0, 0)),
        ("24:00", time(0, 0)),
        (1440, time(0, 0)),
    ],
)
def test_time_of_day_is_read(written: object, read_as: time) -> None:
    assert AssumedModel.model_validate({"leaves_by": written}).leaves_by == read_as


@pytest.mark.parametrize(
    "written",
    [
        7,  # an hour, most likely, and certainly not seven minutes past midnight
        59,
        1441,
        57_600,
        -60,
        16.5,
        True,
        "7",
        "0:30",
        "25:00",
        "24:01",
        "16:00+02:00",
        "16:00Z",
        "teatime",
        "",
        [16, 0],
    ],
)
def test_what_is_not_a_time_of_day_is_refused(written: object) -> None:
    with pytest.raises(ValidationError) as caught:
        AssumedModel.model_validate({"leaves_by": written})
    (error,) = caught.value.errors()
    assert error["msg"] == (f"Value error, expected a time of day such as 16:30, got {written!r}")


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("mon", ["mon"]),
        (["mon", "wed"], ["mon", "wed"]),
        ("mon-fri", ["mon", "tue", "wed", "thu", "fri"]),
        ("fri-mon", ["fri", "sat", "sun", "mon"]),
        ("sat-sun", ["sat", "sun"]),
        ("mon-mon", ["mon"]),
        ("tue-mon", ["tue", "wed", "thu", "fri", "sat", "sun", "mon"]),
    ],
)
def test_days_may_be_one_several_or_a_stretch(written: object, days: list[str]) -> None:
    window = {"days": written, "from": "16:00", "to": "20:00", "amps": 40}
    assert WindowModel.model_validate(window).days == days


def test_window_without_days_opens_on_all() -> None:
    window = WindowModel.model_validate({"from": "16:00", "to": "20:00", "amps": 40})
    assert window.days == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
