"""Nothing of 2.0.1 is left out: every message either way, and every word of every call."""

from json import dumps, loads
from random import Random
from typing import Any, Final

import pytest

from csms.domain import commands
from csms.domain.commands import Command, FetchDiagnostics, Job
from csms.domain.errors import CallRefusedError
from csms.ocpp.frames import JsonObject
from csms.ocpp.v201.inbound import INBOUND
from csms.ocpp.v201.outbound import OUTBOUND
from tests.ocpp.golden import V201, exchange, names_of
from tests.ocpp.payload_maker import PayloadMaker
from tests.ocpp.v201.commands import COMMANDS
from tests.ocpp.v201.exchanges import decoded
from tests.ocpp.v201.official import enumerations, put, schema_of, worded

TO_STATIONS: Final = """
    CancelReservation CertificateSigned ChangeAvailability ClearCache ClearChargingProfile
    ClearDisplayMessage ClearVariableMonitoring CostUpdated CustomerInformation DataTransfer
    DeleteCertificate GetBaseReport GetChargingProfiles GetCompositeSchedule GetDisplayMessages
    GetInstalledCertificateIds GetLocalListVersion GetLog GetMonitoringReport GetReport
    GetTransactionStatus GetVariables InstallCertificate PublishFirmware RequestStartTransaction
    RequestStopTransaction ReserveNow Reset SendLocalList SetChargingProfile SetDisplayMessage
    SetMonitoringBase SetMonitoringLevel SetNetworkProfile SetVariableMonitoring SetVariables
    TriggerMessage UnlockConnector UnpublishFirmware UpdateFirmware
"""
FROM_STATIONS: Final = """
    Authorize BootNotification ClearedChargingLimit DataTransfer FirmwareStatusNotification
    Get15118EVCertificate GetCertificateStatus Heartbeat LogStatusNotification MeterValues
    NotifyChargingLimit NotifyCustomerInformation NotifyDisplayMessages NotifyEVChargingNeeds
    NotifyEVChargingSchedule NotifyEvent NotifyMonitoringReport NotifyReport
    PublishFirmwareStatusNotification ReportChargingProfiles ReservationStatusUpdate
    SecurityEventNotification SignCertificate StatusNotification TransactionEvent
"""
ACTIONS_IN: Final = sorted(entry.action for entry in INBOUND)


def test_every_request_to_a_station_can_be_made() -> None:
    assert sorted({entry.action for entry in OUTBOUND}) == sorted(TO_STATIONS.split())


def test_every_request_of_a_station_is_served() -> None:
    assert sorted(FROM_STATIONS.split()) == ACTIONS_IN


def test_every_message_of_the_version_goes_one_way_or_both() -> None:
    # part 2 §1: 64 messages, of which DataTransfer goes both ways
    both = {entry.action for entry in INBOUND} | {entry.action for entry in OUTBOUND}
    assert both == V201._version.schemas.actions
    assert len(both) == 64


def test_every_command_has_words_but_that_for_diagnostics() -> None:
    kinds = {
        kind
        for kind in vars(commands).values()
        if isinstance(kind, type) and issubclass(kind, Command)
    }
    worded_kinds = {entry.command for entry in OUTBOUND}
    assert kinds - worded_kinds == {Command, FetchDiagnostics, Job}
    assert {type(command) for command in COMMANDS} == worded_kinds


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_every_answer_becomes_an_outcome(command: Command[Any]) -> None:
    outgoing = V201.encode_command(command)
    message = f"{outgoing.action}Response"
    random = Random(message)  # noqa: S311 - the same every time
    answers = PayloadMaker(schema_of(message), random, least=1)
    for _ in range(60):
        proper = outgoing.decode_result(answers.valid())
        assert not proper.detail.startswith("the answer to")
        assert type(proper) is command.outcome_type
        assert type(outgoing.decode_result(answers.nearly_valid())) is command.outcome_type


@pytest.mark.parametrize("action", ACTIONS_IN)
def test_every_word_of_every_call_is_understood(action: str) -> None:
    schema = schema_of(f"{action}Request")
    met: set[str] = set()
    for name in names_of("v201"):
        payload = exchange("v201", name).call.payload
        if name.partition(".")[0] == action and is_from_a_station(name):
            for path, kind, words in list(worded(schema, payload)):
                met.add(kind)
                for word in words:
                    changed = loads(dumps(payload))
                    put(changed, path, word)
                    decoded(action, changed)
    assert met == set(enumerations(schema))


def is_from_a_station(name: str) -> bool:
    """Whether a frame's call is one that a station makes; DataTransfer goes both ways."""
    return name not in {"DataTransfer.sent", "DataTransfer.refused"}


@pytest.mark.parametrize("action", ACTIONS_IN)
def test_call_that_fits_is_refused_only_for_a_place_that_there_cannot_be(action: str) -> None:
    message = f"{action}Request"
    random = Random(message)  # noqa: S311 - the same every time
    calls = PayloadMaker(schema_of(message), random, least=-3)
    for _ in range(60):
        why = refusal(action, loads(dumps(calls.valid())))
        assert why is None or why.startswith("expected a connector or EVSE from 0 on, got -")


def refusal(action: str, payload: JsonObject) -> str | None:
    """Why a call is refused, None if it is not."""
    try:
        decoded(action, payload)
    except CallRefusedError as error:
        return str(error)
    return None
