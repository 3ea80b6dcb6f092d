"""OCPP 1.6 §4.10: transactions stop, once, whatever is thought of it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conformance.csms import Csms
from tests.conformance.v16.cases import CORE, case16
from tests.conformance.v16.metering import KeptSample, meter_value, sample, samples_of
from tests.conformance.v16.states import TAG, begin, booted, linked, stop, tell_status

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
EVENING = NOON + timedelta(hours=6)
REASONS = [
    *("DeAuthorized", "EmergencyStop", "EVDisconnected", "HardReset", "Local", "Other"),
    *("PowerLoss", "Reboot", "Remote", "SoftReset", "UnlockCommand"),
]


@case16("4.10 StopTransaction", CORE)
async def test_a_stop_is_kept_with_its_time_and_its_meter(csms: Csms) -> None:
    """§4.10: the energy is what the meter has run on."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station, meter_wh=1000, at=NOON)
        await stop(station, transaction, meter_wh=8500, at=EVENING)
        kept = await csms.transaction(station_id)
        assert datetime.fromisoformat(kept["ended_at"]) == EVENING
        assert (kept["meter_stop_wh"], kept["energy_wh"]) == (8500.0, 7500.0)
        assert kept["closed_by"] == "station"


@case16("7.36 Reason", CORE, is_each=True)
@pytest.mark.parametrize("reason", REASONS)
async def test_the_operator_is_told_why_a_transaction_has_stopped(csms: Csms, reason: str) -> None:
    """§7.36: the station has a word for each cause."""
    async with booted(csms) as (station_id, station):
        await stop(station, await begin(station), reason=reason)
        assert (await csms.transaction(station_id))["stop_reason"] == reason


@case16("4.10 StopTransaction", CORE)
async def test_a_stop_without_a_reason_is_the_drivers(csms: Csms) -> None:
    """§4.10: nothing said means that it was stopped at the station."""
    async with booted(csms) as (station_id, station):
        await stop(station, await begin(station), idTag=TAG)
        assert (await csms.transaction(station_id))["stop_reason"] == "Local"


@case16("4.10 StopTransaction, idTagInfo", CORE)
async def test_a_stop_is_told_the_verdict_on_its_token(csms: Csms) -> None:
    """§4.10: another token of the group has stopped it, and the station keeps what it is told."""
    for token in ("E-MOTHER", "E-FATHER"):
        await csms.list_token(token, group="E-FAMILY")
    async with booted(csms) as (_, station):
        transaction = await begin(station, tag="E-MOTHER")
        answer = await stop(station, transaction, idTag="E-FATHER")
        assert answer == {"idTagInfo": {"status": "Accepted", "parentIdTag": "E-FAMILY"}}


@case16("4.10 StopTransaction, idTagInfo", CORE)
async def test_a_stop_without_a_token_is_told_no_verdict(csms: Csms) -> None:
    """§4.10: the station has stopped by itself."""
    async with booted(csms) as (_, station):
        assert await stop(station, await begin(station), reason="Reboot") == {}


@case16("4.10 StopTransaction", CORE)
async def test_a_stop_cannot_be_prevented(csms: Csms) -> None:
    """§4.10: a blocked token has stopped it; it is told so, and the transaction is over."""
    await csms.list_token("E-BLOCKED", status="Blocked")
    async with booted(csms) as (station_id, station):
        answer = await stop(station, await begin(station), idTag="E-BLOCKED")
        assert answer["idTagInfo"]["status"] == "Blocked"
        assert (await csms.transaction(station_id))["ended_at"] is not None


@case16("3.7.1 Error responses to transaction-related messages", CORE)
async def test_a_stop_that_is_sent_again_is_one_stop(csms: Csms) -> None:
    """§3.7.1: its answer was lost; it is answered as before, and nothing changes."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station, at=NOON)
        first = await stop(station, transaction, at=EVENING, idTag=TAG)
        before = await csms.transaction(station_id)
        assert await stop(station, transaction, at=EVENING, idTag=TAG) == first
        assert await csms.transaction(station_id) == before


@case16("3.7.1 Error responses to transaction-related messages", CORE)
async def test_a_second_stop_that_says_otherwise_changes_nothing(csms: Csms) -> None:
    """§4.10: a transaction stops once, and the first stop counts."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station, at=NOON)
        await stop(station, transaction, meter_wh=4000, at=EVENING, reason="Local")
        before = await csms.transaction(station_id)
        later = EVENING + timedelta(hours=1)
        await stop(station, transaction, meter_wh=9000, at=later, reason="Other")
        assert await csms.transaction(station_id) == before


