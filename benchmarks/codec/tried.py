"""Other ways to do what our side does to a MeterValues, for comparison."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final, NamedTuple

import msgspec
import orjson
from jsonschema_rs import Draft4Validator

from benchmarks.codec.messages import NOON, load_messages
from csms.domain.metering import Measurand, MeterSample
from csms.ocpp.frames import parse_envelope
from csms.ocpp.message_types import make_reader
from csms.ocpp.wire import format_time

_FIELDS: Final[dict[str, Any]] = {
    "at": NOON,
    "measurand": Measurand.CURRENT_IMPORT,
    "value": 16.12,
    "phase": "L1",
    "context": "Sample.Periodic",
    "location": "Outlet",
    "signed": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataclassSample:
    """A sample as a frozen dataclass."""

    at: datetime
    measurand: Measurand
    value: float | None
    phase: str | None
    context: str
    location: str
    signed: str | None


class TupleSample(NamedTuple):
    """A sample as a named tuple."""

    at: datetime
    measurand: Measurand
    value: float | None
    phase: str | None
    context: str
    location: str
    signed: str | None


def alternatives() -> dict[str, dict[str, Callable[[], object]]]:
    """Ways to do the same, ours first, by what they do."""
    fields = _FIELDS
    return {
        "read and check MeterValues": _readers(),
        "make a sample": {
            "struct": lambda: MeterSample(**fields),
            "named tuple": lambda: TupleSample(**fields),
            "frozen dataclass": lambda: DataclassSample(**fields),
        },
        "write a time": {
            "orjson": lambda: format_time(NOON),
            "strftime": lambda: NOON.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    }


def _readers() -> dict[str, Callable[[], object]]:
    text = next(message.text for message in load_messages() if message.name == "MeterValues")
    file = files("ocpp.v16") / "schemas" / "MeterValues.json"
    schema = json.loads(file.read_text(encoding="utf-8-sig"))
    read, validator = make_reader(schema), Draft4Validator(schema, validate_formats=False)

    def typed() -> Any:  # noqa: ANN401
        call: Any = parse_envelope(text)
        return read(call.payload)

    payload_type = type(typed())

    def checked() -> object:
        payload = orjson.loads(text)[3]
        return validator.is_valid(payload) and payload

    def converted() -> object:
        return msgspec.convert(orjson.loads(text)[3], payload_type)

    return {"typed": typed, "orjson, jsonschema-rs": checked, "orjson, convert": converted}
