"""Transactions as the store, the site and the station's answers show them, in every version."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import event

from csms.domain.altered import altered
from csms.domain.authorization import IdToken
from csms.domain.events import MetersSampled
from csms.domain.identity import EvseId
from csms.domain.metering import Measurand, MeterSample, Reading
from csms.domain.transaction import StatedNeed, Transaction
from csms.ocpp.frames import JsonObject
from tests.domain.sites import place, small_site
from tests.service.handlers.stories import (
    END_WH,
    MIDDLE_WH,
    TOKEN,
    Teller,
    TellerV16,
    TellerV201,
    Told,
    stamp,
)
from tests.service.rig import NOON, V16, V201, CommitError, Office, open_office

TEN: Final = datetime(2026, 1, 14, 10, 0, tzinfo=UTC)
ELEVEN: Final = datetime(2026, 1, 14, 11, 0, tzinfo=UTC)
E1: Final = EvseId("G-01", 1)

each_version = pytest.mark.parametrize("teller_type", [TellerV16, TellerV201], ids=["1.6", "2.0.1"])


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    site = small_site(place("G-01", "level-1", 0.0), place("G-02", "level-1", 0.0))
    async with open_office(database_file, site) as opened:
        opened.clock.instant = TEN
        yield opened


async def say(office: Office, teller: Teller, told: Told, station_id: str = "G-01") -> JsonObject:
    """Say something once; the station learns from the answer."""
    answer = await office.hear(teller.adapter, *told, station_id)
    if "transactionId" in answer:
        teller.learns(answer)
    return answer


async def kept(office: Office, number: int) -> Transaction:
    """A transaction as the store has it."""
    async with office.open_uow() as uow:
        found = await uow.transactions.find_number(number)
    assert found is not None
    return found


def expected(teller: Teller, **more: Any) -> Transaction:
    """The story's transaction; only its id differs between versions."""
    transaction = "1" if isinstance(teller, TellerV16) else "tx-1"
    fields: dict[str, Any] = {"energy_wh": 0.0, "ended_at": None, "stop_reason": None, **more}
    return Transaction(
        number=1,
        station_id="G-01",
        transaction=transaction,
        evse=E1,
        id_token=IdToken(TOKEN),
        started_at=TEN,
        meter_start_wh=1_234_500.0,
        **fields,
    )


@each_version
async def test_transaction_is_the_same_in_every_version(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, teller.starts(TEN))
    assert await kept(office, 1) == expected(teller)
    assert office.evse("G-01/1").transaction == expected(teller)
    office.clock.instant = ELEVEN
    await say(office, teller, teller.measures(ELEVEN))
    assert await kept(office, 1) == expected(teller, energy_wh=5_000.0)
    assert office.evse("G-01/1").transaction == expected(teller, energy_wh=5_000.0)
    assert office.evse("G-01/1").reading == Reading(
        at=ELEVEN, current_a=(16.0, 15.0, 14.0), register_wh=1_239_500.0
    )
    office.clock.instant = NOON
    await say(office, teller, teller.stops(NOON))
    assert await kept(office, 1) == expected(
        teller, energy_wh=15_000.0, ended_at=NOON, stop_reason="EVDisconnected"
    )
    assert office.evse("G-01/1").transaction is None
    assert office.evse("G-01/1").reading is None
    assert office.live.tally.energy_today_wh(NOON) == 15_000.0


