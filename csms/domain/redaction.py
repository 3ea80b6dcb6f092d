"""What is left of messages when secrets, and whose tokens they name, are taken out."""

from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import msgspec

from csms.domain.authorization import IdToken
from csms.domain.device_model import Attribute, Mutability, StationAlert, Variable, VariableName

HIDDEN: Final = "…"
"""Stands where something was taken out."""

_SECRET_FIELDS: Final = frozenset({"exi", "key", "password", "sim_pin"})
_TOKEN_FIELDS: Final = frozenset({"id_token", "group"})
_VALUE: Final = "value"
_CUSTOMER: Final = "customer"
_URL_MARK: Final = "://"
SECRET_VARIABLES: Final = frozenset(
    {"apnpassword", "authorizationkey", "basicauthpassword", "vpnkey", "vpnpassword"}
)
"""Variables and settings that are secrets, in lower case: names do not depend on case."""


def without_secrets(message: msgspec.Struct) -> dict[str, Any]:
    """A message in JSON values, without secrets, with masked tokens."""
    fields: dict[str, Any] = msgspec.to_builtins(message, order="deterministic")
    return {name: _cleaned(name, value) for name, value in fields.items()}


def without_secret_fields(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A request's JSON without what may be a secret: fields, and values of settings, so called."""
    if isinstance(value, list):
        return [without_secret_fields(one) for one in value]
    if not isinstance(value, dict):
        return value
    is_secret = _names_a_secret(value)
    return {
        name: HIDDEN
        if _is_secret_name(name) or (is_secret and name == _VALUE)
        else without_secret_fields(inner)
        for name, inner in value.items()
    }


def without_secret_values(variable: Variable) -> Variable:
    """A variable without values that nobody is to read, whatever the station has told."""
    attributes = tuple(
        attribute if attribute.value is None else _hidden(variable.name, attribute)
        for attribute in variable.attributes
    )
    return msgspec.structs.replace(variable, attributes=attributes)


def without_secret_value(alert: StationAlert) -> StationAlert:
    """An event of a station without a value that nobody is to read."""
    is_secret = alert.value and alert.variable.name.lower() in SECRET_VARIABLES
    return msgspec.structs.replace(alert, value=HIDDEN) if is_secret else alert


def without_access(url: str) -> str:
    """A URL without what gives access: user, password and query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    host = parts.netloc.rpartition("@")[2]
    place = f"{HIDDEN}@{host}" if "@" in parts.netloc else host
    return urlunsplit((parts.scheme, place, parts.path, HIDDEN if parts.query else "", ""))


def _is_secret_name(name: str) -> bool:
    plain = name.lower().rpartition(".")[2]
    return plain in _SECRET_FIELDS | SECRET_VARIABLES or "password" in plain


def _names_a_secret(fields: dict[str, Any]) -> bool:
    """Whether a field says that `value` is a secret: `{"variable": "VpnKey", "value": …}`."""
    inner = [one for value in fields.values() if isinstance(value, dict) for one in value.values()]
    names = [one for one in (*fields.values(), *inner) if isinstance(one, str)]
    return _VALUE in fields and any(map(_is_secret_name, names))


def _hidden(name: VariableName, attribute: Attribute) -> Attribute:
    if attribute.mutability is Mutability.WRITE_ONLY or name.name.lower() in SECRET_VARIABLES:
        return msgspec.structs.replace(attribute, value=None)
    return attribute


def _cleaned(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    match value:
        case None:
            return None
        case _ if name in _SECRET_FIELDS:
            return HIDDEN
        case {"value": str(token)} if name in _TOKEN_FIELDS:
            return {**value, "value": IdToken(token).masked}
        case dict():
            return {key: _cleaned(key, inner) for key, inner in value.items()}
        case list() | tuple():
            return [_cleaned(name, inner) for inner in value]
    return _cleaned_text(name, value) if isinstance(value, str) else value


def _cleaned_text(name: str, text: str) -> str:
    if name == _CUSTOMER:
        return IdToken(text).masked
    return without_access(text) if _URL_MARK in text else text
