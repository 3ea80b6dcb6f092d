"""Our validator and the `ocpp` package's give the same verdict on any payload.

But for integers: OCPP gives them 32 bits, which the official schemas do not say.
"""

import json
from decimal import Decimal
from functools import partial
from importlib.resources import files
from random import Random
from typing import Any, Final

import orjson
import pytest
from ocpp.messages import MessageType, get_validator

from csms.ocpp.schemas import SchemaError, Schemas, load_schemas
from tests.ocpp.payload_maker import PayloadMaker

SEED: Final = 20260114
VALID, NEARLY_VALID = 10, 50
BOUNDS_32_BITS: Final = {"minimum": -2_147_483_648, "maximum": 2_147_483_647}

SCHEMAS: Final = {
    version: load_schemas(files(package) / "schemas")
    for version, package in (("1.6", "ocpp.v16"), ("2.0.1", "ocpp.v201"))
}
MESSAGES: Final = [
    (version, action, is_call)
    for version, schemas in SCHEMAS.items()
    for action in sorted(schemas.actions)
    for is_call in (True, False)
]
WITH_LIMITS: Final = {
    ("1.6", "SetChargingProfile", True),
    ("1.6", "RemoteStartTransaction", True),
    ("1.6", "GetCompositeSchedule", False),
}
"""Messages for which the package reads fractions as decimals: 16.1 is a multiple of 0.1."""


def theirs(version: str, action: str, *, is_call: bool) -> tuple[Any, Any]:
    """The package's validator of a message, and how it wants payloads read."""
    read_fraction = Decimal if (version, action, is_call) in WITH_LIMITS else float
    kind = MessageType.Call if is_call else MessageType.CallResult
    validator = get_validator(kind, action, version, parse_float=read_fraction)
    bounded = type(validator)(with_bounds(validator.schema))
    return bounded, partial(json.loads, parse_float=read_fraction)


def is_accepted(schemas: Schemas, action: str, payload: Any, *, is_call: bool) -> bool:
    check = schemas.check_call if is_call else schemas.check_result
    try:
        check(action, payload)
    except SchemaError:
        return False
    return True


def with_bounds(schema: Any) -> Any:
    if isinstance(schema, list):
        return [with_bounds(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: with_bounds(part) for name, part in schema.items()}
    is_integer = parts.get("type") == "integer"
    return BOUNDS_32_BITS | parts if is_integer else parts


@pytest.mark.parametrize(
    ("version", "action", "is_call"),
    MESSAGES,
    ids=[f"{v}-{action}-{'call' if is_call else 'result'}" for v, action, is_call in MESSAGES],
)
def test_verdicts_agree(version: str, action: str, *, is_call: bool) -> None:
    validator, read = theirs(version, action, is_call=is_call)
    random = Random(f"{SEED} {version} {action} {is_call}")  # noqa: S311 - the same every time
    maker = PayloadMaker(validator.schema, random)
    payloads = [maker.valid() for _ in range(VALID)]
    payloads += [maker.nearly_valid() for _ in range(NEARLY_VALID)]
    for i, payload in enumerate(payloads):
        text = json.dumps(payload)
        verdict = is_accepted(SCHEMAS[version], action, orjson.loads(text), is_call=is_call)
        assert verdict == validator.is_valid(read(text)), text
        assert verdict or i >= VALID, text


def test_every_message_that_ships_is_compared() -> None:
    for version, package in (("1.6", "ocpp.v16"), ("2.0.1", "ocpp.v201")):
        shipped = [file for file in (files(package) / "schemas").iterdir() if ".json" in file.name]
        compared = [message for message in MESSAGES if message[0] == version]
        assert len(compared) == len(shipped)
    assert len(MESSAGES) * (VALID + NEARLY_VALID) >= 5000
