"""What must not be kept: passwords, keys and PINs are masked before a message is stored."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from csms.domain.redaction import SECRET_VARIABLES

MASK: Final = "***"
_HARMLESS: Final = frozenset(
    {"Heartbeat", "MeterValues", "StatusNotification", "StopTransaction", "StartTransaction"}
)
"""Actions that hold no secret in any version; nine of ten messages are of these."""
_TOKENS_ONLY: Final = frozenset({"Authorize", "TransactionEvent"})
"""Actions whose only secret is a PIN that was keyed in."""
_PIN: Final = '"KeyCode"'
_SECRET_FIELDS: Final = frozenset({"apnPassword", "password", "simPin"})
_VALUE_FIELDS: Final = frozenset({"actualValue", "attributeValue", "variableAttribute"})
"""Where 2.0.1 tells or takes a variable's value: NotifyEvent, GetVariables, NotifyReport."""
_USER_INFO: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def redact(action: str, text: str) -> str:
    """Mask what is secret in a payload or a frame of an action.

    What cannot be read is masked whole, unless its action holds no secrets.
    """
    if action in _HARMLESS or (action in _TOKENS_ONLY and _PIN not in text):
        return text
    try:
        return msgspec.json.encode(_masked(msgspec.json.decode(text))).decode()
    except msgspec.DecodeError:
        return msgspec.json.encode(MASK).decode()


def _masked(value: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    if isinstance(value, str):
        return _USER_INFO.sub(MASK, value)
    if isinstance(value, list):
        return [_masked(one) for one in value]
    if isinstance(value, dict):
        return _masked_object(value)
    return value


def _masked_object(fields: Mapping[str, Any]) -> dict[str, Any]:
    secret = _secret_fields(fields)
    return {
        name: MASK if name in secret and one is not None else _masked(one)
        for name, one in fields.items()
    }


def _secret_fields(fields: Mapping[str, Any]) -> frozenset[str]:
    """Which of an object's fields are secret."""
    setting = fields.get("key")
    if isinstance(setting, str) and setting.casefold() in SECRET_VARIABLES:
        return _SECRET_FIELDS | {"value"}  # 1.6 §7.22, security whitepaper
    variable = fields.get("variable")
    name = variable.get("name") if isinstance(variable, dict) else None
    if isinstance(name, str) and name.casefold() in SECRET_VARIABLES:
        return _SECRET_FIELDS | _VALUE_FIELDS  # 2.0.1 A01
    if fields.get("type") == "KeyCode":
        return _SECRET_FIELDS | {"idToken"}
    if "server" in fields and "key" in fields:
        return _SECRET_FIELDS | {"key"}  # 2.0.1 VPNType
    return _SECRET_FIELDS
