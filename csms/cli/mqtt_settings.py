"""Settings of the MQTT broker, with the password from the environment or a file."""

import os
from pathlib import Path
from typing import Final

from csms.domain.errors import InvalidInputError
from csms.mqtt.settings import MqttSettings, MqttTls, MqttVersion
from csms.settings.mqtt_schema import MqttModel, MqttTlsModel

_PASSWORD_VARIABLE: Final = "CHARGEFLEX_MQTT_PASSWORD"  # noqa: S105 - its name
"""In place of `password_file`."""


def mqtt_settings(model: MqttModel | None, beside: Path) -> MqttSettings | None:
    """Turn what the settings file says into settings.

    Args:
        model: What it says.
        beside: Its folder.

    Raises:
        InvalidInputError: The password cannot be read, or is nobody's.
    """
    if model is None:
        return None
    password = _password(model, beside)
    if password is not None and model.user is None:
        raise InvalidInputError(_PASSWORD_VARIABLE, "expected mqtt.user in the settings file")
    return MqttSettings(
        host=model.host,
        port=model.port_in_use,
        version=MqttVersion(model.version),
        tls=_tls(model.tls, beside),
        user=model.user,
        password=password,
        client_id=model.client_id,
        prefix=model.prefix,
        keep_alive_s=model.keep_alive_s,
        tells_state=model.state,
        takes_orders=model.orders,
        measured_every_s=model.measured_every_s,
    )


def _password(model: MqttModel, beside: Path) -> str | None:
    said = os.environ.get(_PASSWORD_VARIABLE)
    if said or model.password_file is None:
        return said or None
    path = beside / model.password_file
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError("mqtt.password_file", f"{path} cannot be read: {error}") from error


def _tls(model: MqttTlsModel | None, beside: Path) -> MqttTls | None:
    if model is None:
        return None
    files = (beside / name if name else None for name in (model.ca, model.certificate, model.key))
    ca, chain, key = files
    return MqttTls(ca=ca, chain=chain, key=key)
