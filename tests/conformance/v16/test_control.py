"""OCPP 1.6 §5, core profile: what operators ask of stations, and what they are told."""

from typing import Any, Final

import pytest

from tests.conformance.csms import Csms
from tests.conformance.station import Fields
from tests.conformance.v16.cases import CORE, case16
from tests.conformance.v16.states import (
    ACCEPTED,
    TAG,
    begin,
    boot,
    booted,
    outcome_of,
    stop,
    tell_status,
    verdict_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

ID_TOKEN: Final = {"value": TAG}


@case16("7.3 AvailabilityStatus", CORE, is_each=True)
@pytest.mark.parametrize("word", ["Accepted", "Rejected", "Scheduled"])
async def test_the_operator_is_told_whether_a_connector_changes(csms: Csms, word: str) -> None:
    """§5.2: it does, it does not, or it will once its transaction is over."""
    outcome, _ = await outcome_of(
        *(csms, "ChangeAvailability", {"status": word}, "change_availability"),
        evse_number=1,
        is_operative=False,
    )
    assert verdict_of(outcome) == (word.lower(), "")


@case16("5.2 ChangeAvailability", CORE, is_each=True)
@pytest.mark.parametrize(("is_operative", "kind"), [(True, "Operative"), (False, "Inoperative")])
@pytest.mark.parametrize("connector", [0, 2])
async def test_a_connector_or_the_station_changes(
    csms: Csms, connector: int, kind: str, *, is_operative: bool
) -> None:
    """§5.2, §6.7: connector 0 stands for the station and all its connectors."""
    _, asked = await outcome_of(
        *(csms, "ChangeAvailability", ACCEPTED, "change_availability"),
        evse_number=connector,
        is_operative=is_operative,
    )
    assert asked == {"connectorId": connector, "type": kind}


@case16("5.2 ChangeAvailability", CORE)
async def test_a_scheduled_change_comes_after_the_transaction(csms: Csms) -> None:
    """§5.2: it goes on, and the new status is told when it is over."""
    answer = {"status": "Scheduled"}
    async with booted(csms, ChangeAvailability=answer) as (station_id, station):
        transaction = await begin(station)
        await csms.command(station_id, "change_availability", evse_number=1, is_operative=False)
        assert (await csms.transaction(station_id))["ended_at"] is None
        await stop(station, transaction)
        await tell_status(station, "Unavailable")
        assert await csms.state_of(station_id) == "unavailable"


async def written(csms: Csms, word: str) -> tuple[Fields, Fields]:
    """Have a key written that set-up leaves alone; return the outcome, and what was asked."""
    answer = {"status": word}
    async with booted(csms, ChangeConfiguration=answer) as (station_id, station):
        outcome = await csms.command(
            station_id, "write_setting", name="ConnectionTimeOut", value="90"
        )
        asked = await station.asked_for(
            "ChangeConfiguration", where=lambda fields: fields["key"] == "ConnectionTimeOut"
        )
        return outcome, asked


@case16("7.22 ConfigurationStatus", CORE, is_each=True)
@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Accepted", "accepted"),
        ("Rejected", "rejected"),
        ("RebootRequired", "reboot_required"),
        ("NotSupported", "not_supported"),
    ],
)
async def test_the_operator_is_told_whether_a_key_is_written(
    csms: Csms, word: str, status: str
) -> None:
    """§5.3: it is, it is not, only after a restart, or nobody knows the key."""
    outcome, asked = await written(csms, word)
    assert asked == {"key": "ConnectionTimeOut", "value": "90"}
    assert verdict_of(outcome) == (status, "")


@case16("5.8 GetConfiguration", CORE)
async def test_keys_are_read_with_whether_they_can_be_written(csms: Csms) -> None:
    """§5.8: those that are known have values, the others are named."""
    told = {
        "configurationKey": [
            {"key": "ConnectionTimeOut", "readonly": False, "value": "60"},
            {"key": "NumberOfConnectors", "readonly": True, "value": "2"},
        ],
        "unknownKey": ["FluxCapacitor"],
    }
    async with booted(csms, GetConfiguration=told) as (station_id, station):
        names = ["ConnectionTimeOut", "NumberOfConnectors", "FluxCapacitor"]
        outcome = await csms.command(station_id, "read_settings", names=names)
        asked = await station.asked_for(
            "GetConfiguration", where=lambda fields: "FluxCapacitor" in fields.get("key", ())
        )
        assert asked == {"key": names}
        assert outcome["values"] == {"ConnectionTimeOut": "60", "NumberOfConnectors": "2"}
        assert (outcome["unknown"], outcome["read_only"]) == (
            ["FluxCapacitor"],
            ["NumberOfConnectors"],
        )