@each_version
async def test_every_message_may_come_three_times_and_counts_once(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    start = teller.starts(TEN)
    started = [await say(office, teller, start) for _ in range(3)]
    measures = teller.measures(ELEVEN)
    measured = [await say(office, teller, measures) for _ in range(3)]
    stop = teller.stops(NOON)
    stopped = [await say(office, teller, stop) for _ in range(3)]
    for answers in (started, measured, stopped):
        assert answers == [answers[0]] * 3
    assert await office.rows("SELECT count(*) AS count FROM charging_transaction") == [{"count": 1}]
    assert await kept(office, 1) == expected(
        teller, energy_wh=15_000.0, ended_at=NOON, stop_reason="EVDisconnected"
    )
    assert office.live.tally.energy_today_wh(NOON) == 15_000.0
    registers = [one for one in await office.samples() if one.measurand.startswith("Energy")]
    assert [(one.at, one.context, one.value) for one in registers] == [
        (TEN, "Transaction.Begin", 1_234_500.0),
        (ELEVEN, "Sample.Periodic", 1_239_500.0),
        (NOON, "Transaction.End", 1_249_500.0),
    ]


@each_version
async def test_start_that_is_sent_again_after_the_end_gets_its_answer_and_opens_nothing(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    start = teller.starts(TEN)
    first = await say(office, teller, start)
    await say(office, teller, teller.stops(NOON))
    assert await say(office, teller, start) == first
    assert office.evse("G-01/1").transaction is None
    assert (await kept(office, 1)).ended_at == NOON


@each_version
async def test_two_transactions_in_a_row_are_two(office: Office, teller_type: type[Teller]) -> None:
    first, second = teller_type(), teller_type()
    if isinstance(second, TellerV201):
        second.transaction = "tx-2"
    await say(office, first, first.starts(TEN))
    await say(office, first, first.stops(ELEVEN))
    await say(office, second, second.starts(ELEVEN, register_wh=END_WH))
    running = office.evse("G-01/1").transaction
    assert running is not None
    assert (running.number, running.energy_wh, running.meter_start_wh) == (2, 0.0, 1_249_500.0)
    assert office.live.tally.energy_today_wh(ELEVEN) == 15_000.0


@each_version
async def test_transaction_that_never_ended_is_over_when_the_next_begins(
    office: Office, teller_type: type[Teller]
) -> None:
    first, second = teller_type(), teller_type()
    if isinstance(second, TellerV201):
        second.transaction = "tx-2"
    await say(office, first, first.starts(TEN))
    await say(office, second, second.starts(ELEVEN))
    rows = await office.rows("SELECT number, closed_by FROM charging_transaction ORDER BY number")
    assert rows == [{"number": 1, "closed_by": "superseded"}, {"number": 2, "closed_by": None}]
    assert (await kept(office, 1)).ended_at == ELEVEN


@each_version
async def test_same_start_at_another_station_is_another_transaction(
    office: Office, teller_type: type[Teller]
) -> None:
    one, other = teller_type(), teller_type()
    await say(office, one, one.starts(TEN))
    await say(office, other, other.starts(TEN), "G-02")
    at_other = office.evse("G-02/1").transaction
    assert at_other is not None
    assert (at_other.number, at_other.evse) == (2, EvseId("G-02", 1))


@each_version
async def test_what_could_not_be_committed_is_not_acknowledged_and_not_shown(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    start = teller.starts(TEN)
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await say(office, teller, start)
    assert office.evse("G-01/1").transaction is None
    assert await office.rows("SELECT number FROM charging_transaction") == []
    assert await office.rows("SELECT seq_no FROM transaction_event") == []
    office.is_disk_full = False
    await say(office, teller, start)
    assert await kept(office, 1) == expected(teller)


@each_version
async def test_end_that_could_not_be_committed_is_taken_when_it_comes_again(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, teller.starts(TEN))
    stop = teller.stops(NOON)
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await say(office, teller, stop)
    assert office.evse("G-01/1").transaction == expected(teller)
    assert office.live.tally.energy_today_wh(NOON) == 0.0
    office.is_disk_full = False
    await say(office, teller, stop)
    assert (await kept(office, 1)).energy_wh == 15_000.0


@each_version
async def test_meter_values_that_could_not_be_committed_change_nothing(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, teller.starts(TEN))
    measures = teller.measures(ELEVEN)
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await say(office, teller, measures)
    reading = office.evse("G-01/1").reading
    assert reading is None or reading.current_a is None
    assert (await kept(office, 1)).energy_wh == 0.0


@each_version
async def test_register_that_runs_backwards_takes_no_energy_away(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, teller.starts(TEN))
    await say(office, teller, teller.measures(ELEVEN))
    await say(office, teller, teller.stops(NOON, register_wh=12))
    assert (await kept(office, 1)).energy_wh == 5_000.0


@each_version
async def test_meter_values_that_come_after_the_end_count_nothing(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, teller.starts(TEN))
    late = teller.measures(ELEVEN)
    await say(office, teller, teller.stops(NOON))
    await say(office, teller, late)
    assert (await kept(office, 1)).energy_wh == 15_000.0
    assert office.live.tally.energy_today_wh(NOON) == 15_000.0
    assert office.evse("G-01/1").transaction is None


@each_version
async def test_report_on_a_running_transaction_looks_nothing_up(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, teller.starts(TEN))
    executed: list[str] = []
    engine = office.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: executed.append(args[2]))
    await say(office, teller, teller.measures(ELEVEN))
    assert executed == []
    assert (await kept(office, 1)).energy_wh == 5_000.0
    await say(office, teller, teller.stops(NOON))
    assert executed != []  # and statements are seen


@each_version
async def test_report_after_a_restart_looks_its_transaction_up_once(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, teller.starts(TEN))
    office.database.writer.ledger.forget()
    executed: list[str] = []
    engine = office.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: executed.append(args[2]))
    await say(office, teller, teller.measures(ELEVEN))
    assert executed != []
    executed.clear()
    await say(office, teller, teller.measures(ELEVEN, register_wh=MIDDLE_WH + 500))
    assert executed == []
    assert (await kept(office, 1)).energy_wh == 5_500.0


@each_version
async def test_stated_need_survives_later_reports(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, teller.starts(TEN))
    need = StatedNeed(energy_wh=9_000.0, departs_at=NOON)
    async with office.open_uow() as uow:
        await uow.transactions.state_need(1, need)
        await uow.commit()
    await say(office, teller, teller.measures(ELEVEN))
    running = office.evse("G-01/1").transaction
    assert running is not None
    assert running.need == need


@each_version
async def test_past_of_the_token_is_known_from_the_start_on(
    office: Office, teller_type: type[Teller]
) -> None:
    first, second = teller_type(), teller_type()
    if isinstance(second, TellerV201):
        second.transaction = "tx-2"
    await say(office, first, first.starts(TEN))
    assert office.evse("G-01/1").past == ()
    await say(office, first, first.stops(ELEVEN))
    await say(office, second, second.starts(ELEVEN, token=TOKEN.lower()), "G-02")
    assert [one.number for one in office.evse("G-02/1").past] == [1]


@each_version
async def test_changes_that_a_plan_depends_on_wake_the_site(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, teller.starts(TEN))
    assert office.live.dirty.is_set()
    office.live.dirty.clear()
    office.live.changed.clear()
    office.clock.instant = ELEVEN
    await say(office, teller, teller.measures(ELEVEN, amps=(0, 0, 0)))
    assert office.live.changed.is_set()
    assert not office.live.dirty.is_set()
    await say(office, teller, teller.stops(NOON))
    assert office.live.dirty.is_set()


async def test_2_0_1_updates_before_the_start_are_kept_and_the_start_corrects_them(
    office: Office,
) -> None:
    teller = TellerV201()
    start, middle = teller.starts(TEN), teller.measures(ELEVEN)
    middle[1]["evse"] = {"id": 1}
    await say(office, teller, middle)
    assert await kept(office, 1) == altered(
        expected(teller), id_token=None, started_at=ELEVEN, meter_start_wh=1_239_500.0
    )
    await say(office, teller, start)
    await say(office, teller, teller.stops(NOON))
    assert await kept(office, 1) == expected(
        teller, energy_wh=15_000.0, ended_at=NOON, stop_reason="EVDisconnected"
    )


async def test_2_0_1_start_after_the_end_is_kept(office: Office) -> None:
    teller = TellerV201()
    start, stop = teller.starts(TEN), teller.stops(NOON)
    stop[1]["evse"] = {"id": 1}
    await say(office, teller, stop)
    await say(office, teller, start)
    found = await kept(office, 1)
    assert (found.started_at, found.ended_at) == (TEN, NOON)
    assert (found.meter_start_wh, found.id_token) == (1_234_500.0, IdToken(TOKEN))
    assert office.evse("G-01/1").transaction is None


async def test_2_0_1_transaction_that_tells_its_evse_late_ends_the_one_before(
    office: Office,
) -> None:
    first, second = TellerV201(), TellerV201("tx-2")
    await say(office, first, first.starts(TEN))
    start = second.starts(ELEVEN)
    del start[1]["evse"]
    await say(office, second, start)
    assert (await kept(office, 1)).ended_at is None
    plugged = second.measures(ELEVEN)
    plugged[1]["evse"] = {"id": 1, "connectorId": 1}
    await say(office, second, plugged)
    running = office.evse("G-01/1").transaction
    assert running is not None
    assert running.transaction == "tx-2"
    assert (await kept(office, 1)).ended_at == ELEVEN


async def test_2_0_1_token_that_is_shown_after_plugging_in_brings_its_past(
    office: Office,
) -> None:
    first, second = TellerV201(), TellerV201("tx-2")
    await say(office, first, first.starts(TEN))
    await say(office, first, first.stops(ELEVEN))
    start = second.starts(ELEVEN)
    shown = start[1].pop("idToken")
    await say(office, second, start)
    assert office.evse("G-01/1").past == ()
    office.live.dirty.clear()
    authorized = second.measures(ELEVEN)
    authorized[1]["idToken"] = shown
    await say(office, second, authorized)
    assert [one.transaction for one in office.evse("G-01/1").past] == ["tx-1"]
    assert office.live.dirty.is_set()


async def test_2_0_1_guest_without_a_token_has_not_the_past_of_the_one_before(
    office: Office,
) -> None:
    for number in (1, 2):
        teller = TellerV201(f"tx-{number}")
        await say(office, teller, teller.starts(TEN))
        await say(office, teller, teller.stops(ELEVEN))
    assert len(office.evse("G-01/1").past) == 1
    last = TellerV201("tx-3")
    start = last.starts(NOON)
    del start[1]["idToken"]
    await say(office, last, start)
    assert office.evse("G-01/1").past == ()


async def test_2_0_1_sequence_begins_anew_with_each_transaction(office: Office) -> None:
    for name in ("tx-1", "tx-2"):
        teller = TellerV201(name)
        await say(office, teller, teller.starts(TEN))
        await say(office, teller, teller.stops(NOON))
    rows = await office.rows(
        "SELECT transaction_id, ended_at IS NULL AS is_open FROM charging_transaction"
    )
    assert rows == [
        {"transaction_id": "tx-1", "is_open": 0},
        {"transaction_id": "tx-2", "is_open": 0},
    ]


async def test_1_6_answer_names_the_transaction_by_its_number(office: Office) -> None:
    teller = TellerV16()
    assert await say(office, teller, teller.starts(TEN)) == {
        "transactionId": 1,
        "idTagInfo": {"status": "Accepted"},
    }
    assert await say(office, teller, teller.stops(NOON)) == {}


async def test_2_0_1_answer_judges_the_token_where_one_came(office: Office) -> None:
    teller = TellerV201()
    answer = await say(office, teller, teller.starts(TEN))
    assert answer == {"idTokenInfo": {"status": "Accepted"}}
    assert await say(office, teller, teller.stops(NOON)) == {}


async def test_1_6_starts_that_differ_in_one_thing_are_different(office: Office) -> None:
    base = {"connectorId": 1, "idTag": TOKEN, "meterStart": 0, "timestamp": stamp(TEN)}
    changes: list[JsonObject] = [
        {},
        {"connectorId": 2},
        {"idTag": "04FFFFFF"},
        {"meterStart": 1},
        {"timestamp": stamp(ELEVEN)},
    ]
    answers = [
        await office.hear(V16, "StartTransaction", base | change) for change in changes + changes
    ]
    assert [answer["transactionId"] for answer in answers] == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]


