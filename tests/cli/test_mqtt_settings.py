"""The broker's password comes from the environment or from a file, and never from the settings."""

from pathlib import Path

import pytest

from csms.cli.mqtt_settings import mqtt_settings
from csms.domain.errors import InvalidInputError
from csms.mqtt.settings import MqttSettings, MqttTls, MqttVersion
from csms.settings.mqtt_schema import MqttModel, MqttTlsModel


def test_no_broker_is_no_broker(tmp_path: Path) -> None:
    assert mqtt_settings(None, tmp_path) is None


def test_all_that_is_said_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file \n", encoding="utf-8")
    model = MqttModel(
        host="broker",
        version="3.1.1",
        tls=MqttTlsModel(ca="ca.pem", certificate="own.pem", key="own.key"),
        user="me",
        password_file="secret",  # noqa: S106 - a file's name
        client_id="one",
        prefix="a/b",
        keep_alive_s=7,
        state=False,
        orders=True,
        measured_every_s=30,
    )
    assert mqtt_settings(model, tmp_path) == MqttSettings(
        host="broker",
        port=8883,
        version=MqttVersion.V311,
        tls=MqttTls(ca=tmp_path / "ca.pem", chain=tmp_path / "own.pem", key=tmp_path / "own.key"),
        user="me",
        password="from the file ",  # noqa: S106 - to be tried
        client_id="one",
        prefix="a/b",
        keep_alive_s=7,
        tells_state=False,
        takes_orders=True,
        measured_every_s=30,
    )


def test_password_of_the_environment_counts_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARGEFLEX_MQTT_PASSWORD", "from the environment")
    model = MqttModel(host="b", user="me", password_file="none")  # noqa: S106 - a file's name
    settings = mqtt_settings(model, tmp_path)
    assert settings is not None
    assert settings.password == "from the environment"  # noqa: S105 - to be tried
    with pytest.raises(InvalidInputError, match=r"expected mqtt\.user in the settings file"):
        mqtt_settings(MqttModel(host="b"), tmp_path)


def test_password_that_cannot_be_read_is_told_by_its_file(tmp_path: Path) -> None:
    model = MqttModel(host="b", user="me", password_file="none")  # noqa: S106 - a file's name
    with pytest.raises(InvalidInputError, match=r"mqtt.password_file: .*/none cannot be read"):
        mqtt_settings(model, tmp_path)
