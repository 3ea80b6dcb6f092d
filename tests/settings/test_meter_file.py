"""Where meters are read from, as site files say it, and what is said of what is wrong."""

from pathlib import Path
from typing import Final

import pytest

from csms.domain.json_path import JsonPath
from csms.domain.meter_source import MeterSource, ValuePlace
from csms.settings.site_file import read_site
from tests.settings.complaints import complaint

SITE: Final = """\
site: one
timezone: Europe/Oslo
grid: {{earthing: {earthing}}}
feeders:
  - id: intake
    limit_a: 63
    uncontrolled:
      worst_case_a: 20
      metered: true
      mqtt: {meter}
"""
PREFIX: Final = "site.yaml:10: feeders[0].uncontrolled.mqtt"


def source_of(folder: Path, meter: str, earthing: str = "TN") -> MeterSource | None:
    """What is made of what is written of a meter."""
    path = folder / "site.yaml"
    path.write_text(SITE.format(meter=meter, earthing=earthing), encoding="utf-8")
    load = read_site(path).feeders[0].uncontrolled
    assert load is not None
    return load.source


def place(topic: str, path: str) -> ValuePlace:
    return ValuePlace(topic, JsonPath(path))


def test_paths_of_three_lines_are_read(tmp_path: Path) -> None:
    meter = (
        "{topic: a/b, lines: [$.a, {path: $.b}, {topic: c}], at: $.t, export: true, in_all: false}"
    )
    assert source_of(tmp_path, meter) == MeterSource(
        values=(place("a/b", "$.a"), place("a/b", "$.b"), place("c", "$")),
        amps_per_unit=1.0,
        may_export=True,
        is_in_all=False,
        taken_at=JsonPath("$.t"),
    )


def test_lines_may_have_topics_of_their_own_only(tmp_path: Path) -> None:
    source = source_of(tmp_path, "{lines: [{topic: l1}, {topic: l2}, {topic: l3, path: $.v}]}")
    assert source is not None
    assert source.values == (place("l1", "$"), place("l2", "$"), place("l3", "$.v"))
    assert source.topics == {"l1", "l2", "l3"}


@pytest.mark.parametrize(
    ("meter", "earthing", "amps_per_unit"),
    [
        ("{topic: t, value: $}", "TN", 1.0),
        ("{topic: t, value: $, scale: 0.001, sign: -1}", "TN", -0.001),
        ("{topic: t, value: $, unit: W}", "TN", 1 / 230),
        ("{topic: t, value: $, unit: kW, voltage_v: 250}", "TN", 4.0),
        ("{topic: t, value: $, unit: W}", "IT", 3**0.5 / 230),
    ],
)
def test_unit_scale_and_sign_make_one_factor(
    tmp_path: Path, meter: str, earthing: str, amps_per_unit: float
) -> None:
    source = source_of(tmp_path, meter, earthing)
    assert source is not None
    assert source.amps_per_unit == pytest.approx(amps_per_unit)


def test_meter_may_have_no_source(tmp_path: Path) -> None:
    assert source_of(tmp_path, "null") is None


@pytest.mark.parametrize(
    ("meter", "said"),
    [
        ("{topic: a/+/b, value: $}", ".topic: expected one topic, without + and #, got 'a/+/b'"),
        ("{topic: '', value: $}", ".topic: expected at least 1 characters, got ''"),
        ("{topic: t}", ": expected either lines or value"),
        ("{topic: t, value: $, lines: [$.a, $.b, $.c]}", ": expected either lines or value"),
        ("{value: $}", ".topic: expected this key, or a topic in each of lines"),
        (
            "{lines: [{topic: a}, {topic: b}, $.c]}",
            ".topic: expected this key, or a topic in each of lines",
        ),
        ("{topic: t, lines: [$.a, $.b]}", ".lines: expected a list of at least 3, got ['$.a', "),
        (
            "{topic: t, value: a.b}",
            ".value: expected a JSON path, which begins with $ as in $.current[0], got 'a.b'",
        ),
        ("{topic: t, lines: [$.a, $.b, {pth: $}]}", ".lines[2].pth: not a key that is known here"),
        (
            "{topic: t, lines: [$.a, $.b, {path: '$.['}]}",
            ".lines[2].path: expected a JSON path such as $.current[0], got '$.['",
        ),
        ("{topic: t, value: $, unit: mA}", ".unit: expected 'A', 'W' or 'kW', got 'mA'"),
        ("{topic: t, value: $, sign: 0}", ".sign: expected 1 or -1, got 0"),
        ("{topic: t, value: $, scale: 0}", ".scale: expected greater than 0, got 0"),
        ("{topic: t, value: $, voltage_v: 230}", ".voltage_v: expected unit: W or kW beside it"),
        (
            "{topic: t, value: $, at: t}",
            ".at: expected a JSON path, which begins with $ as in $.current[0], got 't'",
        ),
    ],
)
def test_every_fault_is_told_with_its_line_and_key(tmp_path: Path, meter: str, said: str) -> None:
    text = SITE.format(meter=meter, earthing="TN")
    told = complaint(read_site, tmp_path / "site.yaml", text)
    assert told.startswith(f"{PREFIX}{said}")
    assert "\n" not in told


def test_source_of_a_load_that_is_not_metered_is_refused(tmp_path: Path) -> None:
    text = SITE.format(meter="{topic: t, value: $}", earthing="TN").replace("true", "false")
    told = complaint(read_site, tmp_path / "site.yaml", text)
    assert told == f"{PREFIX}: expected metered: true beside it"