@case16("5.8 GetConfiguration", CORE)
async def test_all_keys_are_read_if_none_is_named(csms: Csms) -> None:
    """§5.8: an empty or missing list asks for all; a key may have no value (§7.29)."""
    told = {"configurationKey": [{"key": "VendorKey", "readonly": False}]}
    async with booted(csms, GetConfiguration=told) as (station_id, station):
        outcome = await csms.command(station_id, "read_settings")
        asked = await station.asked_for(
            "GetConfiguration", where=lambda fields: not fields.get("key")
        )
        assert asked in ({}, {"key": []})
        assert outcome["values"] == {"VendorKey": ""}


@case16("7.20 ClearCacheStatus", CORE, is_each=True)
@pytest.mark.parametrize("word", ["Accepted", "Rejected"])
async def test_the_operator_is_told_whether_the_cache_is_empty(csms: Csms, word: str) -> None:
    """§5.4: the request has no fields."""
    outcome, asked = await outcome_of(csms, "ClearCache", {"status": word}, "clear_cache")
    assert asked == {}
    assert verdict_of(outcome) == (word.lower(), "")


@case16("7.23 DataTransferStatus", CORE, is_each=True)
@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("Accepted", ("accepted", "")),
        ("Rejected", ("rejected", "")),
        ("UnknownMessageId", ("unknown", "UnknownMessageId")),
        ("UnknownVendorId", ("unknown", "UnknownVendorId")),
    ],
)
async def test_the_operator_is_told_what_came_of_a_vendors_data(
    csms: Csms, word: str, verdict: tuple[str, str]
) -> None:
    """§5.6: taken, refused, or not understood for want of the vendor or of the message."""
    outcome, asked = await outcome_of(
        *(csms, "DataTransfer", {"status": word}, "send_data"),
        vendor="com.example",
        message="Probe",
        data="on",
    )
    assert asked == {"vendorId": "com.example", "messageId": "Probe", "data": "on"}
    assert verdict_of(outcome) == verdict


@case16("5.6 DataTransfer", CORE)
async def test_a_vendors_data_may_come_back(csms: Csms) -> None:
    """§5.6, §6.16: the answer has data of its own."""
    answer = {"status": "Accepted", "data": '{"lamp": "on"}'}
    outcome, asked = await outcome_of(csms, "DataTransfer", answer, "send_data", vendor="com.x")
    assert asked == {"vendorId": "com.x"}
    assert outcome["data"] == '{"lamp": "on"}'


@case16("7.39 RemoteStartStopStatus, start", CORE, is_each=True)
@pytest.mark.parametrize("word", ["Accepted", "Rejected"])
async def test_the_operator_is_told_whether_a_station_will_start(csms: Csms, word: str) -> None:
    """§5.11: a token, and the connector that is meant."""
    outcome, asked = await outcome_of(
        *(csms, "RemoteStartTransaction", {"status": word}, "start"),
        id_token=ID_TOKEN,
        evse_number=2,
    )
    assert asked == {"idTag": TAG, "connectorId": 2}
    assert verdict_of(outcome) == (word.lower(), "")


@case16("5.11 RemoteStartTransaction", CORE)
async def test_a_station_may_choose_the_connector_of_a_remote_start(csms: Csms) -> None:
    """§5.11: none is named."""
    _, asked = await outcome_of(
        csms, "RemoteStartTransaction", ACCEPTED, "start", id_token=ID_TOKEN
    )
    assert asked == {"idTag": TAG}


@case16("5.11 RemoteStartTransaction", CORE)
async def test_a_remote_start_is_followed_by_its_transaction(csms: Csms) -> None:
    """§5.11: the station starts with the token that it was given, and it is judged again."""
    await csms.list_token("R-APP", status="Accepted")
    async with booted(csms, RemoteStartTransaction=ACCEPTED) as (station_id, station):
        await csms.command(station_id, "start", id_token={"value": "R-APP"}, evse_number=1)
        asked = await station.asked_for("RemoteStartTransaction")
        transaction = await begin(station, tag=asked["idTag"])
        kept = await csms.transaction(station_id)
        assert (kept["transaction_id"], kept["id_token"]) == (str(transaction), "…")


