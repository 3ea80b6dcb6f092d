from datetime import time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
import yaml
from jsonschema_rs import Draft202012Validator, meta

from csms.domain.errors import SettingsError
from csms.domain.identity import EvseId
from csms.domain.security import SecurityProfile, SiteSecurity
from csms.domain.settings import WantedSetting
from csms.domain.site import (
    AmpereSchedule,
    AssumedNeed,
    Earthing,
    EvsePlace,
    Feeder,
    GuestPlace,
    Site,
    UncontrolledLoad,
    Window,
)
from csms.domain.site_policy import Acceptance, Aim, ControlPolicy, Fairness, SharingPolicy
from csms.settings.site_file import read_site, site_schema

SHIPPED: Final = sorted((Path(__file__).parents[2] / "config" / "sites").glob("*.yaml"))

VALID: Final = """\
site: fjordgata
timezone: Europe/Oslo
grid: {earthing: TN}
feeders:
  - id: intake
    limit_a: 63
    feeders:
      - {id: level-1, limit_a: 40}
control: {plan_every_s: 300}
chargers:
  - {id: G-01, feeder: level-1, max_a: 32}
"""


def read(folder: Path, text: str) -> Site:
    path = folder / "site.yaml"
    path.write_text(text)
    return read_site(path)


def changed(old: str, new: str) -> str:
    assert old in VALID
    return VALID.replace(old, new)


def test_site_file_becomes_the_site_that_it_describes(tmp_path: Path) -> None:
    text = """\
site: sluppen
name: Sluppen depot
timezone: Europe/Oslo
grid: {earthing: TN, voltage_v: 240}
feeders:
  - id: transformer
    name: Transformer
    limit_a: {default: 820, windows: [{days: mon-fri, from: 15:30, to: "18:30", amps: 500}]}
    uncontrolled: {worst_case_a: [60, 50, 40], largest_step_a: 40, metered: true}
    feeders:
      - {id: yard, limit_a: [125, 125, 100]}
security_profile: 1
control: {plan_every_s: 60, min_gap_s: 5, limits_live_s: 300, settle_s: 8, meter_every_s: 30,
          heartbeat_every_s: 600, reading_lives_s: 90, ramp_a_per_min: 2.5, return_delay_s: 90}
assumed: {energy_kwh: 120.5, stay_h: 10.5, leaves_by: "05:30"}
guests: {feeder: yard, lines: [2], max_a: 16, fallback_a: 6, max_chargers: 2}
chargers:
  - {id: V-01, feeder: yard, lines: [2, 3, 1], max_a: 32, min_a: 8, fallback_a: 10,
     security_profile: 3}
  - {id: B-01, feeder: transformer, dc: {max_kw: 144, min_kw: 36, fallback_kw: 72, efficiency: 1}}
  - id: B-09
    installed: false
    evses:
      - {number: 1, feeder: transformer, max_a: 63}
      - {number: 2, feeder: yard, lines: [3], max_a: 32}
"""
    assert read(tmp_path, text) == Site(
        site_id="sluppen",
        name="Sluppen depot",
        timezone=ZoneInfo("Europe/Oslo"),
        earthing=Earthing.TN,
        voltage_v=240.0,
        feeders=(
            Feeder(
                feeder_id="transformer",
                name="Transformer",
                parent_id=None,
                limit=AmpereSchedule(
                    (820.0, 820.0, 820.0),
                    (
                        Window(
                            weekdays=frozenset({0, 1, 2, 3, 4}),
                            from_time=time(15, 30),
                            to_time=time(18, 30),
                            amps=(500.0, 500.0, 500.0),
                        ),
                    ),
                ),
                uncontrolled=UncontrolledLoad(
                    worst_case=AmpereSchedule((60.0, 50.0, 40.0)),
                    largest_step_a=40.0,
                    is_metered=True,
                ),
            ),
            Feeder(
                feeder_id="yard",
                name="yard",
                parent_id="transformer",
                limit=AmpereSchedule((125.0, 125.0, 100.0)),
            ),
        ),
        places=(
            EvsePlace(
                evse=EvseId("V-01", 1),
                feeder_id="yard",
                lines=(2, 3, 1),
                max_a=32.0,
                min_a=8.0,
                fallback_a=10.0,
            ),
            # 144 kW at 3 x 240 V are 200 A.
            EvsePlace(
                evse=EvseId("B-01", 1),
                feeder_id="transformer",
                lines=(1, 2, 3),
                max_a=200.0,
                min_a=50.0,
                fallback_a=100.0,
                is_dc=True,
                efficiency=1.0,
            ),
            EvsePlace(
                evse=EvseId("B-09", 1),
                feeder_id="transformer",
                lines=(1, 2, 3),
                max_a=63.0,
                is_installed=False,
            ),
            EvsePlace(
                evse=EvseId("B-09", 2),
                feeder_id="yard",
                lines=(3,),
                max_a=32.0,
                is_installed=False,
            ),
        ),
        guests=GuestPlace(feeder_id="yard", lines=(2,), max_a=16.0, fallback_a=6.0, max_stations=2),
        assumed=AssumedNeed(energy_wh=120_500.0, stay_s=37_800, leaves_by=time(5, 30)),
        control=ControlPolicy(
            plan_every_s=60,
            min_gap_s=5,
            limits_live_s=300,
            settle_s=8,
            meter_every_s=30,
            heartbeat_every_s=600,
            reading_lives_s=90,
            ramp_a_per_min=2.5,
            return_delay_s=90,
        ),
        security=SiteSecurity(
            profile=SecurityProfile.PASSWORD,
            by_station={"V-01": SecurityProfile.TLS_CERTIFICATE},
        ),
    )