async def test_1_6_end_of_a_transaction_that_is_not_ours_is_kept_apart(office: Office) -> None:
    stranger = {"transactionId": 77, "meterStop": 500, "timestamp": stamp(NOON)}
    assert await office.hear(V16, "StopTransaction", stranger) == {}
    assert await office.hear(V16, "StopTransaction", stranger) == {}
    rows = await office.rows("SELECT transaction_id, energy_wh FROM charging_transaction")
    assert rows == [{"transaction_id": "foreign-77", "energy_wh": 0.0}]


async def test_1_6_end_does_not_end_another_stations_transaction(office: Office) -> None:
    teller = TellerV16()
    await say(office, teller, teller.starts(TEN))
    await say(office, teller, teller.stops(NOON), "G-02")
    assert (await kept(office, 1)).ended_at is None
    assert office.evse("G-01/1").transaction is not None


async def test_1_6_meter_values_of_an_unknown_transaction_are_kept(office: Office) -> None:
    teller = TellerV16()
    teller.transaction = 77
    assert await say(office, teller, teller.measures(ELEVEN)) == {}
    rows = await office.rows("SELECT transaction_number FROM meter_reading")
    assert rows == [{"transaction_number": None}]


ODD_VALUES: Final = {
    "text": {"value": "n/a"},
    "no number": {"value": "NaN"},
    "infinite": {"value": "1e999"},
    "empty": {"value": ""},
    "signed": {"value": "AAEC/w==", "format": "SignedData"},
    "of an odd phase": {"value": "16", "measurand": "Current.Import", "phase": "N"},
    "negative": {"value": "-4", "measurand": "Current.Import", "phase": "L1"},
}


