"""A site's simulated resources do what they are told, tell of themselves, and fall back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulators.clock import ScaledClock
from simulators.resources.plant import Plant, read_plant
from simulators.site import read_site

NOON = datetime(2026, 6, 15, 11, tzinfo=UTC)
SITE = """\
site: fjordgata
timezone: Europe/Oslo
grid: {earthing: IT}
feeders:
  - id: intake
    limit_a: 63
    resources:
      - {id: battery, battery: {capacity_kwh: 10, charge_kw: 4, discharge_kw: 4}}
      - {id: roof, pv: {peak_kw: 10, latitude: 63.4, longitude: 10.4}}
    feeders:
      - id: level-1
        limit_a: 40
        resources:
          - id: tank
            lines: [1, 2]
            fallback_kw: 0.46
            heat: {rated_kw: 2.3, band_c: [55, 75], kwh_per_k: 1, w_per_k: 0}
          - {id: washer, load: {power_kw: 2, energy_kwh: 1, earliest: "22:00", done_by: "06:00"}}
"""


class StandingClock(ScaledClock):
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.instant = NOON

    def now(self) -> datetime:
        return self.instant


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    path = tmp_path / "site.yaml"
    path.write_text(SITE, encoding="utf-8")
    return read_plant(path, read_site(path), StandingClock(), NOON, seed=1)


def test_resources_of_the_file_are_there(plant: Plant) -> None:
    assert sorted(plant.hung) == ["battery", "roof", "tank", "washer"]
    assert (plant.hung["tank"].feeder_id, plant.hung["tank"].lines) == ("level-1", (1, 2))


def test_setpoints_are_kept_to_until_they_lapse(plant: Plant) -> None:
    plant.hung["battery"].setpoint = (2_000.0, NOON + timedelta(seconds=60))
    plant.hung["tank"].setpoint = (2_300.0, NOON + timedelta(seconds=60))
    plant.advance(5.0)
    assert plant.hung["battery"].power_w == 2_000.0
    # 2.3 kW between two lines of 230 V are 10 A, 2 kW on three lines 5.02 A
    assert plant.drawn()["level-1"] == (10.0, 10.0, 0.0)
    assert plant.drawn()["intake"] == pytest.approx((5.02, 5.02, 5.02), abs=0.01)
    assert isinstance(plant.clock, StandingClock)
    plant.clock.instant += timedelta(seconds=61)
    plant.advance(5.0)
    assert plant.hung["battery"].power_w == 0.0
    assert plant.drawn()["level-1"] == (2.0, 2.0, 0.0)  # the tank's fallback


def test_what_is_given_is_nobodys_room(plant: Plant) -> None:
    plant.hung["battery"].setpoint = (-2_000.0, NOON + timedelta(seconds=60))
    plant.advance(5.0)
    assert plant.hung["roof"].power_w < -1_000.0
    assert plant.hung["battery"].power_w == -2_000.0
    assert plant.drawn()["intake"] == (0.0, 0.0, 0.0)


def test_resource_may_ignore_what_it_is_told(plant: Plant) -> None:
    tank = plant.hung["tank"]
    tank.ignores, tank.setpoint = True, (0.0, NOON + timedelta(seconds=60))
    plant.advance(5.0)
    assert tank.power_w == 2_300.0


def test_resources_tell_how_full_and_how_warm_they_are(plant: Plant) -> None:
    assert plant.hung["battery"].device.tells() == {"soc_pct": 50.0}
    assert plant.hung["tank"].device.tells() == {"temperature_c": 65.0}
    assert plant.hung["roof"].device.tells() == {}


def test_load_that_can_wait_runs_at_its_power_until_it_is_done(plant: Plant) -> None:
    washer, steps = plant.hung["washer"], []
    for watts in (1_000.0, 2_000.0, 2_000.0):
        washer.setpoint = (watts, NOON + timedelta(seconds=60))
        plant.advance(1_000.0)
        steps.append((washer.power_w, round(washer.device.tells()["served_wh"])))
    assert steps == [(0.0, 0), (2_000.0, 556), (2_000.0, 1_000)]
    plant.advance(5.0)
    assert washer.power_w == 0.0


def test_every_step_can_be_watched(plant: Plant) -> None:
    seen: list[float] = []
    plant.on_step = lambda: seen.append(plant.hung["battery"].power_w)
    plant.hung["battery"].setpoint = (2_000.0, NOON + timedelta(seconds=60))
    plant.advance(5.0)
    assert seen == [2_000.0]


def test_roof_gives_no_more_than_it_is_told_and_all_that_it_can_once_that_has_lapsed(
    plant: Plant,
) -> None:
    roof = plant.hung["roof"]
    plant.advance(5.0)
    all_w = -roof.power_w
    assert all_w > 1_000.0
    roof.setpoint = (-500.0, NOON + timedelta(seconds=60))
    plant.advance(5.0)
    assert roof.power_w == -500.0
    roof.setpoint = (0.0, NOON + timedelta(seconds=60))
    plant.advance(5.0)
    assert roof.power_w == 0.0
    assert isinstance(plant.clock, StandingClock)
    plant.clock.instant += timedelta(seconds=61)
    plant.advance(5.0)
    assert -roof.power_w > 500.0
