"""Batteries, sun, heat and loads in a site file: read, and refused with the line."""

from pathlib import Path

import pytest

from csms.domain.json_path import JsonPath
from csms.domain.meter_source import ValuePlace
from csms.domain.resource import (
    Battery,
    DeferrableLoad,
    OrderedAt,
    Photovoltaics,
    Quantity,
    StandbySource,
    ThermalLoad,
    ToldAt,
)
from csms.settings.site_file import read_site
from tests.settings.complaints import complaint

VALID = """\
site: fjordgata
timezone: Europe/Oslo
grid: {earthing: IT}
feeders:
  - id: intake
    limit_a: 63
    uncontrolled: {worst_case_a: 10, metered: true}
    resources:
      - id: battery
        battery: {capacity_kwh: 30, charge_kw: 12, discharge_kw: 10, reserve_pct: 20}
        keeps_setpoints: true
        power: {topic: inverter/grid, path: $.P, scale: 1000, sign: -1}
        soc: {topic: inverter/battery}
        command: {topic: inverter/set, key: target, unit: kW, sign: -1}
      - {id: roof, pv: {peak_kw: 20, latitude: 63.4, longitude: 10.4, tilt_deg: 25}}
    feeders:
      - id: level-1
        limit_a: 40
        resources:
          - id: tank
            lines: [1, 2]
            heat: {rated_kw: 3, band_c: [55, 75], kwh_per_k: 0.35, w_per_k: 3, around_c: 15}
            fallback_kw: 3
            command: {topic: relay/set, "on": "ON", "off": "OFF"}
          - id: washer
            load: {power_kw: 2, energy_kwh: 1.5, earliest: "22:00", done_by: "06:00"}
          - id: generator
            standby: {power_kw: 8, least_kw: 2, per_kwh: 5.5, per_start: 4, min_run_s: 600}
"""
ROOF = "15: feeders[0].resources[1]"
SOURCE = "28: feeders[0].feeders[0].resources[2].standby"
TANK = "21: feeders[0].feeders[0].resources[0]"
SHOWS = "7: feeders[0].uncontrolled.meter_shows: expected uncontrolled"


def said_of(folder: Path, old: str, new: str) -> list[str]:
    assert old in VALID
    lines = complaint(read_site, folder / "site.yaml", VALID.replace(old, new)).splitlines()
    return [line.removeprefix("site.yaml:") for line in lines]


def test_resources_are_read(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(VALID, encoding="utf-8")
    battery, roof, tank, washer, generator = read_site(tmp_path / "site.yaml").resources
    assert battery.kind == Battery(
        capacity_wh=30_000.0, charge_w=12_000.0, discharge_w=10_000.0, reserve_wh=6_000.0
    )
    assert dict(battery.told_at) == {
        Quantity.POWER_W: ToldAt(
            place=ValuePlace("inverter/grid", JsonPath("$.P")), per_unit=-1_000.0
        ),
        Quantity.SOC_PCT: ToldAt(place=ValuePlace("inverter/battery", JsonPath("$"))),
    }
    assert battery.ordered_at == OrderedAt(topic="inverter/set", key="target", per_w=-0.001)
    assert (battery.feeder_id, battery.keeps_setpoints, battery.unsteered_w) == ("intake", True, 0)
    assert isinstance(roof.kind, Photovoltaics)
    assert (roof.rated_w, roof.gives_w, roof.kind.tilt_deg) == (0.0, 20_000.0, 25.0)
    assert isinstance(tank.kind, ThermalLoad)
    assert (tank.feeder_id, tank.lines, tank.fallback_w) == ("level-1", (1, 2), 3_000.0)
    assert tank.ordered_at == OrderedAt(topic="relay/set", on="ON", off="OFF")
    assert isinstance(washer.kind, DeferrableLoad)
    assert (washer.rated_w, washer.unsteered_w) == (2_000.0, 2_000.0)
    assert generator.kind == StandbySource(
        power_w=8_000.0, least_w=2_000.0, per_kwh=5.5, per_start=4.0, starts_s=30, min_run_s=600
    )
    assert (generator.rated_w, generator.gives_w, generator.slack_w) == (0.0, 8_000.0, 400.0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "{id: roof, pv: {peak_kw: 20, latitude: 63.4, longitude: 10.4, tilt_deg: 25}}",
            "{id: roof}",
            f"{ROOF}: expected one of battery, pv, heat, load, standby, got none",
        ),
        (
            "tilt_deg: 25}}",
            "tilt_deg: 25}, battery: {capacity_kwh: 1, charge_kw: 1, discharge_kw: 1}}",
            f"{ROOF}: expected one of battery, pv, heat, load, standby, got 2",
        ),
        (
            "peak_kw: 20",
            "peak_kw: -20",
            "15: feeders[0].resources[1].pv.peak_kw: expected greater than 0, got -20",
        ),
        (
            "id: roof",
            "id: battery",
            "15: feeders[0].resources[1].id: expected a name of its own, 'battery' is taken",
        ),
        (
            "lines: [1, 2]",
            "lines: [1]",
            f"{TANK}.lines: expected 2 or 3 different lines in a IT grid, got [1]",
        ),
        (
            "fallback_kw: 3",
            "fallback_kw: 4",
            "23: feeders[0].feeders[0].resources[0].fallback_kw: expected at most its power, 3 kW",
        ),
        (
            "band_c: [55, 75]",
            "band_c: [75, 55]",
            "22: feeders[0].feeders[0].resources[0].heat.band_c: expected the least below the most",
        ),
        (
            "soc: {topic: inverter/battery}",
            "temperature: {topic: a}",
            "13: feeders[0].resources[0].temperature: expected no such key beside battery",
        ),
        (
            "least_kw: 2",
            "least_kw: 9",
            f"{SOURCE}.least_kw: expected at most power_kw (8 kW)",
        ),
        (
            "metered: true",
            "metered: true, meter_shows: all",
            f"{SHOWS}, as battery below may give, and what it gives is no room",
        ),
    ],
)
def test_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in said_of(tmp_path, old, new)
