"""The parts of `chargeflex study` that need no run: base loads, what-ifs, charts, means."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from csms.cli.study_base import made_up
from csms.cli.study_measured import measured
from csms.cli.study_report import mean_curve
from csms.cli.study_svg import Bar, Curve, bars, curves, nice_ticks
from csms.cli.study_what_if import vary
from csms.domain.errors import InvalidInputError
from smart_charging.study.engine import Case, Served
from smart_charging.study.scenario import Scenario, Store
from smart_charging.study.users import Stay, User
from smart_charging.study.wiring import Earthing

WEEK: Final = 672
MONDAY: Final = date(2024, 11, 4)


def scenario() -> Scenario:
    load = made_up(50.0, WEEK)
    user = User(
        key="u",
        line_count=3,
        max_a=16.0,
        stays=(Stay(arrives_s=0.0, departs_s=9000.0, energy_wh=9000.0),),
    )
    return Scenario(
        name="100 kW",
        limit_w=100e3,
        users=(user,),
        weeks=1,
        base_w=load.total_w,
        heating_w=load.heating_w,
    )


def base_file(folder: Path, times: pd.DatetimeIndex, kw: list[float]) -> Path:
    path = folder / "base.csv"
    pd.DataFrame({"time": times, "kw": kw}).to_csv(path, index=False)
    return path


def test_measured_load_begins_with_the_first_monday_and_is_repeated(tmp_path: Path) -> None:
    """Hourly from Sunday noon on: kW is the hour of the week from Monday on, 1000 before."""
    times = pd.date_range("2024-11-03 12:00", "2024-11-11 05:00", freq="h")
    kw = [1000.0] * 12 + [float(hour) for hour in range(len(times) - 12)]
    load = measured(base_file(tmp_path, times, kw), 2 * WEEK)
    assert load.total_w[0] == 0.0
    assert load.total_w[4] == 1000.0
    assert load.total_w[2] == 500.0  # between two hours
    assert load.total_w[WEEK] == 0.0
    assert len(load.total_w) == 2 * WEEK


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("time,kw\n2024-11-04 00:00,five\n", ":2: expected a local time and a number of kW"),
        ("time,kw\n2024-11-04 00:00,5\nlater,5\n", ":3: expected a local time"),
        ("time,kw\n2024-11-04 00:00,5\n2024-11-05 00:00,5\n", "expected a whole week"),
        ("time,kw\n2024-11-04 00:00,5\n2024-11-12 00:00,5\n", "got one at 2024-11-04 01:15"),
        ("time,kw\n", ":2: expected a local time"),
        ("time,kw\n2024-11-04T00:00Z,5\n", "expected local times, got some with an offset"),
    ],
)
def test_measured_load_that_is_none_is_refused(tmp_path: Path, rows: str, words: str) -> None:
    path = tmp_path / "base.csv"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=words):
        measured(path, WEEK)


def test_what_ifs_change_what_they_say_and_nothing_else() -> None:
    asked = {
        "fuse=125": replace(scenario(), limit_w=125e3),
        "battery=20/40": replace(scenario(), battery=Store(20e3, 40e3)),
        "heating=5/10.5": replace(scenario(), heating=Store(5e3, 10.5e3)),
        "single-phase=0.5": replace(scenario(), single_phase_share=0.5),
        "it": replace(scenario(), earthing=Earthing.IT),
    }
    for word, expected in asked.items():
        varied = vary(scenario(), word, MONDAY)
        assert varied.name == f"100 kW, {word}"
        assert varied.fingerprint() == expected.fingerprint()
        assert varied.fingerprint() != scenario().fingerprint()
    sunny = vary(scenario(), "pv=30", MONDAY)
    assert sunny.sun is not None
    assert (sunny.sun.peak_w, sunny.sun.day_of_year) == (30e3, 309)
    assert sunny.net_base_w.sum() < scenario().base_w.sum()


def test_heating_gives_no_more_than_it_draws_and_a_battery_loses_a_tenth() -> None:
    load = scenario()
    warm = vary(load, "heating=5/10", MONDAY).setting().buffer
    assert warm is not None
    assert warm.gives_w.max() == 5000.0
    assert (warm.gives_w <= load.heating_w).all()
    assert (warm.capacity_wh, warm.efficiency) == (10e3, 1.0)
    battery = vary(load, "battery=20/40", MONDAY).setting().buffer
    assert battery is not None
    assert (battery.capacity_wh, battery.efficiency) == (40e3, 0.9)


def test_no_population_needs_more_users_than_could_ever_be_served() -> None:
    """9 kWh a week are 53.6 W; 100 kW less 29.5 kW on average: 1.25 times 1316."""
    assert scenario().most_users == pytest.approx(
        1.25 * (100e3 - 0.59 * 50e3) / (9000 / 168), abs=1
    )


def test_a_mean_curve_covers_what_all_populations_have_tried() -> None:
    """One falls from 100 at 10 users to 90 at 30, one is at 100 up to 20: at 10 and 20 all have."""
    tried = {
        Case(0, 10): served(1.0),
        Case(0, 30): served(0.9),
        Case(1, 5): served(1.0),
        Case(1, 20): served(1.0),
    }
    points = mean_curve(tried)
    assert points[0] == (10.0, 100.0)
    assert points[-1] == pytest.approx((20.0, 97.5))
    assert mean_curve({}) == []


def served(share: float) -> Served:
    return Served(
        wanted_wh=1.0, delivered_wh=share, stays=1, well_served=1, peak_share=1.0, over_as=0.0
    )


def test_ticks_are_round_and_cover_the_range() -> None:
    assert nice_ticks(0, 288) == [0, 100, 200, 300]
    assert nice_ticks(0, 9) == [0, 2, 4, 6, 8, 10]
    assert nice_ticks(97, 100) == [97, 98, 99, 100]


def test_charts_are_well_formed_and_as_long_as_their_numbers() -> None:
    values = [
        Bar(label="a < b", value=50, low=40, high=60, kind="ours"),
        Bar(label="c", value=100, low=100, high=100, kind="other", group="more"),
    ]
    root = ET.fromstring(bars("Chart", values, "users"))  # noqa: S314 - our own
    widths = [float(one.attrib["width"]) for one in root.iter("rect")]
    assert widths[1] == pytest.approx(2 * widths[0])
    assert "a < b" in [text.text for text in root.iter("text")]
    lines = [Curve(label="one", points=[(0.0, 100.0), (50.0, 95.0)], kind="ours")]
    drawn = ET.fromstring(curves("Chart", lines, ("x", "y"), 99.0))  # noqa: S314
    (curve,) = drawn.iter("polyline")
    (x0, y0), (x1, y1) = (map(float, pair.split(",")) for pair in curve.attrib["points"].split())
    assert x0 < x1
    assert y0 < y1
    assert np.isfinite([x0, y0, x1, y1]).all()
