"""Our reader and the `ocpp` package's validator give the same verdict on any payload.

But for integers: OCPP gives them 32 bits, which the official schemas do not say. What is judged
otherwise has to be judged alike once the schemas do say it, and is counted.

`HYPOTHESIS_PROFILE=thorough pytest --timeout 0 -rP tests/ocpp/test_schemas_agree.py` looks at
206,000 payloads, others in every run, and prints what it has counted.
"""

import json
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from importlib.resources import files
from random import Random
from typing import Any, Final

import msgspec
import pytest
from hypothesis import settings
from ocpp.messages import MessageType, get_validator

from csms.ocpp.schemas import SchemaError, Schemas, load_schemas
from tests.ocpp.bounded import with_bounds
from tests.ocpp.payload_maker import PayloadMaker

IS_THOROUGH: Final = settings.get_current_profile_name() == "thorough"
SEED: Final = None if IS_THOROUGH else 20260114
VALID, NEARLY_VALID = (150, 850) if IS_THOROUGH else (10, 50)
PACKAGES: Final = {"1.6": "ocpp.v16", "2.0.1": "ocpp.v201"}
WITH_LIMITS: Final = {
    ("1.6", "SetChargingProfile", True),
    ("1.6", "RemoteStartTransaction", True),
    ("1.6", "GetCompositeSchedule", False),
}
"""Messages for which the package reads fractions as decimals: 16.1 is a multiple of 0.1."""


@dataclass(kw_only=True)
class Tally:
    """What came of all payloads of one version."""

    messages: int = 0
    payloads: int = 0
    refused: int = 0
    beyond_32_bits: int = 0
    judged_otherwise: list[str] = field(default_factory=list)


class Theirs:
    """The package's validator of one message."""

    def __init__(self, version: str, action: str, *, is_call: bool) -> None:
        is_decimal = (version, action, is_call) in WITH_LIMITS
        self._parse_float: Any = Decimal if is_decimal else float
        kind = MessageType.Call if is_call else MessageType.CallResult
        self._validator = get_validator(kind, action, version, parse_float=self._parse_float)
        self.schema = self._validator.schema
        self._bounded = type(self._validator)(with_bounds(self.schema))

    def accepts(self, text: str, *, if_bounded: bool = False) -> bool:
        validator = self._bounded if if_bounded else self._validator
        with localcontext(prec=60):  # the usual 28 digits end in a crash at 10**30
            return bool(validator.is_valid(json.loads(text, parse_float=self._parse_float)))


def is_accepted(schemas: Schemas, action: str, text: str, *, is_call: bool) -> bool:
    messages = schemas.calls if is_call else schemas.results
    try:
        messages[action].read(msgspec.Raw(text.encode()))
    except SchemaError:
        return False
    return True


def payloads_of(schema: Any, seed: str | None) -> list[Any]:
    maker = PayloadMaker(schema, Random(seed))  # noqa: S311 - not for secrets
    valid = [maker.valid() for _ in range(VALID)]
    return valid + [maker.nearly_valid() for _ in range(NEARLY_VALID)]


def compare(version: str, schemas: Schemas, action: str, tally: Tally, *, is_call: bool) -> None:
    """Let both judge payloads of one message, and count."""
    theirs = Theirs(version, action, is_call=is_call)
    seed = f"{SEED} {version} {action} {is_call}" if SEED else None
    for i, payload in enumerate(payloads_of(theirs.schema, seed)):
        text = json.dumps(payload)
        verdict = is_accepted(schemas, action, text, is_call=is_call)
        assert verdict or i >= VALID, f"{action}: {text}"
        tally.payloads += 1
        tally.refused += not verdict
        if verdict == theirs.accepts(text):
            continue
        if verdict == theirs.accepts(text, if_bounded=True):
            tally.beyond_32_bits += 1
        else:
            tally.judged_otherwise.append(f"{action} {is_call}: {text}")
    tally.messages += 1


@pytest.mark.parametrize("version", PACKAGES)
def test_verdicts_agree_but_for_integers_beyond_32_bits(version: str) -> None:
    folder = files(PACKAGES[version]) / "schemas"
    schemas, tally = load_schemas(folder), Tally()
    for action in sorted(schemas.actions):
        compare(version, schemas, action, tally, is_call=True)
        compare(version, schemas, action, tally, is_call=False)
    print(  # noqa: T201 - see the module's docstring
        f"OCPP {version}: {tally.payloads:,} payloads of {tally.messages} messages, "
        f"{tally.refused:,} refused, {tally.beyond_32_bits} for integers beyond 32 bits alone"
    )
    assert tally.judged_otherwise == []
    assert tally.beyond_32_bits > 0
    assert tally.messages == sum(".json" in file.name for file in folder.iterdir())
    assert tally.payloads == tally.messages * (VALID + NEARLY_VALID)
