"""What an older version has kept is there after an upgrade."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
import sqlalchemy as sa
from sqlmodel.sql.sqltypes import UTCDateTime

from csms.domain.identity import EvseId
from csms.domain.metering import Measurand
from csms.domain.transaction import TransactionStage
from csms.storage.database import Database, DatabaseSettings, _upgrade
from csms.storage.readings import read_samples
from csms.storage.tables import MeterReadingRow, StationRow, TransactionEventRow, table_of
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.rig import report, sample

_FIRST: Final = "0001"


def old(name: str, *columns: str) -> sa.TableClause:
    """A table as the first version had it; its instants end in `at`."""
    instants = {column for column in columns if column.endswith("at")}
    return sa.table(
        name, *(sa.column(one, UTCDateTime() if one in instants else None) for one in columns)
    )


STATIONS = old("station", "id", "is_guest")
VALUES = old(
    "meter_value",
    *("station_id", "evse_number", "transaction_number", "at", "measurand"),
    *("value", "phase", "context", "location", "signed"),
)
TRANSACTIONS = old(
    "charging_transaction", "station_id", "transaction_id", "evse_number", "started_at", "energy_wh"
)
REPORTS = old(
    "transaction_event",
    *("station_id", "transaction_id", "seq_no", "stage", "is_offline", "at", "received_at"),
)


def value(at: datetime, measurand: str, amount: float | None, **more: Any) -> dict[str, Any]:
    return {
        "station_id": "G-01",
        "evse_number": 1,
        "transaction_number": 1,
        "at": at,
        "measurand": measurand,
        "value": amount,
        "phase": "",
        "context": "Sample.Periodic",
        "location": "Outlet",
        "signed": None,
        **more,
    }


def told(seq_no: int, **more: Any) -> dict[str, Any]:
    return {
        "station_id": "G-01",
        "transaction_id": "tx-1",
        "seq_no": seq_no,
        "stage": "updated",
        "is_offline": False,
        "at": NOON + timedelta(seconds=seq_no),
        "received_at": after(1),
        **more,
    }


CONTENT: Final[list[tuple[sa.TableClause, list[dict[str, Any]]]]] = [
    (STATIONS, [{"id": name, "is_guest": False} for name in ("G-01", "G-02")]),
    (
        TRANSACTIONS,
        [
            {
                "station_id": "G-01",
                "transaction_id": name,
                "evse_number": number,
                "started_at": NOON,
                "energy_wh": 0.0,
            }
            for number, name in ((1, "tx-1"), (2, "tx-2"))
        ],
    ),
    (
        VALUES,
        [
            value(NOON, "Energy.Active.Import.Register", 1000.0),
            value(NOON, "Current.Import", 15.7, phase="L2", context="Sample.Clock"),
            value(NOON, "SoC", 55.0, location="EV"),
            value(after(1), "Energy.Active.Import.Register", None, signed="AP;0"),
            value(NOON, "Voltage", 231.5, evse_number=2, transaction_number=None),
        ],
    ),
    (REPORTS, [told(n) for n in (0, 1, 2, 5)] + [told(9, transaction_id="tx-2")]),
]


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    """A database of the first version, with content, upgraded."""
    opened = Database(DatabaseSettings(url=empty_url))
    async with opened.engine.begin() as connection:
        await connection.run_sync(_upgrade, _FIRST)
    async with opened.engine.begin() as connection:
        for table, rows in CONTENT:
            await connection.execute(sa.insert(table), rows)
    await opened.upgrade()
    yield opened
    await opened.close()


async def rows_of(database: Database, query: sa.Select[Any]) -> list[dict[str, Any]]:
    async with database.reading() as connection:
        return [dict(row) for row in (await connection.execute(query)).mappings()]


async def test_values_of_one_instant_are_one_reading(database: Database) -> None:
    readings = table_of(MeterReadingRow)
    rows = await rows_of(database, sa.select(readings).order_by("evse_number", "at"))
    assert [
        (row["at"], row["evse_number"], row["transaction_number"], row["samples"]) for row in rows
    ] == [
        (
            NOON,
            1,
            1,
            (
                '[["Energy.Active.Import.Register",1000.0],'
                '["Current.Import",15.7,"L2","Sample.Clock"],'
                '["SoC",55.0,null,"Sample.Periodic","EV"]]'
            ),
        ),
        (
            after(1),
            1,
            1,
            '[["Energy.Active.Import.Register",null,null,"Sample.Periodic","Outlet","AP;0"]]',
        ),
        (NOON, 2, None, '[["Voltage",231.5]]'),
    ]
    assert read_samples(NOON, rows[2]["samples"])[0].measurand is Measurand.VOLTAGE


async def test_reading_that_comes_again_after_the_upgrade_is_known(database: Database) -> None:
    samples = (
        sample(),
        sample(measurand=Measurand.CURRENT_IMPORT, value=15.7, phase="L2", context="Sample.Clock"),
        sample(measurand=Measurand.STATE_OF_CHARGE, value=55.0, location="EV"),
    )
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.add_samples("G-01", 1, 1, samples)
        await uow.commit()
    assert len(await rows_of(database, sa.select(table_of(MeterReadingRow)))) == 3


async def test_station_whose_meter_was_heard_of_is_told_apart(database: Database) -> None:
    stations = sa.select(table_of(StationRow).c.id).where(sa.text("metered_at IS NOT NULL"))
    assert await rows_of(database, stations) == [{"id": "G-01"}]


async def test_reports_that_came_before_the_upgrade_are_known(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        [transaction] = await uow.transactions.open_at(EvseId("G-01", 1))
        known = []
        for seq_no in range(7):
            event = report(seq_no=seq_no, stage=TransactionStage.UPDATED, at=after(5))
            known.append(not await uow.transactions.is_news(event, transaction, after(5)))
        assert known == [True, True, True, False, False, True, False]
    reports = table_of(TransactionEventRow)
    rows = await rows_of(database, sa.select(reports).order_by("transaction_id", "seq_no"))
    assert [(row["transaction_id"], row["seq_no"], row["at"]) for row in rows] == [
        *(("tx-1", n, NOON + timedelta(seconds=n)) for n in (0, 1, 2, 5)),
        ("tx-2", 9, NOON + timedelta(seconds=9)),
    ]