def test_output_losses_of_a_dc_charger_are_drawn_from_the_supply(tmp_path: Path) -> None:
    text = changed("max_a: 32", "dc: {max_kw: 62.1, min_kw: 6.21, efficiency: 0.9}")
    place = read(tmp_path, text).places[0]
    assert place.max_a == pytest.approx(100.0)  # 69 kW at 3 x 230 V
    assert place.min_a == pytest.approx(10.0)


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    site = read(tmp_path, VALID)
    assert site.name == "fjordgata"
    assert site.voltage_v == 230.0
    assert site.security == SiteSecurity()
    assert site.guests is None
    assert site.assumed == AssumedNeed(energy_wh=15_000, stay_s=28_800)
    assert site.control == ControlPolicy()
    assert site.places[0].min_a == 6.0
    assert site.places[0].fallback_a == 0.0


def test_words_for_acceptance_and_sharing_are_read(tmp_path: Path) -> None:
    policy = "policy: {fairness: max_min, aim: calm}"
    control = "control: {plan_every_s: 300, acceptance: when_set_up}"
    text = changed("control: {plan_every_s: 300}", f"{control}\n{policy}")
    site = read(tmp_path, text)
    assert site.control.acceptance is Acceptance.WHEN_SET_UP
    assert site.policy == SharingPolicy(fairness=Fairness.MAX_MIN, aim=Aim.CALM)


def test_settings_of_chargers_are_texts_as_stations_write_them(tmp_path: Path) -> None:
    settings = """
  - {name: heartbeat_interval_s, value: 600}
  - {name: LocalPreAuthorize, value: false, ocpp: "1.6", chargers: [G-01]}
"""
    site = read(tmp_path, f"{VALID}settings:{settings}")
    assert site.settings == (
        WantedSetting(name="heartbeat_interval_s", value="600"),
        WantedSetting(
            name="LocalPreAuthorize",
            value="false",
            protocol="1.6",
            stations=frozenset({"G-01"}),
        ),
    )


def test_a_setting_for_a_version_that_is_not_spoken_is_refused(tmp_path: Path) -> None:
    settings = '[{name: LocalPreAuthorize, value: false, ocpp: "1.5"}]'
    with pytest.raises(SettingsError, match=r"expected 2\.0\.1 or 1\.6, got '1\.5'"):
        read(tmp_path, f"{VALID}settings: {settings}")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_site_file_is_valid(path: Path) -> None:
    assert read_site(path).places


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_json_schema_accepts_the_shipped_site_file(path: Path) -> None:
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    meta.validate(site_schema())
    assert list(Draft202012Validator(site_schema()).iter_errors(written)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("site: fjordgata", "site: fjord gata"),
        ("timezone: Europe/Oslo\n", ""),
        ("TN", "TT"),
        ("limit_a: 40", "limit_a: forty"),
        ("max_a: 32", "max_a: 32, max-a: 16"),
    ],
)
def test_json_schema_refuses_a_wrong_site_file(old: str, new: str) -> None:
    assert not Draft202012Validator(site_schema()).is_valid(yaml.safe_load(changed(old, new)))


def test_there_are_three_shipped_sites() -> None:
    assert [path.stem for path in SHIPPED] == ["depot", "flexible-garage", "garage", "workplace"]
