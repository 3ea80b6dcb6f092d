"""What the docs say of meters is what is read of them, and the shipped files work together."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
import yaml

from csms.mqtt.foreign_meter import ForeignMeter, MeterReading
from csms.settings.app_file import app_schema, read_app
from csms.settings.meter_file import meter_source
from csms.settings.meter_schema import MqttMeterModel
from csms.settings.mqtt_schema import MqttModel
from csms.settings.site_file import read_site, site_schema
from csms.settings.site_schema import GridModel
from tests.mqtt.mosquitto import running_broker
from tests.mqtt.rig import bridged, device_at
from tests.mqtt.test_foreign_meter import told

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = (ROOT / "docs" / "mqtt.md").read_text("utf-8")
PASSWORD: Final = "Correct-Horse-Battery"  # noqa: S105 - to be tried
SHIPPED: Final = ROOT / "config" / "mqtt"
RECIPE: Final = re.compile(
    r"^### (.+?)\n.*?^```yaml\n(.+?)^```\n```\n(.+?)^reads (.+?) A\n```", re.MULTILINE | re.DOTALL
)
RECIPES: Final = [one for one in RECIPE.findall(DOCS) if "###" not in one[1]]


def test_there_are_recipes() -> None:
    assert len(RECIPES) == DOCS.count("\nreads ") == 6


@pytest.mark.parametrize(("name", "written", "messages", "amps"), RECIPES)
def test_recipe_reads_what_it_says(name: str, written: str, messages: str, amps: str) -> None:
    model = MqttMeterModel.model_validate(yaml.safe_load(written)["mqtt"])
    source = meter_source(model, GridModel(earthing="TN"))
    assert source is not None
    meter = ForeignMeter(source)
    readings: list[MeterReading | None] = []
    for line in messages.splitlines():
        topic, _, payload = line.partition(" ")
        assert topic in source.topics
        readings.append(meter.take(told(payload, topic)))
    assert readings[:-1] == [None] * (len(readings) - 1)
    last = readings[-1]
    assert last is not None
    assert last.current_a == pytest.approx([float(one) for one in amps.split(", ")])


def test_keys_of_the_docs_are_all_that_there_are() -> None:
    for heading, kind in (("## The broker", MqttModel), ("## Meters of others", MqttMeterModel)):
        table = DOCS.partition(f"{heading}\n")[2].partition("| key | meaning | default |\n")[2]
        rows = table.partition("\n\n")[0].splitlines()[1:]
        keys = {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}
        assert keys == set(kind.model_fields)


def test_shipped_files_have_no_faults_and_fit_their_schemas() -> None:
    for schema, name in ((app_schema(), "chargeflex.yaml"), (site_schema(), "site.yaml")):
        document: Any = yaml.safe_load((SHIPPED / name).read_text("utf-8"))
        jsonschema_rs.validate(json.loads(json.dumps(schema)), document)
    model, [site] = read_app(SHIPPED / "chargeflex.yaml")
    assert model.mqtt is not None
    assert [one.feeder_id for one in site.feeders if one.uncontrolled] == ["main", "office"]


def shipped_broker(folder: Path) -> str:
    """The shipped settings of the broker, with users, and with its files elsewhere."""
    users = [f"{name}:{PASSWORD}\n" for name in ("chargeflex", "meters", "dashboards")]
    (folder / "passwords").write_text("".join(users), "utf-8")
    subprocess.run(["mosquitto_passwd", "-U", folder / "passwords"], check=True)
    shutil.copy(SHIPPED / "acl", folder / "acl")
    written = (SHIPPED / "mosquitto.conf").read_text("utf-8")
    lines = written.replace("/etc/mosquitto/", f"{folder}/").splitlines()
    return "\n".join(one for one in lines if not one.startswith(("listener", "set_tcp"))) + "\n"


async def test_meters_of_the_shipped_site_are_read_through_the_shipped_broker(
    tmp_path: Path, database_file: Path
) -> None:
    def user(name: str) -> dict[str, Any]:
        return {"username": name, "password": PASSWORD}

    site = read_site(SHIPPED / "site.yaml")
    server = {"user": "chargeflex", "password": PASSWORD, "device": user("dashboards")}
    with running_broker(tmp_path, shipped_broker(tmp_path)) as broker:
        async with (
            bridged(database_file, broker, site, **server) as one,
            device_at(broker, **user("meters")) as meters,
        ):
            live, nobodys = one.office.live, "chargeflex/v1/sites/yard/feeders/office/meter"
            await one.device.tell(nobodys, {"current_a": [60, 60, 60]})  # a dashboard may not
            one.device = meters
            payload = {"a_current": 10, "b_current": 11.5, "c_current": 12}
            await one.read("shellypro3em-0008/status/em:0", payload)
            assert live.totals["main"].fresh(one.now, 180) == (10.0, 11.5, 12.0)
            assert live.meters["office"].latest(one.now, 180) is None
            await one.read("tele/main-board/SENSOR", {"ENERGY": {"Power": [1150, 230, 0]}})
            office = live.meters["office"].latest(one.now, 180)
            assert office == pytest.approx((5.5, 1.1, 0.0))
