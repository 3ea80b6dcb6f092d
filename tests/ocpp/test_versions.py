"""Whatever fits the official schemas is translated, in every version, in both directions."""

from importlib import resources
from json import dumps, loads
from random import Random
from typing import Any, Final

import pytest
from msgspec import Raw

from csms.domain.authorization import IdToken
from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    ClearProfiles,
    Command,
    Outcome,
    ReadCompositeSchedule,
    ReadSettings,
    ReportKind,
    ResetKind,
    ResetStation,
    SetProfile,
    SettingName,
    StartCharging,
    StopCharging,
    TriggerReport,
    WriteSetting,
)
from csms.domain.errors import CallRefusedError
from csms.domain.events import StationEvent
from csms.domain.station import RateUnit
from csms.ocpp.adapter import Adapter
from csms.ocpp.frames import Call, UnreadCall
from csms.ocpp.versions import load_adapters
from tests.ocpp.payload_maker import PayloadMaker
from tests.ocpp.v16.commands import COMMANDS as COMMANDS_16

ADAPTERS: Final = load_adapters()
PACKAGES: Final = {"1.6": ("ocpp.v16", ""), "2.0.1": ("ocpp.v201", "Request")}
PROFILE: Final = ChargingProfile(
    profile_id=1,
    purpose=ProfilePurpose.TX_DEFAULT,
    stack_level=0,
    unit=RateUnit.AMPERE,
    periods=(ProfilePeriod(0, 6.0),),
)
COMMANDS: Final[tuple[Command[Any], ...]] = (
    ClearProfiles(profile_id=1),
    ReadCompositeSchedule(evse_number=1, duration_s=60),
    ReadSettings((SettingName.HEARTBEAT_INTERVAL_S,)),
    ResetStation(ResetKind.SOFT),
    SetProfile(evse_number=1, profile=PROFILE),
    StartCharging(id_token=IdToken("04A2"), remote_start_id=1),
    StopCharging("7"),
    TriggerReport(kind=ReportKind.HEARTBEAT),
    WriteSetting(SettingName.HEARTBEAT_INTERVAL_S, "300"),
)
MORE: Final[dict[str, tuple[Command[Any], ...]]] = {
    "1.6": tuple(COMMANDS_16.values()),
    "2.0.1": (),
}
"""Commands of one version, or in other words than those that all versions have."""


def maker(adapter: Adapter, message: str) -> PayloadMaker:
    package, _ = PACKAGES[adapter.name]
    file = resources.files(package) / "schemas" / f"{message}.json"
    schema = loads(file.read_text(encoding="utf-8-sig"))
    random = Random(f"{adapter.name} {message}")  # noqa: S311 - the same every time
    return PayloadMaker(schema, random, least=1)  # connectors are numbered from there


def test_the_better_version_comes_first() -> None:
    assert [adapter.subprotocol for adapter in ADAPTERS] == ["ocpp2.0.1", "ocpp1.6"]


@pytest.mark.parametrize(
    ("adapter", "action"),
    [
        pytest.param(adapter, action, id=f"{adapter.name}-{action}")
        for adapter in ADAPTERS
        for action in sorted(adapter._inbound)
    ],
)
def test_every_proper_call_becomes_an_event(adapter: Adapter, action: str) -> None:
    calls = maker(adapter, action + PACKAGES[adapter.name][1])
    for _ in range(60):
        payload = loads(dumps(calls.valid()))
        call = Call(message_id="7", action=action, payload=payload)
        event = adapter.decode_call("G-01", call).event
        assert isinstance(event, StationEvent)
        assert event.station_id == "G-01"


@pytest.mark.parametrize(
    ("adapter", "action"),
    [
        pytest.param(adapter, action, id=f"{adapter.name}-{action}")
        for adapter in ADAPTERS
        for action in sorted(adapter._inbound)
    ],
)
def test_every_improper_call_is_refused_and_nothing_worse_read_or_unread(
    adapter: Adapter, action: str
) -> None:
    calls = maker(adapter, action + PACKAGES[adapter.name][1])
    for _ in range(120):
        text = dumps(calls.nearly_valid()).encode()
        call = Call(message_id="7", action=action, payload=loads(text))
        unread = UnreadCall(message_id="7", action=action, payload=Raw(text))
        assert told(adapter, unread) == told(adapter, call)


def told(adapter: Adapter, call: Call | UnreadCall) -> StationEvent[Any] | tuple[str, str]:
    """What a call says, or why it is refused."""
    try:
        return adapter.decode_call("G-01", call).event
    except CallRefusedError as error:
        return error.code, str(error)


@pytest.mark.parametrize(
    ("adapter", "command"),
    [
        pytest.param(adapter, command, id=f"{adapter.name}-{type(command).__name__}")
        for adapter in ADAPTERS
        for command in (*COMMANDS, *MORE[adapter.name])
    ],
)
def test_every_answer_becomes_an_outcome(adapter: Adapter, command: Command[Any]) -> None:
    outgoing = adapter.encode_command(command)
    answers = maker(adapter, outgoing.action + "Response")
    for _ in range(60):
        proper: Outcome = outgoing.decode_result(answers.valid())
        assert not proper.detail.startswith("the answer to")
        assert type(outgoing.decode_result(answers.nearly_valid())) is type(proper)


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
def test_every_version_has_words_for_every_command(adapter: Adapter) -> None:
    assert {type(command) for command in COMMANDS} <= set(adapter._outbound)
