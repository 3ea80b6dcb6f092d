"""OCPP 1.6 §4.8: transactions start, also at a station that was offline."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conformance.csms import Csms
from tests.conformance.v16.cases import CORE, case16
from tests.conformance.v16.states import begin, booted, linked, start, stop, tell_status

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG_AGO = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


@case16("4.8 StartTransaction", CORE)
async def test_a_start_is_given_a_number_and_kept(csms: Csms) -> None:
    """§4.8: the answer has an id and a verdict; the id is that of the kept transaction."""
    async with booted(csms) as (station_id, station):
        answer = await start(station, connector=2, meter_wh=1234, at=LONG_AGO)
        assert answer["idTagInfo"] == {"status": "Accepted"}
        kept = await csms.transaction(station_id)
        assert kept["transaction_id"] == str(answer["transactionId"])
        assert (kept["evse_number"], kept["id_token"]) == (2, "04…D5")
        assert (kept["meter_start_wh"], kept["energy_wh"]) == (1234.0, 0.0)
        assert datetime.fromisoformat(kept["started_at"]) == LONG_AGO
        assert kept["ended_at"] is None


@case16("4.8 StartTransaction", CORE)
async def test_every_transaction_has_a_number_of_its_own(csms: Csms) -> None:
    """§4.8, §6.46: two connectors and two stations start at the same moment."""
    async with booted(csms) as (_, one), booted(csms) as (_, another):
        now = datetime.now(UTC)
        places = ((one, 1), (one, 2), (another, 1))
        numbers = [await begin(station, connector=place, at=now) for station, place in places]
        assert len(set(numbers)) == 3
        assert min(numbers) > 0


@case16("4.8 StartTransaction, idTagInfo", CORE, is_each=True)
@pytest.mark.parametrize("word", ["Blocked", "Expired", "Invalid", "ConcurrentTx"])
async def test_a_token_is_judged_again_when_its_transaction_starts(csms: Csms, word: str) -> None:
    """§4.8: the station may have let it in by old knowledge; the transaction is kept as it is."""
    await csms.list_token(f"S-{word}", status=word)
    async with booted(csms) as (station_id, station):
        answer = await start(station, tag=f"S-{word}")
        assert answer["idTagInfo"]["status"] == word
        kept = await csms.transaction(station_id)
        assert kept["transaction_id"] == str(answer["transactionId"])


@case16("4.8 StartTransaction, idTagInfo", CORE)
async def test_a_token_that_nobody_knows_starts_and_is_invalid(guarded: Csms) -> None:
    """§4.8, §3.5.4: the station has let in somebody unknown while it was offline."""
    async with booted(guarded) as (station_id, station):
        answer = await start(station, tag="S-STRANGER")
        assert answer["idTagInfo"]["status"] == "Invalid"
        await stop(station, answer["transactionId"], reason="DeAuthorized")
        assert (await guarded.transaction(station_id))["stop_reason"] == "DeAuthorized"


@case16("3.10 Parent idTag", CORE)
async def test_a_start_is_told_the_parent_of_its_token(csms: Csms) -> None:
    """§3.10, §7.27: the station learns who else may stop it."""
    await csms.list_token("S-MOTHER", group="S-FAMILY", expires_at="2099-12-31T12:00:00Z")
    async with booted(csms) as (_, station):
        answer = await start(station, tag="S-MOTHER")
        assert answer["idTagInfo"] == {
            "status": "Accepted",
            "parentIdTag": "S-FAMILY",
            "expiryDate": "2099-12-31T12:00:00Z",
        }


@case16("3.7.1 Error responses to transaction-related messages", CORE)
async def test_a_start_that_is_sent_again_is_the_same_transaction(csms: Csms) -> None:
    """§3.7.1: its answer was lost, and it comes under another message id."""
    async with booted(csms) as (station_id, station):
        first, again = [await start(station, at=LONG_AGO) for _ in range(2)]
        assert again == first
        assert (await csms.transaction(station_id))["transaction_id"] == str(first["transactionId"])


@case16("3.7.1 Error responses to transaction-related messages", CORE)
async def test_a_start_that_is_sent_again_after_its_end_does_not_run_again(csms: Csms) -> None:
    """§3.7.1: the retry comes late, over a new connection; what has ended stays ended."""
    async with booted(csms) as (station_id, station):
        transaction = await begin(station, at=LONG_AGO)
        await stop(station, transaction, at=LONG_AGO + timedelta(hours=1))
    async with linked(csms, station_id) as station:
        assert await begin(station, at=LONG_AGO) == transaction
        kept = await csms.transaction(station_id)
        assert datetime.fromisoformat(kept["ended_at"]) == LONG_AGO + timedelta(hours=1)


@case16("3.7 Transaction-related messages", CORE)
async def test_what_an_offline_station_has_kept_is_taken_as_it_was(csms: Csms) -> None:
    """§3.7: two transactions of last night come in one go, in the order in which they were."""
    async with booted(csms) as (station_id, station):
        for night in range(2):
            at = LONG_AGO + timedelta(days=night)
            transaction = await begin(station, meter_wh=1000 * night, at=at)
            ended_at = at + timedelta(hours=8)
            await stop(station, transaction, meter_wh=1000 * night + 700, at=ended_at)
        kept = await csms.transactions(station_id)
        assert [one["energy_wh"] for one in kept] == [700.0, 700.0]
        started_at = [datetime.fromisoformat(one["started_at"]) for one in kept]
        assert started_at == [LONG_AGO, LONG_AGO + timedelta(days=1)]
        assert await csms.state_of(station_id) == "available"


@case16("4.8 StartTransaction", CORE)
async def test_a_start_that_is_told_before_the_status_charges(csms: Csms) -> None:
    """§4.8, §4.9: the messages may come in this order."""
    async with booted(csms) as (station_id, station):
        await begin(station)
        await tell_status(station, "Charging")
        assert await csms.state_of(station_id) == "charging"
        assert await csms.state_of(station_id, 2) == "available"


@case16("4.8 StartTransaction", CORE)
async def test_a_start_that_is_told_after_the_status_charges(csms: Csms) -> None:
    """§4.8, §4.9: or in this one."""
    async with booted(csms) as (station_id, station):
        await tell_status(station, "Preparing")
        assert await csms.state_of(station_id) == "preparing"
        await tell_status(station, "Charging")
        await begin(station)
        assert await csms.state_of(station_id) == "charging"


@case16("4.8 StartTransaction", CORE)
async def test_a_start_where_another_never_stopped_ends_the_other(csms: Csms) -> None:
    """§4.8, §3.6: a connector charges one vehicle; the end of the first was lost for good."""
    async with booted(csms) as (station_id, station):
        await begin(station, at=LONG_AGO)
        newer = await begin(station, at=LONG_AGO + timedelta(hours=2))
        first, second = await csms.transactions(station_id)
        assert datetime.fromisoformat(first["ended_at"]) == LONG_AGO + timedelta(hours=2)
        assert first["closed_by"] == "superseded"
        assert (second["transaction_id"], second["ended_at"]) == (str(newer), None)


@case16("4.8 StartTransaction, sanity", CORE)
async def test_a_start_at_a_connector_that_nobody_knows_is_answered(csms: Csms) -> None:
    """§4.8: whatever is thought of its content, it is answered and kept."""
    async with booted(csms) as (station_id, station):
        answer = await start(station, connector=7)
        kept = await csms.transaction(station_id)
        assert kept["transaction_id"] == str(answer["transactionId"])
        assert kept["evse_number"] == 7


@case16("4.8 StartTransaction, sanity", CORE)
async def test_a_start_in_the_future_is_answered(csms: Csms) -> None:
    """§4.8: a station whose clock is wrong is not left to try again and again."""
    async with booted(csms) as (station_id, station):
        at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
        await begin(station, at=at)
        kept = await csms.transaction(station_id)
        assert datetime.fromisoformat(kept["started_at"]) == at