@pytest.mark.parametrize("odd", ODD_VALUES.values(), ids=ODD_VALUES.keys())
async def test_odd_meter_values_do_no_harm(office: Office, odd: JsonObject) -> None:
    teller = TellerV16()
    await say(office, teller, teller.starts(TEN))
    values = [{"timestamp": stamp(ELEVEN), "sampledValue": [odd, odd]}]
    payload = {"connectorId": 1, "transactionId": 1, "meterValue": values}
    assert await office.hear(V16, "MeterValues", payload) == {}
    await say(office, teller, teller.stops(NOON))
    assert await kept(office, 1) == expected(
        teller, energy_wh=15_000.0, ended_at=NOON, stop_reason="EVDisconnected"
    )


async def test_meter_values_of_an_evse_that_nobody_knows_are_kept(office: Office) -> None:
    sample = {"value": 7, "measurand": "Power.Active.Import"}
    meter = [{"timestamp": stamp(ELEVEN), "sampledValue": [sample]}]
    assert await office.hear(V201, "MeterValues", {"evseId": 9, "meterValue": meter}) == {}
    rows = await office.rows("SELECT evse_number, samples FROM meter_reading")
    assert rows == [{"evse_number": 9, "samples": '[["Power.Active.Import",7.0]]'}]


async def test_meter_of_the_whole_station_is_no_evses_reading(office: Office) -> None:
    sample = {"value": 40, "measurand": "Current.Import", "phase": "L1"}
    meter = [{"timestamp": stamp(ELEVEN), "sampledValue": [sample]}]
    await office.hear(V201, "MeterValues", {"evseId": 0, "meterValue": meter})
    assert office.evse("G-01/1").reading is None


