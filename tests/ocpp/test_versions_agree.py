"""The same story told in every version gives equal events, as far as the version can tell it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.altered import altered
from csms.domain.authorization import IdToken
from csms.domain.charging_profile import CompositeSchedule, ProfilePeriod
from csms.domain.commands import (
    ClearProfiles,
    Command,
    CommandStatus,
    CompositeOutcome,
    Outcome,
    ReadCompositeSchedule,
    ReadSettings,
    ResetKind,
    ResetStation,
    SettingName,
    SettingsOutcome,
    StartCharging,
    StartOutcome,
    StopCharging,
    WriteSetting,
)
from csms.domain.events import (
    AuthorizationAsked,
    DataReceived,
    HeartbeatReceived,
    MetersSampled,
    StationBooted,
    StationEvent,
    StatusChanged,
    TransactionReported,
)
from csms.domain.metering import Measurand, MeterSample
from csms.domain.station import ConnectorStatus, RateUnit, StationModel
from csms.domain.transaction import TransactionStage
from csms.ocpp.adapter import Adapter
from csms.ocpp.frames import Call, JsonObject
from csms.ocpp.versions import load_adapters

STORIES: Final = Path(__file__).parent / "stories"
NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
TWO: Final = datetime(2026, 1, 14, 14, 0, tzinfo=UTC)
each_version = pytest.mark.parametrize("adapter", load_adapters(), ids=lambda it: it.name)


def register(at: datetime, value: float, context: str) -> MeterSample:
    measurand = Measurand.ENERGY_IMPORT_REGISTER
    return MeterSample(at=at, measurand=measurand, value=value, context=context)


SAMPLES: Final = (
    register(NOON, 1_235_250.0, "Sample.Periodic"),
    MeterSample(at=NOON, measurand=Measurand.CURRENT_IMPORT, value=16.1, phase="L1"),
    MeterSample(at=NOON, measurand=Measurand.POWER_IMPORT, value=3700.0),
    MeterSample(at=NOON, measurand=Measurand.STATE_OF_CHARGE, value=61.0, location="EV"),
)

STORY: Final[dict[str, StationEvent[Any]]] = {
    "boots": StationBooted(
        station_id="G-01",
        model=StationModel(vendor="Nordlys", model="NL-22", serial="17", firmware="3.4.1"),
    ),
    "is free": StatusChanged(
        station_id="G-01",
        evse_number=1,
        connector_number=1,
        status=ConnectorStatus.AVAILABLE,
        at=NOON,
    ),
    "is faulted": StatusChanged(
        station_id="G-01",
        evse_number=2,
        connector_number=1,
        status=ConnectorStatus.FAULTED,
        at=NOON,
    ),
    "is shown a token": AuthorizationAsked(station_id="G-01", id_token=IdToken("04A2B3C4")),
    "starts": TransactionReported(
        station_id="G-01",
        stage=TransactionStage.STARTED,
        at=NOON,
        transaction=None,
        evse_number=1,
        connector_number=1,
        id_token=IdToken("04A2B3C4"),
        register_wh=1_234_500.0,
        samples=(register(NOON, 1_234_500.0, "Transaction.Begin"),),
    ),
    "stops": TransactionReported(
        station_id="G-01",
        stage=TransactionStage.ENDED,
        at=TWO,
        transaction="7",
        id_token=IdToken("04A2B3C4"),
        register_wh=1_249_500.0,
        samples=(
            register(NOON, 1_234_500.0, "Transaction.Begin"),
            register(TWO, 1_249_500.0, "Transaction.End"),
        ),
        stop_reason="EVDisconnected",
    ),
    "is idle and measures": MetersSampled(
        station_id="G-01", evse_number=1, transaction=None, samples=SAMPLES
    ),
    "is alive": HeartbeatReceived(station_id="G-01"),
    "tells a secret": DataReceived(
        station_id="G-01", vendor="no.nordlys", message="m", data="secret"
    ),
}


def words_of(adapter: Adapter) -> JsonObject:
    """What the story's calls and answers are in this version; a new one needs a file."""
    words: JsonObject = json.loads((STORIES / f"{adapter.name}.json").read_text("utf-8"))
    return words


def heard(adapter: Adapter, what: str) -> Any:
    """The event of one part of the story, as this version tells it."""
    told = words_of(adapter)["told"][what]
    call = Call(message_id="7", action=told["action"], payload=told["payload"])
    return adapter.decode_call("G-01", call).event


def without_what_1_6_cannot_tell(event: Any) -> Any:
    if isinstance(event, StationBooted):
        return altered(event, reason=None)
    if isinstance(event, TransactionReported):
        is_start = event.stage is TransactionStage.STARTED  # 1.6 has no id yet
        transaction = None if is_start else event.transaction
        return altered(
            event, transaction=transaction, seq_no=None, trigger=None, charging_state=None
        )
    return event


@each_version
@pytest.mark.parametrize("what", STORY)
def test_station_is_understood_alike(adapter: Adapter, what: str) -> None:
    assert without_what_1_6_cannot_tell(heard(adapter, what)) == STORY[what]


@each_version
def test_meter_of_a_transaction_is_understood_alike(adapter: Adapter) -> None:
    event = heard(adapter, "measures")  # two kinds of event, one meter
    assert (event.transaction, event.samples) == ("7", SAMPLES)


OUTCOMES: Final[dict[str, tuple[Command[Any], Outcome]]] = {
    "reset": (ResetStation(ResetKind.HARD), Outcome(status=CommandStatus.ACCEPTED)),
    "stop": (StopCharging("7"), Outcome(status=CommandStatus.REJECTED)),
    "clear": (ClearProfiles(profile_id=1), Outcome(status=CommandStatus.UNKNOWN)),
    "start": (
        StartCharging(id_token=IdToken("04A2"), remote_start_id=1),
        StartOutcome(status=CommandStatus.ACCEPTED),
    ),
    "write": (
        WriteSetting(SettingName.METER_INTERVAL_S, "60"),
        Outcome(status=CommandStatus.REBOOT_REQUIRED),
    ),
    "read": (
        ReadSettings((SettingName.RATE_UNITS, SettingName.MAX_PERIODS)),
        SettingsOutcome(
            status=CommandStatus.ACCEPTED,
            values={"rate_units": "A,W"},
            unknown=frozenset({"max_periods"}),
        ),
    ),
    "compose": (
        ReadCompositeSchedule(evse_number=1, duration_s=600, unit=RateUnit.AMPERE),
        CompositeOutcome(
            status=CommandStatus.ACCEPTED,
            schedule=CompositeSchedule(
                evse_number=1,
                unit=RateUnit.AMPERE,
                starts_at=NOON,
                duration_s=600,
                periods=(ProfilePeriod(0, 16.0),),
            ),
        ),
    ),
}


@each_version
@pytest.mark.parametrize("what", OUTCOMES)
def test_answer_is_understood_alike(adapter: Adapter, what: str) -> None:
    command, outcome = OUTCOMES[what]
    answer = words_of(adapter)["answered"][what]
    assert adapter.encode_command(command).decode_result(answer) == outcome
