"""The broker, as the settings file says it."""

from pathlib import Path
from typing import Final

import pytest

from csms.settings.app_file import read_app
from csms.settings.mqtt_schema import MqttModel, MqttTlsModel
from tests.settings.complaints import complaint

SITE: Final = """\
site: one
timezone: Europe/Oslo
grid: {earthing: TN}
feeders:
  - id: intake
    limit_a: 63
    uncontrolled: {worst_case_a: 9, metered: true, mqtt: {topic: meter, value: $}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site beside which a settings file may stand, whose meter is read by MQTT."""
    (tmp_path / "one.yaml").write_text(SITE, encoding="utf-8")
    return tmp_path


def read(folder: Path, mqtt: str) -> MqttModel:
    (folder / "app.yaml").write_text(f"sites: [one.yaml]\nmqtt: {mqtt}\n", encoding="utf-8")
    model = read_app(folder / "app.yaml")[0].mqtt
    assert model is not None
    return model


def test_what_is_left_out_has_its_default(folder: Path) -> None:
    assert read(folder, "{host: broker}") == MqttModel(
        host="broker",
        port=None,
        version="5",
        tls=None,
        user=None,
        password_file=None,
        client_id="chargeflex",
        prefix="chargeflex",
        keep_alive_s=20,
        state=True,
        orders=False,
        measured_every_s=10,
    )


def test_port_is_the_usual_one_of_the_connection(folder: Path) -> None:
    assert read(folder, "{host: broker}").port_in_use == 1883
    assert read(folder, "{host: broker, tls: {}}").port_in_use == 8883
    assert read(folder, "{host: broker, tls: {ca: a.pem}, port: 1884}").port_in_use == 1884


def test_version_may_be_written_as_yaml_reads_it(folder: Path) -> None:
    assert read(folder, "{host: broker, version: 5}").version == "5"
    assert read(folder, "{host: broker, version: 3.1.1}").version == "3.1.1"


def test_certificate_and_key_are_named(folder: Path) -> None:
    model = read(folder, "{host: broker, tls: {certificate: a.pem, key: a.key}}")
    assert model.tls == MqttTlsModel(certificate="a.pem", key="a.key")


@pytest.mark.parametrize(
    ("mqtt", "said"),
    [
        ("{}", "mqtt.host: expected this key, it is missing"),
        ("{host: mqtt://broker}", "mqtt.host: expected text that matches "),
        ("{host: b, port: 0}", "mqtt.port: expected greater than or equal to 1, got 0"),
        ("{host: b, version: 4}", "mqtt.version: expected '5' or '3.1.1', got "),
        ("{host: b, prefix: a/+}", "mqtt.prefix: expected text that matches "),
        ("{host: b, prefix: a/}", "mqtt.prefix: expected text that matches "),
        ("{host: b, client_id: a b}", "mqtt.client_id: expected text that matches "),
        ("{host: b, password: secret}", "mqtt.password: not a key that is known here"),
        ("{host: b, password_file: p}", "mqtt.password_file: expected user beside it"),
        ("{host: b, tls: {key: k}}", "mqtt.tls: expected both certificate and key, or neither"),
        ("{host: b, keep_alive_s: 4}", "mqtt.keep_alive_s: expected greater than or equal to 5"),
        ("null", "sites[0]: the meter of its feeder 'intake' is read by MQTT: expected mqtt in "),
    ],
)
def test_every_fault_is_told_with_its_line_and_key(folder: Path, mqtt: str, said: str) -> None:
    line = 1 if said.startswith("sites") else 2
    text = f"sites: [one.yaml]\nmqtt: {mqtt}\n"
    told = complaint(read_app, folder / "app.yaml", text)
    assert told.startswith(f"app.yaml:{line}: {said}")