async def test_report_without_samples_is_acknowledged(office: Office) -> None:
    event = MetersSampled(station_id="G-01", evse_number=1, transaction=None, samples=())
    await office.handle(event)
    assert await office.samples() == []


async def test_older_reading_does_not_replace_a_newer_one(office: Office) -> None:
    def sampled(at: datetime, amps: float) -> MetersSampled:
        sample = MeterSample(at=at, measurand=Measurand.CURRENT_IMPORT, value=amps)
        return MetersSampled(station_id="G-01", evse_number=1, transaction=None, samples=(sample,))

    await office.handle(sampled(NOON, 16.0))
    await office.handle(sampled(ELEVEN, 6.0))
    reading = office.evse("G-01/1").reading
    assert reading is not None
    assert reading.current_a == (16.0, 16.0, 16.0)


def moved(told: Told, evse_number: int) -> Told:
    """The same at another EVSE."""
    action, payload = told
    if action == "TransactionEvent":
        return action, payload | {"evse": {"id": evse_number, "connectorId": 1}}
    return action, payload | {"connectorId": evse_number}


@each_version
@pytest.mark.parametrize("evse_number", [2, 77])
async def test_transaction_at_an_evse_that_the_site_does_not_know_is_refused(
    office: Office, teller_type: type[Teller], evse_number: int
) -> None:
    teller = teller_type()
    start = moved(teller.starts(TEN), evse_number)
    answers = [await say(office, teller, start) for _ in range(2)]
    verdicts = [answer.get("idTagInfo") or answer["idTokenInfo"] for answer in answers]
    assert verdicts == [{"status": "Invalid"}] * 2
    assert (await kept(office, 1)).ended_at is None


@each_version
async def test_what_runs_there_all_the_same_is_counted_until_it_ends(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, moved(teller.starts(TEN), 2))
    await say(office, teller, moved(teller.measures(TEN), 2))
    stray = office.evse("G-01/2")
    assert stray.allowance.now_a(TEN) == 32.0
    assert stray.reading is not None
    assert stray.reading.current_a == (16.0, 15.0, 14.0)
    await say(office, teller, teller.stops(ELEVEN))
    assert EvseId("G-01", 2) not in office.live.evses
    assert (await kept(office, 1)).ended_at == ELEVEN


async def test_transaction_of_a_station_without_a_site_is_judged_by_its_token(
    office: Office,
) -> None:
    async with office.open_uow() as uow:
        await uow.stations.adopt("stranger", "fjordgata")
        await uow.commit()
    teller = TellerV16()
    answer = await say(office, teller, moved(teller.starts(TEN), 3), "stranger")
    assert answer["idTagInfo"] == {"status": "Accepted"}


@each_version
async def test_clock_of_a_station_is_known_by_the_times_in_its_reports(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, teller.starts(ELEVEN))
    assert office.live.stations["G-01"].clock.error == timedelta(hours=1)


@each_version
async def test_clock_of_a_station_is_known_by_the_times_of_its_meter(
    office: Office, teller_type: type[Teller]
) -> None:
    teller = teller_type()
    await say(office, teller, teller.starts(TEN))
    office.live.station_booted("G-01")
    await say(office, teller, teller.measures(ELEVEN))
    assert office.live.stations["G-01"].clock.error == timedelta(hours=1)


async def test_2_0_1_report_that_was_kept_while_offline_says_nothing_of_the_clock(
    office: Office,
) -> None:
    teller = TellerV201()
    action, payload = teller.starts(ELEVEN)
    await say(office, teller, (action, payload | {"offline": True}))
    assert office.live.stations["G-01"].clock.error == timedelta(0)
