"""The golden frames are what they are meant to be: official, one for each message."""

import json
from decimal import Decimal
from typing import Any, Final

import pytest
from ocpp.messages import MessageType, get_validator

from csms.ocpp.adapter import Version
from csms.ocpp.v16.version import load_v16
from csms.ocpp.v201.version import load_v201
from tests.ocpp.golden import exchange, names_of

FOLDERS: Final = {"v16": load_v16(), "v201": load_v201()}
FRAMES: Final = [(folder, name) for folder in FOLDERS for name in names_of(folder)]


def complaints(version: str, action: str, kind: int, payload: dict[str, Any]) -> list[str]:
    """What the `ocpp` package's validator has against a payload."""
    validator = get_validator(kind, action, version, parse_float=Decimal)
    read = json.loads(json.dumps(payload), parse_float=Decimal)
    return [error.message for error in validator.iter_errors(read)]


@pytest.mark.parametrize(("folder", "name"), FRAMES)
def test_frame_fits_the_official_schemas(folder: str, name: str) -> None:
    golden = exchange(folder, name)
    action = golden.call.action
    assert action == name.partition(".")[0]
    version = FOLDERS[folder].name
    assert complaints(version, action, MessageType.Call, golden.call.payload) == []
    assert complaints(version, action, MessageType.CallResult, golden.result.payload) == []


@pytest.mark.parametrize(("folder", "version"), FOLDERS.items(), ids=list(FOLDERS))
def test_every_message_that_is_translated_has_a_frame(folder: str, version: Version) -> None:
    actions = {entry.action for entry in version.inbound}
    actions |= {entry.action for entry in version.outbound}
    assert {name.partition(".")[0] for name in names_of(folder)} == actions