@case16("4.10 StopTransaction, sanity", CORE)
async def test_a_stop_of_a_transaction_that_nobody_knows_is_answered(csms: Csms) -> None:
    """§4.10: it is kept apart; what runs here goes on."""
    async with booted(csms) as (station_id, station):
        running = await begin(station)
        assert await stop(station, 999_999_999, at=EVENING) == {}
        kept = {one["transaction_id"]: one for one in await csms.transactions(station_id)}
        assert kept[str(running)]["ended_at"] is None
        (foreign,) = [one for name, one in kept.items() if name != str(running)]
        assert datetime.fromisoformat(foreign["ended_at"]) == EVENING
        assert foreign["meter_stop_wh"] == 5000.0


@case16("4.10 StopTransaction, sanity", CORE)
async def test_a_stop_does_not_reach_the_transaction_of_another_station(csms: Csms) -> None:
    """§4.10: a number that belongs to somebody else ends nothing there."""
    async with booted(csms) as (station_id, station), booted(csms) as (_, stranger):
        transaction = await begin(station)
        assert await stop(stranger, transaction) == {}
        assert (await csms.transaction(station_id))["ended_at"] is None


@case16("4.10 StopTransaction, sanity", CORE)
async def test_a_meter_that_has_run_backwards_is_answered(csms: Csms) -> None:
    """§4.10: no energy is counted, and the readings are kept as they came."""
    async with booted(csms) as (station_id, station):
        await stop(station, await begin(station, meter_wh=5000), meter_wh=3000)
        kept = await csms.transaction(station_id)
        assert (kept["meter_stop_wh"], kept["energy_wh"]) == (3000.0, 0.0)


@case16("4.10 StopTransaction, transactionData", CORE)
async def test_what_was_metered_comes_with_the_stop(csms: Csms) -> None:
    """§4.10: readings of the whole transaction, each with its own time."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station, meter_wh=1000, at=NOON)
        data = [
            meter_value(sample(1000, context="Transaction.Begin"), at=NOON),
            meter_value(
                sample(2000, context="Sample.Clock"),
                sample("16.0", "Current.Import", phase="L1", context="Sample.Clock", unit="A"),
                at=NOON + timedelta(hours=1),
            ),
        ]
        await stop(station, transaction, meter_wh=3000, at=EVENING, transactionData=data)
        kept = samples_of(csms, station_id)
        register = "Energy.Active.Import.Register"
        assert {one.transaction for one in kept} == {transaction}
        assert KeptSample(1, transaction, register, 2000.0, None, "Sample.Clock") in kept
        current = KeptSample(1, transaction, "Current.Import", 16.0, "L1", "Sample.Clock")
        assert current in kept
        assert KeptSample(1, transaction, register, 3000.0, None, "Transaction.End") in kept


@case16("4.10 StopTransaction", CORE)
async def test_a_stop_that_comes_after_the_status_leaves_the_vehicle_there(csms: Csms) -> None:
    """§4.9, §4.10: the transaction is over, the cable is still in."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station)
        await tell_status(station, "Finishing")
        await stop(station, transaction)
        assert await csms.state_of(station_id) == "finishing"
        await tell_status(station, "Available")
        assert await csms.state_of(station_id) == "available"


@case16("4.10 StopTransaction", CORE)
async def test_a_stop_that_comes_before_the_status_leaves_the_vehicle_there(csms: Csms) -> None:
    """§4.9, §4.10: the same in the other order."""
    async with booted(csms) as (station_id, station):
        await stop(station, await begin(station))
        await tell_status(station, "Finishing")
        assert await csms.state_of(station_id) == "finishing"


@case16("3.7 Transaction-related messages", CORE)
async def test_a_stop_is_delivered_after_a_loss_of_connection(csms: Csms) -> None:
    """§3.7, J §5.4: without a boot, over a new connection, with the time at which it was."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station, at=NOON)
    async with linked(csms, station_id) as station:
        await stop(station, transaction, at=EVENING, reason="EVDisconnected")
        kept = await csms.transaction(station_id)
        assert datetime.fromisoformat(kept["ended_at"]) == EVENING
        assert kept["stop_reason"] == "EVDisconnected"