@case16("7.39 RemoteStartStopStatus, stop", CORE, is_each=True)
@pytest.mark.parametrize("word", ["Accepted", "Rejected"])
async def test_the_operator_is_told_whether_a_station_will_stop(csms: Csms, word: str) -> None:
    """§5.12: the transaction is named by the number that it was given."""
    async with booted(csms, RemoteStopTransaction={"status": word}) as (station_id, station):
        transaction = await begin(station)
        outcome = await csms.command(station_id, "stop", transaction=str(transaction))
        asked = await station.asked_for("RemoteStopTransaction")
        assert asked == {"transactionId": transaction}
        assert verdict_of(outcome) == (word.lower(), "")
        assert (await csms.transaction(station_id))["ended_at"] is None


@case16("5.12 RemoteStopTransaction", CORE)
async def test_a_remote_stop_is_followed_by_the_stop(csms: Csms) -> None:
    """§5.12: only the station's own message ends the transaction."""
    async with booted(csms, RemoteStopTransaction=ACCEPTED) as (station_id, station):
        transaction = await begin(station)
        await csms.command(station_id, "stop", transaction=str(transaction))
        await stop(station, transaction, reason="Remote")
        assert (await csms.transaction(station_id))["stop_reason"] == "Remote"


@case16("7.41 ResetStatus", CORE, is_each=True)
@pytest.mark.parametrize("word", ["Accepted", "Rejected"])
async def test_the_operator_is_told_whether_a_station_restarts(csms: Csms, word: str) -> None:
    """§5.14: it will try, or it will not."""
    outcome, _ = await outcome_of(csms, "Reset", {"status": word}, "reset", kind="soft")
    assert verdict_of(outcome) == (word.lower(), "")


@case16("7.42 ResetType", CORE, is_each=True)
@pytest.mark.parametrize("kind", ["Soft", "Hard"])
async def test_a_restart_is_gentle_or_not(csms: Csms, kind: str) -> None:
    """§5.14: the operator chooses."""
    _, asked = await outcome_of(csms, "Reset", ACCEPTED, "reset", kind=kind.lower())
    assert asked == {"type": kind}


@case16("5.14 Reset", CORE)
async def test_a_soft_restart_ends_transactions_first(csms: Csms) -> None:
    """§5.14: both are stopped and told, then the station boots."""
    async with booted(csms, Reset=ACCEPTED) as (station_id, station):
        running = [await begin(station, connector=connector) for connector in (1, 2)]
        await csms.command(station_id, "reset", kind="soft")
        for transaction in running:
            await stop(station, transaction, reason="SoftReset")
        await boot(station)
        kept = await csms.transactions(station_id)
        assert [one["stop_reason"] for one in kept] == ["SoftReset", "SoftReset"]


@case16("7.46 UnlockStatus", CORE, is_each=True)
@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("Unlocked", ("accepted", "")),
        ("UnlockFailed", ("rejected", "UnlockFailed")),
        ("NotSupported", ("not_supported", "")),
    ],
)
async def test_the_operator_is_told_whether_a_cable_is_free(
    csms: Csms, word: str, verdict: tuple[str, str]
) -> None:
    """§5.18: it is, it is stuck, or the connector has no lock."""
    outcome, asked = await outcome_of(
        csms, "UnlockConnector", {"status": word}, "unlock", evse_number=2
    )
    assert asked == {"connectorId": 2}
    assert verdict_of(outcome) == verdict


@case16("5.18 UnlockConnector", CORE)
async def test_an_unlocked_connector_ends_its_transaction(csms: Csms) -> None:
    """§5.18: the station stops it first, and says why."""
    async with booted(csms, UnlockConnector={"status": "Unlocked"}) as (station_id, station):
        transaction = await begin(station)
        await csms.command(station_id, "unlock", evse_number=1)
        await stop(station, transaction, reason="UnlockCommand")
        assert (await csms.transaction(station_id))["stop_reason"] == "UnlockCommand"


@case16("3.3 Feature Profiles", CORE, is_each=True)
@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("read_list_version", {}),
        ("cancel_reservation", {"reservation_id": 1}),
        ("composite_schedule", {"evse_number": 1}),
        ("trigger", {"kind": "heartbeat"}),
        ("update_firmware", {"firmware": {"location": "ftp://files.example/fw.bin"}}),
    ],
)
async def test_a_profile_that_a_station_has_not_is_told_as_such(
    csms: Csms, command: str, fields: dict[str, Any]
) -> None:
    """§3.3: only the core profile has to be there; each of the others may be missing."""
    async with booted(csms) as (station_id, _):
        outcome = await csms.command(station_id, command, **fields)
        assert outcome["status"] == "not_supported"
