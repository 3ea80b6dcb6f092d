"""Transactions: what recognises a retry, what may come in any order, what is kept."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from csms.domain.altered import altered
from csms.domain.authorization import IdToken
from csms.domain.events import TransactionReported
from csms.domain.identity import EvseId
from csms.domain.report_numbers import MissingReports
from csms.domain.site_day import CountMark
from csms.domain.station import ChargingState
from csms.domain.transaction import ClosingRule, StatedNeed, Transaction, TransactionStage
from csms.storage.database import Database, DatabaseSettings
from csms.storage.tables import TransactionEventRow, table_of
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.rig import CARD, G1, begun, open_of, put_site, report, start_v16

OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)
    async with SqlUnitOfWork(database) as uow:
        await uow.tokens.note_seen(CARD, NOON)
        await uow.commit()


async def found(database: Database, number: int) -> Transaction | None:
    async with SqlUnitOfWork(database) as uow:
        return await uow.transactions.find("G-01", str(number))


async def ended(database: Database, transaction: Transaction) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.end(transaction, meter_stop_wh=9000.0)
        await uow.commit()


async def test_v16_transaction_is_called_by_our_number(database: Database) -> None:
    transaction, is_new = await begun(database, start_v16())
    assert is_new
    assert transaction == Transaction(
        number=transaction.number,
        station_id="G-01",
        transaction=str(transaction.number),
        evse=G1,
        id_token=CARD,
        started_at=NOON,
        meter_start_wh=1000.0,
    )
    assert await found(database, transaction.number) == transaction


async def test_v16_start_that_comes_again_is_the_same_transaction(database: Database) -> None:
    first, _ = await begun(database, start_v16())
    again, is_new = await begun(database, start_v16())
    assert (again, is_new) == (first, False)


@pytest.mark.parametrize(
    "other",
    [
        {"at": after(1)},
        {"evse_number": 2},
        {"register_wh": 1001.0},
        {"id_token": IdToken("OTHER")},
        {"station_id": "G-02"},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_v16_start_that_differs_is_another_transaction(
    database: Database, other: dict[str, object]
) -> None:
    first, _ = await begun(database, start_v16())
    second, is_new = await begun(database, start_v16(**other))
    assert is_new
    assert second.number != first.number


async def test_retries_at_the_same_time_begin_one_transaction(database: Database) -> None:
    outcomes = await asyncio.gather(*(begun(database, start_v16()) for _ in range(8)))
    assert len({transaction.number for transaction, _ in outcomes}) == 1
    assert sum(is_new for _, is_new in outcomes) == 1


async def test_v201_transaction_keeps_the_stations_id_and_is_its_own_per_station(
    database: Database,
) -> None:
    first, _ = await begun(database, report())
    again, is_new = await begun(database, report(at=after(1)))
    assert (again.number, is_new, again.transaction) == (first.number, False, "tx-1")
    other, is_new = await begun(database, report(station_id="G-02"))
    assert is_new
    assert other.number != first.number


async def told(database: Database, event: TransactionReported, at: datetime = NOON) -> bool:
    """Tell of a transaction in a unit of work of its own; return whether that was news."""
    async with SqlUnitOfWork(database) as uow:
        transaction, _ = await uow.transactions.begin(event)
        is_news = await uow.transactions.is_news(event, transaction, at)
        await uow.commit()
    return is_news


async def test_report_is_news_once(database: Database) -> None:
    assert await told(database, report(seq_no=0))
    assert await told(database, report(seq_no=1))
    assert not await told(database, report(seq_no=1, at=after(1)), after(1))
    assert await told(database, report(seq_no=1, transaction="tx-2"))
    assert await told(database, report(seq_no=1, station_id="G-02"))
    assert not await told(database, report(seq_no=0), after(60))
    assert await told(database, start_v16())  # 1.6 counts nothing
    assert await told(database, start_v16())


async def test_report_is_known_after_a_restart(database: Database, database_url: str) -> None:
    for seq_no in (0, 1, 5):
        assert await told(database, report(seq_no=seq_no))
    again = Database(DatabaseSettings(url=database_url))
    assert [await told(again, report(seq_no=n)) for n in range(7)] == [
        *(False, False, True, True, True),
        *(False, True),
    ]
    async with again.reading() as connection:
        rows = await connection.execute(text("SELECT seq_nos FROM charging_transaction"))
        assert rows.scalars().all() == ["0-6"]
        rows = await connection.execute(text("SELECT seq_no FROM transaction_event"))
        assert sorted(rows.scalars()) == [0, 1, 2, 3, 4, 5, 6]
    await again.close()


async def test_report_on_a_transaction_that_is_over_is_news_once(database: Database) -> None:
    transaction, _ = await begun(database, report(seq_no=0))
    await ended(database, altered(transaction, ended_at=after(30)))
    late = report(seq_no=4, stage=TransactionStage.UPDATED, at=after(20))
    assert [await told(database, late) for _ in range(2)] == [True, False]


async def test_report_tells_all_that_is_known_of_it(database: Database) -> None:
    event = report(
        seq_no=3,
        stage=TransactionStage.UPDATED,
        at=after(1),
        trigger="ChargingStateChanged",
        charging_state=ChargingState.CHARGING,
        is_offline=True,
    )
    assert await told(database, event, after(2))
    async with database.reading() as connection:
        [row] = (await connection.execute(select(table_of(TransactionEventRow)))).mappings()
    assert dict(row) == {
        "at": after(1),
        "station_id": "G-01",
        "transaction_id": "tx-1",
        "seq_no": 3,
        "stage": "updated",
        "trigger": "ChargingStateChanged",
        "charging_state": "charging",
        "is_offline": True,
        "received_at": after(2),
    }


async def test_progress_and_end_are_kept(database: Database) -> None:
    transaction, _ = await begun(database, report(evse_number=None))
    assert transaction.evse is None
    running = altered(
        transaction,
        evse=EvseId("G-01", 2),
        id_token=CARD,
        meter_start_wh=500.0,
        energy_wh=7_500.5,
        charging_state=ChargingState.SUSPENDED_EV,
    )
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.progress(running)
        await uow.commit()
        assert await uow.transactions.find("G-01", "tx-1") == running
        assert await uow.transactions.open_at(EvseId("G-01", 2)) == [running]
    over = altered(running, ended_at=after(90), stop_reason="EVDisconnected")
    await ended(database, over)
    async with SqlUnitOfWork(database) as uow:
        assert await uow.transactions.find("G-01", "tx-1") == over
        assert await uow.transactions.open_at(EvseId("G-01", 2)) == []


async def test_start_that_comes_late_corrects_what_was_assumed(database: Database) -> None:
    late = report(stage=TransactionStage.ENDED, at=after(60))
    transaction, _ = await begun(database, late)
    start = report(at=NOON, register_wh=250.0, id_token=CARD)
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.correct_start(transaction.number, start)
        corrected = await uow.transactions.find("G-01", "tx-1")
        assert corrected is not None
        assert (corrected.started_at, corrected.meter_start_wh) == (NOON, 250.0)
        assert corrected.id_token == CARD
        await uow.transactions.correct_start(transaction.number, report(at=after(1)))
        corrected = await uow.transactions.find("G-01", "tx-1")
        assert corrected is not None  # what the start did not tell stays as it was
        assert (corrected.started_at, corrected.meter_start_wh) == (after(1), 250.0)
        assert corrected.id_token == CARD


async def test_stated_need_is_kept_in_utc(database: Database) -> None:
    transaction, _ = await begun(database, report())
    departs_at = datetime(2026, 10, 25, 2, 30, tzinfo=OSLO, fold=1)  # the second 02:30 that night
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.state_need(
            transaction.number, StatedNeed(energy_wh=20_000.0, departs_at=departs_at)
        )
        kept = await uow.transactions.find("G-01", "tx-1")
    assert kept is not None
    assert kept.need.departs_at is not None
    assert kept.need.departs_at.isoformat() == "2026-10-25T01:30:00+00:00"
    assert kept.need.energy_wh == 20_000.0


async def test_times_come_back_in_utc_to_the_microsecond(database: Database) -> None:
    at = datetime(2026, 1, 14, 13, 0, 0, 123456, tzinfo=OSLO)
    transaction, _ = await begun(database, report(at=at))
    assert transaction.started_at.isoformat() == "2026-01-14T12:00:00.123456+00:00"


async def test_history_of_a_token_is_what_has_ended_newest_first(database: Database) -> None:
    for hour in range(23):
        begins = report(transaction=f"tx-{hour}", at=after(60 * hour), id_token=CARD)
        transaction, _ = await begun(database, begins)
        if hour != 22:
            await ended(database, altered(transaction, ended_at=after(60 * hour + 30)))
    stranger, _ = await begun(database, report(transaction="x", id_token=IdToken("OTHER")))
    await ended(database, altered(stranger, ended_at=after(1)))
    async with SqlUnitOfWork(database) as uow:
        history = await uow.transactions.history_of(IdToken("04a2b3c4"))
    assert [one.transaction for one in history] == [f"tx-{hour}" for hour in range(21, 1, -1)]


async def test_pasts_of_a_site_are_those_of_the_tokens_that_are_charging(
    database: Database,
) -> None:
    other, absent = IdToken("OTHER"), IdToken("ABSENT")
    for token in (CARD, other, absent):
        for hour in range(22):
            name = f"{token.key}-{hour}"
            begins = report(transaction=name, at=after(60 * hour), id_token=token)
            transaction, _ = await begun(database, begins)
            await ended(database, altered(transaction, ended_at=after(60 * hour + 30)))
    await begun(database, report(transaction="now-1", id_token=CARD))
    await begun(database, report(transaction="now-2", id_token=other, station_id="G-02"))
    await begun(database, report(transaction="now-3", station_id="G-02"))
    async with SqlUnitOfWork(database) as uow:
        pasts = await uow.transactions.pasts_at("fjordgata")
        assert await uow.transactions.pasts_at("elsewhere") == {}
        assert pasts[CARD] == await uow.transactions.history_of(CARD)
    assert pasts.keys() == {CARD, other}
    assert [one.transaction for one in pasts[other]] == [f"OTHER-{h}" for h in range(21, 1, -1)]


async def test_transactions_that_a_count_has_not_seen_are_found(database: Database) -> None:
    begin = [report(transaction=f"tx-{i}", at=after(i)) for i in range(4)]
    transactions = [(await begun(database, one))[0] for one in begin]
    await ended(database, altered(transactions[3], ended_at=after(30), energy_wh=8000.0))
    first, second, third, fourth = (one.number for one in transactions)
    mark = CountMark(until=third, running={second: 5.0})
    async with SqlUnitOfWork(database) as uow:
        found = await uow.transactions.uncounted("fjordgata", mark)
        assert [(one.number, one.energy_wh) for one in found] == [(second, 0.0), (fourth, 8000.0)]
        going = await uow.transactions.going_since("fjordgata", after(3))
        assert [one.number for one in going] == [first, second, third, fourth]
        late = await uow.transactions.going_since("fjordgata", after(4))
        assert [one.number for one in late] == [first, second, third]
        assert await uow.transactions.newest_number("fjordgata") == fourth
        assert await uow.transactions.uncounted("elsewhere", mark) == []
        assert await uow.transactions.newest_number("elsewhere") == 0


async def test_stop_that_comes_again_changes_nothing(database: Database) -> None:
    transaction, _ = await begun(database, start_v16())
    over = altered(transaction, ended_at=after(30), energy_wh=8000.0, stop_reason="Local")
    await ended(database, over)
    await ended(database, over)
    assert await found(database, transaction.number) == over


async def test_open_transactions_of_a_station_are_those_of_all_its_evses(
    database: Database,
) -> None:
    for number in (1, 2, 3):
        at = NOON + timedelta(minutes=number)
        transaction, _ = await begun(
            database, report(transaction=f"tx-{number}", evse_number=number, at=at)
        )
        if number == 1:
            await ended(database, altered(transaction, ended_at=at))
    await begun(database, report(station_id="G-02", transaction="tx-4"))
    async with SqlUnitOfWork(database) as uow:
        open_ones = await open_of(uow, "G-01")
        assert await uow.transactions.running_at("elsewhere") == []
    assert [one.evse for one in open_ones] == [EvseId("G-01", 2), EvseId("G-01", 3)]


async def test_late_progress_changes_nothing_of_a_transaction_that_has_ended(
    database: Database,
) -> None:
    begun_, _ = await begun(database, report())
    async with SqlUnitOfWork(database) as late:
        running = await late.transactions.find("G-01", "tx-1")
        assert running is not None
        await ended(database, altered(running, energy_wh=9000.0, ended_at=after(60)))
        await late.transactions.progress(altered(running, energy_wh=5000.0))
        await late.commit()
    async with database.reading() as connection:
        rows = await connection.execute(text("SELECT number, energy_wh FROM charging_transaction"))
        assert rows.all() == [(begun_.number, 9000.0)]


async def reports_came(database: Database, *numbers: int, last: int | None = None) -> None:
    """Reports of one transaction come; the last one ends it, to be looked at in ten minutes."""
    for number in numbers:
        stage = TransactionStage.STARTED if number == 0 else TransactionStage.UPDATED
        event = report(stage=stage, seq_no=number, at=after(number))
        async with SqlUnitOfWork(database) as uow:
            before, _ = await uow.transactions.begin(event)
            assert await uow.transactions.is_news(event, before, NOON)
            if number == last:
                ended = altered(before, ended_at=after(number))
                await uow.transactions.end(ended, end_no=number, look_at=after(10))
            elif number == 0:
                await uow.transactions.correct_start(before.number, event)
            await uow.commit()


async def due(database: Database, minutes: float) -> list[MissingReports]:
    async with SqlUnitOfWork(database) as uow:
        found = await uow.transactions.reports_due(after(minutes))
        await uow.commit()
    return found


def lacking(*missing: tuple[int, int], has_start: bool = True) -> MissingReports:
    return MissingReports(
        station_id="G-01", transaction="tx-1", missing=missing, has_start=has_start
    )


async def test_reports_that_are_missing_some_time_after_the_end_are_told_once(
    database: Database,
) -> None:
    await reports_came(database, 0, 1, 3, 7, last=7)
    assert await due(database, 9) == []
    assert await due(database, 10) == [lacking((2, 2), (4, 6))]
    assert await due(database, 11) == []


async def test_reports_that_come_late_fill_the_gap(database: Database) -> None:
    await reports_came(database, 0, 3, last=3)
    await reports_came(database, 2, 1)
    assert await due(database, 60) == []


async def test_start_that_never_came_is_missing(database: Database) -> None:
    await reports_came(database, 1, 2, last=2)
    assert await due(database, 60) == [lacking(has_start=False)]


async def test_start_that_comes_after_the_end_is_not_missing(database: Database) -> None:
    await reports_came(database, 1, 2, last=2)
    await reports_came(database, 0)
    assert await due(database, 60) == []


async def test_whole_transaction_is_not_looked_at_again(database: Database) -> None:
    await reports_came(database, 0, 1, 2, last=2)
    async with database.reading() as connection:
        query = text("SELECT start_no, end_no, reports_due_at FROM charging_transaction")
        assert tuple((await connection.execute(query)).one()) == (0, 2, None)


async def test_transactions_that_are_silent_are_found_by_when_they_were_heard_of(
    database: Database,
) -> None:
    first, _ = await begun(database, report())
    second, _ = await begun(database, report(transaction="tx-2", evse_number=2))
    third, _ = await begun(database, report(transaction="tx-3", evse_number=3))
    await ended(database, altered(third, ended_at=after(1)))
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.note_heard(second.number, after(30))
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        silent = await uow.transactions.silent_since(after(30))
        assert [one.number for one in silent] == [first.number]
        silent = await uow.transactions.silent_since(after(31))
        assert [(one.number, one.heard_at) for one in silent] == [
            (first.number, None),
            (second.number, after(30)),
        ]


async def test_transaction_that_a_rule_has_closed_says_so_until_it_goes_on(
    database: Database,
) -> None:
    begun_one, _ = await begun(database, report())
    closed = altered(begun_one, ended_at=after(5), energy_wh=700.0, closing=ClosingRule.NOT_RESUMED)
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.end(closed)
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.transactions.find("G-01", "tx-1") == closed
        going_on = altered(closed, ended_at=None, closing=None, energy_wh=900.0)
        await uow.transactions.revise(going_on, after(9))
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        found = await uow.transactions.find("G-01", "tx-1")
        assert found == altered(going_on, heard_at=after(9))
        assert [one.number for one in await uow.transactions.open_at(G1)] == [begun_one.number]
